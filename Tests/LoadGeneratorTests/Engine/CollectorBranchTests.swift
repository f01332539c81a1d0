import Drivers
import LoadMetrics
import Testing

@testable import LoadGenerator

@Suite struct CollectorBranchTests {
    private let ledger = Ledger()
    private let outstanding = Outstanding()

    private func share(branches: Int = 2) -> CollectorShare {
        let table = PhaseTable()
        table.append([1_000])
        return CollectorShare(
            ledger: ledger, recorder: .init(phases: [.init(branches: branches)]),
            branches: branches, table: table, outstanding: outstanding, releases: true,
            sharesClock: true)
    }

    private func outcome(
        _ sequence: UInt64, of branch: UInt8, _ role: QueueRole = .processed, redelivered: Bool = false
    ) -> CollectedMessage {
        CollectedMessage(
            role: role, branch: branch, sequence: sequence, intendedNanoseconds: 2_000, receivedNanoseconds: nil,
            serviceNanoseconds: nil, redelivered: redelivered)
    }

    private func enter(_ messages: [CollectedMessage], into share: inout CollectorShare, now: Int64) {
        share.enter(messages.span, now: now)
        share.release()
    }

    private func send(_ count: UInt64) {
        for sequence in 0..<count { ledger.sent(sequence, lagNanoseconds: 500) }
        outstanding.add(Int(count))
    }

    @Test func aMessageEndsWithItsLastBranchAndIsTimedThen() {
        var share = share()
        send(1)
        enter([outcome(0, of: 1)], into: &share, now: 3_000)
        #expect(share.totals.processed == 0 && outstanding.count == 1)
        #expect(share.recorder.phases[0].endToEnd.isEmpty && share.recorder.phases[0].carried == 0)
        enter([outcome(0, of: 0)], into: &share, now: 9_000)
        #expect(share.totals.processed == 1 && outstanding.count == 0)
        #expect(share.recorder.phases[0].carried == 1)
        #expect(share.recorder.phases[0].endToEnd.count == 1 && share.recorder.phases[0].endToEnd.max == 7_000)
        #expect(share.recorder.phases[0].endToEndService.max == 6_500)
        #expect(share.recorder.phases[0].branches.map(\.max) == [7_000, 1_000])
        #expect(share.totals.branches == [.init(processed: 1), .init(processed: 1)])
    }

    @Test func bothAnswersMayComeInOneReadAndOnTwoConnections() {
        var one = share()
        var other = share()
        send(3)
        enter([outcome(0, of: 0), outcome(0, of: 1), outcome(1, of: 0)], into: &one, now: 3_000)
        enter([outcome(1, of: 1), outcome(2, of: 1)], into: &other, now: 3_000)
        #expect(one.totals.processed == 1 && other.totals.processed == 1 && outstanding.count == 1)
    }

    @Test func oneDeadLetterFailsTheMessageOnceAllHaveAnswered() {
        var share = share()
        send(2)
        enter([outcome(0, of: 1, .failed), outcome(1, of: 0)], into: &share, now: 3_000)
        #expect(share.totals.failed == 0)
        enter([outcome(0, of: 0), outcome(1, of: 1, .failed)], into: &share, now: 4_000)
        #expect(share.totals.failed == 2 && share.totals.processed == 0 && outstanding.count == 0)
        // The lake's results are timed; the messages failed, so they are not.
        #expect(share.recorder.phases[0].endToEnd.isEmpty)
        #expect(share.recorder.phases[0].branches.map(\.count) == [2, 0])
        #expect(share.totals.branches == [.init(processed: 2), .init(failed: 2)])
    }

    @Test func aRepetitionIsThatOfItsBranchAndEndsNothing() {
        var share = share()
        send(1)
        enter([outcome(0, of: 0), outcome(0, of: 0)], into: &share, now: 3_000)
        enter([outcome(0, of: 0, redelivered: true)], into: &share, now: 3_000)
        #expect(share.totals.processed == 0 && outstanding.count == 1)
        #expect(ledger.marks(of: 0).contains(.duplicated(0)) && !ledger.marks(of: 0).contains(.duplicated(1)))
        enter([outcome(0, of: 1)], into: &share, now: 3_000)
        #expect(share.totals.processed == 1)
        let books = LedgerBooks(ledger, 0..<1, branches: 2, confirms: false, awaitsOutcome: true)
        #expect(books.processed == 1 && books.duplicated == 1 && books.branches.map(\.duplicated) == [1, 0])
    }

    @Test func whatWasWrittenOffMakesNoRoomWithItsLastBranch() {
        var share = share()
        send(1)
        ledger.add(.writtenOff, to: 0)
        enter([outcome(0, of: 0), outcome(0, of: 1)], into: &share, now: 3_000)
        #expect(share.totals.processed == 1 && outstanding.count == 1)
    }

    @Test func theNumbersOfOneRunTellWhichOfOthersMessagesCameToEveryBranch() {
        var named = share()
        let copies = [outcome(5, of: 0), outcome(5, of: 1), outcome(6, of: 1), outcome(6, of: 1)]
        named.enterArrivals(copies.span, now: 3_000, ofOneRun: true)
        #expect(named.totals.processed == 1 && named.totals.duplicated == 1)
        #expect(named.recorder.phases[0].arrived == 1)
        #expect(named.recorder.phases[0].arrivedAt == [.init(processed: 1), .init(processed: 2)])
        #expect(named.recorder.phases[0].branches.map(\.count) == [1, 2])
        // Of anybody's messages the numbers mean nothing: each copy counts.
        var unknown = share()
        unknown.enterArrivals(copies.span, now: 3_000, ofOneRun: false)
        #expect(unknown.totals.processed == 4)
    }
}
