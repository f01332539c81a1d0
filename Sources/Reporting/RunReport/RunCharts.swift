import LoadMetrics

/// What of a result is drawn: the charts of a run, in the order in which they tell its story.
enum RunCharts {
    /// Points beyond this many are joined, so that an hour-long run stays a small file.
    static let mostPoints = 900

    // MARK: - Over percentiles

    /// Latency over percentiles: each nine has its place, so that the tail is seen.
    static func percentiles(of result: RunResult) -> Chart {
        let shown: [(metric: LatencyMetric, swatch: Swatch, stroke: Stroke)] = [
            (.endToEnd, .blue, .bold), (.endToEndService, .blue, .dashed), (.queueWait, .orange, .normal),
            (.service, .green, .normal), (.confirm, .purple, .normal), (.confirmService, .purple, .dashed),
            (.scheduleLag, .grey, .thin),
        ]
        let curves = shown.compactMap { entry in
            result.totals.latencies[entry.metric].flatMap { $0.isEmpty ? nil : (entry, $0) }
        }
        let most = curves.map(\.1.count).max() ?? 0
        let x = Scale.percentile(ofCount: most)
        let least = Double(max(1_000, curves.map { $0.1.percentile(10) }.min() ?? 1_000))
        let greatest = Double(max(1_000_000, curves.map(\.1.max).max() ?? 1_000_000))
        var chart = Chart(
            id: "percentiles", title: "Latency by percentile",
            summary: percentileSummary(result),
            x: Axis(scale: x, title: "percentile", tickCounts: (8, 8)) { Quantity.percentileLabel($0) },
            y: Axis(scale: .logarithmic(from: least, to: greatest), title: "latency, logarithmic") {
                Quantity.tickDuration($0)
            })
        chart.emptyText = "no latency was measured"
        for (entry, histogram) in curves {
            // No point beyond what this histogram's count can tell.
            let end = x.position(100 - 100 / Double(max(1, histogram.count)))
            let steps = (0..<240).map { x.value(at: Double($0) / 240 * end) }
            var points: [Point?] = zip(steps, histogram.percentiles(steps)).map { Point(x: $0, y: Double($1)) }
            points.append(Point(x: x.value(at: end), y: Double(histogram.max)))
            chart.marks.append(.line(points, entry.swatch, entry.stroke))
            chart.legend.append(
                Chart.LegendEntry(label: entry.metric.title, swatch: entry.swatch, stroke: entry.stroke))
        }
        // The line that matters most lies on top.
        chart.marks.reverse()
        return chart
    }

    private static func percentileSummary(_ result: RunResult) -> String {
        guard let histogram = result.totals.latencies[.endToEnd], !histogram.isEmpty else {
            return "No end-to-end latency was measured."
        }
        let figures = histogram.percentiles([50, 99, 99.9]).map { Quantity.duration($0) }
        return "End to end, half of the messages took at most \(figures[0]), 99 of 100 at most \(figures[1]), "
            + "999 of 1000 at most \(figures[2]); the longest took \(Quantity.duration(histogram.max))."
    }

    // MARK: - Over time

    /// Offered, published, confirmed, processed and failed messages per second.
    static func throughput(of result: RunResult) -> Chart {
        let rows = thinned(result.series)
        let peak = rows.map { row in
            [row.offered, row.published, row.confirmed, row.processed, row.failed].map { row.perSecond($0) }.max() ?? 0
        }.max()
        var chart = timeChart(
            result, id: "throughput", title: "Throughput",
            summary: "Messages per second over the run: \(Quantity.rate(result.rates.offered)) offered and "
                + "\(Quantity.rate(result.rates.throughput)) read back on average over the measured phases.",
            y: Axis(scale: .linear(upTo: peak ?? 0), title: "messages/s") { Quantity.short($0) })
        func line(_ count: (SeriesRow) -> UInt64) -> [Point?] {
            stepped(rows) { $0.perSecond(count($0)) }
        }
        chart.marks = [
            .area(stepped(rows) { $0.perSecond($0.offered) }.map { ($0.x, 0, $0.y) }, .grey, opacity: 0.22),
            .line(line(\.published), .blue, .normal),
            .line(line(\.confirmed), .purple, .dotted),
            .line(line(\.processed), .green, .bold),
        ]
        chart.legend = [
            Chart.LegendEntry(label: "offered", swatch: .grey, isArea: true, opacity: 0.4),
            Chart.LegendEntry(label: "published", swatch: .blue),
            Chart.LegendEntry(label: "confirmed", swatch: .purple, stroke: .dotted),
            Chart.LegendEntry(label: "processed", swatch: .green, stroke: .bold),
        ]
        if rows.contains(where: { $0.failed > 0 }) {
            chart.marks.append(.line(line(\.failed), .orange, .dashed))
            chart.legend.append(Chart.LegendEntry(label: "failed", swatch: .orange, stroke: .dashed))
        }
        chart.readings = readings(rows) { row in
            let rates = [
                ("offered", row.offered), ("published", row.published), ("confirmed", row.confirmed),
                ("processed", row.processed), ("failed", row.failed),
            ]
            return rates.map { "\($0.0) \(Quantity.rate(row.perSecond($0.1)))" }
        }
        return chart
    }

