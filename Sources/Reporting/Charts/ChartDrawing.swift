/// One chart at one size: places its parts and writes them as SVG.
struct ChartDrawing {
    private let chart: Chart
    private let format: Chart.Format
    private let frame: Frame
    private let legendRows: [[Chart.LegendEntry]]

    /// The inner rectangle, in pixels of the picture.
    private struct Frame {
        var left: Double
        var top: Double
        var right: Double
        var bottom: Double
        var width: Double { right - left }
        var height: Double { bottom - top }
    }

    private static let legendRowHeight = 20.0
    private static let characterWidth = 6.4

    init(chart: Chart, format: Chart.Format) {
        self.chart = chart
        self.format = format
        legendRows = Self.rows(of: chart.legend, width: format.width - 8)
        let top = Double(legendRows.count) * Self.legendRowHeight + 22
        let widest =
            chart.y.scale.ticks(format.isNarrow ? chart.y.tickCounts.narrow : chart.y.tickCounts.wide)
            .map { chart.y.label($0).count }.max() ?? 1
        frame = Frame(
            left: max(30, Double(widest) * Self.characterWidth + 12), top: top, right: format.width - 12,
            bottom: top + format.plotHeight)
    }

    /// How high the picture becomes.
    var height: Double { frame.bottom + 40 }

