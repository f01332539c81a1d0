import Drivers
import Foundation
import LoadMetrics
import TestSupport
import Testing

@testable import LoadGenerator

@Suite struct GeneratorJudgeTests {
    /// A phase of ten seconds at 1000/s on one connection in which all went well.
    private static func phase(
        _ name: String = "p", measured: Bool = true, closedLoop: Bool = false, published: UInt64 = 10_000,
        notSent: UInt64 = 0, lagMilliseconds: Double = 0.2, heldUp: UInt64 = 0
    ) -> LoadOutcome.Phase {
        let ledger = Ledger()
        for sequence in 0..<published { ledger.add([.published, .confirmed, .processed], to: sequence) }
        var own = LatencyHistogram()
        own.record(Int64(lagMilliseconds * 1e6), count: 10_000)
        var heldUpLag = LatencyHistogram()
        if heldUp > 0 { heldUpLag.record(60_000_000_000, count: heldUp) }
        own.merge(heldUpLag)
        var phase = LoadOutcome.Phase(
            name: name, measured: measured, closedLoop: closedLoop, startNanoseconds: 0,
            endNanoseconds: 10_000_000_000, offered: 10_000,
            books: LedgerBooks(ledger, 0..<published + notSent, confirms: true, awaitsOutcome: true),
            carried: 0, late: 0, scheduleLag: own, heldUpLag: heldUpLag, confirm: LatencyHistogram(),
            confirmService: LatencyHistogram(), queueWait: LatencyHistogram(), service: LatencyHistogram(),
            endToEnd: LatencyHistogram(), endToEndService: LatencyHistogram())
        if closedLoop { phase.books.notSent = 0 }
        phase.evidence.watchedNanoseconds = 1e10
        phase.evidence.loops = [.init(runNanoseconds: 2e9, waitNanoseconds: 1e8), .init(runNanoseconds: 1e9)]
        phase.evidence.processNanoseconds = 3e9
        phase.evidence.stealTicks = 1
        phase.evidence.allTicks = 2_000
        phase.evidence.connectionNanoseconds = 1e10
        phase.evidence.loopDelay.record(200_000, count: 1_000)
        phase.evidence.busiestPerSecond = 1_000
        return phase
    }

    private static func outcome(_ phases: LoadOutcome.Phase...) -> LoadOutcome {
        LoadOutcome(
            phases: phases, stillQueued: 0, interrupted: false, recoveries: 0, blockedNanoseconds: 0, leftovers: 0,
            foreign: 0, unstamped: 0, unexplained: 0, failures: [], drained: true, connections: 1,
            scheduleDebtNanoseconds: 10_000_000_000)
    }

    private static func judge(_ outcome: LoadOutcome, limit: Double? = 10_000) -> GeneratorJudge {
        GeneratorJudge(outcome, .init(usableCores: 2, limitPerSecond: limit))
    }

    private static func verdict(_ phase: LoadOutcome.Phase) -> GeneratorVerdict {
        judge(outcome(phase)).verdict(of: phase)
    }

    @Test func aPhaseInWhichAllWentWellIsValidAndShowsEveryFigure() throws {
        let verdict = Self.verdict(Self.phase())
        #expect(verdict.judgement == .valid && verdict.reason.isEmpty && verdict.advice.isEmpty)
        let criteria = try #require(verdict.criteria)
        #expect(criteria.map(\.name) == Criterion.table.map(\.name))
        #expect(Set(criteria.map(\.name)).count == criteria.count)
        // A load with a schedule cannot fail to be sent as a closed loop can.
        #expect(criteria.filter { $0.value == nil }.map(\.name) == ["nothing_sent"])
        let lag = try #require(criteria.first { $0.name == "schedule_lag_gaps" })
        #expect(abs((lag.value ?? 0) - 0.2) < 0.01 && lag.suspectAbove == 10 && lag.invalidAbove == 100)
    }

    /// A change to a good phase, the criterion that must notice, and what it must say.
    struct Fault: Sendable, CustomTestStringConvertible {
        let criterion: String
        let judgement: GeneratorVerdict.Judgement
        let phase: LoadOutcome.Phase
        var testDescription: String { "\(criterion) \(judgement.rawValue)" }

