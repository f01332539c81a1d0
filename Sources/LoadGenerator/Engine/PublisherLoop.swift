import Drivers
import LoadMetrics
import NIOCore
import Synchronization

/// Sends one connection's share of the load, each message when it is due, and records when that was.
///
/// Lives on the publisher's event loop. A message that is late is sent late and keeps its intended time; none is
/// dropped. Those later than the bound on schedule debt are counted.
final class PublisherLoop: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

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
        var pacing: LoadPlan.Pacing
        /// A confirm that takes longer from the sending is late.
        var confirmTimeoutNanoseconds: Int64
        /// Branches of the pipeline, each of which answers a message.
        var branches = 1
    }

    /// Batches before the loop lets others run.
    private static let batchesPerTurn = 8
    /// The timer is not set closer than this: arrivals due within it go out together.
    private static let tickNanoseconds: Int64 = 50_000
    /// Spinning begins this long before the intended time, since a timer is late by less than it as a rule.
    private static let spinNanoseconds: Int64 = 200_000
    /// The last of it, in which nothing but the clock is looked at.
    private static let exactNanoseconds: Int64 = 20_000
    /// A loop that is never without work lets the sockets have their turn this often.
    private static let turnNanoseconds: Int64 = 50_000
    /// What a look at the sockets takes when they have nothing to say.
    private static let lookNanoseconds: Int64 = 5_000

    let eventLoop: any EventLoop
    private let settings: Settings
    private var publisher: (any LoadPublisher)?
    private var share: PublisherShare
    private let recorder: PublisherShare.Recorder
    /// Whether it is the first connection of its event loop, which hands over what all of them recorded.
    private let handsOver: Bool
    private var outgoing: [OutgoingMessage] = []

    private var stretchDone: EventLoopPromise<Void>?
    private var callback: NIOScheduledCallback?
    /// When the callback is due; 0 for as soon as the loop gets to it.
    private var callbackNanoseconds: Int64 = 0
    /// What is broken on purpose.
    private let disturbances: Disturbances
    /// Why messages that are due are kept back, and since when.
    private var heldBack: (since: Int64, byWindow: Bool)?
    /// Whether a confirm may end that.
    private var waitsForConfirm = false
    /// Since when a loop that spins looks at its sockets.
    private var spinningSince: Int64?
    private let isWakePending = Atomic<Bool>(false)
    private var stopped = false
    private var blockedSince: Int64?
    private var lostSince: Int64?
    private(set) var failure: DriverError?

    init(
        _ settings: Settings, ledger: Ledger, outstanding: Outstanding, table: PhaseTable,
        recorder: PublisherShare.Recorder, handsOver: Bool, times: IntendedTimes? = nil,
        disturbances: Disturbances = Disturbances(), on eventLoop: any EventLoop
    ) {
        self.settings = settings
        self.disturbances = disturbances
        self.eventLoop = eventLoop
        self.recorder = recorder
        self.handsOver = handsOver
        share = PublisherShare(
            settings, ledger: ledger, outstanding: outstanding, table: table, recorder: recorder, intendedTimes: times)
    }

    /// What all connections of the event loop recorded, from the first of them.
    var records: [PublisherShare.PhaseRecord] { handsOver ? recorder.phases : [] }
    var totals: PublisherShare.Totals { share.totals }

    /// The connection to send through; set once, before the first stretch.
    func attach(_ publisher: any LoadPublisher) async throws {
        try await eventLoop.submit { self.publisher = publisher }.get()
    }

    /// Sends this connection's share of a stretch; returns when the last of it is sent or `stop` was called.
    func run(_ stretch: Stretch) async throws {
        let done = eventLoop.makePromise(of: Void.self)
        eventLoop.execute {
            if self.stopped || self.failure != nil { return done.succeed() }
            self.share.begin(stretch)
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
    var unanswered: Int { share.unanswered }

    /// For how long so far messages that were due were kept back by a full socket or by a full window, the time since
    /// they last began to be included.
    func heldBackNanoseconds(at now: Int64) -> (bySocket: Int64, byWindow: Int64) {
        var result = (bySocket: share.totals.backpressureNanoseconds, byWindow: share.totals.windowNanoseconds)
        guard let held = heldBack, blockedSince == nil, lostSince == nil else { return result }
        let broken = held.since < now ? disturbances.part(of: held.since..<now)?.count ?? 0 : 0
        let own = now - held.since - Int64(broken)
        if held.byWindow { result.byWindow += own } else { result.bySocket += own }
        return result
    }

    /// Whether the broker asks for a pause at the moment.
    var isBlocked: Bool { blockedSince != nil }

    /// The times since the last call of all connections of the event loop, from the first of them.
    func takeInterval() -> PublisherShare.Interval? { handsOver ? recorder.takeInterval() : nil }

    /// Lets a closed loop look again whether it may send; any thread may ask, many at once ask once.
    func wake() {
        guard !isWakePending.exchange(true, ordering: .sequentiallyConsistent) else { return }
        eventLoop.execute {
            self.isWakePending.store(false, ordering: .sequentiallyConsistent)
            self.turn()
        }
    }

    // MARK: - Sending

    /// Sends what is due, then sets the timer for what comes next.
    private func turn() {
        eventLoop.assertInEventLoop()
        guard let publisher, share.isSending else { return }
        var now = Monotonic.nowNanoseconds()
        endHoldingBack(at: now)
        if let since = spinningSince { share.totals.spinNanoseconds += min(now - since, Self.lookNanoseconds) }
        spinningSince = nil
        let turnEnd = now + Self.turnNanoseconds
        var batches = 0
        while batches < Self.batchesPerTurn {
            guard publisher.isWritable else { return holdBack(byWindow: false, at: now) }
            let next = share.plan(&outgoing, limit: publisher.batchLimit, now: now)
            if !outgoing.isEmpty {
                now = send(through: publisher)
                batches += 1
            }
            switch next {
            case .more: continue
            case .due(let time) where settings.pacing == .spin && time - now < Self.spinNanoseconds:
                guard time - now < Self.exactNanoseconds, now < turnEnd else {
                    spinningSince = now
                    return yield(at: now)
                }
                now = spin(until: time, from: now)
            case .due(let time):
                let early = settings.pacing == .spin ? Self.spinNanoseconds / 2 : 0
                return wake(at: max(time - early, now + (early > 0 ? 0 : Self.tickNanoseconds)))
            case .waiting(let forConfirm):
                waitsForConfirm = forConfirm
                publisher.settle()
                return holdBack(byWindow: true, at: now)
            case .end: return finishStretch()
            }
        }
        yield(at: now)
    }

    /// Goes on once the sockets had their turn: at a time that has not come yet when the loop looks for what is due, for
    /// else it would do that for ever, and answers would lie unread.
    private func yield(at now: Int64) { wake(at: now + 1_000) }

    /// Hands the planned batch to the socket; returns the time when that was done.
    private func send(through publisher: any LoadPublisher) -> Int64 {
        share.noteSending(at: Monotonic.nowNanoseconds())
        var messages: [OutgoingMessage] = []
        swap(&messages, &outgoing)
        publisher.send(messages.span, channel: share.channel)
        swap(&messages, &outgoing)
        let now = Monotonic.nowNanoseconds()
        share.recordSent(at: now)
        return now
    }

    /// Looks at the clock until that time; returns the time.
    private func spin(until time: Int64, from start: Int64) -> Int64 {
        var now = start
        while now < time { now = Monotonic.nowNanoseconds() }
        share.totals.spinNanoseconds += now - start
        return now
    }

    /// Calls `turn` at that time, and no other time set before; 0 is right behind what the loop does now.
    private func wake(at nanoseconds: Int64) {
        if callback != nil, callbackNanoseconds == 0 || callbackNanoseconds == nanoseconds { return }
        callback?.cancel()
        callbackNanoseconds = nanoseconds
        // Callbacks, unlike tasks, are scheduled without an allocation.
        callback = try? eventLoop.scheduleCallback(at: .uptimeNanoseconds(UInt64(max(nanoseconds, 0))), handler: self)
    }

    private func dropCallback() {
        callback?.cancel()
        callback = nil
    }

    /// Something is due and cannot be sent; a closed loop ends at its time all the same.
    private func holdBack(byWindow: Bool, at now: Int64) {
        heldBack = (now, byWindow)
        guard let end = share.closedLoopEndNanoseconds else { return dropCallback() }
        if now >= end { finishStretch() } else { wake(at: max(end, now + Self.tickNanoseconds)) }
    }

    private func endHoldingBack(at now: Int64) {
        guard let held = heldBack else { return }
        heldBack = nil
        let broken = held.since < now ? disturbances.part(of: held.since..<now) : nil
        // What is broken on purpose holds messages up as a broker does that is away.
        if let broken { share.holdUp(broken) }
        let own = now - held.since - Int64(broken?.count ?? 0)
        if held.byWindow {
            share.totals.windowNanoseconds += own
        } else if blockedSince == nil, lostSince == nil {
            share.totals.backpressureNanoseconds += own
        }
    }

    private func finishStretch() {
        publisher?.settle()
        dropCallback()
        heldBack = nil
        share.end()
        stretchDone?.succeed()
        stretchDone = nil
    }
}

extension PublisherLoop: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        callback = nil
        turn()
    }
}

