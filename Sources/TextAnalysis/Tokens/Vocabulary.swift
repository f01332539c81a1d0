/// A distinct word of the text.
struct VocabularyEntry {
    var hash: UInt64
    var facts: WordFacts
    /// The first token of the word: its key is the key of all.
    var token: UInt32
    /// Occurrences.
    var count: UInt32 = 0
    /// RAKE: the summed lengths of the candidate phrases it is in, and how many those are.
    var degree: UInt32 = 0
    var frequency: UInt32 = 0
    /// Counted once a word, whatever its count; set when the language is known.
    var syllables: UInt32 = 0
}

extension TextScratch {
    /// Finds the distinct words: an open-addressing table over the hashes of the keys, at most half full.
    ///
    /// `round` displaces the words, so that repeated rounds are repeated work.
    mutating func buildVocabulary(lexicon: Lexicon, round: Int) {
        var size = 64
        while size < 2 * tokenCount { size *= 2 }
        if slots.count < size { slots = [UInt32](repeating: 0, count: size) }
        var vocabulary: [VocabularyEntry] = []
        swap(&vocabulary, &self.vocabulary)
        vocabulary.removeAll(keepingCapacity: true)
        defer { swap(&vocabulary, &self.vocabulary) }
        let mask = size - 1
        slots.withUnsafeMutableBufferPointer { slots in
            slots[..<size].update(repeating: 0)
            keys.withUnsafeBufferPointer { keys in
                guard let keys = keys.baseAddress else { return }
                tokens.withUnsafeMutableBufferPointer { tokens in
                    for index in 0..<tokenCount {
                        let hash = tokens[index].hash
                        var slot = (Int(truncatingIfNeeded: hash) &+ round) & mask
                        var entry = Int(slots[slot]) - 1
                        while entry >= 0, vocabulary[entry].hash != hash {
                            slot = (slot &+ 1) & mask
                            entry = Int(slots[slot]) - 1
                        }
                        if entry < 0 {
                            entry = vocabulary.count
                            slots[slot] = UInt32(truncatingIfNeeded: entry + 1)
                            let facts = lexicon.facts(of: tokens[index], keys: keys)
                            vocabulary.append(
                                VocabularyEntry(hash: hash, facts: facts, token: UInt32(truncatingIfNeeded: index)))
                        }
                        vocabulary[entry].count &+= 1
                        tokens[index].entry = UInt32(truncatingIfNeeded: entry)
                    }
                }
            }
        }
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
