/// A figure that a gate compares.
package struct GateMetric: Sendable, Equatable {
    /// Which way is good.
    package enum Direction: String, Sendable, Codable {
        case higherIsBetter
        case lowerIsBetter
    }

    /// What it is called in the rounds.
    package var name: String
    package var direction: Direction
    /// The least relative change for the worse that counts as a regression: 0.05 is 5 %.
    package var leastEffect: Double
    /// Whether it decides; one that only informs neither fails a gate nor keeps it from passing.
    package var decides: Bool

    /// A metric; a least effect is taken as at least 0.1 % and, for what should be high, below 100 %.
    package init(name: String, direction: Direction, leastEffect: Double = 0.05, decides: Bool = true) {
        self.name = name
        self.direction = direction
        self.leastEffect = min(max(leastEffect, 0.001), direction == .higherIsBetter ? 0.99 : 1_000)
        self.decides = decides
    }

    /// The least effect as a logarithm of the ratio of candidate to baseline, positive when it is for the worse.
    var worseLogEffect: Double {
        switch direction {
        case .lowerIsBetter: RealFunctions.log(1 + leastEffect)
        case .higherIsBetter: -RealFunctions.log(1 - leastEffect)
        }
    }

    /// The same for the better, as a positive number.
    var betterLogEffect: Double {
        switch direction {
        case .lowerIsBetter: leastEffect < 1 ? -RealFunctions.log(1 - leastEffect) : .infinity
        case .higherIsBetter: RealFunctions.log(1 + leastEffect)
        }
    }

    /// A logarithm of a ratio, turned so that positive is worse; its own inverse.
    func turned(_ logRatio: Double) -> Double { direction == .lowerIsBetter ? logRatio : -logRatio }
}

/// The figures of one round by metric: one run of the baseline beside one of the candidate.
package struct GateRound: Sendable, Equatable {
    package var baseline: [String: Double]
    package var candidate: [String: Double]

    /// A round; with a fixed baseline, only the candidate's figures are looked at.
    package init(baseline: [String: Double] = [:], candidate: [String: Double]) {
        self.baseline = baseline
        self.candidate = candidate
    }
}

/// What the candidate is compared with.
package enum GateDesign: Sendable, Equatable {
    /// Runs of both in each round, one right after the other: A B, B A, A B, … (Wilcoxon's signed ranks).
    case interleaved
    /// Runs of the baseline that were measured before, a dictionary each (Mann–Whitney).
    case fixedBaseline([[String: Double]])

    /// Whether the candidate runs before the baseline in a round (0, 1, …): alternating, so that a machine that gets
    /// slower or faster all the while favours neither.
    package static func candidateGoesFirst(inRound round: Int) -> Bool { !round.isMultiple(of: 2) }
}
