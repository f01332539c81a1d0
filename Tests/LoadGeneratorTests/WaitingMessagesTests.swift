import LoadMetrics
import Testing

@testable import LoadGenerator

@Suite("Which messages without an outcome still wait")
struct WaitingMessagesTests {
    /// A phase with so many missing messages, and so many missing copies of each branch.
    private func phase(missing: UInt64, copies: [UInt64] = []) -> LoadOutcome.Phase {
        var books = LedgerBooks()
        books.missing = missing
        var phase = LoadOutcome.Phase(
            name: "p", measured: true, closedLoop: false, startNanoseconds: 0, endNanoseconds: 1, offered: 0,
            books: books, carried: 0, late: 0, scheduleLag: LatencyHistogram(), heldUpLag: LatencyHistogram(),
            confirm: LatencyHistogram(), confirmService: LatencyHistogram(), queueWait: LatencyHistogram(),
            service: LatencyHistogram(), endToEnd: LatencyHistogram(), endToEndService: LatencyHistogram())
        phase.branches = copies.enumerated().map { index, count in
            var books = LedgerBooks.Branch()
            books.missing = count
            return LoadOutcome.Branch(name: "b\(index)", books: books, endToEnd: LatencyHistogram())
        }
        return phase
    }

    private func outcome(
        _ phases: [LoadOutcome.Phase], queued: UInt64?, byBranch: [UInt64] = [], part: LoadPlan.Part = .whole
    ) -> LoadOutcome {
        var outcome = LoadOutcome(
            phases: phases, stillQueued: queued, interrupted: false, recoveries: 0, blockedNanoseconds: 0,
            leftovers: 0, foreign: 0, unstamped: 0, unexplained: 0, failures: [], drained: true)
        (outcome.stillQueuedByBranch, outcome.part) = (byBranch, part)
        return outcome
    }

    @Test("the newest, as many as are queued")
    func newest() {
        let phases = [phase(missing: 10), phase(missing: 4), phase(missing: 0)]
        #expect(outcome(phases, queued: 6).waiting.map(\.messages) == [2, 4, 0])
        #expect(outcome(phases, queued: 60).waiting.map(\.messages) == [10, 4, 0])
        #expect(outcome(phases, queued: nil).waiting.map(\.messages) == [0, 0, 0])
        #expect(outcome(phases, queued: 0, part: .publishing).waiting.map(\.messages) == [10, 4, 0])
    }

    @Test("of several branches messages, not their copies: who lost one does not find it in another's queue")
    func branches() {
        // 100 messages are missing: the first branch lost 60 and has 40 queued, the second has all 100 queued.
        let found = outcome([phase(missing: 100, copies: [100, 100])], queued: 140, byBranch: [40, 100]).waiting
        #expect(found == [.init(messages: 40, copies: [40, 100])])
        let two = outcome(
            [phase(missing: 50, copies: [50, 0]), phase(missing: 10, copies: [10, 10])], queued: 25, byBranch: [15, 10])
        #expect(two.waiting == [.init(messages: 5, copies: [5, 0]), .init(messages: 10, copies: [10, 10])])
    }
}
