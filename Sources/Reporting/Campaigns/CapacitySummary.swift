package import LoadMetrics

/// The end of a capacity search on a terminal: at most 80 columns.
package enum CapacitySummary {
    /// The summary's text, ending with a newline.
    package static func text(of result: CapacityResult, colour: Bool = false) -> String {
        let picture = ScalingPicture(result)
        let page = CampaignPage(campaign: result.campaign, kind: "capacity")
        var lines = CampaignLines(colour: colour)
        lines.top(page, badges: page.badges([]))
        lines.write(result.method, .pale)
        if let target = result.target { answer(target, &lines) }
        for sentence in result.unsettled { lines.write(sentence, .warn) }
        if !result.points.isEmpty {
            lines.blank()
            table(result, picture, &lines)
        }
        if result.points.count == 1, let point = result.points.first { probes(point, &lines) }
        if let sentence = SweepReport.headline(picture) {
            lines.blank()
            lines.write(sentence, .strong)
        }
        if result.generatorWarning != nil || !result.notes.isEmpty { lines.blank() }
        if let warning = result.generatorWarning { lines.write(warning, .warn, bullet: "! ") }
        for note in result.notes { lines.write(note, bullet: "· ") }
        return lines.text
    }

    private static func answer(_ target: CapacityTarget, _ lines: inout CampaignLines) {
        lines.blank()
        lines.write(target.answer, target.workers == nil ? .bad : .strong)
        var table = TextTable(header: ["Workers", "verdict", "came back", "p99", "measured"])
        for probe in target.probes {
            table.rows.append([
                String(probe.workers), "\(probe.probe.verdict.sign) \(probe.probe.verdict.words)",
                Quantity.rate(probe.probe.figures.throughputPerSecond),
                probe.probe.figures.endToEndP99Nanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                Quantity.span(probe.probe.measuredNanoseconds),
            ])
        }
        if !table.rows.isEmpty { lines.write(table) }
    }

    private static func table(
        _ result: CapacityResult, _ picture: ScalingPicture, _ lines: inout CampaignLines
    ) {
        let most = result.points.compactMap(\.ratePerSecond).max() ?? 0
        var table = TextTable(
            header: [picture.key.name.isEmpty ? "" : picture.key.title, "", "capacity", "interval", "p99", "CPU/msg"])
        for point in result.points {
            let held = point.heldProbe?.figures
            table.rows.append([
                TerminalSummary.printable(point.values.first ?? "the scenario"),
                SweepSummary.bar(point.ratePerSecond ?? 0, of: most), point.rateText, point.intervalText,
                held?.endToEndP99Nanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                held?.role(.worker)?.cpuSecondsPerMillion.map { Quantity.significant($0) + " µs" } ?? Quantity.none,
            ])
        }
        lines.write(table)
        for point in result.points where !point.reasonText.isEmpty {
            let name = result.key.flatMap { key in point.values.first.map { ScalingKey(key).words($0) } } ?? "above"
            lines.write("\(name): \(point.reasonText)", point.tone.isEmpty ? .plain : .warn, bullet: "· ")
        }
    }

    private static func probes(_ point: CapacityPoint, _ lines: inout CampaignLines) {
        guard !point.probes.isEmpty else { return }
        lines.blank()
        var table = TextTable(header: ["Probes", "verdict", "came back", "p50", "p99", "measured"])
        for probe in point.probes {
            table.rows.append([
                Quantity.rate(probe.ratePerSecond), "\(probe.verdict.sign) \(probe.verdict.words)",
                Quantity.rate(probe.figures.throughputPerSecond),
                probe.figures.endToEndP50Nanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                probe.figures.endToEndP99Nanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                Quantity.span(probe.measuredNanoseconds),
            ])
        }
        lines.write(table)
    }
}
