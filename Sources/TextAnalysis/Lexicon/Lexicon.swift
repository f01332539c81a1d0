/// What the analysis knows of a word, in each of the three languages, in 32 bits.
struct WordFacts: Equatable {
    var bits: UInt32 = 0

    private static let bitsPerLanguage: UInt32 = 8
    private static let stop: UInt32 = 1
    private static let negator: UInt32 = 2
    private static let booster: UInt32 = 4
    private static let known: UInt32 = 8
    private static let polarityShift: UInt32 = 4
    private static let foreignBit: UInt32 = 1 << 24
    private static let abbreviationShift: UInt32 = 26

    /// A property of a word in one language.
    enum Property: Equatable, Sendable {
        case stopWord
        case negator
        case booster
        /// Says nothing but that the word is of the language.
        case known
        /// −3 … 3
        case polarity(Int)
    }

    mutating func add(_ property: Property, in language: TextLanguage) {
        let flag: UInt32
        switch property {
        case .stopWord: flag = Self.stop
        case .negator: flag = Self.negator | Self.stop
        case .booster: flag = Self.booster | Self.stop
        case .known: flag = Self.known
        case .polarity(let value):
            flag = Self.known | ((UInt32(bitPattern: Int32(value)) & 7) << Self.polarityShift)
        }
        bits |= flag &<< shift(language)
    }

    mutating func addForeign() { bits |= Self.foreignBit }

    mutating func add(_ abbreviation: Abbreviation) {
        bits |= UInt32(abbreviation.rawValue) << Self.abbreviationShift
    }

    func isStopWord(in language: TextLanguage) -> Bool { bits &>> shift(language) & Self.stop != 0 }
    func isNegator(in language: TextLanguage) -> Bool { bits &>> shift(language) & Self.negator != 0 }
    func isBooster(in language: TextLanguage) -> Bool { bits &>> shift(language) & Self.booster != 0 }

    /// −3 … 3, 0 for words without.
    func polarity(in language: TextLanguage) -> Int {
        let value = Int(bits &>> (shift(language) &+ Self.polarityShift) & 7)
        return value > 3 ? value - 8 : value
    }

    /// A common word of a neighbouring language (es, de, it, pt, nl).
    var isForeign: Bool { bits & Self.foreignBit != 0 }

    var abbreviation: Abbreviation { Abbreviation(rawValue: UInt8(bits >> Self.abbreviationShift & 3)) ?? .none }

    /// Only what it adds to sentiment: a form derived by rule is no function word.
    var polarityOnly: WordFacts {
        let polarity: UInt32 = 0x78
        return WordFacts(bits: bits & (polarity | polarity << 8 | polarity << 16))
    }

    /// What it says for each language: 2 for a function word, 1 for another word of the lexicon, else 0; English in the first
    /// byte, French in the second, Arabic in the third.
    @inline(__always)
    var languagePoints: UInt64 {
        let everyLanguage: UInt32 = 1 | 1 << Self.bitsPerLanguage | 1 << (2 * Self.bitsPerLanguage)
        let stopWords = bits & everyLanguage &* Self.stop
        let others = bits / Self.known & everyLanguage & ~stopWords
        return UInt64(stopWords &<< 1 | others)
    }

    /// The bits that mark function words of a language, or of any without one.
    static func stopWords(of language: TextLanguage?) -> UInt32 {
        guard let language else { return stop | stop << bitsPerLanguage | stop << (2 * bitsPerLanguage) }
        return stop &<< (UInt32(language.rawValue) &* bitsPerLanguage)
    }

    /// The bits that mark words with a polarity and negators in a language; none without one.
    static func sentimental(in language: TextLanguage?) -> UInt32 {
        guard let language else { return 0 }
        return (7 << polarityShift | negator) &<< (UInt32(language.rawValue) &* bitsPerLanguage)
    }

    private func shift(_ language: TextLanguage) -> UInt32 { UInt32(language.rawValue) &* Self.bitsPerLanguage }
}

