import FoundationEssentials
package import LoadMetrics

/// The report of a gate as one HTML page and as one SVG picture.
package enum GateReport {
    /// The page.
    package static func page(of result: GateResult) -> String {
        let rows = GateRow.all(of: result)
        return ReportPage.html(title: "gate \(result.scenario.name): \(result.verdict.rawValue)") { main in
            header(&main, result)
            ReportPage.tiles(&main, tiles(of: rows, result), label: "The gate in figures")
            main.element("section", ["class": "charts", "aria-label": "Charts"]) { section in
                for (picture, caption) in pictures(of: rows, result) {
                    ReportPage.figureFrame(&section, wide: true, title: picture.title, caption: caption) { frame in
                        for format in [Chart.Format.wide, .half, .narrow] { frame.append(markup: picture.svg(format)) }
                    }
                }
            }
            metrics(&main, rows, result)
            runs(&main, result)
            notes(&main, result)
            facts(&main, result)
            ReportPage.footer(
                &main,
                "Rafale \(result.toolVersion) · every figure is in gate.json; `rafale report` draws this page from it "
                    + "again.")
        }
    }

    private static func header(_ main: inout Markup, _ result: GateResult) {
        ReportPage.header(
            &main, title: result.scenario.name,
            badges: [
                .init(text: "\(result.verdict.sign) \(result.verdict.rawValue)", tone: result.verdict.tone),
                .init(text: "gate", tone: "plain", isSmall: true),
            ],
            summary: "\(result.candidate.text) against \(result.baseline.text)",
            meta: [
                result.courseText, WallTime.label(result.startedAt), Quantity.span(result.durationNanoseconds),
                result.machine.line,
            ].joined(separator: " · "),
            banners: result.reasons.map { .init(text: $0, tone: result.verdict.tone) })
    }

    private static func tiles(of rows: [GateRow], _ result: GateResult) -> [Tile] {
        rows.filter(\.finding.gates).prefix(5).map { row in
            Tile(
                label: row.metric.title, figure: row.changeText,
                detail: row.finding.changeLow == nil ? "no bounds yet" : row.intervalText, tone: row.tone)
        }
    }

    /// The gating metrics, and those that are only told, where there are any.
    private static func pictures(of rows: [GateRow], _ result: GateResult) -> [(GatePicture, caption: String)] {
        let gating = GatePicture(
            title: "What decides", rows: rows.filter(\.finding.gates), leastEffect: result.rules.leastEffect)
        let told = GatePicture(
            id: "told", title: "What is told", rows: rows.filter { !$0.finding.gates },
            leastEffect: result.rules.leastEffect)
        let caption =
            "Each dot is a run, as a change from the middle of the baseline; boxes hold half of the runs. The change has "
            + "its \(result.intervalTitle). Red ground: worse by \(Quantity.share(result.rules.leastEffect)) or more."
        return [(gating, caption)]
            + (told.rows.isEmpty ? [] : [(told, "The same for the metrics that have no say in the verdict.")])
    }

    // MARK: - Tables

    private static func metrics(_ main: inout Markup, _ rows: [GateRow], _ result: GateResult) {
        HTMLReport.card(&main, "Metrics") { section in
            let columns: [(String, Bool)] = [
                ("", false), ("baseline", false), ("candidate", false), ("change", false),
                (result.intervalTitle, false), ("noise of a round", true), ("", true),
            ]
            HTMLReport.table(
                &section, columns: columns, lastIsWords: true,
                rows: rows.map { row in
                    (
                        [
                            "\(row.sign) \(row.metric.title)", row.baselineText, row.candidateText, row.changeText,
                            row.intervalText, row.finding.roundNoise.map(Quantity.share) ?? Quantity.none,
                            row.finding.gates ? "decides" : "told",
                        ], row.tone == "bad" ? "bad" : row.finding.gates ? "" : "sub"
                    )
                })
            section.element("p", ["class": "hint"], text: "\(result.courseText). \(result.rulesText).")
            if let words = result.pairsWords { section.element("p", ["class": "hint"], text: words) }
        }
    }

    private static func runs(_ main: inout Markup, _ result: GateResult) {
        HTMLReport.card(&main, "Runs") { section in
            let gating = result.rules.metrics
            let columns: [(String, Bool)] =
                [("", false), ("round", false)] + gating.map { ($0.title, false) } + [("generator", true)]
            HTMLReport.table(
                &section, columns: columns,
                rows: result.runs.map { run in
                    (
                        [run.side.rawValue, "\(run.round)"]
                            + gating.map { metric in run.values[metric.name].map(metric.text) ?? Quantity.none }
                            + [run.judgement.rawValue], run.judgement == .invalid ? "bad" : run.counts ? "" : "sub"
                    )
                })
        }
    }

    private static func notes(_ main: inout Markup, _ result: GateResult) {
        let notes = [result.suspectWords].compactMap(\.self) + result.notes
        guard !notes.isEmpty else { return }
        HTMLReport.card(&main, "Notes") { section in
            section.element("ul") { list in
                for note in notes { list.element("li", text: note) }
            }
        }
    }

    private static func facts(_ main: inout Markup, _ result: GateResult) {
        var facts = [
            ("candidate", result.candidate.text), ("baseline", result.baseline.text),
            ("rules", result.rulesText), ("machine", result.machine.line),
            ("system", "\(result.machine.operatingSystem), \(result.machine.architecture)"),
        ]
        let differences = result.baseline.machine.map(result.machine.differences) ?? []
        facts += differences.map { ("other \($0.fact)", "\($0.here) here, \($0.there) for the baseline") }
        HTMLReport.card(&main, "What was compared") { section in
            section.element("dl") { list in
                for (name, value) in facts {
                    list.element("div") { pair in
                        pair.element("dt", text: name)
                        pair.element("dd", text: value)
                    }
                }
            }
            if !result.scenario.text.isEmpty {
                section.element("pre", ["tabindex": "0"], text: result.scenario.text)
            }
        }
    }

    // MARK: - Picture

    /// The gating metrics as a picture of its own, in the reader's light or dark.
    package static func svg(of result: GateResult) -> String {
        let picture = GatePicture(
            rows: GateRow.all(of: result).filter(\.finding.gates), leastEffect: result.rules.leastEffect)
        let verdict = "\(result.verdict.sign) \(result.verdict.rawValue)"
        return PictureCard.svg(
            title: "gate \(result.scenario.name)", badge: verdict, tone: result.verdict.tone,
            lines: [
                "\(result.candidate.text) against \(result.baseline.text)",
                "\(result.courseText) · \(WallTime.label(result.startedAt))",
            ], summary: picture.summary, height: picture.height(.half), width: Chart.Format.half.width
        ) { picture.svg(.half, at: $0) }
    }
}

