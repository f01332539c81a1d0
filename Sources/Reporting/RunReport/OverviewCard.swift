import FoundationEssentials
package import LoadMetrics

/// A run in one SVG picture, for a README: verdict, figures and four charts, in the reader's light or dark.
package enum OverviewCard {
    /// The picture as a file of its own.
    package static func svg(of result: RunResult) -> String {
        TiledCard(
            name: result.scenario.name, title: result.title,
            badge: (text: "\(result.outcome.sign) \(result.outcome.label)", tone: result.outcome.tone),
            line: result.scenario.summary ?? HTMLReport.metaLine(result), tiles: Tile.all(of: result),
            charts: [
                RunCharts.throughput(of: result), RunCharts.latency(of: result), RunCharts.percentiles(of: result),
                RunCharts.cpu(of: result),
            ]
        ).svg
    }

    /// At most so many characters, with an ellipsis where some are missing.
    static func shortened(_ text: String, _ most: Int) -> String {
        text.count <= most ? text : text.prefix(most - 1) + "…"
    }

    /// The look of such a picture, beside that of its charts.
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

/// Figures and charts in one SVG picture.
struct TiledCard {
    var name: String
    /// What it is, for those who cannot see it.
    var title: String
    var badge: (text: String, tone: String)
    /// The sentence below the name.
    var line: String
    /// The first four are shown.
    var tiles: [Tile]
    /// Two in a row.
    var charts: [Chart]

    private static let width = 936.0
    private static let margin = 24.0

    var svg: String {
        var charts = charts
        for index in charts.indices { charts[index].readings = [] }
        let (width, margin) = (Self.width, Self.margin)
        let chartTop = 196.0
        let rowHeight = (charts.map { ChartDrawing(chart: $0, format: .card).height }.max() ?? 0) + 44
        let height = chartTop + Double((charts.count + 1) / 2) * rowHeight
        var markup = Markup()
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(number(width)) \(number(height))",
                "width": number(width), "height": number(height), "role": "img",
                "aria-labelledby": "card-title card-desc",
            ]
        ) { svg in
            svg.element("title", ["id": "card-title"], text: title)
            svg.element("desc", ["id": "card-desc"], text: charts.map(\.summary).joined(separator: " "))
            svg.append(markup: "<style>\(ChartStyle.properties)\(ChartStyle.rules)\(OverviewCard.rules)</style>")
            svg.empty(
                "rect",
                [
                    "class": "sheet", "x": "0.5", "y": "0.5", "width": number(width - 1), "height": number(height - 1),
                    "rx": "14",
                ])
            header(&svg)
            figures(&svg)
            for (index, chart) in charts.enumerated() {
                let x = margin + Double(index % 2) * (width / 2 - 8)
                let y = chartTop + Double(index / 2) * rowHeight
                svg.element("text", ["class": "heading", "x": number(x + 2), "y": number(y + 14)], text: chart.title)
                svg.append(markup: chart.svg(.card, at: Point(x: x, y: y + 24)))
            }
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + markup.text + "\n"
    }

    private func number(_ value: Double) -> String { ChartDrawing.number(value) }

    private func header(_ svg: inout Markup) {
        let (width, margin) = (Self.width, Self.margin)
        svg.element(
            "text", ["class": "name", "x": number(margin), "y": "50"], text: OverviewCard.shortened(name, 34))
        let badgeWidth = Double(badge.text.count) * 9 + 28
        svg.empty(
            "rect",
            [
                "class": "badge \(badge.tone)", "x": number(width - margin - badgeWidth), "y": "24",
                "width": number(badgeWidth), "height": "32", "rx": "16",
            ])
        svg.element(
            "text",
            [
                "class": "badge-text \(badge.tone)", "x": number(width - margin - badgeWidth / 2), "y": "45",
                "text-anchor": "middle",
            ], text: badge.text)
        svg.element(
            "text", ["class": "sub", "x": number(margin), "y": "76"], text: OverviewCard.shortened(line, 110))
    }

    private func figures(_ svg: inout Markup) {
        let tiles = tiles.prefix(4)
        let step = (Self.width - 2 * Self.margin) / Double(max(1, tiles.count))
        for (index, tile) in tiles.enumerated() {
            let x = number(Self.margin + Double(index) * step)
            svg.element("text", ["class": "tile-label", "x": x, "y": "112"], text: tile.label)
            svg.element("text", ["class": "tile-figure \(tile.tone)", "x": x, "y": "142"], text: tile.figure)
            svg.element(
                "text", ["class": "tile-label", "x": x, "y": "162"], text: OverviewCard.shortened(tile.detail, 34))
        }
    }
}
