package import LoadMetrics

/// The report of a capacity search: the rate at each point, its interval, and every probe that led to it.
package enum CapacityReport {
    /// The page.
    package static func page(of result: CapacityResult) -> String {
        let picture = ScalingPicture(result)
        let page = CampaignPage(campaign: result.campaign, kind: "capacity")
        return ReportPage.html(title: "\(result.campaign.scenario.name): capacity") { main in
            ReportPage.header(
                &main, title: result.campaign.scenario.name,
                badges: page.badges([]),
                summary: answer(result) ?? SweepReport.headline(picture) ?? result.method,
                meta: page.metaLine, banners: banners(result))
            ReportPage.tiles(&main, tiles(result), label: "The search in figures")
            charts(&main, result, picture)
            points(&main, result, picture)
            target(&main, result)
            probes(&main, result)
            SweepReport.law(&main, picture)
            page.end(&main, notes: result.notes, file: CapacityResult.fileName)
        }
    }

    /// The picture for a README.
    package static func svg(of result: CapacityResult) -> String {
        let picture = ScalingPicture(result)
        let badge = CampaignPage(campaign: result.campaign, kind: "capacity").badges([])[0]
        let charts =
            [CapacityCharts.scaling(picture)].compactMap(\.self)
            + result.points.enumerated().map { index, point in
                CapacityCharts.probes(of: point, index: index, title: title(of: point, result))
            }
        return TiledCard(
            name: result.campaign.scenario.name, title: "\(result.campaign.scenario.name): capacity",
            badge: (text: badge.text, tone: badge.tone), line: answer(result) ?? result.method,
            tiles: tiles(result), charts: Array(charts.prefix(4))
        ).svg
    }

    /// What was asked for, or that it is not known; nil where the figures say it all.
    private static func answer(_ result: CapacityResult) -> String? {
        result.target?.answer ?? (result.unsettled.isEmpty ? nil : result.unsettled.joined(separator: " "))
    }

    static func title(of point: CapacityPoint, _ result: CapacityResult) -> String {
        guard let key = result.key, let value = point.values.first else { return "Probes" }
        return "Probes with \(ScalingKey(key).words(value))"
    }

    private static func banners(_ result: CapacityResult) -> [ReportPage.Banner] {
        var banners = CampaignPage.interruptedBanner(result.campaign)
        if let warning = result.generatorWarning { banners.append(ReportPage.Banner(text: warning, tone: "warn")) }
        return banners
    }

    static func tiles(_ result: CapacityResult) -> [Tile] {
        var tiles: [Tile] = []
        if let target = result.target {
            tiles.append(
                Tile(
                    label: "workers for \(Quantity.rate(target.ratePerSecond))",
                    figure: target.workers.map(String.init) ?? Quantity.none,
                    detail: target.workers == nil ? target.wordsWithoutCount : "the least that holds the limits",
                    tone: target.workers == nil ? "bad" : "good"))
        }
        for point in result.points.prefix(6) {
            let name = result.key.flatMap { key in point.values.first.map { ScalingKey(key).words($0) } }
            tiles.append(
                Tile(
                    label: name.map { "capacity, \($0)" } ?? "capacity", figure: point.rateText,
                    detail: [point.intervalText, point.shownText ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
                    tone: point.tone == "bad" ? "bad" : ""))
        }
        if result.points.count == 1, let point = result.points.first {
            if !point.reasonText.isEmpty {
                let failed = point.probes.filter { $0.verdict == .fails }.map(\.ratePerSecond).min()
                tiles.append(
                    Tile(
                        label: "fails above", figure: failed.map(Quantity.rate) ?? Quantity.none,
                        detail: point.reasonText))
            }
            if let held = point.heldProbe, let p99 = held.figures.endToEndP99Nanoseconds {
                tiles.append(
                    Tile(
                        label: "end to end p99", figure: Quantity.duration(p99),
                        detail: "at \(Quantity.rate(held.ratePerSecond)), the highest that held"))
            }
            tiles.append(Tile(label: "probes", figure: String(point.probes.count), detail: measured(point)))
        }
        return tiles
    }

    private static func measured(_ point: CapacityPoint) -> String {
        "measured for \(Quantity.span(point.probes.reduce(0) { $0 &+ $1.measuredNanoseconds }))"
    }

    // MARK: - Parts

    private static func charts(_ main: inout Markup, _ result: CapacityResult, _ picture: ScalingPicture) {
        main.element("section", ["class": "charts", "aria-label": "Charts"]) { section in
            if let scaling = CapacityCharts.scaling(picture) {
                ReportPage.figure(&section, scaling, wide: true, caption: result.method)
            }
            for (index, point) in result.points.enumerated() {
                let chart = CapacityCharts.probes(of: point, index: index, title: title(of: point, result))
                ReportPage.figure(
                    &section, chart, wide: result.points.count == 1,
                    caption: chart.summary)
            }
        }
    }

    private static func points(_ main: inout Markup, _ result: CapacityResult, _ picture: ScalingPicture) {
        guard !result.points.isEmpty else { return }
        HTMLReport.card(&main, "Capacity") { section in
            section.element(
                "p", ["class": "hint"],
                text:
                    "\(result.method) The interval holds the capacity with 90 % confidence; p99 and CPU are those of the "
                    + "highest rate that held.")
            HTMLReport.table(
                &section,
                columns: [
                    (picture.key.name.isEmpty ? "" : picture.key.title, false), ("capacity", false),
                    ("interval", false),
                    ("p99", true), ("worker CPU", true), ("closed loop", true), ("probes", true),
                    ("why not more", true),
                ], lastIsWords: true,
                rows: result.points.map { point in
                    let held = point.heldProbe?.figures
                    let cost = held?.role(.worker)?.cpuSecondsPerMillion
                    return (
                        [
                            point.values.first ?? "the scenario", point.rateText, point.intervalText,
                            held?.endToEndP99Nanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                            cost.map { Quantity.significant($0) + " µs" } ?? Quantity.none,
                            point.saturationPerSecond.map(Quantity.rate) ?? Quantity.none,
                            String(point.probes.count), point.reasonText,
                        ], point.tone == "bad" ? "bad" : ""
                    )
                })
        }
    }

    private static func target(_ main: inout Markup, _ result: CapacityResult) {
        guard let target = result.target else { return }
        HTMLReport.card(&main, "How many workers for \(Quantity.rate(target.ratePerSecond))") { section in
            section.element("p", ["class": "hint"], text: "\(result.method) \(target.answer)")
            probeTable(
                &section, first: "workers", target.probes.map { (String($0.workers), $0.probe) })
        }
    }

    private static func probes(_ main: inout Markup, _ result: CapacityResult) {
        for point in result.points where !point.probes.isEmpty {
            HTMLReport.card(&main, title(of: point, result)) { section in
                probeTable(&section, first: "rate", point.probes.map { (Quantity.rate($0.ratePerSecond), $0) })
            }
        }
    }

    private static func probeTable(
        _ section: inout Markup, first: String, _ probes: [(name: String, probe: CapacityProbe)]
    ) {
        HTMLReport.table(
            &section,
            columns: [
                (first, false), ("verdict", false), ("came back", true), ("p50", true), ("p99", false),
                ("backlog", true), ("measured", true), ("limits and reasons", true),
            ], lastIsWords: true,
            rows: probes.map { name, probe in
                let backlog = probe.backlog.map { finding in
                    (finding.slopePerSecond >= 0 ? "+" : "−") + Quantity.rate(abs(finding.slopePerSecond))
                }
                let limits = probe.limits.map { "\($0.verdict.sign) \($0.text): \($0.observedText)" }
                return (
                    [
                        name, "\(probe.verdict.sign) \(probe.verdict.words)",
                        Quantity.rate(probe.figures.throughputPerSecond),
                        probe.figures.endToEndP50Nanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                        probe.figures.endToEndP99Nanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                        backlog ?? Quantity.none, Quantity.span(probe.measuredNanoseconds),
                        (limits
                            + (probe.reason.isEmpty || !limits.isEmpty && probe.verdict != .generatorLimited
                                ? [] : [probe.reason]))
                            .joined(separator: "; "),
                    ], probe.verdict == .fails ? "bad" : ""
                )
            })
    }
}
