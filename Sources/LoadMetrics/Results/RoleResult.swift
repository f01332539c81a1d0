/// The part a process plays in a run.
package enum RunRole: String, Sendable, Codable, CaseIterable {
    case generator, broker, worker, store
    /// Stands on a link of the run and disturbs it.
    case proxy
}

/// What one process used over a run.
package struct RoleResult: Sendable, Equatable, Codable {
    /// Its part.
    package var role: RunRole
    /// Its name in the run, such as `worker-1`; unique.
    package var name: String
    /// Its process; nil when it ran elsewhere.
    package var pid: Int32?
    /// How long it was watched.
    package var wallNanoseconds: Int64
    /// CPU time in user mode.
    package var userNanoseconds: Int64
    /// CPU time in the kernel.
    package var systemNanoseconds: Int64
    /// The most resident memory.
    package var peakResidentBytes: UInt64
    /// Times a thread waited.
    package var voluntarySwitches: UInt64
    /// Times a thread was taken off its core.
    package var involuntarySwitches: UInt64
    /// Time threads were ready and had no core; nil where the kernel does not account for it.
    package var runQueueWaitNanoseconds: Int64?
    /// Bytes allocated; nil for a process that does not say.
    package var allocatedBytes: UInt64?
    /// The messages for which it used all this.
    package var messages: UInt64
    /// CPU time for one million of these messages; nil without messages.
    package var cpuSecondsPerMillion: Double?
    /// Whether it ended before the run did.
    package var diedEarly: Bool
    /// What it counted itself, such as `received`, `failed.text-missing`.
    package var counters: [String: UInt64]
    /// What it used in the measured phases alone; nil in older results.
    package var measured: MeasuredUse?
    /// The cores that the run pinned it to; nil where it did not.
    package var pinnedCores: [Int]?

    /// What a process used between two samples of it.
    package init(
        role: RunRole, name: String, pid: Int32? = nil, from first: ProcessSample, to last: ProcessSample,
        allocatedBytes: UInt64? = nil, messages: UInt64, diedEarly: Bool = false, counters: [String: UInt64] = [:]
    ) {
        let wait: Int64? = last.runQueueWaitNanoseconds.map { $0 - (first.runQueueWaitNanoseconds ?? 0) }
        self.init(
            role: role, name: name, pid: pid,
            wallNanoseconds: last.timeNanoseconds - first.timeNanoseconds,
            userNanoseconds: last.userNanoseconds - first.userNanoseconds,
            systemNanoseconds: last.systemNanoseconds - first.systemNanoseconds,
            peakResidentBytes: last.peakResidentBytes,
            voluntarySwitches: last.voluntarySwitches &- first.voluntarySwitches,
            involuntarySwitches: last.involuntarySwitches &- first.involuntarySwitches,
            runQueueWaitNanoseconds: wait, allocatedBytes: allocatedBytes, messages: messages, diedEarly: diedEarly,
            counters: counters)
    }

    /// Figures as given.
    package init(
        role: RunRole, name: String, pid: Int32? = nil, wallNanoseconds: Int64, userNanoseconds: Int64,
        systemNanoseconds: Int64, peakResidentBytes: UInt64, voluntarySwitches: UInt64 = 0,
        involuntarySwitches: UInt64 = 0, runQueueWaitNanoseconds: Int64? = nil, allocatedBytes: UInt64? = nil,
        messages: UInt64, diedEarly: Bool = false, counters: [String: UInt64] = [:]
    ) {
        self.role = role
        self.name = name
        self.pid = pid
        self.wallNanoseconds = wallNanoseconds
        self.userNanoseconds = userNanoseconds
        self.systemNanoseconds = systemNanoseconds
        self.peakResidentBytes = peakResidentBytes
        self.voluntarySwitches = voluntarySwitches
        self.involuntarySwitches = involuntarySwitches
        self.runQueueWaitNanoseconds = runQueueWaitNanoseconds
        self.allocatedBytes = allocatedBytes
        self.messages = messages
        self.diedEarly = diedEarly
        self.counters = counters
        cpuSecondsPerMillion = Self.perMillion(userNanoseconds &+ systemNanoseconds, messages)
    }

    /// CPU time in user mode and in the kernel together.
    package var cpuNanoseconds: Int64 { userNanoseconds &+ systemNanoseconds }

    /// Mean number of cores it kept busy.
    package var cores: Double { wallNanoseconds > 0 ? Double(cpuNanoseconds) / Double(wallNanoseconds) : 0 }

    /// Adds what a process of the same name used in another run, or in another life.
    package mutating func merge(_ other: RoleResult) {
        pid = nil
        wallNanoseconds &+= other.wallNanoseconds
        userNanoseconds &+= other.userNanoseconds
        systemNanoseconds &+= other.systemNanoseconds
        peakResidentBytes = max(peakResidentBytes, other.peakResidentBytes)
        voluntarySwitches &+= other.voluntarySwitches
        involuntarySwitches &+= other.involuntarySwitches
        runQueueWaitNanoseconds = Self.sum(runQueueWaitNanoseconds, other.runQueueWaitNanoseconds)
        allocatedBytes = Self.sum(allocatedBytes, other.allocatedBytes)
        messages &+= other.messages
        diedEarly = diedEarly || other.diedEarly
        counters.merge(other.counters) { $0 &+ $1 }
        if let use = other.measured, measured != nil { measured?.merge(use) } else { measured = nil }
        if pinnedCores != other.pinnedCores { pinnedCores = nil }
        cpuSecondsPerMillion = Self.perMillion(cpuNanoseconds, messages)
    }

    private static func sum<Number: FixedWidthInteger>(_ one: Number?, _ other: Number?) -> Number? {
        guard let one, let other else { return one ?? other }
        return one &+ other
    }

    private static func perMillion(_ nanoseconds: Int64, _ messages: UInt64) -> Double? {
        messages > 0 ? Double(nanoseconds) / 1e9 / Double(messages) * 1e6 : nil
    }
}
