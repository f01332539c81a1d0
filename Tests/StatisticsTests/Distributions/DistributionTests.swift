import Testing

@testable import Statistics

/// Reference values were computed with SciPy 1.17.
@Suite("Distributions")
struct DistributionTests {
    private func isClose(_ value: Double, _ expected: Double, within relative: Double = 1e-9) -> Bool {
        abs(value - expected) <= relative * max(abs(expected), 1e-12)
    }

    @Test(
        "normal quantiles",
        arguments: [(0.975, 1.959963984540054), (0.001, -3.090232306167813), (1e-10, -6.361340902404056)])
    func normal(_ share: Double, _ expected: Double) {
        #expect(isClose(NormalDistribution.quantile(share), expected))
        #expect(isClose(NormalDistribution.cumulative(expected), share))
        #expect(NormalDistribution.quantile(0.5) == 0 || abs(NormalDistribution.quantile(0.5)) < 1e-15)
    }

    @Test(
        "Student quantiles",
        arguments: [
            (0.975, 1.0, 12.706204736174694), (0.975, 5, 2.5705818356363146), (0.9, 3, 1.637744353696209),
            (0.001, 30, -3.3851848668293045),
        ])
    func student(_ share: Double, _ degrees: Double, _ expected: Double) {
        #expect(isClose(StudentDistribution.quantile(share, degrees: degrees), expected))
        #expect(isClose(StudentDistribution.cumulative(expected, degrees: degrees), share))
    }

    @Test(
        "binomial probabilities",
        arguments: [
            (3.0, 10.0, 0.5, 0.171875), (985, 1_000, 0.99, 0.0824123195160892),
            (9_900_700, 10_000_000, 0.99, 0.9870729390017908),
        ])
    func binomial(_ successes: Double, _ trials: Double, _ p: Double, _ expected: Double) {
        #expect(isClose(BinomialDistribution.cumulative(successes, trials: trials, p: p), expected, within: 1e-7))
    }

    @Test(
        "binomial quantiles",
        arguments: [
            (0.025, 1_000.0, 0.99, 983.0), (0.975, 1_000, 0.99, 996), (0.025, 10_000_000, 0.99, 9_899_383),
        ])
    func binomialQuantile(_ share: Double, _ trials: Double, _ p: Double, _ expected: Double) {
        #expect(BinomialDistribution.quantile(share, trials: trials, p: p) == expected)
    }

    @Test("rank distributions are whole, symmetric, and rarest at their ends", arguments: 1...12)
    func ranks(_ size: Int) {
        for null in [RankDistribution.signedRanks(size), .rankSums(size, 5)] {
            for count in 0...null.pairs {
                let below = 1 - null.upperTail(count)
                #expect(isClose(below, null.upperTail(null.pairs - count + 1), within: 1e-9) || abs(below) < 1e-12)
            }
        }
        #expect(isClose(RankDistribution.signedRanks(size).upperTail(size * (size + 1) / 2), 1 / Double(1 << size)))
    }

    @Test("beyond counting, the approximation continues what counting gives")
    func approximation() {
        let counted = RankDistribution.signedRanks(60)
        let approximate = RankDistribution.signedRanks(61)
        let share = { (null: RankDistribution, part: Double) in null.upperTail(Int(Double(null.pairs) * part)) }
        #expect(isClose(share(counted, 0.6), share(approximate, 0.6), within: 0.05))
        #expect(isClose(share(counted, 0.7), share(approximate, 0.7), within: 0.2))
    }
}
