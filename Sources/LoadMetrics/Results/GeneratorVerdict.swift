/// Whether the generator did what the scenario asked of it.
package struct GeneratorVerdict: Sendable, Equatable, Codable {
    /// How far the figures can be believed, from best to worst.
    package enum Judgement: String, Sendable, Codable, CaseIterable, Comparable {
        /// The load was the one the scenario asks for.
        case valid = "VALID"
        /// The generator was near its limit: the figures may be its own.
        case suspect = "SUSPECT"
        /// The generator did not put the load on: the figures are its own.
        case invalid = "INVALID"

        /// A worse judgement is the greater one.
        package static func < (one: Judgement, other: Judgement) -> Bool { one.severity < other.severity }

        private var severity: Int {
            switch self {
            case .valid: 0
            case .suspect: 1
            case .invalid: 2
            }
        }
    }

    /// How far the figures can be believed.
    package var judgement: Judgement
    /// The one reason that matters most; empty for a valid run.
    package var reason: String
    /// What to change; empty for a valid run.
    package var advice: String
    /// Every criterion with its figure and bounds, in the order of the table; nil in results of version 1.
    package var criteria: [CriterionResult]?

    /// A verdict.
    package init(
        _ judgement: Judgement, reason: String = "", advice: String = "", criteria: [CriterionResult]? = nil
    ) {
        self.judgement = judgement
        self.reason = reason
        self.advice = advice
        self.criteria = criteria
    }
}

/// One criterion of the generator's verdict: what was measured, and from where on it counts against the generator.
package struct CriterionResult: Sendable, Equatable, Codable {
    /// What a value and its bounds are numbers of.
    package enum Unit: String, Sendable, Codable {
        case nanoseconds, messages, times
        /// 0…1 of a whole.
        case share
        /// Mean gaps between two messages of a connection.
        case gaps
    }

    /// Its key, such as `loop_busy`.
    package var name: String
    /// Its name for people.
    package var title: String
    /// The phase the figure is from, in the verdict of a run; nil otherwise.
    package var phase: String?
    /// The figure; nil where it could not be measured.
    package var value: Double?
    /// Above it the generator is SUSPECT.
    package var suspectAbove: Double
    /// Above it the generator is INVALID; nil where the criterion only warns.
    package var invalidAbove: Double?
    /// What the numbers are numbers of.
    package var unit: Unit
    /// What this criterion alone says.
    package var judgement: GeneratorVerdict.Judgement

    /// A figure held against its bounds.
    package init(
        name: String, title: String, phase: String? = nil, value: Double?, suspectAbove: Double,
        invalidAbove: Double?, unit: Unit
    ) {
        self.name = name
        self.title = title
        self.phase = phase
        self.value = value
        self.suspectAbove = suspectAbove
        self.invalidAbove = invalidAbove
        self.unit = unit
        judgement =
            if let value, let invalidAbove, value > invalidAbove {
                .invalid
            } else if let value, value > suspectAbove {
                .suspect
            } else {
                .valid
            }
    }

    /// Whether this figure is worse than another one of the same criterion.
    package func isWorse(than other: CriterionResult) -> Bool {
        if judgement != other.judgement { return judgement > other.judgement }
        guard let value else { return false }
        return value > other.value ?? -.infinity
    }
}
