import Drivers
import LoadMetrics

/// One connection's share of the load: what is due, what was sent and what the broker answered.
///
/// Plain values but for the recorder, so that a batch costs one access to them however many messages it has. Nothing here is
/// allocated per message.
struct PublisherShare {
    typealias Recorder = LoopRecorder<PhaseRecord, Interval>

    /// What one phase looked like from this connection.
    struct PhaseRecord: Sendable {
        var published: UInt64 = 0
        /// Confirms that came while the phase lasted, where a confirm is the outcome.
        var carried: UInt64 = 0
        /// Sent later than the bound on schedule debt allows.
        var late: UInt64 = 0
        var scheduleLag = LatencyHistogram()
        /// The schedule lag of the messages that fell due while the broker could not be reached or blocked us: what the
        /// generator itself does not answer for.
        var heldUpLag = LatencyHistogram()
        /// From the intended time.
        var confirm = LatencyHistogram()
        /// From the sending.
        var confirmService = LatencyHistogram()
    }

    /// Totals for the live view.
    struct Totals: Sendable {
        var published: UInt64 = 0
        /// Of the published, those of closed loops, which have no schedule to fall due by.
        var publishedUnscheduled: UInt64 = 0
        /// Above the numbers of all that was published.
        var sequenceBound: UInt64 = 0
        var confirmed: UInt64 = 0
        var nacked: UInt64 = 0
        /// Of the refused messages, those whose outcome had come before.
        var nackedWithOutcome: UInt64 = 0
        var returned: UInt64 = 0
        var recoveries: UInt64 = 0
        /// Times its connection was lost.
        var losses: UInt64 = 0
        var blockedNanoseconds: Int64 = 0
        /// Time in which messages were due and the socket took no more bytes.
        var backpressureNanoseconds: Int64 = 0
        /// Time in which messages were due and the confirm window was full.
        var windowNanoseconds: Int64 = 0
        /// Time spent waiting in a loop for an intended time: `pacing: spin`.
        var spinNanoseconds: Int64 = 0
        var unknownAnswers: UInt64 = 0
        /// Confirms that took longer than the scenario allows.
        var lateConfirms: UInt64 = 0
    }

    /// What happened between two looks.
    struct Interval: Sendable, RecordedInterval {
        var scheduleLag = LatencyHistogram()
        var confirm = LatencyHistogram()
        var confirmService = LatencyHistogram()

        mutating func reset() {
            scheduleLag.reset()
            confirm.reset()
            confirmService.reset()
        }
    }

    /// What comes after a batch.
    enum Next {
        /// More is due.
        case more
        /// Nothing is due before that time.
        case due(Int64)
        /// A window is full: that of the channels, in which confirms make room, or that of a closed loop, whose room is
        /// told by whoever makes it.
        case waiting(forConfirm: Bool)
        case end
    }

    private let settings: PublisherLoop.Settings
    private let ledger: Ledger
    /// For outcomes that will not carry their intended time; nil where all do.
    private let intendedTimes: IntendedTimes?
    private let outstanding: Outstanding
    private var lookup: PhaseLookup
    private var stretch: Stretch?
    private var walk: StretchWalk?
    private var windows: [InFlightWindow]
    private var nextChannel = 0
    /// What was planned and not yet entered as sent.
    private var batch: [InFlightWindow.Message] = []
    /// Space for the schedule lags of a batch.
    private var lags: [Int64] = []
    /// The channel of the planned batch.
    private(set) var channel = 0
    /// Space for the messages of one answer.
    private var answeredMessages: [InFlightWindow.Message] = []

    /// Shared with the other connections of the event loop.
    private let recorder: Recorder
    var totals = Totals()
    /// Messages due in this time were held up by the broker, which was away or asked for a pause.
    private var heldUp: Range<Int64> = 0..<0
    /// When the newest message sent was due.
    private var sentUpTo: Int64 = 0

    init(
        _ settings: PublisherLoop.Settings, ledger: Ledger, outstanding: Outstanding, table: PhaseTable,
        recorder: Recorder, intendedTimes: IntendedTimes? = nil
    ) {
        self.recorder = recorder
        self.intendedTimes = intendedTimes
        self.settings = settings
        self.ledger = ledger
        self.outstanding = outstanding
        lookup = PhaseLookup(table)
        windows = (0..<settings.channels).map { _ in InFlightWindow(capacity: max(settings.confirmWindow, 1)) }
    }

