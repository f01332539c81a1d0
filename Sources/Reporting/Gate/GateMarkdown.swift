import FoundationEssentials
package import LoadMetrics

/// The outcome of a gate as Markdown, for a job's summary or a comment on a change.
package enum GateMarkdown {
    /// The text, ending with a newline.
    package static func text(of result: GateResult) -> String {
        var lines = ["## \(result.verdict.sign) \(result.verdict.rawValue): \(escaped(result.scenario.name))", ""]
        for reason in result.reasons { lines.append("- \(escaped(reason))") }
        lines.append("")
        lines.append("| | metric | baseline | candidate | change | \(result.intervalTitle) |")
        lines.append("|---|---|---:|---:|---:|---:|")
        for row in GateRow.all(of: result) {
            let name = row.finding.gates ? "**\(row.metric.title)**" : row.metric.title
            lines.append(
                "| \(row.sign) | \(name) | \(row.baselineText) | \(row.candidateText) | \(row.changeText) "
                    + "| \(row.intervalText) |")
        }
        let pairs = result.pairsWords.map { " \($0)" } ?? ""
        lines += [
            "",
            "Bold metrics decide, the others are told. \(sentence(result.courseText)): \(result.rulesText).\(pairs)",
            "",
            "| | |", "|---|---|",
            "| candidate | \(escaped(result.candidate.text)) |",
            "| baseline | \(escaped(result.baseline.text)) |",
            "| machine | \(escaped(result.machine.line)) |",
            "| started | \(WallTime.label(result.startedAt)), took \(Quantity.span(result.durationNanoseconds)) |",
        ]
        let notes = [result.suspectWords].compactMap(\.self) + result.notes
        if !notes.isEmpty { lines.append("") }
        for note in notes { lines.append("- \(escaped(note))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// Text from outside that neither ends a cell nor becomes markup.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in TerminalSummary.printable(text) {
            switch character {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "|", "`", "*", "_", "[", "]", "\\", "#", "~": escaped += "\\\(character)"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
