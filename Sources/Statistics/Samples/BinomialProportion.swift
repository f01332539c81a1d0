/// A share that was seen in trials, and between which ends the true one lies: Clopper and Pearson's interval (1934), which
/// holds at least its confidence whatever the true share is.
package enum BinomialProportion {
    /// The interval of the true share after so many successes; from 0 to 1 without trials.
    package static func interval(successes: Int, trials: Int, confidence: Double) -> Interval {
        guard trials > 0, (0...trials).contains(successes) else { return Interval(low: 0, high: 1) }
        let tail = (1 - min(max(confidence, 0), 1)) / 2
        let (count, all) = (Double(successes), Double(trials))
        // The lowest share at which as many successes are not too many; the highest at which as few are not too few.
        let low =
            successes == 0
            ? 0 : bisected { 1 - BinomialDistribution.cumulative(count - 1, trials: all, p: $0) >= tail }
        let high =
            successes == trials ? 1 : bisected { BinomialDistribution.cumulative(count, trials: all, p: $0) <= tail }
        return Interval(low: low, high: high)
    }

    /// The share from which on a condition holds that fails below.
    private static func bisected(_ holds: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle }
        }
        return (low + high) / 2
    }
}
