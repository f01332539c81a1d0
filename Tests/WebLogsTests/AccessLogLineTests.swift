import Testing

@testable import WebLogs

@Suite("Lines of access logs")
struct AccessLogLineTests {
    static let time = "[21/Nov/2026:02:48:49 +0130]"

    @Test("the combined format")
    func combined() throws {
        let parts = try LineParts(
            #"203.0.113.9 - alice \#(Self.time) "GET /a?b=1 HTTP/1.1" 200 512 "https://example.org/" "curl/8.5""#)
        let line = parts.line
        #expect(line.vhost == nil)
        #expect(parts[line.client] == "203.0.113.9")
        #expect(parts[line.identity] == "-")
        #expect(parts[line.user] == "alice")
        #expect(
            line.time
                == LogTime(year: 2026, month: 11, day: 21, hour: 2, minute: 48, second: 49, zoneMinutes: 90))
        #expect(parts[line.request] == "GET /a?b=1 HTTP/1.1")
        #expect(line.status == 200)
        #expect(line.size == 512)
        #expect(parts[line.referer] == "https://example.org/")
        #expect(parts[line.agent] == "curl/8.5")
        #expect(line.rest.isEmpty)
    }

    /// A line, and what its virtual host, client, user, request, referer, agent and rest are.
    struct Sample: Sendable, CustomTestStringConvertible {
        let text: String
        let fields: [String?]
        var testDescription: String { text }
    }

