import Foundation
import LoadMetrics
import NIOCore

/// Measures how exactly this machine waits, and what looking at its clock costs.
enum WaitMeasure {
    /// How much later than asked for a thread's sleep ends.
    static func sleep(count: Int) -> TimerPrecision {
        var delays = LatencyHistogram()
        for _ in 0..<count {
            let due = Monotonic.nowNanoseconds() + 1_000_000
            var time = timespec(tv_sec: 0, tv_nsec: 1_000_000)
            nanosleep(&time, nil)
            delays.record(max(0, Monotonic.nowNanoseconds() - due))
        }
        return TimerPrecision(name: "sleep", delays)
    }

    /// How much later than asked for an event loop calls: what paces a load unless it spins.
    static func eventLoop(_ eventLoop: any EventLoop, count: Int) async throws -> TimerPrecision {
        var delays = LatencyHistogram()
        for _ in 0..<count {
            let due = Monotonic.nowNanoseconds() + 1_000_000
            let called = try await eventLoop.scheduleTask(
                deadline: .uptimeNanoseconds(UInt64(clamping: due)), { Monotonic.nowNanoseconds() }
            ).futureResult.get()
            delays.record(max(0, called - due))
        }
        return TimerPrecision(name: "event loop", delays)
    }

    /// How much later than asked for a loop ends that does nothing but look at the clock.
    static func spin(count: Int) -> TimerPrecision {
        var delays = LatencyHistogram()
        for _ in 0..<count {
            let due = Monotonic.nowNanoseconds() + 50_000
            var now = due - 1
            while now < due { now = Monotonic.nowNanoseconds() }
            delays.record(now - due)
        }
        return TimerPrecision(name: "spin", delays)
    }

    /// Step and cost of the monotonic clock.
    static func clock(reads: Int) -> ClockPrecision {
        var resolution = timespec()
        clock_getres(CLOCK_MONOTONIC, &resolution)
        let start = Monotonic.nowNanoseconds()
        var last = start
        var least = Int64.max
        for _ in 0..<reads {
            let now = Monotonic.nowNanoseconds()
            if now > last { least = min(least, now - last) }
            last = now
        }
        return ClockPrecision(
            resolutionNanoseconds: Int64(resolution.tv_sec) * 1_000_000_000 + Int64(resolution.tv_nsec),
            leastStepNanoseconds: least == .max ? 0 : least,
            readNanoseconds: Double(last - start) / Double(max(reads, 1)))
    }
}