        init(
            _ criterion: String, _ judgement: GeneratorVerdict.Judgement,
            _ phase: LoadOutcome.Phase = GeneratorJudgeTests.phase(),
            _ change: (inout LoadOutcome.Phase) -> Void = { _ in }
        ) {
            self.criterion = criterion
            self.judgement = judgement
            var phase = phase
            change(&phase)
            self.phase = phase
        }
    }

    static let faults: [Fault] = [
        Fault("nothing_sent", .invalid, phase(closedLoop: true, published: 0)),
        Fault("unsent", .invalid, phase(notSent: 1)),
        Fault("back_pressure", .suspect) { $0.evidence.pushedBackNanoseconds = 1e9 },
        Fault("back_pressure", .invalid) { $0.evidence.pushedBackNanoseconds = 8e9 },
        Fault("back_pressure", .suspect, phase(closedLoop: true)) { $0.evidence.pushedBackNanoseconds = 8e9 },
        Fault("window_full", .suspect) { $0.evidence.windowFullNanoseconds = 1e9 },
        Fault("window_full", .invalid) { $0.evidence.windowFullNanoseconds = 8e9 },
        Fault("loop_busy", .suspect) { $0.evidence.loops[1].runNanoseconds = 9.2e9 },
        Fault("loop_busy", .suspect, phase(closedLoop: true)) { $0.evidence.loops[1].runNanoseconds = 9.99e9 },
        Fault("cpu", .suspect) { $0.evidence.processNanoseconds = 16e9 },
        Fault("cpu", .invalid) { $0.evidence.processNanoseconds = 19.8e9 },
        Fault("run_queue_wait", .suspect) { $0.evidence.loops[0].waitNanoseconds = 3e9 },
        Fault("run_queue_wait", .suspect) { $0.evidence.loops[0].waitNanoseconds = 9e9 },
        Fault("steal", .suspect) { $0.evidence.stealTicks = 100 },
        Fault("steal", .invalid) { $0.evidence.stealTicks = 500 },
        Fault("loop_delay", .suspect) { $0.evidence.loopDelay.record(20_000_000, count: 100) },
        Fault("loop_delay", .invalid) { $0.evidence.loopDelay.record(300_000_000, count: 100) },
        Fault("calibrated_rate", .suspect) { $0.evidence.busiestPerSecond = 8_000 },
        // A calibration is of another moment: what was sent in time was sent.
        Fault("calibrated_rate", .suspect) { $0.evidence.busiestPerSecond = 12_000 },
        Fault("schedule_lag", .suspect, phase(lagMilliseconds: 50)) { $0.offered = 100 },
        Fault("schedule_lag", .invalid, phase(lagMilliseconds: 300)),
        Fault("schedule_lag_gaps", .suspect, phase(lagMilliseconds: 7)) { $0.offered = 100_000 },
        Fault("schedule_lag_gaps", .invalid, phase(lagMilliseconds: 150)),
        Fault("late", .suspect) { $0.scheduleLag.record(11_000_000_000, count: 50) },
        Fault("late", .invalid) { $0.scheduleLag.record(11_000_000_000, count: 500) },
        Fault("held_up", .suspect, phase(heldUp: 1)),
    ]

    @Test(arguments: faults)
    func eachCriterionFindsWhatItIsThereFor(_ fault: Fault) throws {
        let verdict = Self.verdict(fault.phase)
        let result = try #require(verdict.criteria?.first { $0.name == fault.criterion })
        #expect(result.judgement == fault.judgement, "\(result)")
        #expect(verdict.judgement == fault.judgement, "\(verdict)")
        #expect(!verdict.reason.isEmpty && !verdict.advice.isEmpty)
        #expect(!verdict.reason.contains("{") && !verdict.advice.contains("{"), "\(verdict.reason)")
    }

    @Test func everyCriterionThatCanCondemnIsSeenToDoSo() {
        for criterion in Criterion.table {
            let seen = Set(Self.faults.filter { $0.criterion == criterion.name }.map(\.judgement))
            if case .never = criterion.invalid {
                #expect(seen == [.suspect], "\(criterion.name)")
            } else {
                #expect(seen.contains(.invalid), "\(criterion.name)")
            }
        }
    }

