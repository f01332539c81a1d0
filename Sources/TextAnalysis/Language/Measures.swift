extension TextScratch {
    /// Fills in everything that follows from the tokens and the vocabulary.
    mutating func measure(_ text: UnsafeBufferPointer<UInt8>, into report: inout TextReport) {
        report.sentences = sentences
        report.words = tokenCount
        report.uniqueWords = vocabulary.count
        identifyLanguage(into: &report)
        countLetters(into: &report)
        if let language = report.language {
            readingEase(language, into: &report)
            sentiment(language, into: &report)
        }
        var excerpts = ExcerptWriter(text: text)
        collectKeyPhrases(language: report.language, into: &excerpts)
        collectEntities(into: &excerpts, report: &report)
        report.excerpts = excerpts.excerpts
        report.excerptBytes = excerpts.bytes
    }

    /// The tokens of the text.
    private var words: ArraySlice<Token> { tokens[..<tokenCount] }

    private func identifyLanguage(into report: inout TextReport) {
        var identification = LanguageIdentification()
        for entry in vocabulary {
            let token = tokens[Int(entry.token)]
            if token.traits & Token.hasLetters != 0 { identification.add(entry, traits: token.traits) }
        }
        (report.language, report.languageConfidence) = identification.result()
    }

    private func countLetters(into report: inout TextReport) {
        var letters = 0
        for token in words { letters &+= Int(token.letters) }
        report.letters = letters
    }

    // MARK: Reading ease

    private mutating func readingEase(_ language: TextLanguage, into report: inout TextReport) {
        guard report.words > 0, report.sentences > 0 else { return }
        let wordsPerSentence = report.averageSentenceLength
        let words = Double(report.words)
        switch language {
        case .english:
            report.syllables = countSyllables(Syllables.english)
            // Flesch 1948
            report.readingEase = 206.835 - 1.015 * wordsPerSentence - 84.6 * Double(report.syllables) / words
        case .french:
            report.syllables = countSyllables(Syllables.french)
            // Kandel and Moles 1958
            report.readingEase = 207 - 1.015 * wordsPerSentence - 73.6 * Double(report.syllables) / words
        case .arabic:
            let counts = countOsman()
            report.syllables = counts.syllables
            let perWord = Double(counts.long + counts.syllables + counts.complex + counts.faseeh) / words
            // OSMAN, El-Haj and Rayson 2016
            report.readingEase = 200.791 - 1.015 * wordsPerSentence - 24.181 * perWord
        }
    }

    /// Syllables of the whole text, counted once a distinct word.
    private func countSyllables(_ count: (UnsafeBufferPointer<UInt8>) -> Int) -> Int {
        keys.withUnsafeBufferPointer { keys in
            tokens.withUnsafeBufferPointer { tokens in
                var sum = 0
                for entry in vocabulary {
                    let token = tokens[Int(entry.token)]
                    // A number is taken for a word of one syllable.
                    let syllables = token.isNumber ? 1 : count(token.key(in: keys))
                    sum &+= syllables &* Int(entry.count)
                }
                return sum
            }
        }
    }

    private struct OsmanCounts {
        var long = 0
        var syllables = 0
        var complex = 0
        var faseeh = 0

        @inline(__always)
        mutating func add(_ token: Token, syllables count: UInt32, _ keys: UnsafeBufferPointer<UInt8>) {
            syllables &+= Int(count)
            guard token.traits & CharacterEntry.arabic != 0 else { return }
            if token.letters > 5 { long &+= 1 }
            guard count > 4 else { return }
            complex &+= 1
            if token.traits & CharacterEntry.faseeh != 0 || endsInPlural(token.key(in: keys)) { faseeh &+= 1 }
        }

        /// Whether a word ends in وا or ون.
        private func endsInPlural(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
            guard key.count >= 4, key[key.count - 4] == 0xD9, key[key.count - 3] == 0x88 else { return false }
            let last = (key[key.count - 2], key[key.count - 1])
            return last == (0xD8, 0xA7) || last == (0xD9, 0x86)
        }
    }

    /// OSMAN's counts: long words have more than five letters, complex ones more than four syllables, and faseeh ones are complex
    /// ones with ء ئ ؤ ذ ظ or ending in وا or ون.
    private mutating func countOsman() -> OsmanCounts {
        var counts = OsmanCounts()
        let count = tokenCount
        keys.withUnsafeBufferPointer { keys in
            tokens.withUnsafeBufferPointer { tokens in
                vocabulary.withUnsafeMutableBufferPointer { vocabulary in
                    for index in vocabulary.indices {
                        let token = tokens[Int(vocabulary[index].token)]
                        let isArabic = token.traits & CharacterEntry.arabic != 0
                        vocabulary[index].syllables =
                            isArabic
                            ? UInt32(truncatingIfNeeded: Syllables.arabic(token.key(in: keys), markWeight: 0)) : 1
                    }
                    for token in tokens[..<count] {
                        let estimate = vocabulary[Int(token.entry)].syllables
                        counts.add(token, syllables: token.markWeight > 0 ? token.markWeight : estimate, keys)
                    }
                }
            }
        }
        return counts
    }

    // MARK: Sentiment

    /// The sum of word polarities with negation and intensification, normalised as VADER does (Hutto and Gilbert 2014).
    private func sentiment(_ language: TextLanguage, into report: inout TextReport) {
        var sum = 0.0
        // Where the last negator stood within the clause.
        var negator = -10
        for index in 0..<tokenCount {
            let token = tokens[index]
            if token.traits & (Token.phraseBreak | Token.sentenceStart) != 0 { negator = -10 }
            let facts = vocabulary[Int(token.entry)].facts
            if facts.bits == 0 { continue }
            let polarity = facts.polarity(in: language)
            if polarity != 0 {
                var value = Double(polarity)
                if isBoosted(index, language) { value += value < 0 ? -0.293 : 0.293 }
                if index - negator <= 3 || isNegatedBehind(index, language) { value *= -0.74 }
                sum += value
                if value > 0 { report.positiveWords += 1 } else { report.negativeWords += 1 }
            }
            if facts.isNegator(in: language) { negator = index }
        }
        report.sentimentScore = sum / (sum * sum + 15).squareRoot()
    }

    /// An intensifier stands directly before the word, or in Arabic behind it.
    private func isBoosted(_ index: Int, _ language: TextLanguage) -> Bool {
        let neighbour = language == .arabic ? index + 1 : index - 1
        guard (0..<tokenCount).contains(neighbour) else { return false }
        let later = max(index, neighbour)
        guard tokens[later].traits & Token.phraseBreak == 0 else { return false }
        return vocabulary[Int(tokens[neighbour].entry)].facts.isBooster(in: language)
    }

    /// French negates behind the verb: "j'aime pas", "ça marche jamais".
    private func isNegatedBehind(_ index: Int, _ language: TextLanguage) -> Bool {
        guard language == .french, index + 1 < tokenCount else { return false }
        let next = tokens[index + 1]
        guard next.traits & (Token.phraseBreak | Token.elided) == 0 else { return false }
        return vocabulary[Int(next.entry)].facts.isNegator(in: .french)
    }

    // MARK: Entities

    private func collectEntities(into excerpts: inout ExcerptWriter, report: inout TextReport) {
        var numbers = 0
        for token in words where token.traits & CharacterEntry.digit != 0 && token.isNumber {
            numbers += 1
            if numbers <= EntityTally.keptPerKind {
                excerpts.add(Int(token.start)..<Int(token.end), kind: .number)
            }
        }
        report.numbers = numbers
        report.emails = entities.count(of: .email)
        report.urls = entities.count(of: .url)
        report.hashtags = entities.count(of: .hashtag)
        report.mentions = entities.count(of: .mention)
        for kind in [EntityKind.email, .url, .hashtag, .mention] where entities.count(of: kind) > 0 {
            for range in entities.kept(of: kind) { excerpts.add(range, kind: kind) }
        }
    }
}
