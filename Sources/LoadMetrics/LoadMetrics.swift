// LoadMetrics: what is measured, and the shape in which it is kept.
//
//   hot paths ──► LatencyHistogram ─┐
//   /proc/PID ──► ProcessSampler ───┤   RoleSnapshot: one JSON line a second
//   jemalloc ───► Allocator ────────┼─► from each child process ──► orchestrator ──► RunResult
//   machine ────► MachineFacts ─────┘                                                   │
//                                                                    versioned JSON, read by Reporting
//
// Times are Int64 nanoseconds of the monotonic clock of one host. Nothing measured is clamped or dropped
// without being counted.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The one clock of durations: CLOCK_MONOTONIC, the same on every process of a host and in NIODeadline.
package enum Monotonic {
    /// Nanoseconds since an arbitrary point that all processes of this host share.
    package static func nowNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
