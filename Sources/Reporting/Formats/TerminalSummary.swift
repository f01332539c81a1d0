import FoundationEssentials
package import LoadMetrics

/// The end of a run on a terminal: at most 80 columns, the verdict first, colour only when asked for.
package struct TerminalSummary {
    /// No line is longer.
    package static let width = 80

    private let result: RunResult
    private let colour: Bool
    private var lines: [String] = []

    /// The summary's text, ending with a newline.
    package static func text(of result: RunResult, colour: Bool = false) -> String {
        var summary = TerminalSummary(result: result, colour: colour, lines: [])
        summary.write()
        return summary.lines.map(\.withoutTrailingSpaces).joined(separator: "\n") + "\n"
    }

    private init(result: RunResult, colour: Bool, lines: [String]) {
        self.result = result
        self.colour = colour
        self.lines = lines
    }

    private mutating func write() {
        writeTop()
        writeCourse()
        writeMessages()
        writeFaults()
        writeLatencies()
        writeCosts()
        writeThresholds()
        if !result.notes.isEmpty { lines.append("") }
        for note in result.notes {
            for (index, line) in Self.printable(note).wrapped(to: Self.width - 2).enumerated() {
                lines.append((index == 0 ? "· " : "  ") + line)
            }
        }
    }

    // MARK: - Top

    private mutating func writeTop() {
        let verdict = "\(result.outcome.sign) \(result.outcome.label)"
        let generator = "generator \(result.generator.judgement.rawValue)"
        let right = generator.count + 3 + verdict.count
        let name = Self.printable(result.scenario.name).padded(to: Self.width - right - 2)
        lines.append(
            "\(painted(name, .strong))  \(painted(generator, result.generator.judgement.tone))   "
                + painted(verdict, result.outcome.tone))
        lines.append(painted(String(repeating: "─", count: Self.width), .pale))
        if let summary = result.scenario.summary { lines += Self.printable(summary).wrapped(to: Self.width) }
        var parts = [WallTime.label(result.run.startedAt), Quantity.span(result.run.durationNanoseconds)]
        if let broker = result.broker { parts.append(broker.label) }
        if result.run.mergedRuns > 1 { parts.append("\(result.run.mergedRuns) runs merged") }
        if result.run.interrupted { parts.append("interrupted") }
        lines += Self.printable(parts.joined(separator: " · ")).wrapped(to: Self.width).map { painted($0, .pale) }
        if result.generator.judgement != .valid {
            lines += Self.printable(result.generator.words).wrapped(to: Self.width).map {
                painted($0, result.generator.judgement.tone)
            }
        }
        let glance = result.generator.glance
        if !glance.isEmpty {
            lines += ("generator: " + glance.joined(separator: " · ")).wrapped(to: Self.width).map {
                painted($0, .pale)
            }
        }
        if let words = result.calibration?.words {
            lines += Self.printable(words).wrapped(to: Self.width).map { painted($0, .pale) }
        }
    }

    // MARK: - Course of the run

    /// The run as spark lines: throughput, p99, backlog.
    private mutating func writeCourse() {
        let rows = result.series
        guard rows.count > 1 else { return }
        lines.append("")
        let rates = rows.map { $0.perSecond($0.processed) }
        writeSpark("processed/s", rates, peak: Quantity.rate(rates.max() ?? 0), .good)
        let latencies = rows.map { Double($0.endToEnd?.p99Nanoseconds ?? 0) }
        if latencies.contains(where: { $0 > 0 }) {
            writeSpark("p99", latencies, peak: Quantity.duration(latencies.max() ?? 0), .blue)
        }
        let depths = rows.map { Double($0.queueDepths["incoming"] ?? 0) }
        if rows.contains(where: { $0.queueDepths["incoming"] != nil }) {
            writeSpark("waiting", depths, peak: Quantity.count(UInt64(saturating: depths.max() ?? 0)), .warn)
        }
    }

    private mutating func writeSpark(_ label: String, _ values: [Double], peak: String, _ paint: Paint) {
        let right = "peak \(peak)"
        let room = Self.width - 13 - 2 - 18
        let line = SparkLine.text(values, width: room)
        lines.append(
            label.padded(to: 13) + painted(line, paint) + String(repeating: " ", count: max(0, room - line.count))
                + "  " + right.padded(to: 18, alignRight: true))
    }

    // MARK: - Tables

    private mutating func writeMessages() {
        let books = result.books
        let rates = result.rates
        lines.append("")
        var table = TextTable(header: ["Messages", "offered", "published", "confirmed", "processed", "failed"])
        func row(_ title: String, _ books: Books) -> [String] {
            [
                title, Quantity.count(books.offered), Quantity.count(books.published), Quantity.count(books.confirmed),
                Quantity.count(books.processed), Quantity.count(books.failed),
            ]
        }
        table.rows.append(row("measured", result.totals.books))
        if result.totals.books != books { table.rows.append(row("whole run", books)) }
        table.rows.append([
            "per second", Quantity.rate(rates.offered), Quantity.rate(rates.published), Quantity.rate(rates.confirmed),
            "", "",
        ])
        write(table, gap: 3)
        writeBranches()
        lines.append(
            "throughput \(Quantity.rate(rates.throughput)), \(Quantity.percent(rates.throughput, of: rates.offered)) of "
                + "the load while it lasted")
        let ends: [(String, UInt64, alwaysShown: Bool)] = [
            ("lost", books.lost, true), ("duplicated", books.duplicated, true), ("still queued", books.queued, true),
            ("unconfirmed", books.unconfirmed, false), ("nacked", books.nacked, false),
            ("returned", books.returned, false), ("late", books.late, false), ("unsent", books.unsent, false),
            ("leftovers ignored", books.leftoversIgnored, false), ("uncorrelated", books.uncorrelated ?? 0, false),
        ]
        let shown = ends.filter { $0.alwaysShown || $0.1 > 0 }.map { "\($0.0) \(Quantity.count($0.1))" }
        for line in shown.joined(separator: " · ").wrapped(to: Self.width) {
            lines.append(painted(line, books.lost > 0 ? .bad : .plain))
        }
        for audit in result.audits ?? [] {
            for line in "store \(Self.printable(audit.words))".wrapped(to: Self.width) {
                lines.append(painted(line, audit.agrees ? .plain : .bad))
            }
            for example in audit.examples { lines.append(painted("  \(Self.printable(example))", .pale)) }
        }
    }

    private mutating func writeFaults() {
        let rows = FaultRow.all(of: result)
        guard !rows.isEmpty else { return }
        lines.append("")
        var table = TextTable(
            header: ["Faults", "at", "lasted", "noticed", "recovered", "backlog", "redeliv.", "lost"])
        for row in rows {
            table.rows.append([
                Self.printable("\(row.number) \(row.fault.words)"), row.begin, row.length, row.detection, row.recovery,
                row.backlog, row.redelivered, row.lost,
            ])
        }
        write(table, gap: 2)
    }

    /// The books of each branch of the pipeline, of the whole run.
    private mutating func writeBranches() {
        guard let branches = result.books.branches else { return }
        var table = TextTable(header: ["Branch", "processed", "failed", "lost", "duplicated", "still queued"])
        for branch in branches {
            table.rows.append(
                [Self.printable(branch.name)]
                    + [branch.processed, branch.failed, branch.lost, branch.duplicated, branch.queued].map(
                        Quantity.count))
        }
        write(table, gap: 3)
    }

    private mutating func writeLatencies() {
        let rows = LatencyRow.all(of: result.totals, clocks: result.clocks)
        guard !rows.isEmpty else { return }
        lines.append("")
        var table = TextTable(header: ["Latency", "p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "max"])
        for row in rows {
            let title = (row.isService ? "  " : "") + Self.printable(row.title)
            table.rows.append([title] + row.nanoseconds.map { Quantity.duration($0, separator: "") })
        }
        write(table, gap: 1)
        for remark in LatencyRow.remarks(of: result.totals, clocks: result.clocks) {
            lines += Self.printable(remark).wrapped(to: Self.width).map { painted($0, .pale) }
        }
    }

    private mutating func writeCosts() {
        guard !result.roles.isEmpty else { return }
        lines.append("")
        var table = TextTable(header: ["CPU", "cores", "user", "kernel", "CPU-s/million", "memory", "allocated"])
        for role in result.roles {
            table.rows.append([
                Self.printable(role.diedEarly ? "\(role.name) †" : role.name), Quantity.significant(role.cores),
                Quantity.duration(role.userNanoseconds), Quantity.duration(role.systemNanoseconds),
                role.cpuSecondsPerMillion.map(Quantity.significant) ?? Quantity.none,
                Quantity.bytes(role.peakResidentBytes), role.allocatedBytes.map(Quantity.bytes) ?? Quantity.none,
            ])
        }
        for branch in result.books.branches ?? [] {
            let cost = result.workerCost(of: branch)
            guard cost.processes > 1 else { continue }
            table.rows.append([
                "\(cost.processes) \(Self.printable(branch.name))", "", Quantity.duration(cost.userNanoseconds),
                Quantity.duration(cost.systemNanoseconds),
                cost.secondsPerMillion.map(Quantity.significant) ?? Quantity.none, "", "",
            ])
        }
        for cost in RoleCost.all(of: result) where cost.processes > 1 {
            table.rows.append([
                "\(cost.processes) \(cost.role.rawValue)s", "", Quantity.duration(cost.userNanoseconds),
                Quantity.duration(cost.systemNanoseconds),
                cost.secondsPerMillion.map(Quantity.significant) ?? Quantity.none, "", "",
            ])
        }
        write(table, gap: 2)
        if result.roles.contains(where: \.diedEarly) { lines.append(painted("† ended before the run did", .bad)) }
    }

    private mutating func writeThresholds() {
        guard !result.thresholds.isEmpty else { return }
        lines.append("")
        lines.append(painted("Thresholds", .strong))
        for threshold in result.thresholds {
            let observed = threshold.observedText
            let room = Self.width - 4 - observed.count - 2
            lines.append(
                "  \(painted(threshold.verdict.sign, threshold.verdict.tone)) "
                    + "\(Self.printable(threshold.condition).padded(to: room))  \(observed)")
        }
    }

    private mutating func write(_ table: TextTable, gap: Int) {
        let text = table.lines(width: Self.width, gap: gap)
        for (index, line) in text.enumerated() { lines.append(index == 0 ? painted(line, .strong) : line) }
    }

    // MARK: - Colour

    private typealias Paint = TerminalPaint.Colour

    private func painted(_ text: String, _ paint: Paint) -> String {
        TerminalPaint(colour: colour).painted(text, paint)
    }

    private func painted(_ text: String, _ tone: String) -> String {
        ["good", "bad", "warn"].contains(tone)
            ? TerminalPaint(colour: colour).toned(text, tone) : painted(text, .strong)
    }

    /// Text from a file or a peer without what moves a terminal's cursor or colours it.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: " "
                    default: scalar
                    }
                }))
    }
}

extension String {
    var withoutTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// Values over time in one line of text.
enum SparkLine {
    /// Blocks from the lowest one for zero to the full one for the greatest value: several values in a column where there
    /// are many, several columns for a value where there are few.
    static func text(_ values: [Double], width: Int) -> String {
        guard width > 0, !values.isEmpty else { return "" }
        let columns = values.count < width ? width / values.count * values.count : width
        let joined = (0..<columns).map { column in
            let from = column * values.count / columns
            let to = min(values.count, max(from + 1, (column + 1) * values.count / columns))
            return values[from..<to].max() ?? 0
        }
        let greatest = joined.filter(\.isFinite).max() ?? 0
        let blocks = Array("▁▂▃▄▅▆▇█")
        return String(
            joined.map { value in
                guard greatest > 0, value.isFinite, value > 0 else { return blocks[0] }
                return blocks[min(blocks.count - 1, Int(value / greatest * Double(blocks.count - 1) + 0.5))]
            })
    }
}
