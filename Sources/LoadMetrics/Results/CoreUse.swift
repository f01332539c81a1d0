/// How busy one core was, whoever kept it busy.
package struct CoreUse: Sendable, Equatable, Codable {
    /// The kernel's number of the core.
    package var core: Int
    /// The part of the time in which it did something, 0…1.
    package var busy: Double
    /// The part of the time that another guest of the same host had of it, 0…1.
    package var stolen: Double

    /// A core's use.
    package init(core: Int, busy: Double, stolen: Double = 0) {
        self.core = core
        self.busy = busy
        self.stolen = stolen
    }
}

/// What a process used in the measured phases alone.
package struct MeasuredUse: Sendable, Equatable, Codable {
    /// How long it was watched in them.
    package var wallNanoseconds: Int64
    /// CPU time in user mode and in the kernel.
    package var cpuNanoseconds: Int64
    /// Times a thread waited.
    package var voluntarySwitches: UInt64
    /// Times a thread was taken off its core.
    package var involuntarySwitches: UInt64
    /// Time threads were ready and had no core; nil where the kernel does not account for it.
    package var runQueueWaitNanoseconds: Int64?
    /// Instructions carried out; nil where they are not counted.
    package var instructions: UInt64?
    /// Cycles used; nil where they are not counted.
    package var cycles: UInt64?

    /// No use yet, or use as given.
    package init(
        wallNanoseconds: Int64 = 0, cpuNanoseconds: Int64 = 0, voluntarySwitches: UInt64 = 0,
        involuntarySwitches: UInt64 = 0, runQueueWaitNanoseconds: Int64? = nil, instructions: UInt64? = nil,
        cycles: UInt64? = nil
    ) {
        self.wallNanoseconds = wallNanoseconds
        self.cpuNanoseconds = cpuNanoseconds
        self.voluntarySwitches = voluntarySwitches
        self.involuntarySwitches = involuntarySwitches
        self.runQueueWaitNanoseconds = runQueueWaitNanoseconds
        self.instructions = instructions
        self.cycles = cycles
    }

    /// Adds what was used between two samples of the process.
    package mutating func add(from first: ProcessSample, to last: ProcessSample) {
        wallNanoseconds &+= last.timeNanoseconds &- first.timeNanoseconds
        cpuNanoseconds &+= last.cpuNanoseconds &- first.cpuNanoseconds
        voluntarySwitches &+= last.voluntarySwitches &- first.voluntarySwitches
        involuntarySwitches &+= last.involuntarySwitches &- first.involuntarySwitches
        if let wait = last.runQueueWaitNanoseconds {
            let since = wait &- (first.runQueueWaitNanoseconds ?? 0)
            runQueueWaitNanoseconds = (runQueueWaitNanoseconds ?? 0) &+ since
        }
    }

    /// Adds what another process used beside this one, or what this one used in another run.
    package mutating func merge(_ other: MeasuredUse) {
        wallNanoseconds &+= other.wallNanoseconds
        cpuNanoseconds &+= other.cpuNanoseconds
        voluntarySwitches &+= other.voluntarySwitches
        involuntarySwitches &+= other.involuntarySwitches
        runQueueWaitNanoseconds = Self.sum(runQueueWaitNanoseconds, other.runQueueWaitNanoseconds)
        instructions = Self.sum(instructions, other.instructions)
        cycles = Self.sum(cycles, other.cycles)
    }

    /// A sum with something unknown in it is unknown.
    private static func sum<Number: FixedWidthInteger>(_ one: Number?, _ other: Number?) -> Number? {
        guard let one, let other else { return nil }
        return one &+ other
    }
}
