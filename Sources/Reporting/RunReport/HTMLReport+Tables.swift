import LoadMetrics

extension HTMLReport {
    /// Everything the charts show and more, in figures.
    static func tables(_ main: inout Markup, _ result: RunResult) {
        thresholds(&main, result)
        faults(&main, result)
        latencies(&main, result)
        books(&main, result)
        branches(&main, result)
        phases(&main, result)
        generator(&main, result)
        roles(&main, result)
        notes(&main, result)
        facts(&main, result)
        scenario(&main, result)
    }

    static func card(_ main: inout Markup, _ title: String, _ content: (inout Markup) -> Void) {
        main.element("section", ["class": "card full"]) { section in
            section.element("h2", text: title)
            content(&section)
        }
    }

    /// A table whose first column names the row; columns that are `minor` are left out on a phone.
    static func table(
        _ section: inout Markup, columns: [(title: String, minor: Bool)], lastIsWords: Bool = false,
        rows: [(cells: [String], tone: String)]
    ) {
        func classes(_ index: Int) -> String {
            (columns[index].minor ? "minor" : "") + (lastIsWords && index == columns.count - 1 ? " words" : "")
        }

        section.element("table") { table in
            table.element("thead") { head in
                head.element("tr") { line in
                    for (index, column) in columns.enumerated() {
                        line.element("th", ["scope": "col", "class": classes(index)], text: column.title)
                    }
                }
            }
            table.element("tbody") { body in
                for row in rows {
                    body.element("tr", ["class": row.tone]) { line in
                        for (index, cell) in row.cells.enumerated() {
                            if index == 0 {
                                line.element("th", ["scope": "row"], text: cell)
                            } else {
                                line.element("td", ["class": classes(index)], text: cell)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func thresholds(_ main: inout Markup, _ result: RunResult) {
        guard !result.thresholds.isEmpty else { return }
        card(&main, "Thresholds") { section in
            section.element("ul", ["class": "checks"]) { list in
                for threshold in result.thresholds {
                    list.element("li", ["class": threshold.verdict.tone]) { item in
                        item.element("span", ["class": "sign"], text: threshold.verdict.sign)
                        item.element("code", text: threshold.condition)
                        item.element("span", ["class": "value"], text: threshold.observedText)
                    }
                }
            }
        }
    }

    private static func faults(_ main: inout Markup, _ result: RunResult) {
        let rows = FaultRow.all(of: result)
        guard !rows.isEmpty else { return }
        card(&main, "Faults") { section in
            section.element("p", ["class": "hint"], text: FaultRow.explanation)
            table(
                &section,
                columns: [
                    ("", false), ("begin", true), ("lasted", true), ("noticed", false), ("recovered", false),
                    ("outage", true), ("drained", true), ("worst backlog", true), ("redelivered", true),
                    ("duplicated", true), ("lost", false),
                ],
                rows: rows.map { row in
                    (
                        [
                            "\(row.number) \(row.fault.words)", row.begin, row.length, row.detection, row.recovery,
                            row.outage, row.drain, row.backlog, row.redelivered, row.duplicated, row.lost,
                        ], row.isTrouble ? "bad" : ""
                    )
                })
        }
    }

    private static func latencies(_ main: inout Markup, _ result: RunResult) {
        let rows = LatencyRow.all(of: result.totals, clocks: result.clocks)
        guard !rows.isEmpty else { return }
        card(&main, "Latency") { section in
            section.element(
                "p", ["class": "hint"],
                text:
                    "Measured phases. Response times count from the intended moment, service times (indented) from the "
                    + "moment of sending or receiving.")
            let columns: [(String, Bool)] = [
                ("", false), ("count", true), ("p50", false), ("p75", true), ("p90", true), ("p95", true),
                ("p99", false), ("p99.9", false), ("p99.99", true), ("max", false),
            ]
            table(
                &section, columns: columns,
                rows: rows.map { row in
                    let cells = [Quantity.count(row.count)] + row.nanoseconds.map { Quantity.duration($0) }
                    return ([row.title] + cells, row.isService ? "sub" : "")
                })
            for remark in LatencyRow.remarks(of: result.totals, clocks: result.clocks) {
                section.element("p", ["class": "hint"], text: remark)
            }
        }
    }

    private static func books(_ main: inout Markup, _ result: RunResult) {
        card(&main, "Messages") { section in
            table(
                &section,
                columns: [("", false), ("whole run", false), ("measured", false), ("what it counts", true)],
                lastIsWords: true,
                rows: BooksRow.all(of: result.books).map { row in
                    let bad = row.isTrouble && result.books[keyPath: row.count] > 0
                    return (
                        [
                            row.title, Quantity.count(result.books[keyPath: row.count]),
                            Quantity.count(result.totals.books[keyPath: row.count]), row.meaning,
                        ], bad ? "bad" : ""
                    )
                })
            for audit in result.audits ?? [] {
                section.element("p", ["class": audit.agrees ? "hint" : "bad"], text: "Store: \(audit.words)")
                if !audit.examples.isEmpty {
                    section.element("p", ["class": "hint"], text: audit.examples.joined(separator: " · "))
                }
            }
        }
    }

    private static func branches(_ main: inout Markup, _ result: RunResult) {
        guard let branches = result.books.branches else { return }
        card(&main, "Branches") { section in
            section.element(
                "p", ["class": "hint"],
                text:
                    "Whole run. Each message goes to every branch and is processed when all have answered; these are the "
                    + "copies of each branch.")
            table(
                &section,
                columns: [
                    ("", false), ("processed", false), ("failed", false), ("lost", false), ("duplicated", true),
                    ("still queued", true), ("workers", true), ("worker CPU-s per million", true),
                ],
                rows: branches.map { branch in
                    let cost = result.workerCost(of: branch)
                    let cells =
                        [branch.processed, branch.failed, branch.lost, branch.duplicated, branch.queued].map(
                            Quantity.count)
                    return (
                        [branch.name] + cells + [
                            "\(cost.processes)",
                            cost.secondsPerMillion.map(Quantity.significant) ?? Quantity.none,
                        ], branch.lost > 0 ? "bad" : ""
                    )
                })
        }
    }

    private static func phases(_ main: inout Markup, _ result: RunResult) {
        guard !result.phases.isEmpty else { return }
        card(&main, "Phases") { section in
            let columns: [(String, Bool)] = [
                ("", false), ("load", true), ("from", true), ("for", false), ("offered", false), ("throughput", false),
                ("failed", true), ("lost", true), ("p50", true), ("p99", false), ("p99 from sending", true),
                ("max", true), ("generator", true),
            ]
            table(
                &section, columns: columns,
                rows: result.phases.map { phase in
                    let figures = phase.figures
                    let latency = figures.latencies[.endToEnd].flatMap { $0.isEmpty ? nil : $0 }
                    let service = figures.latencies[.endToEndService].flatMap { $0.isEmpty ? nil : $0 }
                    return (
                        [
                            phase.measured ? phase.name : "\(phase.name) (not measured)", phase.load,
                            Quantity.span(phase.startNanoseconds),
                            Quantity.span(phase.endNanoseconds - phase.startNanoseconds),
                            Quantity.rate(figures.perSecond(figures.books.offered)),
                            Quantity.rate(figures.throughputPerSecond),
                            Quantity.count(figures.books.failed), Quantity.count(figures.books.lost),
                            latency.map { Quantity.duration($0.percentile(50)) } ?? Quantity.none,
                            latency.map { Quantity.duration($0.percentile(99)) } ?? Quantity.none,
                            service.map { Quantity.duration($0.percentile(99)) } ?? Quantity.none,
                            latency.map { Quantity.duration($0.max) } ?? Quantity.none,
                            phase.generator?.judgement.rawValue ?? Quantity.none,
                        ], phase.measured ? "" : "sub"
                    )
                })
        }
    }

    private static func roles(_ main: inout Markup, _ result: RunResult) {
        guard !result.roles.isEmpty else { return }
        card(&main, "Processes") { section in
            let isPinned = result.roles.contains { $0.pinnedCores != nil }
            var columns: [(String, Bool)] = [
                ("", false), ("cores", false), ("user", true), ("kernel", true), ("CPU-s per million", false),
                ("peak memory", false), ("allocated", true), ("waits", true), ("preempted", true),
                ("run-queue wait", true),
            ]
            if isPinned { columns.append(("pinned to cores", true)) }
            table(
                &section, columns: columns,
                rows: result.roles.map { role in
                    (
                        [
                            role.diedEarly ? "\(role.name) (ended early)" : role.name, Quantity.significant(role.cores),
                            Quantity.duration(role.userNanoseconds), Quantity.duration(role.systemNanoseconds),
                            role.cpuSecondsPerMillion.map(Quantity.significant) ?? Quantity.none,
                            Quantity.bytes(role.peakResidentBytes),
                            role.allocatedBytes.map(Quantity.bytes) ?? Quantity.none,
                            Quantity.count(role.voluntarySwitches), Quantity.count(role.involuntarySwitches),
                            role.runQueueWaitNanoseconds.map { Quantity.duration($0) } ?? Quantity.none,
                        ] + (isPinned ? [role.pinnedCores.map(CoreAffinity.list) ?? "not pinned"] : []),
                        role.diedEarly ? "bad" : ""
                    )
                })
            if isPinned { busyCores(&section, result) }
            let counters = result.roles.flatMap { role in
                role.counters.sorted { $0.key < $1.key }.map { (role.name, $0.key, $0.value) }
            }
            if !counters.isEmpty {
                section.element("details") { details in
                    details.element("summary", text: "What the processes counted")
                    table(
                        &details, columns: [("", false), ("counter", false), ("value", false)],
                        rows: counters.map { ([$0.0, $0.1, Quantity.count($0.2)], "") })
                }
            }
        }
    }

    /// How busy each core was, and who was pinned to it.
    private static func busyCores(_ section: inout Markup, _ result: RunResult) {
        guard let cores = result.cores, !cores.isEmpty else { return }
        table(
            &section, columns: [("core", false), ("busy", false), ("pinned to it", false)], lastIsWords: true,
            rows: cores.map { core in
                let here = result.roles.filter { $0.pinnedCores?.contains(core.core) ?? false }.map(\.name)
                return (
                    [String(core.core), Quantity.percent(core.busy, of: 1), here.joined(separator: ", ")], ""
                )
            })
    }

    private static func notes(_ main: inout Markup, _ result: RunResult) {
        guard !result.notes.isEmpty else { return }
        card(&main, "Notes") { section in
            section.element("ul") { list in
                for note in result.notes { list.element("li", text: note) }
            }
        }
    }

    private static func facts(_ main: inout Markup, _ result: RunResult) {
        card(&main, "What it ran on") { section in
            section.element("dl") { list in
                for fact in Fact.all(of: result) {
                    list.element("div") { pair in
                        pair.element("dt", text: fact.name)
                        pair.element("dd", text: fact.value)
                    }
                }
            }
        }
    }

    private static func scenario(_ main: inout Markup, _ result: RunResult) {
        guard !result.scenario.text.isEmpty else { return }
        card(&main, "Scenario") { section in
            section.element("pre", ["tabindex": "0"], text: result.scenario.text)
        }
    }
}
