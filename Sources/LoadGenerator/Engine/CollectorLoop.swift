import Drivers
import LoadMetrics
import NIOCore

/// Reads one connection's outcomes back, enters them in the ledger and records how long they took.
///
/// Lives on the collector's event loop.
final class CollectorLoop: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    let eventLoop: any EventLoop
    private let senders: CollectorSettings.Senders
    private var share: CollectorShare
    private(set) var failure: DriverError?

    /// `releases` says whether an outcome makes room in a closed loop.
    init(
        ledger: Ledger, phases: Int, branches: Int = 1, table: PhaseTable, outstanding: Outstanding, releases: Bool,
        sharesClock: Bool, senders: CollectorSettings.Senders = .thisProcess, times: IntendedTimes? = nil,
        on eventLoop: any EventLoop
    ) {
        self.eventLoop = eventLoop
        self.senders = senders
        share = CollectorShare(
            ledger: ledger, phases: phases, branches: branches, table: table, outstanding: outstanding,
            releases: releases, sharesClock: sharesClock, intendedTimes: times)
    }

    /// The phases at the end of the run, with the waits whose clock was still being learned.
    func closedRecords() -> [CollectorShare.PhaseRecord] {
        share.closeClock()
        return share.records
    }

    /// The workers' clock beside ours.
    var clockFacts: ClockFacts? { share.clock.facts }

    var totals: CollectorShare.Totals { share.totals }

    /// The end-to-end times since the last call.
    func takeInterval() -> CollectorShare.Interval {
        eventLoop.assertInEventLoop()
        return share.takeInterval()
    }
}

extension CollectorLoop: LoadCollectorDelegate {
    func collector(received messages: Span<CollectedMessage>) {
        // One look at the clock for what one read brought, at its end: never too early.
        let now = Monotonic.nowNanoseconds()
        switch senders {
        case .thisProcess: share.enter(messages, now: now)
        case .thisRun: share.enterArrivals(messages, now: now, ofOneRun: true)
        case .anybody: share.enterArrivals(messages, now: now, ofOneRun: false)
        }
    }

    func collectorIgnoredLeftover() { share.totals.leftovers += 1 }

    func collectorSawClocks(_ clocks: [Int64?]) {
        if let own = ClockIdentity.current(), clocks.allSatisfy({ $0 == own }) { share.shareClock() }
    }

    func collectorSawUncorrelated() { share.enterUncorrelated() }

    func collectorSawForeign() { share.totals.putBack += 1 }

    func collectorRefused(requeued: Bool) {
        if requeued { share.totals.requeued += 1 } else { share.totals.rejected += 1 }
    }

    func collectorReadComplete() {
        share.release()
    }

    func collectorLost(_ reason: String) { share.totals.losses += 1 }

    func collectorRecovered() { share.totals.recoveries += 1 }

    func collectorFailed(_ error: DriverError) { failure = error }
}
