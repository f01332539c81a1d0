import FoundationEssentials
package import LoadMetrics

/// A history of runs on a terminal: at most 80 columns, or as many as the longest name needs.
package enum HistoryText {
    /// A line for each run, the latest last, and after them a line for each campaign.
    package static func list(of history: RunHistory, colour: Bool = false) -> String {
        let paint = TerminalPaint(colour: colour)
        var lines: [String] = []
        if !history.runs.isEmpty { lines += table(of: history.runs, paint) }
        if !history.campaigns.isEmpty {
            if !lines.isEmpty { lines.append("") }
            lines += table(of: history.campaigns, paint)
        }
        for line in history.unreadable {
            lines += TerminalSummary.printable(line).wrapped(to: TerminalSummary.width - 2).enumerated().map {
                ($0 == 0 ? "! " : "  ") + $1
            }
        }
        guard !lines.isEmpty else { return "no runs\n" }
        return lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n"
    }

    private static func table(of runs: [KeptRun], _ paint: TerminalPaint) -> [String] {
        let shown: [RunMetric] = [
            RunMetric(.throughput), RunMetric(.latency(.endToEnd, percentile: 99)), RunMetric(.cpuPerMillion(.worker)),
        ]
        var table = TextTable(header: ["Scenario", "started (UTC)", "", "throughput", "p99", "CPU/msg", "revision"])
        table.rows = runs.map { run in
            [
                cell(run.scenario), WallTime.day(run.startedAt),
                "\(run.outcome.sign) \(run.outcome.label.lowercased())",
            ] + shown.map { metric in run.values[metric.name].map(metric.text) ?? Quantity.none } + [
                run.gitRevision.map { TerminalSummary.printable(String($0.prefix(8))) } ?? Quantity.none
            ]
        }
        return lines(of: table, tones: runs.map(\.outcome.tone), paint)
    }

    private static func table(of campaigns: [KeptCampaign], _ paint: TerminalPaint) -> [String] {
        var table = TextTable(header: ["Campaign", "started (UTC)", "", "", "found"])
        table.rows = campaigns.map { campaign in
            [
                cell(campaign.scenario), WallTime.day(campaign.startedAt), campaign.kind.rawValue,
                "\(campaign.outcome.sign) \(campaign.outcome.rawValue.lowercased())", cell(campaign.headline),
            ]
        }
        return lines(of: table, tones: campaigns.map(\.outcome.tone), paint)
    }

    /// As long as a scenario's name may be: names of ours are shown whole.
    private static let longestCell = 64

    private static func cell(_ text: String) -> String {
        let text = TerminalSummary.printable(text)
        return text.count > longestCell ? text.padded(to: longestCell) : text
    }

    private static func lines(of table: TextTable, tones: [String], _ paint: TerminalPaint) -> [String] {
        table.lines(width: .max).enumerated().map { index, line in
            index == 0 ? paint.strong(line) : paint.toned(line, tones[index - 1])
        }
    }

    /// At most so many of the latest runs are drawn.
    private static let mostRuns = 60

    /// The runs of a trend, each with its place between the least and the greatest value; changes between them.
    package static func trend(_ trend: RunTrend, colour: Bool = false) -> String {
        let paint = TerminalPaint(colour: colour)
        let width = TerminalSummary.width
        var lines = [paint.strong("\(trend.metric.title) of \(TerminalSummary.printable(trend.scenario))")]
        if let latest = trend.joined.last {
            lines += TerminalSummary.printable(latest.run.machine.line).wrapped(to: width).map(paint.pale)
        }
        let values = trend.joined.map(\.value)
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        for entry in trend.joined.suffix(mostRuns) {
            if let change = trend.changes.first(where: { $0.entry.place == entry.place }) {
                let words = "── \(trend.isBetter(change) ? "better" : "worse"): \(trend.words(change)) "
                let line = words + String(repeating: "─", count: max(0, width - words.count))
                lines.append(paint.toned(line, trend.isBetter(change) ? "good" : "bad"))
            }
            let revision = entry.run.gitRevision.map { String($0.prefix(7)) } ?? ""
            let text = trend.metric.text(entry.value).padded(to: 12, alignRight: true)
            let head =
                "\(WallTime.day(entry.run.startedAt))  \(TerminalSummary.printable(revision).padded(to: 7))  \(text)  "
            let room = width - head.count
            let place = high > low ? Int((entry.value - low) / (high - low) * Double(room - 1)) : room / 2
            lines.append(head + String(repeating: "·", count: place) + "●")
        }
        let hidden = trend.joined.count - mostRuns
        if hidden > 0 { lines.append("(\(hidden) earlier runs are not shown here)") }
        for remark in trend.remarks {
            lines += remark.wrapped(to: width - 2).enumerated().map { ($0 == 0 ? "· " : "  ") + $1 }
        }
        return lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n"
    }
}

/// A trend as a page and as a picture.
package enum TrendReport {
    /// The page.
    package static func html(of trend: RunTrend) -> String {
        ReportPage.html(title: "\(trend.metric.title) of \(trend.scenario)") { main in
            let latest = trend.joined.last?.run
            ReportPage.header(
                &main, title: trend.scenario, badges: [.init(text: "trend", tone: "plain", isSmall: true)],
                summary: "\(trend.metric.title) over \(trend.joined.count) runs",
                meta: [latest.map { WallTime.label($0.startedAt) }, latest?.machine.line].compactMap(\.self)
                    .joined(separator: " · "),
                banners: trend.changes.map { change in
                    .init(
                        strong: "\(WallTime.label(change.entry.run.startedAt)) ", text: trend.words(change),
                        tone: trend.isBetter(change) ? "good" : "bad")
                })
            main.element("section", ["class": "charts", "aria-label": "Charts"]) { section in
                ReportPage.figure(
                    &section, trend.chart(), wide: true,
                    caption: trend.changes.isEmpty
                        ? "Each dot is a run." : "Each dot is a run; a new ground begins where the metric changed.")
            }
            HTMLReport.card(&main, "Runs") { section in
                HTMLReport.table(
                    &section,
                    columns: [("", false), (trend.metric.title, false), ("revision", true), ("folder", true)],
                    rows: trend.joined.reversed().map { entry in
                        let isFirst = trend.changes.contains { $0.entry.place == entry.place }
                        return (
                            [
                                WallTime.label(entry.run.startedAt) + (isFirst ? " · changed" : ""),
                                trend.metric.text(entry.value),
                                entry.run.gitRevision.map { String($0.prefix(12)) } ?? Quantity.none,
                                entry.run.folder,
                            ], ""
                        )
                    })
            }
            ReportPage.footer(
                &main,
                (trend.remarks + ["Changes by E-divisive with a permutation test, significance 1 %."]).joined(
                    separator: " "))
        }
    }

    /// The chart as a file of its own.
    package static func svg(of trend: RunTrend) -> String {
        var chart = trend.chart()
        chart.readings = []
        let height = ChartDrawing(chart: chart, format: .wide).height
        return PictureCard.svg(
            title: chart.title,
            lines: trend.changes.isEmpty ? trend.remarks.prefix(1).map(\.self) : trend.changes.map(trend.words),
            summary: chart.summary, height: height, width: Chart.Format.wide.width
        ) { chart.svg(.wide, at: $0) }
    }
}
