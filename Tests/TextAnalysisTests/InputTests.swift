import Foundation
import Testing

@testable import TextAnalysis

@Suite("Any input")
struct InputTests {
    /// A small generator of its own: the module under test has none.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 29) ^ state
        }
    }

    private func json(_ report: TextReport) throws -> [String: Any] {
        var bytes: [UInt8] = []
        report.writeJSON(into: &bytes)
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test("nothing comes of nothing")
    func empty() throws {
        let report = analyze("")
        #expect(report == TextReport())
        #expect(try json(report)["language"] as? String == "unknown")
    }

    @Test(
        "ill-formed sequences are replaced one U+FFFD a maximal subpart",
        arguments: [
            ([0x61, 0xFF, 0x62], 1, 3), ([0xC3], 1, 1), ([0xE2, 0x82], 1, 1), ([0xC0, 0xAF], 2, 2),
            ([0xE0, 0x80, 0x80], 3, 3), ([0xED, 0xA0, 0x80], 3, 3), ([0xF0, 0x9F, 0x98], 1, 1),
            ([0xF4, 0x90, 0x80, 0x80], 4, 4), ([0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41], 4, 5),
        ])
    func illFormed(bytes: [UInt8], replaced: Int, characters: Int) {
        let report = analyze(bytes: bytes)
        #expect(report.invalidSequences == replaced && report.characters == characters)
        #expect(report.bytes == bytes.count)
    }

    @Test("any bytes are read as the standard library repairs them, and never trap")
    func randomBytes() throws {
        var random = Random(state: 1)
        let interesting: [UInt8] = [
            0x20, 0x0A, 0x2E, 0x40, 0x23, 0x27, 0x2D, 0x41, 0x7A, 0x30, 0x3A, 0x2F, 0xC3, 0xA9, 0xD8, 0xD9, 0xA7, 0xE2,
            0x80,
            0x99, 0xAF, 0xF0, 0x9F, 0xED, 0xA0, 0xFF, 0xCC, 0x81, 0x2C,
        ]
        let analyzer = TextAnalyzer()
        var scratch = TextScratch()
        for length in 0..<1500 {
            let bytes = (0..<(length % 97)).map { _ in
                length % 3 == 0
                    ? UInt8.random(in: 0...255, using: &random) : interesting.randomElement(using: &random) ?? 0
            }
            let report = bytes.withUnsafeBytes { analyzer.analyze($0, scratch: &scratch) }
            let repaired = String(decoding: bytes, as: UTF8.self)
            #expect(report.characters == repaired.unicodeScalars.count)
            #expect((report.invalidSequences > 0) == (String(validating: bytes, as: UTF8.self) == nil))
            var clean = analyze(repaired)
            clean.bytes = report.bytes
            clean.invalidSequences = report.invalidSequences
            #expect(clean == report)
            _ = try json(report)
        }
    }

    @Test("every prefix of a text is fine, whole characters or not")
    func prefixes() {
        let bytes = Array((Sample.arabic + Sample.french + " x@y.org https://z.org #a_b @c 1,5").utf8)
        var words = 0
        for end in 0...bytes.count {
            let report = analyze(bytes: Array(bytes[..<end]))
            #expect(report.words >= words - 3)
            words = report.words
        }
    }

    @Test("a used scratch gives what a new one gives")
    func scratchReuse() {
        var scratch = TextScratch()
        let analyzer = TextAnalyzer()
        for text in Sample.all + ["", "a\u{301}", String(repeating: "mot ", count: 5000)] + Sample.all {
            let reused = Array(text.utf8).withUnsafeBytes { analyzer.analyze($0, scratch: &scratch) }
            #expect(reused == analyze(text))
        }
    }

    @Test("a span is read like a buffer")
    func span() {
        var scratch = TextScratch()
        let bytes = Array(Sample.french.utf8)
        #expect(TextAnalyzer().analyze(bytes.span, scratch: &scratch) == analyze(Sample.french))
    }

    @Test("the cost factor repeats the work and changes nothing else")
    func costFactor() {
        var scratch = TextScratch()
        let bytes = Array(Sample.english.utf8)
        let report = bytes.withUnsafeBytes { TextAnalyzer(costFactor: 5).analyze($0, scratch: &scratch) }
        #expect(report == analyze(Sample.english))
        #expect(scratch.bytesAnalysed == UInt64(5 * bytes.count))
        #expect(TextAnalyzer(costFactor: 0).costFactor == 1)
    }

    @Test("a megabyte")
    func megabyte() {
        let paragraph = Sample.english + "\n\n"
        let copies = 1_000_000 / paragraph.utf8.count + 1
        let one = analyze(paragraph)
        let report = analyze(String(repeating: paragraph, count: copies))
        #expect(report.words == copies * one.words && report.sentences == copies * one.sentences)
        #expect(report.uniqueWords == one.uniqueWords)
        #expect(analyze(String(repeating: "é", count: 500_000)).words == 1)
        #expect(analyze(String(repeating: "@.#'", count: 250_000)).words == 0)
    }

    @Test("what a huge text needed is given back")
    func trim() {
        var scratch = TextScratch()
        let text = [UInt8](repeating: 0x61, count: 5 << 20)
        _ = text.withUnsafeBytes { TextAnalyzer().analyze($0, scratch: &scratch) }
        #expect(scratch.keys.isEmpty && scratch.bytesAnalysed == 5 << 20)
    }

    @Test("the report as JSON")
    func reportAsJSON() throws {
        let report = analyze("\"Très \\bien\"\t@bob! Le service n'est pas mauvais : 1,5 % de https://example.org/a\"")
        let object = try json(report)
        #expect(object["language"] as? String == "fr")
        #expect(object["words"] as? Int == report.words && object["sentences"] as? Int == 2)
        #expect((object["reading_ease"] as? [String: Any])?["formula"] as? String == "kandel_moles_1958")
        let sentiment = try #require(object["sentiment"] as? [String: Any])
        let score = try #require(sentiment["score"] as? Double)
        #expect(abs(score - report.sentimentScore) < 0.00006)
        let entities = try #require(object["entities"] as? [String: [String: Any]])
        #expect(entities["mention"]?["values"] as? [String] == ["@bob"])
        #expect(entities["url"]?["values"] as? [String] == ["https://example.org/a"])
        let phrases = try #require(object["key_phrases"] as? [[String: Any]])
        #expect(phrases.compactMap { $0["text"] as? String } == report.keyPhrases.map(\.text))
    }

    @Test("JSON is appended to what is there")
    func append() throws {
        var bytes = Array("x".utf8)
        analyze(Sample.arabic).writeJSON(into: &bytes)
        var alone: [UInt8] = []
        analyze(Sample.arabic).writeJSON(into: &alone)
        #expect(bytes == Array("x".utf8) + alone)
    }

    @Test("negative and fractional figures")
    func figures() throws {
        var report = TextReport()
        report.sentimentScore = -0.00004
        report.languageConfidence = 0.12345678
        #expect(try json(report)["language_confidence"] as? Double == 0.1235)
        report.sentimentScore = -0.5
        #expect((try json(report)["sentiment"] as? [String: Any])?["score"] as? Double == -0.5)
    }
}
