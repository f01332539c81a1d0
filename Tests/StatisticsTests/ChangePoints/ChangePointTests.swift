import Testing

@testable import Statistics

@Suite("Change points")
struct ChangePointTests {
    @Test("a step is found where it is")
    func step() throws {
        var random = SplitMix64(seed: 1)
        let history = (0..<40).map { 100 + ($0 < 25 ? 0 : 10) + random.normal() * 2 }
        let changes = ChangePoints.of(history, using: &random)
        #expect(changes.map(\.index) == [25])
        let change = try #require(changes.first)
        #expect(abs(change.medians.before - 100) < 2 && abs(change.medians.after - 110) < 2)
        #expect(change.probability <= 0.01)
    }

    @Test("several steps, there and back, are found in order")
    func several() {
        var random = SplitMix64(seed: 2)
        let history = (0..<60).map { 100 + ($0 < 20 || $0 >= 40 ? 0 : 8) + random.normal() }
        let changes = ChangePoints.of(history, using: &random)
        #expect(changes.map(\.index) == [20, 40])
    }

    @Test("a change of spread alone is a change")
    func spread() {
        var random = SplitMix64(seed: 3)
        let history = (0..<80).map { 100 + random.normal() * ($0 < 40 ? 0.5 : 8) }
        let changes = ChangePoints.of(history, using: &random)
        #expect(changes.count >= 1)
        #expect(changes.contains { abs($0.index - 40) <= 5 })
    }

    @Test("outliers are not changes")
    func outlier() {
        var random = SplitMix64(seed: 4)
        let history = (0..<40).map { 100 + random.normal() + ($0 == 17 ? 40 : 0) }
        #expect(ChangePoints.of(history, using: &random).isEmpty)
    }

    @Test("what never changes, is too short or no number has no changes")
    func nothing() {
        var random = SplitMix64(seed: 5)
        #expect(ChangePoints.of([Double](repeating: 5, count: 30), using: &random).isEmpty)
        #expect(ChangePoints.of([1, 2, 9, 10], using: &random).isEmpty)
        #expect(ChangePoints.of([], using: &random).isEmpty)
        #expect(ChangePoints.of([1, 1, 1, 1, .nan, 9, 9, 9, 9], using: &random).isEmpty)
    }

    @Test("noise is taken for a change as often as the significance says")
    func falseAlarms() {
        var random = SplitMix64(seed: 6)
        let alarms = (0..<120).count { _ in
            let history = (0..<24).map { _ in random.heavyTailed() }
            return !ChangePoints.of(history, significance: 0.05, permutations: 39, using: &random).isEmpty
        }
        // More than 12 of 120 at 5 % happen less than once in a hundred times.
        #expect(1 - BinomialDistribution.cumulative(12, trials: 120, p: 0.05) < 0.01)
        #expect(alarms <= 12)
    }
}
