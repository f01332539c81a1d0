/// The working memory of one analysing thread, reused from text to text so that steady state allocates next to nothing.
///
/// What it holds after a call has no meaning to others; it grows with the longest text and shrinks again behind huge ones.
package struct TextScratch: Sendable {
    /// Bytes of text read since the scratch was made, repetitions by the cost factor included.
    package internal(set) var bytesAnalysed: UInt64 = 0

    var keys: [UInt8] = []
    var tokens: [Token] = []
    var entities = EntityTally()
    var sentences = 0
    var slots: [UInt32] = []
    var vocabulary: [VocabularyEntry] = []
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
        tokens.removeAll(keepingCapacity: true)
        entities.removeAll()
        sentences = 0
        // Lower case can be longer than upper case (Ⱥ → ⱥ), though never twice as long.
        let needed = 2 * text.count + 64
        if keys.count < needed { keys = [UInt8](repeating: 0, count: needed) }
        guard let start = text.baseAddress else { return }
        var tokens: [Token] = []
        var entities = EntityTally.moved
        swap(&tokens, &self.tokens)
        swap(&entities, &self.entities)
        tables.ascii.withUnsafeBufferPointer { ascii in
            tables.kinds.withUnsafeBufferPointer { kinds in
                tables.low.withUnsafeBufferPointer { low in
                    keys.withUnsafeMutableBufferPointer { keys in
                        guard let ascii = ascii.baseAddress, let kinds = kinds.baseAddress,
                            let low = low.baseAddress, let keys = keys.baseAddress
                        else { return }
                        var tokenizer = Tokenizer(
                            text: start, count: text.count, ascii: ascii, kinds: kinds, low: low, lexicon: lexicon,
                            keys: keys, tokens: [], entities: .moved)
                        swap(&tokenizer.tokens, &tokens)
                        swap(&tokenizer.entities, &entities)
                        tokenizer.run()
                        sentences = tokenizer.sentences
                        swap(&tokenizer.tokens, &tokens)
                        swap(&tokenizer.entities, &entities)
                    }
                }
            }
        }
        swap(&tokens, &self.tokens)
        swap(&entities, &self.entities)
    }
}
