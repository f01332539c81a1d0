/// Where every message of a range ended: each in exactly one place.
package struct LedgerBooks: Sendable, Equatable {
    /// Handed to the socket: the sum of processed, failed, returned, nacked, unconfirmed and missing.
    package var published: UInt64 = 0
    /// Of the published, those the broker confirmed.
    package var confirmed: UInt64 = 0

    package var processed: UInt64 = 0
    package var failed: UInt64 = 0
    package var returned: UInt64 = 0
    package var nacked: UInt64 = 0
    /// Never answered by the broker and never seen again: its connection was lost before the answer.
    package var unconfirmed: UInt64 = 0
    /// Taken by the broker and not seen again: still queued, or lost.
    package var missing: UInt64 = 0

    /// Messages of which an outcome was seen more than once.
    package var duplicated: UInt64 = 0
    /// Not sent because the run was ended early.
    package var notSent: UInt64 = 0

    /// Books of nothing.
    package init() {}

    /// Closes the books over a range of messages.
    ///
    /// `awaitsOutcome` says whether outcomes are read back; where they are not, a confirmed message has reached its
    /// end.
    package init(_ ledger: Ledger, _ range: Range<UInt64>, confirms: Bool, awaitsOutcome: Bool) {
        for (rawValue, count) in ledger.census(of: range).enumerated() where count > 0 {
            let marks = Ledger.Marks(rawValue: UInt8(rawValue))
            if marks.contains(.duplicated) { duplicated += count }
            if marks.contains(.confirmed) { confirmed += count }
            guard marks.contains(.published) else {
                notSent += count
                continue
            }
            published += count
            if marks.contains(.processed) {
                processed += count
            } else if marks.contains(.failed) {
                failed += count
            } else if marks.contains(.returned) {
                returned += count
            } else if marks.contains(.nacked) {
                nacked += count
            } else if confirms, !marks.contains(.confirmed) {
                unconfirmed += count
            } else if awaitsOutcome {
                missing += count
            } else {
                processed += count
            }
        }
    }
}

extension LedgerBooks {
    /// Whether nothing more is to come of a message in the ordinary course of a run.
    static func isFinal(_ marks: Ledger.Marks, _ plan: LoadPlan) -> Bool {
        // What others sent is not published here: it ends where it is read.
        if plan.part == .consuming { return !marks.isDisjoint(with: [.processed, .failed]) }
        guard marks.contains(.published) else { return false }
        if !marks.isDisjoint(with: [.nacked, .returned]) { return true }
        if plan.confirmWindow > 0, !marks.contains(.confirmed) { return false }
        return !plan.awaitsOutcome || !marks.isDisjoint(with: [.processed, .failed])
    }
}
