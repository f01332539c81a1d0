import LoadMetrics
import NIOCore

/// Measures how late an event loop does what is due, from within: a task every 10 ms on a schedule of its own.
///
/// A loop that is held up for long has missed several of them: each is recorded with its own delay, so that one long
/// stop weighs as much as it lasted. What a socket has to say waits just as long as the probe.
final class LoopProbe: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    static let intervalNanoseconds: Int64 = 10_000_000

    let eventLoop: any EventLoop
    private var lookup: PhaseLookup
    private var delays: [LatencyHistogram]
    private var due: Int64 = 0
    private var callback: NIOScheduledCallback?

    init(on eventLoop: any EventLoop, phases: Int, table: PhaseTable) {
        self.eventLoop = eventLoop
        lookup = PhaseLookup(table)
        delays = (0..<phases).map { _ in LatencyHistogram() }
    }

    func start() {
        eventLoop.execute {
            self.due = Monotonic.nowNanoseconds() + Self.intervalNanoseconds
            self.schedule()
        }
    }

    /// Ends the probing and returns the delays by phase.
    func stop() async throws -> [LatencyHistogram] {
        try await eventLoop.submit {
            self.callback?.cancel()
            self.callback = nil
            return self.delays
        }.get()
    }

    private func schedule() {
        // A callback, unlike a task, allocates nothing.
        callback = try? eventLoop.scheduleCallback(at: .uptimeNanoseconds(UInt64(clamping: due)), handler: self)
    }
}

extension LoopProbe: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        let now = Monotonic.nowNanoseconds()
        while due <= now {
            if let phase = lookup.phase(at: due), phase < delays.count { delays[phase].record(now - due) }
            due += Self.intervalNanoseconds
        }
        schedule()
    }
}
