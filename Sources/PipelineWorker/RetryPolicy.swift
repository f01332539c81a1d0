/// How often something that failed is tried again, and after which pause.
package struct RetryPolicy: Sendable, Equatable {
    /// All attempts, the first included.
    package var attemptsMaximum: Int
    package var firstDelay: Duration
    package var delayMaximum: Duration

    package init(attemptsMaximum: Int, firstDelay: Duration, delayMaximum: Duration) {
        precondition(attemptsMaximum > 0)
        self.attemptsMaximum = attemptsMaximum
        self.firstDelay = firstDelay
        self.delayMaximum = delayMaximum
    }

    /// A store may be away for two to four and a half minutes, as the jitter has it.
    package static let store = RetryPolicy(
        attemptsMaximum: 60, firstDelay: .milliseconds(50), delayMaximum: .seconds(5))
    /// The sink reconnects by itself; what it throws was tried long enough.
    package static let sink = RetryPolicy(attemptsMaximum: 5, firstDelay: .milliseconds(100), delayMaximum: .seconds(5))

    /// The pause after the attempt of that number, counted from 1; nil when that was the last.
    ///
    /// It doubles each time; `jitter`, of 0 to 1, takes up to half of it away, so that workers do not return at once.
    package func delay(afterAttempt attempt: Int, jitter: Double) -> Duration? {
        guard attempt < attemptsMaximum else { return nil }
        var delay = firstDelay
        for _ in 1..<max(attempt, 1) where delay < delayMaximum { delay = delay * 2 }
        return min(delay, delayMaximum) * (1 - 0.5 * min(max(jitter, 0), 1))
    }
}
