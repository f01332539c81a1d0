/// A distinct word of the text.
struct VocabularyEntry {
    var facts = WordFacts()
    /// As in `KnownWord`.
    var arabicSyllables: UInt32 = 0
    /// What one occurrence says about the language, by the first one: `LanguageEvidence.points`.
    var evidence: UInt64 = 0
    /// RAKE: the summed lengths of the candidate phrases it is in (upper half), and how many those are (lower half).
    var phrases: UInt64 = 0
    var endsInArabicPlural = false
}

/// Sums over all words of a text that need no language.
struct WordTotals {
    var uniqueWords = 0
    var letters = 0
    /// English syllables in the lower half, French in the upper one.
    var syllables: UInt64 = 0
    var evidence = LanguageEvidence()
    /// The traits of all words together.
    var traits: UInt32 = 0
}

extension TextScratch {
    /// Finds the distinct words and what is known of each.
    mutating func buildVocabulary(lexicon: Lexicon) -> WordTotals {
        memory.beginText()
        vocabulary.grow(to: tokenCount + 1, filling: VocabularyEntry())
        var totals = WordTotals()
        var start = 0
        while start < tokenCount {
            let end = min(start + WordMemory.roomStep, tokenCount)
            memory.makeRoom()
            lookUp(start..<end, lexicon: lexicon, totals: &totals)
            start = end
        }
        return totals
    }

    /// Looks up at most `WordMemory.roomStep` tokens.
    ///
    /// Whether a word was in the text before is as good as random; so the entry of a new word is always written behind the
    /// last one, and counted only if the word is new.
    private mutating func lookUp(_ range: Range<Int>, lexicon: Lexicon, totals: inout WordTotals) {
        let text = memory.text
        let mask = memory.slots.count - 1
        var uniqueWords = totals.uniqueWords
        var known = memory.count
        var packedEvidence: UInt64 = 0
        keys.withUnsafeBufferPointer { keys in
            withElements(&tokens, &vocabulary, &memory.slots) { tokens, vocabulary, slots in
                for index in range {
                    let hash = tokens[index].hash
                    var slot = Int(truncatingIfNeeded: hash) & mask
                    while slots[slot].hash != hash || slots[slot].text == 0 {
                        if slots[slot].text == 0 {
                            guard let keys = keys.baseAddress else { return }
                            slots[slot] = KnownWord(tokens[index], keys: keys, lexicon: lexicon)
                            known &+= 1
                            break
                        }
                        slot = (slot &+ 1) & mask
                    }
                    let word = slots[slot]
                    let traits = tokens[index].traits
                    let isNew = word.text != text
                    let entry = isNew ? UInt32(truncatingIfNeeded: uniqueWords) : word.entry
                    vocabulary[uniqueWords] = VocabularyEntry(
                        facts: word.facts, arabicSyllables: word.arabicSyllables,
                        evidence: LanguageEvidence.points(word.facts, traits: traits), phrases: 0,
                        endsInArabicPlural: word.endsInArabicPlural)
                    uniqueWords &+= isNew ? 1 : 0
                    slots[slot].text = text
                    slots[slot].entry = entry
                    tokens[index].entry = entry
                    packedEvidence &+= vocabulary[Int(entry)].evidence
                    totals.letters &+= Int(tokens[index].letters)
                    totals.syllables &+= UInt64(word.englishSyllables) | UInt64(word.frenchSyllables) &<< 32
                    totals.traits |= traits
                }
            }
        }
        totals.uniqueWords = uniqueWords
        memory.count = known
        totals.evidence.add(packedEvidence)
    }
}

extension Lexicon {
    /// What is known of a word, by its own form or, failing that, without the endings and clitics that its script adds.
    func facts(of token: Token, keys: UnsafePointer<UInt8>) -> WordFacts {
        let direct = facts(hash: token.hash)
        if direct.bits != 0 { return direct }
        let key = keys + Int(token.keyStart)
        let length = Int(token.keyLength)
        if token.traits & CharacterEntry.arabic != 0 { return arabicFacts(key, length) }
        guard token.traits & CharacterEntry.latin != 0, length > 3 else { return direct }
        // Plural and possessive: problems, chiens, John's.
        guard key[length - 1] == 0x73 else { return direct }
        let stem = key[length - 2] == 0x27 ? length - 2 : length - 1
        return facts(hash: WordHash.hash(key, count: stem)).polarityOnly
    }

    /// Light stemming after Larkey, Ballesteros and Connell 2007 (light10): conjunction, preposition and article in front,
    /// then pronoun and number endings, as long as a word of at least two (in front) or three letters remains.
    private func arabicFacts(_ key: UnsafePointer<UInt8>, _ length: Int) -> WordFacts {
        let prefix = arabicPrefixBytes(key, length)
        if prefix > 0 {
            let found = facts(hash: WordHash.hash(key + prefix, count: length - prefix))
            if found.bits != 0 { return prefix == 2 ? found : found.polarityOnly }
        }
        let suffix = arabicSuffixBytes(key, length)
        guard suffix > 0 else { return WordFacts() }
        let plain = facts(hash: WordHash.hash(key, count: length - suffix)).polarityOnly
        if plain.bits != 0 { return plain }
        guard prefix > 0, length - prefix - suffix >= 6 else { return WordFacts() }
        return facts(hash: WordHash.hash(key + prefix, count: length - prefix - suffix)).polarityOnly
    }

    /// وال بال كال فال لل ال, or one of و ف ب ل: its bytes (two a letter), 0 for none.
    private func arabicPrefixBytes(_ key: UnsafePointer<UInt8>, _ length: Int) -> Int {
        func letter(_ index: Int) -> UInt16 {
            UInt16(key[2 * index]) << 8 | UInt16(key[2 * index + 1])
        }
        guard length >= 6 else { return 0 }
        let (waw, feh, beh, kaf, lam, alef): (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16) =
            (0xD988, 0xD981, 0xD8A8, 0xD983, 0xD984, 0xD8A7)
        let first = letter(0)
        let isClitic = first == waw || first == feh || first == beh
        if length >= 10, isClitic || first == kaf, letter(1) == alef, letter(2) == lam { return 6 }
        if length >= 8 {
            if first == alef, letter(1) == lam { return 4 }
            if first == lam, letter(1) == lam { return 4 }
        }
        return isClitic || first == lam ? 2 : 0
    }

    /// ها ان ات ون ين يه ية or ه ي ا ت: its bytes, 0 for none.
    private func arabicSuffixBytes(_ key: UnsafePointer<UInt8>, _ length: Int) -> Int {
        guard length >= 8 else { return 0 }
        let last = UInt16(key[length - 2]) << 8 | UInt16(key[length - 1])
        let before = UInt16(key[length - 4]) << 8 | UInt16(key[length - 3])
        if length >= 10 {
            switch (before, last) {
            case (0xD987, 0xD8A7), (0xD8A7, 0xD986), (0xD8A7, 0xD8AA), (0xD988, 0xD986), (0xD98A, 0xD986),
                (0xD98A, 0xD987):
                return 4
            default: break
            }
        }
        switch last {
        case 0xD987, 0xD98A, 0xD8A7, 0xD8AA: return 2
        default: return 0
        }
    }
}
