import FoundationEssentials
package import LoadMetrics

/// A run in one SVG picture, for a README: verdict, figures and four charts, in the reader's light or dark.
package enum OverviewCard {
    private static let width = 936.0
    private static let margin = 24.0

    /// The picture as a file of its own.
    package static func svg(of result: RunResult) -> String {
        var charts = [
            RunCharts.throughput(of: result), RunCharts.latency(of: result), RunCharts.percentiles(of: result),
            RunCharts.cpu(of: result),
        ]
        for index in charts.indices { charts[index].readings = [] }
        let chartTop = 196.0
        let rowHeight = (charts.map { ChartDrawing(chart: $0, format: .card).height }.max() ?? 0) + 44
        let height = chartTop + 2 * rowHeight
        var markup = Markup()
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(number(width)) \(number(height))",
                "width": number(width), "height": number(height), "role": "img",
                "aria-labelledby": "card-title card-desc",
            ]
        ) { svg in
            svg.element("title", ["id": "card-title"], text: result.title)
            svg.element("desc", ["id": "card-desc"], text: charts.map(\.summary).joined(separator: " "))
            svg.append(markup: "<style>\(ChartStyle.properties)\(ChartStyle.rules)\(rules)</style>")
            svg.empty(
                "rect",
                [
                    "class": "sheet", "x": "0.5", "y": "0.5", "width": number(width - 1), "height": number(height - 1),
                    "rx": "14",
                ])
            header(&svg, result)
            tiles(&svg, result)
            for (index, chart) in charts.enumerated() {
                let x = margin + Double(index % 2) * (width / 2 - 8)
                let y = chartTop + Double(index / 2) * rowHeight
                svg.element("text", ["class": "heading", "x": number(x + 2), "y": number(y + 14)], text: chart.title)
                svg.append(markup: chart.svg(.card, at: Point(x: x, y: y + 24)))
            }
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + markup.text + "\n"
    }

    private static func number(_ value: Double) -> String { ChartDrawing.number(value) }

    private static func header(_ svg: inout Markup, _ result: RunResult) {
        svg.element(
            "text", ["class": "name", "x": number(margin), "y": "50"], text: shortened(result.scenario.name, 34))
        let badge = "\(result.outcome.sign) \(result.outcome.label)"
        let badgeWidth = Double(badge.count) * 9 + 28
        svg.empty(
            "rect",
            [
                "class": "badge \(result.outcome.tone)", "x": number(width - margin - badgeWidth), "y": "24",
                "width": number(badgeWidth), "height": "32", "rx": "16",
            ])
        svg.element(
            "text",
            [
                "class": "badge-text \(result.outcome.tone)", "x": number(width - margin - badgeWidth / 2), "y": "45",
                "text-anchor": "middle",
            ], text: badge)
        let line = result.scenario.summary ?? HTMLReport.metaLine(result)
        svg.element("text", ["class": "sub", "x": number(margin), "y": "76"], text: shortened(line, 110))
    }

    private static func tiles(_ svg: inout Markup, _ result: RunResult) {
        let tiles = Tile.all(of: result).prefix(4)
        let step = (width - 2 * margin) / Double(max(1, tiles.count))
        for (index, tile) in tiles.enumerated() {
            let x = number(margin + Double(index) * step)
            svg.element("text", ["class": "tile-label", "x": x, "y": "112"], text: tile.label)
            svg.element("text", ["class": "tile-figure \(tile.tone)", "x": x, "y": "142"], text: tile.figure)
            svg.element("text", ["class": "tile-label", "x": x, "y": "162"], text: shortened(tile.detail, 34))
        }
    }

    static func shortened(_ text: String, _ most: Int) -> String {
        text.count <= most ? text : text.prefix(most - 1) + "…"
    }

    static let rules = """
        text{font-family:\(ChartStyle.fontFamily);fill:var(--ink);font-variant-numeric:tabular-nums}\
        .sheet{fill:var(--card);stroke:var(--edge)}\
        .good{--tone:var(--green)}.bad{--tone:var(--red)}.warn{--tone:var(--amber)}.plain{--tone:var(--blue)}\
        .name{font-size:30px;font-weight:700}.sub{font-size:14px;fill:var(--muted)}\
        .name.small{font-size:24px}.sub.small{font-size:12.5px}\
        .heading{font-size:14px;font-weight:650}\
        .badge{fill:none;stroke:var(--tone);stroke-width:1.5}\
        .badge-text{font-size:14px;font-weight:700;fill:var(--tone)}\
        .tile-label{font-size:12.5px;fill:var(--muted)}\
        .tile-figure{font-size:26px;font-weight:680}\
        .tile-figure.bad{fill:var(--red)}.tile-figure.good{fill:var(--green)}
        """
}
