/// What is known of a word by its key alone: the same in every text.
struct KnownWord {
    var hash: UInt64 = 0
    /// The text it was last seen in; 0 in a slot without a word.
    var text: UInt32 = 0
    /// Its entry in the vocabulary of that text.
    var entry: UInt32 = 0
    var facts = WordFacts()
    /// OSMAN's weight without written vowel marks; 1 for words of other scripts.
    var arabicSyllables: UInt32 = 0
    var englishSyllables: UInt8 = 0
    var frenchSyllables: UInt8 = 0
    var endsInArabicPlural = false
}

/// The words of this text and of those before it, so that a word is looked up and its syllables are counted but once.
///
/// An open-addressing table over the hashes of keys, at most half full. Each text has a number, by which its words are told
/// from those that are only remembered: nothing is cleared between texts. When there are too many, the words of earlier
/// texts are forgotten.
struct WordMemory: Sendable {
    /// Words that may be added between two calls of `makeRoom`.
    static let roomStep = 1024
    private static let smallestSlots = 4 * roomStep
    /// Half a megabyte, which a thread keeps in its cache; beyond that it grows only for the words of a single text.
    private static let retainedSlots = 16 * roomStep

    /// A power of two.
    var slots: [KnownWord] = []
    var count = 0
    /// The number of the text that is read.
    private(set) var text: UInt32 = 0

    mutating func beginText() {
        if slots.count > Self.retainedSlots || text == .max { self = WordMemory() }
        text += 1
    }

    /// Makes room for another `roomStep` words.
    mutating func makeRoom() {
        guard 2 * (count + Self.roomStep) > slots.count else { return }
        let canGrow = slots.count < Self.retainedSlots
        let kept = slots.filter { canGrow ? $0.text != 0 : $0.text == text }
        var size = max(Self.smallestSlots, canGrow ? 2 * slots.count : slots.count)
        while !canGrow, 4 * (kept.count + Self.roomStep) > size { size *= 2 }
        slots = [KnownWord](repeating: KnownWord(), count: size)
        count = kept.count
        for word in kept {
            var slot = Int(truncatingIfNeeded: word.hash) & (size - 1)
            while slots[slot].text != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = word
        }
    }
}

extension KnownWord {
    /// Finds out everything about a word that is met for the first time.
    @inline(never)
    init(_ token: Token, keys: UnsafePointer<UInt8>, lexicon: Lexicon) {
        let key = UnsafeBufferPointer(start: keys + Int(token.keyStart), count: Int(token.keyLength))
        hash = token.hash
        facts = lexicon.facts(of: token, keys: keys)
        // Only a word's first 64 bytes are counted, and each adds two at most.
        englishSyllables = UInt8(truncatingIfNeeded: Syllables.english(key))
        frenchSyllables = UInt8(truncatingIfNeeded: Syllables.french(key))
        let isArabic = token.traits & CharacterEntry.arabic != 0
        arabicSyllables = isArabic ? UInt32(truncatingIfNeeded: Syllables.arabic(key, markWeight: 0)) : 1
        endsInArabicPlural = Osman.endsInPlural(key)
    }
}