    /// Whether there is a stretch under way, and when it ends where time decides that.
    var isSending: Bool { stretch != nil }
    var closedLoopEndNanoseconds: Int64? { stretch?.closedLoop?.endNanoseconds }

    /// Messages that the broker has not answered for.
    var unanswered: Int { windows.reduce(0) { $0 + $1.count } }

    mutating func begin(_ stretch: Stretch) {
        self.stretch = stretch
        outstanding.bound(stretch.closedLoop?.window)
        walk = StretchWalk(stretch, connection: settings.connection, of: settings.connections)
    }

    mutating func end() {
        stretch = nil
        walk = nil
    }

    /// Notes that the broker held messages up, besides those it held up before and that still wait.
    mutating func holdUp(_ time: Range<Int64>) {
        let isWaiting = sentUpTo < heldUp.upperBound
        heldUp = isWaiting ? min(heldUp.lowerBound, time.lowerBound)..<max(heldUp.upperBound, time.upperBound) : time
    }

    // MARK: - Sending

    /// Puts what is due into `outgoing`, all for one channel, in turn, `limit` messages at most.
    mutating func plan(_ outgoing: inout [OutgoingMessage], limit: Int, now: Int64) -> Next {
        outgoing.removeAll(keepingCapacity: true)
        guard let stretch, var walk else { return .end }
        self.walk = nil  // so that there is one of it, in a local variable
        let next = fill(&outgoing, limit: limit, stretch, &walk, now: now)
        self.walk = walk
        if stretch.closedLoop == nil { outstanding.add(batch.count) }
        return next
    }

    private mutating func fill(
        _ outgoing: inout [OutgoingMessage], limit: Int, _ stretch: Stretch, _ walk: inout StretchWalk, now: Int64
    ) -> Next {
        var room = 0
        while true {
            guard let entry = walk.peek(nowNanoseconds: now) else {
                // What a closed loop was granted and does not need.
                if stretch.closedLoop != nil { outstanding.release(room - batch.count) }
                return .end
            }
            // A closed loop has no schedule; but sent before its start a message would belong to no phase.
            let due = stretch.startNanoseconds + entry.offsetNanoseconds
            if due > now { return .due(due) }
            if batch.isEmpty {
                guard let free = channelWithRoom() else { return .waiting(forConfirm: true) }
                channel = free
                room = settings.confirmWindow == 0 ? limit : min(limit, windows[free].room)
                if let closedLoop = stretch.closedLoop {
                    room = outstanding.reserve(room, of: closedLoop.window)
                    guard room > 0 else { return .waiting(forConfirm: false) }
                }
            }
            let message = InFlightWindow.Message(
                sequence: stretch.firstSequence + UInt64(walk.position),
                intendedNanoseconds: stretch.closedLoop == nil ? due : now,
                phase: Int32(stretch.firstPhase + Int(entry.phase)))
            outgoing.append(
                OutgoingMessage(
                    template: entry.template,
                    stamp: MessageStamp(
                        sequence: message.sequence, documentSequence: entry.documentSequence,
                        intendedNanoseconds: message.intendedNanoseconds)))
            batch.append(message)
            walk.advance()
            if batch.count == room { return .more }
        }
    }

    /// The next channel in turn whose window has room.
    private mutating func channelWithRoom() -> Int? {
        for _ in 0..<settings.channels {
            let channel = nextChannel
            nextChannel = nextChannel + 1 == settings.channels ? 0 : nextChannel + 1
            if settings.confirmWindow == 0 || !windows[channel].isFull { return channel }
        }
        return nil
    }

    /// Notes, before the batch is handed to the socket, when that was.
    ///
    /// Before, since an outcome may be back before the socket's write has returned here.
    mutating func noteSending(at now: Int64) {
        intendedTimes?.enter(batch)
        ledger.sent(batch.span, at: now)
        guard settings.confirmWindow > 0 else { return }
        for index in batch.indices {
            batch[index].sentNanoseconds = now
            windows[channel].append(batch[index])
        }
    }

