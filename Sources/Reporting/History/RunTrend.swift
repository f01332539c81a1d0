import FoundationEssentials
package import LoadMetrics
import Statistics

/// A metric over the runs of a scenario, and where it changed.
///
/// Only runs of one load on one machine are joined and searched for changes: those like the latest run. The others are
/// drawn apart.
package struct RunTrend: Sendable {
    /// One run with a value.
    struct Entry: Sendable {
        var run: KeptRun
        var value: Double
        /// Where it stands among all runs that are drawn, from 0.
        var place: Int
    }

    /// Where the metric changed.
    struct Change: Sendable {
        /// The first run after it.
        var entry: Entry
        var before: Double
        var after: Double
        /// How likely so clear a change would be if there were none.
        var probability: Double

        var share: Double { after / before - 1 }
    }

    /// A change must be less likely than this by chance alone.
    static let significance = 0.01

    package let metric: RunMetric
    package let scenario: String
    /// The runs like the latest one, in order of time.
    let joined: [Entry]
    /// The others, in groups of one machine and one load.
    let others: [[Entry]]
    let changes: [Change]
    /// Runs that do not count or do not have the metric.
    let leftOut: Int

    /// The trend of a metric over the runs of one scenario.
    package init(of history: RunHistory, scenario: String, metric: RunMetric) {
        self.metric = metric
        self.scenario = scenario
        let runs = history.of(scenario: scenario).runs
        var entries: [Entry] = []
        for run in runs where run.counts {
            guard let value = run.values[metric.name] else { continue }
            entries.append(Entry(run: run, value: value, place: entries.count))
        }
        leftOut = runs.count - entries.count
        var groups: [[Entry]] = []
        for entry in entries {
            if let index = groups.firstIndex(where: { $0.first.map { Self.areAlike($0.run, entry.run) } ?? false }) {
                groups[index].append(entry)
            } else {
                groups.append([entry])
            }
        }
        let latest = groups.max { ($0.last?.place ?? 0) < ($1.last?.place ?? 0) } ?? []
        joined = latest
        others = groups.filter { $0.first?.place != latest.first?.place }
        changes = Self.changes(in: latest)
    }

    private static func areAlike(_ one: KeptRun, _ other: KeptRun) -> Bool {
        one.scenarioText == other.scenarioText && one.machine.differences(from: other.machine).isEmpty
    }

    private static func changes(in entries: [Entry]) -> [Change] {
        // The same runs give the same changes.
        var random = SplitMix64(seed: 1)
        return ChangePoints.of(entries.map(\.value), significance: significance, using: &random).map { change in
            Change(
                entry: entries[change.index], before: change.medians.before, after: change.medians.after,
                probability: change.probability)
        }
    }

    /// The stretches of the joined runs between changes.
    var stretches: [[Entry]] {
        var stretches: [[Entry]] = []
        for entry in joined {
            if stretches.isEmpty || changes.contains(where: { $0.entry.place == entry.place }) { stretches.append([]) }
            stretches[stretches.count - 1].append(entry)
        }
        return stretches
    }

    /// What a reader should know besides, one sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        if changes.isEmpty {
            remarks.append(
                joined.count < 8
                    ? "\(joined.count) runs are too few to look for a change: it takes four before and four after."
                    : "No change: none so clear that chance alone gives it less often than 1 in 100 times.")
        }
        let apart = others.reduce(0) { $0 + $1.count }
        if apart > 0 {
            remarks.append("\(apart) runs on another machine or of another load are not joined with the rest.")
        }
        if leftOut > 0 { remarks.append("\(leftOut) runs are left out: INVALID, ended early, or without the metric.") }
        return remarks
    }

    /// A change in words: `985/s → 1,050/s, +6.6 %, p = 0.005`.
    func words(_ change: Change) -> String {
        "\(metric.text(change.before)) → \(metric.text(change.after)), \(Quantity.change(change.share)), "
            + "p = \(Quantity.trimmed(change.probability))"
    }

    /// Whether a change is for the better.
    func isBetter(_ change: Change) -> Bool { (change.share > 0) == metric.higherIsBetter }

    /// The values over the runs, the stretches between changes as bands.
    func chart() -> Chart {
        let all = (joined + others.flatMap(\.self))
        let values = all.map(\.value)
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let margin = max((high - low) * 0.15, high * 0.02)
        let dates = Dictionary(all.map { (Double($0.place), WallTime.day($0.run.startedAt)) }) { first, _ in first }
        let end = Double(max(1, all.count)) - 0.5
        var chart = Chart(
            id: "trend", title: "\(metric.title) of \(scenario)",
            summary: changes.isEmpty
                ? "\(metric.title) over \(joined.count) runs, without a change."
                : "\(metric.title) over \(joined.count) runs: " + changes.map(words).joined(separator: "; "),
            x: Axis(scale: .exact(-0.5, end), title: "runs, in order of time", tickCounts: (8, 4)) {
                dates[$0.rounded()] ?? ""
            },
            y: Axis(scale: .exact(low - margin, high + margin), title: metric.title) { metric.text($0) })
        chart.emptyText = "no run has this metric"
        for (index, stretch) in stretches.enumerated() {
            guard let first = stretch.first, let last = stretch.last else { continue }
            let from = index == 0 ? -0.5 : Double(first.place) - 0.5
            let next = index + 1 < stretches.count ? stretches[index + 1].first?.place : nil
            let to = next.map { Double($0) - 0.5 } ?? end
            let middle = GateRow.middle(stretch.map(\.value)) ?? 0
            if stretches.count > 1 {
                chart.bands.append(.init(from: from, to: to, label: metric.text(middle), counts: true))
            }
            chart.marks.append(
                .line(
                    [Point(x: Double(first.place) - 0.3, y: middle), Point(x: Double(last.place) + 0.3, y: middle)],
                    .green, .dashed))
        }
        for entry in joined { chart.marks.append(.line([Point(x: Double(entry.place), y: entry.value)], .blue, .bold)) }
        for entry in others.flatMap(\.self) {
            chart.marks.append(.line([Point(x: Double(entry.place), y: entry.value)], .grey, .thin))
        }
        chart.legend = [
            .init(label: "runs like the latest", swatch: .blue, isArea: true),
            .init(label: "middle between changes", swatch: .green, stroke: .dashed),
        ]
        if !others.isEmpty { chart.legend.append(.init(label: "another machine or load", swatch: .grey, isArea: true)) }
        chart.readings = all.map { entry in
            Chart.Reading(
                from: Double(entry.place) - 0.5, to: Double(entry.place) + 0.5,
                text: [
                    metric.text(entry.value), WallTime.label(entry.run.startedAt),
                    entry.run.gitRevision.map { String($0.prefix(12)) } ?? "no revision", entry.run.folder,
                ].joined(separator: "\n"))
        }
        return chart
    }
}

extension WallTime {
    /// `01-31 12:00`.
    static func day(_ date: Date) -> String {
        let text = date.formatted(style)
        return text.dropFirst(5).prefix(5) + " " + text.dropFirst(11).prefix(5)
    }
}
