import LoadMetrics
import Statistics

/// The charts of a sweep: how throughput, efficiency, cost and memory go with the key along x.
struct ScalingCharts {
    let picture: ScalingPicture
    /// What the figures are called: throughput, or capacity.
    var quantity = "throughput"

    /// The colours of curves, in order.
    static let swatches: [Swatch] = [.blue, .orange, .green, .purple, .teal, .red, .grey]

    static func swatch(_ index: Int) -> Swatch { swatches[index % swatches.count] }

    // MARK: - The scaling curve

    /// Throughput at each point with the law, its band, and what Amdahl and proportion would give.
    func scaling() -> Chart {
        let right = rightEnd
        var chart = chart(
            id: "scaling", title: quantity.capitalizedFirst, summary: summary, xTo: right,
            greatest: greatest(to: right),
            title: "messages per second"
        ) { Quantity.short($0) }
        shade(&chart, to: right)
        for (index, curve) in picture.curves.enumerated() {
            let swatch = Self.swatch(index)
            if let fit = curve.law { draw(fit, in: &chart, swatch: swatch, isOnly: picture.only != nil, to: right) }
            let whiskers = curve.points.compactMap { point in
                point.range.map { (x: point.x, low: $0.low, high: $0.high) }
            }
            if curve.law == nil, picture.isNumeric {
                chart.marks.append(.line(line(curve) { $0.throughput }, swatch, .thin))
            }
            chart.marks.append(.whiskers(whiskers.filter { $0.high > $0.low }, swatch))
            chart.marks.append(.dots(line(curve) { $0.throughput }.compactMap { $0 }, swatch, isHollow: false))
            chart.marks.append(.dots(discounted(curve), swatch, isHollow: true))
            let repeats = curve.points.map(\.runs.count).max() ?? 0
            let figure = quantity == "capacity" ? "capacity" : repeats > 1 ? "median of \(repeats) runs" : "measured"
            chart.legend.insert(
                Chart.LegendEntry(label: label(curve) ?? figure, swatch: swatch, isDot: true),
                at: min(index, chart.legend.count))
        }
        if let fit = picture.only?.law, fit.peakIsSupported, let peak = fit.law.peakWorkers, peak <= right {
            chart.markers = [Chart.Marker(x: peak, label: "peak ≈ \(Quantity.short(peak.rounded()))")]
        }
        chart.readings = readings(to: right)
        return chart
    }

    private func draw(_ fit: ScalabilityFit, in chart: inout Chart, swatch: Swatch, isOnly: Bool, to right: Double) {
        let steps = (0...160).map { step in
            chart.x.scale.value(
                at: chart.x.scale.position(leftEnd) * (1 - Double(step) / 160)
                    + chart.x.scale.position(right) * Double(step) / 160)
        }
        let top = chart.y.scale.upper
        func line(_ law: ScalabilityLaw) -> [Point?] {
            Self.clipped(steps.map { Point(x: $0, y: law.throughput(at: $0)) }, at: top)
        }
        guard isOnly else {
            chart.marks.append(.line(line(fit.law), swatch, .normal))
            return
        }
        if let uncertainty = fit.uncertainty {
            let band = steps.map { step in
                let interval = uncertainty.throughput(at: step)
                return (x: step, low: min(interval.low, top), high: min(interval.high, top))
            }
            chart.marks.append(.area(band, swatch, opacity: 0.14))
        }
        let proportion = ScalabilityLaw(throughputOfOne: fit.law.throughputOfOne, contention: 0, coherency: 0)
        chart.marks.append(.line(line(proportion), .grey, .dotted))
        chart.marks.append(.line(line(fit.amdahl), .purple, .dashed))
        chart.marks.append(.line(line(fit.law), swatch, .bold))
        chart.legend.append(Chart.LegendEntry(label: "scalability law (USL)", swatch: swatch, stroke: .bold))
        if fit.uncertainty != nil {
            chart.legend.append(
                Chart.LegendEntry(label: "its 95 % band", swatch: swatch, isArea: true, opacity: 0.25))
        }
        chart.legend.append(Chart.LegendEntry(label: "Amdahl", swatch: .purple, stroke: .dashed))
        chart.legend.append(Chart.LegendEntry(label: "in proportion", swatch: .grey, stroke: .dotted))
    }

    /// Points above `top` left out, with the place where a line crosses it.
    static func clipped(_ points: [Point], at top: Double) -> [Point?] {
        var result: [Point?] = []
        var previous: Point?
        for point in points {
            if let previous, (previous.y > top) != (point.y > top) {
                let share = (top - previous.y) / (point.y - previous.y)
                result.append(Point(x: previous.x + share * (point.x - previous.x), y: top))
            }
            result.append(point.y <= top ? point : nil)
            previous = point
        }
        return result
    }

