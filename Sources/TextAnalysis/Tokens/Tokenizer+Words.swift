extension Tokenizer {
    /// A word while it is read.
    struct OpenWord {
        var keyStart: Int
        var keyEnd: Int
        var end: Int
        var letters = 0
        var traits: UInt32 = 0
        var markWeight: UInt32 = 0
        var hash = WordHash()
        /// Not 0 if the key holds characters that the hash was not told of; as wide as its neighbours, so that what is
        /// stored together is loaded without a stall.
        var staleness: UInt64 = 0
    }

    /// Reads the word whose first letter or digit stands at `start`; returns where to go on.
    mutating func word(at start: Int) -> Int {
        if pending != .none { resolvePending(before: start, traits: character(at: start).entry.traits) }
        var index = start
        var word = OpenWord(keyStart: keyEnd, keyEnd: keyEnd, end: start)
        while true {
            index = letters(from: index, into: &word)
            guard index < count, text[index] != 0x20 else { break }
            switch continuation(of: &word, at: index) {
            case .goesOn(let next): index = next
            case .ends:
                if isAddress(word, start: start, next: index), let end = urlEnd(of: word, start: start, next: index) {
                    return entity(.url, start..<end)
                }
                emit(word, start: start)
                return index
            case .isComplete(let next, let traits):
                word.traits |= traits
                emit(word, start: start)
                return next
            }
        }
        emit(word, start: start)
        return index
    }

    /// Reads a run of letters and digits of one or two bytes: nearly all there is.
    @inline(__always)
    private mutating func letters(from start: Int, into word: inout OpenWord) -> Int {
        var index = start
        var keyEnd = word.keyEnd
        var hash = word.hash
        var traits: UInt32 = 0
        var shorter = 0
        while index < count {
            if count &- index >= 8 {
                let (length, piece, isUpper) = asciiLetters(at: index)
                if length > 0 {
                    UnsafeMutableRawPointer(keys + keyEnd).storeBytes(of: piece.littleEndian, as: UInt64.self)
                    hash.add(piece, count: length)
                    traits |= CharacterEntry.latin | (isUpper ? CharacterEntry.upper : 0)
                    keyEnd &+= length
                    index &+= length
                    if length == 8 { continue }
                    if text[index] == 0x20 { break }
                }
            }
            let byte = text[index]
            let packed = ascii[Int(byte)]
            if packed != 0 {
                keys[keyEnd] = UInt8(truncatingIfNeeded: packed)
                hash.add(UInt64(packed & 0xFF), count: 1)
                traits |= UInt32(packed >> 8)
                keyEnd &+= 1
                index &+= 1
                continue
            }
            guard byte >= 0xC2, byte < 0xE0 else { break }
            index = twoByteLetters(from: index, &keyEnd, &hash, &traits, &shorter)
            guard index < count, text[index] & 0x80 == 0, text[index] != 0x20 else { break }
        }
        guard index > start else { return index }
        word.keyEnd = keyEnd
        word.hash = hash
        word.traits |= traits
        word.letters &+= index &- start &- shorter
        word.end = index
        return index
    }

    /// How many of the eight bytes at `index` are ASCII letters up to the first that is not, and these in lower case.
    @inline(__always)
    private mutating func asciiLetters(at index: Int) -> (length: Int, lower: UInt64, isUpper: Bool) {
        let bytes = UInt64(
            littleEndian: UnsafeRawPointer(text).loadUnaligned(fromByteOffset: index, as: UInt64.self))
        let lower = bytes | 0x2020_2020_2020_2020
        let seven = lower & 0x7F7F_7F7F_7F7F_7F7F
        // The high bit of each byte: at least a, more than z.
        let fromA = seven &+ 0x1F1F_1F1F_1F1F_1F1F
        let beyondZ = seven &+ 0x0505_0505_0505_0505
        let others = (~fromA | beyondZ | bytes) & 0x8080_8080_8080_8080
        let length = others.trailingZeroBitCount >> 3
        // Without a letter the mask is of no use, and not used.
        let mask = UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* length)
        return (length, lower & mask, ~bytes & mask & 0x2020_2020_2020_2020 != 0)
    }

    /// Reads letters of two bytes whose keys have two bytes too; the rest is left to the way of the rare ones.
    @inline(__always)
    private mutating func twoByteLetters(
        from start: Int, _ keyEnd: inout Int, _ hash: inout WordHash, _ traits: inout UInt32, _ shorter: inout Int
    ) -> Int {
        var index = start
        while index < count {
            let byte = text[index]
            guard byte >= 0xC2, byte < 0xE0 else { break }
            let scalar = (Int(byte & 0x1F) << 6) | Int(text[index &+ 1] & 0x3F)
            let entry = CharacterEntry(bits: low[scalar])
            guard entry.isTwoByteLetter else { break }
            let key = entry.key
            let bytes = UInt16(truncatingIfNeeded: (0xC0 | (key >> 6)) | (0x80 | (key & 0x3F)) << 8)
            UnsafeMutableRawPointer(keys + keyEnd).storeBytes(of: bytes.littleEndian, as: UInt16.self)
            hash.add(UInt64(bytes), count: 2)
            traits |= entry.traits
            keyEnd &+= 2
            index &+= 2
            shorter &+= 1
        }
        return index
    }

    private enum Continuation {
        /// The character belongs to the word.
        case goesOn(Int)
        /// The word is complete with it.
        case isComplete(Int, traits: UInt32)
        /// The word has ended before it.
        case ends
    }

    /// What a character that is no letter of one or two bytes does to the word.
    @inline(never)
    private mutating func continuation(of word: inout OpenWord, at index: Int) -> Continuation {
        let (entry, length) = character(at: index)
        let next = index &+ length
        let keyEnd = word.keyEnd
        defer { if word.keyEnd != keyEnd { word.staleness = 1 } }
        switch entry.kind {
        case .ideograph:
            guard word.letters == 0 else { return .ends }
            append(entry.key, to: &word)
            word.letters = 1
            word.end = next
            return .isComplete(next, traits: Token.hasLetters)
        case .word:
            append(entry.key, to: &word)
            word.traits |= entry.traits
            word.letters &+= 1
            word.end = next
            return .goesOn(next)
        case .extend:
            if mark(at: index, entry: entry, length: length, in: &word) { word.end = next }
            return .goesOn(next)
        case .apostrophe:
            guard word.end == index, !endsInDigit(word), isLetter(at: next) else { return .ends }
            keys[word.keyEnd] = 0x27
            word.keyEnd &+= 1
            word.end = next
            return elides(word, before: next) ? .isComplete(next, traits: Token.elided) : .goesOn(next)
        case .period, .comma, .numberJoiner:
            guard word.end == index, joins(entry.kind, word, next: next) else { return .ends }
            // Decimal and grouping signs are kept as they are, so that 1.5 and 1,5 stay two words.
            keys[word.keyEnd] = length == 1 ? text[index] : 0x5F
            word.keyEnd &+= 1
            return .goesOn(next)
        case .symbol where text[index] == 0x5F:
            // WB13a/b: an underscore joins.
            guard word.end == index, isLetter(at: next) || isDigit(at: next) else { return .ends }
            keys[word.keyEnd] = 0x5F
            word.keyEnd &+= 1
            return .goesOn(next)
        default: return .ends
        }
    }

    /// WB6/7 and WB11/12: a full stop joins letter to letter and digit to digit, a comma digits, a no-break space thousands.
    private mutating func joins(_ kind: CharacterKind, _ word: OpenWord, next: Int) -> Bool {
        let afterDigit = endsInDigit(word)
        switch kind {
        case .period: return text[next &- 1] == 0x2E && (afterDigit ? isDigit(at: next) : isLetter(at: next))
        case .comma: return afterDigit && text[next &- 1] == 0x2C && isDigit(at: next)
        default:
            guard afterDigit, isDigit(at: next) else { return false }
            // ٫ and ٬ join as they are; a no-break space only before a group of exactly three.
            if text[next &- 2] == 0xD9 { return true }
            return next + 2 < count && isDigit(at: next + 1) && isDigit(at: next + 2) && !isDigit(at: next + 3)
        }
    }

    private mutating func endsInDigit(_ word: OpenWord) -> Bool {
        word.keyEnd > word.keyStart && (0x30...0x39).contains(keys[word.keyEnd &- 1])
    }

    // MARK: Elision

    /// Whether the key so far is an elided French clitic (l' d' j' m' t' s' n' c' qu' jusqu' lorsqu' puisqu' quoiqu')
    /// before a vowel or h, which makes it a word of its own.
    private mutating func elides(_ word: OpenWord, before next: Int) -> Bool {
        let length = word.keyEnd &- word.keyStart &- 1
        let key = keys + word.keyStart
        switch length {
        case 1:
            switch key[0] {
            case 0x6C, 0x64, 0x6A, 0x6D, 0x74, 0x73, 0x6E, 0x63: break
            default: return false
            }
        case 2: guard key[0] == 0x71, key[1] == 0x75 else { return false }
        case 5...6:
            guard key[length &- 2] == 0x71, key[length &- 1] == 0x75 else { return false }
            let spelled = String(decoding: UnsafeBufferPointer(start: key, count: length), as: UTF8.self)
            guard ["jusqu", "lorsqu", "puisqu", "quoiqu"].contains(spelled) else { return false }
        default: return false
        }
        return Self.isVowelOrH(character(at: next).entry.key)
    }

    static func isVowelOrH(_ key: UInt32) -> Bool {
        switch key {
        case 0x61, 0x65, 0x68, 0x69, 0x6F, 0x75, 0x79: true
        case 0xE0, 0xE2, 0xE4, 0xE6, 0xE8...0xEB, 0xEE, 0xEF, 0xF4, 0xF6, 0xF9, 0xFB, 0xFC, 0x153: true
        default: false
        }
    }

    // MARK: Marks

    /// Takes a mark or format character into the word; false if it is invisible and leaves no trace.
    private mutating func mark(at index: Int, entry: CharacterEntry, length: Int, in word: inout OpenWord) -> Bool {
        if entry.key != 0 {
            // A Latin letter and its accent become the one letter that NFC has for them.
            if word.keyEnd > word.keyStart, let composed = Composition.compose(keys[word.keyEnd &- 1], entry.key) {
                word.keyEnd &-= 1
                word.staleness = 1
                append(composed, to: &word)
                word.traits |= CharacterEntry(bits: low[Int(composed)]).traits
            } else {
                append(entry.key, to: &word)
            }
            return true
        }
        guard length == 2, text[index] == 0xD9 || text[index] == 0xD8 else { return false }
        if text[index] == 0xD8 { return text[index &+ 1] >= 0x90 && text[index &+ 1] <= 0x9A }
        switch text[index &+ 1] {
        case 0x8B...0x8D, 0x91: word.markWeight &+= 2
        case 0x8E...0x90: word.markWeight &+= isLongVowelLetter(at: index &+ 2) ? 2 : 1
        case 0x94 where word.keyEnd &- word.keyStart >= 2:
            // A hamza above waw or yeh, decomposed: ؤ ئ.
            let letter = keys[word.keyEnd &- 1]
            if keys[word.keyEnd &- 2] == 0xD9, letter == 0x88 || letter == 0x8A { word.traits |= CharacterEntry.faseeh }
        default: break
        }
        return true
    }

    /// ا و ي: behind a short vowel's mark they make it long.
    private mutating func isLongVowelLetter(at index: Int) -> Bool {
        guard index &+ 1 < count else { return false }
        let letter = (text[index], text[index &+ 1])
        return letter == (0xD8, 0xA7) || letter == (0xD9, 0x88) || letter == (0xD9, 0x8A)
    }

    // MARK: Ends

    /// Appends a scalar to the key.
    private mutating func append(_ scalar: UInt32, to word: inout OpenWord) {
        guard let scalar = Unicode.Scalar(scalar) else { return }
        for byte in UTF8.encode(scalar) ?? UTF8.EncodedScalar() {
            keys[word.keyEnd] = byte
            word.keyEnd &+= 1
        }
    }

    /// Makes the token; the key's bytes are kept from here on.
    @inline(__always)
    mutating func emit(_ word: OpenWord, start: Int) {
        let length = word.keyEnd &- word.keyStart
        let hash = word.staleness != 0 ? WordHash.hash(keys + word.keyStart, count: length) : word.hash.value()
        var traits = word.traits | nextTraits
        if traits & CharacterEntry.digit == 0 || hasLetters(word) { traits |= Token.hasLetters }
        tokens[tokenCount] = Token(
            start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: word.end),
            keyStart: UInt32(truncatingIfNeeded: word.keyStart), keyLength: UInt32(truncatingIfNeeded: length),
            letters: UInt32(truncatingIfNeeded: word.letters), traits: traits, markWeight: word.markWeight,
            entry: 0, hash: hash)
        tokenCount &+= 1
        keyEnd = word.keyEnd
        lastWordEnd = word.end
        nextTraits = 0
        sentenceHasContent = true
        wordsInSentence &+= 1
    }

    /// Whether a word with digits has letters too: anything in the key but digits and joiners.
    private mutating func hasLetters(_ word: OpenWord) -> Bool {
        if word.traits & (CharacterEntry.latin | CharacterEntry.arabic) != 0 { return true }
        for index in word.keyStart..<word.keyEnd where keys[index] >= 0x80 { return true }
        return false
    }
}
