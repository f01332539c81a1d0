/// Cuts valid UTF-8 into word tokens, sentences and entities in one pass.
///
/// Words follow UAX #29 (default word boundaries, of which only segments with a letter or digit are kept) with the
/// tailorings listed in the module's documentation.
///
/// Methods that change nothing are `mutating` all the same: others would be handed a copy of all this each time.
struct Tokenizer: ~Copyable {
    let text: UnsafePointer<UInt8>
    let count: Int
    let ascii: UnsafePointer<UInt16>
    let kinds: UnsafePointer<UInt8>
    let low: UnsafePointer<UInt32>
    let pairs: UnsafePointer<UInt32>
    let lexicon: Lexicon
    /// Room for every key: twice the text and 64 bytes.
    let keys: UnsafeMutablePointer<UInt8>

    /// Room for tokens; when it is used up the tokenizer stops to be given more.
    var tokens: UnsafeMutablePointer<Token>
    var tokenCapacity: Int
    var tokenCount = 0

    var keyEnd = 0
    var entities: EntityTally
    var sentences = 0

    // What the sentence rules remember between two words.
    var pending = PendingEnd.none
    var pendingPosition = 0
    var pendingToken: Int?
    var sentenceHasContent = false
    var wordsInSentence = 0

    /// Traits that the next token gets for what stands before it.
    var nextTraits: UInt32 = Token.phraseBreak | Token.sentenceStart
    var lastWordEnd = -1
    var lastEntityEnd = 0

    /// Reads from `start` until the text ends or the room for tokens; returns where it stopped.
    mutating func run(from start: Int) -> Int {
        var index = start
        while index < count {
            guard tokenCount < tokenCapacity else { return index }
            let byte = text[index]
            if byte == 0x20 {
                index &+= 1
            } else if ascii[Int(byte)] != 0 || byte == 0xC3 {
                index = plainWord(at: index, .latin) ?? anyCharacter(at: index)
            } else if byte >= 0xD8, byte < 0xE0 {
                index = plainWord(at: index, .pairs) ?? anyCharacter(at: index)
            } else if byte < 0x80 {
                let kind = CharacterKind(rawValue: kinds[Int(byte)]) ?? .symbol
                index = separator(kind, at: index, length: 1)
            } else {
                index = anyCharacter(at: index)
            }
        }
        endSentence()
        return index
    }

    /// Reads what begins at `index`, whatever it is; returns where to go on.
    private mutating func anyCharacter(at index: Int) -> Int {
        let (entry, length) = character(at: index)
        switch entry.kind {
        case .word, .ideograph: return word(at: index)
        case .extend: return index &+ length
        case let kind: return separator(kind, at: index, length: length)
        }
    }

    // MARK: Characters

    /// The character at `index` and its length in bytes.
    @inline(__always)
    mutating func character(at index: Int) -> (entry: CharacterEntry, length: Int) {
        let byte = text[index]
        if byte < 0x80 { return (CharacterEntry(bits: low[Int(byte)]), 1) }
        if byte < 0xE0 {
            let scalar = (Int(byte & 0x1F) << 6) | Int(text[index &+ 1] & 0x3F)
            return (CharacterEntry(bits: low[scalar]), 2)
        }
        if byte == 0xE2, text[index &+ 1] & 0xFE == 0x80 {
            let offset = Int(text[index &+ 1] & 1) << 6 | Int(text[index &+ 2] & 0x3F)
            return (CharacterEntry(bits: low[CharacterTables.punctuationStart &+ offset]), 3)
        }
        let (scalar, length) = wideScalar(at: index)
        return (CharacterTables.wideEntry(scalar), length)
    }

    /// The scalar of a sequence of three or four bytes.
    mutating func wideScalar(at index: Int) -> (scalar: UInt32, length: Int) {
        let byte = UInt32(text[index])
        let second = UInt32(text[index &+ 1] & 0x3F)
        let third = UInt32(text[index &+ 2] & 0x3F)
        if byte < 0xF0 { return (((byte & 0x0F) << 12) | (second << 6) | third, 3) }
        let fourth = UInt32(text[index &+ 3] & 0x3F)
        return (((byte & 0x07) << 18) | (second << 12) | (third << 6) | fourth, 4)
    }

    /// Whether a letter (not a digit) stands at `index`.
    mutating func isLetter(at index: Int) -> Bool {
        guard index < count else { return false }
        let entry = character(at: index).entry
        return entry.kind == .word && entry.traits & CharacterEntry.digit == 0
    }

    /// Whether a digit stands at `index`.
    mutating func isDigit(at index: Int) -> Bool {
        guard index < count else { return false }
        let entry = character(at: index).entry
        return entry.kind == .word && entry.traits & CharacterEntry.digit != 0
    }

    // MARK: What stands between words

    private mutating func separator(_ kind: CharacterKind, at index: Int, length: Int) -> Int {
        let end = index &+ length
        switch kind {
        case .space, .numberJoiner, .apostrophe, .extend, .word, .ideograph: break
        case .newline: return lineEnds(at: index)
        case .paragraph: endParagraph()
        case .terminator:
            nextTraits |= Token.phraseBreak
            if sentenceHasContent { (pending, pendingPosition) = (.strong, end) }
        case .period: period(at: index, end: end)
        case .comma:
            // SB8a: a comma behind the full stop continues the sentence.
            nextTraits |= Token.phraseBreak
            pending = .none
        case .punctuation, .symbol: nextTraits |= Token.phraseBreak
        case .hyphen:
            if lastWordEnd != index || !(isLetter(at: end) || isDigit(at: end)) { nextTraits |= Token.phraseBreak }
        case .at: return atSign(at: index)
        case .hash: return hashSign(at: index)
        }
        return end
    }

    /// White space from the first line end on; an empty line ends the paragraph.
    private mutating func lineEnds(at index: Int) -> Int {
        var lines = 0
        var position = index
        while position < count {
            let (entry, length) = character(at: position)
            if entry.kind == .newline { lines += 1 } else if entry.kind != .space { break }
            position &+= length
        }
        if lines > 1 { endParagraph() }
        return position
    }
}
