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
        findCandidates(language)
        var best: [Candidate] = []
        best.reserveCapacity(Self.keyPhraseCount + 1)
        tokens.withUnsafeBufferPointer { tokens in
            vocabulary.withUnsafeBufferPointer { vocabulary in
                var least: Float = -1
                for run in candidates {
                    var score: Float = 0
                    for index in run.start..<(run.start &+ run.count) {
                        let entry = vocabulary[Int(tokens[Int(index)].entry)]
                        score += Float(entry.degree) / Float(entry.frequency)
                    }
                    // Of equal scores the earlier phrase stays ahead.
                    guard score > least else { continue }
                    let candidate = Candidate(start: run.start, count: run.count, score: score)
                    // A phrase that is in already has the same score again.
                    if best.contains(where: { $0.isSame(as: candidate, tokens) }) { continue }
                    best.insert(candidate, at: best.firstIndex { $0.score < score } ?? best.count)
                    if best.count > Self.keyPhraseCount { best.removeLast() }
                    if best.count == Self.keyPhraseCount { least = best[Self.keyPhraseCount - 1].score }
                }
            }
        }
        for phrase in best {
            let last = tokens[Int(phrase.start + phrase.count) - 1]
            excerpts.add(Int(tokens[Int(phrase.start)].start)..<Int(last.end), kind: nil, score: phrase.score)
        }
    }

    /// A run of tokens.
    struct Candidate {
        var start: UInt32
        var count: UInt32
        var score: Float = 0

        func isSame(as other: Candidate, _ tokens: UnsafeBufferPointer<Token>) -> Bool {
            guard score == other.score, count == other.count else { return false }
            return (0..<count).allSatisfy {
                tokens[Int(start + $0)].entry == tokens[Int(other.start + $0)].entry
            }
        }
    }

    /// Finds the candidates and counts, for each word, in how many and how long ones it is.
    private mutating func findCandidates(_ language: TextLanguage?) {
        let count = tokenCount
        let stopWords = WordFacts.stopWords(of: language)
        var candidates: [Candidate] = []
        swap(&candidates, &self.candidates)
        candidates.removeAll(keepingCapacity: true)
        tokens.withUnsafeBufferPointer { tokens in
            vocabulary.withUnsafeMutableBufferPointer { vocabulary in
                func close(_ start: Int, _ end: Int) {
                    guard end > start else { return }
                    let length = UInt32(truncatingIfNeeded: end &- start)
                    candidates.append(Candidate(start: UInt32(truncatingIfNeeded: start), count: length))
                    for index in start..<end {
                        let entry = Int(tokens[index].entry)
                        vocabulary[entry].degree &+= length
                        vocabulary[entry].frequency &+= 1
                    }
                }
                var start = 0
                for index in 0..<count {
                    let token = tokens[index]
                    if token.traits & Token.phraseBreak != 0 || index &- start == Self.maximumPhraseWords {
                        close(start, index)
                        start = index
                    }
                    if Self.isStop(token, vocabulary[Int(token.entry)].facts.bits & stopWords) {
                        close(start, index)
                        start = index &+ 1
                    }
                }
                close(start, count)
            }
        }
        swap(&candidates, &self.candidates)
    }

    /// Function words, single letters, numbers and clitics: no part of a phrase.
    @inline(__always)
    private static func isStop(_ token: Token, _ stopWordBits: UInt32) -> Bool {
        stopWordBits != 0 || token.letters < 2 || token.isNumber || token.traits & Token.elided != 0
    }
}
