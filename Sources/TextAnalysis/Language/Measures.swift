extension TextScratch {
    /// Fills in everything that follows from the tokens and the vocabulary.
    mutating func measure(_ text: UnsafeBufferPointer<UInt8>, _ totals: WordTotals) {
        report.sentences = sentences
        report.words = tokenCount
        report.uniqueWords = totals.uniqueWords
        report.letters = totals.letters
        (report.language, report.languageConfidence) = totals.evidence.result()
        markWords(of: report.language)
        if let language = report.language {
            readingEase(language, totals)
            sentiment(language)
        }
        rankCandidates()
        quoteKeyPhrases(from: text)
        quoteEntities(from: text, totals)
    }

    // MARK: Reading ease

    private mutating func readingEase(_ language: TextLanguage, _ totals: WordTotals) {
        guard report.words > 0, report.sentences > 0 else { return }
        let wordsPerSentence = report.averageSentenceLength
        let words = Double(report.words)
        switch language {
        case .english:
            report.syllables = Int(totals.syllables & 0xFFFF_FFFF)
            // Flesch 1948
            report.readingEase = 206.835 - 1.015 * wordsPerSentence - 84.6 * Double(report.syllables) / words
        case .french:
            report.syllables = Int(totals.syllables &>> 32)
            // Kandel and Moles 1958
            report.readingEase = 207 - 1.015 * wordsPerSentence - 73.6 * Double(report.syllables) / words
        case .arabic:
            let osman = Osman(tokens[..<tokenCount], vocabulary)
            report.syllables = osman.syllables
            let perWord = Double(osman.long + osman.syllables + osman.complex + osman.faseeh) / words
            // OSMAN, El-Haj and Rayson 2016
            report.readingEase = 200.791 - 1.015 * wordsPerSentence - 24.181 * perWord
        }
    }

    // MARK: Entities

    private mutating func quoteEntities(from text: UnsafeBufferPointer<UInt8>, _ totals: WordTotals) {
        if totals.traits & CharacterEntry.digit != 0 { quoteNumbers(from: text) }
        report.emails = entities.count(of: .email)
        report.urls = entities.count(of: .url)
        report.hashtags = entities.count(of: .hashtag)
        report.mentions = entities.count(of: .mention)
        if report.emails > 0 { quote(.email, from: text) }
        if report.urls > 0 { quote(.url, from: text) }
        if report.hashtags > 0 { quote(.hashtag, from: text) }
        if report.mentions > 0 { quote(.mention, from: text) }
    }

    private mutating func quoteNumbers(from text: UnsafeBufferPointer<UInt8>) {
        var numbers = 0
        for index in 0..<tokenCount where tokens[index].isNumber {
            numbers += 1
            guard numbers <= EntityTally.keptPerKind else { continue }
            report.quote(text, Int(tokens[index].start)..<Int(tokens[index].end), kind: .number)
        }
        report.numbers = numbers
    }

    private mutating func quote(_ kind: EntityKind, from text: UnsafeBufferPointer<UInt8>) {
        for range in entities.kept(of: kind) { report.quote(text, range, kind: kind) }
    }
}
