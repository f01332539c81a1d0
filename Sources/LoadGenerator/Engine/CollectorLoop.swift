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
    private let recorder: CollectorShare.Recorder
    /// Whether it is the first connection of its event loop, which hands over what all of them recorded.
    private let handsOver: Bool
    private(set) var failure: DriverError?

    /// `releases` says whether an outcome makes room in a closed loop.
    init(
        ledger: Ledger, recorder: CollectorShare.Recorder, handsOver: Bool, branches: Int = 1, table: PhaseTable,
        outstanding: Outstanding, releases: Bool, sharesClock: Bool,
        senders: CollectorSettings.Senders = .thisProcess, times: IntendedTimes? = nil, on eventLoop: any EventLoop
    ) {
        self.eventLoop = eventLoop
        self.senders = senders
        self.recorder = recorder
        self.handsOver = handsOver
        share = CollectorShare(
            ledger: ledger, recorder: recorder, branches: branches, table: table, outstanding: outstanding,
            releases: releases, sharesClock: sharesClock, intendedTimes: times)
    }

    /// Records the waits whose clock was still being learned; before anything is handed over.
    func closeClock() { share.closeClock() }

    /// What all connections of the event loop recorded, from the first of them.
    var records: [CollectorShare.PhaseRecord] { handsOver ? recorder.phases : [] }

    /// The workers' clock beside ours.
    var clockFacts: ClockFacts? { share.clock.facts }

    var totals: CollectorShare.Totals { share.totals }

    /// The times since the last call of all connections of the event loop, from the first of them.
    func takeInterval() -> CollectorShare.Interval? {
        eventLoop.assertInEventLoop()
        return handsOver ? recorder.takeInterval() : nil
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
