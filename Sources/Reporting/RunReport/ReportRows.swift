import LoadMetrics

// The rows that the terminal, the page and the files show alike.

/// One line of a latency table.
struct LatencyRow: Sendable, Equatable {
    var metric: LatencyMetric
    var title: String
    /// Whether it counts from the sending or receiving of a message, not from its intended moment.
    var isService: Bool
    var count: UInt64
    /// The reported percentiles and the maximum.
    var nanoseconds: [Int64]

    /// The rows of all histograms that hold something, in the order of a message's way; the whole way first.
    ///
    /// What spans two clocks has its error beside its name.
    static func all(of figures: Figures, clocks: ClockFacts? = nil) -> [LatencyRow] {
        let known: [LatencyMetric] = [
            .endToEnd, .endToEndService, .confirm, .confirmService, .queueWait, .service, .decode, .analyse, .store,
            .publish, .scheduleLag,
        ]
        let others = figures.latencies.keys.filter { !known.contains($0) }.sorted { $0.rawValue < $1.rawValue }
        let branches = others.filter { $0.branch != nil }
        let ordered = known.prefix(2) + branches + known.dropFirst(2) + others.filter { $0.branch == nil }
        return ordered.compactMap { metric in
            guard let histogram = figures.latencies[metric], !histogram.isEmpty else { return nil }
            let figures = histogram.percentiles(LatencyHistogram.reportedPercentiles) + [histogram.max]
            let error = metric == .queueWait ? clocks?.errorNanoseconds ?? 0 : 0
            let title = metric.rowTitle + (error > 0 ? " ± \(Quantity.duration(error, separator: ""))" : "")
            return LatencyRow(
                metric: metric, title: title, isService: metric.isService, count: histogram.count,
                nanoseconds: figures)
        }
    }

    /// What the histograms counted and could not record.
    static func remarks(of figures: Figures, clocks: ClockFacts? = nil) -> [String] {
        let remarks = clocks?.words.map { [$0] } ?? []
        return remarks
            + figures.latencies.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { metric, histogram in
                var remarks: [String] = []
                if histogram.negativeCount > 0 {
                    remarks.append(
                        "\(metric.title): \(Quantity.count(histogram.negativeCount)) negative values, from clocks that do not "
                            + "agree; counted, not recorded.")
                }
                if histogram.overflowCount > 0 {
                    remarks.append(
                        "\(metric.title): \(Quantity.count(histogram.overflowCount)) values past 39 hours; counted, not recorded."
                    )
                }
                return remarks
            }
    }
}

extension ClockFacts {
    /// What a reader of queue waits must know; nil where there is one clock.
    var words: String? {
        guard let errorNanoseconds else {
            return shared
                ? "Queue waits are not shown: workers of this host do not use its clock."
                : "Queue waits are not shown: the workers' clocks differ from each other, or drift."
        }
        if shared { return nil }
        let ahead = offsetNanoseconds < 0 ? "behind" : "ahead of"
        return
            "Queue wait spans two clocks: the workers' is \(Quantity.duration(Int64(clamping: offsetNanoseconds.magnitude))) "
            + "\(ahead) the generator's, known to ± \(Quantity.duration(errorNanoseconds))."
    }
}

extension LatencyMetric {
    var isService: Bool {
        [.endToEndService, .confirmService, .service, .decode, .analyse, .store, .publish].contains(self)
            || branch != nil
    }

    /// The name in a table; what is part of the row above is indented by its style.
    var rowTitle: String {
        switch self {
        case .endToEndService, .confirmService: "from sending"
        default: branch ?? title
        }
    }
}

/// One line of the books.
struct BooksRow: Sendable {
    var title: String
    var count: any KeyPath<Books, UInt64> & Sendable
    var meaning: String
    /// Whether a count above zero deserves a look.
    var isTrouble = false

    /// The lines of a run's books.
    static func all(of books: Books) -> [BooksRow] { books.uncorrelated == nil ? all : all + [uncorrelated] }

    private static let uncorrelated = BooksRow(
        title: "uncorrelated", count: \.uncorrelatedOutcomes, meaning: "outcomes that name no message of the run",
        isTrouble: true)

