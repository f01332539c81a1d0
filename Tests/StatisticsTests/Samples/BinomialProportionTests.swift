import Statistics
import Testing

@Suite("The interval of a proportion")
struct BinomialProportionTests {
    /// Clopper and Pearson's limits as R's `binom.test` gives them.
    @Test(
        "is the published one",
        arguments: [
            (0, 20, 0.0, 0.16843), (10, 10, 0.69150, 1.0), (9, 10, 0.55498, 0.99747), (1, 200, 0.00013, 0.02754),
        ])
    func published(_ successes: Int, _ trials: Int, _ low: Double, _ high: Double) {
        let interval = BinomialProportion.interval(successes: successes, trials: trials, confidence: 0.95)
        #expect(abs(interval.low - low) < 2e-5 && abs(interval.high - high) < 2e-5, "\(interval)")
    }

    @Test("knows nothing without trials")
    func none() {
        #expect(BinomialProportion.interval(successes: 0, trials: 0, confidence: 0.95) == Interval(low: 0, high: 1))
        #expect(BinomialProportion.interval(successes: 3, trials: 2, confidence: 0.95) == Interval(low: 0, high: 1))
    }
}
