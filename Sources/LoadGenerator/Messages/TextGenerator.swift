package import Scenarios

/// Makes real-looking text in French, English or Arabic: the same generator state makes the same text.
///
/// Sentences are drawn from patterns, their words by Zipf's law, in paragraphs of three to six; one sentence in twelve has an
/// address, name or tag in it. Names and addresses are invented and lie below example.org and example.com.
package struct TextGenerator: Sendable {
    private let grammar: SentenceGrammar

    /// A generator of texts in one language.
    package init(_ language: Scenario.Language) {
        switch language {
        case .english: grammar = .english
        case .french: grammar = .french
        case .arabic: grammar = .arabic
        }
    }

    /// A text of exactly `bytes` bytes of UTF-8.
    package func text(bytes: Int, random: inout SeededGenerator) -> [UInt8] {
        guard bytes > 0 else { return [] }
        var draft = Draft(grammar: grammar, random: random)
        draft.bytes.reserveCapacity(bytes + 256)
        var sentencesLeft = draft.random.nextIndex(below: 4) + 3
        while draft.bytes.count < bytes {
            if !draft.bytes.isEmpty { draft.bytes.append(contentsOf: sentencesLeft == 0 ? [0x0A, 0x0A] : [0x20]) }
            if sentencesLeft == 0 { sentencesLeft = draft.random.nextIndex(below: 4) + 3 }
            draft.addSentence()
            sentencesLeft -= 1
        }
        draft.fit(to: bytes)
        random = draft.random
        return draft.bytes
    }
}

/// A text while it is written.
private struct Draft {
    let grammar: SentenceGrammar
    var random: SeededGenerator
    var bytes: [UInt8] = []
    /// Typographic apostrophes and no-break spaces, or those of a plain keyboard.
    private let isTypographic: Bool
    private let hasArabicDigits: Bool
    /// Where the last word starts.
    private var lastWord = 0

    init(grammar: SentenceGrammar, random: SeededGenerator) {
        var random = random
        isTypographic = random.nextIndex(below: 2) == 0
        let drawsArabicDigits = random.nextIndex(below: 2) == 0
        hasArabicDigits = grammar.grammar == .arabic && drawsArabicDigits
        self.grammar = grammar
        self.random = random
    }

    mutating func addSentence() {
        let isAside = random.nextIndex(below: 12) == 0
        let patterns = isAside ? grammar.asides : grammar.sentences
        let pattern = patterns[random.nextIndex(below: patterns.count)]
        let start = bytes.count
        for pieces in pattern {
            var word: [UInt8] = []
            for piece in pieces { append(piece, to: &word) }
            join(word, isFirst: bytes.count == start)
        }
        capitalise(from: start)
    }

    private mutating func append(_ piece: SentenceGrammar.Piece, to word: inout [UInt8]) {
        switch piece {
        case .literal(let text): word.append(contentsOf: text)
        case .word(let index): word.append(contentsOf: grammar.classes[index].draw(&random))
        case .number: word.append(contentsOf: number())
        case .url:
            word.append(contentsOf: random.nextIndex(below: 4) == 0 ? "www.".utf8 : "https://".utf8)
            word.append(contentsOf: oneOf(Invented.hosts).utf8)
            word.append(0x2F)
            word.append(contentsOf: oneOf(Invented.paths).utf8)
        case .email:
            word.append(contentsOf: oneOf(Invented.handles).utf8)
            word.append(0x40)
            word.append(contentsOf: oneOf(Invented.domains).utf8)
        case .mention:
            word.append(0x40)
            word.append(contentsOf: oneOf(Invented.handles).utf8.map { $0 == 0x2E ? 0x5F : $0 })
        case .hashtag:
            word.append(0x23)
            word.append(contentsOf: grammar.classes[grammar.tagClass].draw(&random))
        }
    }

    private mutating func oneOf(_ values: [String]) -> String { values[random.nextIndex(below: values.count)] }

