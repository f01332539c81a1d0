/// Which of the three languages the words of a text speak for.
///
/// Evidence is counted in halves a word: a function word of the language counts two, another word of its lexicon or an
/// accent of French one, a word in Arabic script one, and words or letters of neighbouring languages two against all.
struct LanguageIdentification {
    private var evidence: (english: Int, french: Int, arabic: Int) = (0, 0, 0)
    private var foreign = 0
    private var words = 0

    mutating func add(_ entry: VocabularyEntry, traits: UInt32) {
        let count = Int(entry.count)
        words += count
        let facts = entry.facts
        if traits & CharacterEntry.arabic != 0 {
            if traits & CharacterEntry.foreign != 0 || facts.isForeign {
                foreign += 2 * count
            } else {
                evidence.arabic += facts.isStopWord(in: .arabic) ? 2 * count : count
            }
            return
        }
        guard traits & CharacterEntry.latin != 0 else {
            foreign += 2 * count
            return
        }
        let english = points(facts, .english)
        var french = points(facts, .french)
        if facts.isForeign || traits & CharacterEntry.foreign != 0 {
            foreign += 2 * count
        } else if traits & CharacterEntry.french != 0 {
            french = max(french, 1)
        }
        evidence.english += english * count
        evidence.french += french * count
    }

    private func points(_ facts: WordFacts, _ language: TextLanguage) -> Int {
        facts.isStopWord(in: language) ? 2 : facts.isKnown(in: language) ? 1 : 0
    }

    /// The language with more than half of all evidence and a confidence of 0 … 1; nil if there is none.
    ///
    /// The confidence is its share of the evidence (with one word's worth of doubt) times how far its words cover the text,
    /// full at one function word in five.
    func result() -> (language: TextLanguage?, confidence: Double) {
        let ranked: [(TextLanguage, Int)] = [
            (.english, evidence.english), (.french, evidence.french), (.arabic, evidence.arabic),
        ]
        var best = ranked[0]
        for candidate in ranked where candidate.1 > best.1 { best = candidate }
        let total = evidence.english + evidence.french + evidence.arabic + foreign
        guard best.1 > 0, 2 * best.1 > total else { return (nil, 0) }
        let coverage = Double(best.1) / Double(2 * words)
        guard coverage >= 0.05 else { return (nil, 0) }
        let confidence = Double(best.1) / Double(total + 2) * min(1, coverage / 0.2)
        return (best.0, confidence)
    }
}
