package import Drivers
import LoadMetrics
package import Logging
package import NIOCore
import Synchronization

/// One execution of a load plan: connects, sends the phases, waits for the backlog, closes the books.
package final class LoadRun: Sendable {
    package let plan: LoadPlan
    let driver: any LoadDriver
    private let logger: Logger
    let ledger = Ledger()
    /// When the messages should have been sent, where outcomes may not say it.
    let intendedTimes: IntendedTimes?
    let outstanding = Outstanding()
    let table = PhaseTable()
    let publishers: [PublisherLoop]
    let collectors: [CollectorLoop]
    let watch: GeneratorWatch
    /// What is broken on purpose at the moment: while it is, standing still is no sign of a loss.
    let disturbances = Disturbances()
    let links = Mutex(Links())
    let progress = Mutex(Progress())

    struct Links: Sendable {
        var publishers: [any LoadPublisher] = []
        var collectors: [any LoadCollector] = []
    }

    struct Progress: Sendable {
        var interrupted = false
        /// Messages could not be sent for too long.
        var gaveUp = false
        /// There was nothing more to do, as the plan's rule has it.
        var isOver = false
        /// Set while the run waits for its backlog; a second interruption ends that.
        var draining = false
        var drainCut = false
        var spans: [Span] = []
        /// What waited in the queues before the first message.
        var startDepths = QueueDepths()
        /// What was to be sent, stretch by stretch, each from the number of its first message on.
        var schedules: [(firstSequence: UInt64, schedule: Schedule)] = []
        /// The open loops' arrivals as they fall due, a counter a stretch.
        var offered: [OfferedCounter] = []
    }

    /// Where a phase lies in time and in the run's numbers.
    struct Span: Sendable {
        var start: Int64
        var end: Int64
        var sequences: Range<UInt64>
    }

    package init(plan: LoadPlan, driver: any LoadDriver, group: any EventLoopGroup, logger: Logger) {
        self.plan = plan
        self.driver = driver
        self.logger = logger
        let releasesOnConfirm =
            !plan.awaitsOutcome
            || plan.phases.contains { phase in
                if case .closed(_, releasesOnConfirm: true) = phase.shape { true } else { false }
            }
        let intendedTimes = plan.keepsIntendedTimes ? IntendedTimes() : nil
        self.intendedTimes = intendedTimes
        let ledger = self.ledger
        let outstanding = self.outstanding
        let table = self.table
        let disturbances = self.disturbances
        var sending = LoopRecorders<PublisherShare.PhaseRecord, PublisherShare.Interval> {
            plan.phases.map { _ in PublisherShare.PhaseRecord() }
        }
        let publishers = (0..<plan.connections).map { connection in
            let eventLoop = group.next()
            let (recorder, isFirst) = sending.recorder(on: eventLoop)
            return PublisherLoop(
                .init(
                    connection: connection, connections: plan.connections, channels: plan.publisher.channels,
                    confirmWindow: plan.confirmWindow, scheduleDebtNanoseconds: plan.scheduleDebtNanoseconds,
                    confirmIsOutcome: !plan.awaitsOutcome, releasesOnConfirm: releasesOnConfirm,
                    pacing: plan.pacing, confirmTimeoutNanoseconds: plan.confirmTimeoutNanoseconds,
                    branches: plan.topology.branchCount),
                ledger: ledger, outstanding: outstanding, table: table, recorder: recorder, handsOver: isFirst,
                times: intendedTimes, disturbances: disturbances, on: eventLoop)
        }
        self.publishers = publishers
        for publisher in publishers { outstanding.whenReleased { [weak publisher] in publisher?.wake() } }
        let branches = plan.topology.branchCount
        var reading = LoopRecorders<CollectorShare.PhaseRecord, CollectorShare.Interval> {
            plan.phases.map { _ in CollectorShare.PhaseRecord(branches: branches) }
        }
        let collectors = plan.readers.map { _ in
            let eventLoop = group.next()
            let (recorder, isFirst) = reading.recorder(on: eventLoop)
            return CollectorLoop(
                ledger: ledger, recorder: recorder, handsOver: isFirst, branches: branches, table: table,
                outstanding: outstanding, releases: !releasesOnConfirm,
                sharesClock: plan.sharesClock || !plan.consumers.isEmpty,
                senders: plan.senders, times: intendedTimes, on: eventLoop)
        }
        self.collectors = collectors
        watch = GeneratorWatch(
            publishers: publishers, collectors: collectors, phases: plan.phases.count, table: table)
    }

    /// The stream of the run's seed that the openings' delays are drawn from.
    private static let startStream: UInt64 = 6 << 32

    /// What names the run in its messages.
    package var run: RunID { plan.publisher.run }

    /// Prepares the queues and opens every connection; nothing is sent yet.
    package func connect() async throws {
        try await driver.prepare(plan.topology, purge: plan.purge)
        if !plan.confirmIsOutcome {
            let depths = try await driver.queueDepths(exact: true)
            progress.withLock { $0.startDepths = depths }
        }
        if plan.part == .consuming { table.append([Monotonic.nowNanoseconds()]) }
        for (loop, settings) in zip(collectors, plan.readers) {
            if let link = try await driver.openCollector(settings, delegate: loop, on: loop.eventLoop) {
                links.withLock { $0.collectors.append(link) }
            }
        }
        var random = SeededGenerator(seed: plan.seed, stream: Self.startStream)
        for (index, loop) in publishers.enumerated() where !isInterrupted {
            if index > 0, plan.startInterval + plan.startJitter > .zero {
                try await Task.sleep(for: plan.startInterval + plan.startJitter * random.nextUnit())
            }
            let link = try await driver.openPublisher(
                plan.publisher(ofConnection: index), delegate: loop, on: loop.eventLoop)
            links.withLock { $0.publishers.append(link) }
            try await loop.attach(link)
        }
    }

    /// Ends the sending now, or, where the run is already waiting for its backlog, ends the waiting.
    package func interrupt() {
        let wasDraining = progress.withLock { progress in
            progress.interrupted = true
            if progress.draining { progress.drainCut = true }
            return progress.draining
        }
        if !wasDraining { for publisher in publishers { publisher.stop() } }
    }

    /// Sends every phase, then waits until all of it came back or the drain time is over.
    ///
    /// `onSecond` is called about once a second, with what happened since the last call.
    package func execute(onSecond: @escaping @Sendable (SecondSample) async -> Void) async throws {
        let sampling = Task { await sample(onSecond) }
        defer { sampling.cancel() }
        let retiring = Task { await retireChunks() }
        defer { retiring.cancel() }
        await watch.begin()
        let watching = Task { await watch.run() }
        defer { watching.cancel() }
        let ending = Task { try await endWhenOver() }
        defer { ending.cancel() }
        if plan.part == .consuming {
            try await consumePhases()
        } else {
            try await sendPhases()
        }
        ending.cancel()
        watching.cancel()
        await watching.value
        progress.withLock { $0.draining = true }
        try await drain()
        sampling.cancel()
        retiring.cancel()
        await sampling.value
        await retiring.value
    }

    // MARK: - Phases

    private func sendPhases() async throws {
        var planner = MessagePlanner(kinds: plan.kinds, seed: plan.seed)
        var firstSequence: UInt64 = 0
        var firstPhase = 0
        // A moment for every loop to be told of the first stretch before its first message is due.
        var start = Monotonic.nowNanoseconds() + 20_000_000
        while firstPhase < plan.phases.count, !endsEarly {
            let stretch = makeStretch(
                firstPhase: firstPhase, firstSequence: firstSequence, start: start, planner: planner)
            let isLast = firstPhase + stretch.phaseCount == plan.phases.count && stretch.offered != nil
            table.append(isLast ? stretch.boundaries : stretch.boundaries.dropLast())
            progress.withLock { $0.schedules.append((firstSequence, stretch.stretch.schedule)) }
            if let offered = stretch.offered { progress.withLock { $0.offered.append(offered) } }
            let watch = Task { try await giveUpWhenOverdue(stretch) }
            defer { watch.cancel() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in publishers { group.addTask { try await publisher.run(stretch.stretch) } }
                try await group.waitForAll()
            }
            let end = try await finish(stretch, firstSequence: firstSequence)
            planner = stretch.stretch.schedule.planner(after: end.count)
            firstSequence += end.count
            firstPhase += stretch.phaseCount
            start = max(end.nanoseconds, Monotonic.nowNanoseconds())
        }
        // What comes back from now on belongs to no phase.
        table.append([Monotonic.nowNanoseconds()])
    }

    /// Whether somebody has ended the run.
    package var isInterrupted: Bool { progress.withLock { $0.interrupted } }
    var endsEarly: Bool { progress.withLock { $0.interrupted || $0.gaveUp || $0.isOver } }

    /// Ends a stretch whose messages cannot be sent: the drain time after its end, or, where it has no end, after the
    /// last message that could be sent.
    ///
    /// Every run ends by itself, also on a broker that never comes back.
    private func giveUpWhenOverdue(_ planned: PlannedStretch) async throws {
        let end = planned.stretch.closedLoop.map(\.endNanoseconds) ?? planned.boundaries.last
        var published: UInt64 = .max
        var lastProgress = Monotonic.nowNanoseconds()
        while true {
            try await Task.sleep(for: .milliseconds(200))
            let now = Monotonic.nowNanoseconds()
            let publishedNow = try await totals().published
            if publishedNow != published { lastProgress = now }
            published = publishedNow
            if now - (end ?? lastProgress) > max(plan.drain, .seconds(2)).wholeNanoseconds { break }
        }
        progress.withLock { $0.gaveUp = true }
        for publisher in publishers { publisher.stop() }
    }

    private struct PlannedStretch: Sendable {
        var stretch: Stretch
        var phaseCount: Int
        /// Start of each phase and end of the last; a closed loop's end is not known before.
        var boundaries: [Int64]
        var offered: OfferedCounter?
    }

    private func makeStretch(
        firstPhase: Int, firstSequence: UInt64, start: Int64, planner: MessagePlanner
    ) -> PlannedStretch {
        if case .closed(let window, _) = plan.phases[firstPhase].shape {
            var closedLoop = Stretch.ClosedLoop(window: window, claims: Claims())
            switch plan.phases[firstPhase].end {
            case .after(let seconds): closedLoop.endNanoseconds = start + Int64(seconds * 1e9)
            case .count(let count): closedLoop.count = count
            }
            if let limit = plan.recording?.log.limit {
                closedLoop.count = min(closedLoop.count ?? .max, limit - min(limit, firstSequence))
            }
            let stretch = Stretch(
                schedule: Schedule(arrivals: nil, planner: planner), firstSequence: firstSequence,
                firstPhase: firstPhase, startNanoseconds: start, closedLoop: closedLoop)
            return PlannedStretch(stretch: stretch, phaseCount: 1, boundaries: [start, start], offered: nil)
        }
        var phases: [ArrivalSequence.Phase] = []
        stretch: for phase in plan.phases[firstPhase...] {
            switch phase.shape {
            case .open(let curve): phases.append(.init(curve: curve, end: phase.end))
            case .recorded: phases.append(.recorded(until: phase.end))
            case .closed: break stretch
            }
        }
        let recording = plan.recording.map { recording in
            ArrivalSequence.Recording(
                times: recording.log.times, speed: recording.speed, limit: recording.log.limit,
                firstNumber: firstSequence)
        }
        let arrivals = ArrivalSequence(
            phases: phases, spacing: plan.spacing, seed: plan.seed &+ UInt64(firstPhase), recording: recording)
        let stretch = Stretch(
            schedule: Schedule(arrivals: arrivals, planner: planner, broken: plan.broken), firstSequence: firstSequence,
            firstPhase: firstPhase, startNanoseconds: start, closedLoop: nil)
        return PlannedStretch(
            stretch: stretch, phaseCount: phases.count,
            boundaries: arrivals.boundariesNanoseconds.map { start + $0 },
            offered: OfferedCounter(stretch, phases: phases.count))
    }

    /// Waits for the nominal end of a stretch and enters its phases' places; returns the count of its numbers.
    private func finish(
        _ planned: PlannedStretch, firstSequence: UInt64
    ) async throws -> (count: UInt64, nanoseconds: Int64) {
        if let closedLoop = planned.stretch.closedLoop {
            let now = Monotonic.nowNanoseconds()
            let count = UInt64(closedLoop.claims.handedOut)
            progress.withLock {
                $0.spans.append(
                    Span(start: planned.boundaries[0], end: now, sequences: firstSequence..<firstSequence + count))
            }
            return (count, now)
        }
        let nominalEnd = planned.boundaries.last ?? planned.stretch.startNanoseconds
        while !endsEarly, Monotonic.nowNanoseconds() < nominalEnd {
            try await Task.sleep(for: .nanoseconds(min(nominalEnd - Monotonic.nowNanoseconds(), 50_000_000)))
        }
        // Ended early, a run owes only what was due by then.
        let end = min(nominalEnd, Monotonic.nowNanoseconds())
        let counts = planned.offered?.counts(before: end) ?? []
        var sequence = firstSequence
        for (index, count) in counts.enumerated() where planned.boundaries[index] < end {
            let span = Span(
                start: planned.boundaries[index], end: min(planned.boundaries[index + 1], end),
                sequences: sequence..<sequence + count)
            sequence += count
            progress.withLock { $0.spans.append(span) }
        }
        return (sequence - firstSequence, end)
    }

    // MARK: - Drain

    /// Waits until every message sent has ended somewhere, the drain time is over, or the user has had enough.
    private func drain() async throws {
        let deadline = ContinuousClock.now + plan.drain
        var lastFinished: UInt64 = .max
        var quietSince = ContinuousClock.now
        while ContinuousClock.now < deadline, !progress.withLock({ $0.drainCut }) {
            let totals = try await self.totals()
            let finished = totals.finished(plan)
            if finished >= totals.published, totals.unanswered == 0 { break }
            if finished != lastFinished || disturbances.isUnderWay {
                lastFinished = finished
                quietSince = .now
            } else if totals.recoveries > 0, ContinuousClock.now - quietSince > .seconds(3),
                let depths = try? await driver.queueDepths(exact: true), depths.total == 0
            {
                // What a lost connection took with it will not come: nothing is queued and nothing moves.
                break
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Reads what is left, closes every connection and says where each message ended.
    ///
    /// Call it when the workers have stopped: what they put back is then counted as queued.
    package func close() async throws -> LoadOutcome {
        // What the run's own consumers have not settled goes back to its queue before the queues are asked.
        for consumer in links.withLock({ $0.collectors.prefix(plan.consumers.count) }) { await consumer.close() }
        var totals = try await totals()
        var depths: QueueDepths?
        // What the workers published at the very end is still on its way to the collectors.
        for _ in 0..<40 {
            depths = try? await driver.queueDepths(exact: true)
            totals = try await self.totals()
            if plan.part != .whole { break }
            if let depths, (depths.processed ?? 0) + (depths.failed ?? 0) == 0,
                plan.consumers.isEmpty || isAccounted(totals, depths)
            {
                break
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let drained = totals.finished(plan) >= totals.published
        await disconnect()
        // A stream keeps all that it has confirmed, whoever has read it.
        let isStream = plan.topology.incoming.contains { $0.kind == .stream }
        let stillQueued = isStream ? totals.confirmed : depths.map(queuedSinceStart)
        return try await outcome(
            stillQueued: stillQueued,
            byBranch: isStream
                ? plan.topology.branches.map { _ in totals.confirmed } : depths.map(queuedByBranch) ?? [],
            drained: drained)
    }

    /// Closes every connection of the run.
    package func disconnect() async {
        let links = self.links.withLock { $0 }
        for publisher in links.publishers { await publisher.close() }
        for collector in links.collectors { await collector.close() }
    }

    // MARK: - Watching

    private func sample(_ onSecond: @Sendable (SecondSample) async -> Void) async {
        var before = RunTotals()
        var start = Monotonic.nowNanoseconds()
        var next = ContinuousClock.now + .seconds(1)
        var finished = false
        while !finished {
            // The last, short second is sampled too: cancellation ends the waiting, not the counting.
            do { try await Task.sleep(until: next) } catch { finished = true }
            next += .seconds(1)
            guard let now = try? await totals(takingInterval: true), let latencies = now.latencies else { return }
            let time = Monotonic.nowNanoseconds()
            let due = progress.withLock { progress in
                progress.offered.indices.reduce(UInt64(0)) { $0 + progress.offered[$1].advance(to: time) }
            }
            let phase = table.startsNanoseconds.lastIndex { $0 <= start + (time - start) / 2 }
            if time - start > 500_000_000 {
                watch.sent(
                    perSecond: Double(now.published - before.published) / Double(time - start) * 1e9, phase: phase)
            }
            await onSecond(
                SecondSample(
                    startNanoseconds: start, endNanoseconds: time, phase: phase,
                    offered: due + now.publishedUnscheduled - before.publishedUnscheduled,
                    published: now.published - before.published, confirmed: now.confirmed - before.confirmed,
                    nacked: now.nacked - before.nacked, returned: now.returned - before.returned,
                    processed: now.processed - before.processed, failed: now.failed - before.failed,
                    branches: branchSeconds(since: before, until: now),
                    scheduleLag: latencies.scheduleLag, confirm: latencies.confirm,
                    confirmService: latencies.confirmService, endToEnd: latencies.endToEnd,
                    endToEndService: latencies.endToEndService,
                    depths: (try? await driver.queueDepths(exact: false)) ?? QueueDepths(),
                    backlog: now.published - min(now.published, now.finished(plan)),
                    blocked: now.isBlocked))
            before = now
            before.latencies = nil
            start = time
        }
    }

    private func branchSeconds(since before: RunTotals, until now: RunTotals) -> [BranchSecond] {
        zip(plan.topology.branches, now.branches).enumerated().map { index, branch in
            let earlier = index < before.branches.count ? before.branches[index] : CollectorShare.BranchTotals()
            return BranchSecond(
                name: branch.0, processed: branch.1.processed - earlier.processed,
                failed: branch.1.failed - earlier.failed)
        }
    }

    /// Gives back the ledger's memory of messages of which nothing more is to come, ten times a second.
    private func retireChunks() async {
        let plan = self.plan
        let ledger = self.ledger
        while (try? await Task.sleep(for: .milliseconds(100))) != nil {
            intendedTimes?.retire { LedgerBooks.isFinal(ledger.marks(of: $0), plan) }
            guard ledger.retire(isFinal: { LedgerBooks.isFinal($0, plan) }) else { continue }
            // Whoever entered a message at that moment has finished once its loop has come round to this.
            for loop in publishers.map(\.eventLoop) + collectors.map(\.eventLoop) {
                guard (try? await loop.submit {}.get()) != nil else { return }
            }
            ledger.reuse()
        }
    }
}
