import Testing

@testable import WebLogs

@Suite("Cleaned lines")
struct CleanedLineTests {
    static let time = "[21/Nov/2026:02:48:49 +0000]"

    @Test("a line says all it can")
    func whole() throws {
        let line = try LineParts(
            #"shop.example.co.uk:443 2001:db8::7 - alice \#(Self.time) "GET /a/b;jsessionid=X1?q=%20&sid=2#f HTTP/2.0" "#
                + #"200 512 "https://www.example.org/?x=\"y\"" "Mozilla \x22quoted\x22 \xC3\xA9""#
        ).cleaned
        #expect(line.ip.text == "2001:db8::7")
        #expect(line.user.text == "alice")
        #expect(line.method.text == "GET")
        #expect(line.url.text == "https://shop.example.co.uk/a/b;jsessionid=X1?q=%20&sid=2#f")
        #expect(line.schema.text == "https")
        #expect(line.host.text == "shop.example.co.uk")
        #expect(line.domain.text == "example.co.uk")
        #expect(line.path.text == "/a/b;jsessionid=X1")
        #expect(line.status == 200)
        #expect(line.size == 512)
        #expect(line.referer.text == #"https://www.example.org/?x="y""#)
        #expect(line.userAgent.text == #"Mozilla "quoted" é"#)
        #expect(line.session.text == "X1")
        #expect(line.httpVersion.text == "2.0")
    }

