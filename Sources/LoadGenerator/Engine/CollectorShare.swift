import Drivers
import LoadMetrics

/// What one connection read back: outcomes entered in the ledger, and how long they took.
///
/// Plain values but for the recorder, so that a read costs one access to them however many outcomes it brings. Nothing here
/// is allocated per message.
struct CollectorShare {
    typealias Recorder = LoopRecorder<PhaseRecord, Interval>

    /// What one phase looked like from here.
    struct PhaseRecord: Sendable {
        var queueWait = LatencyHistogram()
        var service = LatencyHistogram()
        /// From the intended time.
        var endToEnd = LatencyHistogram()
        /// From the sending.
        var endToEndService = LatencyHistogram()
        /// From the intended time to the result of each branch, where there are several.
        var branches: [LatencyHistogram]
        /// Messages that came to their end while the phase lasted, whichever phase they belong to.
        var carried: UInt64 = 0
        /// Of what others sent, what came while the phase lasted: messages, and those from the failed queue.
        var arrived: UInt64 = 0
        var arrivedFailed: UInt64 = 0
        /// The same of each branch, where there are several.
        var arrivedAt: [BranchTotals]

        /// An empty record of a pipeline with so many branches.
        init(branches: Int) {
            let several = branches > 1 ? branches : 0
            self.branches = (0..<several).map { _ in LatencyHistogram() }
            arrivedAt = Array(repeating: BranchTotals(), count: several)
        }
    }

    /// First outcomes of one branch.
    struct BranchTotals: Sendable, Equatable {
        var processed: UInt64 = 0
        var failed: UInt64 = 0
    }

    struct Totals: Sendable {
        /// Messages of which every branch has answered; repetitions are not in them.
        var processed: UInt64 = 0
        var failed: UInt64 = 0
        /// First outcomes of each branch, where there are several.
        var branches: [BranchTotals] = []
        var leftovers: UInt64 = 0
        var foreign: UInt64 = 0
        /// Messages of others that are back in their queue at the end.
        var putBack: UInt64 = 0
        /// Outcomes without an intended time, or with one that cannot be: counted, but without a latency.
        var unstamped: UInt64 = 0
        /// Of the messages with an outcome, those that the broker had refused before.
        var nacked: UInt64 = 0
        /// Outcomes that did not say which message they are of.
        var uncorrelated: UInt64 = 0
        /// Outcomes whose number the run never used.
        var unknown: UInt64 = 0
        var recoveries: UInt64 = 0
        /// Times its connection was lost.
        var losses: UInt64 = 0
        /// Outcomes of this run's own messages that came again.
        var repeated: UInt64 = 0
        /// Deliveries that went back to their queue, and those that went to the failed one.
        var requeued: UInt64 = 0
        var rejected: UInt64 = 0
        /// Messages with the times of another clock: counted, but without a latency.
        var otherClock: UInt64 = 0
        /// Messages of others that came more than once.
        var duplicated: UInt64 = 0
    }

    /// What came back between two looks.
    struct Interval: Sendable, RecordedInterval {
        var endToEnd = LatencyHistogram()
        var endToEndService = LatencyHistogram()

        mutating func reset() {
            endToEnd.reset()
            endToEndService.reset()
        }
    }

    private let ledger: Ledger
    /// For outcomes that do not carry their intended time.
    private let intendedTimes: IntendedTimes?
    private let outstanding: Outstanding
    private let releases: Bool
    /// Branches of the pipeline, each of which answers a message.
    private let branches: Int
    private var lookup: PhaseLookup
    private var released = 0

    /// Times of one phase that are not recorded yet.
    private struct Times {
        var endToEnd: [Int64] = []
        var endToEndService: [Int64] = []
        var service: [Int64] = []
        /// End to end of each branch, where there are several.
        var branches: [[Int64]] = []

        mutating func removeAll() {
            for branch in branches.indices { branches[branch].removeAll(keepingCapacity: true) }
            endToEnd.removeAll(keepingCapacity: true)
            endToEndService.removeAll(keepingCapacity: true)
            service.removeAll(keepingCapacity: true)
        }
    }

    private var times = Times()
    private var timesPhase = 0
    /// Shared with the other connections of the event loop.
    let recorder: Recorder
    var totals = Totals()
    private(set) var clock: ClockOffset