extension PublisherLoop: LoadPublisherDelegate {
    func publisher(channel: Int, confirmed number: UInt64, multiple: Bool, accepted: Bool) {
        _ = share.answered(
            channel: channel, number: number, multiple: multiple, accepted: accepted,
            now: Monotonic.nowNanoseconds())
        if waitsForConfirm, heldBack?.byWindow == true { wake(at: 0) }
    }

    func publisher(returned id: MessageID?) { share.returned(id?.sequence) }

    func publisher(isWritable: Bool) {
        // Not at once: the news may come out of the very write that is under way.
        if isWritable { wake(at: 0) }
    }

    func publisher(blocked reason: String?) {
        let now = Monotonic.nowNanoseconds()
        if reason != nil {
            endHoldingBack(at: now)
            blockedSince = blockedSince ?? now
        } else {
            endBlock(at: now)
            wake(at: 0)
        }
    }

    private func endBlock(at now: Int64) {
        guard let since = blockedSince else { return }
        heldBack = nil
        share.totals.blockedNanoseconds += now - since
        blockedSince = nil
        share.holdUp(since..<now)
    }

    func publisherLost(_ reason: String) {
        share.totals.losses += 1
        let now = Monotonic.nowNanoseconds()
        endHoldingBack(at: now)
        endBlock(at: now)
        lostSince = lostSince ?? now
        share.forgetUnanswered()
    }

    func publisherRecovered() {
        let now = Monotonic.nowNanoseconds()
        share.totals.recoveries += 1
        if let since = lostSince { share.holdUp(since..<now) }
        heldBack = nil
        lostSince = nil
        wake(at: 0)
    }

    func publisherFailed(_ error: DriverError) {
        failure = error
        finishStretch()
    }
}
