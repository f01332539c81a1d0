import FoundationEssentials
import LoadMetrics
import Reporting
import Testing

@Suite("The table of a chaos campaign")
struct ChaosSummaryTests {
    private static func result(
        lost: UInt64 = 0, queued: UInt64 = 0, audit: StoreAudit? = StoreAudit(collection: "texts"),
        failure: String? = nil, recovery: Int64? = 1_500_000_000
    ) -> RunResult {
        var result = RunResult(
            scenario: ScenarioFacts(name: "chaos-1"),
            run: RunFacts(id: "00000001", startedAt: Date(timeIntervalSince1970: 0)),
            machine: .current(), books: Books(published: 100, processed: 98, failed: 2, lost: lost, queued: queued))
        result.audits = audit.map { [$0] }
        result.faults = [
            FaultResult(
                name: "kill-any", kind: "kill", subject: "worker-2", intendedNanoseconds: 0, beginNanoseconds: 1,
                endNanoseconds: 2, failure: failure, figures: FaultFigures(recoveryNanoseconds: recovery))
        ]
        return result
    }

    private static func run(_ result: RunResult) -> ChaosRun {
        ChaosRun(number: 3, seed: 17, pipeline: "text", store: "SQLite", folder: "runs/chaos-3", result: result)
    }

    @Test("A run is judged by the worst that became of it")
    func verdicts() {
        var wrong = StoreAudit(collection: "texts")
        wrong.missing = 2
        #expect(Self.run(Self.result()).verdict == .ok)
        #expect(Self.run(Self.result(lost: 1)).verdict == .lost)
        #expect(Self.run(Self.result(queued: 1)).verdict == .broken)
        #expect(Self.run(Self.result(audit: wrong)).verdict == .store)
        #expect(Self.run(Self.result(audit: nil)).verdict == .store, "nobody looked")
        var unstored = Self.result(audit: nil)
        unstored.store = "none"
        #expect(Self.run(unstored).verdict == .ok)
        #expect(Self.run(Self.result(failure: "no such server")).verdict == .fault)
        var ended = Self.result()
        ended.run.interrupted = true
        #expect(Self.run(ended).verdict == .broken)
        #expect(Self.run(Self.result(recovery: nil)).worstRecoveryNanoseconds == nil)
    }

    @Test("Each run has a line, each trouble another, and the end says how many are in order")
    func table() throws {
        var campaign = ChaosResult(seed: 5, startedAt: Date(timeIntervalSince1970: 0))
        campaign.runs = [
            Self.run(Self.result()), Self.run(Self.result(lost: 4)),
            ChaosRun(
                number: 4, seed: 18, pipeline: "text", store: "SQLite", faults: ["cut broker"], brokenBy: "it hung"),
        ]
        let text = ChaosSummary.text(of: campaign)
        #expect(text.contains("1 of 3 runs in order · 3 faults · lost 4"))
        #expect(text.contains("kill worker-2") && text.contains("1.50 s") && text.contains("run 4: it hung"))
        #expect(!campaign.isClean)
        #expect(try ChaosResult(json: campaign.json()) == campaign)
    }
}
