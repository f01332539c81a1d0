import NIOCore

/// What was seen between two looks, in tables that are used again.
protocol RecordedInterval {
    init()
    mutating func reset()
}

/// What all connections of one event loop record together: tables for a loop, not for a connection, of which there may be
/// thousands.
///
/// Touched on that event loop only.
final class LoopRecorder<Phase, Interval: RecordedInterval> {
    /// Each with space of its own from the start: a copy at the first message of a phase would delay it.
    var phases: [Phase]
    /// What was timed since the last look, and before it.
    var interval = Interval()
    private var earlier = Interval()

    init(phases: [Phase]) { self.phases = phases }

    /// The times since the last call, to be read before the next one, for then their space is used again.
    func takeInterval() -> Interval {
        swap(&interval, &earlier)
        interval.reset()
        return earlier
    }
}

/// The recorders of a run's event loops, made as connections are laid on them.
struct LoopRecorders<Phase, Interval: RecordedInterval> {
    private let phases: () -> [Phase]
    private var byLoop: [ObjectIdentifier: LoopRecorder<Phase, Interval>] = [:]

    /// `phases` makes the empty tables of one loop.
    init(phases: @escaping () -> [Phase]) { self.phases = phases }

    /// The recorder of an event loop, and whether nobody was given it before.
    mutating func recorder(on eventLoop: any EventLoop) -> (LoopRecorder<Phase, Interval>, isFirst: Bool) {
        let id = ObjectIdentifier(eventLoop)
        if let known = byLoop[id] { return (known, false) }
        let made = LoopRecorder<Phase, Interval>(phases: phases())
        byLoop[id] = made
        return (made, true)
    }
}
