extension Tokenizer {
    /// A word while it is read.
    struct OpenWord {
        var keyStart: Int
        var keyEnd: Int
        var end: Int
        var letters = 0
        var traits: UInt32 = 0
        var markWeight: UInt32 = 0
    }

    /// Reads the word whose first letter or digit stands at `start`; returns where to go on.
    mutating func word(at start: Int) -> Int {
        let first = character(at: start).entry
        if pending != .none { resolvePending(before: start, traits: first.traits) }
        var word = OpenWord(keyStart: keyEnd, keyEnd: keyEnd, end: start)
        if first.kind == .ideograph {
            let length = character(at: start).length
            append(first.key, to: &word)
            word.letters = 1
            word.traits = Token.hasLetters
            word.end = start &+ length
            emit(word, start: start)
            return word.end
        }
        var index = start
        while index < count {
            let byte = text[index]
            let packed = ascii[Int(byte)]
            if packed != 0 {
                keys[word.keyEnd] = UInt8(truncatingIfNeeded: packed)
                word.keyEnd &+= 1
                word.traits |= UInt32(packed >> 8)
                word.letters &+= 1
                index &+= 1
                word.end = index
                continue
            }
            if byte == 0x20 { break }
            if byte >= 0xC2, byte < 0xE0 {
                let scalar = (Int(byte & 0x1F) << 6) | Int(text[index &+ 1] & 0x3F)
                let entry = CharacterEntry(bits: low[scalar])
                if entry.kind == .word {
                    append(entry.key, to: &word)
                    word.traits |= entry.traits
                    word.letters &+= 1
                    index &+= 2
                    word.end = index
                    continue
                }
            }
            switch continuation(of: &word, at: index) {
            case .goesOn(let next): index = next
            case .ends: return finish(word, start: start, next: index)
            case .elides(let next):
                word.traits |= Token.elided
                emit(word, start: start)
                return next
            }
        }
        return finish(word, start: start, next: index)
    }

    private enum Continuation {
        case goesOn(Int)
        case elides(Int)
        case ends
    }

    /// What a character that is no letter of one or two bytes does to the word.
    private func continuation(of word: inout OpenWord, at index: Int) -> Continuation {
        let (entry, length) = character(at: index)
        let next = index &+ length
        switch entry.kind {
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
            return elides(word, before: next) ? .elides(next) : .goesOn(next)
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
    private func joins(_ kind: CharacterKind, _ word: OpenWord, next: Int) -> Bool {
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

    private func endsInDigit(_ word: OpenWord) -> Bool {
        word.keyEnd > word.keyStart && (0x30...0x39).contains(keys[word.keyEnd &- 1])
    }

    // MARK: Elision

    /// Whether the key so far is an elided French clitic (l' d' j' m' t' s' n' c' qu' jusqu' lorsqu' puisqu' quoiqu')
    /// before a vowel or h, which makes it a word of its own.
    private func elides(_ word: OpenWord, before next: Int) -> Bool {
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
    private func mark(at index: Int, entry: CharacterEntry, length: Int, in word: inout OpenWord) -> Bool {
        if entry.key != 0 {
            // A Latin letter and its accent become the one letter that NFC has for them.
            if word.keyEnd > word.keyStart, let composed = Composition.compose(keys[word.keyEnd &- 1], entry.key) {
                word.keyEnd &-= 1
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
    private func isLongVowelLetter(at index: Int) -> Bool {
        guard index &+ 1 < count else { return false }
        let letter = (text[index], text[index &+ 1])
        return letter == (0xD8, 0xA7) || letter == (0xD9, 0x88) || letter == (0xD9, 0x8A)
    }

    // MARK: Ends

    /// Appends a scalar to the key.
    @inline(__always)
    func append(_ scalar: UInt32, to word: inout OpenWord) {
        if scalar >= 0x80, scalar < 0x800 {
            keys[word.keyEnd] = UInt8(truncatingIfNeeded: 0xC0 | (scalar >> 6))
            keys[word.keyEnd &+ 1] = UInt8(truncatingIfNeeded: 0x80 | (scalar & 0x3F))
            word.keyEnd &+= 2
        } else {
            appendWide(scalar, to: &word)
        }
    }

    private func appendWide(_ scalar: UInt32, to word: inout OpenWord) {
        guard let scalar = Unicode.Scalar(scalar) else { return }
        for byte in UTF8.encode(scalar) ?? UTF8.EncodedScalar() {
            keys[word.keyEnd] = byte
            word.keyEnd &+= 1
        }
    }

    /// The word is complete: it may open a web or e-mail address.
    private mutating func finish(_ word: OpenWord, start: Int, next: Int) -> Int {
        if next < count, text[next] == 0x3A, let end = urlEnd(scheme: word, start: start, next: next) {
            return entity(.url, start..<end)
        }
        if isWebName(word), let end = urlEnd(from: start, atLeast: next) {
            return entity(.url, start..<end)
        }
        emit(word, start: start)
        return next
    }

    /// Makes the token; the key's bytes are kept from here on.
    @inline(__always)
    mutating func emit(_ word: OpenWord, start: Int) {
        let length = word.keyEnd &- word.keyStart
        var traits = word.traits | nextTraits
        if traits & (CharacterEntry.digit) == 0 || hasLetters(word) { traits |= Token.hasLetters }
        tokens.append(
            Token(
                start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: word.end),
                keyStart: UInt32(truncatingIfNeeded: word.keyStart), keyLength: UInt32(truncatingIfNeeded: length),
                letters: UInt32(truncatingIfNeeded: word.letters), traits: traits, markWeight: word.markWeight,
                entry: 0, hash: WordHash.hash(keys + word.keyStart, count: length)))
        keyEnd = word.keyEnd
        lastWordEnd = word.end
        nextTraits = 0
        sentenceHasContent = true
        wordsInSentence &+= 1
    }

    /// Whether a word with digits has letters too: anything in the key but digits and joiners.
    private func hasLetters(_ word: OpenWord) -> Bool {
        if word.traits & (CharacterEntry.latin | CharacterEntry.arabic) != 0 { return true }
        for index in word.keyStart..<word.keyEnd where keys[index] >= 0x80 { return true }
        return false
    }
}
