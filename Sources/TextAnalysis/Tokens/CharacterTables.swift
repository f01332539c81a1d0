/// What a scalar is to the tokenizer.
enum CharacterKind: UInt8 {
    /// Emoji, currency, mathematics, controls: separates words, nothing else.
    case symbol = 0
    /// A letter or digit.
    case word
    /// Combining marks and invisible format characters: part of what precedes them.
    case extend
    /// White space within a line.
    case space
    /// The end of a line.
    case newline
    /// U+2029: the end of a paragraph.
    case paragraph
    /// Ends a sentence whatever follows: ! ? ؟ ۔
    case terminator
    /// Ends a sentence unless what follows says otherwise: . …
    case period
    /// Ends a phrase and continues a sentence: , ; : ، ؛
    case comma
    /// Quotes, brackets and dashes: end a phrase.
    case punctuation
    /// Joins letters: ' ’
    case apostrophe
    /// Joins words to phrases.
    case hyphen
    /// A word of its own: Han ideographs and Hiragana.
    case ideograph
    /// The @ of mentions and e-mail addresses.
    case at
    /// The # of hashtags.
    case hash
    /// Joins two digits: ٫ ٬ and no-break spaces.
    case numberJoiner
}

/// A scalar's kind, folded form and traits in 32 bits.
struct CharacterEntry {
    var bits: UInt32

    static let latin: UInt32 = 1
    static let arabic: UInt32 = 1 << 1
    static let digit: UInt32 = 1 << 2
    static let upper: UInt32 = 1 << 3
    /// A letter with an accent of French.
    static let french: UInt32 = 1 << 4
    /// A letter of the Latin or Arabic script that fr, en and ar do not use.
    static let foreign: UInt32 = 1 << 5
    /// A letter of which OSMAN says that it marks eloquent (faseeh) words: ء ئ ؤ ذ ظ.
    static let faseeh: UInt32 = 1 << 6

    init(bits: UInt32) { self.bits = bits }

    init(_ kind: CharacterKind, key: UInt32 = 0, traits: UInt32 = 0) {
        bits = key | (UInt32(kind.rawValue) << 21) | (traits << 25)
    }

    var kind: CharacterKind {
        @inline(__always) get { CharacterKind(rawValue: UInt8(truncatingIfNeeded: (bits >> 21) & 15)) ?? .symbol }
    }

    /// The scalar that stands for this one in word keys.
    var key: UInt32 {
        @inline(__always) get { bits & 0x1F_FFFF }
    }

    var traits: UInt32 {
        @inline(__always) get { bits >> 25 }
    }

    /// A letter or digit whose key has two bytes in UTF-8.
    var isTwoByteLetter: Bool {
        @inline(__always) get {
            (bits & 0x1E0_0000 == UInt32(CharacterKind.word.rawValue) << 21) && (bits & 0x1F_FFFF) &- 0x80 < 0x780
        }
    }
}

/// The tables that the tokenizer reads for every byte, built once from the character properties of the standard library.
struct CharacterTables: Sendable {
    static let shared = CharacterTables()

    /// For ASCII letters and digits their lower case in the low byte and traits in the high one; 0 for everything else.
    let ascii: [UInt16]
    /// The kind of each ASCII byte; `symbol` for the others.
    let kinds: [UInt8]
    /// `CharacterEntry` bits of the scalars below U+0800, all that two bytes can say, and of general punctuation behind them.
    let low: [UInt32]
    /// For the scalars below U+0800 that are letters with a key of two bytes: that key, the first byte lowest, and the traits
    /// in the upper half; 0 for all others.
    let pairs: [UInt32]

    /// Where U+2000 … U+207F stand in `low`.
    static let punctuationStart = 0x800

    private init() {
        let twoBytes = (0..<0x800).map { value in
            Unicode.Scalar(UInt32(value)).map(Self.lowEntry) ?? CharacterEntry(.symbol)
        }
        low = twoBytes.map(\.bits) + (0x2000..<0x2080).map { Self.wideEntry($0).bits }
        pairs = twoBytes.map { entry in
            guard entry.isTwoByteLetter else { return 0 }
            return 0xC0 | entry.key >> 6 | (0x80 | entry.key & 0x3F) << 8 | entry.traits << 16
        }
        var ascii = [UInt16](repeating: 0, count: 256)
        var kinds = [UInt8](repeating: CharacterKind.symbol.rawValue, count: 256)
        for byte in 0..<128 {
            let entry = CharacterEntry(bits: low[byte])
            kinds[byte] = entry.kind.rawValue
            if entry.kind == .word { ascii[byte] = UInt16(entry.key) | UInt16(entry.traits << 8) }
        }
        self.ascii = ascii
        self.kinds = kinds
    }

    /// Lends the tables as the pointers that the tokenizer reads.
    func withPointers(
        _ body: (
            _ ascii: UnsafePointer<UInt16>, _ kinds: UnsafePointer<UInt8>, _ low: UnsafePointer<UInt32>,
            _ pairs: UnsafePointer<UInt32>
        ) -> Void
    ) {
        ascii.withUnsafeBufferPointer { ascii in
            kinds.withUnsafeBufferPointer { kinds in
                low.withUnsafeBufferPointer { low in
                    pairs.withUnsafeBufferPointer { pairs in
                        guard let ascii = ascii.baseAddress, let kinds = kinds.baseAddress, let low = low.baseAddress,
                            let pairs = pairs.baseAddress
                        else { return }
                        body(ascii, kinds, low, pairs)
                    }
                }
            }
        }
    }

    // MARK: Scalars of one and two bytes

