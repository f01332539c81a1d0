import Drivers
import LoadMetrics
import NIOCore
import Synchronization

/// Reads one connection's outcomes back, enters them in the ledger and records how long they took.
///
/// Lives on the collector's event loop.
final class CollectorLoop: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    /// What one phase looked like from here.
    struct PhaseRecord: Sendable {
        var queueWait = LatencyHistogram()
        var service = LatencyHistogram()
        var endToEnd = LatencyHistogram()
        /// First outcomes that came back while the phase lasted, whichever phase their messages belong to.
        var carried: UInt64 = 0
    }

    struct Totals: Sendable {
        /// First outcomes; repetitions are not in them.
        var processed: UInt64 = 0
        var failed: UInt64 = 0
        var leftovers: UInt64 = 0
        var foreign: UInt64 = 0
        /// Outcomes that did not carry their intended time: counted, but without a latency.
        var unstamped: UInt64 = 0
        /// Outcomes whose number the run never used.
        var unknown: UInt64 = 0
        var recoveries: UInt64 = 0
        /// Deliveries that went back to their queue, and those that went to the failed one.
        var requeued: UInt64 = 0
        var rejected: UInt64 = 0
    }

    let eventLoop: any EventLoop
    private let ledger: Ledger
    private let outstanding: Outstanding
    private let releases: Bool
    private let wakeUp: @Sendable () -> Void
    private var lookup: PhaseLookup
    private var released = 0

    private(set) var records: [PhaseRecord]
    private(set) var totals = Totals()
    /// End to end of what came back since the last look.
    private var interval = LatencyHistogram()
    private(set) var failure: DriverError?

    /// `releases` says whether an outcome makes room in a closed loop, of which `wakeUp` then tells the publishers.
    init(
        ledger: Ledger, phases: Int, table: PhaseTable, outstanding: Outstanding, releases: Bool,
        on eventLoop: any EventLoop, wakeUp: @escaping @Sendable () -> Void
    ) {
        self.ledger = ledger
        self.outstanding = outstanding
        self.releases = releases
        self.eventLoop = eventLoop
        self.wakeUp = wakeUp
        lookup = PhaseLookup(table)
        records = Array(repeating: PhaseRecord(), count: phases)
    }

    /// The end-to-end times since the last call.
    func takeInterval() -> LatencyHistogram {
        eventLoop.assertInEventLoop()
        defer { interval.reset() }
        return interval
    }
}

extension CollectorLoop: LoadCollectorDelegate {
    func collector(received message: CollectedMessage) {
        let now = Monotonic.nowNanoseconds()
        let mark: Ledger.Marks = message.role == .failed ? .failed : .processed
        guard let before = ledger.add(mark, to: message.sequence) else {
            totals.unknown += 1
            return
        }
        guard before.isDisjoint(with: [.processed, .failed]) else {
            // Read again after our own connection was lost: the pipeline made it once.
            if !message.redelivered { ledger.add(.duplicated, to: message.sequence) }
            return
        }
        if releases { released += 1 }
        if mark == .failed { totals.failed += 1 } else { totals.processed += 1 }
        if let current = lookup.phase(at: now), current < records.count { records[current].carried += 1 }
        guard let intended = message.intendedNanoseconds, let phase = lookup.phase(at: intended),
            phase < records.count
        else {
            totals.unstamped += 1
            return
        }
        // The way to the failed queue is another one: its times would only blur those of the results.
        guard mark == .processed else { return }
        records[phase].endToEnd.record(now - intended)
        interval.record(now - intended)
        if let received = message.receivedNanoseconds { records[phase].queueWait.record(received - intended) }
        if let service = message.serviceNanoseconds { records[phase].service.record(service) }
    }

    func collectorIgnoredLeftover() { totals.leftovers += 1 }

    func collectorSawForeign() { totals.foreign += 1 }

    func collectorRefused(requeued: Bool) {
        if requeued { totals.requeued += 1 } else { totals.rejected += 1 }
    }

    func collectorReadComplete() {
        guard released > 0 else { return }
        outstanding.add(-released)
        released = 0
        wakeUp()
    }

    func collectorLost(_ reason: String) {}

    func collectorRecovered() { totals.recoveries += 1 }

    func collectorFailed(_ error: DriverError) { failure = error }
}