    init(
        ledger: Ledger, recorder: Recorder, branches: Int = 1, table: PhaseTable, outstanding: Outstanding,
        releases: Bool, sharesClock: Bool, intendedTimes: IntendedTimes? = nil
    ) {
        precondition((1...Ledger.Marks.branchLimit).contains(branches), "the ledger has no room for so many branches")
        self.branches = branches
        self.recorder = recorder
        self.intendedTimes = intendedTimes
        clock = ClockOffset(isShared: sharesClock)
        self.ledger = ledger
        self.outstanding = outstanding
        self.releases = releases
        lookup = PhaseLookup(table)
        guard branches > 1 else { return }
        totals.branches = Array(repeating: BranchTotals(), count: branches)
        times.branches = Array(repeating: [], count: branches)
    }

    /// Enters what a read brought.
    mutating func enter(_ messages: Span<CollectedMessage>, now: Int64) {
        var ended = 0
        for index in messages.indices {
            let message = messages[index]
            // Before it is entered: with its last outcome the memory of both may be given back.
            let lag = ledger.lagNanoseconds(of: message.sequence)
            let known = message.intendedNanoseconds ?? intendedTimes?.intendedNanoseconds(of: message.sequence)
            let arrival = enter(message)
            guard arrival != .none else { continue }
            if arrival == .processed { totals.processed += 1 } else if arrival == .failed { totals.failed += 1 }
            if arrival != .partial { ended += 1 }
            guard let intended = known, (0...now).contains(intended), let phase = lookup.phase(at: intended),
                phase < recorder.phases.count
            else {
                totals.unstamped += 1
                continue
            }
            // The way to the failed queue is another one: its times would only blur those of the results.
            if case .failed = message.role { continue }
            if phase != timesPhase { recordTimes(next: phase) }
            if arrival == .processed {
                times.endToEnd.append(now - intended)
                if let lag { times.endToEndService.append(now - intended - lag) }
            }
            if branches > 1 { times.branches[Int(message.branch)].append(now - intended) }
            if let received = message.receivedNanoseconds {
                let wait = clock.enter(
                    phase: phase, intended: intended, sent: intended + (lag ?? 0), received: received,
                    done: received &+ (message.serviceNanoseconds ?? 0), collected: now)
                if let wait { recorder.phases[wait.phase].queueWait.record(wait.nanoseconds) }
                if clock.isReady { closeClock() }
            }
            if let service = message.serviceNanoseconds { times.service.append(service) }
        }
        recordTimes(next: timesPhase)
        if let current = lookup.phase(at: now), current < recorder.phases.count {
            recorder.phases[current].carried += UInt64(ended)
        }
    }

    /// Counts an outcome that could be that of any message, and makes room for it in a closed loop.
    mutating func enterUncorrelated() {
        totals.uncorrelated += 1
        released += 1
    }

    /// Records the times gathered for a phase, and goes on with another.
    private mutating func recordTimes(next phase: Int) {
        var gathered = Times()
        swap(&gathered, &times)
        if timesPhase < recorder.phases.count {
            recorder.phases[timesPhase].endToEnd.record(gathered.endToEnd.span)
            recorder.phases[timesPhase].endToEndService.record(gathered.endToEndService.span)
            recorder.phases[timesPhase].service.record(gathered.service.span)
            for (branch, endToEnd) in gathered.branches.enumerated() {
                recorder.phases[timesPhase].branches[branch].record(endToEnd.span)
            }
        }
        recorder.interval.endToEnd.record(gathered.endToEnd.span)
        recorder.interval.endToEndService.record(gathered.endToEndService.span)
        gathered.removeAll()
        swap(&gathered, &times)
        timesPhase = phase
    }

    /// Takes the workers' clock for ours: that is what they say.
    mutating func shareClock() { clock.share() }

    /// Ends the learning of the workers' clock and records the waits that were kept for it.
    mutating func closeClock() {
        for wait in clock.settle() { recorder.phases[wait.phase].queueWait.record(wait.nanoseconds) }
    }

