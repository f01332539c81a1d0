import LoadGenerator
import LoadMetrics
import Scenarios
import Testing

@testable import CLI

@Suite("What the faults of a run came to")
struct FaultOutcomeTests {
    private static func seconds(_ value: Double) -> Int64 { Int64(value * 1e9) }

    /// A load of 1000/s for ten seconds; `marks` says what became of each message, results are there at once.
    private static func outcome(
        queued: UInt64, _ faults: [(begin: Double, end: Double)] = [(3, 4)], marks: (UInt64) -> Ledger.Marks
    ) -> FaultOutcome {
        let ledger = Ledger()
        var returned: UInt64 = 0
        var positions = [LoadPosition(moment: LoadMoment(timeNanoseconds: 0), sequenceBound: 0)]
        for tenth in UInt64(1)...100 {
            for number in (tenth - 1) * 100..<tenth * 100 {
                ledger.add(marks(number), to: number)
                if marks(number).isAnswered(branches: 1) { returned += 1 }
            }
            let moment = LoadMoment(
                timeNanoseconds: Int64(tenth) * 100_000_000, offered: tenth * 100, published: tenth * 100,
                returned: returned)
            positions.append(LoadPosition(moment: moment, sequenceBound: tenth * 100))
        }
        let records = faults.enumerated().map { index, time in
            FaultDriver.Record(
                step: .init(
                    fault: .init(name: "f\(index)", at: .zero, action: .stop(.store, for: .seconds(1))), workers: []),
                intendedNanoseconds: seconds(time.begin), beginNanoseconds: seconds(time.begin),
                endNanoseconds: seconds(time.end), firstMessage: UInt64(time.begin * 1000))
        }
        return FaultOutcome(records, positions, queued: queued, endsEmbedded: false) {
            LedgerBooks(ledger, $0, confirms: true, awaitsOutcome: true)
        }
    }

    @Test("A pipeline that stands still for good never recovers, and what is queued waits")
    func wedged() throws {
        let outcome = Self.outcome(queued: 7_000) {
            $0 < 3_000 ? [.published, .confirmed, .processed] : [.published, .confirmed]
        }
        let figures = try #require(outcome.faults[0].figures)
        #expect(
            figures.recoveryNanoseconds == nil && figures.outageNanoseconds == nil && figures.drainNanoseconds == nil)
        #expect(figures.worstBacklog == 7_000 && figures.lost == 0)
        #expect(FaultFigureLookup(outcome.faults).value(.init(metric: .faultRecovery)) == nil)
    }

    @Test("What was never sent waits as well")
    func unsent() throws {
        let outcome = Self.outcome(queued: 0) { $0 < 3_000 ? [.published, .confirmed, .processed] : [] }
        let figures = try #require(outcome.faults[0].figures)
        #expect(figures.recoveryNanoseconds == nil && figures.worstBacklog == 7_000 && figures.lost == 0)
    }

    @Test("Of messages without an outcome the oldest are lost, and they wait for nothing")
    func lost() throws {
        // 500 are lost at 3 s; 150 of the last ones are still queued.
        let outcome = Self.outcome(queued: 150) {
            (3_000..<3_500).contains($0) || $0 >= 9_850
                ? [.published, .confirmed] : [.published, .confirmed, .processed]
        }
        let figures = try #require(outcome.faults[0].figures)
        #expect(figures.lost == 500 && figures.recoveryNanoseconds == 0 && figures.drainNanoseconds == 0)
        #expect(figures.worstBacklog == 0)
    }

    @Test("A message without the broker's answer is not lost, and waits for nothing either")
    func unconfirmed() throws {
        let outcome = Self.outcome(queued: 0) {
            (3_000..<3_500).contains($0) ? .published : [.published, .confirmed, .processed]
        }
        let figures = try #require(outcome.faults[0].figures)
        #expect(figures.lost == 0 && figures.drainNanoseconds == 0 && figures.worstBacklog == 0)
    }

    @Test("Each lost message counts for the first fault that can have cost it")
    func shares() {
        let outcome = Self.outcome(queued: 0, [(3, 4), (3.5, 4), (6, 6.5)]) {
            (3_200..<3_300).contains($0) || (6_010..<6_015).contains($0)
                ? [.published, .confirmed] : [.published, .confirmed, .processed]
        }
        #expect(outcome.faults.compactMap(\.figures?.lost) == [100, 0, 5])
    }

    @Test("Those that wait are found where they begin, in the numbers of a closed loop too")
    func sorted() {
        // Numbers 0…99, of which every third was never used; of the rest the odd ones have no outcome.
        func books(_ range: Range<UInt64>) -> LedgerBooks {
            var books = LedgerBooks()
            books.missing = UInt64(range.count { $0 % 3 != 0 && $0 % 2 == 1 })
            return books
        }
        let all = books(0..<100).missing
        for queued in 0...all {
            let sorted = SortedMessages(bounds: [10, 10, 40, 40, 100], queued: queued, books: books)
            #expect(books(sorted.lostBefore..<100).missing == queued)
            #expect(sorted.endless == [10, 10, 40, 40, 100].map { books(0..<min($0, sorted.lostBefore)).missing })
        }
        #expect(SortedMessages(bounds: [100], queued: .max, books: books).endless == [0])
        #expect(SortedMessages(bounds: [], queued: 5, books: books).endless.isEmpty)
    }
}
