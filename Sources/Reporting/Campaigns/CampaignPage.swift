import FoundationEssentials
import LoadMetrics

/// What the pages and summaries of campaigns have in common.
struct CampaignPage {
    let campaign: CampaignFacts
    /// What it is, in one word: `sweep`.
    let kind: String

    /// Its kind, whether it is whole, and what the worst of its generators was.
    func badges(_ runs: [PointFigures]) -> [ReportPage.Badge] {
        var badges = [
            campaign.interrupted
                ? ReportPage.Badge(text: "! \(kind) INTERRUPTED", tone: "warn")
                : ReportPage.Badge(text: kind.uppercased(), tone: "plain")
        ]
        let judgements = runs.map(\.judgement)
        let worst: GeneratorVerdict.Judgement =
            judgements.contains(.invalid) ? .invalid : judgements.contains(.suspect) ? .suspect : .valid
        if !runs.isEmpty {
            badges.append(
                ReportPage.Badge(text: "generator \(worst.rawValue)", tone: worst.tone, isSmall: true))
        }
        return badges
    }

    /// What a page of a campaign that was ended early says at its top; nothing for one that is whole.
    static func interruptedBanner(_ campaign: CampaignFacts) -> [ReportPage.Banner] {
        guard campaign.interrupted else { return [] }
        return [
            ReportPage.Banner(
                strong: "Interrupted. ", text: "The figures are of the part that ran; it can be resumed.", tone: "warn")
        ]
    }

    var metaLine: String {
        let machine = campaign.machine
        let parts = [
            WallTime.label(campaign.startedAt), Quantity.span(campaign.durationNanoseconds), campaign.broker?.label,
            machine.cpuModel.isEmpty
                ? nil : "\(machine.cpuModel), \(machine.usableCores) of \(machine.cores) cores",
        ]
        return parts.compactMap { $0 }.joined(separator: " · ")
    }

    var facts: [Fact] {
        let machine = campaign.machine
        let facts: [(String, String?)] = [
            ("broker", campaign.broker?.label), ("address", campaign.broker?.address), ("store", campaign.store),
            ("processor", machine.cpuModel), ("cores", "\(machine.usableCores) usable of \(machine.cores)"),
            ("memory", Quantity.bytes(machine.memoryBytes)),
            ("system", "\(machine.operatingSystem), \(machine.kernel), \(machine.architecture)"),
            ("started", WallTime.label(campaign.startedAt)), ("took", Quantity.span(campaign.durationNanoseconds)),
            ("rafale", campaign.toolVersion.isEmpty ? nil : campaign.toolVersion),
            ("revision", campaign.gitRevision),
            ("command", campaign.commandLine.isEmpty ? nil : campaign.commandLine.joined(separator: " ")),
        ]
        return facts.compactMap { name, value in value.map { Fact(name: name, value: $0) } }
    }

    /// Notes, facts and the scenario's text.
    func end(_ main: inout Markup, notes: [String], file: String) {
        if !notes.isEmpty {
            HTMLReport.card(&main, "Notes") { section in
                section.element("ul") { list in
                    for note in notes { list.element("li", text: note) }
                }
            }
        }
        HTMLReport.card(&main, "What it ran on") { section in
            section.element("dl") { list in
                for fact in facts {
                    list.element("div") { pair in
                        pair.element("dt", text: fact.name)
                        pair.element("dd", text: fact.value)
                    }
                }
            }
        }
        if !campaign.scenario.text.isEmpty {
            HTMLReport.card(&main, "Scenario") { section in
                section.element("pre", ["tabindex": "0"], text: campaign.scenario.text)
            }
        }
        ReportPage.footer(
            &main,
            "Rafale \(campaign.toolVersion) · every figure is in \(file), every run is a folder of its own in runs/; "
                + "`rafale report` draws this page again.")
    }
}

/// The lines of a campaign's summary on a terminal of 80 columns.
struct CampaignLines {
    let paint: TerminalPaint
    private(set) var lines: [String] = []

    init(colour: Bool) {
        paint = TerminalPaint(colour: colour)
    }

    private static let width = TerminalSummary.width

    /// The text, ending with a newline.
    var text: String { lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n" }

    mutating func top(_ page: CampaignPage, badges: [ReportPage.Badge]) {
        let right = badges.reversed().map(\.text).joined(separator: "   ")
        let name = TerminalSummary.printable(page.campaign.scenario.name)
            .padded(to: max(8, Self.width - right.count - 2))
        let painted = badges.reversed().map { paint.toned($0.text, $0.tone) }.joined(separator: "   ")
        lines.append("\(paint.painted(name, .strong))  \(painted)")
        lines.append(paint.painted(String(repeating: "─", count: Self.width), .pale))
        if let summary = page.campaign.scenario.summary, !summary.isEmpty { write(summary) }
        write(page.metaLine, .pale)
    }

    mutating func blank() { lines.append("") }

    /// A sentence, in as many lines as it needs.
    mutating func write(_ sentence: String, _ colour: TerminalPaint.Colour = .plain, bullet: String = "") {
        let indent = String(repeating: " ", count: bullet.count)
        for (index, line) in TerminalSummary.printable(sentence).wrapped(to: Self.width - bullet.count).enumerated() {
            lines.append(paint.painted((index == 0 ? bullet : indent) + line, colour))
        }
    }

    mutating func write(_ table: TextTable, gap: Int = 2) {
        for (index, line) in table.lines(width: Self.width, gap: gap).enumerated() {
            lines.append(index == 0 ? paint.painted(line, .strong) : line)
        }
    }
}
