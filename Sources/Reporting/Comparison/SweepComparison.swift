import FoundationEssentials
package import LoadMetrics
import Statistics

/// Two sweeps laid over each other, point by point; repeats give each change an interval.
package struct SweepComparison: Sendable {
    /// What is compared at each point.
    enum Measure: String, CaseIterable, Sendable {
        case throughput, workerCPU, endToEndP99

        var title: String {
            switch self {
            case .throughput: "throughput"
            case .workerCPU: "worker CPU per msg"
            case .endToEndP99: "end to end p99"
            }
        }

        func value(_ figures: PointFigures) -> Double? {
            let value =
                switch self {
                case .throughput: figures.throughputPerSecond
                case .workerCPU: figures.role(.worker)?.cpuSecondsPerMillion
                case .endToEndP99: figures.endToEndP99Nanoseconds.map { Double($0) }
                }
            return value.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
        }

        func text(_ value: Double) -> String {
            switch self {
            case .throughput: Quantity.rate(value)
            case .workerCPU: Quantity.significant(value) + " µs"
            case .endToEndP99: Quantity.duration(value)
            }
        }
    }

    /// One point of both.
    struct Row: Sendable {
        var measure: Measure
        /// The point's values, such as `4` or `4 × 2`.
        var point: String
        /// Its values on either side, of the runs that count.
        var first: [Double]
        var second: [Double]

        var firstText: String { GateRow.middle(first).map(measure.text) ?? Quantity.none }
        var secondText: String { GateRow.middle(second).map(measure.text) ?? Quantity.none }

        private var shift: ShiftEstimate? {
            ShiftEstimate(
                from: first.compactMap { ShiftEstimate.logRatio(from: 1, to: $0) },
                to: second.compactMap { ShiftEstimate.logRatio(from: 1, to: $0) })
        }

        /// The second's change as a share of the first; nil where one of them is missing.
        var change: Double? { shift.map { ShiftEstimate.ratio($0.value) - 1 } }
        var changeText: String { change.map { Quantity.change($0) } ?? Quantity.none }

        /// The ends of the change; nil where there are too few repeats.
        var interval: (low: Double, high: Double)? {
            guard let shift else { return nil }
            let error = SweepComparison.errorAtEachEnd
            let ends = (low: shift.lowerBound(error: error), high: shift.upperBound(error: error))
            guard ends.low.isFinite, ends.high.isFinite else { return nil }
            return (ShiftEstimate.ratio(ends.low) - 1, ShiftEstimate.ratio(ends.high) - 1)
        }

        var intervalText: String { interval.map { Quantity.changes($0.low, $0.high) } ?? Quantity.none }
    }

    /// What three repeats of either side can just give, 1 in 20: with two, no change has an interval.
    static let errorAtEachEnd = 0.05
    static let intervalTitle = "\(Quantity.share(1 - 2 * errorAtEachEnd)) interval"

    let first: SweepResult
    let second: SweepResult
    /// How the reader knows them: their folders.
    let labels: (first: String, second: String)

    /// Lays the second sweep over the first.
    package init(_ first: SweepResult, _ second: SweepResult, labels: (first: String, second: String)) {
        self.first = first
        self.second = second
        self.labels = labels
    }

    var machineDifferences: [RunComparison.Difference] {
        RunComparison.differences(first.campaign.machine, second.campaign.machine)
    }

    var versionDifferences: [RunComparison.Difference] {
        let (one, other) = (first.campaign, second.campaign)
        return RunComparison.named([
            ("rafale", one.toolVersion, other.toolVersion),
            ("revision", one.gitRevision ?? "", other.gitRevision ?? ""),
            ("broker", one.broker?.label ?? "", other.broker?.label ?? ""),
            ("store", one.store ?? "", other.store ?? ""),
        ])
    }

    /// What was swept and how, then the scenario's own lines.
    var scenarioDifferences: [LineDifference] {
        func asked(_ sweep: SweepResult) -> String {
            let window = sweep.window.map { ", \($0) in flight" } ?? ""
            return "sweep: \(sweep.mode.rawValue)\(window), "
                + "warm-up \(Quantity.span(sweep.warmUpNanoseconds)), measure \(Quantity.span(sweep.measureNanoseconds))"
        }
        return LineDifference.between(asked(first), asked(second))
            + LineDifference.between(first.campaign.scenario.text, second.campaign.scenario.text)
    }

    /// What a reader must know before the figures, one sentence each.
    var warnings: [String] {
        var warnings: [String] = []
        if keyNames(first) != keyNames(second) {
            warnings.append(
                "They vary different keys (\(keyNames(first)); \(keyNames(second))): no point is on both.")
        }
        if !machineDifferences.isEmpty {
            warnings.append("They ran on different machines: a change may be the machine's.")
        }
        for (side, sweep) in [("A", first), ("B", second)] {
            let invalid = sweep.runs.count { $0.figures.judgement == .invalid }
            if invalid > 0 {
                warnings.append("\(invalid) of \(side)'s \(sweep.runs.count) runs are INVALID and left out.")
            }
            if sweep.campaign.interrupted { warnings.append("\(side) was ended early.") }
        }
        return warnings
    }

    var remarks: [String] {
        let shared = points.count
        let (one, other) = (Set(first.runs.map(\.values)).count, Set(second.runs.map(\.values)).count)
        return [
            "\(shared) points are on both, of \(one) of A and \(other) of B. The change is Hodges and Lehmann's estimate, "
                + "its interval that of Mann and Whitney's test: it needs three repeats on either side."
        ]
    }

    func keyNames(_ sweep: SweepResult) -> String { sweep.keys.map(\.name).joined(separator: ", ") }

    /// The points that both have, in the order in which their values were asked for.
    var points: [[String]] {
        guard keyNames(first) == keyNames(second) else { return [] }
        let others = Set(second.runs.map(\.values))
        var seen: Set<[String]> = []
        let shared = first.runs.map(\.values).filter { others.contains($0) && seen.insert($0).inserted }
        func place(_ values: [String]) -> [Int] {
            zip(first.keys, values).map { key, value in key.values.firstIndex(of: value) ?? .max }
        }
        return shared.sorted { place($0).lexicographicallyPrecedes(place($1)) }
    }

    /// A row for each point that both have; none where neither measured it.
    func rows(of measure: Measure) -> [Row] {
        func values(_ sweep: SweepResult, _ point: [String]) -> [Double] {
            sweep.runs.filter { $0.values == point && $0.figures.judgement != .invalid }
                .compactMap { measure.value($0.figures) }
        }
        return points.map { point in
            Row(
                measure: measure, point: point.joined(separator: " × "), first: values(first, point),
                second: values(second, point))
        }.filter { !$0.first.isEmpty || !$0.second.isEmpty }
    }
}
