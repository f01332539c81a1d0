/// A condition a run must meet: `metric[.statistic] operator bound`.
package struct Threshold: Sendable, Equatable, CustomStringConvertible {
    /// How the measured value is compared with the bound.
    package enum Comparison: String, Sendable, CaseIterable {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case equal = "=="
        case notEqual = "!="
    }

    /// What the measured value is compared with.
    package enum Bound: Sendable, Equatable {
        /// A number of the metric's unit: nanoseconds, messages, messages per second, bytes.
        case absolute(Double)
        /// A percentage of `Metric.whole`, with the decimals it was written with: `==` compares rounded to these.
        case percent(Double, decimals: Int)
    }

    /// The figure.
    package var metric: Metric
    /// What of it; nil for a single number.
    package var statistic: Statistic?
    /// The comparison.
    package var comparison: Comparison
    /// The bound.
    package var bound: Bound
    /// The phase it speaks of; nil for all measured phases together.
    package var phase: String?
    /// The fault it speaks of; nil for all of them.
    package var fault: String?
    /// The condition as the file writes it, spaces evened out.
    package var text: String

    /// Puts a condition together.
    package init(
        metric: Metric, statistic: Statistic? = nil, comparison: Comparison, bound: Bound, phase: String? = nil,
        text: String
    ) {
        self.metric = metric
        self.statistic = statistic
        self.comparison = comparison
        self.bound = bound
        self.phase = phase
        self.text = text
    }

    /// The condition, with its phase where it has one.
    package var description: String {
        if let fault { return "\(text) (fault \(fault))" }
        return phase.map { "\(text) (phase \($0))" } ?? text
    }
}

extension Threshold {
    /// What a threshold asks of a result.
    package struct Subject: Sendable, Hashable {
        /// The figure.
        package var metric: Metric
        /// What of it; nil for a single number.
        package var statistic: Statistic?
        /// The phase; nil for all measured phases together.
        package var phase: String?
        /// The fault; nil for all of them.
        package var fault: String?

        /// Names a figure.
        package init(metric: Metric, statistic: Statistic? = nil, phase: String? = nil, fault: String? = nil) {
            self.metric = metric
            self.statistic = statistic
            self.phase = phase
            self.fault = fault
        }
    }

    /// How a threshold came out.
    package struct Outcome: Sendable, Equatable {
        /// Whether the condition holds; nil when the figure was not measured, which is no pass.
        package var holds: Bool?
        /// The measured value in the bound's unit (percent for a percentage); nil when not measured.
        package var observed: Double?
    }

    /// Compares the condition with a result.
    ///
    /// - Parameter lookup: Gives a figure in its metric's unit, or nil when it was not measured.
    /// - Returns: Whether the condition holds, and the measured value in the bound's unit.
    package func evaluate(_ lookup: (Subject) -> Double?) -> Outcome {
        guard let value = lookup(Subject(metric: metric, statistic: statistic, phase: phase, fault: fault)),
            value.isFinite
        else {
            return Outcome(holds: nil, observed: nil)
        }
        switch bound {
        case .absolute(let bound):
            return Outcome(holds: comparison.holds(value, bound), observed: value)
        case .percent(let bound, let decimals):
            guard let whole = metric.whole, let all = lookup(wholeSubject(whole)), all > 0 else {
                return Outcome(holds: nil, observed: nil)
            }
            let percent = value / all * 100
            switch comparison {
            case .equal, .notEqual:
                var scale = 1.0
                for _ in 0..<decimals { scale *= 10 }
                let rounded = (percent * scale).rounded() / scale
                return Outcome(holds: comparison.holds(rounded, bound), observed: percent)
            default:
                return Outcome(holds: comparison.holds(percent, bound), observed: percent)
            }
        }
    }
}

extension Threshold {
    /// What a percentage is a share of: the same phase's, and the same role's where it is a role's.
    private func wholeSubject(_ whole: Metric) -> Subject {
        Subject(metric: whole, statistic: whole.statistics == .role ? statistic : nil, phase: phase)
    }
}

extension Threshold.Comparison {
    fileprivate func holds(_ value: Double, _ bound: Double) -> Bool {
        switch self {
        case .less: value < bound
        case .lessOrEqual: value <= bound
        case .greater: value > bound
        case .greaterOrEqual: value >= bound
        case .equal: value == bound
        case .notEqual: value != bound
        }
    }
}
