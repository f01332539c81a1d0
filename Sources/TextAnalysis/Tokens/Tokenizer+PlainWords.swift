/// The letters of which a plain word consists.
enum PlainScript {
    /// ASCII and Latin-1.
    case latin
    /// Sequences of two bytes, as of Arabic.
    case pairs
}

// Plain words: letters of one script up to something that ends every word. Nine of ten words are; the others are left to
// `word(at:)`, which knows all the rules.
extension Tokenizer {
    /// Reads a plain word of up to 15 bytes; returns where to go on, or nil for any other word.
    @inline(__always)
    mutating func plainWord(at start: Int, _ script: PlainScript) -> Int? {
        // A run, and what stands behind it; so for the second one.
        guard count &- start > 8 else { return nil }
        var run = letters(of: script, at: start)
        guard run.length > 0 else { return nil }
        let key = UnsafeMutableRawPointer(keys + keyEnd)
        key.storeBytes(of: run.key.littleEndian, as: UInt64.self)
        let hash: UInt64
        if run.length < 8 {
            guard endsPlainWord(at: start &+ run.length) else { return nil }
            hash = WordHash.hash(run.key, count: run.length)
        } else {
            guard count &- start > 16 else { return nil }
            let second = letters(of: script, at: start &+ 8)
            guard second.length < 8, endsPlainWord(at: start &+ 8 &+ second.length) else { return nil }
            key.storeBytes(of: second.key.littleEndian, toByteOffset: 8, as: UInt64.self)
            hash = WordHash.hash(run.key, second.key, count: 8 &+ second.length)
            run.length &+= second.length
            run.letters &+= second.letters
            run.traits |= second.traits
        }
        if pending != .none { resolvePending(before: start, traits: character(at: start).entry.traits) }
        let end = start &+ run.length
        tokens[tokenCount] = Token(
            start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
            keyStart: UInt32(truncatingIfNeeded: keyEnd), keyLength: UInt32(truncatingIfNeeded: run.length),
            letters: UInt32(truncatingIfNeeded: run.letters), traits: run.traits | nextTraits | Token.hasLetters,
            markWeight: 0, entry: 0, hash: hash)
        tokenCount &+= 1
        keyEnd &+= run.length
        lastWordEnd = end
        nextTraits = 0
        sentenceHasContent = true
        wordsInSentence &+= 1
        return end
    }

    /// Whether what stands at `index`, within the text, ends a word of letters.
    @inline(__always)
    private mutating func endsPlainWord(at index: Int) -> Bool {
        let byte = text[index]
        if byte == 0x20 { return true }
        switch character(at: index).entry.kind {
        case .space, .newline, .paragraph, .terminator, .punctuation, .hyphen, .at, .hash, .numberJoiner: return true
        // A colon may belong to a web address; an underscore joins.
        case .comma: return byte != 0x3A
        case .symbol: return byte != 0x5F
        // A full stop joins to a letter only.
        case .period: return byte == 0x2E && (index &+ 1 == count || text[index &+ 1] < 0x41)
        case .word, .extend, .apostrophe, .ideograph: return false
        }
    }

    @inline(__always)
    private mutating func letters(of script: PlainScript, at index: Int) -> LetterRun {
        let bytes = UInt64(
            littleEndian: UnsafeRawPointer(text).loadUnaligned(fromByteOffset: index, as: UInt64.self))
        return switch script {
        case .latin: .latin(bytes, low)
        case .pairs: .pairs(bytes, pairs)
        }
    }
}
