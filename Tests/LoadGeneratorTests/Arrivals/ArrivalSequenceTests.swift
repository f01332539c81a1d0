import Foundation
import Testing

@testable import LoadGenerator

@Suite struct ArrivalSequenceTests {
    private func all(_ sequence: ArrivalSequence) -> [ArrivalSequence.Arrival] {
        var sequence = sequence
        var arrivals: [ArrivalSequence.Arrival] = []
        while let arrival = sequence.next() { arrivals.append(arrival) }
        return arrivals
    }

    @Test func uniformArrivalsStandAtStartPlusKOverRate() {
        let arrivals = all(
            ArrivalSequence(
                phases: [.init(curve: .constant(500), end: .after(seconds: 2))], spacing: .uniform, seed: 1))
        #expect(arrivals.count == 1000)
        for (k, arrival) in arrivals.enumerated() {
            #expect(abs(arrival.offsetNanoseconds - Int64(k) * 2_000_000) <= 1)
        }
    }

    @Test func phasesFollowEachOtherWithoutAGap() {
        let sequence = ArrivalSequence(
            phases: [
                .init(curve: .constant(100), end: .after(seconds: 1)),
                .init(curve: .constant(1000), end: .count(250)),
                .init(curve: .constant(10), end: .after(seconds: 1)),
            ], spacing: .uniform, seed: 1)
        let arrivals = all(sequence)
        #expect((0..<3).map { phase in arrivals.count { $0.phase == phase } } == [100, 250, 10])
        #expect(sequence.boundariesNanoseconds == [0, 1_000_000_000, 1_250_000_000, 2_250_000_000])
        #expect(arrivals.first { $0.phase == 1 }?.offsetNanoseconds == 1_000_000_000)
        #expect(arrivals.first { $0.phase == 2 }?.offsetNanoseconds == 1_250_000_000)
    }

    @Test func poissonGapsAreExponential() {
        let arrivals = all(
            ArrivalSequence(
                phases: [.init(curve: .constant(1000), end: .count(20_000))], spacing: .poisson, seed: 7))
        var last: Int64 = 0
        let gaps = arrivals.map { arrival in
            defer { last = arrival.offsetNanoseconds }
            return Double(arrival.offsetNanoseconds - last) / 1e9
        }.sorted()
        // Kolmogorov–Smirnov against 1 − e^(−1000 x): the 0.1 % point of the statistic is 1.95 / √n.
        var distance = 0.0
        for (index, gap) in gaps.enumerated() {
            let expected = 1 - exp(-1000 * gap)
            distance = max(distance, abs(expected - Double(index) / 20_000), abs(expected - Double(index + 1) / 20_000))
        }
        #expect(distance < 1.95 / 20_000.0.squareRoot())
    }

    @Test func poissonPhasesOfACountEndBehindTheirLastArrival() throws {
        let sequence = ArrivalSequence(
            phases: [
                .init(curve: .constant(100), end: .count(50)), .init(curve: .constant(100), end: .after(seconds: 1)),
            ], spacing: .poisson, seed: 3)
        let arrivals = all(sequence)
        let boundaries = sequence.boundariesNanoseconds
        #expect(boundaries.count == 3)
        let last = try #require(arrivals.last { $0.phase == 0 }?.offsetNanoseconds)
        #expect((1...2).contains(boundaries[1] - last))
        #expect(boundaries[2] == boundaries[1] + 1_000_000_000)
    }

    @Test(arguments: [ArrivalSequence.Spacing.uniform, .poisson])
    func theSameSeedGivesTheSameTimes(spacing: ArrivalSequence.Spacing) {
        let phases = [ArrivalSequence.Phase(curve: .sine(mean: 300, amplitude: 200, period: 1), end: .count(2000))]
        #expect(
            all(ArrivalSequence(phases: phases, spacing: spacing, seed: 5))
                == all(ArrivalSequence(phases: phases, spacing: spacing, seed: 5)))
        let other = all(ArrivalSequence(phases: phases, spacing: spacing, seed: 6))
        #expect((all(ArrivalSequence(phases: phases, spacing: spacing, seed: 5)) == other) == (spacing == .uniform))
    }

    @Test func aPhaseWithoutARateYieldsNothingAndStillTakesItsTime() {
        let sequence = ArrivalSequence(
            phases: [
                .init(curve: .constant(0), end: .after(seconds: 1)), .init(curve: .constant(10), end: .count(3)),
            ], spacing: .uniform, seed: 1)
        let arrivals = all(sequence)
        // Message 0 of a phase is due at its start, whatever the rate: a rate of zero asks for none.
        #expect(arrivals.count { $0.phase == 0 } == 0)
        #expect(arrivals.first { $0.phase == 1 }?.offsetNanoseconds == 1_000_000_000)
    }
}