    /// A small count, a thousand with its grouping sign, a decimal or a year.
    private mutating func number() -> [UInt8] {
        var text: String
        switch random.nextIndex(below: 10) {
        case 0...4: text = "\(2 + random.nextIndex(below: 98))"
        case 5...6:
            let group = String(1000 + random.nextIndex(below: 1000)).dropFirst()
            let sign = grammar.grammar == .french ? "\u{202F}" : grammar.grammar == .arabic ? "" : ","
            text = "\(1 + random.nextIndex(below: 90))\(sign)\(group)"
        case 7...8:
            let sign = grammar.grammar == .french ? "," : hasArabicDigits ? "\u{66B}" : "."
            text = "\(random.nextIndex(below: 100))\(sign)\(random.nextIndex(below: 10))"
        default: text = "\(1950 + random.nextIndex(below: 80))"
        }
        if hasArabicDigits {
            text = String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { digit in
                        (0x30...0x39).contains(digit.value)
                            ? Unicode.Scalar(digit.value - 0x30 + 0x660) ?? digit : digit
                    }))
        }
        return Array(text.utf8)
    }

    // MARK: Words beside each other

    private mutating func join(_ word: [UInt8], isFirst: Bool) {
        if !isFirst {
            switch grammar.grammar {
            case .english: joinEnglish(word)
            case .french: if joinFrench(word) { return }
            case .arabic: bytes.append(0x20)
            }
        }
        lastWord = bytes.count
        for byte in word {
            if byte == 0x27, isTypographic { bytes.append(contentsOf: "’".utf8) } else { bytes.append(byte) }
        }
    }

    /// a → an before a vowel's sound.
    private mutating func joinEnglish(_ word: [UInt8]) {
        let isArticle = bytes.count - lastWord == 1 && (bytes[lastWord] | 0x20) == 0x61
        if isArticle, Self.takesAn(word) { bytes.append(0x6E) }
        bytes.append(0x20)
    }

    private static func takesAn(_ word: [UInt8]) -> Bool {
        switch word.first {
        case 0x61, 0x65, 0x69, 0x6F: true
        case 0x68: word.starts(with: "hon".utf8) || word.starts(with: "hour".utf8)
        case 0x75: !word.starts(with: "us".utf8) && !word.starts(with: "uni".utf8)
        default: false
        }
    }

    /// le ami → l'ami, du arbre → de l'arbre, ce ordre → cet ordre, ma amie → mon amie; true if the word was written.
    private mutating func joinFrench(_ word: [UInt8]) -> Bool {
        if let first = word.first, word.count == 1, "?!:;%".utf8.contains(first) || word == Array("»".utf8) {
            bytes.append(contentsOf: isTypographic ? [0xC2, 0xA0] : [0x20])
            return false
        }
        guard Self.elides(word) else {
            bytes.append(0x20)
            return false
        }
        let last = String(decoding: bytes[lastWord...], as: UTF8.self)
        let apostrophe = isTypographic ? "’" : "'"
        switch last.lowercased() {
        case "le", "la", "de", "que", "ne", "je", "se":
            bytes.removeLast()
            bytes.append(contentsOf: apostrophe.utf8)
        case "du":
            bytes.replaceSubrange((lastWord + 1)..., with: "e l\(apostrophe)".utf8)
        case "ce": bytes.append(contentsOf: "t ".utf8)
        case "ma", "sa":
            bytes.replaceSubrange((lastWord + 1)..., with: "on ".utf8)
        default:
            bytes.append(0x20)
            return false
        }
        lastWord = bytes.count
        bytes.append(contentsOf: word)
        return true
    }

    /// Whether a French word starts with a vowel or a silent h.
    private static func elides(_ word: [UInt8]) -> Bool {
        guard let first = word.first else { return false }
        switch first | 0x20 {
        case 0x61, 0x65, 0x69, 0x6F, 0x75: return true
        case 0x68: return !["honte", "haut", "haute"].contains { word.elementsEqual($0.utf8) }
        default: break
        }
        // à â é è ê î ô, large and small, and œ.
        guard first == 0xC3 || first == 0xC5, word.count > 1 else { return false }
        return first == 0xC5
            ? word[1] == 0x93 : [0xA0, 0xA2, 0xA8, 0xA9, 0xAA, 0xAE, 0xB4, 0x89, 0x80].contains(word[1])
    }

    private mutating func capitalise(from start: Int) {
        var index = start
        if bytes.count > index, bytes[index] == 0x22 { index += 1 }
        if bytes.count > index + 2, bytes[index] == 0xC2, bytes[index + 1] == 0xAB {
            index += bytes[index + 2] == 0x20 ? 3 : 4
        }
        guard index + 1 < bytes.count else { return }
        if (0x61...0x7A).contains(bytes[index]) {
            bytes[index] -= 0x20
        } else if bytes[index] == 0xC3, bytes[index + 1] >= 0xA0, bytes[index + 1] != 0xB7, bytes[index + 1] < 0xBF {
            bytes[index + 1] -= 0x20
        }
    }

    // MARK: Exact length

    /// Cuts the text behind a word and fills it with others up to exactly `count` bytes.
    mutating func fit(to count: Int) {
        guard bytes.count > count else { return }
        var end = count
        while end > 0, bytes[end] != 0x20, bytes[end] != 0x0A { end -= 1 }
        bytes.removeLast(bytes.count - end)
        while let last = bytes.last, last == 0x20 || last == 0x0A { bytes.removeLast() }
        while bytes.count < count { fill(count - bytes.count) }
    }

    /// Adds a word, with a full stop if the text is full with it.
    private mutating func fill(_ room: Int) {
        let separator = bytes.isEmpty ? 0 : 1
        let isArabic = grammar.grammar == .arabic
        let smallest = isArabic ? 2 : 1
        // Arabic words have an even number of bytes; the mark behind them makes it come out.
        let mark: [UInt8] = isArabic && (room - separator) % 2 == 0 ? Array("؟".utf8) : [0x2E]
        let exact = room - separator - mark.count
        guard exact >= smallest else {
            bytes.append(contentsOf: room >= mark.count ? mark : [0x2E])
            return
        }
        // A rest too short for another word must not remain.
        var length = exact
        let longest = isArabic ? 16 : 12
        if length > longest { length = 4 + 2 * random.nextIndex(below: 3) }
        if exact - length > 0, exact - length < 5 { length = isArabic ? 2 : max(1, exact - 6) }
        while grammar.wordsByLength[length].isEmpty { length -= isArabic ? 2 : 1 }
        let words = grammar.wordsByLength[length]
        if separator == 1 { bytes.append(0x20) }
        bytes.append(contentsOf: words[random.nextIndex(below: words.count)])
        if length == exact { bytes.append(contentsOf: mark) }
    }
}

/// Names that belong to nobody.
private enum Invented {
    static let hosts = [
        "www.example.org", "news.example.com", "blog.example.org", "shop.example.com", "www.example.net/fr",
        "docs.example.org", "city.example.org", "media.example.com",
    ]
    static let paths = [
        "index.html", "2026/11/21/market", "articles?id=4821&page=2", "recettes/soupe", "a/b-c_d", "search?q=rain",
        "photos/summer", "orders/7731", "help#contact", "",
    ]
    static let domains = ["example.org", "example.com", "mail.example.net", "city.example.org"]
    static let handles = [
        "anna.w", "leo92", "k.haddad", "julie_m", "omar", "clara.b", "nina_s", "youssef7", "marc", "lina.k", "p.dubois",
        "sam_t", "rania", "theo33", "emma.j", "info", "contact", "press", "h.moreau", "d.evans",
    ]
}
