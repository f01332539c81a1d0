/// OSMAN's counts: long words have more than five letters, complex ones more than four syllables, and faseeh ones are complex
/// ones with ء ئ ؤ ذ ظ or ending in وا or ون.
struct Osman {
    private(set) var long = 0
    private(set) var syllables = 0
    private(set) var complex = 0
    private(set) var faseeh = 0

    init(_ words: ArraySlice<Token>, _ vocabulary: [VocabularyEntry]) {
        words.withUnsafeBufferPointer { words in
            vocabulary.withUnsafeBufferPointer { vocabulary in
                for word in words { add(word, vocabulary[Int(word.entry)]) }
            }
        }
    }

    /// Counts a word without a branch, since none could be foretold.
    @inline(__always)
    private mutating func add(_ word: Token, _ entry: VocabularyEntry) {
        let isArabic = word.traits & CharacterEntry.arabic != 0 ? 1 : 0
        let weight = word.markWeight > 0 ? word.markWeight : entry.arabicSyllables
        let isLong = word.letters > 5 ? 1 : 0
        let isComplex = weight > 4 ? 1 : 0
        let hasEloquentLetter = word.traits & CharacterEntry.faseeh != 0 ? 1 : 0
        let hasEloquentEnding = entry.endsInArabicPlural ? 1 : 0
        syllables &+= Int(weight)
        long &+= isArabic & isLong
        complex &+= isArabic & isComplex
        faseeh &+= isArabic & isComplex & (hasEloquentLetter | hasEloquentEnding)
    }

    /// Whether a word ends in وا or ون.
    static func endsInPlural(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
        guard key.count >= 4, key[key.count - 4] == 0xD9, key[key.count - 3] == 0x88 else { return false }
        let last = (key[key.count - 2], key[key.count - 1])
        return last == (0xD8, 0xA7) || last == (0xD9, 0x86)
    }
}
