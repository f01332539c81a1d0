import LoadMetrics
import Statistics

/// Looks for the capacity of one point: asks the search for a rate, tries it, and tells it what came of it.
struct CapacityHunt: Sendable {
    /// Where to look.
    enum Range: Sendable, Equatable {
        /// Around what a closed loop carries.
        case around(SaturationLoad)
        /// Between two rates, and nowhere else.
        case between(ClosedRange<Double>)
    }

    /// A point with the results of its runs that are needed beyond it.
    struct Found: Sendable {
        var point: CapacityPoint
        /// The last run, for what it says of the machine and the broker.
        var result: RunResult?

        /// The highest rate that held.
        var best: CapacityProbe? {
            let held = point.probes.filter { $0.verdict == .holds && $0.ratePerSecond <= point.heldPerSecond ?? 0 }
            return held.max { $0.ratePerSecond < $1.ratePerSecond }
        }
    }

    let runner: ProbeRunner
    let range: Range
    let mostProbes: Int

    func find(values: [String]) async throws -> Found {
        var found = Found(point: CapacityPoint(values: values, outcome: .interrupted))
        guard var search = try await begin(&found) else { return found }
        while case .probe(let rate) = search.next {
            guard let made = try await runner.probe(ratePerSecond: rate, number: search.probes.count + 1) else {
                return found
            }
            found.point.probes.append(made.probe)
            found.result = made.result
            search.record(CapacitySearch.Answer(made.probe))
        }
        if case .done(let outcome) = search.next { found.point.take(outcome) }
        return found
    }

    /// The search with its first guess; nil when the campaign was ended meanwhile.
    private func begin(_ found: inout Found) async throws -> CapacitySearch? {
        var plan: CapacitySearch.Plan
        switch range {
        case .between(let rates): plan = .init(bracket: rates, bounds: rates)
        case .around(let load):
            guard let saturated = try await runner.saturate(load) else { return nil }
            found.result = saturated.result
            let carried = saturated.result.totals.throughputPerSecond
            guard carried > 0 else {
                throw CommandFailure(
                    .thresholdFailed,
                    "nothing came back from a closed loop (\(saturated.folder)): there is no capacity to be found")
            }
            found.point.saturationPerSecond = carried
            // Schedules are kept up to a little more than a closed loop carries, and limits break before it.
            plan = .init(bracket: (carried * 0.5)...(carried * 1.15), bounds: (carried / 100)...(carried * 20))
        }
        if plan.hint > 100 { plan.hint = min(max(plan.hint.rounded(), plan.bounds.lowerBound), plan.bounds.upperBound) }
        plan.mostProbes = mostProbes
        return CapacitySearch(plan: plan)
    }
}

extension CapacitySearch.Answer {
    /// What a probe tells a search.
    init(_ probe: CapacityProbe) {
        self =
            switch probe.verdict {
            case .holds: .holds
            case .fails: .fails(reason: probe.reason)
            case .unclear: .unclear(reason: probe.reason)
            case .generatorLimited: .limited(reason: probe.reason)
            }
    }
}

extension CapacityPoint {
    /// Takes over what a search found.
    mutating func take(_ found: CapacitySearch.Outcome) {
        ratePerSecond = found.ratePerSecond
        heldPerSecond = found.heldPerSecond
        // Where the generator was the limit, a rate that held is all that is known.
        lowPerSecond = min(found.interval.low, found.ratePerSecond ?? found.interval.low)
        highPerSecond = found.interval.high.isFinite ? found.interval.high : nil
        if let failure = found.failure, case .fails(let reason) = failure.answer {
            reasonAbove = "at \(ProbeLoad.text(failure.ratePerSecond)), \(reason)"
        }
        switch found.end {
        case .settled: outcome = .found
        case .probesExhausted: outcome = .unclear
        case .holdsAtHighest: outcome = .aboveRange
        case .failsAtLowest: outcome = .belowRange
        case .limited(let reason):
            outcome = .generatorLimited
            reasonAbove = "the generator, not the system, was the limit: \(reason)"
        }
    }
}
