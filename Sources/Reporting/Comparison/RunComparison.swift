import FoundationEssentials
package import LoadMetrics
import Statistics

/// Two runs laid over each other: where they differ before they are compared, then their figures.
package struct RunComparison: Sendable {
    /// Something that is not the same on both sides.
    struct Difference: Sendable, Equatable {
        var name: String
        var first: String
        var second: String
    }

    /// One figure of both sides.
    struct Figure: Sendable, Equatable {
        var title: String
        var first: Double?
        var second: Double?
        /// What a value is a number of, in words.
        var text: @Sendable (Double) -> String
        /// Between which ends the figure of a run lies, by the ranks of its messages; nil where that cannot be told.
        var intervals: (first: String, second: String)?

        static func == (one: Figure, other: Figure) -> Bool {
            one.title == other.title && one.first == other.first && one.second == other.second
        }

        /// The change from the first to the second as a share; nil where there is none.
        var change: Double? {
            guard let first, let second, first > 0 else { return nil }
            return second / first - 1
        }

        var changeText: String { change.map { Quantity.change($0) } ?? Quantity.none }
        var firstText: String { first.map(text) ?? Quantity.none }
        var secondText: String { second.map(text) ?? Quantity.none }
    }

    /// The runs.
    let first: RunResult
    let second: RunResult
    /// How the reader knows them: their folders.
    let labels: (first: String, second: String)

    /// Lays the second run over the first.
    package init(_ first: RunResult, _ second: RunResult, labels: (first: String, second: String)) {
        self.first = first
        self.second = second
        self.labels = labels
    }

    /// The machines' facts that differ.
    var machineDifferences: [Difference] { Self.differences(first.machine, second.machine) }

    static func differences(_ first: MachineFacts, _ second: MachineFacts) -> [Difference] {
        first.differences(from: second).map { Difference(name: $0.fact, first: $0.here, second: $0.there) }
    }

    /// What was run that differs: program, revision, broker, store.
    var versionDifferences: [Difference] {
        Self.named([
            ("rafale", first.run.toolVersion, second.run.toolVersion),
            ("revision", first.run.gitRevision ?? "", second.run.gitRevision ?? ""),
            ("result version", "\(first.schemaVersion)", "\(second.schemaVersion)"),
            ("broker", first.broker?.label ?? "", second.broker?.label ?? ""),
            ("store", first.store ?? "", second.store ?? ""),
        ])
    }

    static func named(_ facts: [(String, String, String)]) -> [Difference] {
        facts.filter { $0.1 != $0.2 }.map { name, first, second in
            Difference(
                name: name, first: first.isEmpty ? Quantity.none : first,
                second: second.isEmpty ? Quantity.none : second)
        }
    }

    /// The lines of the scenario that only one of them has.
    var scenarioDifferences: [LineDifference] { LineDifference.between(first.scenario.text, second.scenario.text) }

    /// Whether the figures are of one scenario, as its name says.
    var isSameScenario: Bool { first.scenario.name == second.scenario.name }

    /// What a reader must know before the figures, one sentence each.
    var warnings: [String] {
        var warnings: [String] = []
        for (side, result) in [("A", first), ("B", second)] {
            if result.generator.judgement == .invalid {
                warnings.append("\(side)'s generator is INVALID: its figures are its own. \(result.generator.words)")
            } else if result.generator.judgement == .suspect {
                warnings.append("\(side)'s generator is SUSPECT. \(result.generator.words)")
            }
            if result.run.interrupted { warnings.append("\(side) was ended early.") }
        }
        if !machineDifferences.isEmpty {
            warnings.append("They ran on different machines: a change may be the machine's.")
        }
        if !isSameScenario {
            warnings.append("They are of different scenarios: a change may be the load's.")
        }
        return warnings
    }

    /// Why a change has no interval, and what the intervals of quantiles hold for.
    static let remarks = [
        "A single run each: how far a change lies beyond chance nobody can tell; rafale gate repeats both.",
        "The 95 % intervals of quantiles are those of order statistics: of this run's messages, taken as independent.",
    ]

    // MARK: - Figures

    /// The figures that at least one of them has.
    var figures: [Figure] {
        var figures = RunMetric.usual.filter { Self.isPlain($0) }.map { metric in
            Figure(
                title: metric.shortTitle, first: metric.value(in: first), second: metric.value(in: second),
                text: { metric.text($0) })
        }
        figures.insert(
            Figure(
                title: "offered", first: first.rates.offered, second: second.rates.offered, text: { Quantity.rate($0) }),
            at: 0)
        figures += [("lost", \Books.lost), ("failed", \.failed), ("duplicated", \.duplicated)].map { title, path in
            Figure(
                title: title, first: Double(first.books[keyPath: path]), second: Double(second.books[keyPath: path]),
                text: { Quantity.count(UInt64(saturating: $0)) })
        }
        return figures.filter { ($0.first ?? 0) > 0 || ($0.second ?? 0) > 0 }
    }

    private static func isPlain(_ metric: RunMetric) -> Bool { metric.unit != .nanoseconds }

    /// Quantiles of the latencies that both have, each with its interval.
    var quantiles: [Figure] {
        let metrics: [LatencyMetric] = [.endToEnd, .confirm, .queueWait, .service]
        return metrics.flatMap { metric -> [Figure] in
            guard let one = first.totals.latencies[metric], let other = second.totals.latencies[metric],
                !one.isEmpty, !other.isEmpty
            else { return [] }
            return [50, 99, 99.9].map { percentile in
                Figure(
                    title: "\(metric.title) p\(Quantity.percentileLabel(percentile))",
                    first: Double(one.percentile(percentile)), second: Double(other.percentile(percentile)),
                    text: { Quantity.duration($0) },
                    intervals: (Self.interval(one, percentile), Self.interval(other, percentile)))
            }
        }
    }

    private static let mostTrials = 1e7

    /// Between which ends a percentile lies by the ranks of what was recorded.
    static func interval(_ histogram: LatencyHistogram, _ percentile: Double) -> String {
        // More than so many messages narrow nothing that a reader sees, and the binomial of more takes long.
        let effect = Double(histogram.count) / mostTrials
        let quantile = QuantileInterval(share: percentile / 100, count: histogram.count, designEffect: effect)
        let interval = quantile.interval(
            of: histogram.buckets.lazy.map { bucket in
                (Double(bucket.nanoseconds.lowerBound), Double(bucket.nanoseconds.upperBound), bucket.count)
            })
        let ends = [interval.low, interval.high].map { $0.isFinite ? Quantity.duration($0) : "?" }
        return ends.joined(separator: " … ")
    }
}

