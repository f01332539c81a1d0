/// The wall time of a monotonic moment as text, `2026-11-21T02:48:49.123Z`: 24 ASCII bytes, made once a millisecond.
package struct TimestampText {
    static let byteCount = 24

    private let wallOffsetNanoseconds: Int64
    /// The moment that was set last, in milliseconds since 1970.
    package private(set) var unixMilliseconds: Int64 = .min
    /// The text of that moment.
    package private(set) var bytes: [UInt8]

    /// `wallOffsetNanoseconds` is wall time since 1970 minus monotonic time, taken once.
    init(wallOffsetNanoseconds: Int64) {
        self.wallOffsetNanoseconds = wallOffsetNanoseconds
        bytes = Array("1970-01-01T00:00:00.000Z".utf8)
    }

    /// A text for the clock of this process.
    package init() { self.init(wallOffsetNanoseconds: SystemClock.offsetNanoseconds()) }

    /// Sets `bytes` to the time of a monotonic moment.
    package mutating func set(monotonicNanoseconds: Int64) {
        let wanted = (monotonicNanoseconds &+ wallOffsetNanoseconds) / 1_000_000
        guard wanted != unixMilliseconds else { return }
        unixMilliseconds = wanted
        let seconds = wanted / 1000
        let date = Self.civilDate(daysSince1970: seconds / 86_400)
        write(date.year, digits: 4, at: 0)
        write(date.month, digits: 2, at: 5)
        write(date.day, digits: 2, at: 8)
        write(Int(seconds % 86_400 / 3600), digits: 2, at: 11)
        write(Int(seconds % 3600 / 60), digits: 2, at: 14)
        write(Int(seconds % 60), digits: 2, at: 17)
        write(Int(wanted % 1000), digits: 3, at: 20)
    }

    private mutating func write(_ value: Int, digits: Int, at offset: Int) {
        var value = value
        for index in stride(from: offset + digits - 1, through: offset, by: -1) {
            bytes[index] = UInt8(ascii: "0") + UInt8(value % 10)
            value /= 10
        }
    }

    /// The Gregorian date of a day, for days from 1970 on.
    ///
    /// Counts years from March, so that the leap day is a year's last (H. Hinnant, "chrono-compatible low-level date
    /// algorithms", civil_from_days).
    static func civilDate(daysSince1970 days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
