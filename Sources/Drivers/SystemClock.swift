#if canImport(Glibc)
    import Glibc
#endif

/// Reads the system's clocks; wall time is for labels only.
enum SystemClock {
    /// Wall time since 1970 minus monotonic time, in nanoseconds, as of now.
    static func offsetNanoseconds() -> Int64 { now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC) }

    /// Monotonic time, in nanoseconds.
    static func monotonicNanoseconds() -> Int64 { now(CLOCK_MONOTONIC) }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
