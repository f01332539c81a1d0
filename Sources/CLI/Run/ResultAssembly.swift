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
    /// One a second; times are monotonic, not yet counted from the start of the run.
    let rows: [SeriesRow]
    let roles: [RoleResult]
    /// How busy each core was in the measured phases.
    let cores: [CoreUse]?
    /// The machine before anything was pinned.
    let machine: MachineFacts
    /// Cores that the generator may use.
    let generatorCores: Int
    /// The workers' own histograms of their stages, merged.
    let stages: [String: LatencyHistogram]
    let broker: SystemFacts?
    let store: String?
    /// What the store holds beside what it must; nil where that cannot be known.
    let audits: [StoreAudit]?
    /// What the generator can do here, without the run's own part.
    let calibration: CalibrationUse
    /// What the faults came to; nil where there were none.
    let faults: FaultOutcome?
    let notes: [String]

    func result() -> RunResult {
        let start = outcome.phases.first?.startNanoseconds ?? rows.first?.startNanoseconds ?? 0
        let judge = GeneratorJudge(
            outcome, .init(usableCores: generatorCores, limitPerSecond: calibration.limitPerSecond))
        var phases = zip(outcome.phases, file.scenario.phases).map { phase, described in
            PhaseResult(
                name: phase.name, load: outcome.part == .consuming ? "as it came" : described.rate.summary,
                measured: phase.measured,
                startNanoseconds: phase.startNanoseconds - start, endNanoseconds: phase.endNanoseconds - start,
                figures: figures(phase), generator: judge.verdict(of: phase))
        }
        sortMissing(&phases)
        var totals = Figures()
        for phase in phases where phase.measured { totals.append(phase.figures) }
        for (name, histogram) in stages {
            let metric = LatencyMetric(rawValue: name)
            if totals.latencies[metric] == nil { totals.latencies[metric] = histogram }
        }
        var books = Books()
        for phase in phases { books.merge(phase.figures.books) }
        books.leftoversIgnored = outcome.leftovers
        if outcome.uncorrelated > 0 { books.uncorrelated = outcome.uncorrelated }
        books.duplicated += outcome.duplicates
        var facts = facts
        facts.durationNanoseconds = rows.last.map { $0.startNanoseconds + $0.durationNanoseconds - start } ?? 0
        facts.interrupted = outcome.interrupted
        var result = RunResult(
            scenario: ScenarioFacts(
                name: file.scenario.name, summary: file.scenario.summary.isEmpty ? nil : file.scenario.summary,
                text: scenarioText),
            run: facts, machine: machine, broker: broker, store: store, books: books, totals: totals,
            phases: phases, series: rows.map { $0.shifted(by: -start) }, roles: roles, cores: cores, thresholds: [],
            generator: judge.verdict(), calibration: calibrationUse,
            clocks: outcome.clocks, audits: audits,
            notes: notes + (faults?.notes ?? []) + outcomeNotes(books))
        let shifted = faults?.shifted(by: -start)
        (result.faults, result.moments) = (shifted?.faults, shifted?.moments)
        let known = file.scenario.thresholds.filter { audits != nil || $0.metric != .storeMismatches }
        let judged = known.filter { $0.metric.isMeasured(in: outcome.part) }
        result.thresholds = judged.map { ThresholdFigures(result).judge($0) }
        result.withholdThresholds()
        if known.count < file.scenario.thresholds.count {
            result.notes.append(
                "The store was not compared with the books: that needs reference workers that this run starts and a "
                    + "store that is not 'none'.")
        }
        let others = known.count - judged.count
        if others > 0 {
            result.notes.append("\(others) thresholds speak of the other part of the load; they were not judged here.")
        }
        return result
    }

    /// The run's busiest second beside what the generator can do.
    private var calibrationUse: CalibrationUse {
        var use = calibration
        use.busiestPerSecond = outcome.phases.filter(\.measured).compactMap(\.busiestPerSecond).max()
        return use
    }

    private func figures(_ phase: LoadOutcome.Phase) -> Figures {
        // A wait between two clocks of which nothing is known is no wait.
        let queueWait = outcome.clocks.map(\.agrees) ?? true ? phase.queueWait : LatencyHistogram()
        var latencies: [LatencyMetric: LatencyHistogram] = [
            .scheduleLag: phase.scheduleLag, .confirm: phase.confirm, .confirmService: phase.confirmService,
            .queueWait: queueWait, .service: phase.service, .endToEnd: phase.endToEnd,
            .endToEndService: phase.endToEndService,
        ]
        for branch in phase.branches { latencies[LatencyMetric(endToEndOf: branch.name)] = branch.endToEnd }
        var books = Books(
            offered: phase.offered, published: phase.books.published, confirmed: phase.books.confirmed,
            nacked: phase.books.nacked, returned: phase.books.returned, unconfirmed: phase.books.unconfirmed,
            processed: phase.books.processed, failed: phase.books.failed, duplicated: phase.books.duplicated,
            lost: phase.books.missing, late: phase.late, unsent: phase.books.notSent)
        if !phase.branches.isEmpty { books.branches = phase.branches.map(BranchBooks.init) }
        return Figures(
            durationNanoseconds: phase.endNanoseconds - phase.startNanoseconds,
            books: books, carried: phase.carried, latencies: latencies.filter { !$0.value.isEmpty })
    }

    /// Enters those of the missing messages that still wait in the queues as queued; the rest is lost.
    private func sortMissing(_ phases: inout [PhaseResult]) {
        for (index, waiting) in outcome.waiting.enumerated() where index < phases.count {
            phases[index].figures.books.lost -= waiting.messages
            phases[index].figures.books.queued += waiting.messages
            for (branch, copies) in waiting.copies.enumerated() {
                phases[index].figures.books.branches?[branch].lost -= copies
                phases[index].figures.books.branches?[branch].queued += copies
            }
        }
    }

    private var scenarioText: String {
        let overrides = file.overrides.map { "# --set \($0)\n" }.joined()
        return file.redactedText + (overrides.isEmpty ? "" : "\n" + overrides)
    }

    private func outcomeNotes(_ books: Books) -> [String] {
        var notes = outcome.failures
        if !outcome.drained, books.queued > 0 {
            let end = outcome.interrupted ? "the run was ended" : "the drain time of \(file.scenario.drain) was over"
            notes.append("\(books.queued) messages were still queued when \(end).")
        }
        if !stages.isEmpty, outcome.phases.contains(where: { !$0.measured }) {
            notes.append("The workers' stages (decode, analyse, store, publish) are timed over the whole run.")
        }
        if outcome.stillQueued == nil, books.lost > 0 {
            notes.append("The queues could not be asked at the end: messages that still wait in them count as lost.")
        }
        if outcome.recoveries > 0 { notes.append("Connections were lost and recovered \(outcome.recoveries) times.") }
        if outcome.blockedNanoseconds > 0 {
            notes.append(
                "The broker blocked publishers for \(Duration.nanoseconds(outcome.blockedNanoseconds).formatted(.units(width: .narrow, fractionalPart: .show(length: 1)))) in all."
            )
        }
        if outcome.lateConfirms > 0, let timeout = file.scenario.load.confirmTimeout {
            notes.append("\(outcome.lateConfirms) confirms took longer than load.confirm_timeout of \(timeout).")
        }
        switch outcome.part {
        case .whole: break
        case .publishing: notes.append("Published only: what the broker took is left to consumers elsewhere.")
        case .consuming:
            notes.append("Consumed only: counted is what arrived, from whomever, in the phase in which it arrived.")
            if books.branches != nil {
                notes.append("Each message comes to every branch; without --run-id each copy counts by itself.")
            }
            if outcome.otherClock > 0 {
                notes.append(
                    "\(outcome.otherClock) messages carry the times of another clock (another host or boot, or one that "
                        + "is not named): counted, without a latency.")
            }
            if outcome.foreign > 0 {
                notes.append("\(outcome.foreign) messages were sent by no generator: counted, without a latency.")
            }
        }
        if outcome.putBack > 0 {
            notes.append("\(outcome.putBack) messages that this run did not send were seen and put back.")
        }
        if outcome.requeued + outcome.rejected > 0 {
            notes.append(
                "The consumers refused \(outcome.requeued + outcome.rejected) deliveries: \(outcome.requeued) went back "
                    + "to their queue, \(outcome.rejected) to \(file.scenario.topology.failed.name).")
        }
        notes += ownWorkerNotes(books)
        if outcome.unstamped > 0 {
            notes.append("\(outcome.unstamped) outcomes did not carry their intended time: counted, without a latency.")
        }
        if outcome.unexplained > 0 {
            notes.append("\(outcome.unexplained) answers or outcomes fit nothing that this run sent.")
        }
        return notes
    }
}

