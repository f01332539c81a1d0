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
    package func position(redelivered: UInt64 = 0) async throws -> LoadPosition {
        let totals = try await totals()
        let now = Monotonic.nowNanoseconds()
        let due = progress.withLock { $0.offered }.map { $0.due(before: now) }
        let offered = due.reduce(UInt64(0)) { $0 + UInt64($1.count) }
        let moment = LoadMoment(
            timeNanoseconds: now, offered: offered + totals.publishedUnscheduled, published: totals.published,
            returned: totals.processed + totals.failed, refused: totals.refused,
            duplicated: totals.repeated, redelivered: redelivered, connectionsLost: totals.losses)
        return LoadPosition(
            moment: moment, sequenceBound: due.reduce(totals.sequenceBound) { max($0, $1.upperBound) }, due: due)
    }

    /// The first of the last messages up to a position of which so many have no outcome yet as are open there.
    ///
    /// Looks at no more than a million messages: what is under way longer is lost, or stuck.
    package func firstUnfinished(at position: LoadPosition) -> UInt64 {
        let open = position.moment.open
        var (found, first) = (UInt64(0), position.sequenceBound)
        var number = position.sequenceBound
        let end = number - min(number, 1_000_000)
        while number > end, found < open {
            number -= 1
            let marks = ledger.marks(of: number)
            if marks.isAnswered(branches: plan.topology.branchCount) || marks.contains(.returned) || marks.isNacked {
                continue
            }
            // Numbers that a closed loop has not come to yet are no messages.
            if !marks.contains(.published), !position.due.contains(where: { $0.contains(number) }) { continue }
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

/// Where a load stood at one moment, also in the numbers of its messages.
package struct LoadPosition: Sendable {
    package var moment: LoadMoment
    /// All messages that were due or sent by then have numbers below this one.
    ///
    /// The connections of a closed loop take numbers a few at a time, so that this is more than how many were sent.
    package var sequenceBound: UInt64
    /// The numbers of the messages that had fallen due, a range for each stretch with a schedule.
    var due: [Range<UInt64>]

    /// A position as given.
    package init(moment: LoadMoment, sequenceBound: UInt64) {
        self.init(moment: moment, sequenceBound: sequenceBound, due: [])
    }

    init(moment: LoadMoment, sequenceBound: UInt64, due: [Range<UInt64>]) {
        self.moment = moment
        self.sequenceBound = sequenceBound
        self.due = due
    }
}
