extension Tokenizer {
    /// Counts an entity that stands for no word; returns its end.
    mutating func entity(_ kind: EntityKind, _ range: Range<Int>) -> Int {
        entities.add(kind, range)
        sentenceHasContent = true
        nextTraits |= Token.phraseBreak
        lastEntityEnd = range.upperBound
        return range.upperBound
    }

    // MARK: Web addresses

    /// Whether the word read may open a web address: `http` before a colon, or `www.` and a name, which WB6 joins to one word.
    @inline(__always)
    mutating func isAddress(_ word: OpenWord, start: Int, next: Int) -> Bool {
        let key = keys + word.keyStart
        switch word.keyEnd &- word.keyStart {
        case 3...5 where text[next] == 0x3A: return true
        case 6...: return key[0] == 0x77 && key[1] == 0x77 && key[2] == 0x77 && key[3] == 0x2E
        default: return false
        }
    }

    /// The end of the address that the word opens, if it does.
    mutating func urlEnd(of word: OpenWord, start: Int, next: Int) -> Int? {
        let length = word.keyEnd &- word.keyStart
        guard length < 6 else { return urlEnd(from: start, atLeast: next) }
        guard next + 3 < count, text[next + 1] == 0x2F, text[next + 2] == 0x2F, word.end == next else { return nil }
        let scheme = String(
            decoding: UnsafeBufferPointer(start: keys + word.keyStart, count: length), as: UTF8.self)
        guard ["http", "https", "ftp"].contains(scheme) else { return nil }
        return urlEnd(from: next + 3, atLeast: next + 4)
    }

    /// Where an address ends: before white space, quotes and brackets, without the punctuation that closes the sentence.
    mutating func urlEnd(from start: Int, atLeast minimum: Int) -> Int? {
        var index = start
        var trimmed = start
        var depth = 0
        scan: while index < count {
            let byte = text[index]
            if byte >= 0x80 {
                let (entry, length) = character(at: index)
                switch entry.kind {
                case .word, .ideograph, .extend: break
                default: break scan
                }
                index &+= length
                trimmed = index
                continue
            }
            switch byte {
            case 0x00...0x20, 0x22, 0x3C, 0x3E, 0x5B...0x5E, 0x60, 0x7B...0x7D, 0x7F: break scan
            case 0x2E, 0x2C, 0x3B, 0x3A, 0x21, 0x3F, 0x27, 0x2A: index &+= 1
            case 0x28:
                depth &+= 1
                index &+= 1
            case 0x29:
                depth &-= 1
                index &+= 1
                if depth >= 0 { trimmed = index }
            default:
                index &+= 1
                trimmed = index
            }
        }
        return trimmed >= minimum ? trimmed : nil
    }

    // MARK: @

    /// An e-mail address around the @ or a mention behind it.
    mutating func atSign(at index: Int) -> Int {
        if let range = emailRange(around: index) {
            if pending != .none { resolvePending(before: range.lowerBound, traits: 0) }
            while tokenCount > 0, Int(tokens[tokenCount - 1].start) >= range.lowerBound {
                tokenCount -= 1
                nextTraits |= tokens[tokenCount].traits & (Token.phraseBreak | Token.sentenceStart)
                wordsInSentence = max(0, wordsInSentence - 1)
            }
            return entity(.email, range)
        }
        nextTraits |= Token.phraseBreak
        guard lastWordEnd != index, lastEntityEnd != index || index == 0 else { return index + 1 }
        var end = index + 1
        while end < count, ascii[Int(text[end])] != 0 || text[end] == 0x5F { end += 1 }
        guard end > index + 1 else { return index + 1 }
        if pending != .none { resolvePending(before: index, traits: CharacterEntry.latin | CharacterEntry.upper) }
        return entity(.mention, index..<end)
    }

    /// The local part before and the domain behind the @: ASCII only, at most 64 and 253 bytes.
    private mutating func emailRange(around index: Int) -> Range<Int>? {
        var start = index
        while start > lastEntityEnd, index - start < 64, isLocalPart(text[start - 1]) { start -= 1 }
        while start < index, text[start] == 0x2E || text[start] == 0x2D { start += 1 }
        guard start < index, text[index - 1] != 0x2E else { return nil }
        var end = index + 1
        var lastDot: Int?
        var domainEnd = index + 1
        while end < count, end - index < 254 {
            let byte = text[end]
            if ascii[Int(byte)] != 0 {
                end += 1
                domainEnd = end
            } else if byte == 0x2D, end > domainEnd - 1, end > index + 1 {
                end += 1
            } else if byte == 0x2E, domainEnd == end, end > index + 1, end + 1 < count, ascii[Int(text[end + 1])] != 0 {
                lastDot = end
                end += 1
            } else {
                break
            }
        }
        guard let lastDot, domainEnd - lastDot > 2 else { return nil }
        return start..<domainEnd
    }

    private mutating func isLocalPart(_ byte: UInt8) -> Bool {
        if ascii[Int(byte)] != 0 { return true }
        switch byte {
        case 0x2E, 0x5F, 0x25, 0x2B, 0x2D: return true
        default: return false
        }
    }

    // MARK: #

    /// A hashtag: the word behind the sign is a word of the text too.
    mutating func hashSign(at index: Int) -> Int {
        nextTraits |= Token.phraseBreak
        guard lastWordEnd != index, index + 1 < count else { return index + 1 }
        var end = index + 1
        var hasLetter = false
        while end < count {
            let (entry, length) = character(at: end)
            let isJoiner = text[end] == 0x5F
            guard entry.kind == .word || entry.kind == .extend || isJoiner else { break }
            hasLetter = hasLetter || (entry.kind == .word && entry.traits & CharacterEntry.digit == 0)
            end += length
        }
        guard hasLetter else { return index + 1 }
        if pending != .none { resolvePending(before: index, traits: character(at: index + 1).entry.traits) }
        entities.add(.hashtag, index..<end)
        return index + 1
    }
}
