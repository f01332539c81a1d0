package import LoadMetrics
import Statistics

/// The end of a sweep on a terminal: at most 80 columns.
package enum SweepSummary {
    /// The summary's text, ending with a newline.
    package static func text(of result: SweepResult, colour: Bool = false) -> String {
        let picture = ScalingPicture(result)
        let page = CampaignPage(campaign: result.campaign, kind: "sweep")
        var lines = CampaignLines(colour: colour)
        lines.top(page, badges: page.badges(result.runs.map(\.figures)))
        lines.write(result.method, .pale)
        lines.blank()
        table(&lines, result, picture)
        let fits = picture.curves.filter { $0.fit != nil }
        if !fits.isEmpty { lines.blank() }
        for curve in fits {
            let prefix = curve.label.flatMap { label in picture.seriesKey.map { $0.words(label) + ": " } } ?? ""
            switch curve.fit {
            case .success(let fit):
                let sentences = ScalingWords.sentences(fit, key: picture.key)
                lines.write((prefix + sentences[0]).capitalizedFirst + ".", .strong)
                for sentence in sentences.dropFirst() { lines.write(sentence, .warn, bullet: "  ") }
            case .failure(let refusal): lines.write((prefix + refusal.description).capitalizedFirst, .warn)
            case nil: break
            }
        }
        let warnings = ScalingLimiter.sentences(picture) + ScalingWords.replacedBases(picture)
        let over = SweepReport.oversubscription(picture)
        if !warnings.isEmpty || over != nil || !result.notes.isEmpty { lines.blank() }
        for warning in warnings { lines.write(warning, .warn, bullet: "! ") }
        if let over { lines.write(over, bullet: "· ") }
        for note in result.notes { lines.write(note, bullet: "· ") }
        return lines.text
    }

    private static func table(_ lines: inout CampaignLines, _ result: SweepResult, _ picture: ScalingPicture) {
        let hasLaw = picture.key.isResource && picture.isNumeric
        let rows = SweepRow.all(picture)
        let most = rows.compactMap(\.point.throughput).max() ?? 0
        let name = [picture.key.title, picture.seriesKey?.title].compactMap { $0 }.joined(separator: " · ")
        var table = TextTable(
            header: [name, "", result.quantity, "range"] + (hasLaw ? ["speed-up", "effic."] : []) + ["CPU/msg", "p99"])
        for row in rows {
            let law = hasLaw ? [row.speedUp, row.efficiency] : []
            let mark = row.remarks.isEmpty ? "" : " *"
            table.rows.append(
                [TerminalSummary.printable(row.title) + mark, bar(row.point.throughput ?? 0, of: most)]
                    + [row.throughput, row.range] + law + [row.cost(.worker), row.p99])
        }
        lines.write(table)
        var remarked: [(remarks: String, titles: [String])] = []
        for row in rows where !row.remarks.isEmpty {
            let remarks = row.remarks.joined(separator: "; ")
            if let index = remarked.firstIndex(where: { $0.remarks == remarks }) {
                remarked[index].titles.append(row.title)
            } else {
                remarked.append((remarks, [row.title]))
            }
        }
        for (remarks, titles) in remarked {
            lines.write("\(titles.joined(separator: ", ")): \(remarks)", .pale, bullet: "* ")
        }
    }

    /// A bar of at most eight blocks, in eighths of one.
    static func bar(_ value: Double, of most: Double) -> String {
        guard most > 0, value > 0 else { return "" }
        let eighths = max(1, Int((min(1, value / most) * 64).rounded()))
        let parts = Array(" ▏▎▍▌▋▊▉")
        let rest = eighths % 8
        let bar = String(repeating: "█", count: eighths / 8) + (rest > 0 ? String(parts[rest]) : "")
        return bar.padded(to: 8)
    }
}
