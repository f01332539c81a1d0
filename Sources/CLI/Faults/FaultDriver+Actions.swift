import Drivers
import FaultProxy
import Foundation
import LoadMetrics
import Scenarios

// What each kind of fault does.

extension FaultDriver {
    private static let grace = Duration.seconds(15)

    /// Begins a fault, lets it last, and ends it.
    func bringAbout(_ step: FaultPlan.Step) async throws {
        switch step.fault.action {
        case .kill(_, let time): try await endWorkers(step.workers, by: SIGKILL, after: time)
        case .terminate(_, let time): try await endWorkers(step.workers, by: SIGTERM, after: time)
        case .pauseWorkers(_, let time):
            let workers = try step.workers.map(tools.worker)
            for worker in workers { worker.freeze(true) }
            await Self.last(time)
            for worker in workers { worker.freeze(false) }
        case .pauseServer(let server, let time): try await take(server, by: .pause, back: .resume, after: time)
        case .restart(let server):
            // One that stopped and did not start is started again.
            do {
                try await Task { try await self.tools.tell(server, .restart) }.value
            } catch {
                try? await Task { try await self.tools.tell(server, .up) }.value
                throw error
            }
        case .stop(let server, let time): try await take(server, by: .stop, back: .up, after: time)
        case .crash(let server, let time): try await take(server, by: .crash, back: .up, after: time)
        case .cut(let link, let reset): try await tools.tell(link, .cut(reset: reset))
        case .refuse(let link, let time): try await disturb(link, by: .refuse, until: .refuse, for: time)
        case .stall(let link, let time): try await disturb(link, by: .stall(.both), until: .stall, for: time)
        case .delay(let link, let delay, let jitter, let time):
            try await disturb(
                link,
                by: .delay(
                    .both, nanoseconds: delay.wholeNanosecondsOfFault, jitterNanoseconds: jitter.wholeNanosecondsOfFault
                ),
                until: .delay, for: time)
        case .limit(let link, let rate, let time):
            try await disturb(link, by: .limit(.both, bytesPerSecond: rate), until: .limit, for: time)
        case .fill(let time): try await fill(for: time)
        // The messages were planned so: see LoadPlan.broken.
        case .malformed(_, let time): await Self.last(time)
        }
    }

    /// Takes a server away for a while.
    private func take(
        _ server: Scenario.FaultServer, by action: Scenario.ServerControl.Action,
        back: Scenario.ServerControl.Action, after time: Duration
    ) async throws {
        try await Self.during(time) {
            try await tools.tell(server, action)
        } end: {
            try await self.tools.tell(server, back)
        }
    }

    private func disturb(
        _ link: Scenario.FaultLink, by command: ProxyCommand, until condition: ProxyCommand.Condition,
        for time: Duration
    ) async throws {
        try await Self.during(time) {
            try await tools.tell(link, command)
        } end: {
            try await self.tools.tell(link, .clear(condition))
        }
    }

    // MARK: - Workers

    private func endWorkers(_ names: [String], by signal: Int32, after time: Duration) async throws {
        let workers = try names.map(tools.worker)
        // Each by itself: where one does not come back, the others do.
        let failures = await withTaskGroup(of: (any Error)?.self) { group in
            for worker in workers {
                group.addTask {
                    self.tools.meter.endLife(of: worker.name)
                    await worker.end(by: signal, grace: Self.grace)
                    await Self.last(time)
                    do { try await self.startAgain(worker) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(into: [any Error]()) { if let failure = $1 { $0.append(failure) } }
        }
        if let failure = failures.first { throw failure }
    }

    /// Starts a worker again as whoever watches over it would: until it stays, for half a minute.
    private func startAgain(_ worker: RoleProcess) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            // A run that is over needs it no more.
            if Task.isCancelled { return }
            try worker.startAgain()
            let isReady = (try? await worker.waitUntilReady(within: .seconds(30))) != nil
            if let pid = worker.pid { tools.meter.beginLife(of: worker.name, pid: pid) }
            if isReady || Task.isCancelled { return }
            guard ContinuousClock.now < deadline else {
                throw Failure(reason: "\(worker.name) did not come back within 30 s: \(worker.lastWords)")
            }
            tools.meter.endLife(of: worker.name)
            await worker.end(by: SIGKILL, grace: Self.grace)
            await Self.last(.milliseconds(500))
        }
    }

    // MARK: - The queue

    /// Freezes the workers, so that the load itself fills the queue.
    private func fill(for time: Duration) async throws {
        let limit = UInt64(
            clamping: (scenario.topology.incoming.maxLength ?? 0) * Int64(scenario.incomingNames.count))
        let workers = tools.workers
        for worker in workers { worker.freeze(true) }
        defer { for worker in workers { worker.freeze(false) } }
        let deadline = ContinuousClock.now + .seconds(30)
        var depth: UInt64 = 0
        while !Task.isCancelled {
            // A broker that another fault has taken away is asked again.
            depth = (try? await tools.driver.queueDepths(exact: true))?.incoming ?? depth
            if depth >= limit { break }
            guard ContinuousClock.now < deadline else {
                throw Failure(
                    reason:
                        "the queue held \(depth) of \(limit) messages after 30 s: lower topology.incoming.max_length, "
                        + "or raise the rate")
            }
            await Self.last(.milliseconds(50))
        }
        guard depth >= limit else {
            throw Failure(reason: "the load was over when the queue held \(depth) of \(limit) messages")
        }
        await Self.last(time)
    }
}

extension Duration {
    /// In nanoseconds; a fault's times are far below what that can hold.
    fileprivate var wholeNanosecondsOfFault: Int64 { Int64(self / .nanoseconds(1)) }
}
