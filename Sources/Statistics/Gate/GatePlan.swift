/// When a gate looks at its rounds, and how much error each look may spend.
///
/// Looking again and again until something shows would find something in any noise. So the looks are planned, and the
/// whole error `1 − confidence` is divided among them (alpha spending, Lan and DeMets 1983, with Bonferroni's bound): the
/// first look may spend half of it, each later one half of what is left, the last one the rest. Whatever the figures'
/// distribution and however they hang together, all looks together raise a false alarm with at most that probability.
package struct GatePlan: Sendable, Equatable {
    /// One planned look.
    package struct Look: Sendable, Equatable {
        /// After how many rounds.
        package let rounds: Int
        /// The probability of an error that it may spend.
        package let error: Double
    }

    /// The probability that no statement of the gate is wrong, for each of its two kinds: a regression that is none, and
    /// a pass that is none.
    package let confidence: Double
    /// The looks, in order; none when the rounds allowed cannot decide anything.
    package let looks: [Look]
    /// The least number of rounds after which the clearest figures decide; nil when no number does.
    package let fewestRounds: Int?
    /// The most rounds that are run.
    package let mostRounds: Int
    /// How many rounds may be unusable before the gate gives up.
    package let mostDiscarded: Int

    /// A plan for `metrics`, which looks first after as many rounds as it takes the clearest figures to decide, or after
    /// `rounds.lowerBound` if that is more, and ends after `rounds.upperBound`.
    package init(
        metrics: [GateMetric], design: GateDesign = .interleaved, confidence: Double = 0.95,
        rounds: ClosedRange<Int> = 4...20
    ) {
        let confidence = min(max(confidence, 0.5), 0.9999)
        let error = 1 - confidence
        let deciding = metrics.filter(\.decides)
        func fewest(_ spent: Double) -> Int? {
            let single = spent / Double(max(1, deciding.count))
            switch design {
            case .interleaved: return ShiftEstimate.fewestPairs(error: single)
            case .fixedBaseline(let runs):
                // The metric with the fewest runs of the baseline needs the most of the candidate; one that the baseline
                // does not have at all is another matter, which the first look tells.
                let usable = deciding.map { metric in runs.count { ($0[metric.name] ?? 0) > 0 } }
                guard let least = usable.filter({ $0 > 0 }).min() else { return 1 }
                return ShiftEstimate.fewestValues(beside: least, error: single)
            }
        }
        let most = max(1, rounds.upperBound)
        self.confidence = confidence
        mostRounds = most
        mostDiscarded = max(2, most / 4)
        fewestRounds = fewest(error)
        guard let leastOfAll = fewestRounds, leastOfAll <= most else {
            looks = []
            return
        }
        var ends: [Int] = []
        var next = max(rounds.lowerBound, fewest(error / 2) ?? most, 1)
        while next < most {
            ends.append(next)
            next = max(next + 2, Int((Double(next) * 1.35).rounded(.up)))
        }
        ends.append(most)
        var left = error
        looks = ends.enumerated().map { index, rounds in
            let spent = index == ends.count - 1 ? left : left / 2
            left -= spent
            return Look(rounds: rounds, error: spent)
        }
    }
}
