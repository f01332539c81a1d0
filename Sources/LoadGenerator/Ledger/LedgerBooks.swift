import Drivers

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
    /// Never answered by the broker, its connection was lost before, and not seen again of every branch.
    package var unconfirmed: UInt64 = 0
    /// Taken by the broker and not seen again: still queued, or lost.
    package var missing: UInt64 = 0

    /// Messages of which an outcome was seen more than once.
    package var duplicated: UInt64 = 0
    /// Not sent because the run was ended early.
    package var notSent: UInt64 = 0

    /// What each branch of the pipeline did, where it has several.
    package var branches: [Branch] = []

    /// Where the copies of the messages ended that went to one branch.
    package struct Branch: Sendable, Equatable {
        package var processed: UInt64 = 0
        package var failed: UInt64 = 0
        /// Copies of which an outcome was seen more than once.
        package var duplicated: UInt64 = 0
        /// Of messages that the broker took, those that the branch never answered.
        package var missing: UInt64 = 0

        package init() {}
    }

    /// Books of nothing.
    package init() {}

    /// Closes the books over a range of messages that went to so many branches each.
    ///
    /// A message is processed or failed when every branch has answered. `awaitsOutcome` says whether outcomes are read
    /// back; where they are not, a confirmed message has reached its end.
    package init(
        _ ledger: Ledger, _ range: Range<UInt64>, branches count: Int = 1, confirms: Bool, awaitsOutcome: Bool
    ) {
        if count > 1 { branches = Array(repeating: Branch(), count: count) }
        for (marks, messages) in ledger.tally(of: range) {
            if (0..<count).contains(where: { marks.contains(.duplicated($0)) }) { duplicated += messages }
            if marks.isConfirmed { confirmed += messages }
            guard marks.contains(.published) else {
                notSent += messages
                continue
            }
            published += messages
            let end = end(of: marks, branches: count, confirms: confirms, awaitsOutcome: awaitsOutcome)
            self[keyPath: end] += messages
            for branch in branches.indices {
                branches[branch].enter(marks, branch, messages, isMissing: end == \.missing)
            }
        }
    }

    /// Where messages with these marks ended.
    private func end(
        of marks: Ledger.Marks, branches: Int, confirms: Bool, awaitsOutcome: Bool
    ) -> WritableKeyPath<LedgerBooks, UInt64> {
        if marks.isAnswered(branches: branches) {
            return marks.isFailed(branches: branches) ? \.failed : \.processed
        }
        if marks.contains(.returned) { return \.returned }
        if marks.isNacked { return \.nacked }
        // Nothing was promised: a broker that dies may have one branch's copy and not the other's.
        if confirms, !marks.isConfirmed { return \.unconfirmed }
        return awaitsOutcome ? \.missing : \.processed
    }
}

extension LedgerBooks.Branch {
    fileprivate mutating func enter(_ marks: Ledger.Marks, _ branch: Int, _ messages: UInt64, isMissing: Bool) {
        if marks.contains(.duplicated(branch)) { duplicated += messages }
        if marks.contains(.processed(branch)) {
            processed += messages
        } else if marks.contains(.failed(branch)) {
            failed += messages
        } else if isMissing {
            missing += messages
        }
    }
}

extension LedgerBooks {
    /// Whether nothing more is to come of a message in the ordinary course of a run.
    static func isFinal(_ marks: Ledger.Marks, _ plan: LoadPlan) -> Bool {
        let isAnswered = marks.isAnswered(branches: plan.topology.branchCount)
        // What others sent is not published here: it ends where it is read.
        if plan.part == .consuming { return isAnswered }
        guard marks.contains(.published) else { return false }
        if marks.isNacked || marks.contains(.returned) { return true }
        if plan.confirmWindow > 0, !marks.isConfirmed { return false }
        return !plan.awaitsOutcome || isAnswered
    }
}
