import LoadMetrics
import Statistics

/// The charts of a capacity search.
enum CapacityCharts {
    /// Capacity over the key that differs from point to point; nil for one point.
    static func scaling(_ picture: ScalingPicture) -> Chart? {
        guard picture.curves.flatMap(\.points).count > 1 else { return nil }
        return ScalingCharts(picture: picture, quantity: "capacity").scaling()
    }

    /// The 99th percentile at every rate that was probed, by what came of it.
    static func probes(of point: CapacityPoint, index: Int, title: String) -> Chart {
        var marks: [CapacityProbe.Verdict: [Point]] = [:]
        for probe in point.probes {
            guard let p99 = probe.figures.endToEndP99Nanoseconds, p99 > 0 else { continue }
            marks[probe.verdict, default: []].append(Point(x: probe.ratePerSecond, y: Double(p99)))
        }
        let latencies = marks.values.flatMap { $0.map(\.y) }
        let rates = point.probes.map(\.ratePerSecond)
        let limits = latencyLimits(point)
        let greatest = (latencies + limits.map(\.y)).max() ?? 1e9
        let least = (latencies + limits.map(\.y)).min() ?? 1e6
        var chart = Chart(
            id: "probes-\(index)", title: title,
            summary: "\(point.probes.count) probes; \(point.rateText.lowercased())"
                + (point.intervalText.isEmpty ? "." : ", between \(point.intervalText) (shaded)."),
            x: Axis(
                scale: .exact((rates.min() ?? 0) * 0.94, (rates.max() ?? 1) * 1.06), title: "messages per second",
                label: { Quantity.short($0) }),
            y: Axis(
                scale: .logarithmic(from: least * 0.9, to: max(greatest * 1.1, least * 5)),
                title: "end to end p99, logarithmic", label: { Quantity.tickDuration($0) }))
        chart.emptyText = "no latency was measured"
        chart.limits = limits
        if let low = point.lowPerSecond {
            let high = point.highPerSecond.flatMap { $0.isFinite ? $0 : nil } ?? chart.x.scale.upper
            chart.bands = [
                Chart.Band(
                    from: max(low, chart.x.scale.lower), to: min(high, chart.x.scale.upper), label: "",
                    counts: true)
            ]
        }
        for verdict in CapacityProbe.Verdict.allCases {
            guard let points = marks[verdict] else { continue }
            chart.marks.append(.dots(points, verdict.swatch, isHollow: verdict == .unclear))
            chart.legend.append(Chart.LegendEntry(label: verdict.words, swatch: verdict.swatch, isDot: true))
        }
        if let rate = point.ratePerSecond {
            chart.markers = [Chart.Marker(x: rate, label: "capacity \(Quantity.rate(rate))")]
        }
        return chart
    }

    /// The bounds of the limits on the 99th percentile end to end, taken from their words.
    private static func latencyLimits(_ point: CapacityPoint) -> [Chart.Limit] {
        var texts: [String] = []
        for finding in point.probes.flatMap(\.limits) where finding.unit == .nanoseconds {
            if !texts.contains(finding.text) { texts.append(finding.text) }
        }
        return texts.compactMap { text in
            let words = text.split(separator: " ")
            guard words.count >= 3, words[0] == "end_to_end.p99", words[1].hasPrefix("<"),
                let bound = nanoseconds(words[2...].joined())
            else { return nil }
            return Chart.Limit(y: bound, label: text)
        }
    }

    /// A duration as a scenario writes it: `200ms`.
    static func nanoseconds(_ text: String) -> Double? {
        let units: [(suffix: String, size: Double)] = [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]
        for unit in units where text.hasSuffix(unit.suffix) {
            if let number = Double(text.dropLast(unit.suffix.count)) { return number * unit.size }
        }
        return nil
    }
}
