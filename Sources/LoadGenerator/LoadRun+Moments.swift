import Drivers
package import LoadMetrics
import Synchronization

// What whoever breaks things while a run lasts needs of it: when it began, where it stands, and what became of a range of
// its messages.

extension LoadRun {
    /// When a phase began or will begin, in monotonic nanoseconds; nil while nobody knows.
    package func start(ofPhase index: Int) -> Int64? {
        let starts = table.startsNanoseconds
        return index < starts.count ? starts[index] : nil
    }

    /// Says that something is broken on purpose from now on, or is no longer.
    package func disturb(_ begins: Bool) {
        if begins { disturbances.begin() } else { disturbances.end() }
    }

    /// Where the load stands now; its time is monotonic.
    package func moment(redelivered: UInt64 = 0) async throws -> LoadMoment {
        let totals = try await totals()
        let now = Monotonic.nowNanoseconds()
        let offered = progress.withLock { $0.offered }.reduce(UInt64(0)) { $0 + $1.counts(before: now).reduce(0, +) }
        return LoadMoment(
            timeNanoseconds: now, offered: offered + totals.publishedUnscheduled, published: totals.published,
            returned: totals.processed + totals.failed, refused: totals.nacked + totals.returned,
            duplicated: totals.repeated, redelivered: redelivered, connectionsLost: totals.losses)
    }

    /// The first of the last messages before a number of which so many have no outcome yet.
    ///
    /// Looks at no more than a million messages: what is under way longer is lost, or stuck.
    package func firstUnfinished(of unfinished: UInt64, before sequence: UInt64) -> UInt64 {
        var (found, first) = (UInt64(0), sequence)
        var number = sequence
        let end = sequence - min(sequence, 1_000_000)
        while number > end, found < unfinished {
            number -= 1
            let marks = ledger.marks(of: number)
            if marks.isAnswered(branches: plan.topology.branchCount) || marks.contains(.returned) || marks.isNacked {
                continue
            }
            found += 1
            first = number
        }
        return first
    }

    /// What became of a range of messages, to be asked when the books are closed.
    package func books(of range: Range<UInt64>) -> LedgerBooks {
        LedgerBooks(
            ledger, range, branches: plan.topology.branchCount, confirms: plan.confirmWindow > 0,
            awaitsOutcome: !plan.confirmIsOutcome)
    }
}
