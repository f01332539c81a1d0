/// Between which ranks a quantile of the population lies, by the binomial distribution of how many of `count` values fall
/// below it (David and Nagaraja 2003, section 7.1).
///
/// No distribution of the values is assumed, only that they are independent. Latencies of neighbouring messages are not:
/// a `designEffect` d says that the values are worth count / d independent ones (Kish 1965), see ``designEffect(shares:)``.
package struct QuantileInterval: Sendable, Equatable {
    /// The share of values at or below the quantile: 0.99 for p99.
    package let share: Double
    /// The rank (1 is the lowest value) that the quantile is not below; nil when there are too few values to say.
    package let lowerRank: UInt64?
    /// The rank that the quantile is not above; nil when there are too few values to say.
    package let upperRank: UInt64?

    /// The ranks among `count` values that hold the quantile with at least `confidence`, half of the rest at each side.
    package init(share: Double, count: UInt64, confidence: Double = 0.95, designEffect: Double = 1) {
        let share = min(max(share, 1e-12), 1 - 1e-12)
        self.share = share
        let scale = max(1, designEffect)
        let trials = (Double(count) / scale).rounded(.down)
        guard trials >= 1 else {
            (lowerRank, upperRank) = (nil, nil)
            return
        }
        let tail = (1 - confidence) / 2
        // P(fewer than r of the values lie at or below the quantile) ≤ tail for the lower rank r …
        var below = BinomialDistribution.quantile(tail, trials: trials, p: share)
        if BinomialDistribution.cumulative(below, trials: trials, p: share) <= tail { below += 1 }
        // … and P(at least r do) ≤ tail for the upper one.
        let above = BinomialDistribution.quantile(1 - tail, trials: trials, p: share) + 1
        lowerRank = below >= 1 ? UInt64(max(1, (below * scale).rounded(.down))) : nil
        upperRank = above <= trials ? min(count, UInt64((above * scale).rounded(.up))) : nil
    }

    /// The interval's ends in a histogram's steps, ascending by value: an end that the values are too few for is infinite.
    package func interval(of steps: some Sequence<(low: Double, high: Double, count: UInt64)>) -> Interval {
        var result = Interval(low: -.infinity, high: .infinity)
        var seen: UInt64 = 0
        var lowIsFound = false
        for step in steps where step.count > 0 {
            seen &+= step.count
            if let lowerRank, !lowIsFound, seen >= lowerRank {
                result.low = step.low
                lowIsFound = true
            }
            guard let upperRank else {
                if lowIsFound { break }
                continue
            }
            if seen >= upperRank {
                result.high = step.high
                break
            }
        }
        return result
    }

    /// How many times more the share of slow messages varies between stretches of a run than that of independent ones would.
    ///
    /// At least 1. Of each stretch, how many messages there were and how many were slower than the limit.
    package static func designEffect(shares: [(count: UInt64, above: UInt64)]) -> Double {
        let stretches = shares.filter { $0.count > 0 }
        let all = stretches.reduce(0.0) { $0 + Double($1.count) }
        let above = stretches.reduce(0.0) { $0 + Double($1.above) }
        let p = all > 0 ? above / all : 0
        guard stretches.count > 1, p > 0, p < 1 else { return 1 }
        // Pearson's chi-square by its degrees of freedom.
        let square = stretches.reduce(0.0) { sum, stretch in
            let expected = Double(stretch.count) * p
            let distance = Double(stretch.above) - expected
            return sum + distance * distance / (expected * (1 - p))
        }
        return max(1, square / Double(stretches.count - 1))
    }
}

/// Where an interval lies with regard to a limit that must not be exceeded.
package enum Clearance: String, Sendable {
    /// All of it below the limit.
    case below
    /// All of it above the limit.
    case above
    /// The limit is within.
    case unclear
}

extension Interval {
    /// Whether the interval is clear of `limit`.
    package func clearance(of limit: Double) -> Clearance { high < limit ? .below : low > limit ? .above : .unclear }
}
