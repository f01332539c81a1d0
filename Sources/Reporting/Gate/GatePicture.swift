import LoadMetrics

/// The metrics of a gate, each with the figures of both sides as dots and boxes, and the change with its interval.
///
/// ```
///  worker CPU per message                       +10.4 % (+8.1 … +12.9 %)
///  baseline    ∙∙[∙|∙∙]∙      ┊
///  candidate          ┊  ∙∙[∙|∙]∙ ∙
///  change             ┊     ├──●──┤
///            −5       0     +5     +10 %      ┊ the least effect that matters
/// ```
struct GatePicture: Sendable {
    var id = "gate"
    var title = "Both sides, run by run"
    var rows: [GateRow]
    var leastEffect: Double
    /// What the two sides are called.
    var sideNames = ("baseline", "candidate")

    private static let rowHeight = 132.0
    private static let gutter = 78.0
    private static let characterWidth = 6.4

    /// What it says, for those who cannot see it.
    var summary: String {
        rows.isEmpty
            ? "Nothing was measured on both sides."
            : rows.map { "\($0.metric.title): \($0.words(leastEffect: leastEffect))" }.joined(separator: ". ") + "."
    }

    func height(_ format: Chart.Format) -> Double { max(60, Double(rows.count) * Self.rowHeight + 4) }