extension Metric {
    /// Whether a process that is that half of a load sees it.
    fileprivate func isMeasured(in part: LoadPlan.Part) -> Bool {
        switch self {
        case .published, .confirmed, .returned, .nacked, .unconfirmed, .offered, .offeredRate, .late, .scheduleLag,
            .confirm, .confirmService:
            part != .consuming
        case .processed, .failed, .duplicated, .queueWait, .service, .endToEnd: part != .publishing
        // Whoever did not send does not know when that was.
        case .endToEndService: part == .whole
        case .lost, .queued, .storeMismatches, .throughput, .decode, .analyse, .store, .publish, .faultDetection,
            .faultRecovery, .faultOutage, .faultDrain, .faultBacklog, .faultRedelivered, .faultDuplicated, .faultLost:
            part == .whole
        case .cpuPerMillion, .memory, .memoryGrowth: true
        }
    }
}

extension BranchBooks {
    fileprivate init(_ branch: LoadOutcome.Branch) {
        self.init(
            name: branch.name, processed: branch.books.processed, failed: branch.books.failed,
            duplicated: branch.books.duplicated, lost: branch.books.missing)
    }
}

extension SeriesRow {
    /// A second of the run with what the processes used in it; its latencies in three figures, not whole.
    init(_ sample: SecondSample, cores: [String: Double], residentBytes: [String: UInt64]) {
        var depths: [String: UInt64] = [:]
        depths["incoming"] = sample.depths.incoming
        depths["processed"] = sample.depths.processed
        depths["failed"] = sample.depths.failed
        for (branch, queues) in zip(sample.branches, sample.depths.branches) {
            depths["incoming \(branch.name)"] = queues.incoming
        }
        self.init(
            startNanoseconds: sample.startNanoseconds,
            durationNanoseconds: sample.endNanoseconds - sample.startNanoseconds, offered: sample.offered,
            published: sample.published, confirmed: sample.confirmed, processed: sample.processed,
            failed: sample.failed, endToEnd: SecondLatency(sample.endToEnd), confirm: SecondLatency(sample.confirm),
            scheduleLag: SecondLatency(sample.scheduleLag), endToEndService: SecondLatency(sample.endToEndService),
            confirmService: SecondLatency(sample.confirmService), queueDepths: depths, cpuCores: cores,
            residentBytes: residentBytes)
        guard !sample.branches.isEmpty else { return }
        answers = Dictionary(
            uniqueKeysWithValues: sample.branches.map {
                ($0.name, BranchAnswers(processed: $0.processed, failed: $0.failed))
            })
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
        case .original: "as the log's lines came"
        }
    }
}

extension ResultAssembly {
    /// What is told, or cannot be told, of workers that are programs of the user's own.
    fileprivate func ownWorkerNotes(_ books: Books) -> [String] {
        guard file.scenario.target == .broker, file.scenario.workers.source != .reference else { return [] }
        var notes: [String] = []
        if outcome.uncorrelated > 0 {
            notes.append(
                "\(outcome.uncorrelated) outcomes did not say which message they are of: counted, but their messages are "
                    + "among the \(books.lost) lost. Let the worker copy the message id, or say with collector.correlate "
                    + "where it stands.")
        }
        let waits = outcome.phases.reduce(UInt64(0)) { $0 + $1.queueWait.count + $1.service.count }
        if waits == 0, books.finished > 0 {
            notes.append(
                "The workers are a program of your own, seen from outside: no queue wait, service time or stages, and "
                    + "processed messages are taken to be shared evenly among them.")
        }
        return notes
    }
}
