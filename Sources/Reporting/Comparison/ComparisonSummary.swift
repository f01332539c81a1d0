import FoundationEssentials
import LoadMetrics

/// A comparison on a terminal: at most 80 columns; what differs before the figures.
package enum ComparisonSummary {
    /// Two runs.
    package static func text(of comparison: RunComparison, colour: Bool = false) -> String {
        var page = ComparisonLines(paint: TerminalPaint(colour: colour))
        page.heading(
            "compare \(comparison.first.scenario.name)",
            sides: [
                ("A", comparison.labels.first, comparison.first.run.startedAt),
                ("B", comparison.labels.second, comparison.second.run.startedAt),
            ])
        for warning in comparison.warnings { page.add(warning, mark: "! ") }
        page.differences("Machine", comparison.machineDifferences, same: comparison.first.machine.line)
        page.differences(
            "Program", comparison.versionDifferences,
            same: "rafale \(comparison.first.run.toolVersion), \(comparison.first.broker?.label ?? "no broker")")
        page.scenario(comparison.scenarioDifferences)

        var table = TextTable(header: ["Figures", "A", "B", "change"])
        table.rows = comparison.figures.map { [$0.title, $0.firstText, $0.secondText, $0.changeText] }
        page.add(table)
        let quantiles = comparison.quantiles
        if !quantiles.isEmpty {
            var table = TextTable(header: ["Latency", "A", "its interval", "B", "its interval", "change"])
            table.rows = quantiles.map { figure in
                [
                    figure.title.replacingFirst("end to end", with: "e2e"), figure.firstText,
                    figure.intervals?.first ?? "", figure.secondText, figure.intervals?.second ?? "",
                    figure.changeText,
                ]
            }
            page.add(table, gap: 1)
        }
        page.lines.append("")
        for remark in RunComparison.remarks { page.add(remark, mark: "· ") }
        return page.text
    }

    /// Two sweeps.
    package static func text(of comparison: SweepComparison, colour: Bool = false) -> String {
        var page = ComparisonLines(paint: TerminalPaint(colour: colour))
        page.heading(
            "compare sweeps of \(comparison.first.campaign.scenario.name)",
            sides: [
                ("A", comparison.labels.first, comparison.first.campaign.startedAt),
                ("B", comparison.labels.second, comparison.second.campaign.startedAt),
            ])
        for warning in comparison.warnings { page.add(warning, mark: "! ") }
        page.differences("Machine", comparison.machineDifferences, same: comparison.first.campaign.machine.line)
        page.differences(
            "Program", comparison.versionDifferences, same: "rafale \(comparison.first.campaign.toolVersion)")
        page.scenario(comparison.scenarioDifferences)
        for metric in SweepComparison.Measure.allCases {
            let rows = comparison.rows(of: metric)
            guard !rows.isEmpty else { continue }
            var table = TextTable(header: [metric.title, "A", "B", "change", SweepComparison.intervalTitle, "runs"])
            table.rows = rows.map { row in
                [
                    row.point, row.firstText, row.secondText, row.changeText, row.intervalText,
                    "\(row.first.count), \(row.second.count)",
                ]
            }
            page.add(table)
        }
        page.lines.append("")
        for remark in comparison.remarks { page.add(remark, mark: "· ") }
        return page.text
    }
}

/// The lines of a comparison as they are put together.
private struct ComparisonLines {
    let paint: TerminalPaint
    var lines: [String] = []

    private static let width = TerminalSummary.width

    var text: String { lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n" }

    mutating func heading(_ title: String, sides: [(name: String, label: String, startedAt: Date)]) {
        lines.append(paint.strong(TerminalSummary.printable(title).padded(to: Self.width)))
        lines.append(paint.pale(String(repeating: "─", count: Self.width)))
        for side in sides { add("\(side.label), \(WallTime.label(side.startedAt))", mark: "\(side.name)  ") }
    }

    /// A text after a mark, its further lines under the first.
    mutating func add(_ text: String, mark: String) {
        for (index, line) in TerminalSummary.printable(text).wrapped(to: Self.width - mark.count).enumerated() {
            lines.append((index == 0 ? mark : String(repeating: " ", count: mark.count)) + line)
        }
    }

    mutating func add(_ table: TextTable, gap: Int = 2) {
        guard !table.rows.isEmpty else { return }
        lines.append("")
        for (index, line) in table.lines(width: Self.width, gap: gap).enumerated() {
            lines.append(index == 0 ? paint.strong(line) : line)
        }
    }

    mutating func differences(_ title: String, _ differences: [RunComparison.Difference], same: String) {
        lines.append("")
        guard !differences.isEmpty else {
            add("the same: \(same)", mark: title.padded(to: 10))
            return
        }
        lines.append(paint.strong("\(title) differs"))
        for difference in differences {
            add("\(difference.first) → \(difference.second)", mark: "  \(difference.name): ")
        }
    }

    /// At most so many lines of a scenario are shown here; the page has all of them.
    private static let scenarioLines = 16

    mutating func scenario(_ differences: [LineDifference]) {
        lines.append("")
        guard !differences.isEmpty else {
            add("the same", mark: "Scenario  ")
            return
        }
        lines.append(paint.strong("Scenario differs"))
        for difference in differences.prefix(Self.scenarioLines) {
            let line = "  \(difference.isAdded ? "+" : "−") \(TerminalSummary.printable(difference.line))"
            lines.append(line.count > Self.width ? line.padded(to: Self.width) : line)
        }
        if differences.count > Self.scenarioLines {
            lines.append("  … and \(differences.count - Self.scenarioLines) more lines")
        }
    }
}

extension String {
    /// The text with the first occurrence of a part replaced.
    fileprivate func replacingFirst(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
