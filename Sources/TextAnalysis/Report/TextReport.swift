/// Everything the analysis says about one text; two allocations, however much it holds.
package struct TextReport: Sendable, Equatable {
    /// The language, if there is evidence for one of the three; else nil.
    package var language: TextLanguage?
    /// How sure the language is, 0 … 1.
    package var languageConfidence = 0.0

    /// The size of the text as it came.
    package var bytes = 0
    /// Unicode scalars (not grapheme clusters), each ill-formed sequence counted as one.
    package var characters = 0
    /// Ill-formed UTF-8 sequences, replaced by U+FFFD.
    package var invalidSequences = 0
    /// The text was longer than `TextAnalyzer.maximumBytes` and only its beginning was analysed.
    package var isTruncated = false

    /// Sentences with at least one word or entity.
    package var sentences = 0
    /// Words: numbers and elided clitics included; web and e-mail addresses and mentions not.
    package var words = 0
    /// Distinct words after normalisation: the vocabulary.
    package var uniqueWords = 0
    /// Letters and digits of all words.
    package var letters = 0
    /// Syllables by the rules of the language (for Arabic the weighted syllables of OSMAN); 0 without a language.
    package var syllables = 0

    /// By the formula of the language, higher is easier, not cut to 0 … 100; nil without a language or words.
    package var readingEase: Double?

    /// Polarity of the whole text, −1 … 1.
    package var sentimentScore = 0.0
    /// Words with a positive value after negation.
    package var positiveWords = 0
    /// Words with a negative value after negation.
    package var negativeWords = 0

    /// Key phrases and the first entities of each kind, as ranges of `excerptBytes`.
    var excerpts: [Excerpt] = []
    var excerptBytes: [UInt8] = []
    var emails = 0
    var urls = 0
    var numbers = 0
    var hashtags = 0
    var mentions = 0

    /// A piece of the text that the report quotes.
    struct Excerpt: Sendable, Equatable {
        /// nil: a key phrase.
        var kind: EntityKind?
        var start: UInt32
        var end: UInt32
        var score: Float
    }

    /// A report about nothing.
    package init() {}

    /// Unique words by words, 0 … 1; 0 without words.
    package var typeTokenRatio: Double { ratio(uniqueWords, words) }
    /// Letters a word.
    package var averageWordLength: Double { ratio(letters, words) }
    /// Words a sentence.
    package var averageSentenceLength: Double { ratio(words, sentences) }

    private func ratio(_ a: Int, _ b: Int) -> Double { b == 0 ? 0 : Double(a) / Double(b) }

    /// A sentiment in one word.
    package enum Sentiment: String, Sendable {
        /// Score of at least 0.05.
        case positive
        /// Score between −0.05 and 0.05.
        case neutral
        /// Score of at most −0.05.
        case negative
    }

    /// The sentiment score in one word.
    package var sentiment: Sentiment {
        sentimentScore >= 0.05 ? .positive : sentimentScore <= -0.05 ? .negative : .neutral
    }

    /// A phrase that says what the text is about.
    package struct KeyPhrase: Sendable, Equatable {
        /// The words as they stand in the text, white space made single.
        package var text: String
        /// RAKE's score: the sum of degree by frequency of its words.
        package var score: Double
    }

    /// At most five key phrases, best first.
    package var keyPhrases: [KeyPhrase] {
        excerpts.filter { $0.kind == nil }.map { KeyPhrase(text: text(of: $0), score: Double($0.score)) }
    }

    /// How many entities of a kind the text holds.
    package func entityCount(_ kind: EntityKind) -> Int {
        switch kind {
        case .email: emails
        case .url: urls
        case .number: numbers
        case .hashtag: hashtags
        case .mention: mentions
        }
    }

    /// The first three entities of a kind.
    package func entities(_ kind: EntityKind) -> [String] {
        excerpts.filter { $0.kind == kind }.map(text(of:))
    }

    private func text(of excerpt: Excerpt) -> String {
        String(decoding: excerptBytes[Int(excerpt.start)..<Int(excerpt.end)], as: UTF8.self)
    }
}
