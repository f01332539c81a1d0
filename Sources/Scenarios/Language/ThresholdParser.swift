/// Reads a threshold: `metric[.statistic] operator bound`, such as `end_to_end.p99 < 500ms`.
struct ThresholdParser {
    /// What is wrong, and how many columns into the text.
    struct Mistake: Error, Equatable {
        var column: Int
        var message: String
    }

    static let grammar = "write metric[.statistic] operator bound, such as 'end_to_end.p99 < 500ms'"

    /// The threshold a text says.
    static func parse(_ text: String) throws(Mistake) -> Threshold {
        let scalars = Array(text.unicodeScalars)
        guard let start = scalars.firstIndex(where: { "<>=!".unicodeScalars.contains($0) }) else {
            throw Mistake(column: 0, message: "\(text.quoted) has no comparison; \(grammar)")
        }
        let sign = scalars[start...].prefix(while: { "<>=!".unicodeScalars.contains($0) })
        guard let comparison = Threshold.Comparison(rawValue: string(sign)) else {
            throw Mistake(
                column: start,
                message: "\(string(sign).quoted) is no comparison; possible: "
                    + Threshold.Comparison.allCases.map(\.rawValue).joined(separator: " "))
        }
        let (metric, statistic) = try subject(scalars[..<start])
        let boundStart = scalars[sign.endIndex...].firstIndex(where: { $0 != " " }) ?? scalars.endIndex
        let boundText = trimmed(scalars[boundStart...])
        let bound = try bound(boundText, of: metric, at: boundStart)
        try check(comparison, bound, of: metric, at: boundStart)
        let name = metric.rawValue + (statistic.map { ".\($0)" } ?? "")
        return Threshold(
            metric: metric, statistic: statistic, comparison: comparison, bound: bound,
            text: "\(name) \(comparison.rawValue) \(boundText)")
    }

    /// Refuses what no run can meet: no figure is below zero.
    private static func check(
        _ comparison: Threshold.Comparison, _ bound: Threshold.Bound, of metric: Metric, at column: Int
    ) throws(Mistake) {
        switch bound {
        case .absolute(0) where comparison == .less, .percent(0, _) where comparison == .less:
            throw Mistake(
                column: column,
                message:
                    "'< 0' can never hold, for \(metric.rawValue) is never below 0; write a bound above it, such as "
                    + metric.quantity.examples)
        default: return
        }
    }

    private static func subject(_ scalars: ArraySlice<Unicode.Scalar>) throws(Mistake) -> (Metric, Statistic?) {
        let start = scalars.firstIndex(where: { $0 != " " }) ?? scalars.endIndex
        // A name with a dot of its own.
        if let metric = Metric(rawValue: trimmed(scalars)), metric.isOfFaults { return (metric, nil) }
        let dot = scalars.firstIndex(of: ".") ?? scalars.endIndex
        let name = trimmed(scalars[start..<max(start, dot)])
        guard let metric = Metric(rawValue: name) else {
            throw Mistake(
                column: start,
                message: "\(name.quoted) is no metric; "
                    + NearestName.advice(name, among: Metric.allCases.map(\.rawValue)))
        }
        let statistic = trimmed(scalars[dot...].dropFirst())
        guard dot < scalars.endIndex else {
            guard metric.statistics == .none else {
                throw Mistake(column: start, message: "\(name) needs a statistic: \(possible(metric))")
            }
            return (metric, nil)
        }
        guard metric.statistics != .none else {
            throw Mistake(column: dot, message: "\(name) is a single number; leave '.\(statistic)' out")
        }
        guard let parsed = parse(statistic: statistic, of: metric.statistics) else {
            throw Mistake(
                column: dot + 1,
                message: "\(statistic.quoted) is no statistic of \(name); possible: \(possible(metric))")
        }
        return (metric, parsed)
    }

