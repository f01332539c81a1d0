package import Scenarios

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The distinct bodies of a run, made before it starts from its seed.
///
/// Body k depends on the seed, the text settings and k alone, so that a larger pool begins with the smaller one's bodies.
package struct BodyPool: Sendable {
    /// Texts to analyse and store, as many as the settings say.
    package let updates: [BodyTemplate]
    /// Removals of documents: with and without the optional members.
    package let deletes: [BodyTemplate]
    /// Bodies that no worker can process: every `BodyDefect` in every language of the settings.
    package let malformed: [BodyTemplate]

    /// Above this multiple of the 95th percentile a log-normal length is cut: five standard deviations do not reach it.
    private static let longestToP95 = 20

    /// Makes the bodies; settings are those of a validated scenario.
    package init(seed: UInt64, text settings: Scenario.Text = Scenario.Text()) {
        let maker = BodyMaker(seed: seed, settings: settings)
        updates = (0..<max(1, settings.pool)).map { maker.update(UInt64($0)) }
        deletes = (0..<4).map { maker.delete(UInt64($0)) }
        let languages = settings.languages.map(\.language)
        malformed = BodyDefect.allCases.flatMap { defect in
            languages.enumerated().map { maker.malformed(defect, language: $0.element, number: UInt64($0.offset)) }
        }
    }

    /// The templates of a kind; opaque bodies are a `PayloadPool`'s.
    package func templates(_ kind: Scenario.MessageKind) -> [BodyTemplate] {
        switch kind {
        case .update: updates
        case .delete: deletes
        case .malformed: malformed
        case .opaque, .line: []
        }
    }

    /// Draws a length in bytes of UTF-8.
    package static func drawLength(_ length: Scenario.Length, random: inout SeededGenerator) -> Int {
        switch length {
        case .fixed(let bytes): return bytes
        case .uniform(let low, let high): return low + random.nextIndex(below: max(1, high - low + 1))
        case .lognormal(let median, let p95):
            // The 95th percentile of the normal distribution is 1.6449 standard deviations above its mean.
            let deviation = log(Double(max(p95, 1)) / Double(max(median, 1))) / 1.644_853_626_951_473
            let drawn = Double(median) * exp(deviation * random.nextNormal())
            return max(1, Int(min(drawn, Double(longestToP95 * max(p95, 1)))))
        }
    }
}

private struct BodyMaker {
    let seed: UInt64
    let settings: Scenario.Text
    private let generators: [Scenario.Language: TextGenerator]
    private let totalWeight: Double

    // Streams of the run's seed that nothing else draws from; each body has one of its own.
    private static let updateStreams: UInt64 = 1 << 32
    private static let deleteStreams: UInt64 = 2 << 32
    private static let malformedStreams: UInt64 = 3 << 32

    init(seed: UInt64, settings: Scenario.Text) {
        self.seed = seed
        self.settings = settings
        generators = Dictionary(
            uniqueKeysWithValues: Scenario.Language.allCases.map { ($0, TextGenerator($0)) })
        totalWeight = settings.languages.reduce(0) { $0 + $1.weight }
    }

    func update(_ number: UInt64) -> BodyTemplate {
        var random = SeededGenerator(seed: seed, stream: Self.updateStreams + number)
        let language = drawLanguage(&random)
        var writer = BodyWriter()
        writer.id()
        writer.userID(1 + random.nextIndex(below: 100_000))
        writer.text(text(language, &random))
        writer.timestamp()
        writer.type("update")
        return writer.template(.update, language: language)
    }

    func delete(_ number: UInt64) -> BodyTemplate {
        var random = SeededGenerator(seed: seed, stream: Self.deleteStreams + number)
        var writer = BodyWriter()
        writer.id()
        if number & 1 != 0 { writer.userID(1 + random.nextIndex(below: 100_000)) }
        if number & 2 != 0 { writer.timestamp() }
        writer.type("delete")
        return writer.template(.delete)
    }

    func malformed(_ defect: BodyDefect, language: Scenario.Language, number: UInt64) -> BodyTemplate {
        let stream = Self.malformedStreams + number * 64 + UInt64(BodyDefect.allCases.firstIndex(of: defect) ?? 0)
        var random = SeededGenerator(seed: seed, stream: stream)
        let text = text(language, &random)
        let user = 1 + random.nextIndex(below: 100_000)
        var writer = BodyWriter()
        switch defect {
        case .empty: return BodyTemplate(bytes: [], kind: .malformed, defect: .empty)
        case .notJSON:
            return BodyTemplate(bytes: text, kind: .malformed, language: language, defect: .notJSON)
        case .notAnObject:
            return BodyTemplate(
                bytes: Array("[\"update\",\(user),\"\(BodyTemplate.placeholderTimestamp)\"]".utf8), kind: .malformed,
                defect: .notAnObject)
        case .truncated:
            writer.id()
            writer.userID(user)
            writer.text(text)
            // Within the text's string, before its end.
            let whole = writer.template(.malformed, language: language, defect: defect)
            let shortest = (whole.idOffset ?? 0) + 40
            var cut = whole
            cut.bytes.removeLast(2 + min(max(0, whole.bytes.count - shortest), 1 + text.count / 3))
            return cut
        case .missingID: break
        default: writer.id()
        }
        if defect == .userNotNumber { writer.raw("\"user_id\":\"user-\(user)\",") } else { writer.userID(user) }
        switch defect {
        case .missingText: break
        case .textNotString: writer.raw("\"text\":\(number & 1 == 0 ? "42" : "[\"a\",\"b\"]"),")
        case .badUTF8: writer.text(Self.broken(text))
        default: writer.text(text)
        }
        writer.timestamp()
        switch defect {
        case .missingType: writer.raw("\"source\":\"import\"}")
        case .unknownType: writer.type(number & 1 == 0 ? "upsert" : "UPDATE")
        default: writer.type("update")
        }
        return writer.template(.malformed, language: language, defect: defect)
    }

    /// The text with a byte of Latin-1 in its middle, as a wrongly declared source writes it.
    private static func broken(_ text: [UInt8]) -> [UInt8] {
        var broken = text
        var middle = text.count / 2
        while middle > 0, text[middle] & 0xC0 == 0x80 { middle -= 1 }
        broken.insert(contentsOf: [0xE9, 0x20], at: middle)
        return broken
    }

    private func text(_ language: Scenario.Language, _ random: inout SeededGenerator) -> [UInt8] {
        let bytes = BodyPool.drawLength(settings.length, random: &random)
        return generators[language]?.text(bytes: bytes, random: &random) ?? []
    }

    private func drawLanguage(_ random: inout SeededGenerator) -> Scenario.Language {
        var draw = random.nextUnit() * totalWeight
        for entry in settings.languages {
            draw -= entry.weight
            if draw < 0 { return entry.language }
        }
        return settings.languages.last?.language ?? .english
    }
}
