/// Horizontal bars of parts laid end to end, each with its sum beside it.
struct BarChart: Sendable {
    /// A stretch of a bar.
    struct Part: Sendable {
        var value: Double
        var swatch: Swatch
        var opacity: Double
        var label: String
    }

    /// One bar.
    struct Bar: Sendable {
        var label: String
        var parts: [Part]
        /// What stands at its end.
        var figure: String
    }

    var id: String
    var title: String
    var summary: String
    var bars: [Bar]
    var emptyText = "nothing was measured"

    private static let rowHeight = 58.0

    /// The picture as an `svg` element.
    func svg(_ format: Chart.Format) -> String {
        let name = "\(id)-\(format.rawValue)"
        let height = max(90, Double(bars.count) * Self.rowHeight + 14)
        let greatest = bars.map { $0.parts.reduce(0) { $0 + max(0, $1.value) } }.max() ?? 0
        let scale = Scale.exact(0, greatest)
        let room = format.width - 118
        var markup = Markup()
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart \(format.rawValue)", "role": "img",
                "viewBox": "0 0 \(ChartDrawing.number(format.width)) \(ChartDrawing.number(height))",
                "aria-labelledby": "\(name)-title \(name)-desc",
            ]
        ) { svg in
            svg.element("title", ["id": "\(name)-title"], text: title)
            svg.element("desc", ["id": "\(name)-desc"], text: summary)
            if bars.isEmpty {
                svg.element(
                    "text",
                    [
                        "class": "empty", "x": ChartDrawing.number(format.width / 2),
                        "y": ChartDrawing.number(height / 2), "text-anchor": "middle",
                    ], text: emptyText)
            }
            for (index, bar) in bars.enumerated() {
                draw(bar, top: Double(index) * Self.rowHeight + 4, room: room, scale: scale, &svg)
            }
        }
        return markup.text
    }

    private func draw(_ bar: Bar, top: Double, room: Double, scale: Scale, _ svg: inout Markup) {
        svg.element("text", ["class": "legend", "x": "2", "y": ChartDrawing.number(top + 11)], text: bar.label)
        var reached = 0.0
        for part in bar.parts where part.value > 0 {
            let from = scale.position(reached) * room
            reached += part.value
            let width = max(1, scale.position(reached) * room - from)
            svg.element(
                "rect",
                [
                    "class": "f-\(part.swatch.rawValue)", "x": ChartDrawing.number(from + 2),
                    "y": ChartDrawing.number(top + 17), "width": ChartDrawing.number(width), "height": "22",
                    "fill-opacity": Quantity.trimmed(part.opacity),
                ]
            ) { $0.element("title", text: part.label) }
        }
        svg.element(
            "text",
            [
                "class": "legend", "x": ChartDrawing.number(scale.position(reached) * room + 10),
                "y": ChartDrawing.number(top + 33),
            ], text: bar.figure)
    }
}