    static let samples = [
        Sample(
            text: #"192.0.2.1 - - \#(time) "GET / HTTP/1.0" 200 -"#,
            fields: [nil, "192.0.2.1", "-", "GET / HTTP/1.0", nil, nil, ""]),
        Sample(
            text: #"2001:db8::1 - - \#(time) "" 400 0 "-" "-""#,
            fields: [nil, "2001:db8::1", "-", "", "-", "-", ""]),
        Sample(
            text: #"fe80::1%eth0 - - \#(time) "-" - - "" """#,
            fields: [nil, "fe80::1%eth0", "-", "-", "", "", ""]),
        Sample(
            text: #"[2001:db8::1] - - \#(time) "GET / HTTP/2.0" 200 1 "a" "b" "10.0.0.1, 10.0.0.2" 0.003 -"#,
            fields: [
                nil, "[2001:db8::1]", "-", "GET / HTTP/2.0", "a", "b", #" "10.0.0.1, 10.0.0.2" 0.003 -"#,
            ]),
        Sample(
            text: #"shop.example.com:443 192.0.2.1 - bob \#(time) "GET / HTTP/1.1" 200 1"#,
            fields: ["shop.example.com:443", "192.0.2.1", "bob", "GET / HTTP/1.1", nil, nil, ""]),
        Sample(
            text: #"shop.example.com client.example.net - bob \#(time) "GET / HTTP/1.1" 200 1"#,
            fields: ["shop.example.com", "client.example.net", "bob", "GET / HTTP/1.1", nil, nil, ""]),
        Sample(
            text: #"shop.example.com 2001:db8::1 - a b [c \#(time) "GET / HTTP/1.1" 200 1"#,
            fields: ["shop.example.com", "2001:db8::1", "a b [c", "GET / HTTP/1.1", nil, nil, ""]),
        Sample(
            text: #" 192.0.2.1 - - \#(time) "GET / HTTP/1.1" 400 1 "-" "-""#,
            fields: ["", "192.0.2.1", "-", "GET / HTTP/1.1", "-", "-", ""]),
        Sample(
            text: #"192.0.2.1 - a b \#(time) "GET / HTTP/1.1" 200 1"#,
            fields: [nil, "192.0.2.1", "a b", "GET / HTTP/1.1", nil, nil, ""]),
        Sample(
            text: #"unix: - "" \#(time) "GET / HTTP/1.1" 200 1 "-" "-""#,
            fields: [nil, "unix:", #""""#, "GET / HTTP/1.1", "-", "-", ""]),
        Sample(
            text: #"192.0.2.1 - - \#(time) "GET /\"a\\\" HTTP/1.1" 404 1 "\\\"" "\\""#,
            fields: [nil, "192.0.2.1", "-", #"GET /\"a\\\" HTTP/1.1"#, #"\\\""#, #"\\"#, ""]),
        Sample(
            text: #"192.0.2.1 - - \#(time) "\x16\x03\x01" 400 1 "only one""#,
            fields: [nil, "192.0.2.1", "-", #"\x16\x03\x01"#, nil, nil, #" "only one""#]),
        Sample(
            text: #"192.0.2.1 - - \#(time) "GET [21/Nov/2026:02:48:49 +0130] HTTP/1.1" 200 1"#,
            fields: [nil, "192.0.2.1", "-", "GET [21/Nov/2026:02:48:49 +0130] HTTP/1.1", nil, nil, ""]),
    ]

    @Test("fields", arguments: samples)
    func fields(_ sample: Sample) throws {
        let parts = try LineParts(sample.text)
        let line = parts.line
        let found = [line.vhost, line.client, line.user, line.request, line.referer, line.agent, line.rest]
        #expect(found.map { parts[$0] } == sample.fields)
        #expect(parts.joined == Array(sample.text.utf8))
    }

    static let broken: [(String, Int, LineFault.Expected)] = [
        ("", 1, .client),
        ("nonsense", 9, .client),
        ("192.0.2.1 -", 12, .identity),
        (" - - \(time) \"\" 200 1", 1, .client),
        ("192.0.2.1  - \(time) \"\" 200 1", 11, .identity),
        ("192.0.2.1 - \(time) \"\" 200 1", 13, .user),
        ("192.0.2.1 - - no time at all", 29, .bracket),
        ("192.0.2.1 - - [31/Nov/2026:02:48:49 +0000] \"\" 200 1", 16, .time),
        ("192.0.2.1 - - [21/nov/2026:02:48:49 +0000] \"\" 200 1", 16, .time),
        ("192.0.2.1 - - [21/Nov/2026:02:48:49 +0000 \"\" 200 1", 42, .bracketEnd),
        ("192.0.2.1 - - [21/Nov/2026:02:48", 16, .time),
        ("192.0.2.1 - - \(time)", 43, .request),
        ("192.0.2.1 - - \(time) GET / 200 1", 44, .request),
        ("192.0.2.1 - - \(time) \"GET / HTTP", 55, .requestEnd),
        ("192.0.2.1 - - \(time) \"GET /\\\" 200", 56, .requestEnd),
        ("192.0.2.1 - - \(time) \"\\\\\"b\" 200", 48, .status),
        ("192.0.2.1 - - \(time) \"\" 20 1", 49, .status),
        ("192.0.2.1 - - \(time) \"\" 2000 1", 50, .size),
        ("192.0.2.1 - - \(time) \"\" 200", 50, .size),
        ("192.0.2.1 - - \(time) \"\" 200 x", 51, .size),
        ("192.0.2.1 - - \(time) \"\" 200 12x", 53, .fieldEnd),
        ("192.0.2.1 - - \(time) \"\" 200 99999999999999999999", 69, .size),
        ("192.0.2.1 - - \(time) \"\" 200 1 \"a\" \"b", 59, .quoteEnd),
        ("192.0.2.1 - - \(time) \"\" 200 1 \"a\"b\"", 56, .fieldEnd),
        ("192.0.2.1 - - \(time) \"\" 200 1 \"a\" \"b\" \"c", 63, .quoteEnd),
    ]

    @Test("a broken line says where reading stopped", arguments: broken)
    func faults(_ text: String, _ column: Int, _ expected: LineFault.Expected) {
        #expect(throws: LineFault(column: column, expected: expected)) { try LineParts(text) }
    }

    @Test("every expectation has a line that disappoints it")
    func faultsAreComplete() {
        #expect(Set(Self.broken.map(\.2)) == Set(LineFault.Expected.allCases))
    }

    @Test("a request of a megabyte, and of nothing")
    func extremes() throws {
        let target = String(repeating: "x", count: 1 << 20)
        let parts = try LineParts(#"192.0.2.1 - - \#(Self.time) "GET /\#(target) HTTP/1.1" 414 0 "-" "-""#)
        #expect(parts.line.request.count == target.count + 14)
        #expect(parts.cleaned.path?.count == target.count + 1)
        #expect(try LineParts(#"192.0.2.1 - - \#(Self.time) "" 408 0"#).line.request.isEmpty)
    }

    @Test("a line of bytes that are no UTF-8")
    func bytes() throws {
        let line = Array("192.0.2.1 - - \(Self.time) \"GET /".utf8) + [0xFF, 0xC3, 0x28] + Array("\" 200 1".utf8)
        let parts = try LineParts(line)
        #expect(parts.joined == line)
        #expect(parts.cleaned.path.text == #"/\xFF\xC3("#)
    }

    @Test("times: days of the week, leap days and zones")
    func times() throws {
        func time(_ text: String) throws -> LogTime {
            try #require(Array(text.utf8).withUnsafeBytes { LogTime($0) })
        }
        let leap = try time("29/Feb/2024:23:59:60 -0930")
        #expect(String(decoding: leap.iso8601, as: UTF8.self) == "2024-02-29T23:59:60-09:30")
        #expect(leap.dayOfWeek == 4)
        #expect(leap.unixSeconds == 1_709_285_400)
        let epoch = try time("01/Jan/1970:00:00:00 +0000")
        #expect(epoch.unixSeconds == 0)
        #expect(epoch.dayOfWeek == 4)
        #expect(try time("31/Dec/1969:23:59:59 +0000").unixSeconds == -1)
        #expect(try time("22/Nov/2026:00:00:00 +0000").dayOfWeek == 7)
        #expect(String(decoding: try time("01/Mar/2000:01:02:03 +0200").clock, as: UTF8.self) == "01:02:03")
        for wrong in [
            "29/Feb/2023:00:00:00 +0000", "00/Jan/2026:00:00:00 +0000", "01/Jan/2026:24:00:00 +0000",
            "01/Jan/2026:00:60:00 +0000", "01/Jan/2026:00:00:61 +0000", "01/Jan/2026:00:00:00 +2400",
            "01/Jan/2026:00:00:00 00000", "1/Jan/2026:00:00:00  +0000",
        ] {
            #expect(Array(wrong.utf8).withUnsafeBytes { LogTime($0) } == nil, "\(wrong)")
        }
    }
}
