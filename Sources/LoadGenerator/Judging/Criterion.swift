import LoadMetrics

/// One line of the table by which the generator is judged.
///
/// In reason and advice `{phase}`, `{value}` and `{gap}` stand for what was found.
struct Criterion: Sendable {
    /// What is held against the bounds: a phase with all that was seen of it, or the run.
    typealias Figure = @Sendable (Case) -> Double?

    let name: String
    let title: String
    let unit: CriterionResult.Unit
    /// Above it the generator is SUSPECT.
    let suspect: Bound
    /// Above it the generator is INVALID.
    let invalid: Bound
    let reason: String
    let advice: String
    /// Nil where it was not measured, or where it means nothing: a closed loop has no schedule to be late by.
    let value: Figure

    /// A bound on a figure.
    enum Bound: Sendable {
        case above(Double)
        /// The same, of a load with a schedule; a closed loop is never judged so by it.
        case aboveInOpenLoop(Double)
        /// So many mean gaps between the messages of a connection, but at least so many nanoseconds.
        case aboveGaps(Double, atLeastNanoseconds: Double)
        /// The same, of a run that breaks nothing on purpose.
        case aboveWithoutFaults(Double)
        case never

        func value(_ phase: Case) -> Double? {
            switch self {
            case .above(let value): value
            case .aboveInOpenLoop(let value): phase.closedLoop ? nil : value
            case .aboveGaps(let gaps, let nanoseconds): phase.gapNanoseconds.map { max(gaps, nanoseconds / $0) }
            case .aboveWithoutFaults(let value): phase.outcome.wasDisturbed ? nil : value
            case .never: nil
            }
        }
    }

    /// What is judged: a phase and the circumstances of its run.
    struct Case {
        var phase: LoadOutcome.Phase
        var outcome: LoadOutcome
        var surroundings: GeneratorJudge.Surroundings

        var closedLoop: Bool { phase.closedLoop }

        /// The mean time between two messages of one connection; nil without a schedule.
        var gapNanoseconds: Double? {
            guard !phase.closedLoop, phase.offered > 0, phase.endNanoseconds > phase.startNanoseconds else {
                return nil
            }
            return Double(phase.endNanoseconds - phase.startNanoseconds) * Double(max(outcome.connections, 1))
                / Double(phase.offered)
        }
    }

    func judge(_ phase: Case) -> CriterionResult {
        CriterionResult(
            name: name, title: title, value: value(phase),
            suspectAbove: suspect.value(phase) ?? .greatestFiniteMagnitude, invalidAbove: invalid.value(phase),
            unit: unit)
    }

    /// The reason or the advice with its figures.
    func words(_ text: String, _ result: CriterionResult, phase: Case) -> String {
        var text = text
        for (mark, value) in [
            ("{phase}", phase.phase.name), ("{value}", result.value.map { Self.text($0, unit) } ?? "?"),
            ("{gap}", phase.gapNanoseconds.map { Self.text($0, .nanoseconds) } ?? "?"),
        ] {
            text = text.split(separator: mark, omittingEmptySubsequences: false).joined(separator: value)
        }
        return text
    }

    private static func text(_ value: Double, _ unit: CriterionResult.Unit) -> String {
        func rounded(_ value: Double) -> String {
            value >= 100 || value == value.rounded() ? "\(Int64(value))" : "\((value * 10).rounded() / 10)"
        }
        return switch unit {
        case .nanoseconds: value < 1e6 ? rounded(value / 1e3) + " µs" : rounded(value / 1e6) + " ms"
        case .messages, .times, .gaps: rounded(value)
        case .share: rounded(value * 100) + " %"
        }
    }
}