    private static func parse(statistic text: String, of kind: Metric.StatisticKind) -> Statistic? {
        switch kind {
        case .none: return nil
        case .role: return Statistic.Role(rawValue: text).map(Statistic.role)
        case .distribution:
            switch text {
            case "min": return .min
            case "max": return .max
            case "mean": return .mean
            default:
                let digits = text.dropFirst()
                guard text.first == "p", digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
                    let percent = Double(digits), percent > 0, percent <= 100
                else { return nil }
                return .percentile(percent)
            }
        }
    }

    private static func possible(_ metric: Metric) -> String {
        metric.statistics == .role
            ? Statistic.Role.allCases.map { "\(metric.rawValue).\($0.rawValue)" }.joined(separator: ", ")
            : "p50, p99, p99.9 (any percentile), min, mean, max"
    }

    private static func bound(_ text: String, of metric: Metric, at column: Int) throws(Mistake) -> Threshold.Bound {
        if text.hasSuffix("%"), let percent = Quantity.percent.value(of: text) {
            guard metric.whole != nil else {
                throw Mistake(
                    column: column,
                    message: "\(metric.rawValue) is no share of anything; compare it with \(metric.quantity.name)")
            }
            let fraction = text.drop(while: { $0 != "." }).dropFirst().prefix(while: { $0.isASCII && $0.isNumber })
            return .percent(percent, decimals: min(fraction.count, 12))
        }
        guard let value = metric.quantity.value(of: text) else {
            throw Mistake(
                column: column,
                message: "\(text.quoted) is not \(metric.quantity.name); write \(metric.quantity.examples)"
                    + (metric.whole.map { ", or a percentage of \($0.rawValue)" } ?? ""))
        }
        return .absolute(value)
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        guard let first = scalars.firstIndex(where: { $0 != " " }),
            let last = scalars.lastIndex(where: { $0 != " " })
        else { return "" }
        return string(scalars[first...last])
    }
}

extension Metric {
    /// How a bound of the metric is written.
    var quantity: Quantity {
        switch unit {
        case .nanoseconds: .duration
        case .messages: .count
        case .perSecond: .rate
        case .bytes: .size
        }
    }
}

extension Notation where Value == Threshold {
    /// The condition alone, or with the phase it speaks of.
    static var threshold: Notation {
        .either(single: condition, structured: ofPhase)
    }

    fileprivate static var condition: Notation {
        Notation(
            form: .text(pattern: nil, words: "threshold"),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected a threshold; \(ThresholdParser.grammar)")
                    return nil
                }
                do throws(ThresholdParser.Mistake) {
                    return try ThresholdParser.parse(scalar.text)
                } catch {
                    // Variables shift columns; then the value's start is what is sure.
                    let columns = scalar.text == scalar.written ? error.column + scalar.quoteColumns : 0
                    decoding.report(node.place.moved(columns: columns), error.message)
                    return nil
                }
            },
            write: { $0.phase == nil && $0.fault == nil ? .text($0.text) : nil })
    }

    private static var ofPhase: Notation {
        let draft = Notation<PartThreshold>.object
        return Notation(
            form: draft.form,
            read: { node, decoding in
                guard let draft = draft.read(node, &decoding) else { return nil }
                guard (draft.phase == nil) != (draft.fault == nil) else {
                    decoding.report(node.place, "give 'phase' or 'fault', whichever the check speaks of")
                    return nil
                }
                var threshold = draft.check
                (threshold.phase, threshold.fault) = (draft.phase, draft.fault)
                return threshold
            },
            write: { threshold in
                var check = threshold
                (check.phase, check.fault) = (nil, nil)
                return draft.write(PartThreshold(phase: threshold.phase, fault: threshold.fault, check: check))
            })
    }
}

/// A threshold with its phase or fault, as the file writes it.
private struct PartThreshold: Keyed {
    var phase: String?
    var fault: String?
    var check = Threshold(metric: .lost, comparison: .equal, bound: .absolute(0), text: "")

    static var keys: [Key<Self>] {
        [
            Key("phase", optional: \.phase, .name, "The phase's name."),
            Key("fault", optional: \.fault, .name, "The fault's name, for the metrics of faults."),
            Key("check", \.check, .condition, required: true, "The condition."),
        ]
    }
}
