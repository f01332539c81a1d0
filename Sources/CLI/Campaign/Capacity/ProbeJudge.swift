import Foundation
import LoadMetrics
import Reporting
import Scenarios
import Statistics

/// Says whether a rate holds, from the runs that were made at it: the limits, each with the interval of what was
/// measured, and the backlog's slope.
struct ProbeJudge: Sendable {
    let ratePerSecond: Double
    let limits: [Threshold]

    /// The share of the rate by which the backlog may seem to grow: with less, a limit on latency is reached so late
    /// that no probe sees it.
    static let growthShare = 0.01
    static let confidence = 0.95
    /// How much later than its second a row of the series may end.
    private static let lateness: Int64 = 60_000_000

    /// What is known after these runs; the last one is the longest.
    func probe(_ runs: [(folder: String, result: RunResult)], lanesPerWorker: Int?) -> CapacityProbe? {
        guard let last = runs.last?.result else { return nil }
        let results = runs.map(\.result)
        let findings = limits.map { finding($0, results) }
        let backlog = backlog(last)
        var probe = CapacityProbe(
            ratePerSecond: ratePerSecond, verdict: .holds, limits: findings, backlog: backlog,
            folders: runs.map(\.folder),
            measuredNanoseconds: results.reduce(0) { $0 + $1.totals.durationNanoseconds },
            figures: PointFigures(last, lanesPerWorker: lanesPerWorker))
        if last.generator.judgement == .invalid {
            (probe.verdict, probe.reason) = (.generatorLimited, last.generator.reason)
        } else if let broken = findings.first(where: { $0.verdict == .fails }) {
            (probe.verdict, probe.reason) = (.fails, words(broken))
        } else if let backlog, backlog.verdict == .fails {
            (probe.verdict, probe.reason) = (.fails, words(backlog))
        } else if let near = findings.first(where: { $0.verdict == .unclear }) {
            (probe.verdict, probe.reason) = (.unclear, words(near))
        } else if backlog?.verdict != .holds {
            (probe.verdict, probe.reason) = (
                .unclear, backlog.map(words) ?? "the probe was too short to tell whether the backlog grows"
            )
        }
        return probe
    }

    // MARK: - Limits

    private func finding(_ limit: Threshold, _ runs: [RunResult]) -> LimitFinding {
        if let finding = percentileFinding(limit, runs) { return finding }
        let judged = runs.compactMap { run in run.thresholds.first { $0.text == limit.text } }
        let verdict: CapacityProbe.Verdict =
            if judged.contains(where: { $0.verdict == .failed }) {
                .fails
            } else if judged.isEmpty || judged.contains(where: { $0.verdict != .passed }) {
                .unclear
            } else {
                .holds
            }
        return LimitFinding(
            text: limit.text, verdict: verdict, observed: judged.last?.observed, unit: judged.last?.unit ?? .messages)
    }