/// Words behind which a full stop need not end the sentence.
enum Abbreviation: UInt8 {
    case none = 0
    /// Before a name: Dr. Mme. St.
    case title = 1
    /// Before a figure: no. 5, p. 12, fig. 3
    case beforeNumber = 2
}

/// The committed words of all languages in one open-addressing table, by the hash of their keys; built once.
struct Lexicon: Sendable {
    static let shared = Lexicon()

    private struct Slot {
        var hash: UInt64 = 0
        var facts = WordFacts()
    }

    private let slots: [Slot]
    private let mask: Int
    /// How many words it holds.
    let count: Int
    /// The bytes of the longest abbreviation's key.
    private let abbreviationBytesMaximum: Int

    private init() {
        var facts: [UInt64: WordFacts] = [:]
        func add(_ words: String, _ change: (inout WordFacts) -> Void) {
            for word in words.split(whereSeparator: \.isWhitespace) {
                change(&facts[WordHash.hash(Self.key(of: word)), default: WordFacts()])
            }
        }
        for list in [EnglishLexicon.words, FrenchLexicon.words, ArabicLexicon.words] {
            for (property, words) in list.lists { add(words) { $0.add(property, in: list.language) } }
        }
        // What one of our languages knows is no evidence against it.
        add(ForeignWords.words) { if $0.bits == 0 { $0.addForeign() } }
        add(Abbreviations.titles) { $0.add(.title) }
        add(Abbreviations.beforeNumbers) { $0.add(.beforeNumber) }

        // At most a quarter full, so that a word that is not in it is known to be so after about one look.
        var size = 1
        while size < facts.count * 4 { size *= 2 }
        var slots = [Slot](repeating: Slot(), count: size)
        for (hash, fact) in facts {
            var index = Int(truncatingIfNeeded: hash) & (size - 1)
            while slots[index].facts.bits != 0 { index = (index + 1) & (size - 1) }
            slots[index] = Slot(hash: hash, facts: fact)
        }
        self.slots = slots
        mask = size - 1
        count = facts.count
        abbreviationBytesMaximum =
            (Abbreviations.titles + " " + Abbreviations.beforeNumbers).split(whereSeparator: \.isWhitespace)
            .map { Self.key(of: $0).count }.max() ?? 0
    }

    /// What is known of the word with this key hash; nothing for words it does not hold.
    @inline(__always)
    func facts(hash: UInt64) -> WordFacts {
        slots.withUnsafeBufferPointer { slots in
            var index = Int(truncatingIfNeeded: hash) & mask
            while slots[index].facts.bits != 0 {
                if slots[index].hash == hash { return slots[index].facts }
                index = (index &+ 1) & mask
            }
            return WordFacts()
        }
    }

    /// Whether a word takes a full stop within a sentence: most are too long to be looked up.
    func abbreviation(_ token: Token) -> Abbreviation {
        Int(token.keyLength) > abbreviationBytesMaximum ? .none : facts(hash: token.hash).abbreviation
    }

    /// The key of a word as the tokenizer would write it.
    static func key(of word: some StringProtocol) -> [UInt8] {
        var key: [UInt8] = []
        for scalar in word.unicodeScalars {
            let entry =
                scalar.value < 0x800
                ? CharacterEntry(bits: CharacterTables.shared.low[Int(scalar.value)])
                : CharacterTables.wideEntry(scalar.value)
            switch entry.kind {
            case .word:
                if let folded = Unicode.Scalar(entry.key) { key.append(contentsOf: UTF8.encode(folded) ?? .init()) }
            case .apostrophe: key.append(0x27)
            case .period: key.append(0x2E)
            default: break
            }
        }
        return key
    }
}

/// The committed lists of one language, words separated by white space.
struct LexiconWords: Sendable {
    var language: TextLanguage
    var lists: [(WordFacts.Property, String)]
}