    /// The picture as an `svg` element; with a place when it is part of a larger picture.
    func svg(_ format: Chart.Format, at place: Point? = nil) -> String {
        let name = "\(id)-\(format.rawValue)"
        let size = (width: Self.number(format.width), height: Self.number(height(format)))
        var markup = Markup()
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart \(format.rawValue)", "role": "img",
                "viewBox": "0 0 \(size.width) \(size.height)", "aria-labelledby": "\(name)-title \(name)-desc",
                "x": place.map { Self.number($0.x) } ?? "", "y": place.map { Self.number($0.y) } ?? "",
                "width": place == nil ? "" : size.width, "height": place == nil ? "" : size.height,
            ]
        ) { svg in
            svg.element("title", ["id": "\(name)-title"], text: title)
            svg.element("desc", ["id": "\(name)-desc"], text: summary)
            if rows.isEmpty {
                svg.element(
                    "text",
                    ["class": "empty", "x": Self.number(format.width / 2), "y": "34", "text-anchor": "middle"],
                    text: "nothing was measured on both sides")
            }
            for (index, row) in rows.enumerated() {
                draw(row, top: Double(index) * Self.rowHeight, width: format.width, &svg)
            }
        }
        return markup.text
    }

    // MARK: - One metric

    /// Where a row's changes stand on the picture.
    private struct Ruler {
        var scale: Scale
        var left: Double
        var right: Double

        func x(_ change: Double) -> Double { left + scale.position(change) * (right - left) }
    }

    private func draw(_ row: GateRow, top: Double, width: Double, _ svg: inout Markup) {
        guard let middle = GateRow.middle(row.baseline), middle > 0 else { return }
        let baseline = row.baseline.map { $0 / middle - 1 }
        let candidate = row.candidate.map { $0 / middle - 1 }
        let ruler = ruler(row.finding, baseline + candidate, width: width)
        drawHeading(row, top: top, width: width, &svg)
        drawAxis(row, ruler, top: top, &svg)
        drawSide(baseline, sideNames.0, .blue, row.metric, middle, ruler, y: top + 40, &svg)
        drawSide(candidate, sideNames.1, .orange, row.metric, middle, ruler, y: top + 62, &svg)
        drawChange(row, ruler, y: top + 84, &svg)
    }

    private func ruler(_ finding: GateFinding, _ changes: [Double], width: Double) -> Ruler {
        var ends = changes + [finding.changeLow, finding.changeHigh, finding.change].compactMap(\.self)
        ends += [-leastEffect * 1.3, leastEffect * 1.3]
        ends.removeAll { !$0.isFinite }
        let low = max(-1, ends.min() ?? -1)
        let high = ends.max() ?? 1
        let pad = (high - low) * 0.03
        return Ruler(scale: .exact(low - pad, high + pad), left: Self.gutter, right: width - 14)
    }

    private func drawHeading(_ row: GateRow, top: Double, width: Double, _ svg: inout Markup) {
        let isNarrow = width < 500
        svg.element(
            "text", ["class": "legend heading", "x": "2", "y": Self.number(top + 18)],
            text: "\(row.sign) \(isNarrow ? row.metric.shortTitle : row.metric.title)")
        let figures = "\(row.baselineText) → \(row.candidateText)"
        svg.element(
            "text",
            ["class": "legend", "x": Self.number(width - 14), "y": Self.number(top + 18), "text-anchor": "end"],
            text: isNarrow ? row.changeText : "\(figures) · \(row.changeText) (\(row.intervalText))")
    }

    private func drawAxis(_ row: GateRow, _ ruler: Ruler, top: Double, _ svg: inout Markup) {
        let (upper, lower) = (top + 28, top + 98)
        // Where the candidate would be worse by the least effect or more.
        let edge = ruler.x(row.metric.higherIsBetter ? -leastEffect : leastEffect)
        let (from, to) = row.metric.higherIsBetter ? (ruler.left, edge) : (edge, ruler.right)
        if to > from {
            svg.empty(
                "rect",
                [
                    "class": "f-red", "x": Self.number(from), "y": Self.number(upper), "width": Self.number(to - from),
                    "height": Self.number(lower - upper), "fill-opacity": "0.07",
                ])
        }
        vertical("limit", edge, upper, lower, &svg)
        vertical("axis", ruler.x(0), upper, lower, &svg)
        var free = -Double.infinity
        for tick in ruler.scale.ticks(Int((ruler.right - ruler.left) / 90)) {
            let place = ruler.x(tick)
            vertical("tick-mark", place, lower, lower + 4, &svg)
            let label = tick == 0 ? "0" : Quantity.changeTick(tick)
            let half = Double(label.count) * Self.characterWidth / 2
            guard place - half > free + 6, place + half < ruler.right + 14 else { continue }
            free = place + half
            svg.element(
                "text",
                [
                    "class": "tick", "x": Self.number(place), "y": Self.number(lower + 16), "text-anchor": "middle",
                ], text: label)
        }
        svg.empty(
            "line",
            [
                "class": "axis", "x1": Self.number(ruler.left), "x2": Self.number(ruler.right),
                "y1": Self.number(lower), "y2": Self.number(lower),
            ])
    }

    /// The dots of one side on a line, with a box from the first to the third quarter and a mark in the middle.
    private func drawSide(
        _ changes: [Double], _ label: String, _ swatch: Swatch, _ metric: RunMetric, _ unit: Double, _ ruler: Ruler,
        y: Double, _ svg: inout Markup
    ) {
        svg.element("text", ["class": "tick", "x": "2", "y": Self.number(y + 4)], text: label)
        let sorted = changes.sorted()
        guard let middle = GateRow.middle(sorted) else { return }
        if sorted.count >= 4 {
            let quarters = (sorted[sorted.count / 4], sorted[sorted.count - 1 - sorted.count / 4])
            svg.empty(
                "rect",
                [
                    "class": "f-\(swatch.rawValue)", "x": Self.number(ruler.x(quarters.0)), "y": Self.number(y - 8),
                    "width": Self.number(max(2, ruler.x(quarters.1) - ruler.x(quarters.0))), "height": "16",
                    "rx": "3", "fill-opacity": "0.22",
                ])
        }
        for (index, change) in changes.enumerated() {
            svg.element(
                "circle",
                [
                    "class": "f-\(swatch.rawValue)", "cx": Self.number(ruler.x(change)), "cy": Self.number(y),
                    "r": "3.5", "fill-opacity": "0.75",
                ]
            ) { $0.element("title", text: "\(label), run \(index + 1): \(metric.text((change + 1) * unit))") }
        }
        let place = Self.number(ruler.x(middle))
        svg.empty(
            "line",
            [
                "class": "line bold c-\(swatch.rawValue)", "x1": place, "x2": place, "y1": Self.number(y - 9),
                "y2": Self.number(y + 9),
            ])
    }

    private func drawChange(_ row: GateRow, _ ruler: Ruler, y: Double, _ svg: inout Markup) {
        svg.element("text", ["class": "tick", "x": "2", "y": Self.number(y + 4)], text: "change")
        guard let change = row.finding.change else { return }
        let swatch: Swatch =
            switch row.finding.decision {
            case .regression: .red
            case .pass, .improvement: .green
            case .unclear, .notMeasured: .grey
            }
        if let low = row.finding.changeLow, let high = row.finding.changeHigh {
            svg.empty(
                "line",
                [
                    "class": "line bold c-\(swatch.rawValue)", "x1": Self.number(ruler.x(low)),
                    "x2": Self.number(ruler.x(high)), "y1": Self.number(y), "y2": Self.number(y),
                ])
            for end in [low, high] { vertical("line normal c-\(swatch.rawValue)", ruler.x(end), y - 5, y + 5, &svg) }
        }
        svg.element(
            "circle",
            [
                "class": "f-\(swatch.rawValue)", "cx": Self.number(ruler.x(change)), "cy": Self.number(y), "r": "5",
            ]
        ) { $0.element("title", text: "\(row.metric.title): \(row.words(leastEffect: leastEffect))") }
    }

    private func vertical(_ style: String, _ x: Double, _ top: Double, _ bottom: Double, _ svg: inout Markup) {
        svg.empty(
            "line",
            [
                "class": style, "x1": Self.number(x), "x2": Self.number(x), "y1": Self.number(top),
                "y2": Self.number(bottom),
            ])
    }

    private static func number(_ value: Double) -> String { ChartDrawing.number(value) }
}

extension Quantity {
    /// A change at a tick of an axis: no zeros that say nothing.
    static func changeTick(_ share: Double) -> String {
        (share < 0 ? "−" : "+") + trimmed(abs(share) * 100) + " %"
    }
}