    /// A percentile below a bound, with its interval; nil for any other limit, or where nothing was measured.
    private func percentileFinding(_ limit: Threshold, _ runs: [RunResult]) -> LimitFinding? {
        guard case .percentile(let percent) = limit.statistic, case .absolute(let bound) = limit.bound,
            limit.comparison == .less || limit.comparison == .lessOrEqual
        else { return nil }
        let metric = LatencyMetric(rawValue: limit.metric.rawValue)
        var merged = LatencyHistogram()
        var missing: UInt64 = 0
        var shares: [(count: UInt64, above: UInt64)] = []
        for phase in runs.flatMap(\.phases) where phase.measured {
            // What never came back is slower than any limit.
            let books = phase.figures.books
            let lost = limit.metric == .endToEnd ? books.offered &- min(books.offered, books.finished) : 0
            let histogram = phase.figures.latencies[metric] ?? LatencyHistogram()
            let within = histogram.fraction(atOrBelow: Int64(bound)) * Double(histogram.count)
            shares.append((histogram.count + lost, UInt64(max(0, Double(histogram.count) - within)) + lost))
            merged.merge(histogram)
            missing += lost
        }
        guard !merged.isEmpty else { return nil }
        let ranks = QuantileInterval(
            share: percent / 100, count: merged.count + missing, confidence: Self.confidence,
            designEffect: QuantileInterval.designEffect(shares: shares))
        let steps = merged.buckets.map {
            (low: Double($0.nanoseconds.lowerBound), high: Double($0.nanoseconds.upperBound), count: $0.count)
        }
        let interval = ranks.interval(of: steps + [(low: .infinity, high: .infinity, count: missing)])
        let verdict: CapacityProbe.Verdict =
            switch interval.clearance(of: bound) {
            case .below: .holds
            case .above: .fails
            case .unclear: .unclear
            }
        return LimitFinding(
            text: limit.text, verdict: verdict, observed: Double(merged.percentile(percent)), low: interval.low,
            high: interval.high, unit: .nanoseconds)
    }

    // MARK: - Backlog

    /// The slope of the messages in the system over the measured seconds; nil where there are too few of them.
    private func backlog(_ run: RunResult) -> BacklogFinding? {
        let measured = run.phases.filter(\.measured)
        guard let start = measured.map(\.startNanoseconds).min(), let end = measured.map(\.endNanoseconds).max() else {
            return nil
        }
        // Without workers or consumers a message ends when the broker has taken it.
        let hasOutcomes = run.series.contains { $0.processed + $0.failed > 0 }
        var inside = 0.0
        var points: [(x: Double, y: Double)] = []
        for row in run.series {
            let finished = hasOutcomes ? row.processed + row.failed : row.confirmed
            inside += Double(row.offered) - Double(finished)
            // The second in which the load ends belongs to the drain: the backlog falls in it, whatever the load did.
            let moment = row.startNanoseconds + row.durationNanoseconds
            guard moment > start, moment < end + Self.lateness, row.durationNanoseconds > 500_000_000 else { continue }
            points.append((Double(moment) / 1e9, inside))
        }
        guard let trend = TrendLine(x: points.map(\.x), y: points.map(\.y), confidence: Self.confidence) else {
            return nil
        }
        let growth = ratePerSecond * Self.growthShare
        let verdict: CapacityProbe.Verdict =
            trend.interval.low > growth ? .fails : trend.interval.high < growth ? .holds : .unclear
        return BacklogFinding(
            verdict: verdict, slopePerSecond: trend.slope, lowPerSecond: trend.interval.low,
            highPerSecond: trend.interval.high)
    }

    // MARK: - Words

    private func words(_ finding: LimitFinding) -> String {
        guard let observed = finding.observed else { return "'\(finding.text)' was not measured" }
        let value = Self.text(observed, finding.unit)
        guard let low = finding.low, let high = finding.high else {
            return "\(value) where '\(finding.text)' must hold"
        }
        let range = "\(Self.text(low, finding.unit)) to \(Self.text(high, finding.unit))"
        let place = finding.verdict == .unclear ? "is too near" : "does not hold"
        return "'\(finding.text)' \(finding.verdict == .unclear ? "cannot be told" : place): \(value) (\(range))"
    }

    private func words(_ finding: BacklogFinding) -> String {
        let slope = String(format: "%.1f", finding.slopePerSecond)
        guard finding.verdict == .unclear else { return "the backlog grew by \(slope) messages a second" }
        let ends = [finding.lowPerSecond, finding.highPerSecond].map { String(format: "%.1f", $0) }
        return "it cannot be told whether the backlog grows: \(ends[0]) to \(ends[1]) messages a second"
    }

    private static func text(_ value: Double, _ unit: ThresholdResult.Unit) -> String {
        guard value.isFinite else { return value > 0 ? "any time" : "0" }
        return unit.text(value)
    }
}
