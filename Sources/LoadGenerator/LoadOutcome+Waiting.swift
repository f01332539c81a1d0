// Which of the messages without an outcome still wait in their queues: decided here for all who ask.

extension LoadOutcome {
    /// What of a phase's missing messages still waits in the queues.
    package struct Waiting: Sendable, Equatable {
        /// Messages; the other missing ones are lost.
        package var messages: UInt64 = 0
        /// Copies of each branch, where there are several.
        package var copies: [UInt64] = []
    }

    /// Takes as many of the missing messages as still wait in the queues for queued, the newest first; phase by phase.
    ///
    /// Those are the ones a pipeline that takes its time has not come to. The rest is lost.
    package var waiting: [Waiting] {
        // What was published for others to consume is theirs.
        let isTheirs = part == .publishing
        var queued: UInt64 = isTheirs ? .max : stillQueued ?? 0
        var queuedAt = (phases.first?.branches ?? []).indices.map { branch in
            isTheirs ? UInt64.max : branch < stillQueuedByBranch.count ? stillQueuedByBranch[branch] : 0
        }
        var waiting = phases.map { _ in Waiting() }
        for (index, phase) in phases.enumerated().reversed() {
            let missing = phase.books.missing
            guard !phase.branches.isEmpty else {
                waiting[index].messages = min(missing, queued)
                queued -= waiting[index].messages
                continue
            }
            // A message is lost where one of its copies is, and these may be different messages in each branch: at most
            // as many as all branches have lost, and no more than are missing.
            var lost: UInt64 = 0
            for (branch, books) in phase.branches.map(\.books).enumerated() {
                let copies = min(books.missing, queuedAt[branch])
                queuedAt[branch] -= copies
                lost += books.missing - copies
                waiting[index].copies.append(copies)
            }
            waiting[index].messages = missing - min(missing, lost)
        }
        return waiting
    }
}
