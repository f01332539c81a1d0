import LoadMetrics
import Scenarios
import Statistics

/// Answers what a scenario's thresholds ask of a result.
struct ThresholdFigures {
    private let result: RunResult

    init(_ result: RunResult) { self.result = result }

    func judge(_ threshold: Threshold) -> ThresholdResult {
        let outcome = threshold.evaluate(value)
        let unit: ThresholdResult.Unit =
            if case .percent = threshold.bound { .percent } else { ThresholdResult.Unit(threshold.metric.unit) }
        return ThresholdResult(
            text: threshold.text, phase: threshold.phase, fault: threshold.fault,
            verdict: outcome.holds.map { $0 ? .passed : .failed } ?? .notMeasured, observed: outcome.observed,
            unit: unit)
    }

    /// A figure in its metric's unit; nil where it was not measured.
    func value(_ subject: Threshold.Subject) -> Double? {
        if subject.metric.isOfFaults { return FaultFigureLookup(result.faults ?? []).value(subject) }
        guard let figures = figures(subject.phase) else { return nil }
        let books = figures.books
        // Losses and what was left over are the whole run's: a message lost in the warm-up is lost.
        let whole = subject.phase == nil ? result.books : books
        switch subject.metric {
        case .offered: return Double(books.offered)
        case .published: return Double(books.published)
        case .confirmed: return Double(books.confirmed)
        case .returned: return Double(whole.returned)
        case .nacked: return Double(whole.nacked)
        case .unconfirmed: return Double(whole.unconfirmed)
        case .processed: return Double(books.processed)
        case .failed: return Double(books.failed)
        case .duplicated: return Double(whole.duplicated)
        case .lost: return Double(whole.lost)
        case .queued: return Double(whole.queued)
        case .late: return Double(whole.late)
        case .storeMismatches: return result.storeMismatches.map { Double($0) }
        case .faultDetection, .faultRecovery, .faultOutage, .faultDrain, .faultBacklog, .faultRedelivered,
            .faultDuplicated, .faultLost:
            return nil
        case .throughput: return figures.throughputPerSecond
        case .offeredRate: return figures.perSecond(books.offered)
        case .cpuPerMillion: return cpuNanosecondsPerMillion(subject.statistic)
        case .memory: return peakMemory(subject.statistic)
        case .memoryGrowth: return memoryGrowth(subject.statistic, phase: subject.phase)
        case .scheduleLag, .confirm, .confirmService, .queueWait, .decode, .analyse, .store, .publish, .service,
            .endToEnd, .endToEndService:
            return latency(figures.latencies[LatencyMetric(rawValue: subject.metric.rawValue)], subject.statistic)
        }
    }

    private func figures(_ phase: String?) -> Figures? {
        guard let phase else { return result.totals }
        return result.phases.first { $0.name == phase }?.figures
    }

    private func latency(_ histogram: LatencyHistogram?, _ statistic: Statistic?) -> Double? {
        guard let histogram, !histogram.isEmpty else { return nil }
        return switch statistic {
        case .percentile(let percent): Double(histogram.percentile(percent))
        case .min: Double(histogram.min)
        case .max: Double(histogram.max)
        case .mean: histogram.mean
        case .role, nil: nil
        }
    }

    private func roles(_ statistic: Statistic?) -> [RoleResult] {
        guard case .role(let role) = statistic else { return [] }
        return result.roles.filter { $0.role.rawValue == role.rawValue }
    }

    private func cpuNanosecondsPerMillion(_ statistic: Statistic?) -> Double? {
        let roles = roles(statistic)
        let messages = result.messages(of: roles)
        guard messages > 0 else { return nil }
        return roles.reduce(0) { $0 + Double($1.cpuNanoseconds) } / Double(messages) * 1e6
    }

    private func peakMemory(_ statistic: Statistic?) -> Double? {
        roles(statistic).map { Double($0.peakResidentBytes) }.max()
    }

    /// Of the role's processes the one that grew most; nil when the time has fewer than six seconds.
    private func memoryGrowth(_ statistic: Statistic?, phase: String?) -> Double? {
        let stretches = result.phases.filter { phase == nil ? $0.measured : $0.name == phase }
        let seconds = result.series.filter { second in
            stretches.contains {
                $0.startNanoseconds <= second.startNanoseconds
                    && second.startNanoseconds + second.durationNanoseconds <= $0.endNanoseconds
            }
        }
        let sixth = seconds.count / 6
        func median(_ seconds: ArraySlice<SeriesRow>, _ name: String) -> Double? {
            OrderedSamples(seconds.compactMap { $0.residentBytes[name].map { Double($0) } })?.median
        }
        return roles(statistic).compactMap { role in
            guard let first = median(seconds.prefix(sixth), role.name),
                let last = median(seconds.suffix(sixth), role.name)
            else { return nil }
            return last - first
        }.max()
    }
}

extension ThresholdResult.Unit {
    fileprivate init(_ unit: Metric.Unit) {
        switch unit {
        case .nanoseconds: self = .nanoseconds
        case .messages: self = .messages
        case .perSecond: self = .perSecond
        case .bytes: self = .bytes
        }
    }
}
