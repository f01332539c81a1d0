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

    @Test(arguments: [65_000..<66_000, 0..<200_000, 7..<7] as [Range<UInt64>])
    func aTallyIsTheCensusOfWhatThereIs(range: Range<UInt64>) {
        let ledger = Ledger()
        for sequence in UInt64(65_530)..<65_550 { ledger.add([.published, .processed], to: sequence) }
        let tally = ledger.tally(of: range)
        for (rawValue, messages) in ledger.census(of: range).enumerated() {
            #expect(tally[.init(rawValue: UInt16(rawValue))] ?? 0 == messages)
        }
        #expect(tally.values.allSatisfy { $0 > 0 })
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

    private static let chunk: UInt64 = 1 << 16

    @Test func aBatchMayReachIntoTheNextChunkAndBeyondTheLast() {
        let ledger = Ledger()
        ledger.add(.returned, to: Self.chunk)
        let numbers = [Self.chunk - 2, Self.chunk - 1, Self.chunk, Self.chunk + 1, Ledger.capacity]
        let batch = numbers.map { InFlightWindow.Message(sequence: $0, intendedNanoseconds: Int64($0 % 7), phase: 0) }
        ledger.sent(batch.span, at: 100)
        for number in numbers.dropLast() {
            #expect(ledger.marks(of: number) == (number == Self.chunk ? [.published, .returned] : .published))
            #expect(ledger.lagNanoseconds(of: number) == 100 - Int64(number % 7))
        }
        #expect(ledger.marks(of: Ledger.capacity) == [])
    }

    @Test func aRetiredChunkStillAnswers() {
        let ledger = Ledger()
        for sequence in 0..<Self.chunk * 2 - 1 {
            ledger.sent(sequence, lagNanoseconds: 5000)
            if sequence != Self.chunk + 7 { ledger.add(.processed, to: sequence) }
        }
        #expect(ledger.lagNanoseconds(of: 3) == 5000)
        let isFinal = { (marks: Ledger.Marks) in marks.isSuperset(of: [.published, .processed]) }
        #expect(ledger.retire(isFinal: isFinal))
        ledger.reuse()
        #expect(ledger.lagNanoseconds(of: 3) == nil)
        #expect(ledger.lagNanoseconds(of: Self.chunk + 3) == 5000)
        #expect(ledger.marks(of: 3) == [.published, .processed])
        #expect(ledger.marks(of: Self.chunk + 7) == [.published])
        #expect(!ledger.retire(isFinal: isFinal))
        // A duplicate of a retired message is entered like any other.
        #expect(ledger.add(.processed, to: 3) == [.published, .processed])
        ledger.add(.duplicated, to: 3)
        #expect(ledger.marks(of: 3) == [.published, .processed, .duplicated])
        #expect(ledger.marks(of: 4) == [.published, .processed])
        #expect(ledger.census(of: 0..<Self.chunk * 2).reduce(0, +) == Self.chunk * 2)
        #expect(
            ledger.census(of: 0..<Self.chunk)[Int(Ledger.Marks([.published, .processed]).rawValue)] == Self.chunk - 1)
    }

    @Test func whatIsEnteredWhileAChunkIsRetiredIsKept() {
        let ledger = Ledger()
        for sequence in 0..<Self.chunk { ledger.sent(sequence, lagNanoseconds: 0) }
        #expect(ledger.retire(isFinal: { $0.contains(.published) }))
        ledger.add(.returned, to: 9)
        ledger.reuse()
        ledger.add(.confirmed, to: 10)
        #expect(ledger.marks(of: 9) == [.published, .returned])
        #expect(ledger.marks(of: 10) == [.published, .confirmed])
        #expect(ledger.marks(of: 11) == [.published])
    }

    @Test func aSettledChunkOfSeveralFatesIsNotLookedAtAgain() {
        let ledger = Ledger()
        // The first chunk stays open for a message that never comes back.
        ledger.sent(0, lagNanoseconds: 0)
        for sequence in Self.chunk..<2 * Self.chunk {
            ledger.sent(sequence, lagNanoseconds: 0)
            ledger.add(sequence % 20 == 0 ? .failed : .processed, to: sequence)
        }
        let isFinal = { (marks: Ledger.Marks) in !marks.isDisjoint(with: [.failed, .processed]) }
        #expect(ledger.retire(isFinal: isFinal))
        ledger.reuse()
        var looks = 0
        let isWork = ledger.retire { marks in
            looks += 1
            return isFinal(marks)
        }
        #expect(!isWork)
        // The open one alone.
        #expect(looks == 1)
        ledger.add(.duplicated, to: Self.chunk)
        #expect(ledger.marks(of: Self.chunk).contains(.duplicated))
    }

    @Test func aChunkOfSeveralFatesGivesItsLagsBackOnly() {
        let ledger = Ledger()
        for sequence in 0..<Self.chunk {
            ledger.sent(sequence, lagNanoseconds: Int64(sequence))
            ledger.add(sequence % 20 == 0 ? .failed : .processed, to: sequence)
        }
        #expect(ledger.lagNanoseconds(of: 100) == 100)
        #expect(ledger.retire(isFinal: { !$0.isDisjoint(with: [.failed, .processed]) }))
        ledger.reuse()
        #expect(ledger.lagNanoseconds(of: 100) == nil)
        #expect(ledger.marks(of: 40) == [.published, .failed])
        #expect(ledger.marks(of: 41) == [.published, .processed])
    }
}
