/// What became of the copies of a set of messages that went to one branch of the pipeline.
package struct BranchBooks: Sendable, Equatable, Codable {
    /// The branch's name, such as `data-lake`.
    package var name: String
    /// Copies whose result was read back.
    package var processed: UInt64
    /// Copies read back from the branch's failed queue.
    package var failed: UInt64
    /// Copies of which an outcome was read back more than once.
    package var duplicated: UInt64
    /// Copies that the broker took and that came back from nowhere.
    package var lost: UInt64
    /// Copies still in one of the branch's queues at the end.
    package var queued: UInt64

    /// Books as given.
    package init(
        name: String, processed: UInt64 = 0, failed: UInt64 = 0, duplicated: UInt64 = 0, lost: UInt64 = 0,
        queued: UInt64 = 0
    ) {
        self.name = name
        self.processed = processed
        self.failed = failed
        self.duplicated = duplicated
        self.lost = lost
        self.queued = queued
    }

    /// Adds other books of the same branch.
    package mutating func merge(_ other: BranchBooks) {
        processed &+= other.processed
        failed &+= other.failed
        duplicated &+= other.duplicated
        lost &+= other.lost
        queued &+= other.queued
    }
}

extension RunResult {
    /// How many branches of the pipeline answered each message.
    package var branchCount: Int { max(1, books.branches?.count ?? 1) }

    /// The messages that some processes of a role brought to an end together, each counted once.
    package func messages(of processes: [RoleResult]) -> UInt64 { processes.messages(branches: branchCount) }
}

extension [RoleResult] {
    /// The messages that these processes of a role brought to an end together.
    ///
    /// Workers of several branches work on copies of the same messages, each of which counts once.
    func messages(branches: Int) -> UInt64 {
        let sum = reduce(0) { $0 &+ $1.messages }
        return first?.role == .worker ? sum / UInt64(branches) : sum
    }
}
