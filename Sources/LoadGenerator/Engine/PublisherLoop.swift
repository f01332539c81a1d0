import Drivers
import LoadMetrics
import NIOCore

/// Sends one connection's share of the load, each message when it is due, and records when that was.
///
/// Lives on the publisher's event loop. A message that is late is sent late and keeps its intended time; none is
/// dropped. Those later than the bound on schedule debt are counted.
final class PublisherLoop: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    /// What one phase looked like from this connection.
    struct PhaseRecord: Sendable {
        var published: UInt64 = 0
        /// Confirms that came while the phase lasted, where a confirm is the outcome.
        var carried: UInt64 = 0
        /// Sent later than the bound on schedule debt allows.
        var late: UInt64 = 0
        var scheduleLag = LatencyHistogram()
        /// The schedule lag without the messages that fell due while the broker could not be reached or blocked us:
        /// what the generator itself answers for.
        var ownLag = LatencyHistogram()
        var confirm = LatencyHistogram()
    }

    /// Totals for the live view.
    struct Totals: Sendable {
        var published: UInt64 = 0
        /// Of the published, those of closed loops, which have no schedule to fall due by.
        var publishedUnscheduled: UInt64 = 0
        var confirmed: UInt64 = 0
        var nacked: UInt64 = 0
        var returned: UInt64 = 0
        var recoveries: UInt64 = 0
        var blockedNanoseconds: Int64 = 0
        var unknownAnswers: UInt64 = 0
    }

    /// What happened between two looks.
    struct Interval: Sendable {
        var scheduleLag = LatencyHistogram()
        var confirm = LatencyHistogram()
    }

    struct Settings: Sendable {
        var connection: Int
        var connections: Int
        var channels: Int
        /// Messages a channel may have unanswered; 0 without confirms.
        var confirmWindow: Int
        /// Beyond it a message counts as late.
        var scheduleDebtNanoseconds: Int64
        /// Whether a confirm is all that comes back of a message.
        var confirmIsOutcome: Bool
        /// Whether a confirm makes room in a closed loop; otherwise the outcome does.
        var releasesOnConfirm: Bool
        var phases: Int
    }

    /// Messages in one batch at most, and batches before the loop lets others run.
    private static let batchLimit = 256
    private static let batchesPerTurn = 8
    /// The timer is not set closer than this: arrivals due within it go out together.
    private static let tickNanoseconds: Int64 = 50_000

    let eventLoop: any EventLoop
    private let settings: Settings
    private let ledger: Ledger
    private let outstanding: Outstanding
    private var lookup: PhaseLookup
    private var publisher: (any LoadPublisher)?

    private var stretch: Stretch?
    private var walk: StretchWalk?
    private var stretchDone: EventLoopPromise<Void>?
    private var timer: Scheduled<Void>?
    private var turnScheduled = false
    /// Whether a full window keeps messages back that are due.
    private var isWaiting = false
    private var stopped = false

    private var windows: [InFlightWindow]
    private var nextChannel = 0
    private var batch: [InFlightWindow.Message] = []
    private var blockedSince: Int64?
    private var lostSince: Int64?
    /// Messages due in this time were held up by the broker, which was away or asked for a pause.
    private var heldUp: Range<Int64> = 0..<0

    private(set) var records: [PhaseRecord]
    private(set) var totals = Totals()
    /// Schedule lag and confirm times since the last look.
    private var interval = Interval()
    private(set) var failure: DriverError?

    init(
        _ settings: Settings, ledger: Ledger, outstanding: Outstanding, table: PhaseTable, on eventLoop: any EventLoop
    ) {
        lookup = PhaseLookup(table)
        self.settings = settings
        self.ledger = ledger
        self.outstanding = outstanding
        self.eventLoop = eventLoop
        windows = (0..<settings.channels).map { _ in InFlightWindow(capacity: max(settings.confirmWindow, 1)) }
        records = Array(repeating: PhaseRecord(), count: settings.phases)
        batch.reserveCapacity(Self.batchLimit)
    }

    /// The connection to send through; set once, before the first stretch.
    func attach(_ publisher: any LoadPublisher) async throws {
        try await eventLoop.submit { self.publisher = publisher }.get()
    }

    /// Sends this connection's share of a stretch; returns when the last of it is sent or `stop` was called.
    func run(_ stretch: Stretch) async throws {
        let done = eventLoop.makePromise(of: Void.self)
        eventLoop.execute {
            if self.stopped { return done.succeed() }
            self.stretch = stretch
            self.walk = StretchWalk(stretch, connection: self.settings.connection, of: self.settings.connections)
            self.stretchDone = done
            self.turn()
        }
        try await done.futureResult.get()
    }

    /// Ends the current stretch now; nothing more is sent.
    func stop() {
        eventLoop.execute {
            self.stopped = true
            self.finishStretch()
        }
    }

    /// Messages that the broker has not answered for.
    var unanswered: Int { windows.reduce(0) { $0 + $1.count } }

    /// Whether the broker asks for a pause at the moment.
    var isBlocked: Bool { blockedSince != nil }

    /// The times since the last call.
    func takeInterval() -> Interval {
        defer {
            interval.scheduleLag.reset()
            interval.confirm.reset()
        }
        return interval
    }

    /// Lets a closed loop look again whether it may send.
    func wake() {
        eventLoop.execute { self.turn() }
    }

    // MARK: - Sending

    /// Sends what is due, then sets the timer for what comes next.
    private func turn() {
        eventLoop.assertInEventLoop()
        guard let publisher, stretch != nil else { return }
        timer?.cancel()
        timer = nil
        isWaiting = false
        var now = Monotonic.nowNanoseconds()
        for _ in 0..<Self.batchesPerTurn {
            guard publisher.isWritable else { return waitForTheEnd(now: now) }
            let next = fill(publisher, now: now)
            if !batch.isEmpty {
                publisher.flush()
                now = Monotonic.nowNanoseconds()
                recordSent(at: now)
            }
            switch next {
            case .full: continue
            case .due(let time): return setTimer(for: time, now: now)
            case .waiting:
                isWaiting = true
                return waitForTheEnd(now: now)
            case .end: return finishStretch()
            }
        }
        scheduleTurn()
    }

    private enum Next {
        /// More is due: the batch was full.
        case full
        /// Nothing is due before that time.
        case due(Int64)
        /// A window is full; an answer will wake the loop.
        case waiting
        case end
    }

    private func fill(_ publisher: any LoadPublisher, now: Int64) -> Next {
        guard let stretch, var walk else { return .end }
        defer { self.walk = walk }
        while batch.count < Self.batchLimit {
            guard let entry = walk.peek(nowNanoseconds: now) else { return .end }
            let intended: Int64
            if let closedLoop = stretch.closedLoop {
                // Sent earlier it would belong to no phase.
                if now < stretch.startNanoseconds { return .due(stretch.startNanoseconds) }
                guard outstanding.count < closedLoop.window else { return .waiting }
                intended = now
            } else {
                intended = stretch.startNanoseconds + entry.offsetNanoseconds
                if intended > now { return .due(intended) }
            }
            let sequence = stretch.firstSequence + UInt64(walk.position)
            guard let channel = channelWithRoom() else { return .waiting }
            publisher.append(
                template: Int(entry.template),
                MessageStamp(
                    sequence: sequence, documentSequence: entry.documentSequence, intendedNanoseconds: intended),
                channel: channel)
            let message = InFlightWindow.Message(
                sequence: sequence, intendedNanoseconds: intended, phase: stretch.firstPhase + Int(entry.phase))
            if settings.confirmWindow > 0 { windows[channel].append(message) }
            outstanding.add(1)
            batch.append(message)
            walk.advance()
        }
        return .full
    }

    /// The next channel in turn whose window has room.
    private func channelWithRoom() -> Int? {
        for _ in 0..<settings.channels {
            let channel = nextChannel
            nextChannel = (nextChannel + 1) % settings.channels
            if settings.confirmWindow == 0 || !windows[channel].isFull { return channel }
        }
        return nil
    }

    private func recordSent(at now: Int64) {
        for message in batch {
            ledger.add(.published, to: message.sequence)
            let lag = now - message.intendedNanoseconds
            records[message.phase].published += 1
            records[message.phase].scheduleLag.record(lag)
            interval.scheduleLag.record(lag)
            if lag > settings.scheduleDebtNanoseconds { records[message.phase].late += 1 }
            if !heldUp.contains(message.intendedNanoseconds) { records[message.phase].ownLag.record(lag) }
        }
        totals.published += UInt64(batch.count)
        if stretch?.closedLoop != nil { totals.publishedUnscheduled += UInt64(batch.count) }
        batch.removeAll(keepingCapacity: true)
    }

    private func setTimer(for time: Int64, now: Int64) {
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(time, now + Self.tickNanoseconds)))
        timer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.turn() }
    }

    /// Nothing can be sent now; a closed loop ends at its time all the same.
    private func waitForTheEnd(now: Int64) {
        guard let end = stretch?.closedLoop?.endNanoseconds else { return }
        if now >= end { finishStretch() } else { setTimer(for: end, now: now) }
    }

    private func scheduleTurn() {
        guard !turnScheduled else { return }
        turnScheduled = true
        eventLoop.assumeIsolated().execute {
            self.turnScheduled = false
            self.turn()
        }
    }

    private func finishStretch() {
        timer?.cancel()
        timer = nil
        stretch = nil
        walk = nil
        stretchDone?.succeed()
        stretchDone = nil
    }

    /// Takes messages out of a closed loop's window.
    private func release(_ count: Int) {
        if count > 0 { outstanding.add(-count) }
    }
}