    /// End-to-end latency of the messages read back in each second.
    static func latency(of result: RunResult) -> Chart {
        let rows = thinned(result.series)
        let measured = rows.compactMap(\.endToEnd)
        let least = Double(max(1_000, measured.map(\.p50Nanoseconds).min() ?? 1_000))
        let greatest = Double(max(1_000_000, measured.map(\.maxNanoseconds).max() ?? 1_000_000))
        var chart = timeChart(
            result, id: "latency", title: "End-to-end latency",
            summary: "Median, 99th percentile and maximum of the end-to-end latency in each second of the run; "
                + "the worst second had a maximum of \(Quantity.duration(greatest)).",
            y: Axis(scale: .logarithmic(from: least, to: greatest), title: "returned − intended, log.") {
                Quantity.tickDuration($0)
            })
        chart.emptyText = "no message came back"
        func line(_ value: (SecondLatency) -> Int64) -> [Point?] {
            rows.map { row in row.endToEnd.map { Point(x: row.middleSeconds, y: Double(value($0))) } }
        }
        for run in rows.split(whereSeparator: { $0.endToEnd == nil }) {
            let band = run.compactMap { row in
                row.endToEnd.map { (row.middleSeconds, Double($0.p50Nanoseconds), Double($0.p99Nanoseconds)) }
            }
            chart.marks.append(.area(band, .blue, opacity: 0.14))
        }
        let service = rows.map { row in
            row.endToEndService.map { Point(x: row.middleSeconds, y: max(least, Double($0.p99Nanoseconds))) }
        }
        let hasService = service.contains { $0 != nil }
        if hasService { chart.marks.append(.line(service, .purple, .dashed)) }
        chart.marks += [
            .line(line(\.maxNanoseconds), .orange, .thin), .line(line(\.p99Nanoseconds), .blue, .bold),
            .line(line(\.p50Nanoseconds), .green, .normal),
        ]
        chart.legend = [
            Chart.LegendEntry(label: "max", swatch: .orange, stroke: .thin),
            Chart.LegendEntry(label: "p99", swatch: .blue, stroke: .bold),
            Chart.LegendEntry(label: "p50", swatch: .green),
        ]
        if hasService {
            chart.legend.append(Chart.LegendEntry(label: "p99 from sending", swatch: .purple, stroke: .dashed))
        }
        chart.readings = readings(rows) { row in
            guard let latency = row.endToEnd else { return ["no message came back"] }
            return [
                "max \(Quantity.duration(latency.maxNanoseconds))", "p99 \(Quantity.duration(latency.p99Nanoseconds))",
                "p50 \(Quantity.duration(latency.p50Nanoseconds))", "\(Quantity.count(latency.count)) messages",
            ] + (row.endToEndService.map { ["p99 from sending \(Quantity.duration($0.p99Nanoseconds))"] } ?? [])
        }
        return chart
    }

    /// Messages that wait in each queue.
    static func backlog(of result: RunResult) -> Chart {
        let rows = thinned(result.series)
        let names = queueNames(rows)
        let peak = Double(rows.flatMap(\.queueDepths.values).max() ?? 0)
        var chart = timeChart(
            result, id: "backlog", title: "Queue depth",
            summary: "Messages waiting at the broker at the end of each second; at most \(Quantity.short(peak)).",
            y: Axis(scale: .linear(upTo: max(peak, 5)), title: "messages waiting") { Quantity.short($0) })
        chart.emptyText = "the broker could not be asked"
        let swatches: [Swatch] = [.orange, .green, .purple, .blue, .grey]
        for (index, name) in names.enumerated() {
            let swatch = swatches[index % swatches.count]
            let points = rows.compactMap { row in
                row.queueDepths[name].map { Point(x: row.endSeconds, y: Double($0)) }
            }
            if index == 0 { chart.marks.append(.area(points.map { ($0.x, 0, $0.y) }, swatch, opacity: 0.22)) }
            chart.marks.append(.line(points, swatch, index == 0 ? .normal : .dashed))
            chart.legend.append(
                Chart.LegendEntry(label: name, swatch: swatch, stroke: index == 0 ? .normal : .dashed))
        }
        chart.readings = readings(rows) { row in
            names.compactMap { name in row.queueDepths[name].map { "\(name) \(Quantity.count($0))" } }
        }
        return chart
    }

