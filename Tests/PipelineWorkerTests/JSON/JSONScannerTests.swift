import Foundation
import Testing

@testable import PipelineWorker

@Suite("JSON scanner")
struct JSONScannerTests {
    /// Reads the bytes as one JSON text.
    private static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        var outcome: Result<JSONValue, JSONError> = .failure(.truncated)
        bytes.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            do throws(JSONError) {
                outcome = .success(try scanner.readWhole())
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome.get()
    }

    @Test(
        "accepts what RFC 8259 does",
        arguments: [
            "{}", "[]", "0", "-0", "1", "-1.5e+10", "1E5", "0.1", "1e-7", "\"\"", "true", "false", "null",
            " \t\r\n[ ] ",
            "[1,2,3]", "[[],[[]],{}]", #"{"a":{"b":[{"c":null}]}}"#, #"{"a":1,"a":2}"#, #"{"":0}"#, #"[{},[],"x"]"#,
            #""\"\\\/\b\f\n\r\t\u0041\u00e9\uD83D\uDE00""#, "\"é€😀\u{10FFFF}\u{7F}\"", #"["\u0000"]"#,
            #"{ "a" : [ 1 , 2 ] }"#,
            String(repeating: "[", count: 64) + String(repeating: "]", count: 64), "-123456789012345678901234567890",
        ])
    func accepts(_ text: String) throws {
        _ = try Self.read(Array(text.utf8))
        // An object and an array around it are JSON too.
        if !text.hasPrefix("[[[[") {
            _ = try Self.read(Array(#"{"x":\#(text)}"#.utf8))
            _ = try Self.read(Array("[\(text),\(text)]".utf8))
        }
    }

    @Test(
        "refuses what RFC 8259 does",
        arguments: [
            "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "{]", "[}", "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{a:1}", "{1:1}", "{'a':1}", "{\"a\" 1}", "[1]]", "[1]x", "{}{}", "nul",
            "nulll",
            "True", "+1", "-", "--1", "01", "-01", "1.", ".1", "1.e1", "1e", "1e+", "0x10", "1_000", "Infinity", "NaN",
            "\"",
            "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u\"", "\"a\u{1}b\"", "\"line\nfeed\"",
            "\"tab\t\"",
            "// comment\n1", "[1/*x*/]", "\u{FEFF}{}", "\u{A0}1", "'a'", "{\"a\":1,,\"b\":2}", "[\"a\":1]",
            "{\"a\",\"b\"}",
            String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
            String(repeating: "[", count: 100_000),
        ])
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { _ = try Self.read(Array(text.utf8)) }
    }

    @Test(
        "refuses strings that are not UTF-8",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
        ] as [[UInt8]])
    func refusesBadUTF8(_ bytes: [UInt8]) {
        // Whatever stands around it, on both sides of the eight bytes that are looked at together.
        for padding in 0..<10 {
            let plain = Array(repeating: UInt8(ascii: "a"), count: padding)
            let error = #expect(throws: JSONError.self) {
                _ = try Self.read([0x22] + plain + bytes + plain + [0x22])
            }
            guard case .invalidUTF8 = error else {
                Issue.record("expected bad UTF-8, not \(String(describing: error)), behind \(padding) bytes")
                return
            }
        }
    }

    @Test(
        "refuses half of a surrogate pair", arguments: [#""\uD800""#, #""\uDC00""#, #""\uD800\uD800""#, #""\uD83Dx""#])
    func refusesLoneSurrogates(_ text: String) {
        let error = #expect(throws: JSONError.self) { _ = try Self.read(Array((text + "      ").utf8)) }
        guard case .invalidUTF8 = error else {
            Issue.record("expected bad UTF-8, not \(String(describing: error))")
            return
        }
    }

    @Test(
        "reads whole numbers exactly",
        arguments: [
            ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("42", .integer(42)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(0..<19)), ("-9223372036854775809", .number(0..<20)),
            ("99999999999999999999", .number(0..<20)), ("1.0", .number(0..<3)), ("1e2", .number(0..<3)),
        ])
    func integers(_ text: String, _ value: JSONValue) throws {
        #expect(try Self.read(Array(text.utf8)) == value)
    }

    @Test(
        "resolves escapes",
        arguments: [
            (#"plain"#, "plain"), (#"\"\\\/"#, "\"\\/"), (#"\b\f\n\r\t"#, "\u{8}\u{C}\n\r\t"),
            (#"\u0041\u00E9\u20aC"#, "Aé€"),
            (#"\ud83d\ude00x"#, "😀x"), (#"\u0000"#, "\0"), (#"é\u00e9é"#, "ééé"), (#"\uDBFF\uDFFF"#, "\u{10FFFF}"),
            ("", ""),
        ])
    func escapes(_ raw: String, _ text: String) throws {
        try Array("\"\(raw)\"".utf8).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            let string = try scanner.readString()
            #expect(scanner.text(of: string) == Array(text.utf8))
            #expect(string.hasEscapes == raw.contains("\\"))
        }
    }

    @Test("agrees with Foundation on texts of random fragments")
    func agreesWithFoundation() {
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let fragments = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"é\"", "\"\\n\"", "1", "-1", "0.5", "1e3", "true", "null", " ",
            "\"b\":",
        ]
        var valid = 0
        for _ in 0..<20_000 {
            let text = (0...random(8)).map { _ in fragments[random(fragments.count)] }.joined()
            // Foundation lets a comma end an array.
            guard !text.replacing(" ", with: "").contains(",]") else { continue }
            let isJSON = (try? Self.read(Array(text.utf8))) != nil
            let isFoundations =
                (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
            #expect(isJSON == isFoundations, "\(text)")
            if isJSON { valid += 1 }
        }
        #expect(valid > 500)
    }

    @Test("survives any damage to a message")
    func survivesDamage() {
        let message = Array(Body.update("00000001-0000000000000001", text: #"Où \"est\" \u00e9 le 😀 ?"#).utf8)
        for index in message.indices {
            _ = try? Self.read(Array(message[..<index]))
            for byte in stride(from: 0, through: 255, by: 5) {
                var damaged = message
                damaged[index] = UInt8(byte)
                _ = try? Self.read(damaged)
                damaged.withUnsafeBytes { _ = try? TextMessage($0) }
            }
        }
    }
}