    @Test func theDocumentationHasTheTableInItsOrder() throws {
        let page = try String(
            contentsOf: Places.packageRoot.appending(path: "docs/verdict.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").compactMap { $0.firstMatch(of: /^\| `(\w+)` \|/)?.1 }
        #expect(rows.map(String.init) == Criterion.table.map(\.name))
    }

    @Test func whatARunBreaksOnPurposeIsCountedAndNotHeldAgainstTheGenerator() throws {
        var outcome = Self.outcome(Self.phase(heldUp: 3))
        outcome.recoveries = 2
        #expect(Self.judge(outcome).verdict().judgement == .suspect)
        outcome.wasDisturbed = true
        let verdict = Self.judge(outcome).verdict()
        #expect(verdict.judgement == .valid)
        let criteria = try #require(verdict.criteria)
        #expect(criteria.first { $0.name == "held_up" }?.value == 3)
        #expect(criteria.first { $0.name == "recoveries" }?.value == 2)
    }

    @Test func theWorstCriterionDecidesAndOfEqualOnesTheFirst() {
        var phase = Self.phase(lagMilliseconds: 50)
        phase.evidence.loops[0].runNanoseconds = 9.5e9
        #expect(Self.verdict(phase).reason.contains("95 % busy"), "both are SUSPECT: the cause stands first")
        phase = Self.phase(lagMilliseconds: 300)
        phase.evidence.loops[0].runNanoseconds = 9e9
        #expect(Self.verdict(phase).reason.contains("schedule lag p99 300 ms"), "INVALID is worse than SUSPECT")
    }

    @Test func aClosedLoopHasNoScheduleToMiss() {
        #expect(Self.verdict(Self.phase(closedLoop: true, lagMilliseconds: 500)).judgement == .valid)
    }

    @Test func whatNobodyCouldMeasureCondemnsNobody() {
        var phase = Self.phase()
        phase.evidence = GeneratorEvidence()
        let verdict = GeneratorJudge(Self.outcome(phase), .init(usableCores: 2)).verdict(of: phase)
        #expect(verdict.judgement == .valid)
        let unknown = verdict.criteria?.filter { $0.value == nil }.map(\.name)
        #expect(
            unknown == [
                "nothing_sent", "back_pressure", "window_full", "loop_busy", "cpu", "run_queue_wait", "steal",
                "loop_delay",
                "calibrated_rate",
            ])
    }

    @Test func theWorstMeasuredPhaseIsTheRuns() throws {
        var outcome = Self.outcome(
            Self.phase("warm", measured: false, lagMilliseconds: 300), Self.phase("good"),
            Self.phase("bad", lagMilliseconds: 50))
        var verdict = Self.judge(outcome).verdict()
        #expect(verdict.judgement == .suspect && verdict.reason.contains("bad"))
        let lag = try #require(verdict.criteria?.first { $0.name == "schedule_lag" })
        #expect(lag.phase == "bad" && abs((lag.value ?? 0) / 50e6 - 1) < 0.001)
        outcome.recoveries = 2
        #expect(Self.judge(outcome).verdict().reason.contains("bad"), "a phase stands before the run")
        outcome.phases[2] = Self.phase("good, too")
        #expect(Self.judge(outcome).verdict().judgement == .suspect)
        outcome.failures = ["gone"]
        verdict = Self.judge(outcome).verdict()
        #expect(verdict.judgement == .invalid && verdict.reason == "gone")
        outcome.phases[2] = Self.phase(notSent: 5)
        #expect(Self.judge(outcome).verdict().reason == "gone", "what was lost for good is why nothing was sent")
    }

    @Test func aRunWithoutPhasesOrEndedEarly() {
        #expect(Self.judge(Self.outcome()).verdict().judgement == .invalid)
        var outcome = Self.outcome(Self.phase(notSent: 3))
        outcome.interrupted = true
        #expect(Self.judge(outcome).verdict().judgement == .valid, "what had just fallen due need not be sent")
    }
}