/// One picture with a heading, as an SVG file of its own.
enum PictureCard {
    private static let margin = 24.0

    /// A file with the picture that `content` draws at a place.
    static func svg(
        title: String, badge: String? = nil, tone: String = "plain", lines: [String], summary: String, height: Double,
        width: Double, _ content: (Point) -> String
    ) -> String {
        let sheet = (width: width + 2 * margin, height: height + 86 + 18 * Double(lines.count))
        let number = ChartDrawing.number
        var markup = Markup()
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(number(sheet.width)) \(number(sheet.height))",
                "width": number(sheet.width), "height": number(sheet.height), "role": "img",
                "aria-labelledby": "card-title card-desc",
            ]
        ) { svg in
            svg.element("title", ["id": "card-title"], text: title)
            svg.element("desc", ["id": "card-desc"], text: summary)
            svg.append(markup: "<style>\(ChartStyle.properties)\(ChartStyle.rules)\(OverviewCard.rules)</style>")
            svg.empty(
                "rect",
                [
                    "class": "sheet", "x": "0.5", "y": "0.5", "width": number(sheet.width - 1),
                    "height": number(sheet.height - 1), "rx": "14",
                ])
            svg.element(
                "text", ["class": "name small", "x": number(margin), "y": "44"],
                text: OverviewCard.shortened(title, Int(width / 17)))
            if let badge {
                let width = Double(badge.count) * 9 + 28
                let right = sheet.width - margin
                svg.empty(
                    "rect",
                    [
                        "class": "badge \(tone)", "x": number(right - width), "y": "21", "width": number(width),
                        "height": "32", "rx": "16",
                    ])
                svg.element(
                    "text",
                    [
                        "class": "badge-text \(tone)", "x": number(right - width / 2), "y": "42",
                        "text-anchor": "middle",
                    ], text: badge)
            }
            for (index, line) in lines.enumerated() {
                svg.element(
                    "text",
                    ["class": "sub small", "x": number(margin), "y": number(70 + 18 * Double(index))],
                    text: OverviewCard.shortened(line, Int(width / 6.6)))
            }
            svg.append(markup: content(Point(x: margin, y: 64 + 18 * Double(lines.count))))
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + markup.text + "\n"
    }
}

extension ReportWriter {
    /// The name of the file that holds the outcome of a gate.
    package static let gateName = "gate.json"

    /// Writes the outcome of a gate, and everything that is drawn from it.
    @discardableResult
    package func write(_ result: GateResult) throws(ReportWriteError) -> [String] {
        let json: [UInt8]
        do {
            json = try result.json()
        } catch {
            throw .notEncodable(reason: "\(error)")
        }
        return [try write(json, Self.gateName)] + (try writeReports(result))
    }

    /// Writes everything that is drawn from the outcome of a gate.
    @discardableResult
    package func writeReports(_ result: GateResult) throws(ReportWriteError) -> [String] {
        [
            try write(Array(GateReport.page(of: result).utf8), "report.html"),
            try write(Array(GateReport.svg(of: result).utf8), "report.svg"),
            try write(Array(GateMarkdown.text(of: result).utf8), "report.md"),
            try write(Array(JUnitFile.text(of: result).utf8), "junit.xml"),
            try write(Array(GateSummary.text(of: result).utf8), "summary.txt"),
        ]
    }
}
