import FoundationEssentials
package import LoadMetrics

/// The report of a run as one HTML page: nothing outside of it is loaded, and it needs no script.
package enum HTMLReport {
    /// The page.
    package static func page(of result: RunResult) -> String {
        ReportPage.html(title: result.title) { main in
            header(&main, result)
            tiles(&main, result)
            charts(&main, result)
            tables(&main, result)
            footer(&main, result)
        }
    }

    // MARK: - Top

    private static func header(_ main: inout Markup, _ result: RunResult) {
        var banners: [ReportPage.Banner] = []
        if result.generator.judgement != .valid {
            banners.append(
                .init(
                    strong: "Generator \(result.generator.judgement.rawValue). ", text: result.generator.words,
                    tone: result.generator.judgement.tone))
        }
        if result.run.interrupted {
            banners.append(
                .init(text: "The run was interrupted: the figures are of the part that ran.", tone: "warn"))
        }
        ReportPage.header(
            &main, title: result.scenario.name,
            badges: [
                .init(text: "\(result.outcome.sign) \(result.outcome.label)", tone: result.outcome.tone),
                .init(
                    text: "generator \(result.generator.judgement.rawValue)", tone: result.generator.judgement.tone,
                    isSmall: true),
            ], summary: result.scenario.summary, meta: metaLine(result), banners: banners)
    }

    static func metaLine(_ result: RunResult) -> String {
        var parts = [
            WallTime.label(result.run.startedAt), Quantity.span(result.run.durationNanoseconds),
        ]
        if let broker = result.broker { parts.append(broker.label) }
        parts.append("\(result.machine.cpuModel), \(result.machine.usableCores) of \(result.machine.cores) cores")
        if result.run.mergedRuns > 1 { parts.append("\(result.run.mergedRuns) runs merged") }
        return parts.joined(separator: " · ")
    }

    private static func tiles(_ main: inout Markup, _ result: RunResult) {
        ReportPage.tiles(&main, Tile.all(of: result), label: "The run in figures")
    }

    // MARK: - Charts

    private static func charts(_ main: inout Markup, _ result: RunResult) {
        main.element("section", ["class": "charts", "aria-label": "Charts"]) { section in
            ReportPage.figure(
                &section, RunCharts.percentiles(of: result), wide: true,
                caption:
                    "How long messages took, all measured phases together. Each step to the right is one nine more.")
            ReportPage.figure(
                &section, RunCharts.throughput(of: result), wide: true,
                caption: "Messages each second. The grey surface is the load that was asked for.")
            ReportPage.figure(
                &section, RunCharts.latency(of: result), wide: true,
                caption: "From the moment a message should have been sent until its result was read back, "
                    + "by the second of its return.")
            ReportPage.figure(
                &section, RunCharts.backlog(of: result), wide: false,
                caption: "Messages waiting at the broker at the end of each second.")
            ReportPage.figure(
                &section, RunCharts.cpu(of: result), wide: false,
                caption: "Cores kept busy by each role, one on another.")
            let cost = costChart(of: result)
            ReportPage.figureFrame(&section, wide: false, title: cost.title, caption: cost.summary) { frame in
                for format in [Chart.Format.half, .narrow] { frame.append(markup: cost.svg(format)) }
            }
            ReportPage.figure(
                &section, RunCharts.memory(of: result), wide: false,
                caption: "Resident memory of each role, one on another.")
        }
    }

    /// CPU time for one message by role, split into user and kernel.
    static func costChart(of result: RunResult) -> BarChart {
        let bars = RoleCost.all(of: result).compactMap { cost -> BarChart.Bar? in
            guard let seconds = cost.secondsPerMillion, cost.messages > 0 else { return nil }
            let user = Double(cost.userNanoseconds) / 1e3 / Double(cost.messages)
            let system = Double(cost.systemNanoseconds) / 1e3 / Double(cost.messages)
            let swatch = RunCharts.swatch(of: cost.role)
            return BarChart.Bar(
                label: cost.processes > 1 ? "\(cost.processes) \(cost.role.rawValue)s" : cost.role.rawValue,
                parts: [
                    BarChart.Part(
                        value: user, swatch: swatch, opacity: 0.9, label: "user \(Quantity.significant(user)) µs"),
                    BarChart.Part(
                        value: system, swatch: swatch, opacity: 0.5, label: "kernel \(Quantity.significant(system)) µs"),
                ], figure: "\(Quantity.significant(seconds)) µs")
        }
        return BarChart(
            id: "cost", title: "CPU per message",
            summary: "Microseconds of CPU for one message, which is CPU-seconds per million. Pale: in the kernel.",
            bars: bars)
    }

    private static func footer(_ main: inout Markup, _ result: RunResult) {
        ReportPage.footer(
            &main,
            "Rafale \(result.run.toolVersion) · run \(result.run.id) · every figure is in result.json; "
                + "`rafale report` draws this page from it again.")
    }
}

