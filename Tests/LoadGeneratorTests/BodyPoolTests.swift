import Foundation
import Scenarios
import Testing
import TextAnalysis

@testable import LoadGenerator

@Suite("Message bodies")
struct BodyPoolTests {
    private static func settings(
        pool: Int = 256, length: Scenario.Length = .lognormal(medianBytes: 600, p95Bytes: 2400)
    ) -> Scenario.Text {
        var settings = Scenario.Text()
        settings.pool = pool
        settings.length = length
        return settings
    }

    private func object(_ body: BodyTemplate) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body.bytes)) as? [String: Any])
    }

    @Test("the same seed makes the same bodies, another seed others")
    func seeds() {
        let first = BodyPool(seed: 7, text: Self.settings(pool: 32))
        let again = BodyPool(seed: 7, text: Self.settings(pool: 32))
        let other = BodyPool(seed: 8, text: Self.settings(pool: 32))
        #expect(first.updates == again.updates)
        #expect(first.deletes == again.deletes)
        #expect(first.malformed == again.malformed)
        #expect(first.updates != other.updates)
    }

    @Test("a larger pool begins with the bodies of the smaller one")
    func prefixes() {
        let small = BodyPool(seed: 7, text: Self.settings(pool: 10))
        let large = BodyPool(seed: 7, text: Self.settings(pool: 40))
        #expect(Array(large.updates.prefix(10)) == small.updates)
        #expect(Set(large.updates.map(\.bytes)).count == 40)
    }

    @Test("updates are the JSON of an update")
    func updates() throws {
        for body in BodyPool(seed: 1, text: Self.settings()).updates {
            let object = try object(body)
            #expect(Set(object.keys) == ["id", "user_id", "text", "timestamp", "type"])
            #expect(object["id"] as? String == BodyTemplate.placeholderID)
            #expect(object["timestamp"] as? String == BodyTemplate.placeholderTimestamp)
            #expect(object["type"] as? String == "update")
            let user = try #require(object["user_id"] as? Int)
            #expect((1...100_000).contains(user))
            #expect((object["text"] as? String)?.isEmpty == false)
            #expect(body.kind == .update && body.language != nil && body.defect == nil)
        }
    }

    @Test("deletes name a document and need no more")
    func deletes() throws {
        let bodies = BodyPool(seed: 1, text: Self.settings(pool: 1)).deletes
        let keys = try bodies.map { Set(try object($0).keys) }
        #expect(keys.contains(["id", "type"]))
        #expect(keys.contains(["id", "type", "user_id", "timestamp"]))
        for body in bodies { #expect(try object(body)["type"] as? String == "delete") }
    }

    @Test("the places to patch hold the identifier and the time")
    func offsets() throws {
        let pool = BodyPool(seed: 3, text: Self.settings(pool: 64))
        #expect(BodyTemplate.placeholderID.utf8.count == 25)
        #expect(BodyTemplate.placeholderTimestamp.utf8.count == 24)
        for body in pool.updates + pool.deletes + pool.malformed {
            if let offset = body.idOffset {
                #expect(Array(body.bytes[offset..<(offset + 25)]) == Array(BodyTemplate.placeholderID.utf8))
            }
            if let offset = body.timestampOffset {
                #expect(Array(body.bytes[offset..<(offset + 24)]) == Array(BodyTemplate.placeholderTimestamp.utf8))
            }
        }
        #expect(pool.updates.allSatisfy { $0.idOffset != nil && $0.timestampOffset != nil })
        #expect(pool.deletes.allSatisfy { $0.idOffset != nil })
    }

    @Test("a patched body says the patched values")
    func patching() throws {
        var body = BodyPool(seed: 3, text: Self.settings(pool: 1)).updates[0]
        let offset = try #require(body.idOffset)
        body.bytes.replaceSubrange(offset..<(offset + 25), with: "00c0ffee-000000000000002a".utf8)
        #expect(try object(body)["id"] as? String == "00c0ffee-000000000000002a")
    }

    @Test("every way of being malformed is there, and is what it says", arguments: BodyDefect.allCases)
    func malformed(defect: BodyDefect) throws {
        let bodies = BodyPool(seed: 5, text: Self.settings(pool: 1)).malformed.filter { $0.defect == defect }
        #expect(bodies.count == 3)
        for body in bodies {
            #expect(body.kind == .malformed)
            let parsed = try? JSONSerialization.jsonObject(with: Data(body.bytes), options: [.fragmentsAllowed])
            let object = parsed as? [String: Any]
            switch defect {
            case .truncated:
                #expect(parsed == nil && body.bytes.starts(with: "{\"id\":\"".utf8))
                #expect(String(validating: body.bytes.prefix(40), as: UTF8.self) != nil)
            case .notJSON: #expect(parsed == nil && !body.bytes.isEmpty)
            case .notAnObject: #expect(parsed is [Any])
            case .missingID: #expect(object != nil && object?["id"] == nil)
            case .missingType: #expect(object != nil && object?["type"] == nil)
            case .unknownType: #expect(["upsert", "UPDATE"].contains(object?["type"] as? String))
            case .missingText: #expect(object?["type"] as? String == "update" && object?["text"] == nil)
            case .textNotString: #expect(object?["text"] != nil && !(object?["text"] is String))
            case .userNotNumber: #expect(object?["user_id"] is String)
            case .badUTF8: #expect(String(validating: body.bytes, as: UTF8.self) == nil)
            case .empty: #expect(body.bytes.isEmpty)
            }
        }
    }

    @Test("languages come by their weights")
    func weights() {
        var settings = Self.settings(pool: 4000, length: .fixed(bytes: 40))
        settings.languages = [.init(language: .french, weight: 3), .init(language: .arabic, weight: 1)]
        let updates = BodyPool(seed: 9, text: settings).updates
        let french = updates.count { $0.language == .french }
        // 3000 expected; six standard deviations are 164.
        #expect(abs(french - 3000) < 164)
        #expect(!updates.contains { $0.language == .english })
    }

    @Test("log-normal lengths have their median and 95th percentile")
    func lognormal() {
        var random = SeededGenerator(seed: 12)
        let drawn = (0..<40_000).map { _ in
            BodyPool.drawLength(.lognormal(medianBytes: 600, p95Bytes: 2400), random: &random)
        }.sorted()
        #expect(abs(Double(drawn[20_000]) / 600 - 1) < 0.03)
        #expect(abs(Double(drawn[38_000]) / 2400 - 1) < 0.05)
        #expect(drawn[0] >= 1 && drawn[39_999] <= 20 * 2400)
    }

    @Test("uniform lengths cover their range evenly, fixed ones are exact")
    func otherLengths() {
        var random = SeededGenerator(seed: 13)
        let drawn = (0..<11_000).map { _ in
            BodyPool.drawLength(.uniform(minBytes: 100, maxBytes: 110), random: &random)
        }
        for length in 100...110 { #expect(abs(drawn.count { $0 == length } - 1000) < 180) }
        #expect(Set(drawn) == Set(100...110))
        #expect(BodyPool.drawLength(.fixed(bytes: 77), random: &random) == 77)
    }

    @Test("texts have exactly the bytes asked for and are valid UTF-8", arguments: Scenario.Language.allCases)
    func exactLengths(language: Scenario.Language) {
        let generator = TextGenerator(language)
        var random = SeededGenerator(seed: 14)
        for bytes in Array(0...300) + [1000, 4096, 20_000] {
            let text = generator.text(bytes: bytes, random: &random)
            #expect(text.count == bytes)
            #expect(String(validating: text, as: UTF8.self) != nil)
        }
    }

    @Test("word frequencies fall with the rank as Zipf's law has it")
    func zipf() {
        let words = WordClass((1...200).map { "w\($0)" }.joined(separator: " "))
        var random = SeededGenerator(seed: 15)
        var counts: [[UInt8]: Int] = [:]
        for _ in 0..<50_000 { counts[words.draw(&random), default: 0] += 1 }
        func count(_ rank: Int) -> Double { Double(counts[Array("w\(rank)".utf8)] ?? 0) }
        // (100 + 2.7) / (1 + 2.7) = 27.8
        #expect(abs(count(1) / count(100) - 27.8) < 8)
        #expect(abs(count(10) / count(100) - 8.1) < 2.5)
    }

    @Test("French words elide and contract, English ones take an")
    func joining() {
        var random = SeededGenerator(seed: 16)
        // A text is typographic throughout or not at all.
        let french = (0..<8).map { _ in
            String(decoding: TextGenerator(.french).text(bytes: 10_000, random: &random), as: UTF8.self)
        }.joined(separator: "\n\n")
        #expect(french.contains("l'") && french.contains("l’") && french.contains("d’"))
        for wrong in [" le ami ", " la équipe ", " du arbre ", " de être ", " la honte d'eau", "l'honte", "ce homme "] {
            #expect(!french.contains(wrong), "\(wrong)")
        }
        let english = String(
            decoding: TextGenerator(.english).text(bytes: 60_000, random: &random), as: UTF8.self)
        #expect(english.contains(" an ") && !english.contains(" a old ") && !english.contains(" an new "))
    }

    @Test("addresses, names, tags and numbers occur", arguments: Scenario.Language.allCases)
    func entities(language: Scenario.Language) {
        var random = SeededGenerator(seed: 17)
        let text = String(decoding: TextGenerator(language).text(bytes: 30_000, random: &random), as: UTF8.self)
        let report = TextAnalyzer().analyze(text)
        for kind in EntityKind.allCases { #expect(report.entityCount(kind) > 3, "\(kind)") }
    }

    @Test("the analysis knows the language of generated texts", arguments: Scenario.Language.allCases)
    func identification(language: Scenario.Language) {
        var random = SeededGenerator(seed: 18)
        let generator = TextGenerator(language)
        let analyzer = TextAnalyzer()
        var scratch = TextScratch()
        var right = 0
        for number in 0..<400 {
            // Of Arabic, 200 bytes are about 100 characters.
            let text = generator.text(bytes: (language == .arabic ? 220 : 110) + number, random: &random)
            let report = text.withUnsafeBytes { analyzer.analyze($0, scratch: &scratch) }
            if report.language.map({ "\($0.code)" }) == language.rawValue { right += 1 }
        }
        #expect(right >= 396)
    }
}