    func svg(at place: Point?) -> String {
        let name = "\(chart.id)-\(format.rawValue)"
        var markup = Markup()
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart \(format.rawValue)", "role": "img",
                "viewBox": "0 0 \(Self.number(format.width)) \(Self.number(height))",
                "aria-labelledby": "\(name)-title \(name)-desc",
                // Attributes without a value are left out: a chart of its own fills the width it is given.
                "x": place.map { Self.number($0.x) } ?? "", "y": place.map { Self.number($0.y) } ?? "",
                "width": place == nil ? "" : Self.number(format.width),
                "height": place == nil ? "" : Self.number(height),
            ]
        ) { svg in
            svg.element("title", ["id": "\(name)-title"], text: chart.title)
            svg.element("desc", ["id": "\(name)-desc"], text: chart.summary)
            drawBands(&svg)
            drawDisturbances(&svg)
            drawAxes(&svg)
            if chart.isEmpty {
                svg.element(
                    "text",
                    [
                        "class": "empty", "x": Self.number(frame.left + frame.width / 2),
                        "y": Self.number(frame.top + frame.height / 2), "text-anchor": "middle",
                    ], text: chart.emptyText)
            }
            for mark in chart.marks { draw(mark, &svg) }
            drawLimits(&svg)
            drawMarkers(&svg)
            drawLegend(&svg)
            if !format.isNarrow { drawReadings(&svg) }
        }
        return markup.text
    }

    // MARK: - Places

    private func x(_ value: Double) -> Double { frame.left + chart.x.scale.position(value) * frame.width }
    private func y(_ value: Double) -> Double { frame.bottom - chart.y.scale.position(value) * frame.height }

    /// A coordinate with one decimal.
    static func number(_ value: Double) -> String {
        let text = Quantity.fixed(value.isFinite ? value : 0, decimals: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    // MARK: - Bands and axes

    private func drawBands(_ svg: inout Markup) {
        for (index, band) in chart.bands.enumerated() {
            let from = x(band.from)
            let width = x(band.to) - from
            guard width > 0.5 else { continue }
            let kind = band.counts ? (index.isMultiple(of: 2) ? "even" : "odd") : "idle"
            svg.empty(
                "rect",
                [
                    "class": "band \(kind)", "x": Self.number(from), "y": Self.number(frame.top),
                    "width": Self.number(width), "height": Self.number(frame.height),
                ])
            let room = Int((width - 12) / Self.characterWidth)
            guard room >= 3, !band.label.isEmpty else { continue }
            let label = band.label.count <= room ? band.label : band.label.prefix(room - 1) + "…"
            svg.element(
                "text",
                ["class": "band-label", "x": Self.number(from + 4), "y": Self.number(frame.top - 6)], text: label)
        }
    }

    private func drawDisturbances(_ svg: inout Markup) {
        var free = -Double.infinity
        for disturbance in chart.disturbances {
            let from = x(disturbance.from)
            let width = max(1.5, min(x(disturbance.to), frame.right) - from)
            svg.empty(
                "rect",
                [
                    "class": "fault", "x": Self.number(from), "y": Self.number(frame.top),
                    "width": Self.number(width), "height": Self.number(frame.height),
                ])
            // Numbers of faults close together would lie on each other.
            let left = max(from + 2, free)
            free = left + Double(disturbance.label.count) * Self.characterWidth + 3
            svg.element(
                "text",
                ["class": "fault-label", "x": Self.number(left), "y": Self.number(frame.top + 11)],
                text: disturbance.label)
        }
    }

    private func drawAxes(_ svg: inout Markup) {
        let xTicks =
            chart.x.ticks ?? chart.x.scale.ticks(format.isNarrow ? chart.x.tickCounts.narrow : chart.x.tickCounts.wide)
        let yTicks = chart.y.scale.ticks(format.isNarrow ? chart.y.tickCounts.narrow : chart.y.tickCounts.wide)
        for tick in yTicks {
            let place = Self.number(y(tick))
            svg.empty(
                "line",
                [
                    "class": "grid", "x1": Self.number(frame.left), "x2": Self.number(frame.right), "y1": place,
                    "y2": place,
                ])
            svg.element(
                "text",
                [
                    "class": "tick", "x": Self.number(frame.left - 6), "y": Self.number(y(tick) + 4),
                    "text-anchor": "end",
                ], text: chart.y.label(tick))
        }
        var free = -Double.infinity
        for tick in xTicks {
            let place = x(tick)
            let label = chart.x.label(tick)
            let width = Double(label.count) * Self.characterWidth
            let left = min(max(place - width / 2, 0), format.width - width * 1.15)
            svg.empty(
                "line",
                [
                    "class": chart.x.scale.kind == .percentile ? "grid" : "tick-mark", "x1": Self.number(place),
                    "x2": Self.number(place),
                    "y1": Self.number(chart.x.scale.kind == .percentile ? frame.top : frame.bottom),
                    "y2": Self.number(frame.bottom + 4),
                ])
            guard left > free + 4 else { continue }
            free = left + width
            svg.element(
                "text",
                [
                    "class": "tick", "x": Self.number(left + width / 2), "y": Self.number(frame.bottom + 17),
                    "text-anchor": "middle",
                ], text: label)
        }
        svg.empty(
            "line",
            [
                "class": "axis", "x1": Self.number(frame.left), "x2": Self.number(frame.right),
                "y1": Self.number(frame.bottom), "y2": Self.number(frame.bottom),
            ])
        svg.element(
            "text",
            [
                "class": "axis-title", "x": Self.number(frame.right), "y": Self.number(frame.bottom + 34),
                "text-anchor": "end",
            ], text: chart.x.title)
        svg.element(
            "text", ["class": "axis-title", "x": "2", "y": Self.number(frame.bottom + 34)], text: chart.y.title)
    }

    // MARK: - Marks

    private func draw(_ mark: Mark, _ svg: inout Markup) {
        switch mark {
        case .line(let points, let swatch, let stroke):
            for run in points.split(whereSeparator: { $0 == nil }) {
                let points = run.compactMap { $0 }
                if points.count == 1 {
                    svg.empty(
                        "circle",
                        [
                            "class": "dot f-\(swatch.rawValue)", "cx": Self.number(x(points[0].x)),
                            "cy": Self.number(y(points[0].y)), "r": "3",
                        ])
                } else {
                    svg.empty(
                        "path", ["class": "line \(stroke.rawValue) c-\(swatch.rawValue)", "d": path(through: points)])
                }
            }
        case .area(let points, let swatch, let opacity):
            guard points.count > 1 else { return }
            let upper = points.map { Point(x: $0.x, y: $0.high) }
            let lower = points.reversed().map { Point(x: $0.x, y: $0.low) }
            let back = lower.map { "L\(Self.number(x($0.x))) \(Self.number(y($0.y)))" }.joined()
            svg.empty(
                "path",
                [
                    "class": "area f-\(swatch.rawValue)", "d": path(through: upper) + back + "Z",
                    "fill-opacity": Quantity.trimmed(opacity),
                ])
        case .dots(let points, let swatch, let isHollow):
            for point in points {
                svg.empty(
                    "circle",
                    [
                        "class": isHollow ? "dot hollow c-\(swatch.rawValue)" : "dot f-\(swatch.rawValue)",
                        "cx": Self.number(x(point.x)), "cy": Self.number(y(point.y)), "r": "4",
                    ])
            }
        case .whiskers(let ends, let swatch):
            for end in ends {
                let (place, low, high) = (x(end.x), Self.number(y(end.low)), Self.number(y(end.high)))
                let (left, right) = (Self.number(place - 4), Self.number(place + 4))
                svg.empty(
                    "path",
                    [
                        "class": "line thin c-\(swatch.rawValue)",
                        "d": "M\(left) \(low)H\(right)M\(left) \(high)H\(right)M\(Self.number(place)) \(low)V\(high)",
                    ])
            }
        }
    }

    private func path(through points: [Point]) -> String {
        var text = ""
        for (index, point) in points.enumerated() {
            text += (index == 0 ? "M" : "L") + Self.number(x(point.x)) + " " + Self.number(y(point.y))
        }
        return text
    }

    private func drawLimits(_ svg: inout Markup) {
        for limit in chart.limits where limit.y <= chart.y.scale.upper && limit.y >= chart.y.scale.lower {
            let place = y(limit.y)
            svg.empty(
                "line",
                [
                    "class": "limit", "x1": Self.number(frame.left), "x2": Self.number(frame.right),
                    "y1": Self.number(place), "y2": Self.number(place),
                ])
            svg.element(
                "text",
                [
                    "class": "limit-label", "x": Self.number(frame.right - 4),
                    "y": Self.number(place - 5 < frame.top + 8 ? place + 14 : place - 5), "text-anchor": "end",
                ], text: limit.label)
        }
    }

    private func drawMarkers(_ svg: inout Markup) {
        for marker in chart.markers where marker.x <= chart.x.scale.upper && marker.x >= chart.x.scale.lower {
            let place = x(marker.x)
            svg.empty(
                "line",
                [
                    "class": "marker", "x1": Self.number(place), "x2": Self.number(place),
                    "y1": Self.number(frame.top), "y2": Self.number(frame.bottom),
                ])
            // On the side with more room.
            let isLeft = place > frame.left + frame.width / 2
            svg.element(
                "text",
                [
                    "class": "marker-label", "x": Self.number(place + (isLeft ? -5 : 5)),
                    "y": Self.number(frame.bottom - 8), "text-anchor": isLeft ? "end" : "start",
                ], text: marker.label)
        }
    }

    // MARK: - Legend

    private static func width(of entry: Chart.LegendEntry) -> Double {
        Double(entry.label.count) * characterWidth + 44
    }

    /// As many entries in a row as fit.
    private static func rows(of legend: [Chart.LegendEntry], width: Double) -> [[Chart.LegendEntry]] {
        var rows: [[Chart.LegendEntry]] = []
        var used = Double.infinity
        for entry in legend {
            if used + self.width(of: entry) > width {
                rows.append([])
                used = 0
            }
            rows[rows.count - 1].append(entry)
            used += self.width(of: entry)
        }
        return rows
    }

    private func drawLegend(_ svg: inout Markup) {
        for (row, entries) in legendRows.enumerated() {
            var left = 2.0
            let middle = Double(row) * Self.legendRowHeight + 9
            for entry in entries {
                if entry.isDot {
                    svg.empty(
                        "circle",
                        [
                            "class": "dot f-\(entry.swatch.rawValue)", "cx": Self.number(left + 10),
                            "cy": Self.number(middle), "r": "4",
                        ])
                } else if entry.isArea {
                    svg.empty(
                        "rect",
                        [
                            "class": "f-\(entry.swatch.rawValue)", "x": Self.number(left + 4),
                            "y": Self.number(middle - 5), "width": "12", "height": "10", "rx": "2",
                            "fill-opacity": Quantity.trimmed(entry.opacity),
                        ])
                } else {
                    svg.empty(
                        "line",
                        [
                            "class": "line \(entry.stroke.rawValue) c-\(entry.swatch.rawValue)",
                            "x1": Self.number(left), "x2": Self.number(left + 20), "y1": Self.number(middle),
                            "y2": Self.number(middle),
                        ])
                }
                svg.element(
                    "text", ["class": "legend", "x": Self.number(left + 26), "y": Self.number(middle + 4)],
                    text: entry.label)
                left += Self.width(of: entry)
            }
        }
    }

    // MARK: - Readings

    /// Transparent strips over the plot; a browser shows their title when the pointer rests, without any script.
    private func drawReadings(_ svg: inout Markup) {
        guard !chart.readings.isEmpty else { return }
        svg.element("g", ["class": "readings"]) { group in
            for reading in chart.readings {
                let from = x(reading.from)
                let width = x(reading.to) - from
                guard width > 0.2 else { continue }
                group.element(
                    "rect",
                    [
                        "x": Self.number(from), "y": Self.number(frame.top), "width": Self.number(width),
                        "height": Self.number(frame.height),
                    ]
                ) { $0.element("title", text: reading.text) }
            }
        }
    }
}
