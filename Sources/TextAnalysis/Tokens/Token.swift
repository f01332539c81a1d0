/// A word of the text: where it stands, its key and what was seen on the way.
struct Token {
    /// Byte offsets of the word in the text.
    var start: UInt32
    var end: UInt32
    /// Where its normalised bytes are among the keys.
    var keyStart: UInt32
    var keyLength: UInt32
    /// Letters and digits, without marks and joiners.
    var letters: UInt32
    /// The union of the traits of its characters (`CharacterEntry`) and the flags below.
    var traits: UInt32
    /// The syllable weight that written Arabic vowel marks give: 1 short, 2 long, doubled or nunated.
    var markWeight: UInt32
    /// Its entry in the vocabulary, set when that is built.
    var entry: UInt32
    var hash: UInt64

    /// Punctuation or a sentence's end stands between this word and the one before.
    static let phraseBreak: UInt32 = 1 << 16
    /// The first word of a sentence.
    static let sentenceStart: UInt32 = 1 << 17
    /// Letters of any script.
    static let hasLetters: UInt32 = 1 << 18
    /// An elided clitic such as l' or qu'.
    static let elided: UInt32 = 1 << 19

    static let empty = Token(
        start: 0, end: 0, keyStart: 0, keyLength: 0, letters: 0, traits: 0, markWeight: 0, entry: 0, hash: 0)

    /// Its normalised bytes among the keys.
    @inline(__always)
    func key(in keys: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: keys[Int(keyStart)..<(Int(keyStart) &+ Int(keyLength))])
    }

    /// Only digits and their joiners.
    var isNumber: Bool {
        traits & CharacterEntry.digit != 0 && traits & Token.hasLetters == 0
    }
}

/// The kinds of entity that are found by their form.
package enum EntityKind: UInt8, Sendable, CaseIterable {
    /// An e-mail address.
    case email
    /// A web address: `http`, `https`, `ftp` or `www.`.
    case url
    /// A number: digits with decimal and grouping signs.
    case number
    /// A word behind `#`.
    case hashtag
    /// A name behind `@`.
    case mention

    /// The name in JSON.
    package var name: StaticString {
        switch self {
        case .email: "email"
        case .url: "url"
        case .number: "number"
        case .hashtag: "hashtag"
        case .mention: "mention"
        }
    }
}

/// How many entities of each kind there are, and where the first few stand.
struct EntityTally {
    /// Values kept of each kind.
    static let keptPerKind = 3

    private(set) var counts: [Int]
    private(set) var ranges: [Range<Int>]

    init() {
        counts = [Int](repeating: 0, count: EntityKind.allCases.count)
        ranges = [Range<Int>](repeating: 0..<0, count: EntityKind.allCases.count * Self.keptPerKind)
    }

    private init(counts: [Int], ranges: [Range<Int>]) {
        self.counts = counts
        self.ranges = ranges
    }

    /// What stays behind where a tally was moved away; needs no memory and must not be counted with.
    static var moved: EntityTally { EntityTally(counts: [], ranges: []) }

    mutating func removeAll() {
        for kind in counts.indices { counts[kind] = 0 }
    }

    mutating func add(_ kind: EntityKind, _ range: Range<Int>) {
        let index = Int(kind.rawValue)
        if counts[index] < Self.keptPerKind { ranges[index * Self.keptPerKind + counts[index]] = range }
        counts[index] += 1
    }

    func count(of kind: EntityKind) -> Int { counts[Int(kind.rawValue)] }

    func kept(of kind: EntityKind) -> ArraySlice<Range<Int>> {
        let start = Int(kind.rawValue) * Self.keptPerKind
        return ranges[start..<(start + min(count(of: kind), Self.keptPerKind))]
    }
}
