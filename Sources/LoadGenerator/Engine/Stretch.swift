import Synchronization

/// Phases that run without a break between them: open-loop ones in a row, or one closed loop.
struct Stretch: Sendable {
    /// When a closed loop ends, and how much of it may be under way.
    struct ClosedLoop: Sendable {
        /// Messages sent and not finished, over all connections.
        var window: Int
        /// How many messages it sends, where that is what ends it.
        var count: UInt64?
        /// When it ends, where time decides that.
        var endNanoseconds: Int64?
        /// The next position nobody has taken yet.
        let claims: Claims
    }

    var schedule: Schedule
    /// Number in the run of the stretch's first message.
    var firstSequence: UInt64
    /// Index in the run of the stretch's first phase.
    var firstPhase: Int
    var startNanoseconds: Int64
    var closedLoop: ClosedLoop?
}

/// How many messages are under way, over all connections: sent, and not yet finished.
package final class Outstanding: Sendable {
    private let value = Atomic<Int>(0)
    /// How many at most leave a closed loop room enough for its next messages; negative without one.
    private let enough = Atomic<Int>(-1)
    private let waiting = Mutex<[@Sendable () -> Void]>([])

    package init() {}

    /// The sum so far; any thread may ask.
    package var count: Int { value.load(ordering: .relaxed) }

    /// Says which window a closed loop has from now on, if one runs, so that whoever makes room tells it.
    ///
    /// Room for a sixteenth of the window is waited for, 64 messages at most: a message written for each that comes back
    /// would cost the broker a read and the generator a write of its own.
    func bound(_ window: Int?) {
        enough.store(window.map { $0 - max(1, min($0 / 16, 64)) } ?? -1, ordering: .sequentiallyConsistent)
    }

    /// Has `wake` called whenever there is room enough in a closed loop again; any connection may make it.
    func whenReleased(_ wake: @escaping @Sendable () -> Void) { waiting.withLock { $0.append(wake) } }

    /// Counts messages that were sent.
    package func add(_ amount: Int) { value.wrappingAdd(amount, ordering: .relaxed) }

    /// Counts up to `wanted` messages that a closed loop is about to send, as many as its window has room for; none
    /// where that is not enough yet.
    func reserve(_ wanted: Int, of window: Int) -> Int {
        // In one order with `release`: room made before this is seen here, and room made after it is told.
        var count = value.load(ordering: .sequentiallyConsistent)
        while true {
            guard count <= enough.load(ordering: .sequentiallyConsistent) else { return 0 }
            let granted = min(wanted, window - count)
            guard granted > 0 else { return 0 }
            let (exchanged, original) = value.compareExchange(
                expected: count, desired: count + granted, ordering: .relaxed)
            if exchanged { return granted }
            count = original
        }
    }

    /// Takes out messages that are finished.
    package func release(_ amount: Int) {
        guard amount > 0 else { return }
        let left = value.wrappingSubtract(amount, ordering: .sequentiallyConsistent).newValue
        guard left <= enough.load(ordering: .sequentiallyConsistent) else { return }
        for wake in waiting.withLock({ $0 }) { wake() }
    }
}

/// Hands the positions of a closed loop out to the connections, a few at a time, so that all stay near each other.
final class Claims: Sendable {
    static let size = 64
    private let next = Atomic<Int>(0)

    func claim() -> Range<Int> {
        let start = next.wrappingAdd(Self.size, ordering: .relaxed).oldValue
        return start..<start + Self.size
    }

    /// Positions handed out so far.
    var handedOut: Int { next.load(ordering: .relaxed) }
}

/// One connection's walk through a stretch: every n-th message of an open loop, claimed ones of a closed loop.
struct StretchWalk {
    private let stretch: Stretch
    private let stride: Int
    private var block: Schedule.Block?
    private var entries = UnsafeBufferPointer<Schedule.Entry>(start: nil, count: 0)
    private var blockIndex = -1
    private var claimed = 0..<0
    /// Number of the current message in the stretch.
    private(set) var position: Int

    init(_ stretch: Stretch, connection: Int, of connections: Int) {
        self.stretch = stretch
        stride = connections
        position = connection
        if let closedLoop = stretch.closedLoop {
            claimed = closedLoop.claims.claim()
            position = claimed.lowerBound
        }
    }

    /// The message to send next; nil at the end.
    mutating func peek(nowNanoseconds: Int64) -> Schedule.Entry? {
        if let closedLoop = stretch.closedLoop {
            if let end = closedLoop.endNanoseconds, nowNanoseconds >= end { return nil }
            if let count = closedLoop.count, position >= count { return nil }
        }
        let wanted = position / Schedule.blockLength
        if wanted != blockIndex {
            block = nil  // so that the schedule may use its space again
            let fresh = stretch.schedule.block(wanted)
            block = fresh
            entries = fresh.entries
            blockIndex = wanted
        }
        let index = position % Schedule.blockLength
        return index < entries.count ? entries[index] : nil
    }

    mutating func advance() {
        guard let closedLoop = stretch.closedLoop else {
            position += stride
            return
        }
        position += 1
        if position == claimed.upperBound {
            claimed = closedLoop.claims.claim()
            position = claimed.lowerBound
        }
    }
}
