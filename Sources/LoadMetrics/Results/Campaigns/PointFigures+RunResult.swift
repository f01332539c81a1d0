extension PointFigures {
    /// What a campaign keeps of a run.
    ///
    /// `lanesPerWorker` is how many CPU threads a worker has; nil where that is not known, or there are no workers.
    package init(_ result: RunResult, lanesPerWorker: Int? = nil) {
        let messages = result.totals.carried
        let endToEnd = result.totals.latencies[.endToEnd].flatMap { $0.isEmpty ? nil : $0.percentiles([50, 99]) }
        let workers = result.roles.filter { $0.role == .worker }
        let lanes = lanesPerWorker.flatMap { workers.isEmpty ? nil : $0 * workers.count }
        let isBrokerHere = result.roles.contains { $0.role == .broker }
        self.init(
            outcome: result.outcome, judgement: result.generator.judgement, reason: result.generator.reason,
            brokenThresholds: result.thresholds.filter { $0.verdict == .failed }.map(\.text),
            measuredNanoseconds: result.totals.durationNanoseconds,
            offeredPerSecond: result.totals.perSecond(result.totals.books.offered),
            throughputPerSecond: result.totals.throughputPerSecond, lost: result.books.lost,
            failed: result.books.failed, endToEndP50Nanoseconds: endToEnd?[0],
            endToEndP99Nanoseconds: endToEnd?[1],
            roles: RunRole.allCases.compactMap { role in
                RoleFigures(
                    result.roles.filter { $0.role == role }, messages: messages, branches: result.branchCount,
                    lanes: role == .worker ? lanes : nil)
            },
            cores: result.cores, busyThreads: lanes.map { $0 + 1 + (isBrokerHere ? 1 : 0) },
            usableCores: result.machine.usableCores)
    }
}

extension RoleFigures {
    /// What the processes of one role used; nil where there are none.
    init?(_ processes: [RoleResult], messages: UInt64, branches: Int, lanes: Int?) {
        guard let first = processes.first else { return nil }
        // A result of an earlier version does not tell the warm-up apart; the whole run stands in for the phases.
        let whole = processes.contains { $0.measured == nil }
        let uses = processes.map { whole ? MeasuredUse($0) : $0.measured ?? MeasuredUse() }
        let total = uses.dropFirst().reduce(into: uses[0]) { $0.merge($1) }
        let messages = whole ? processes.messages(branches: branches) : messages
        let seconds = Double(uses.map(\.wallNanoseconds).max() ?? 0) / 1e9
        func perSecond(_ count: Double) -> Double { seconds > 0 ? count / seconds : 0 }
        func perMessage(_ count: UInt64?) -> Double? {
            count.flatMap { messages > 0 ? Double($0) / Double(messages) : nil }
        }
        self.init(
            role: first.role, processes: processes.count,
            cpuSecondsPerMillion: messages > 0 ? Double(total.cpuNanoseconds) / 1e3 / Double(messages) : nil,
            coresBusy: perSecond(Double(total.cpuNanoseconds) / 1e9),
            residentBytes: processes.map(\.peakResidentBytes).reduce(0, &+),
            voluntarySwitchesPerSecond: perSecond(Double(total.voluntarySwitches)),
            involuntarySwitchesPerSecond: perSecond(Double(total.involuntarySwitches)),
            threadsWaiting: total.runQueueWaitNanoseconds.map { perSecond(Double($0) / 1e9) },
            instructionsPerMessage: perMessage(total.instructions), cyclesPerMessage: perMessage(total.cycles),
            pinnedCores: first.pinnedCores, lanes: lanes)
    }
}

extension MeasuredUse {
    /// What a process used over its whole run.
    fileprivate init(_ role: RoleResult) {
        self.init(
            wallNanoseconds: role.wallNanoseconds, cpuNanoseconds: role.cpuNanoseconds,
            voluntarySwitches: role.voluntarySwitches, involuntarySwitches: role.involuntarySwitches,
            runQueueWaitNanoseconds: role.runQueueWaitNanoseconds)
    }
}