    /// Points of which no run counts, at what their runs measured nevertheless.
    private func discounted(_ curve: ScalingCurve) -> [Point] {
        curve.points.filter { $0.throughput == nil }.compactMap { point in
            OrderedSamples(point.runs.map(\.throughputPerSecond)).map { Point(x: point.x, y: $0.median) }
        }
    }

    /// Shades where threads outnumber cores, and what lies beyond the measured values.
    private func shade(_ chart: inout Chart, to right: Double) {
        let points = picture.curves.flatMap(\.points).sorted { $0.x < $1.x }
        guard let last = points.last?.x else { return }
        let isBeyond = right > last * 1.2
        if let first = points.first(where: \.isOversubscribed)?.x {
            let before = points.last { $0.x < first }?.x
            let from = before.map { ($0 + first) / 2 } ?? chart.x.scale.lower
            chart.bands.append(
                Chart.Band(
                    from: from, to: isBeyond ? last : right, label: "threads > cores", counts: false))
        }
        if isBeyond { chart.bands.append(Chart.Band(from: last, to: right, label: "not measured", counts: true)) }
    }

    // MARK: - Efficiency, cost, cores, memory

    /// The speed-up as a share of proportion; nil where the key is not what does the work.
    func efficiency() -> Chart? {
        guard picture.key.isResource, picture.isNumeric, picture.curves.contains(where: { $0.measured.count > 1 })
        else {
            return nil
        }
        let right = (picture.curves.flatMap(\.points).map(\.x).max() ?? 1) * 1.05
        let most = picture.curves.flatMap { curve in curve.points.compactMap { curve.efficiency($0) } }.max() ?? 1
        var chart = chart(
            id: "efficiency", title: "Efficiency",
            summary: "Throughput for each \(picture.key.unit ?? "step") beside that of the least number of them.",
            xTo: right, greatest: max(1, most), title: "of proportion"
        ) { Quantity.percent($0, of: 1) }
        chart.limits = []
        for (index, curve) in picture.curves.enumerated() {
            let swatch = Self.swatch(index)
            if let fit = curve.law, let base = curve.measured.first, let carried = base.throughput {
                let steps = (0...100).map { leftEnd + (right - leftEnd) * Double($0) / 100 }
                let points = steps.map { x in
                    Point(x: x, y: fit.law.throughput(at: x) / carried * base.x / x)
                }
                chart.marks.append(.line(Self.clipped(points, at: chart.y.scale.upper), swatch, .normal))
            }
            chart.marks.append(.dots(line(curve) { curve.efficiency($0) }.compactMap { $0 }, swatch, isHollow: false))
            if let label = label(curve) {
                chart.legend.append(Chart.LegendEntry(label: label, swatch: swatch, isDot: true))
            }
        }
        if picture.only?.law != nil {
            chart.legend = [
                Chart.LegendEntry(label: "measured", swatch: .blue, isDot: true),
                Chart.LegendEntry(label: "scalability law", swatch: .blue),
            ]
        }
        return chart
    }

    /// CPU time for a message, by role; with several curves that of the workers.
    func cost() -> Chart {
        roles(
            id: "cost", title: "CPU per message",
            summary: "Microseconds of CPU for one message, which is CPU-seconds per million.", axis: "µs per message",
            format: { Quantity.trimmed($0) }, figure: { $0.cpuSecondsPerMillion })
    }

    /// Cores kept busy, by role; with several curves those of the workers.
    func cores() -> Chart {
        roles(
            id: "cores", title: "Cores busy", summary: "Mean number of cores that each role kept busy.", axis: "cores",
            format: { Quantity.trimmed($0) }, figure: { $0.coresBusy })
    }

    /// Memory by role; with several curves that of the workers.
    func memory() -> Chart {
        roles(
            id: "memory", title: "Memory", summary: "The highest resident memory of each role, its processes together.",
            axis: "MiB", format: { Quantity.trimmed($0) }, figure: { Double($0.residentBytes) / 1_048_576 })
    }

    private func roles(
        id: String, title: String, summary: String, axis: String, format: @escaping @Sendable (Double) -> String,
        figure: (RoleFigures) -> Double?
    ) -> Chart {
        var lines: [(label: String, swatch: Swatch, points: [Point?])] = []
        if let curve = picture.only {
            for role in RunRole.allCases {
                let points = line(curve) { $0.median(role, figure) }
                guard points.contains(where: { $0 != nil }) else { continue }
                lines.append((role == .worker ? "workers" : role.rawValue, RunCharts.swatch(of: role), points))
            }
        } else {
            for (index, curve) in picture.curves.enumerated() {
                let points = line(curve) { $0.median(.worker, figure) }
                lines.append((label(curve) ?? "workers", Self.swatch(index), points))
            }
        }
        let greatest = lines.flatMap { $0.points.compactMap { $0?.y } }.max() ?? 0
        let right = (picture.curves.flatMap(\.points).map(\.x).max() ?? 1) * 1.05
        var chart = chart(
            id: id, title: picture.only == nil ? "\(title), workers" : title, summary: summary, xTo: right,
            greatest: greatest, title: axis, format: format)
        for line in lines {
            if picture.isNumeric { chart.marks.append(.line(line.points, line.swatch, .normal)) }
            chart.marks.append(.dots(line.points.compactMap { $0 }, line.swatch, isHollow: false))
            chart.legend.append(Chart.LegendEntry(label: line.label, swatch: line.swatch, isDot: true))
        }
        return chart
    }

