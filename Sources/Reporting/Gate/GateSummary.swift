import FoundationEssentials
package import LoadMetrics

/// The end of a gate on a terminal: the verdict first, at most 80 columns.
package enum GateSummary {
    /// The text, ending with a newline.
    package static func text(of result: GateResult, colour: Bool = false) -> String {
        let paint = TerminalPaint(colour: colour)
        let width = TerminalSummary.width
        var lines: [String] = []
        let verdict = "\(result.verdict.sign) \(result.verdict.rawValue)"
        let name = TerminalSummary.printable("gate \(result.scenario.name)").padded(to: width - verdict.count - 2)
        lines.append("\(paint.strong(name))  \(paint.toned(verdict, result.verdict.tone))")
        lines.append(paint.pale(String(repeating: "─", count: width)))
        for (label, side) in [("candidate", result.candidate), ("baseline", result.baseline)] {
            lines += indented(TerminalSummary.printable(side.text), label.padded(to: 11), width)
        }
        let course = [
            result.courseText, Quantity.span(result.durationNanoseconds), WallTime.label(result.startedAt),
        ].joined(separator: " · ")
        lines += course.wrapped(to: width).map(paint.pale)
        lines += result.rulesText.wrapped(to: width).map(paint.pale)

        for reason in result.reasons {
            lines += indented(TerminalSummary.printable(reason), "→ ", width)
        }
        let rows = GateRow.all(of: result)
        for (title, shown) in [("Decides", rows.filter(\.finding.gates)), ("Told", rows.filter { !$0.finding.gates })] {
            guard !shown.isEmpty else { continue }
            lines.append("")
            var table = TextTable(header: [title, "baseline", "candidate", "change", result.intervalTitle])
            table.rows = shown.map { row in
                [
                    "\(row.sign) \(row.metric.shortTitle)", row.baselineText, row.candidateText, row.changeText,
                    row.intervalText,
                ]
            }
            for (index, line) in table.lines(width: width).enumerated() {
                lines.append(index == 0 ? paint.strong(line) : paint.toned(line, shown[index - 1].tone))
            }
        }
        if let words = result.pairsWords { lines += words.wrapped(to: width).map(paint.pale) }
        let notes = [result.suspectWords].compactMap(\.self) + result.notes
        if !notes.isEmpty { lines.append("") }
        for note in notes { lines += indented(TerminalSummary.printable(note), "· ", width) }
        return lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n"
    }

    /// A text after a mark, its further lines under the first.
    private static func indented(_ text: String, _ mark: String, _ width: Int) -> [String] {
        text.wrapped(to: width - mark.count).enumerated().map { index, line in
            (index == 0 ? mark : String(repeating: " ", count: mark.count)) + line
        }
    }
}
