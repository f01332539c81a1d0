/// The reference of all keys and metrics as Markdown; made from the same tables that decode them.
package enum ScenarioReference {
    /// The reference's text, as it stands between the marks in `scenarios/README.md`.
    package static var markdown: String {
        guard case .object(let keys) = Notation<Scenario>.object.form else { return "" }
        var simple: [String] = []
        var sections: [String] = []
        for key in keys {
            let rows = rows(key, path: key.name)
            if rows.count == 1 {
                simple += rows
            } else {
                sections.append(
                    "### `\(key.name)`\n\n\(key.summary)\n\n" + table(Array(rows.dropFirst())))
            }
        }
        let parts =
            ["### Single keys\n\n" + table(simple)] + sections
            + ["### Metrics of thresholds\n\n" + metrics]
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func table(_ rows: [String]) -> String {
        (["| key | value | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }

    /// The key's row and those of all keys below it.
    private static func rows(_ key: Form.Described, path: String) -> [String] {
        let fallback = key.isRequired ? "required" : key.defaultValue.flatMap(single).map { "`\($0)`" } ?? ""
        let row = "| `\(path)` | \(words(key.form)) | \(fallback) | \(key.summary.replacing("|", with: "\\|")) |"
        return [row] + rows(below: key.form, path: path)
    }

    private static func rows(below form: Form, path: String) -> [String] {
        switch form {
        case .object(let keys), .oneKey(let keys): keys.flatMap { rows($0, path: path + "." + $0.name) }
        case .list(let item, _): rows(below: item, path: path + "[]")
        case .either(let forms): forms.flatMap { rows(below: $0, path: path) }
        default: []
        }
    }

    private static func single(_ value: Written) -> String? {
        switch value {
        case .bare(let text): text
        case .text(let text): text.isEmpty ? nil : text
        case .list, .map: nil
        }
    }

    private static func words(_ form: Form) -> String {
        switch form {
        case .text(_, let words): words
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .boolean: "`true`, `false`"
        case .integer(let range):
            range.upperBound == .max ? "whole number" : "\(range.lowerBound) … \(range.upperBound)"
        case .quantity(let quantity, let range):
            switch quantity {
            case .duration, .rate, .size:
                quantity.name.drop(while: { $0 != " " }).dropFirst() + (range.map { ", \($0)" } ?? "")
            case .percent: "percentage"
            case .count: "weight"
            }
        case .list(let item, _): "list of " + words(item)
        case .object: "mapping"
        case .table: "mapping of names to values"
        case .anything: "any value"
        case .oneKey: "mapping with one key"
        case .either(let forms): forms.map(words).joined(separator: ", or ")
        }
    }

    private static var metrics: String {
        let rows = Metric.allCases.map { metric in
            let statistic =
                switch metric.statistics {
                case .none: ""
                case .distribution: "`.p50` `.p99` `.p99.9` … `.min` `.mean` `.max`"
                case .role: Statistic.Role.allCases.map { "`.\($0.rawValue)`" }.joined(separator: " ")
                }
            let bound = metric.quantity.name.drop(while: { $0 != " " }).dropFirst()
            let share = metric.whole.map { " or `%` of `\($0.rawValue)`" } ?? ""
            return "| `\(metric.rawValue)` | \(statistic) | \(bound)\(share) | \(metric.summary) |"
        }
        return (["| metric | statistic | bound | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}
