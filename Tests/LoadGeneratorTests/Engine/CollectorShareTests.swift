import Drivers
import LoadMetrics
import Testing

@testable import LoadGenerator

@Suite struct CollectorShareTests {
    private let ledger = Ledger()
    private let outstanding = Outstanding()

    private func share() -> CollectorShare {
        let table = PhaseTable()
        table.append([1_000])
        return CollectorShare(
            ledger: ledger, recorder: .init(phases: [.init(branches: 1)]),
            table: table, outstanding: outstanding, releases: true, sharesClock: true)
    }

    private func outcome(_ sequence: UInt64, intended: Int64? = 2_000, received: Int64? = nil) -> CollectedMessage {
        CollectedMessage(
            role: .processed, sequence: sequence, intendedNanoseconds: intended, receivedNanoseconds: received,
            serviceNanoseconds: received)
    }

    private func enter(_ messages: [CollectedMessage], into share: inout CollectorShare, now: Int64 = 5_000) {
        share.enter(messages.span, now: now)
        share.release()
    }

    @Test func anOutcomeIsTimedAndMakesRoom() {
        var share = share()
        outstanding.add(1)
        ledger.sent(7, lagNanoseconds: 500)
        enter([outcome(7)], into: &share)
        #expect(share.totals.processed == 1)
        #expect(share.recorder.phases[0].endToEnd.max == 3_000)
        #expect(share.recorder.phases[0].endToEndService.max == 2_500)
        #expect(outstanding.count == 0)
    }

    @Test func anOutcomeOfAMessageNeverSentIsNone() {
        var share = share()
        outstanding.add(1)
        ledger.sent(7, lagNanoseconds: 0)
        enter([outcome(8), outcome(1 << 31), outcome(.max)], into: &share)
        #expect(share.totals.unknown == 3)
        #expect(share.totals.processed == 0)
        #expect(outstanding.count == 1)
        #expect(ledger.marks(of: 8) == [])
    }

    @Test(arguments: [Int64.min, -1, 5_001, .max])
    func aTimeThatCannotBeIsNoLatency(_ time: Int64) {
        var share = share()
        ledger.sent(1, lagNanoseconds: 10)
        enter([outcome(1, intended: time, received: time)], into: &share)
        #expect(share.totals.processed == 1)
        #expect(share.totals.unstamped == 1)
        #expect(share.recorder.phases[0].endToEnd.isEmpty)
        share.enterArrivals([outcome(2, intended: time, received: time)].span, now: 5_000, ofOneRun: true)
        #expect(share.totals.processed == 2)
        #expect(share.recorder.phases[0].endToEnd.isEmpty)
    }

    @Test(arguments: [Int64.min, .max])
    func noTimeOfAWorkerTraps(_ time: Int64) {
        var share = share()
        ledger.sent(1, lagNanoseconds: 10)
        enter([outcome(1, received: time)], into: &share)
        #expect(share.totals.processed == 1)
    }

    @Test func theDeadLetterOfARefusedMessageEndsItNotAgain() {
        var share = share()
        outstanding.add(2)
        for sequence in 0..<3 as Range<UInt64> { ledger.sent(sequence, lagNanoseconds: 0) }
        // The broker's answer came first, and made room; the other message's came to nobody yet.
        ledger.add(.nacked, to: 0)
        enter([outcome(0), outcome(1)], into: &share)
        #expect(share.totals.processed == 2 && share.totals.nacked == 1)
        #expect(outstanding.count == 1)
    }

    @Test func whatWasWrittenOffMakesNoRoomAgain() {
        var share = share()
        outstanding.add(1)
        for sequence in 0..<2 as Range<UInt64> { ledger.sent(sequence, lagNanoseconds: 0) }
        ledger.add(.writtenOff, to: 0)
        enter([outcome(0), outcome(1)], into: &share)
        #expect(share.totals.processed == 2)
        #expect(outstanding.count == 0)
    }
}
