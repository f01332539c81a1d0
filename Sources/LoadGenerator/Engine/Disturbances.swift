import LoadMetrics
import Synchronization

/// When something is broken on purpose: what waits then waits neither for the generator nor for the broker's limit.
final class Disturbances: Sendable {
    private struct State {
        var underWay = 0
        /// The last stretch without a pause, in monotonic nanoseconds; without an end while it lasts.
        var since = Int64.max
        var until = Int64.max
    }

    private let state = Mutex(State())

    /// Whether anything is broken at the moment.
    var isUnderWay: Bool { state.withLock { $0.underWay > 0 } }

    /// Whether anything was ever broken.
    var hasBegun: Bool { state.withLock { $0.since < .max } }

    func begin(at now: Int64 = Monotonic.nowNanoseconds()) {
        state.withLock { state in
            if state.underWay == 0 { (state.since, state.until) = (now, .max) }
            state.underWay += 1
        }
    }

    func end(at now: Int64 = Monotonic.nowNanoseconds()) {
        state.withLock { state in
            state.underWay -= 1
            if state.underWay == 0 { state.until = now }
        }
    }

    /// The part of a time in which something was broken, as far as the last stretch goes; nil for none.
    func part(of time: Range<Int64>) -> Range<Int64>? {
        let (since, until) = state.withLock { ($0.since, $0.until) }
        let (start, end) = (max(since, time.lowerBound), min(until, time.upperBound))
        return start < end ? start..<end : nil
    }
}