extension PublisherLoop: LoadPublisherDelegate {
    func publisher(channel: Int, confirmed number: UInt64, multiple: Bool, accepted: Bool) {
        let now = Monotonic.nowNanoseconds()
        let known = windows[channel].answer(number, multiple: multiple) { message in
            ledger.add(accepted ? .confirmed : .nacked, to: message.sequence)
            if accepted {
                totals.confirmed += 1
                records[message.phase].confirm.record(now - message.intendedNanoseconds)
                interval.confirm.record(now - message.intendedNanoseconds)
                if settings.releasesOnConfirm { release(1) }
                if settings.confirmIsOutcome, let phase = lookup.phase(at: now), phase < records.count {
                    records[phase].carried += 1
                }
            } else {
                totals.nacked += 1
                release(1)
            }
        }
        if !known { totals.unknownAnswers += 1 }
        if isWaiting { scheduleTurn() }
    }

    func publisher(returned id: MessageID?) {
        totals.returned += 1
        if let id { ledger.add(.returned, to: id.sequence) }
        // Its confirm follows, and makes room where confirms do.
        if !settings.releasesOnConfirm { release(1) }
    }

    func publisher(isWritable: Bool) {
        // Not at once: the news may come out of the very write that is under way.
        if isWritable { scheduleTurn() }
    }

    func publisher(blocked reason: String?) {
        let now = Monotonic.nowNanoseconds()
        if reason != nil {
            blockedSince = blockedSince ?? now
        } else {
            endBlock(at: now)
            scheduleTurn()
        }
    }

    private func endBlock(at now: Int64) {
        guard let since = blockedSince else { return }
        totals.blockedNanoseconds += now - since
        blockedSince = nil
        heldUp = since..<now
    }

    func publisherLost(_ reason: String) {
        // Some of these were taken and their outcomes will come: the window of a closed loop then lets a few more in,
        // which is better than waiting for ever for those that were not.
        let now = Monotonic.nowNanoseconds()
        endBlock(at: now)
        lostSince = lostSince ?? now
        for channel in windows.indices {
            release(windows[channel].count)
            windows[channel].reset()
        }
    }

    func publisherRecovered() {
        totals.recoveries += 1
        let now = Monotonic.nowNanoseconds()
        if let since = lostSince { heldUp = since..<now }
        lostSince = nil
        scheduleTurn()
    }

    func publisherFailed(_ error: DriverError) {
        failure = error
        finishStretch()
    }
}
