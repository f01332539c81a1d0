import LoadMetrics

/// Charts of two results in one frame: the first blue, the second orange and dashed.
enum ComparisonCharts {
    /// What is drawn of one side.
    private struct Side {
        var result: RunResult
        var swatch: Swatch
        var stroke: Stroke
        /// Its end-to-end latency; nil where nothing came back.
        var histogram: LatencyHistogram? {
            result.totals.latencies[.endToEnd].flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    private static func sides(_ comparison: RunComparison) -> [Side] {
        [
            Side(result: comparison.first, swatch: .blue, stroke: .bold),
            Side(result: comparison.second, swatch: .orange, stroke: .dashed),
        ]
    }

    private static func legend(_ labels: (first: String, second: String)) -> [Chart.LegendEntry] {
        [
            Chart.LegendEntry(label: "A  \(labels.first)", swatch: .blue, stroke: .bold),
            Chart.LegendEntry(label: "B  \(labels.second)", swatch: .orange, stroke: .dashed),
        ]
    }

    /// End-to-end latency over percentiles.
    static func percentiles(of comparison: RunComparison) -> Chart {
        let sides = sides(comparison)
        let histograms = sides.compactMap(\.histogram)
        let x = Scale.percentile(ofCount: histograms.map(\.count).max() ?? 0)
        let least = Double(max(1_000, histograms.map { $0.percentile(1) }.min() ?? 1_000))
        let greatest = Double(max(1_000_000, histograms.map(\.max).max() ?? 1_000_000))
        var chart = Chart(
            id: "percentiles", title: "End-to-end latency by percentile",
            summary: "Both runs' end-to-end latency over percentiles.",
            x: Axis(scale: x, title: "percentile", tickCounts: (8, 8)) { Quantity.percentileLabel($0) },
            y: Axis(scale: .logarithmic(from: least, to: max(least, greatest)), title: "latency, logarithmic") {
                Quantity.tickDuration($0)
            })
        chart.emptyText = "no latency was measured"
        chart.legend = legend(comparison.labels)
        for side in sides {
            guard let histogram = side.histogram else { continue }
            let end = x.position(100 - 100 / Double(max(1, histogram.count)))
            let steps = (0..<240).map { x.value(at: Double($0) / 240 * end) }
            var points: [Point?] = zip(steps, histogram.percentiles(steps)).map { Point(x: $0, y: Double($1)) }
            points.append(Point(x: x.value(at: end), y: Double(histogram.max)))
            chart.marks.append(.line(points, side.swatch, side.stroke))
        }
        return chart
    }

    private static let densitySteps = 90

    /// The share of messages in each of equal ratios of latency, one distribution over the other.
    static func densities(of comparison: RunComparison) -> Chart {
        let sides = sides(comparison)
        let histograms = sides.compactMap(\.histogram)
        let least = Double(max(1_000, histograms.map { $0.percentile(0.1) }.min() ?? 1_000))
        let greatest = Double(max(1_000_000, histograms.map { $0.percentile(99.9) }.max() ?? 1_000_000))
        let x = Scale.logarithmic(from: least, to: max(least, greatest))
        let curves = sides.compactMap { side in
            side.histogram.map { (points: $0.shares(on: x, steps: densitySteps), side: side) }
        }
        var chart = Chart(
            id: "densities", title: "End-to-end latency, both distributions",
            summary: "The share of messages at each latency, both runs laid over each other.",
            x: Axis(scale: x, title: "latency, logarithmic") { Quantity.tickDuration($0) },
            y: Axis(
                scale: .linear(upTo: curves.flatMap { $0.points.map(\.y) }.max() ?? 0), title: "share of messages"
            ) { Quantity.trimmed($0) + " %" })
        chart.emptyText = "no latency was measured"
        chart.legend = legend(comparison.labels)
        for curve in curves {
            chart.marks.append(.area(curve.points.map { ($0.x, 0, $0.y) }, curve.side.swatch, opacity: 0.18))
            chart.marks.append(.line(curve.points, curve.side.swatch, curve.side.stroke))
        }
        return chart
    }

    /// Results read back in each second.
    static func throughput(of comparison: RunComparison) -> Chart {
        let sides = sides(comparison).map { (rows: RunCharts.thinned($0.result.series), side: $0) }
        let end = sides.flatMap { $0.rows.map(\.endSeconds) }.max() ?? 0
        let peak = sides.flatMap { $0.rows.map { $0.perSecond($0.processed) } }.max() ?? 0
        var chart = Chart(
            id: "throughput", title: "Throughput", summary: "Results read back per second in both runs.",
            x: Axis(scale: .exact(0, end > 0 ? end : 1), title: "time", tickCounts: (10, 5)) {
                Quantity.clock($0, of: end)
            },
            y: Axis(scale: .linear(upTo: peak), title: "messages/s") { Quantity.short($0) })
        chart.legend = legend(comparison.labels)
        for (rows, side) in sides {
            chart.marks.append(.line(RunCharts.stepped(rows) { $0.perSecond($0.processed) }, side.swatch, side.stroke))
        }
        return chart
    }

    /// A measure of two sweeps over their points: lines through the middles, a dot for each run.
    static func sweep(_ measure: SweepComparison.Measure, of comparison: SweepComparison) -> Chart {
        let rows = comparison.rows(of: measure)
        let numbers = rows.compactMap { Double($0.point) }
        // Points that are no numbers stand beside each other.
        let places = numbers.count == rows.count ? numbers : rows.indices.map { Double($0 + 1) }
        let names = Dictionary(zip(places, rows.map(\.point))) { first, _ in first }
        let (low, high) = (places.min() ?? 0, places.max() ?? 1)
        let margin = max(0.3, (high - low) * 0.04)
        let values = rows.flatMap { $0.first + $0.second }
        let (least, most) = (values.min() ?? 0, values.max() ?? 0)
        // Where one side would lie flat on the ground, both are drawn by their ratio.
        let isWide = least > 0 && most > 10 * least
        var chart = Chart(
            id: "sweep-\(measure.rawValue)", title: measure.title,
            summary: "\(measure.title) of both sweeps at each point.",
            x: Axis(
                scale: .exact(low - margin, high + margin), title: comparison.keyNames(comparison.first),
                tickCounts: (10, 6)
            ) { names[$0] ?? "" },
            y: Axis(
                scale: isWide ? .logarithmic(from: least, to: most) : .linear(upTo: most),
                title: measure.title + (isWide ? ", logarithmic" : "")
            ) { measure.text($0) })
        chart.legend = legend(comparison.labels)
        func add(_ values: (SweepComparison.Row) -> [Double], _ swatch: Swatch, _ stroke: Stroke) {
            let middles = zip(places, rows).map { place, row in
                GateRow.middle(values(row)).map { Point(x: place, y: $0) }
            }
            chart.marks.append(.line(middles, swatch, stroke))
            for (place, row) in zip(places, rows) {
                for value in values(row) { chart.marks.append(.line([Point(x: place, y: value)], swatch, .thin)) }
            }
        }
        add(\.first, .blue, .bold)
        add(\.second, .orange, .dashed)
        return chart
    }
}

extension LatencyHistogram {
    /// The share of the recorded durations, in per cent, in each of so many equal parts of an axis.
    fileprivate func shares(on scale: Scale, steps: Int) -> [Point] {
        var parts = [Double](repeating: 0, count: steps)
        for bucket in buckets {
            let middle = (Double(bucket.nanoseconds.lowerBound) + Double(bucket.nanoseconds.upperBound)) / 2
            guard middle >= scale.lower, middle <= scale.upper else { continue }
            let part = Swift.min(steps - 1, Int(scale.position(middle) * Double(steps)))
            parts[part] += Double(bucket.count) / Double(Swift.max(1, count)) * 100
        }
        return parts.enumerated().map { index, share in
            Point(x: scale.value(at: (Double(index) + 0.5) / Double(steps)), y: share)
        }
    }
}
