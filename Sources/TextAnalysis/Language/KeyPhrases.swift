/// Copies the quoted pieces of a text, each at most 120 bytes.
struct ExcerptWriter {
    let text: UnsafeBufferPointer<UInt8>
    private(set) var bytes: [UInt8] = []
    private(set) var excerpts: [TextReport.Excerpt] = []

    static let maximumBytes = 120

    init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Adds a piece with its white space made single and, if it is too long, cut between two characters.
    mutating func add(_ range: Range<Int>, kind: EntityKind?, score: Float = 0) {
        if excerpts.isEmpty {
            excerpts.reserveCapacity(8)
            bytes.reserveCapacity(160)
        }
        let start = bytes.count
        var end = min(range.upperBound, range.lowerBound + Self.maximumBytes)
        while end < range.upperBound, text[end] & 0xC0 == 0x80 { end -= 1 }
        var wasSpace = false
        for index in range.lowerBound..<end {
            let isSpace = text[index] <= 0x20
            if !isSpace { bytes.append(text[index]) } else if !wasSpace { bytes.append(0x20) }
            wasSpace = isSpace
        }
        excerpts.append(
            TextReport.Excerpt(
                kind: kind, start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: bytes.count),
                score: score))
    }
}

extension TextScratch {
    /// Candidate phrases have at most so many words; a longer run of content words is parted.
    private static let maximumPhraseWords = 4
    private static let keyPhraseCount = 5

    /// RAKE (Rose, Engel, Cramer and Cowley 2010): candidates are runs of content words between function words and
    /// punctuation, a word scores its degree by its frequency, a phrase the sum of its words; the best five are kept.
    mutating func collectKeyPhrases(language: TextLanguage?, into excerpts: inout ExcerptWriter) {
        forEachCandidate(language) { vocabulary, tokens, run in
            for token in tokens[run] {
                vocabulary[Int(token.entry)].degree &+= UInt32(truncatingIfNeeded: run.count)
                vocabulary[Int(token.entry)].frequency &+= 1
            }
        }
        var best: [(score: Float, run: Range<Int>)] = []
        best.reserveCapacity(Self.keyPhraseCount + 1)
        forEachCandidate(language) { vocabulary, tokens, run in
            var score: Float = 0
            for token in tokens[run] {
                let entry = vocabulary[Int(token.entry)]
                score += Float(entry.degree) / Float(entry.frequency)
            }
            // Of equal scores the earlier phrase stays ahead; a phrase that is in already has the same score again.
            if best.count == Self.keyPhraseCount, score <= best[best.count - 1].score { return }
            for other in best where other.score == score && other.run.count == run.count {
                if zip(other.run, run).allSatisfy({ tokens[$0].entry == tokens[$1].entry }) { return }
            }
            let place = best.firstIndex { $0.score < score } ?? best.count
            best.insert((score, run), at: place)
            if best.count > Self.keyPhraseCount { best.removeLast() }
        }
        for (score, run) in best {
            let range = Int(tokens[run.lowerBound].start)..<Int(tokens[run.upperBound - 1].end)
            excerpts.add(range, kind: nil, score: score)
        }
    }

    /// Calls `body` for each candidate, a range of tokens.
    private mutating func forEachCandidate(
        _ language: TextLanguage?,
        _ body: (inout UnsafeMutableBufferPointer<VocabularyEntry>, UnsafeBufferPointer<Token>, Range<Int>) -> Void
    ) {
        vocabulary.withUnsafeMutableBufferPointer { vocabulary in
            tokens.withUnsafeBufferPointer { tokens in
                var start = 0
                for index in 0..<tokenCount {
                    let token = tokens[index]
                    if token.traits & Token.phraseBreak != 0 || index - start == Self.maximumPhraseWords {
                        if index > start { body(&vocabulary, tokens, start..<index) }
                        start = index
                    }
                    if Self.isStop(token, vocabulary[Int(token.entry)].facts, language) {
                        if index > start { body(&vocabulary, tokens, start..<index) }
                        start = index + 1
                    }
                }
                if tokenCount > start { body(&vocabulary, tokens, start..<tokenCount) }
            }
        }
    }

    @inline(__always)
    private static func isStop(_ token: Token, _ facts: WordFacts, _ language: TextLanguage?) -> Bool {
        if token.letters < 2 || token.isNumber || token.traits & Token.elided != 0 { return true }
        guard facts.bits != 0 else { return false }
        if let language { return facts.isStopWord(in: language) }
        return TextLanguage.allCases.contains { facts.isStopWord(in: $0) }
    }
}
