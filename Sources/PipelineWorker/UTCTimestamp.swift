import WebLogs

/// Points in time as ISO 8601 writes them.
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

    /// Milliseconds since 1970 of `2026-11-21T02:48:49.123Z` and its like; nil for anything else, also for days that the
    /// calendar has not.
    ///
    /// The fraction may be missing or longer, a blank may stand for the T, and an offset (`+01:00`) for the Z, which may
    /// be missing too.
    package static func milliseconds(of text: [UInt8]) -> Int64? {
        var rest = text[...]
        guard let year = number(4, &rest), skip("-", &rest), let month = number(2, &rest), skip("-", &rest),
            let day = number(2, &rest), skip("T", &rest) || skip("t", &rest) || skip(" ", &rest),
            let hour = number(2, &rest), skip(":", &rest), let minute = number(2, &rest), skip(":", &rest),
            let second = number(2, &rest)
        else { return nil }
        var milliseconds: Int64 = 0
        if skip(".", &rest) || skip(",", &rest) {
            var scale: Int64 = 100
            guard rest.first.map(isDigit) == true else { return nil }
            while let digit = rest.first, isDigit(digit) {
                milliseconds += Int64(digit - 0x30) * scale
                scale /= 10
                rest.removeFirst()
            }
        }
        var offsetMinutes = 0
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            rest.removeFirst()
            guard let hours = number(2, &rest), hours < 24 else { return nil }
            _ = skip(":", &rest)
            let minutes = rest.isEmpty ? 0 : number(2, &rest)
            guard let minutes, minutes < 60 else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
        } else {
            _ = skip("Z", &rest) || skip("z", &rest)
        }
        let time = LogTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, zoneMinutes: offsetMinutes)
        guard rest.isEmpty, let time else { return nil }
        return time.unixSeconds * 1000 + milliseconds
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

    /// Takes so many digits off the front.
    private static func number(_ digits: Int, _ rest: inout ArraySlice<UInt8>) -> Int? {
        let taken = rest.prefix(digits)
        guard taken.count == digits, taken.allSatisfy(isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return taken.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Takes a character off the front, if it is there.
    private static func skip(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