    private static func lowEntry(_ scalar: Unicode.Scalar) -> CharacterEntry {
        switch scalar {
        case "\n": return CharacterEntry(.newline)
        case "\u{A0}": return CharacterEntry(.numberJoiner)
        case "!", "?", "\u{61F}", "\u{6D4}": return CharacterEntry(.terminator)
        case ".": return CharacterEntry(.period)
        case ",", ";", ":", "\u{60C}", "\u{61B}": return CharacterEntry(.comma)
        case "'": return CharacterEntry(.apostrophe)
        case "-": return CharacterEntry(.hyphen)
        case "@": return CharacterEntry(.at)
        case "#": return CharacterEntry(.hash)
        case "\u{66B}", "\u{66C}": return CharacterEntry(.numberJoiner)
        case "\u{AD}", "\u{640}": return CharacterEntry(.extend)
        default: return byProperties(scalar)
        }
    }

    /// The folded letter by which Arabic words are looked up: one alef, no hamza seat, no tatweel; ى is ي and ة is ه.
    private static func foldedArabic(_ scalar: Unicode.Scalar) -> UInt32 {
        switch scalar {
        case "أ", "إ", "آ", "ٱ": 0x627
        case "ى", "ئ", "ی": 0x64A
        case "ؤ": 0x648
        case "ة": 0x647
        case "ک": 0x643
        default: scalar.value
        }
    }

    // MARK: Everything by its properties

    /// The entry of a scalar at or above U+0800.
    static func wideEntry(_ value: UInt32) -> CharacterEntry {
        switch value {
        case 0x2000...0x206F: return generalPunctuation(value)
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x3041...0x3096, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            return CharacterEntry(.ideograph, key: value)
        case 0x3000: return CharacterEntry(.space)
        case 0x3001, 0xFF0C: return CharacterEntry(.comma)
        case 0x3002, 0xFF01, 0xFF1F, 0xFF61: return CharacterEntry(.terminator)
        case 0xFE00...0xFE0F, 0xFEFF: return CharacterEntry(.extend)
        case 0xFFFD, 0x1F000...0x1FAFF: return CharacterEntry(.symbol)
        default:
            guard let scalar = Unicode.Scalar(value) else { return CharacterEntry(.symbol) }
            return byProperties(scalar)
        }
    }

    private static func generalPunctuation(_ value: UInt32) -> CharacterEntry {
        switch value {
        case 0x2000...0x200A, 0x205F: CharacterEntry(.space)
        case 0x202F: CharacterEntry(.numberJoiner)
        case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F: CharacterEntry(.extend)
        case 0x2010, 0x2011: CharacterEntry(.hyphen)
        case 0x2019: CharacterEntry(.apostrophe)
        case 0x2024...0x2026: CharacterEntry(.period)
        case 0x2028: CharacterEntry(.newline)
        case 0x2029: CharacterEntry(.paragraph)
        case 0x203C, 0x203D, 0x2047...0x2049: CharacterEntry(.terminator)
        case 0x2012...0x2018, 0x201A...0x201F, 0x2039, 0x203A: CharacterEntry(.punctuation)
        default: CharacterEntry(.symbol)
        }
    }

    private static func byProperties(_ scalar: Unicode.Scalar) -> CharacterEntry {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber:
            return letter(scalar)
        case .decimalNumber:
            let value = properties.numericValue.map { UInt32($0) } ?? 0
            return CharacterEntry(.word, key: 0x30 + value, traits: CharacterEntry.digit)
        case .nonspacingMark, .spacingMark, .enclosingMark:
            // Arabic words are compared without their marks; those of other scripts belong to the word.
            return CharacterEntry(.extend, key: (0x600...0x6FF).contains(scalar.value) ? 0 : scalar.value)
        case .format: return CharacterEntry(.extend)
        case .spaceSeparator: return CharacterEntry(.space)
        case .paragraphSeparator: return CharacterEntry(.paragraph)
        case .control: return CharacterEntry(properties.isWhitespace ? .space : .symbol)
        case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .dashPunctuation,
            .otherPunctuation:
            // Signs that belong to figures and names rather than between phrases.
            return CharacterEntry("&%*\\/".unicodeScalars.contains(scalar) ? .symbol : .punctuation)
        default: return CharacterEntry(.symbol)
        }
    }

    private static func letter(_ scalar: Unicode.Scalar) -> CharacterEntry {
        let properties = scalar.properties
        var traits: UInt32 = 0
        var key = scalar.value
        switch scalar.value {
        case 0x600...0x6FF, 0x750...0x77F, 0x8A0...0x8FF, 0xFB50...0xFDFF, 0xFE70...0xFEFE:
            traits |= CharacterEntry.arabic
            key = foldedArabic(scalar)
            if "ءئؤذظ".unicodeScalars.contains(scalar) { traits |= CharacterEntry.faseeh }
            if (0x672...0x6FF).contains(scalar.value) { traits |= CharacterEntry.foreign }
        case 0x41...0x24F, 0x1E00...0x1EFF:
            traits |= CharacterEntry.latin
        default: break
        }
        let lower = properties.lowercaseMapping.unicodeScalars
        if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
            traits |= CharacterEntry.upper
            // A lower case of several scalars (only İ) would not fit; such a letter stays as it is.
            if lower.count == 1, let only = lower.first { key = only.value }
        }
        if traits & CharacterEntry.latin != 0, key >= 0x80, let folded = Unicode.Scalar(key) {
            let isFrench = "àâæçèéêëîïôùûüÿœ".unicodeScalars.contains(folded)
            traits |= isFrench ? CharacterEntry.french : CharacterEntry.foreign
        }
        return CharacterEntry(.word, key: key, traits: traits)
    }
}
