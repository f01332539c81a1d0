/// What a campaign keeps of one of its runs: the measured phases only, warm-up and drain left out.
package struct PointFigures: Sendable, Equatable, Codable {
    /// The whole run in one word.
    package var outcome: RunResult.Outcome
    /// The generator's verdict.
    package var judgement: GeneratorVerdict.Judgement
    /// Why the generator is not VALID; empty where it is.
    package var reason: String
    /// The conditions that do not hold, as the scenario writes them.
    package var brokenThresholds: [String]
    /// How long was measured.
    package var measuredNanoseconds: Int64
    /// Arrivals of the schedule per second; in a closed loop what was sent.
    package var offeredPerSecond: Double
    /// Outcomes that came back per second.
    package var throughputPerSecond: Double
    /// Messages lost, over the whole run.
    package var lost: UInt64
    /// Messages that failed, over the whole run.
    package var failed: UInt64
    /// The median end to end; nil where nothing came back.
    package var endToEndP50Nanoseconds: Int64?
    /// The 99th percentile end to end; nil where nothing came back.
    package var endToEndP99Nanoseconds: Int64?
    /// What each role used, in the order generator, broker, worker, store; those that could not be watched are absent.
    package var roles: [RoleFigures]
    /// How busy each core of the machine was; nil where the kernel does not say.
    package var cores: [CoreUse]?
    /// Threads that want a core at full load: workers × lanes, the generator, and a broker of this host.
    package var busyThreads: Int?
    /// Cores that the run may use.
    package var usableCores: Int

    /// Whether the figures are of the system: the generator put the load on, and nobody ended the run early.
    package var counts: Bool { judgement != .invalid && outcome != .invalid && outcome != .interrupted }

    /// Whether more threads want a core than there are, or more lanes than the workers are pinned to.
    package var isOversubscribed: Bool {
        if let busyThreads, busyThreads > usableCores { return true }
        guard let worker = role(.worker), let lanes = worker.lanes, let cores = worker.pinnedCores else { return false }
        return lanes > cores.count
    }

    /// What a role used; nil where it could not be watched.
    package func role(_ role: RunRole) -> RoleFigures? { roles.first { $0.role == role } }

    /// Figures as given.
    package init(
        outcome: RunResult.Outcome, judgement: GeneratorVerdict.Judgement, reason: String = "",
        brokenThresholds: [String] = [], measuredNanoseconds: Int64, offeredPerSecond: Double,
        throughputPerSecond: Double, lost: UInt64 = 0, failed: UInt64 = 0, endToEndP50Nanoseconds: Int64? = nil,
        endToEndP99Nanoseconds: Int64? = nil, roles: [RoleFigures] = [], cores: [CoreUse]? = nil,
        busyThreads: Int? = nil, usableCores: Int
    ) {
        self.outcome = outcome
        self.judgement = judgement
        self.reason = reason
        self.brokenThresholds = brokenThresholds
        self.measuredNanoseconds = measuredNanoseconds
        self.offeredPerSecond = offeredPerSecond
        self.throughputPerSecond = throughputPerSecond
        self.lost = lost
        self.failed = failed
        self.endToEndP50Nanoseconds = endToEndP50Nanoseconds
        self.endToEndP99Nanoseconds = endToEndP99Nanoseconds
        self.roles = roles
        self.cores = cores
        self.busyThreads = busyThreads
        self.usableCores = usableCores
    }
}

/// What all processes of a role used together.
package struct RoleFigures: Sendable, Equatable, Codable {
    /// The role.
    package var role: RunRole
    /// How many processes play it.
    package var processes: Int
    /// CPU-seconds for a million messages that came back; nil where none did.
    package var cpuSecondsPerMillion: Double?
    /// Mean number of cores kept busy.
    package var coresBusy: Double
    /// The sum of the processes' highest resident memory, over the whole run.
    package var residentBytes: UInt64
    /// Times per second that a thread waited.
    package var voluntarySwitchesPerSecond: Double
    /// Times per second that a thread was taken off its core.
    package var involuntarySwitchesPerSecond: Double
    /// Mean number of threads that were ready and had no core; nil where the kernel does not account for it.
    package var threadsWaiting: Double?
    /// Instructions per message; nil where the kernel or the machine does not count them.
    package var instructionsPerMessage: Double?
    /// Cycles per message; nil where the kernel or the machine does not count them.
    package var cyclesPerMessage: Double?
    /// The cores it was pinned to; nil where it was not.
    package var pinnedCores: [Int]?
    /// CPU threads of all processes that do the work; nil for a role without lanes.
    package var lanes: Int?

    /// Instructions per cycle; nil where they were not counted.
    package var instructionsPerCycle: Double? {
        guard let instructionsPerMessage, let cyclesPerMessage, cyclesPerMessage > 0 else { return nil }
        return instructionsPerMessage / cyclesPerMessage
    }

    /// Figures as given.
    package init(
        role: RunRole, processes: Int, cpuSecondsPerMillion: Double?, coresBusy: Double, residentBytes: UInt64,
        voluntarySwitchesPerSecond: Double = 0, involuntarySwitchesPerSecond: Double = 0,
        threadsWaiting: Double? = nil, instructionsPerMessage: Double? = nil, cyclesPerMessage: Double? = nil,
        pinnedCores: [Int]? = nil, lanes: Int? = nil
    ) {
        self.role = role
        self.processes = processes
        self.cpuSecondsPerMillion = cpuSecondsPerMillion
        self.coresBusy = coresBusy
        self.residentBytes = residentBytes
        self.voluntarySwitchesPerSecond = voluntarySwitchesPerSecond
        self.involuntarySwitchesPerSecond = involuntarySwitchesPerSecond
        self.threadsWaiting = threadsWaiting
        self.instructionsPerMessage = instructionsPerMessage
        self.cyclesPerMessage = cyclesPerMessage
        self.pinnedCores = pinnedCores
        self.lanes = lanes
    }
}