    /// Enters what a read brought of messages that other processes sent: by the time at which they came.
    ///
    /// Only the numbers of one run tell which message came twice, and which has come to every branch; of others each
    /// copy counts by itself.
    mutating func enterArrivals(_ messages: Span<CollectedMessage>, now: Int64, ofOneRun: Bool) {
        let current = lookup.phase(at: now).flatMap { $0 < recorder.phases.count ? $0 : nil }
        for index in messages.indices {
            let message = messages[index]
            var isFailed = false
            if case .failed = message.role { isFailed = true }
            let arrival = ofOneRun ? enterArrival(message) : isFailed ? .failed : .processed
            guard arrival != .none else { continue }
            if branches > 1 { enterBranch(message, into: &totals.branches) }
            if arrival == .processed { totals.processed += 1 } else if arrival == .failed { totals.failed += 1 }
            if arrival != .partial, message.origin == .foreign { totals.foreign += 1 }
            if arrival != .partial, message.origin == .otherClock { totals.otherClock += 1 }
            guard let current else { continue }
            if arrival != .partial { recorder.phases[current].carried += 1 }
            if arrival == .processed { recorder.phases[current].arrived += 1 }
            if arrival == .failed { recorder.phases[current].arrivedFailed += 1 }
            if branches > 1 { enterBranch(message, into: &recorder.phases[current].arrivedAt) }
            if isFailed { continue }
            // Whatever others write into a header.
            if let intended = message.intendedNanoseconds, (0...now).contains(intended) {
                if arrival == .processed {
                    recorder.phases[current].endToEnd.record(now - intended)
                    recorder.interval.endToEnd.record(now - intended)
                }
                if branches > 1 { recorder.phases[current].branches[Int(message.branch)].record(now - intended) }
                if let received = message.receivedNanoseconds {
                    recorder.phases[current].queueWait.record(received &- intended)
                }
            }
            if let service = message.serviceNanoseconds { recorder.phases[current].service.record(service) }
        }
    }

    private mutating func enterArrival(_ message: CollectedMessage) -> Arrival {
        guard let before = ledger.add(message.marks, to: message.sequence) else {
            totals.unknown += 1
            return .none
        }
        guard !before.isAnswered(by: Int(message.branch)) else {
            if !message.redelivered { totals.duplicated += 1 }
            return .none
        }
        return arrival(of: message, before: before)
    }

    /// What an outcome is to its message.
    private enum Arrival {
        /// A repetition, or of a message never sent.
        case none
        /// Other branches have not answered yet.
        case partial
        /// The last answer: every branch has processed the message.
        case processed
        /// The last answer: a branch has failed.
        case failed
    }

    /// Enters an outcome in the ledger.
    private mutating func enter(_ message: CollectedMessage) -> Arrival {
        let branch = Int(message.branch)
        guard ledger.marks(of: message.sequence).contains(.published),
            let before = ledger.add(message.marks, to: message.sequence)
        else {
            totals.unknown += 1
            return .none
        }
        guard !before.isAnswered(by: branch) else {
            // Read again after our own connection was lost: the pipeline made it once.
            if !message.redelivered {
                ledger.add(.duplicated(branch), to: message.sequence)
                totals.repeated += 1
            }
            return .none
        }
        if branches > 1 { enterBranch(message, into: &totals.branches) }
        // Of branches that answer at once on two connections the ledger tells one only that it was the last.
        let arrival = arrival(of: message, before: before)
        guard arrival != .partial else { return arrival }
        // What the broker refused and dead-lettered has ended, and made its room, with the refusal.
        if before.isNacked {
            totals.nacked += 1
        } else if !before.contains(.writtenOff) {
            released += 1
        }
        return arrival
    }

    private func arrival(of message: CollectedMessage, before: Ledger.Marks) -> Arrival {
        let marks = before.union(message.marks)
        guard marks.isAnswered(branches: branches) else { return .partial }
        return marks.isFailed(branches: branches) ? .failed : .processed
    }

    private func enterBranch(_ message: CollectedMessage, into totals: inout [BranchTotals]) {
        if case .failed = message.role {
            totals[Int(message.branch)].failed += 1
        } else {
            totals[Int(message.branch)].processed += 1
        }
    }

    /// Makes room in a closed loop for what came back.
    mutating func release() {
        if releases { outstanding.release(released) }
        released = 0
    }
}

extension CollectedMessage {
    /// What it enters in the ledger.
    fileprivate var marks: Ledger.Marks {
        // A pattern, since `==` of another module's type is called through its table for each message.
        if case .failed = role { .failed(Int(branch)) } else { .processed(Int(branch)) }
    }
}
