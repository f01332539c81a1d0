import LoadMetrics

/// How far the workers' monotonic clock is ahead of the generator's, learned from the messages that pass both.
///
/// No message arrives before it was sent, on either way; that bounds the difference from both sides, as in NTP:
///
///     generator   sent ──────────────────────────► collected        received − sent      ≥ offset
///     worker             received ──► done                          done − collected     ≤ offset
///
/// On one host all processes have one clock and the offset is 0. Otherwise the first waits are kept until enough
/// messages have narrowed the bounds; then the middle is taken, once for the whole run, so that no wait depends on when
/// it was recorded. How wrong it can be is what the bounds of all messages say in the end.
struct ClockOffset: Sendable {
    /// Messages before an unknown offset is taken from their bounds.
    static let learnedFrom = 1_000

    /// A queue wait, and the phase of its message.
    struct Wait: Sendable, Equatable {
        var phase: Int
        var nanoseconds: Int64
    }

    private var isShared: Bool
    /// The offset is at least and at most this, as far as messages tell.
    private(set) var atLeast = Int64.min
    private(set) var atMost = Int64.max
    /// What is taken for the offset; nil while it is learned.
    private(set) var offset: Int64?
    /// Received − intended of the first messages, by both clocks.
    private var early: [Wait] = []

    /// A clock that the workers share with us, or one of which nothing is known.
    init(isShared: Bool) {
        self.isShared = isShared
        offset = isShared ? 0 : nil
        if !isShared { early.reserveCapacity(Self.learnedFrom) }
    }

    /// Takes the workers' clock for ours from the first message on; nothing where its offset is being learned already.
    mutating func share() {
        guard offset == nil, early.isEmpty else { return }
        isShared = true
        offset = 0
    }

    /// Enters a message that a worker received and that came back; returns what can be recorded now.
    ///
    /// A wait below zero is given as it is.
    mutating func enter(
        phase: Int, intended: Int64, sent: Int64, received: Int64, done: Int64, collected: Int64
    ) -> Wait? {
        atMost = min(atMost, received &- sent)
        atLeast = max(atLeast, done &- collected)
        let wait = Wait(phase: phase, nanoseconds: received &- intended)
        guard let offset else {
            early.append(wait)
            return nil
        }
        return Wait(phase: phase, nanoseconds: wait.nanoseconds &- offset)
    }

    /// Whether enough was learned to take an offset.
    var isReady: Bool { offset == nil && early.count >= Self.learnedFrom }

    /// Takes the middle of the bounds for the offset and returns the waits that were kept for it.
    mutating func settle() -> [Wait] {
        guard offset == nil, !early.isEmpty else { return [] }
        let taken = atLeast / 2 &+ atMost / 2
        offset = taken
        defer { early = [] }
        return early.map { Wait(phase: $0.phase, nanoseconds: $0.nanoseconds &- taken) }
    }

    /// What a report says of the clocks; nil where no message passed both.
    var facts: ClockFacts? {
        guard let offset, atMost < .max, atLeast > .min else { return nil }
        return ClockFacts(
            shared: isShared, offsetNanoseconds: offset, atLeastNanoseconds: atLeast, atMostNanoseconds: atMost)
    }
}
