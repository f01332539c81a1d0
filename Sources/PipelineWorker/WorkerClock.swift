import LoadMetrics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The times a worker lives by, injected so that tests need not sleep.
package struct WorkerClock: Sendable {
    /// Monotonic nanoseconds, the clock of all durations.
    package var nowNanoseconds: @Sendable () -> Int64
    /// Nanoseconds since 1970, for labels only.
    package var unixNanoseconds: @Sendable () -> Int64
    /// Suspends; throws CancellationError when cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        nowNanoseconds: @escaping @Sendable () -> Int64, unixNanoseconds: @escaping @Sendable () -> Int64,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.nowNanoseconds = nowNanoseconds
        self.unixNanoseconds = unixNanoseconds
        self.sleep = sleep
    }

    /// The machine's clocks.
    package static let system = WorkerClock(
        nowNanoseconds: Monotonic.nowNanoseconds,
        unixNanoseconds: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        },
        sleep: { try await Task.sleep(for: $0) })
}
