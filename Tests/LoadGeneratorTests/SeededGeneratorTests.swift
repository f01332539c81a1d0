import Testing

@testable import LoadGenerator

@Suite("Seeded generator")
struct SeededGeneratorTests {
    @Test("xoshiro256** gives the reference sequence of state 1, 2, 3, 4")
    func xoshiroVector() {
        var generator = SeededGenerator(state: (1, 2, 3, 4))
        let drawn = (0..<10).map { _ in generator.next() }
        #expect(
            drawn == [
                11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
                607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
                10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
            ])
    }

    @Test("stream 0 is seeded by SplitMix64, as the authors advise")
    func seeding() {
        // The first four words of SplitMix64 seeded with 0.
        let expected = SeededGenerator(
            state: (0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F, 0xF88B_B8A8_724C_81EC))
        #expect(SeededGenerator(seed: 0) == expected)
    }

    @Test("streams of one seed differ, and repeat")
    func streams() {
        var first = SeededGenerator(seed: 42, stream: 1)
        var second = SeededGenerator(seed: 42, stream: 2)
        var again = SeededGenerator(seed: 42, stream: 1)
        let a = (0..<16).map { _ in first.next() }
        let b = (0..<16).map { _ in second.next() }
        #expect(a == (0..<16).map { _ in again.next() })
        #expect(Set(a).isDisjoint(with: b))
    }

    @Test("indices cover their range evenly", arguments: [1, 2, 3, 10, 257])
    func indices(bound: Int) {
        var generator = SeededGenerator(seed: 7)
        var counts = [Int](repeating: 0, count: bound)
        let draws = 2000 * bound
        for _ in 0..<draws { counts[generator.nextIndex(below: bound)] += 1 }
        // 2000 expected in each bucket; 6 standard deviations are 268.
        #expect(counts.allSatisfy { abs($0 - 2000) < 268 })
    }

    @Test("unit, exponential and normal numbers have the mean and variance of their distribution")
    func moments() {
        var generator = SeededGenerator(seed: 11)
        func moments(_ draw: (inout SeededGenerator) -> Double) -> (mean: Double, variance: Double) {
            let values = (0..<100_000).map { _ in draw(&generator) }
            let mean = values.reduce(0, +) / Double(values.count)
            return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
        }
        let unit = moments { $0.nextUnit() }
        #expect(abs(unit.mean - 0.5) < 0.005 && abs(unit.variance - 1.0 / 12) < 0.002)
        let exponential = moments { $0.nextExponential() }
        #expect(abs(exponential.mean - 1) < 0.02 && abs(exponential.variance - 1) < 0.05)
        let normal = moments { $0.nextNormal() }
        #expect(abs(normal.mean) < 0.02 && abs(normal.variance - 1) < 0.03)
    }
}
