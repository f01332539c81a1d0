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

/// Writes points in time as ISO 8601 does.
package enum UTCTimestamp {
    /// `2026-11-21T02:48:49.123Z`, 24 ASCII bytes.
    package static func bytes(unixNanoseconds: Int64) -> [UInt8] {
        let milliseconds = unixNanoseconds.flooredDivision(by: 1_000_000)
        let days = milliseconds.flooredDivision(by: 86_400_000)
        let time = milliseconds - days * 86_400_000
        // Days to year, month and day in the Gregorian calendar, in years that begin in March (Hinnant's algorithm).
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

        var bytes = Array("0000-00-00T00:00:00.000Z".utf8)
        func write(_ value: Int64, _ digits: Int, at start: Int) {
            var value = value
            for index in stride(from: start + digits - 1, through: start, by: -1) {
                bytes[index] = UInt8(truncatingIfNeeded: 0x30 + value % 10)
                value /= 10
            }
        }
        write(year, 4, at: 0)
        write(month, 2, at: 5)
        write(day, 2, at: 8)
        write(time / 3_600_000, 2, at: 11)
        write(time / 60_000 % 60, 2, at: 14)
        write(time / 1_000 % 60, 2, at: 17)
        write(time % 1_000, 3, at: 20)
        return bytes
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
