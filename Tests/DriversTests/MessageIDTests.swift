import Testing

@testable import Drivers

@Suite struct MessageIDTests {
    @Test(arguments: [
        (UInt32(0), UInt64(0), "00000000-0000000000000000"),
        (0xDEAD_BEEF, 0x0123_4567_89AB_CDEF, "deadbeef-0123456789abcdef"),
        (.max, .max, "ffffffff-ffffffffffffffff"),
        (0x9, 0xA, "00000009-000000000000000a"),
    ])
    func isWrittenAsTwentyFiveHexadecimalBytes(run: UInt32, sequence: UInt64, text: String) {
        let id = MessageID(run: RunID(rawValue: run), sequence: sequence)
        #expect(id.description == text)
        #expect(id.description.utf8.count == MessageID.byteCount)
        #expect(MessageID(text) == id)
    }

    @Test(arguments: [
        "", "deadbeef", "deadbeef_0123456789abcdef", "DEADBEEF-0123456789ABCDEF", "deadbeef-0123456789abcdeg",
        "deadbeef-0123456789abcde", "deadbeef-0123456789abcdef0", "é-0123456789abcdef0000000",
    ])
    func nobodyElsesIdentifierIsTakenForOurs(text: String) {
        #expect(MessageID(text) == nil)
    }

    @Test func everyNibbleHasItsDigit() {
        for value in UInt32(0)..<65_536 {
            let digits = Hexadecimal.digits(value &* 65_537)
            let text = withUnsafeBytes(of: digits.bigEndian) { String(decoding: $0, as: UTF8.self) }
            #expect(UInt32(text, radix: 16) == value &* 65_537)
        }
    }
}

@Suite struct TimestampTextTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"),
        (951_782_400_123, "2000-02-29T00:00:00.123Z"),
        (1_795_229_329_999, "2026-11-21T02:48:49.999Z"),
        (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ])
    func isTheWallTimeInUTC(milliseconds: Int64, text: String) {
        var timestamp = TimestampText(wallOffsetNanoseconds: milliseconds * 1_000_000)
        timestamp.set(monotonicNanoseconds: 0)
        #expect(String(decoding: timestamp.bytes, as: UTF8.self) == text)
    }

    @Test func agreesWithTheSystemsCalendarOverManyDays() {
        for day in stride(from: Int64(0), to: 60_000, by: 37) {
            let date = TimestampText.civilDate(daysSince1970: day)
            var seconds = time_t(day * 86_400)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            #expect(date.year == Int(parts.tm_year) + 1900)
            #expect(date.month == Int(parts.tm_mon) + 1)
            #expect(date.day == Int(parts.tm_mday))
        }
    }
}

#if canImport(Glibc)
    import Glibc
#endif
