/// The working memory of one analysing thread, reused from text to text so that steady state allocates next to nothing.
///
/// What it holds after a call has no meaning to others; it grows with the longest text and shrinks again behind huge ones.
package struct TextScratch: Sendable {
    /// Bytes of text read since the scratch was made, repetitions by the cost factor included.
    package internal(set) var bytesAnalysed: UInt64 = 0

    var keys: [UInt8] = []
    /// Room for tokens, of which the first `tokenCount` are those of the text.
    var tokens: [Token] = []
    var tokenCount = 0
    var entities = EntityTally()
    var sentences = 0
    /// Room for the distinct words of the text, one more than it has words.
    var vocabulary: [VocabularyEntry] = []
    var memory = WordMemory()
    /// Room for runs of content words, of which the first `runCount` are those of the text.
    var runs: [TokenRun] = []
    var runCount = 0
    /// Room for the indices of words with polarity and of negators, of which the first `loadedCount` are those of the text.
    var loaded: [UInt32] = []
    var loadedCount = 0
    /// Room for the best phrases, of which the first `bestCount` are those of the text.
    var best: [RankedPhrase] = []
    var bestCount = 0
    /// What the analysis says about the text.
    var report = TextReport()
    /// Room for the report as JSON.
    var json: [UInt8] = []
    private var repaired: [UInt8] = []

    /// Above this many bytes of keys (half as much text) the memory of a text is given back.
    private static let retainedKeyBytes = 8 << 20

    /// An empty scratch.
    package init() {}

    mutating func takeRepaired() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &repaired)
        return taken
    }

    mutating func giveBack(repaired buffer: [UInt8]) { repaired = buffer }

    mutating func trim() {
        guard keys.count > Self.retainedKeyBytes else { return }
        let analysed = bytesAnalysed
        self = TextScratch()
        bytesAnalysed = analysed
    }

    /// Cuts the text into tokens.
    mutating func tokenize(_ text: UnsafeBufferPointer<UInt8>, tables: CharacterTables, lexicon: Lexicon) {
        tokenCount = 0
        sentences = 0
        entities.removeAll()
        guard let start = text.baseAddress, !text.isEmpty else { return }
        // Lower case can be longer than upper case (Ⱥ → ⱥ), though never twice as long.
        let keyBytes = 2 * text.count + 64
        if keys.count < keyBytes { keys = [UInt8](repeating: 0, count: keyBytes) }
        growTokens(to: text.count / 6 + 64)
        var tally = EntityTally.moved
        var keys: [UInt8] = []
        swap(&tally, &entities)
        swap(&keys, &self.keys)
        tables.withPointers { ascii, kinds, low, pairs in
            keys.withUnsafeMutableBufferPointer { keys in
                guard let keys = keys.baseAddress, let none = UnsafeMutablePointer<Token>(bitPattern: 8) else { return }
                var tokenizer = Tokenizer(
                    text: start, count: text.count, ascii: ascii, kinds: kinds, low: low, pairs: pairs,
                    lexicon: lexicon, keys: keys,
                    tokens: none, tokenCapacity: 0, entities: .moved)
                swap(&tokenizer.entities, &tally)
                var index = 0
                while index < text.count {
                    if tokenizer.tokenCount == tokens.count { growTokens(to: 2 * tokens.count) }
                    tokens.withUnsafeMutableBufferPointer { room in
                        guard let base = room.baseAddress else { return }
                        tokenizer.tokens = base
                        tokenizer.tokenCapacity = room.count
                        index = tokenizer.run(from: index)
                    }
                }
                tokenCount = tokenizer.tokenCount
                sentences = tokenizer.sentences
                swap(&tokenizer.entities, &tally)
            }
        }
        swap(&keys, &self.keys)
        swap(&tally, &entities)
    }

    mutating func growTokens(to count: Int) { tokens.grow(to: count, filling: .empty) }
}

extension Array {
    /// Makes it at least `count` long.
    mutating func grow(to count: Int, filling element: Element) {
        guard self.count < count else { return }
        append(contentsOf: repeatElement(element, count: Swift.max(count, 2 * self.count) - self.count))
    }
}

/// Lends the elements of three arrays at once.
@inline(__always)
func withElements<A, B, C>(
    _ first: inout [A], _ second: inout [B], _ third: inout [C],
    _ body: (
        UnsafeMutableBufferPointer<A>, UnsafeMutableBufferPointer<B>, UnsafeMutableBufferPointer<C>
    ) -> Void
) {
    first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
            third.withUnsafeMutableBufferPointer { third in body(first, second, third) }
        }
    }
}