    /// `incoming` first, the others by name, those that never held a message left out.
    private static func queueNames(_ rows: [SeriesRow]) -> [String] {
        var greatest: [String: UInt64] = [:]
        for row in rows { greatest.merge(row.queueDepths) { max($0, $1) } }
        return greatest.filter { $0.key == "incoming" || $0.value > 0 }.keys
            .sorted { ($0 == "incoming" ? 0 : 1, $0) < ($1 == "incoming" ? 0 : 1, $1) }
    }
}

// MARK: - Parts of every chart over time

extension RunCharts {
    static func timeChart(_ result: RunResult, id: String, title: String, summary: String, y: Axis) -> Chart {
        let rowsEnd = result.series.map(\.endSeconds).max() ?? 0
        let phasesEnd = result.phases.map { Double($0.endNanoseconds) / 1e9 }.max() ?? 0
        let end = max(rowsEnd, phasesEnd)
        var chart = Chart(
            id: id, title: title, summary: summary,
            x: Axis(scale: .exact(0, end > 0 ? end : 1), title: "time", tickCounts: (10, 5)) {
                Quantity.clock($0, of: end)
            }, y: y)
        chart.bands = result.phases.map {
            Chart.Band(
                from: Double($0.startNanoseconds) / 1e9, to: Double($0.endNanoseconds) / 1e9, label: $0.name,
                counts: $0.measured)
        }
        chart.disturbances = disturbances(of: result)
        if rowsEnd > phasesEnd + 0.5, phasesEnd > 0 {
            chart.bands.append(Chart.Band(from: phasesEnd, to: rowsEnd, label: "drain", counts: false))
        }
        return chart
    }

    static func readings(_ rows: [SeriesRow], _ lines: (SeriesRow) -> [String]) -> [Chart.Reading] {
        guard rows.count <= 400 else { return [] }
        return rows.map { row in
            let from = Double(row.startNanoseconds) / 1e9
            let title = "\(Quantity.trimmed(from))–\(Quantity.trimmed(row.endSeconds)) s"
            return Chart.Reading(
                from: from, to: row.endSeconds, text: ([title] + lines(row)).joined(separator: "\n"))
        }
    }

    /// A value of each row at its middle, and that of the first and last row up to their ends.
    static func held(_ rows: [SeriesRow], _ value: (SeriesRow) -> Double) -> [Point] {
        guard let first = rows.first, let last = rows.last else { return [] }
        let start = Double(first.startNanoseconds) / 1e9
        return [Point(x: start, y: value(first))] + rows.map { Point(x: $0.middleSeconds, y: value($0)) }
            + [Point(x: last.endSeconds, y: value(last))]
    }

    /// A rate of each row from its start to its end, so that a burst of one second is one second wide; in a run of more
    /// seconds than a picture has room for steps, as ``held(_:_:)``.
    static func stepped(_ rows: [SeriesRow], _ value: (SeriesRow) -> Double) -> [Point] {
        guard rows.count <= 300 else { return held(rows, value) }
        return rows.flatMap { row in
            let start = Double(row.startNanoseconds) / 1e9
            return [Point(x: start, y: value(row)), Point(x: row.endSeconds, y: value(row))]
        }
    }

    /// Rows of a long run joined into at most ``mostPoints``: counts add up, the worst latency and depth stay.
    static func thinned(_ rows: [SeriesRow]) -> [SeriesRow] {
        let rows = withoutStump(rows)
        guard rows.count > mostPoints else { return rows }
        let group = (rows.count + mostPoints - 1) / mostPoints
        return stride(from: 0, to: rows.count, by: group).map { start in
            var joined = rows[start]
            for row in rows[(start + 1)..<min(start + group, rows.count)] { joined.join(row) }
            return joined
        }
    }
}

extension RunCharts {
    /// The last row ends with the run, perhaps after a few milliseconds: a rate of so little says nothing, so it is joined.
    private static func withoutStump(_ rows: [SeriesRow]) -> [SeriesRow] {
        guard rows.count > 1, let last = rows.last,
            last.durationNanoseconds < rows[rows.count - 2].durationNanoseconds / 2
        else { return rows }
        var rows = rows
        rows.removeLast()
        rows[rows.count - 1].join(last)
        return rows
    }
}

extension SeriesRow {
    var endSeconds: Double { Double(startNanoseconds &+ durationNanoseconds) / 1e9 }
    var middleSeconds: Double { (Double(startNanoseconds) + Double(durationNanoseconds) / 2) / 1e9 }

    /// Adds the row after this one.
    fileprivate mutating func join(_ next: SeriesRow) {
        let weight = Double(durationNanoseconds)
        let nextWeight = Double(next.durationNanoseconds)
        durationNanoseconds = next.startNanoseconds &+ next.durationNanoseconds &- startNanoseconds
        addMessages(next)
        cpuCores.merge(next.cpuCores) {
            weight + nextWeight > 0 ? ($0 * weight + $1 * nextWeight) / (weight + nextWeight) : $0
        }
        residentBytes.merge(next.residentBytes) { max($0, $1) }
    }
}
