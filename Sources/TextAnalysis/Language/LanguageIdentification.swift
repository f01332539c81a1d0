/// Which of the three languages the words of a text speak for.
///
/// Evidence is counted in halves a word: a function word of the language counts two, another word of its lexicon or an
/// accent of French one, a word in Arabic script one, and words or letters of neighbouring languages two against all.
struct LanguageEvidence {
    private var english = 0
    private var french = 0
    private var arabic = 0
    private var foreign = 0
    private var words = 0

    // Five lanes of twelve bits in one integer: room for the points of `WordMemory.roomStep` words.
    private static let laneBits: UInt64 = 12
    private static let inFrench = laneBits
    private static let inArabic = 2 * laneBits
    private static let inForeign = 3 * laneBits
    private static let word: UInt64 = 1 << (4 * laneBits)

    /// What one word says, packed; sums of up to `WordMemory.roomStep` of these may be added at once.
    ///
    /// Branches only on the script, which is the same for most words of a text.
    @inline(__always)
    static func points(_ facts: WordFacts, traits: UInt32) -> UInt64 {
        guard traits & Token.hasLetters != 0 else { return 0 }
        let foreign: UInt64 = facts.isForeign ? 1 : 0
        let isForeign = foreign | (traits & CharacterEntry.foreign != 0 ? 1 : 0)
        let points = facts.languagePoints
        if traits & CharacterEntry.arabic != 0 {
            let arabic = 1 &+ points &>> 17 & 1
            return word | isForeign &<< (inForeign &+ 1) | (arabic &* (1 &- isForeign)) &<< inArabic
        }
        guard traits & CharacterEntry.latin != 0 else { return word | 2 &<< inForeign }
        let accent: UInt64 = traits & CharacterEntry.french != 0 ? 1 : 0
        // An accent is worth a point where the lexicon gives none.
        let french = points &>> 8 & 3 | accent & ~isForeign & ~(points &>> 9)
        return word | points & 3 | french &<< inFrench | isForeign &<< (inForeign &+ 1)
    }

    mutating func add(_ packed: UInt64) {
        func lane(_ index: UInt64) -> Int {
            Int(truncatingIfNeeded: packed &>> (index &* Self.laneBits) & (1 << Self.laneBits - 1))
        }
        english += lane(0)
        french += lane(1)
        arabic += lane(2)
        foreign += lane(3)
        words += lane(4)
    }

    /// The language with more than half of all evidence and a confidence of 0 … 1; nil if there is none.
    ///
    /// The confidence is its share of the evidence (with one word's worth of doubt) times how far its words cover the text,
    /// full at one function word in five.
    func result() -> (language: TextLanguage?, confidence: Double) {
        var language = TextLanguage.english
        var points = english
        if french > points { (language, points) = (.french, french) }
        if arabic > points { (language, points) = (.arabic, arabic) }
        let total = english + french + arabic + foreign
        guard points > 0, 2 * points > total else { return (nil, 0) }
        let coverage = Double(points) / Double(2 * words)
        guard coverage >= 0.05 else { return (nil, 0) }
        let confidence = Double(points) / Double(total + 2) * min(1, coverage / 0.2)
        return (language, confidence)
    }
}