    /// The lines in the order of a message's way.
    private static let all: [BooksRow] = [
        BooksRow(title: "offered", count: \.offered, meaning: "arrivals of the schedule"),
        BooksRow(title: "published", count: \.published, meaning: "written to the broker"),
        BooksRow(title: "confirmed", count: \.confirmed, meaning: "the broker took responsibility"),
        BooksRow(title: "processed", count: \.processed, meaning: "result read back"),
        BooksRow(title: "failed", count: \.failed, meaning: "read back from the failed queue"),
        BooksRow(title: "lost", count: \.lost, meaning: "confirmed, and came back from nowhere", isTrouble: true),
        BooksRow(
            title: "duplicated", count: \.duplicated, meaning: "outcomes read back more than once", isTrouble: true),
        BooksRow(title: "still queued", count: \.queued, meaning: "in the incoming queue at the end", isTrouble: true),
        BooksRow(title: "unconfirmed", count: \.unconfirmed, meaning: "without the broker's word", isTrouble: true),
        BooksRow(title: "nacked", count: \.nacked, meaning: "refused by the broker or the store", isTrouble: true),
        BooksRow(title: "returned", count: \.returned, meaning: "no queue took them", isTrouble: true),
        BooksRow(title: "late", count: \.late, meaning: "sent later than the bound on schedule debt", isTrouble: true),
        BooksRow(
            title: "unsent", count: \.unsent, meaning: "never sent: the schedule debt was at its bound", isTrouble: true
        ),
        BooksRow(
            title: "leftovers ignored", count: \.leftoversIgnored, meaning: "messages of earlier runs, not counted"),
    ]
}

extension Books {
    fileprivate var uncorrelatedOutcomes: UInt64 { uncorrelated ?? 0 }
}

/// Something the figures depend on.
struct Fact: Sendable, Equatable {
    var name: String
    var value: String

    static func all(of result: RunResult) -> [Fact] {
        let machine = result.machine
        var limits: [String] = []
        if let cores = machine.cgroupCPULimitCores { limits.append("\(Quantity.trimmed(cores)) cores") }
        if let bytes = machine.cgroupMemoryLimitBytes { limits.append(Quantity.bytes(bytes)) }
        let facts: [(String, String?)] = [
            ("broker", result.broker?.label),
            ("address", result.broker?.address),
            ("store", result.store),
            ("processor", machine.cpuModel),
            ("cores", "\(machine.usableCores) usable of \(machine.cores)"),
            ("memory", Quantity.bytes(machine.memoryBytes)),
            ("control group limits", limits.isEmpty ? "none" : limits.joined(separator: ", ")),
            ("frequency governor", machine.governor ?? "not said by the kernel"),
            ("clock source", machine.clockSource),
            ("system", "\(machine.operatingSystem), \(machine.kernel), \(machine.architecture)"),
            ("started", WallTime.label(result.run.startedAt)),
            ("took", Quantity.span(result.run.durationNanoseconds)),
            ("run", result.run.id),
            ("seed", result.run.seed.map(String.init)),
            ("rafale", result.run.toolVersion.isEmpty ? nil : result.run.toolVersion),
            ("revision", result.run.gitRevision),
            ("command", result.run.commandLine.isEmpty ? nil : result.run.commandLine.joined(separator: " ")),
        ]
        return facts.compactMap { name, value in value.map { Fact(name: name, value: $0) } }
    }
}

extension ThresholdResult {
    /// The measured value with its unit.
    var observedText: String {
        if verdict == .notJudged { return "not judged" }
        return observed.map(unit.text) ?? "not measured"
    }
}

extension ThresholdResult.Unit {
    /// A value with its unit, as reports write it: `12.4 ms`, `1,234`, `950/s`, `84.2 MiB`, `99.8 %`.
    package func text(_ value: Double) -> String {
        switch self {
        case .nanoseconds: Quantity.duration(value)
        case .messages: Quantity.count(UInt64(saturating: value))
        case .perSecond: Quantity.rate(value)
        case .bytes: Quantity.bytes(UInt64(saturating: value))
        case .percent: Quantity.percent(value, of: 100)
        }
    }
}

extension ThresholdResult.Verdict {
    var sign: String {
        switch self {
        case .passed: "✓"
        case .failed: "✗"
        case .notMeasured: "?"
        case .notJudged: "–"
        }
    }

    var tone: String {
        switch self {
        case .passed: "good"
        case .failed: "bad"
        case .notMeasured, .notJudged: "warn"
        }
    }
}
