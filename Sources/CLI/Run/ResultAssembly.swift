import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

/// Puts the whole result of a run together from what its parts saw.
struct ResultAssembly {
    let file: ScenarioFile
    let facts: RunFacts
    let outcome: LoadOutcome
    let rows: [SecondRow]
    let roles: [RoleResult]
    /// The workers' own histograms of their stages, merged.
    let stages: [String: LatencyHistogram]
    let broker: SystemFacts?
    let store: String?
    let notes: [String]

    func result() -> RunResult {
        let start = outcome.phases.first?.startNanoseconds ?? rows.first?.sample.startNanoseconds ?? 0
        let phases = zip(outcome.phases, file.scenario.phases).map { phase, described in
            PhaseResult(
                name: phase.name, load: described.rate.summary, measured: phase.measured,
                startNanoseconds: phase.startNanoseconds - start, endNanoseconds: phase.endNanoseconds - start,
                figures: figures(phase), generator: GeneratorJudge.judge(phase))
        }
        var totals = Figures()
        for phase in phases where phase.measured { totals.append(phase.figures) }
        for (name, histogram) in stages {
            let metric = LatencyMetric(rawValue: name)
            if totals.latencies[metric] == nil { totals.latencies[metric] = histogram }
        }
        var books = Books()
        for phase in phases { books.merge(phase.figures.books) }
        books.leftoversIgnored = outcome.leftovers
        closeQueued(&books)
        // The whole run's missing messages were sorted into queued and lost: the measured phases share the verdict.
        if books.lost == 0 {
            totals.books.queued += totals.books.lost
            totals.books.lost = 0
        }
        var facts = facts
        facts.durationNanoseconds = (rows.last?.sample.endNanoseconds ?? start) - start
        facts.interrupted = outcome.interrupted
        var result = RunResult(
            scenario: ScenarioFacts(
                name: file.scenario.name, summary: file.scenario.summary.isEmpty ? nil : file.scenario.summary,
                text: scenarioText),
            run: facts, machine: MachineFacts.current(), broker: broker, store: store, books: books, totals: totals,
            phases: phases, series: rows.map { $0.row(runStart: start) }, roles: roles, thresholds: [],
            generator: GeneratorJudge.judge(outcome), notes: notes + outcomeNotes(books))
        result.thresholds = file.scenario.thresholds.map { ThresholdFigures(result).judge($0) }
        return result
    }

    private func figures(_ phase: LoadOutcome.Phase) -> Figures {
        Figures(
            durationNanoseconds: phase.endNanoseconds - phase.startNanoseconds,
            books: Books(
                offered: phase.offered, published: phase.books.published, confirmed: phase.books.confirmed,
                nacked: phase.books.nacked, returned: phase.books.returned, unconfirmed: phase.books.unconfirmed,
                processed: phase.books.processed, failed: phase.books.failed, duplicated: phase.books.duplicated,
                lost: phase.books.missing, late: phase.late, unsent: phase.books.notSent),
            carried: phase.carried,
            latencies: [
                .scheduleLag: phase.scheduleLag, .confirm: phase.confirm, .queueWait: phase.queueWait,
                .service: phase.service, .endToEnd: phase.endToEnd,
            ].filter { !$0.value.isEmpty })
    }

    /// Messages that are missing and as many as still wait in the queues are queued, not lost.
    private func closeQueued(_ books: inout Books) {
        books.queued = min(books.lost, outcome.depths.total)
        books.lost -= books.queued
    }

    private var scenarioText: String {
        let overrides = file.overrides.map { "# --set \($0)\n" }.joined()
        return file.redactedText + (overrides.isEmpty ? "" : "\n" + overrides)
    }

    private func outcomeNotes(_ books: Books) -> [String] {
        var notes = outcome.failures
        if !outcome.drained, books.queued > 0 {
            notes.append(
                "\(books.queued) messages were still queued when the drain time of \(file.scenario.drain) was over.")
        }
        if outcome.recoveries > 0 { notes.append("Connections were lost and recovered \(outcome.recoveries) times.") }
        if outcome.blockedNanoseconds > 0 {
            notes.append(
                "The broker blocked publishers for \(Duration.nanoseconds(outcome.blockedNanoseconds).formatted(.units(width: .narrow, fractionalPart: .show(length: 1)))) in all."
            )
        }
        if outcome.foreign > 0 {
            notes.append("\(outcome.foreign) messages that no run sent were seen and put back.")
        }
        if outcome.unstamped > 0 {
            notes.append("\(outcome.unstamped) outcomes did not carry their intended time: counted, without a latency.")
        }
        if outcome.unexplained > 0 {
            notes.append("\(outcome.unexplained) answers or outcomes fit nothing that this run sent.")
        }
        return notes
    }
}

/// A second of the run with what the processes used in it.
struct SecondRow: Sendable {
    var sample: SecondSample
    var cores: [String: Double]
    var residentBytes: [String: UInt64]

    func row(runStart: Int64) -> SeriesRow {
        var depths: [String: UInt64] = [:]
        depths["incoming"] = sample.depths.incoming
        depths["processed"] = sample.depths.processed
        depths["failed"] = sample.depths.failed
        return SeriesRow(
            startNanoseconds: sample.startNanoseconds - runStart,
            durationNanoseconds: sample.endNanoseconds - sample.startNanoseconds, offered: sample.offered,
            published: sample.published, confirmed: sample.confirmed, processed: sample.processed,
            failed: sample.failed, endToEnd: SecondLatency(sample.endToEnd), confirm: SecondLatency(sample.confirm),
            scheduleLag: SecondLatency(sample.scheduleLag), queueDepths: depths, cpuCores: cores,
            residentBytes: residentBytes)
    }
}

extension Scenario.RateShape {
    /// The shape in a few words.
    var summary: String {
        func rate(_ value: Double) -> String {
            (value == value.rounded() ? "\(Int(value))" : "\(value)") + "/s"
        }
        return switch self {
        case .constant(let value): rate(value)
        case .ramp(let from, let to, _): "ramp \(rate(from)) → \(rate(to))"
        case .steps(let rates, _): "steps " + rates.map(rate).joined(separator: ", ")
        case .sine(let mean, let amplitude, _): "sine \(rate(mean)) ± \(rate(amplitude))"
        case .burst(let low, let high, _, _): "burst \(rate(low)) ↔ \(rate(high))"
        case .saturate(let saturation): "saturate, \(saturation.window) in flight"
        }
    }
}
