extension Tokenizer {
    /// A sentence's possible end that the next word decides about.
    enum PendingEnd {
        case none
        /// One full stop: may belong to an abbreviation, an initial or a list number.
        case period
        /// Three full stops or the ellipsis sign.
        case ellipsis
        /// ! ? ؟ ۔
        case strong
    }

    /// A full stop or ellipsis ends at `end`.
    mutating func period(at index: Int, end: Int) {
        guard sentenceHasContent else { return }
        let isSign = end &- index > 1
        switch pending {
        case .strong: break
        case .none where !isSign:
            pending = .period
            pendingToken = lastWordEnd == index ? tokenCount - 1 : nil
        default:
            pending = .ellipsis
            nextTraits |= Token.phraseBreak
        }
        pendingPosition = end
    }

    /// Decides, before the word or entity at `start`, whether the sentence has ended (UAX #29, SB6 to SB11).
    mutating func resolvePending(before start: Int, traits: UInt32) {
        let isLower =
            traits & (CharacterEntry.upper | CharacterEntry.digit) == 0 && traits & CharacterEntry.latin != 0
        let isDigit = traits & CharacterEntry.digit != 0
        let ends: Bool
        switch pending {
        case .none: ends = false
        case .strong: ends = true
        case .ellipsis: ends = !isLower
        case .period: ends = !isLower && pendingPosition != start && !isAbbreviation(beforeDigit: isDigit)
        }
        pending = .none
        if ends {
            endSentence()
            nextTraits |= Token.phraseBreak
        }
    }

    /// Whether the word before the full stop is one that takes a full stop within a sentence.
    private mutating func isAbbreviation(beforeDigit: Bool) -> Bool {
        guard let index = pendingToken, index < tokenCount else { return false }
        let token = tokens[index]
        // "1. First": the number of a list's item.
        if token.isNumber { return wordsInSentence == 1 }
        if token.letters == 1 { return isInitial(token) }
        switch lexicon.abbreviation(token) {
        case .none: return false
        case .title: return true
        case .beforeNumber: return beforeDigit
        }
    }

    /// One capital, but not the English pronoun I, or one Arabic letter that does not count years.
    private mutating func isInitial(_ token: Token) -> Bool {
        if token.traits & CharacterEntry.upper != 0 { return keys[Int(token.keyStart)] != 0x69 }
        guard token.traits & CharacterEntry.arabic != 0, token.keyLength == 2 else { return false }
        let letter = (keys[Int(token.keyStart)], keys[Int(token.keyStart) + 1])
        // ه and م follow years.
        return letter != (0xD9, 0x87) && letter != (0xD9, 0x85)
    }

    /// Counts the sentence if there was anything in it.
    mutating func endSentence() {
        if sentenceHasContent { sentences += 1 }
        sentenceHasContent = false
        wordsInSentence = 0
        pending = .none
        nextTraits |= Token.sentenceStart
    }

    /// An empty line or paragraph sign ends the sentence whatever stood before.
    mutating func endParagraph() {
        endSentence()
        nextTraits |= Token.phraseBreak
    }
}
