import Drivers
import LoadMetrics
import Testing

@testable import LoadGenerator

@Suite struct GeneratorJudgeTests {
    private func phase(
        lagMilliseconds: Int64 = 1, heldUp: UInt64 = 0, notSent: Bool = false, closedLoop: Bool = false,
        published: UInt64 = 100, measured: Bool = true
    ) -> LoadOutcome.Phase {
        let ledger = Ledger()
        for sequence in 0..<published { ledger.add([.published, .confirmed, .processed], to: sequence) }
        var own = LatencyHistogram()
        own.record(lagMilliseconds * 1_000_000, count: 100)
        var heldUpLag = LatencyHistogram()
        if heldUp > 0 { heldUpLag.record(60_000_000_000, count: heldUp) }
        var all = own
        all.merge(heldUpLag)
        return LoadOutcome.Phase(
            name: "p", measured: measured, closedLoop: closedLoop, startNanoseconds: 0, endNanoseconds: 1,
            offered: 100,
            books: LedgerBooks(ledger, 0..<published + (notSent ? 1 : 0), confirms: true, awaitsOutcome: true),
            carried: 0, late: 0, scheduleLag: all, heldUpLag: heldUpLag, confirm: LatencyHistogram(),
            confirmService: LatencyHistogram(), queueWait: LatencyHistogram(), service: LatencyHistogram(),
            endToEnd: LatencyHistogram(), endToEndService: LatencyHistogram())
    }

    @Test(arguments: [(Int64(1), GeneratorVerdict.Judgement.valid), (50, .suspect), (300, .invalid)])
    func lagDecides(milliseconds: Int64, judgement: GeneratorVerdict.Judgement) {
        let verdict = GeneratorJudge.judge(phase(lagMilliseconds: milliseconds))
        #expect(verdict.judgement == judgement)
        #expect(verdict.reason.isEmpty == (judgement == .valid))
        #expect(verdict.advice.isEmpty == (judgement == .valid))
    }

    @Test func whatTheBrokerHeldUpIsNotTheGeneratorsFault() {
        #expect(GeneratorJudge.judge(phase(heldUp: 100)).judgement == .suspect)
    }

    @Test func arrivalsNeverSentInvalidateARun() {
        #expect(GeneratorJudge.judge(phase(notSent: true)).judgement == .invalid)
        #expect(GeneratorJudge.judge(phase(lagMilliseconds: 500, closedLoop: true)).judgement == .valid)
        #expect(GeneratorJudge.judge(phase(closedLoop: true, published: 0)).judgement == .invalid)
    }

    @Test func theWorstMeasuredPhaseIsTheRuns() {
        var outcome = LoadOutcome(
            phases: [phase(lagMilliseconds: 300, measured: false), phase(), phase(lagMilliseconds: 50)],
            stillQueued: 0, interrupted: false, recoveries: 0, blockedNanoseconds: 0, leftovers: 0, foreign: 0,
            unstamped: 0, unexplained: 0, failures: [], drained: true)
        #expect(GeneratorJudge.judge(outcome).judgement == .suspect)
        outcome.failures = ["gone"]
        #expect(GeneratorJudge.judge(outcome).judgement == .invalid)
    }
}