/// A line that only one of two texts has.
package struct LineDifference: Sendable, Equatable {
    /// Whether the second text has it, not the first.
    package var isAdded: Bool
    package var line: String

    /// The lines in which two texts differ, in order, the first's before the second's at each place.
    ///
    /// By the longest common subsequence; texts of more than 2000 lines are compared as sets of lines.
    package static func between(_ first: String, _ second: String) -> [LineDifference] {
        func lines(_ text: String) -> [Substring] {
            text.split(separator: "\n", omittingEmptySubsequences: true).filter { line in
                !line.allSatisfy(\.isWhitespace)
            }
        }
        let (one, other) = (lines(first), lines(second))
        guard one.count <= 2_000, other.count <= 2_000 else {
            let (before, after) = (Set(one), Set(other))
            return one.filter { !after.contains($0) }.map { .init(isAdded: false, line: String($0)) }
                + other.filter { !before.contains($0) }.map { .init(isAdded: true, line: String($0)) }
        }
        var removed: [Int: Substring] = [:]
        var added: [Int: Substring] = [:]
        for change in other.difference(from: one) {
            switch change {
            case .remove(let offset, let line, _): removed[offset] = line
            case .insert(let offset, let line, _): added[offset] = line
            }
        }
        var differences: [LineDifference] = []
        var (left, right) = (0, 0)
        while left < one.count || right < other.count {
            if let line = removed[left] {
                differences.append(.init(isAdded: false, line: String(line)))
                left += 1
            } else if let line = added[right] {
                differences.append(.init(isAdded: true, line: String(line)))
                right += 1
            } else {
                left += 1
                right += 1
            }
        }
        return differences
    }
}