    /// Enters the batch as sent, once the socket has it.
    mutating func recordSent(at now: Int64) {
        var start = 0
        while start < batch.count {
            // A batch as a rule lies in one phase.
            let phase = batch[start].phase
            var end = start
            lags.removeAll(keepingCapacity: true)
            while end < batch.count, batch[end].phase == phase {
                lags.append(now - batch[end].intendedNanoseconds)
                end += 1
            }
            record(start..<end, in: Int(phase))
            start = end
        }
        sentUpTo = batch.last?.intendedNanoseconds ?? sentUpTo
        // The numbers of a batch ascend.
        if let last = batch.last { totals.sequenceBound = max(totals.sequenceBound, last.sequence + 1) }
        totals.published += UInt64(batch.count)
        if stretch?.closedLoop != nil { totals.publishedUnscheduled += UInt64(batch.count) }
        batch.removeAll(keepingCapacity: true)
    }

    private mutating func record(_ sent: Range<Int>, in phase: Int) {
        let lags = self.lags
        recorder.phases[phase].published += UInt64(sent.count)
        recorder.phases[phase].scheduleLag.record(lags.span)
        recorder.interval.scheduleLag.record(lags.span)
        for lag in lags where lag > settings.scheduleDebtNanoseconds { recorder.phases[phase].late += 1 }
        guard !heldUp.isEmpty else { return }
        for index in sent where heldUp.contains(batch[index].intendedNanoseconds) {
            recorder.phases[phase].heldUpLag.record(lags[index - sent.lowerBound])
        }
    }

    // MARK: - Answers

    /// Enters the broker's answer; returns whether it fits what was sent.
    mutating func answered(channel: Int, number: UInt64, multiple: Bool, accepted: Bool, now: Int64) -> Bool {
        var messages: [InFlightWindow.Message] = []
        swap(&messages, &answeredMessages)
        let known = windows[channel].answer(number, multiple: multiple) { messages.append($0) }
        if accepted { confirm(messages, now: now) } else { refuse(messages) }
        messages.removeAll(keepingCapacity: true)
        swap(&messages, &answeredMessages)
        if !known { totals.unknownAnswers += 1 }
        return known
    }

    private mutating func confirm(_ messages: [InFlightWindow.Message], now: Int64) {
        for message in messages {
            ledger.add(.confirmed, to: message.sequence)
            let phase = Int(message.phase)
            recorder.phases[phase].confirm.record(now - message.intendedNanoseconds)
            recorder.phases[phase].confirmService.record(now - message.sentNanoseconds)
            if now - message.sentNanoseconds > settings.confirmTimeoutNanoseconds { totals.lateConfirms += 1 }
            recorder.interval.confirm.record(now - message.intendedNanoseconds)
            recorder.interval.confirmService.record(now - message.sentNanoseconds)
        }
        totals.confirmed += UInt64(messages.count)
        if settings.releasesOnConfirm { outstanding.release(messages.count) }
        if settings.confirmIsOutcome, let phase = lookup.phase(at: now), phase < recorder.phases.count {
            recorder.phases[phase].carried += UInt64(messages.count)
        }
    }

    private mutating func refuse(_ messages: [InFlightWindow.Message]) {
        var ended = 0
        for message in messages {
            // A queue may dead-letter what it refuses, and that may be read back before this is: it has ended then.
            let before = ledger.add(.nacked, to: message.sequence) ?? []
            if before.isAnswered(branches: settings.branches) { ended += 1 }
        }
        totals.nacked += UInt64(messages.count)
        totals.nackedWithOutcome += UInt64(ended)
        outstanding.release(messages.count - (settings.releasesOnConfirm ? 0 : ended))
    }

    mutating func returned(_ sequence: UInt64?) {
        totals.returned += 1
        if let sequence { ledger.add(.returned, to: sequence) }
        // Its confirm follows, and makes room where confirms do.
        if !settings.releasesOnConfirm { outstanding.release(1) }
    }

    /// Forgets what waits for an answer: the connection that would have brought it is gone.
    ///
    /// Some of these were taken, and their outcomes will come or have come: each makes room in a closed loop once.
    mutating func forgetUnanswered() {
        var released = 0
        for channel in windows.indices {
            windows[channel].reset { message in
                let before = ledger.add(.writtenOff, to: message.sequence) ?? []
                let isOver = before.isAnswered(branches: settings.branches) || before.contains(.returned)
                if settings.releasesOnConfirm || !isOver {
                    released += 1
                }
            }
        }
        outstanding.release(released)
    }
}
