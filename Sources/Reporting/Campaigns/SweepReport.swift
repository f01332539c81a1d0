package import LoadMetrics
import Statistics

/// The report of a sweep: the scaling curve with its law, efficiency, cost and memory, and every figure in a table.
package enum SweepReport {
    /// The page.
    package static func page(of result: SweepResult) -> String {
        let picture = ScalingPicture(result)
        let page = CampaignPage(campaign: result.campaign, kind: "sweep")
        return ReportPage.html(title: "\(result.campaign.scenario.name): sweep over \(picture.key.title)") { main in
            ReportPage.header(
                &main, title: result.campaign.scenario.name, badges: page.badges(result.runs.map(\.figures)),
                summary: headline(picture), meta: page.metaLine, banners: banners(result, picture))
            ReportPage.tiles(&main, tiles(result, picture), label: "The sweep in figures")
            charts(&main, result, picture)
            points(&main, result, picture)
            law(&main, picture)
            page.end(&main, notes: result.notes, file: SweepResult.fileName)
        }
    }

    /// The picture for a README.
    package static func svg(of result: SweepResult) -> String {
        let picture = ScalingPicture(result)
        let charts = ScalingCharts(picture: picture, quantity: result.quantity)
        let badge = CampaignPage(campaign: result.campaign, kind: "sweep").badges([])[0]
        return TiledCard(
            name: result.campaign.scenario.name,
            title: "\(result.campaign.scenario.name): \(result.quantity) over \(picture.key.title)",
            badge: (text: badge.text, tone: badge.tone), line: headline(picture) ?? result.method,
            tiles: tiles(result, picture),
            charts: [charts.scaling(), charts.efficiency() ?? charts.cores(), charts.cost(), charts.memory()]
        ).svg
    }

    /// The law in a sentence; nil where there is none.
    static func headline(_ picture: ScalingPicture) -> String? {
        picture.only?.law.map { ScalingWords.meaning($0, key: picture.key).capitalizedFirst + "." }
    }

    private static func banners(_ result: SweepResult, _ picture: ScalingPicture) -> [ReportPage.Banner] {
        var banners = CampaignPage.interruptedBanner(result.campaign)
        for sentence in ScalingLimiter.sentences(picture) {
            banners.append(ReportPage.Banner(text: sentence, tone: sentence.contains("INVALID") ? "bad" : "warn"))
        }
        for sentence in ScalingWords.replacedBases(picture) {
            banners.append(ReportPage.Banner(text: sentence, tone: "warn"))
        }
        if let over = oversubscription(picture) { banners.append(ReportPage.Banner(text: over, tone: "plain")) }
        return banners
    }

    /// From where on threads outnumber cores, in a sentence.
    static func oversubscription(_ picture: ScalingPicture) -> String? {
        picture.places(\.isOversubscribed).map {
            "\($0.capitalizedFirst), more threads wanted a core than there were: what is lost there is lost to the machine, "
                + "not to the program."
        }
    }

    static func tiles(_ result: SweepResult, _ picture: ScalingPicture) -> [Tile] {
        var tiles: [Tile] = []
        let best = picture.curves.compactMap { curve in curve.best.map { (curve, $0) } }
            .max { ($0.1.throughput ?? 0) < ($1.1.throughput ?? 0) }
        if let (curve, point) = best, let throughput = point.throughput {
            let label = curve.label.flatMap { label in picture.seriesKey.map { ", " + $0.words(label) } } ?? ""
            tiles.append(
                Tile(
                    label: "most \(result.quantity)", figure: Quantity.rate(throughput),
                    detail: "with \(picture.key.words(point.label))\(label)"))
            if picture.key.isResource, let speedUp = curve.speedUp(point), let efficiency = curve.efficiency(point),
                let base = curve.measured.first, base.x < point.x
            {
                tiles.append(
                    Tile(
                        label: "speed-up", figure: Quantity.significant(speedUp) + "×",
                        detail: "of \(picture.key.words(base.label)): efficiency \(Quantity.percent(efficiency, of: 1))"
                    ))
            }
        }
        if let fit = picture.only?.law { tiles += lawTiles(fit, key: picture.key) }
        if let (_, point) = best, let cost = point.median(.worker, { $0.cpuSecondsPerMillion }), tiles.count < 5 {
            tiles.append(
                Tile(
                    label: "worker CPU per message", figure: Quantity.significant(cost) + " µs",
                    detail: "with \(picture.key.words(point.label))"))
        }
        return tiles
    }

    private static func lawTiles(_ fit: ScalabilityFit, key: ScalingKey) -> [Tile] {
        func detail(_ interval: Interval?) -> String {
            interval.map { "95 %: \(ScalingWords.share($0))" } ?? "no interval: too few runs"
        }
        var tiles = [
            Tile(
                label: "contention", figure: ScalingWords.share(fit.law.contention),
                detail: detail(fit.uncertainty?.contention)),
            Tile(
                label: "coherency", figure: ScalingWords.share(fit.law.coherency),
                detail: detail(fit.uncertainty?.coherency)),
        ]
        if fit.peakIsSupported {
            tiles.insert(
                Tile(
                    label: "peak", figure: key.words(String(ScalingWords.wholePeak(fit.law))),
                    detail: ScalingWords.peakInterval(fit) ?? "no interval"), at: 0)
        }
        return tiles
    }

    // MARK: - Charts

    private static func charts(_ main: inout Markup, _ result: SweepResult, _ picture: ScalingPicture) {
        let charts = ScalingCharts(picture: picture, quantity: result.quantity)
        main.element("section", ["class": "charts", "aria-label": "Charts"]) { section in
            ReportPage.figure(&section, charts.scaling(), wide: true, caption: result.method)
            if let efficiency = charts.efficiency() {
                ReportPage.figure(&section, efficiency, wide: false, caption: efficiency.summary)
            }
            for chart in [charts.cost(), charts.cores(), charts.memory()] {
                ReportPage.figure(&section, chart, wide: false, caption: chart.summary)
            }
        }
    }

    // MARK: - Tables

    private static func points(_ main: inout Markup, _ result: SweepResult, _ picture: ScalingPicture) {
        let rows = SweepRow.all(picture)
        guard !rows.isEmpty else { return }
        let hasLaw = picture.key.isResource && picture.isNumeric
        HTMLReport.card(&main, "Points") { section in
            section.element(
                "p", ["class": "hint"],
                text: result.mode == .capacity
                    ? "The capacity with its interval; the other figures are those of the best probe."
                    : "Medians of the runs that count; in the range, the lowest and the highest of them.")
            let name = [picture.key.title, picture.seriesKey?.title].compactMap { $0 }.joined(separator: " · ")
            var columns: [(String, Bool)] = [(name, false), (result.quantity, false), ("range", true)]
            if hasLaw { columns += [("speed-up", false), ("efficiency", true)] }
            columns += [("p50", true), ("p99", true), ("worker CPU", false), ("", true)]
            HTMLReport.table(
                &section, columns: columns, lastIsWords: true,
                rows: rows.map { row in
                    let law = hasLaw ? [row.speedUp, row.efficiency] : []
                    return (
                        [row.title, row.throughput, row.range] + law + [
                            row.p50, row.p99, row.cost(.worker), row.remarks.joined(separator: "; "),
                        ], row.tone
                    )
                })
        }
        resources(&main, rows, name: picture.key.title)
    }

    private static func resources(_ main: inout Markup, _ rows: [SweepRow], name: String) {
        HTMLReport.card(&main, "Resources") { section in
            section.element(
                "p", ["class": "hint"],
                text:
                    "CPU for one message, cores busy and memory by role. Waiting: ready threads of the workers without a "
                    + "core, on average. Preempted: how often a worker's thread was taken off its core.")
            HTMLReport.table(
                &section,
                columns: [
                    (name, false), ("generator CPU", true), ("cores", true), ("broker CPU", true), ("cores", true),
                    ("worker CPU", false), ("cores", false), ("memory", false), ("waiting", true),
                    ("preempted/s", true), ("instr./cycle", true),
                ],
                rows: rows.map { row in
                    (
                        [
                            row.title, row.cost(.generator), row.cores(.generator), row.cost(.broker),
                            row.cores(.broker), row.cost(.worker), row.cores(.worker), row.memory(.worker), row.waiting,
                            row.preempted, row.instructionsPerCycle,
                        ], ""
                    )
                })
        }
    }

    /// The laws with their intervals, and what is to be said of them.
    static func law(_ main: inout Markup, _ picture: ScalingPicture) {
        let fits = picture.curves.compactMap { curve in curve.law.map { (curve, $0) } }
        let refusals = picture.curves.compactMap { curve -> String? in
            guard case .failure(let refusal) = curve.fit else { return nil }
            return (curve.label.map { "\($0): " } ?? "") + refusal.description
        }
        guard !fits.isEmpty || !refusals.isEmpty else { return }
        HTMLReport.card(&main, "Scalability law") { section in
            section.element(
                "p", ["class": "hint"],
                text: "X(N) = γ N / (1 + α (N − 1) + β N (N − 1)), by least squares on the medians; the intervals are "
                    + "a bootstrap of the runs' distances from the law. α, contention: the share of work done one after "
                    + "the other. β, coherency: what every pair costs to agree.")
            if !fits.isEmpty {
                HTMLReport.table(
                    &section,
                    columns: [
                        ("", false), ("contention α", false), ("95 %", true), ("coherency β", false), ("95 %", true),
                        ("one carries γ", true), ("peak", false), ("95 %", true), ("R²", true),
                    ],
                    rows: fits.map { curve, fit in (cells(curve, fit, picture), "") })
            }
            section.element("ul") { list in
                for (curve, fit) in fits {
                    for sentence in ScalingWords.sentences(fit, key: picture.key) {
                        let prefix = curve.label.flatMap { label in picture.seriesKey.map { $0.words(label) + ": " } }
                        let end = sentence.hasSuffix(".") ? "" : "."
                        list.element("li", text: ((prefix ?? "") + sentence).capitalizedFirst + end)
                    }
                }
                for refusal in refusals { list.element("li", text: refusal.capitalizedFirst) }
            }
        }
    }

    private static func cells(_ curve: ScalingCurve, _ fit: ScalabilityFit, _ picture: ScalingPicture) -> [String] {
        let found = fit.uncertainty
        let peak = fit.peakIsSupported ? fit.law.peakWorkers.map { Quantity.short($0.rounded()) } : nil
        return [
            curve.label.flatMap { label in picture.seriesKey.map { $0.words(label) } } ?? "all \(picture.key.title)",
            ScalingWords.share(fit.law.contention),
            found.map { ScalingWords.share($0.contention) } ?? Quantity.none,
            ScalingWords.share(fit.law.coherency), found.map { ScalingWords.share($0.coherency) } ?? Quantity.none,
            Quantity.rate(fit.law.throughputOfOne), peak ?? "not told",
            peak == nil ? "" : ScalingWords.peakInterval(fit).map { String($0.prefix { $0 != "w" }) } ?? "",
            Quantity.fixed(fit.rSquared, decimals: 4),
        ]
    }
}
