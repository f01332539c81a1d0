import Testing

@testable import Statistics

/// The samples are those of R's manual page of `wilcox.test`, as are the probabilities.
@Suite("Comparison")
struct ComparisonTests {
    private static let permeabilityAtTerm = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    private static let permeabilityEarly = [1.15, 0.88, 0.90, 0.74, 1.21]
    private static let firstVisit = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    private static let secondVisit = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]

    @Test("a shift's probability is Mann and Whitney's")
    func unpaired() throws {
        let shift = try #require(ShiftEstimate(from: Self.permeabilityEarly, to: Self.permeabilityAtTerm))
        #expect(abs(shift.probability(ofExceeding: 0) - 0.1272061272061272) < 1e-12)
    }

    @Test("signed ranks are exact, and their shift is Hodges and Lehmann's")
    func paired() throws {
        let differences = zip(Self.firstVisit, Self.secondVisit).map { $0 - $1 }
        let shift = try #require(ShiftEstimate(pairedDifferences: differences))
        #expect(abs(shift.probability(ofExceeding: 0) - 0.01953125) < 1e-12)
        #expect(abs(shift.value - 0.46) < 1e-9)
        let interval = shift.interval(confidence: 0.95)
        #expect(interval.contains(shift.value) && interval.low > 0)
        // A bound and a probability are two ways to say the same.
        let bound = shift.lowerBound(error: 0.02)
        #expect(shift.probability(ofExceeding: bound.nextDown) <= 0.02)
        #expect(shift.probability(ofExceeding: bound) > 0.02)
    }

    @Test("too few pairs bound nothing")
    func fewPairs() throws {
        let shift = try #require(ShiftEstimate(pairedDifferences: [1, 2, 3]))
        #expect(shift.lowerBound(error: 0.1) == -.infinity && shift.upperBound(error: 0.1) == .infinity)
        #expect(shift.lowerBound(error: 0.125) == 1)
        #expect(ShiftEstimate.fewestPairs(error: 0.125) == 3)
        #expect(ShiftEstimate.fewestPairs(error: 0.1) == 4)
        #expect(ShiftEstimate.fewestValues(beside: 5, error: 0.01) == 4)
        #expect(ShiftEstimate.fewestValues(beside: 1, error: 0.001) == nil)
        #expect(ShiftEstimate(pairedDifferences: []) == nil)
        #expect(ShiftEstimate(pairedDifferences: [.nan]) == nil)
    }

    @Test("equal figures are evidence for neither side")
    func zeros() throws {
        let shift = try #require(ShiftEstimate(pairedDifferences: [Double](repeating: 0, count: 12)))
        #expect(shift.value == 0)
        #expect(shift.probability(ofExceeding: 0) == 1 && shift.probability(ofFallingBelow: 0) == 1)
        #expect(shift.upperBound(error: 0.01) == 0)
    }

    @Test("the intervals cover the true shift at their rate, whatever the tails", arguments: [false, true])
    func coverage(_ paired: Bool) {
        var random = SplitMix64(seed: 11)
        let covered = (0..<300).count { _ in
            let first = (0..<9).map { _ in random.heavyTailed() }
            let second = (0..<9).map { _ in random.heavyTailed() + 2 }
            let shift =
                paired
                ? ShiftEstimate(pairedDifferences: zip(second, first).map { $0 - $1 })
                : ShiftEstimate(from: first, to: second)
            return shift?.interval(confidence: 0.95).contains(2) ?? false
        }
        // 95 % of 300 less 2.6 standard deviations.
        #expect(covered >= 275)
    }

    @Test("Holm's correction")
    func holm() {
        let adjusted = HolmCorrection.adjusted([0.01, 0.04, 0.03, 0.005])
        #expect(zip(adjusted, [0.03, 0.06, 0.06, 0.02]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(HolmCorrection.adjusted([]) == [])
        #expect(HolmCorrection.adjusted([0.6, 0.9]) == [1, 1])
    }

    @Test("ratios come from logarithms")
    func ratios() throws {
        let logRatio = try #require(ShiftEstimate.logRatio(from: 100, to: 110))
        #expect(abs(ShiftEstimate.ratio(logRatio) - 1.1) < 1e-12)
        #expect(ShiftEstimate.logRatio(from: 0, to: 1) == nil)
        #expect(ShiftEstimate.logRatio(from: 1, to: .infinity) == nil)
    }
}