/// A figure at the top of the page.
struct Tile: Sendable, Equatable {
    var label: String
    var figure: String
    var detail: String
    var tone = ""

    /// What a reader looks for first.
    static func all(of result: RunResult) -> [Tile] {
        let rates = result.rates
        var tiles = [
            Tile(
                label: "throughput", figure: Quantity.rate(rates.throughput),
                detail:
                    "\(Quantity.percent(rates.throughput, of: rates.offered)) of \(Quantity.rate(rates.offered)) offered"
            )
        ]
        if let histogram = result.totals.latencies[.endToEnd], !histogram.isEmpty {
            let figures = histogram.percentiles([50, 99])
            let service = result.totals.latencies[.endToEndService].flatMap { $0.isEmpty ? nil : $0.percentile(99) }
            tiles.append(
                Tile(
                    label: "end to end, p99", figure: Quantity.duration(figures[1]),
                    detail: (service.map { "from sending \(Quantity.duration($0)) · " } ?? "")
                        + "p50 \(Quantity.duration(figures[0])) · max \(Quantity.duration(histogram.max))"))
        }
        let trouble = result.books.lost > 0
        tiles.append(
            Tile(
                label: "lost", figure: Quantity.count(result.books.lost),
                detail: "of \(Quantity.count(result.books.confirmed)) confirmed", tone: trouble ? "bad" : "good"))
        if let worker = RoleCost.all(of: result).first(where: { $0.role == .worker }),
            let cost = worker.secondsPerMillion
        {
            tiles.append(
                Tile(
                    label: "worker CPU per message", figure: "\(Quantity.significant(cost)) µs",
                    detail: "\(Quantity.significant(cost)) CPU-seconds per million"))
        }
        if !result.thresholds.isEmpty {
            let passed = result.thresholds.count { $0.verdict == .passed }
            let broken = result.thresholds.first { $0.verdict != .passed }
            let judged = broken?.verdict != .notJudged
            tiles.append(
                Tile(
                    label: "thresholds", figure: judged ? "\(passed) of \(result.thresholds.count)" : "not judged",
                    detail: judged
                        ? broken.map { "not: \($0.condition)" } ?? "all hold" : "the figures are the generator's own",
                    tone: passed == result.thresholds.count ? "good" : "bad"))
        }
        return tiles
    }
}

extension WallTime {
    /// `2026-01-31 12:00:00 UTC`.
    static func label(_ date: Date) -> String {
        let text = date.formatted(style)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
    }
}

extension SystemFacts {
    /// `RabbitMQ 3.10.8`, or `Rafale 0.1.0, embedded`.
    var label: String { (version.isEmpty ? product : "\(product) \(version)") + (embedded ? ", embedded" : "") }
}

extension RunResult {
    /// `burst: PASSED, generator VALID`.
    var title: String { "\(scenario.name): \(outcome.label), generator \(generator.judgement.rawValue)" }
}

extension RunResult.Outcome {
    var label: String {
        switch self {
        case .invalid: "INVALID"
        case .failed: "FAILED"
        case .interrupted: "INTERRUPTED"
        case .passed: "PASSED"
        case .measured: "MEASURED"
        }
    }

    var sign: String {
        switch self {
        case .invalid, .failed: "✗"
        case .interrupted: "!"
        case .passed, .measured: "✓"
        }
    }

    /// The class that colours it.
    var tone: String {
        switch self {
        case .invalid, .failed: "bad"
        case .interrupted: "warn"
        case .passed: "good"
        case .measured: "plain"
        }
    }
}

extension GeneratorVerdict {
    /// Reason and advice as sentences.
    var words: String {
        [reason, advice].filter { !$0.isEmpty }.map { text in
            let closed = text.hasSuffix(".") || text.hasSuffix("!") || text.hasSuffix("?") ? text : text + "."
            return closed.prefix(1).uppercased() + closed.dropFirst()
        }.joined(separator: " ")
    }
}

extension GeneratorVerdict.Judgement {
    var tone: String {
        switch self {
        case .valid: "good"
        case .suspect: "warn"
        case .invalid: "bad"
        }
    }
}
