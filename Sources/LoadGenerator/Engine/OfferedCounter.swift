/// Counts the arrivals that have fallen due, as time goes on.
struct OfferedCounter: Sendable {
    let schedule: Schedule
    let startNanoseconds: Int64
    let phases: Int
    /// The number of its first message.
    let firstSequence: UInt64
    private var counted: UInt64 = 0

    init(_ stretch: Stretch, phases: Int) {
        schedule = stretch.schedule
        startNanoseconds = stretch.startNanoseconds
        firstSequence = stretch.firstSequence
        self.phases = phases
    }

    /// Arrivals of each phase that are due before that time.
    func counts(before nanoseconds: Int64) -> [UInt64] {
        schedule.counts(before: nanoseconds - startNanoseconds, phases: phases)
    }

    /// The numbers of the messages that are due before that time.
    func due(before nanoseconds: Int64) -> Range<UInt64> {
        firstSequence..<firstSequence + counts(before: nanoseconds).reduce(0, +)
    }

    /// Arrivals that fell due since the last call.
    mutating func advance(to nanoseconds: Int64) -> UInt64 {
        let due = counts(before: nanoseconds).reduce(0, +)
        defer { counted = max(counted, due) }
        return due - min(counted, due)
    }
}
