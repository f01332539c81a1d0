import Testing

@testable import LoadGenerator

@Suite struct LedgerTests {
    @Test func everyPublishedMessageEndsInOnePlace() {
        let ledger = Ledger()
        let fates: [Ledger.Marks] = [
            [.published, .confirmed, .processed],
            [.published, .processed],
            [.published, .confirmed, .processed, .duplicated],
            [.published, .confirmed, .failed],
            [.published, .confirmed, .returned],
            [.published, .nacked],
            [.published],
            [.published, .confirmed],
            [],
        ]
        for (sequence, marks) in fates.enumerated() { ledger.add(marks, to: UInt64(sequence)) }
        let books = LedgerBooks(ledger, 0..<UInt64(fates.count), confirms: true, awaitsOutcome: true)
        #expect(books.published == 8)
        #expect(books.confirmed == 5)
        #expect(books.processed == 3)
        #expect(books.failed == 1)
        #expect(books.returned == 1)
        #expect(books.nacked == 1)
        #expect(books.unconfirmed == 1)
        #expect(books.missing == 1)
        #expect(books.duplicated == 1)
        #expect(books.notSent == 1)
        #expect(
            books.processed + books.failed + books.returned + books.nacked + books.unconfirmed + books.missing
                == books.published)
    }

    @Test func withoutOutcomesAConfirmIsTheEnd() {
        let ledger = Ledger()
        ledger.add([.published, .confirmed], to: 0)
        ledger.add([.published], to: 1)
        let books = LedgerBooks(ledger, 0..<2, confirms: true, awaitsOutcome: false)
        #expect(books.processed == 1)
        #expect(books.unconfirmed == 1)
    }

    @Test func addingReturnsTheMarksFromBefore() {
        let ledger = Ledger()
        #expect(ledger.add(.published, to: 70_000) == [])
        #expect(ledger.add(.processed, to: 70_000) == [.published])
        #expect(ledger.marks(of: 70_000) == [.published, .processed])
        #expect(ledger.marks(of: 69_999) == [])
        #expect(ledger.add(.published, to: Ledger.capacity) == nil)
    }

    @Test func rangesMayCrossChunksAndTouchNone() {
        let ledger = Ledger()
        for sequence in UInt64(65_530)..<65_550 { ledger.add(.published, to: sequence) }
        #expect(ledger.census(of: 65_535..<65_545)[1] == 10)
        #expect(ledger.census(of: 0..<200_000)[1] == 20)
        #expect(ledger.census(of: 0..<200_000)[0] == 199_980)
    }

    @Test func threadsDoNotLoseEachOthersMarks() async {
        let ledger = Ledger()
        let all: [Ledger.Marks] = [.published, .confirmed, .processed, .duplicated]
        await withTaskGroup(of: Void.self) { group in
            for mark in all {
                group.addTask { for sequence in UInt64(0)..<100_000 { ledger.add(mark, to: sequence) } }
            }
        }
        #expect(ledger.census(of: 0..<100_000)[Int(Ledger.Marks(all).rawValue)] == 100_000)
    }
}
