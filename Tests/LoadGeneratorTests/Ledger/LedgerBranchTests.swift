import Testing

@testable import LoadGenerator

@Suite struct LedgerBranchTests {
    private static let taken: Ledger.Marks = [.published, .confirmed]

    private func books(_ fates: [Ledger.Marks], branches: Int = 2) -> LedgerBooks {
        let ledger = Ledger()
        for (sequence, marks) in fates.enumerated() { ledger.add(marks, to: UInt64(sequence)) }
        return LedgerBooks(
            ledger, 0..<UInt64(fates.count), branches: branches, confirms: true, awaitsOutcome: true)
    }

    @Test func theMarksOfFourBranchesShareNoBit() {
        var seen: Ledger.Marks = [.published, .confirmed, .nacked, .returned]
        for branch in 0..<Ledger.Marks.branchLimit {
            for mark in [Ledger.Marks.processed(branch), .failed(branch), .duplicated(branch)] {
                #expect(seen.isDisjoint(with: mark))
                #expect(mark.rawValue.nonzeroBitCount == 1)
                seen.formUnion(mark)
            }
        }
        #expect(seen.rawValue == .max)
    }

    @Test func aMessageIsProcessedWhenEveryBranchHasAnswered() {
        let books = books([
            Self.taken.union([.processed(0), .processed(1)]),
            Self.taken.union([.processed(0), .failed(1)]),
            Self.taken.union([.failed(0), .failed(1)]),
            Self.taken.union([.processed(0)]),
            Self.taken.union([.failed(1)]),
            Self.taken,
        ])
        #expect(books.published == 6 && books.confirmed == 6)
        #expect(books.processed == 1)
        #expect(books.failed == 2)
        #expect(books.missing == 3)
        #expect(books.branches.map(\.processed) == [3, 1])
        #expect(books.branches.map(\.failed) == [1, 3])
        #expect(books.branches.map(\.missing) == [2, 2])
    }

    @Test func duplicatesAreThoseOfTheirBranch() {
        let both = Self.taken.union([.processed(0), .processed(1)])
        let books = books([
            both.union(.duplicated(0)), both.union(.duplicated(1)), both.union([.duplicated(0), .duplicated(1)]),
        ])
        #expect(books.duplicated == 3)
        #expect(books.branches.map(\.duplicated) == [2, 2])
    }

    /// What was processed and, delivered again, failed, is processed; so it was with one branch, and so it is in each.
    @Test func aLaterFailureOfTheSameBranchChangesNothing() {
        let books = books([Self.taken.union([.processed(0), .processed(1), .failed(1), .duplicated(1)])])
        #expect(books.processed == 1 && books.failed == 0)
        #expect(books.branches[1].failed == 0)
    }

    @Test func whatTheBrokerDidNotTakeNoBranchMisses() {
        let books = books([
            [.published, .confirmed, .returned], [.published, .nacked], [.published], [.published, .writtenOff],
            [.published, .nacked, .processed(0)], [.published, .writtenOff, .processed(0)],
        ])
        #expect(books.returned == 1 && books.nacked == 2 && books.unconfirmed == 3 && books.confirmed == 1)
        // That one branch has answered promises nothing of the other.
        #expect(books.missing == 0)
        #expect(books.branches.map(\.missing) == [0, 0])
        #expect(books.branches.map(\.processed) == [2, 0])
    }

    @Test(arguments: 1...4) func theLastOfSeveralBranchesEndsAMessage(branches: Int) {
        var marks = Self.taken
        for branch in 0..<branches {
            #expect(!marks.isAnswered(branches: branches))
            marks.formUnion(branch % 2 == 0 ? .processed(branch) : .failed(branch))
        }
        #expect(marks.isAnswered(branches: branches))
        #expect(marks.isFailed(branches: branches) == (branches > 1))
    }

    @Test func marksOfEveryBranchSurviveRetiring() {
        let ledger = Ledger()
        let all = Self.taken.union([.processed(0), .failed(1), .processed(2), .duplicated(3), .processed(3)])
        for sequence in 0..<UInt64(1 << 16) { ledger.add(all, to: sequence) }
        #expect(ledger.retire { $0.isAnswered(branches: 4) })
        ledger.reuse()
        #expect(ledger.marks(of: 77) == all)
        #expect(ledger.census(of: 0..<100)[Int(all.rawValue)] == 100)
    }
}
