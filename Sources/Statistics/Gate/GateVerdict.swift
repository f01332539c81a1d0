/// What a gate says of one metric.
package enum MetricVerdict: String, Sendable, Codable {
    /// Worse for sure, and by at least the least effect as far as can be told.
    case regression
    /// Better for sure, and by at least the least effect as far as can be told.
    case improvement
    /// A regression of the least effect is excluded: this is a finding, not the lack of one.
    case pass
    /// Neither is sure.
    case unclear
    /// There were not enough figures above zero to compare.
    case notMeasured
}

/// A metric's figures at the latest look.
package struct MetricDecision: Sendable, Equatable {
    package let metric: GateMetric
    package let verdict: MetricVerdict
    /// How many rounds had a figure of both.
    package let rounds: Int
    /// Candidate over baseline as far as can be told: 1.1 is 10 % more; nil when not measured.
    package let ratio: Double?
    /// The ratio's bounds.
    ///
    /// Each one holds at the plan's confidence over all looks. Infinite (or 0) while there are too
    /// few rounds.
    package let interval: Interval
    /// The probability of figures as bad as these if the candidate were no worse, corrected for the number of metrics
    /// (Holm); compared with the look's error.
    package let probability: Double
}

/// Why a gate cannot say.
package enum GateDoubt: Sendable, Equatable {
    /// So few rounds were allowed that no figures could decide; `needed` would, nil when no number would.
    case tooFewRoundsAllowed(needed: Int?)
    /// All rounds ran, and these metrics are still unclear.
    case unclear([String])
    /// These metrics have no figures that can be compared.
    case notMeasured([String])
    /// So many rounds did not count.
    case tooManyDiscarded(Int)
    /// It was ended before a look could decide: time or budget.
    case stopped(rounds: Int)
    /// No metric decides.
    case nothingToDecide
}

/// What a gate says in all.
package enum GateVerdict: Sendable, Equatable {
    /// Go on until there are this many rounds.
    case needsRounds(Int)
    /// For every deciding metric a regression of its least effect is excluded.
    case pass
    /// These metrics are worse.
    case regression([String])
    case inconclusive(GateDoubt)

    /// Whether no more rounds are wanted.
    package var isFinal: Bool {
        if case .needsRounds = self { return false }
        return true
    }
}
