/// The wall time of a monotonic moment as text: `2026-11-21T02:48:49.123Z`, 24 ASCII bytes made once a millisecond, and
/// as access logs write it, `21/Nov/2026:02:48:49 +0000`, 26 bytes made once a second.
package struct TimestampText {
    /// How a time is written.
    package enum Form: Sendable, Equatable {
        case iso8601
        case accessLog

        /// How many bytes it has.
        package var byteCount: Int { self == .iso8601 ? 24 : 26 }
    }

    private let wallOffsetNanoseconds: Int64
    /// The moment that was set last, in milliseconds since 1970.
    package private(set) var unixMilliseconds: Int64 = .min
    /// The text of that moment.
    package private(set) var bytes: [UInt8]
    /// The moment that `logBytes` is of, in seconds since 1970.
    private var logSecond: Int64 = .min
    private var logBytes = Array("01/Jan/1970:00:00:00 +0000".utf8)

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
        Self.write(date.year, digits: 4, to: &bytes, at: 0)
        Self.write(date.month, digits: 2, to: &bytes, at: 5)
        Self.write(date.day, digits: 2, to: &bytes, at: 8)
        Self.write(Int(seconds % 86_400 / 3600), digits: 2, to: &bytes, at: 11)
        Self.write(Int(seconds % 3600 / 60), digits: 2, to: &bytes, at: 14)
        Self.write(Int(seconds % 60), digits: 2, to: &bytes, at: 17)
        Self.write(Int(wanted % 1000), digits: 3, to: &bytes, at: 20)
    }

    /// Hands over the text of a monotonic moment in one of the forms.
    package mutating func withBytes(
        _ form: Form, monotonicNanoseconds: Int64, _ use: (UnsafeRawBufferPointer) -> Void
    ) {
        switch form {
        case .iso8601:
            set(monotonicNanoseconds: monotonicNanoseconds)
            bytes.withUnsafeBytes(use)
        case .accessLog:
            let second = (monotonicNanoseconds &+ wallOffsetNanoseconds) / 1_000_000_000
            if second != logSecond { setLog(second) }
            logBytes.withUnsafeBytes(use)
        }
    }

    /// The text of a wall time.
    package static func bytes(_ form: Form, unixMilliseconds: Int64) -> [UInt8] {
        var text = TimestampText(wallOffsetNanoseconds: 0)
        var bytes: [UInt8] = []
        text.withBytes(form, monotonicNanoseconds: unixMilliseconds * 1_000_000) { bytes += $0 }
        return bytes
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .map { Array($0.utf8) }

    private mutating func setLog(_ second: Int64) {
        logSecond = second
        let date = Self.civilDate(daysSince1970: second / 86_400)
        Self.write(date.day, digits: 2, to: &logBytes, at: 0)
        logBytes.replaceSubrange(3..<6, with: Self.months[date.month - 1])
        Self.write(date.year, digits: 4, to: &logBytes, at: 7)
        Self.write(Int(second % 86_400 / 3600), digits: 2, to: &logBytes, at: 12)
        Self.write(Int(second % 3600 / 60), digits: 2, to: &logBytes, at: 15)
        Self.write(Int(second % 60), digits: 2, to: &logBytes, at: 18)
    }

    private static func write(_ value: Int, digits: Int, to bytes: inout [UInt8], at offset: Int) {
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
