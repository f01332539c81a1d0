/// A run of tokens: from `start` up to `end`, which is no part of it.
struct TokenRun {
    var start: UInt32 = 0
    var end: UInt32 = 0
}

/// A phrase among the best so far.
struct RankedPhrase {
    var start: UInt32 = 0
    var count: UInt32 = 0
    var score: Float = 0
}

extension TextScratch {
    /// Candidate phrases have at most so many words; a longer run of content words is parted.
    private static let maximumPhraseWords: UInt32 = 4
    private static let keyPhraseCount = 5

    // MARK: One pass over the words, when their language is known

    /// Finds the runs of content words, which function words and punctuation part, and the words that sentiment looks at.
    ///
    /// No branch depends on a word, since none could be foretold: what may be the next element is always written, and counted
    /// only if it is one.
    mutating func markWords(of language: TextLanguage?) {
        runs.grow(to: tokenCount + 1, filling: TokenRun())
        loaded.grow(to: tokenCount + 1, filling: 0)
        let count = tokenCount
        let stopWords = WordFacts.stopWords(of: language)
        let sentimental = WordFacts.sentimental(in: language)
        var begun = 0
        var ended = 0
        var loadedCount = 0
        vocabulary.withUnsafeBufferPointer { vocabulary in
            withElements(&tokens, &runs, &loaded) { tokens, runs, loaded in
                var isOpen = 0
                for index in 0..<count {
                    let token = tokens[index]
                    let facts = vocabulary[Int(token.entry)].facts.bits
                    let position = UInt32(truncatingIfNeeded: index)
                    loaded[loadedCount] = position
                    loadedCount &+= facts & sentimental != 0 ? 1 : 0

                    let isContent = 1 &- Self.isStop(token, facts & stopWords)
                    let isBroken = token.traits & Token.phraseBreak != 0 ? 1 : 0
                    runs[ended].end = position
                    ended &+= isOpen & (isBroken | (1 &- isContent))
                    runs[begun].start = position
                    begun &+= isContent & (isBroken | (1 &- isOpen))
                    isOpen = isContent
                }
                runs[ended].end = UInt32(truncatingIfNeeded: count)
            }
        }
        runCount = begun
        self.loadedCount = loadedCount
    }

    /// 1 for function words, single letters, numbers and clitics, which are no part of a phrase.
    @inline(__always)
    private static func isStop(_ token: Token, _ stopWordBits: UInt32) -> Int {
        let isNumber: UInt32 = token.traits & (CharacterEntry.digit | Token.hasLetters) == CharacterEntry.digit ? 1 : 0
        let isLetter: UInt32 = token.letters < 2 ? 1 : 0
        return stopWordBits | token.traits & Token.elided | isNumber | isLetter != 0 ? 1 : 0
    }

    // MARK: Ranking

    /// RAKE (Rose, Engel, Cramer and Cowley 2010): candidates are runs of content words between function words and
    /// punctuation, a word scores its degree by its frequency, a phrase the sum of its words; the best five are kept.
    mutating func rankCandidates() {
        best.grow(to: Self.keyPhraseCount + 1, filling: RankedPhrase())
        bestCount = 0
        guard runCount > 0 else { return }
        // Phrases are read four words at once.
        let padding = Int(Self.maximumPhraseWords)
        growTokens(to: tokenCount + padding)
        for index in tokenCount..<(tokenCount + padding) { tokens[index].entry = 0 }
        var ranking = 0
        let runs = self.runs[..<runCount]
        withElements(&tokens, &vocabulary, &best) { tokens, vocabulary, best in
            Self.forEachCandidate(in: runs) { start, count in
                // Degree and frequency of up to four words, the others adding nothing.
                for offset in 0..<Self.maximumPhraseWords {
                    let entry = Int(tokens[Int(start &+ offset)].entry)
                    vocabulary[entry].phrases &+= offset < count ? UInt64(count) &<< 32 | 1 : 0
                }
            }
            Self.forEachCandidate(in: runs) { start, count in
                var score: Float = 0
                for offset in 0..<Self.maximumPhraseWords {
                    let phrases = vocabulary[Int(tokens[Int(start &+ offset)].entry)].phrases
                    let degree = Float(UInt32(truncatingIfNeeded: phrases &>> 32))
                    let ratio = degree / Float(UInt32(truncatingIfNeeded: phrases))
                    score += offset < count ? ratio : 0
                }
                if ranking == Self.keyPhraseCount, score <= best[ranking &- 1].score { return }
                Self.rank(RankedPhrase(start: start, count: count, score: score), tokens, best, &ranking)
            }
        }
        bestCount = ranking
    }

    /// Parts runs of content words into candidates of at most four.
    @inline(__always)
    private static func forEachCandidate(in runs: ArraySlice<TokenRun>, _ body: (UInt32, UInt32) -> Void) {
        runs.withUnsafeBufferPointer { runs in
            for run in runs {
                var start = run.start
                while run.end &- start > maximumPhraseWords {
                    body(start, maximumPhraseWords)
                    start &+= maximumPhraseWords
                }
                body(start, run.end &- start)
            }
        }
    }

    /// Puts a phrase in its place among the best unless it is there already; of equal scores the earlier phrase stays ahead.
    private static func rank(
        _ phrase: RankedPhrase, _ tokens: UnsafeMutableBufferPointer<Token>,
        _ best: UnsafeMutableBufferPointer<RankedPhrase>, _ count: inout Int
    ) {
        for index in 0..<count where isSame(best[index], phrase, tokens) { return }
        var place = count
        while place > 0, best[place - 1].score < phrase.score {
            best[place] = best[place - 1]
            place -= 1
        }
        best[place] = phrase
        count = min(count + 1, keyPhraseCount)
    }

    private static func isSame(
        _ first: RankedPhrase, _ second: RankedPhrase, _ tokens: UnsafeMutableBufferPointer<Token>
    ) -> Bool {
        // The same words have the same score.
        guard first.score == second.score, first.count == second.count else { return false }
        for offset in 0..<first.count
        where tokens[Int(first.start + offset)].entry != tokens[Int(second.start + offset)].entry {
            return false
        }
        return true
    }

    mutating func quoteKeyPhrases(from text: UnsafeBufferPointer<UInt8>) {
        for index in 0..<bestCount {
            let phrase = best[index]
            let start = Int(tokens[Int(phrase.start)].start)
            let end = Int(tokens[Int(phrase.start + phrase.count) - 1].end)
            report.quote(text, start..<end, kind: nil, score: phrase.score)
        }
    }
}