    @Test("hyphens, empty fields and what is no request say nothing")
    func nothing() throws {
        let line = try LineParts(#"[fe80::1%eth0] - - \#(Self.time) "\x16\x03\x01" 400 - "-" """#).cleaned
        #expect(line.ip.text == "fe80::1%eth0")
        let missing = [
            line.user, line.method, line.url, line.schema, line.host, line.domain, line.path, line.referer,
            line.userAgent, line.session, line.httpVersion,
        ]
        #expect(missing.allSatisfy { $0 == nil })
        #expect(line.status == 400)
        #expect(line.size == nil)
    }

    /// A virtual host, a request, and the URL, schema, host, domain and path they give.
    struct Sample: Sendable, CustomTestStringConvertible {
        let vhost: String?
        let request: String
        let found: [String?]
        var testDescription: String { "\(vhost ?? "none") \(request)" }
    }

    static let samples = [
        Sample(vhost: nil, request: "GET /a?b HTTP/1.1", found: ["/a?b", nil, nil, nil, "/a"]),
        Sample(
            vhost: "www.Example.com", request: "GET / HTTP/1.1",
            found: ["//www.Example.com/", nil, "www.example.com", "example.com", "/"]),
        Sample(
            vhost: "localhost:80", request: "GET /x HTTP/1.1",
            found: ["http://localhost/x", "http", "localhost", "localhost", "/x"]),
        Sample(
            vhost: "[2001:db8::1]:8080", request: "GET /x HTTP/1.1",
            found: ["//[2001:db8::1]:8080/x", nil, "2001:db8::1", nil, "/x"]),
        Sample(
            vhost: "a.b", request: "GET HTTPS://u:p@WWW.X.com.:8443?q HTTP/1.1",
            found: ["HTTPS://u:p@WWW.X.com.:8443?q", "https", "www.x.com", "x.com", "/"]),
        Sample(
            vhost: nil, request: "GET http://192.0.2.1/x HTTP/1.1",
            found: ["http://192.0.2.1/x", "http", "192.0.2.1", nil, "/x"]),
        Sample(
            vhost: "a.b:443", request: "CONNECT www.example.com:443 HTTP/1.1",
            found: ["www.example.com:443", nil, "www.example.com", "example.com", nil]),
        Sample(
            vhost: "a.b:443", request: "OPTIONS * HTTP/1.1", found: ["*", "https", "a.b", "a.b", nil]),
        Sample(
            vhost: nil, request: "GET /with space HTTP/1.1",
            found: ["/with space", nil, nil, nil, "/with space"]),
        Sample(vhost: nil, request: "GET /half", found: ["/half", nil, nil, nil, "/half"]),
        Sample(vhost: nil, request: "GET / HTTP/", found: ["/ HTTP/", nil, nil, nil, "/ HTTP/"]),
        Sample(vhost: nil, request: "GET HTTP/1.1", found: [nil, nil, nil, nil, nil]),
        Sample(vhost: nil, request: "quit", found: [nil, nil, nil, nil, nil]),
        Sample(vhost: nil, request: " ", found: [nil, nil, nil, nil, nil]),
    ]

    @Test("names of hosts that hold no label are no domain")
    func dots() {
        #expect(HostName.registrable(Array("..".utf8)) == nil && HostName.registrable([]) == nil)
        #expect(HostName.registrable(Array("a..".utf8)) == Array("a".utf8))
    }

    @Test("where a request goes", arguments: samples)
    func goals(_ sample: Sample) throws {
        let prefix = sample.vhost.map { $0 + " " } ?? ""
        let line = try LineParts(#"\#(prefix)192.0.2.1 - - \#(Self.time) "\#(sample.request)" 200 1"#).cleaned
        #expect([line.url, line.schema, line.host, line.domain, line.path].map(\.text) == sample.found)
    }

    @Test(
        "sessions",
        arguments: [
            ("/a;JSESSIONID=1?sid=2", "1"), ("/a?x=1&PHPSESSID=2", "2"), ("/a?session=3#sid=4", "3"),
            ("/a#?sid=4", nil),
            ("/a?sid=", nil), ("/a?sid=&session_id=5", "5"), ("/a?xsid=1", nil), ("/a;x=1/b;sid=6/c", "6"),
            ("http://h/?sid=7", "7"), ("/a?sid=aGk/Zm8=", "aGk/Zm8="), ("/a?x=/b/c;d&sid=8/9?y=1", "8/9"),
            ("/a;x=1/b?y=/;sid=9", "9"), ("http://h?sid=a/b", "a/b"),
        ] as [(String, String?)])
    func sessions(_ target: String, _ session: String?) throws {
        let line = try LineParts(#"192.0.2.1 - - \#(Self.time) "GET \#(target) HTTP/1.1" 200 1"#).cleaned
        #expect(line.session.text == session)
    }

    @Test(
        "escapes",
        arguments: [
            (#"a\"b"#, #"a"b"#), (#"a\\x41"#, #"a\x41"#), (#"\x41\x7e"#, "A~"), (#"\xC3\xA9"#, "é"),
            (#"\xE9"#, #"\xE9"#), (#"\t\x00"#, #"\x09\x00"#), (#"\q\x4"#, #"\q\x4"#), (#"end\"#, #"end\"#),
            ("日本\u{7F}", #"日本\x7F"#), (#"\xF0\x9F\xA6\x80"#, "🦀"), (#"\xED\xA0\x80"#, #"\xED\xA0\x80"#),
        ])
    func escapes(_ field: String, _ text: String) {
        let found = Array(field.utf8).withUnsafeBytes { LogText.unescaped($0) }
        #expect(String(decoding: found, as: UTF8.self) == text)
    }

    @Test("bad bytes of a raw line are written in hexadecimal, the rest stays")
    func raw() {
        let found = ([0x00, 0x61, 0xE9, 0x22, 0xC3, 0xA9, 0xF4, 0x90] as [UInt8]).withUnsafeBytes {
            LogText.wellFormed($0)
        }
        #expect(String(decoding: found, as: UTF8.self) == "\0a\\xE9\"é\\xF4\\x90")
    }

    /// The test suite of RFC 1321.
    @Test(
        "lines are named by their MD5",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ])
    func digests(_ text: String, _ digest: String) throws {
        let maker = try LineDigest()
        for _ in 0..<2 {
            #expect(try Array(text.utf8).withUnsafeBytes { try maker.hexadecimal(of: $0) } == digest)
        }
    }
}
