/// The clock of the workers beside that of the generator, by which alone end to end is measured.
package struct ClockFacts: Sendable, Equatable, Codable {
    /// Whether both run on one host and have one clock.
    package var shared: Bool
    /// How far the workers' clock is taken to be ahead: 0 where it is shared.
    package var offsetNanoseconds: Int64
    /// The least that it can be ahead, by the messages that passed both clocks.
    package var atLeastNanoseconds: Int64
    /// The most that it can be ahead.
    package var atMostNanoseconds: Int64

    /// Facts as given.
    package init(shared: Bool, offsetNanoseconds: Int64, atLeastNanoseconds: Int64, atMostNanoseconds: Int64) {
        self.shared = shared
        self.offsetNanoseconds = offsetNanoseconds
        self.atLeastNanoseconds = atLeastNanoseconds
        self.atMostNanoseconds = atMostNanoseconds
    }

    /// Whether one offset explains all messages: not where workers have several clocks, or one that drifts.
    package var agrees: Bool {
        atLeastNanoseconds <= atMostNanoseconds
            && (!shared || (atLeastNanoseconds <= 0 && atMostNanoseconds >= 0))
    }

    /// How far a queue wait may be off to either side; 0 on one clock, nil where no offset explains all messages.
    package var errorNanoseconds: Int64? {
        guard agrees else { return nil }
        if shared { return 0 }
        return max(offsetNanoseconds &- atLeastNanoseconds, atMostNanoseconds &- offsetNanoseconds)
    }

    /// What two connections learned, together: the narrower bounds, and the offset of the first.
    ///
    /// Where they took different offsets, the bounds give way by the difference, so that the error covers both.
    package func joined(_ other: ClockFacts) -> ClockFacts {
        let difference = other.offsetNanoseconds &- offsetNanoseconds
        var facts = self
        facts.shared = shared && other.shared
        facts.atLeastNanoseconds = max(atLeastNanoseconds, other.atLeastNanoseconds)
        facts.atMostNanoseconds = min(atMostNanoseconds, other.atMostNanoseconds)
        guard facts.atLeastNanoseconds <= facts.atMostNanoseconds else { return facts }
        if difference > 0 { facts.atLeastNanoseconds &-= difference }
        if difference < 0 { facts.atMostNanoseconds &-= difference }
        return facts
    }
}
