/// The time of a line as its server wrote it: a local time and its zone.
package struct LogTime: Sendable, Equatable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    /// 60 in a leap second.
    package let second: Int
    /// Minutes east of Greenwich.
    package let zoneMinutes: Int

    /// `21/Nov/2026:02:48:49 +0000`.
    package static let byteCount = 26

    /// A time from its parts, which must exist in the calendar.
    package init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, zoneMinutes: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, year: year), hour < 24, minute < 60,
            second <= 60, (-1439...1439).contains(zoneMinutes)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.zoneMinutes = zoneMinutes
    }

    /// Reads the 26 bytes at a place of a line; nil for anything that is no such time, or no day of the calendar.
    init?(_ line: LineBytes, at start: Int) {
        guard start &+ Self.byteCount <= line.count else { return nil }
        guard let day = line.twoDigits(start), line.has(.slash, at: start &+ 2), line.has(.slash, at: start &+ 6),
            let century = line.twoDigits(start &+ 7), let year = line.twoDigits(start &+ 9),
            line.has(.colon, at: start &+ 11), let hour = line.twoDigits(start &+ 12),
            line.has(.colon, at: start &+ 14), let minute = line.twoDigits(start &+ 15),
            line.has(.colon, at: start &+ 17), let second = line.twoDigits(start &+ 18),
            line.has(.space, at: start &+ 20), let zoneHours = line.twoDigits(start &+ 22),
            let zoneMinutes = line.twoDigits(start &+ 24), zoneHours < 24, zoneMinutes < 60
        else { return nil }
        let sign = line.bytes[start &+ 21]
        guard sign == 0x2B || sign == 0x2D, let month = Self.month(line, at: start &+ 3) else { return nil }
        let zone = zoneHours &* 60 &+ zoneMinutes
        self.init(
            year: century &* 100 &+ year, month: month, day: day, hour: hour, minute: minute, second: second,
            zoneMinutes: sign == 0x2D ? -zone : zone)
    }

    /// Reads the 26 bytes of a time alone.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(LineBytes(bytes), at: 0)
    }

    /// The three letters of a month, with a capital first, as a number.
    private static func month(_ line: LineBytes, at start: Int) -> Int? {
        let letters = UInt32(line.bytes[start]) &<< 16 | UInt32(line.bytes[start &+ 1]) &<< 8
        return switch letters | UInt32(line.bytes[start &+ 2]) {
        case 0x4A616E: 1
        case 0x466562: 2
        case 0x4D6172: 3
        case 0x417072: 4
        case 0x4D6179: 5
        case 0x4A756E: 6
        case 0x4A756C: 7
        case 0x417567: 8
        case 0x536570: 9
        case 0x4F6374: 10
        case 0x4E6F76: 11
        case 0x446563: 12
        default: nil
        }
    }

    private static func days(inMonth month: Int, year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// Days since 1970-01-01 of the local date, in the Gregorian calendar.
    ///
    /// Counts years from March, so that the leap day is a year's last (H. Hinnant, days_from_civil).
    private var daysSince1970: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Seconds since 1970-01-01T00:00:00Z; a leap second is the one behind it.
    package var unixSeconds: Int64 {
        Int64(daysSince1970 * 86_400 + hour * 3600 + (minute - zoneMinutes) * 60 + second)
    }

    /// The local date's day of the week after ISO 8601: 1 is Monday, 7 is Sunday.
    package var dayOfWeek: Int {
        // 1970-01-01 was a Thursday.
        let remainder = (daysSince1970 + 3) % 7
        return (remainder < 0 ? remainder + 7 : remainder) + 1
    }

    /// The time after ISO 8601, `2026-11-21T02:48:49+00:00`: 25 bytes.
    package var iso8601: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 25) { bytes, count in
            count = 25
            Self.write(year / 100, to: bytes, at: 0)
            Self.write(year % 100, to: bytes, at: 2)
            Self.write(month, to: bytes, at: 5)
            Self.write(day, to: bytes, at: 8)
            Self.writeClock(hour, minute, second, to: bytes, at: 11)
            let zone = abs(zoneMinutes)
            Self.write(zone / 60, to: bytes, at: 20)
            Self.write(zone % 60, to: bytes, at: 23)
            (bytes[4], bytes[7], bytes[10]) = (0x2D, 0x2D, 0x54)
            (bytes[19], bytes[22]) = (zoneMinutes < 0 ? 0x2D : 0x2B, 0x3A)
        }
    }

    /// The time of day, `02:48:49`: 8 bytes.
    package var clock: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 8) { bytes, count in
            count = 8
            Self.writeClock(hour, minute, second, to: bytes, at: 0)
        }
    }

    private static func writeClock(
        _ hour: Int, _ minute: Int, _ second: Int, to bytes: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        write(hour, to: bytes, at: start)
        write(minute, to: bytes, at: start + 3)
        write(second, to: bytes, at: start + 6)
        (bytes[start + 2], bytes[start + 5]) = (0x3A, 0x3A)
    }

    private static func write(_ value: Int, to bytes: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        bytes[start] = UInt8(truncatingIfNeeded: 0x30 + value / 10)
        bytes[start + 1] = UInt8(truncatingIfNeeded: 0x30 + value % 10)
    }
}