    // MARK: - Parts

    private func chart(
        id: String, title: String, summary: String, xTo right: Double, greatest: Double, title axis: String,
        format: @escaping @Sendable (Double) -> String
    ) -> Chart {
        let labels = Dictionary(
            picture.curves.flatMap(\.points).map { ($0.x, $0.label) }, uniquingKeysWith: { first, _ in first })
        let places = labels.keys.sorted()
        let least = places.first ?? 1
        let scale: Scale =
            isLogarithmic
            ? .logarithmic(from: least, to: max(right, least * 2))
            : .exact(picture.isNumeric ? min(0, least) : 0.4, right)
        var chart = Chart(
            id: id, title: title, summary: summary,
            x: Axis(scale: scale, title: picture.key.title, ticks: picture.isNumeric ? nil : places) { value in
                labels[value] ?? Quantity.short(value)
            },
            y: Axis(scale: .linear(upTo: greatest * 1.04), title: axis, label: format))
        // The measured values are the ticks, as long as they are few.
        if places.count <= 12 { chart.x.ticks = places }
        return chart
    }

    /// Values over more than two powers of ten lie on a logarithmic axis.
    private var isLogarithmic: Bool {
        let places = picture.curves.flatMap(\.points).map(\.x)
        guard picture.isNumeric, let least = places.min(), let most = places.max() else { return false }
        return least > 0 && most / least > 100
    }

    private func line(_ curve: ScalingCurve, _ figure: (ScalingPoint) -> Double?) -> [Point?] {
        curve.points.map { point in figure(point).map { Point(x: point.x, y: $0) } }
    }

    private func label(_ curve: ScalingCurve) -> String? {
        curve.label.flatMap { label in picture.seriesKey.map { $0.words(label) } }
    }

    private var leftEnd: Double {
        picture.curves.flatMap(\.points).map(\.x).min() ?? 0
    }

    /// Beyond the measured values only as far as a supported peak needs.
    private var rightEnd: Double {
        let most = picture.curves.flatMap(\.points).map(\.x).max() ?? 1
        guard picture.isNumeric else { return most + 0.6 }
        guard let fit = picture.only?.law, fit.peakIsSupported, let peak = fit.law.peakWorkers, peak > most else {
            return most * 1.05
        }
        return min(2 * most, peak * 1.15)
    }

    private func greatest(to right: Double) -> Double {
        let figures = picture.curves.flatMap { curve in
            curve.points.compactMap { $0.range?.high } + discounted(curve).map(\.y)
        }
        let laws = picture.curves.compactMap { curve in
            curve.law.map { fit in
                let peak = fit.law.peakWorkers.map { min($0, right) } ?? right
                return fit.law.throughput(at: max(peak, leftEnd))
            }
        }
        return (figures + laws).max() ?? 0
    }

    private func readings(to right: Double) -> [Chart.Reading] {
        let places = Set(picture.curves.flatMap(\.points).map(\.x)).sorted()
        return places.enumerated().map { index, place in
            let from = index == 0 ? place * 0.5 : (places[index - 1] + place) / 2
            let to = index == places.count - 1 ? min(right, place * 1.05) : (places[index + 1] + place) / 2
            var lines: [String] = []
            for curve in picture.curves {
                guard let point = curve.points.first(where: { $0.x == place }) else { continue }
                if lines.isEmpty { lines.append(picture.key.words(point.label)) }
                let prefix = label(curve).map { $0 + ": " } ?? ""
                guard let throughput = point.throughput else {
                    lines.append(prefix + "no run counts")
                    continue
                }
                var text = prefix + Quantity.rate(throughput)
                if let range = point.range, range.width > 0 {
                    text += " (\(Quantity.rate(range.low)) – \(Quantity.rate(range.high)))"
                }
                lines.append(text)
                if picture.key.isResource, picture.curves.count == 1, let speedUp = curve.speedUp(point) {
                    lines.append(
                        "speed-up \(Quantity.significant(speedUp)), efficiency "
                            + (curve.efficiency(point).map { Quantity.percent($0, of: 1) } ?? Quantity.none))
                }
            }
            return Chart.Reading(from: from, to: to, text: lines.joined(separator: "\n"))
        }
    }

    private var summary: String {
        guard let curve = picture.only, let best = curve.best, let throughput = best.throughput else {
            return "\(quantity.capitalizedFirst) over \(picture.key.title), a curve for each value of the second key."
        }
        return "The most is \(Quantity.rate(throughput)) with \(picture.key.words(best.label))."
    }
}
