/// A language as its file writes it down: words by class and sentence patterns over them.
///
/// A pattern is words separated by spaces in which `{x}` stands for a word of class x, and `{num}`, `{url}`, `{email}`,
/// `{mention}` and `{hashtag}` for invented ones. Words of a class are separated by white space, or by `|` where they are phrases.
struct LanguageSource: Sendable {
    /// How neighbouring words change each other.
    enum Grammar: Sendable {
        case english
        case french
        case arabic
    }

    var grammar: Grammar
    var classes: [String: String]
    /// One pattern a line.
    var sentences: String
    /// Patterns with addresses, names and tags: used now and then.
    var asides: String
}

/// Words of one class, drawn by Zipf's law: the word of rank r with a weight of 1 / (r + 2.7), after Mandelbrot.
struct WordClass: Sendable {
    let words: [[UInt8]]
    /// Running sums of the weights, the last of them 1.
    private let limits: [Double]

    init(_ source: String) {
        let items: [String]
        if source.contains("|") {
            items = source.split(separator: "|").map { phrase in
                phrase.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }
        } else {
            items = source.split(whereSeparator: \.isWhitespace).map { String($0) }
        }
        words = items.map { Array($0.utf8) }
        let weights = items.indices.map { 1 / (Double($0) + 3.7) }
        let total = weights.reduce(0, +)
        var sum = 0.0
        limits = weights.map { weight in
            sum += weight / total
            return sum
        }
    }

    func draw(_ random: inout SeededGenerator) -> [UInt8] {
        let draw = random.nextUnit()
        var low = 0
        var high = limits.count - 1
        while low < high {
            let middle = (low + high) / 2
            if limits[middle] > draw { high = middle } else { low = middle + 1 }
        }
        return words[low]
    }
}

/// A language made ready for drawing sentences.
struct SentenceGrammar: Sendable {
    /// A part of a pattern's word.
    enum Piece: Sendable {
        case literal([UInt8])
        case word(classIndex: Int)
        case number
        case url
        case email
        case mention
        case hashtag
    }

    /// Words, each of one or more pieces.
    typealias Pattern = [[Piece]]

    let grammar: LanguageSource.Grammar
    let classes: [WordClass]
    let sentences: [Pattern]
    let asides: [Pattern]
    let tagClass: Int
    /// Words by their length in bytes, to fill a text up to its exact length.
    let wordsByLength: [[[UInt8]]]

    static let english = SentenceGrammar(EnglishWords.language)
    static let french = SentenceGrammar(FrenchWords.language)
    static let arabic = SentenceGrammar(ArabicWords.language)

    init(_ source: LanguageSource) {
        let names = source.classes.keys.sorted()
        grammar = source.grammar
        classes = names.map { WordClass(source.classes[$0] ?? "") }
        sentences = Self.patterns(source.sentences, classNames: names)
        asides = Self.patterns(source.asides, classNames: names)
        tagClass = names.firstIndex(of: "g") ?? 0
        var byLength = [[[UInt8]]](repeating: [], count: 21)
        for (name, group) in zip(names, classes) where !["f", "s", "c", "t", "g"].contains(name) {
            for word in group.words where word.count < byLength.count { byLength[word.count].append(word) }
        }
        switch source.grammar {
        case .english: byLength[1] = [Array("a".utf8)]
        case .french: byLength[1] = [Array("y".utf8), Array("a".utf8)]
        case .arabic: byLength[2] = [Array("و".utf8)]
        }
        wordsByLength = byLength
    }

    private static func patterns(_ source: String, classNames: [String]) -> [Pattern] {
        source.split(separator: "\n").map { line in
            line.split(separator: " ").map { pieces($0, classNames: classNames) }
        }
    }

    private static func pieces(_ word: Substring, classNames: [String]) -> [Piece] {
        var pieces: [Piece] = []
        var rest = word
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { pieces.append(.literal(Array(rest[..<open].utf8))) }
            let name = String(rest[rest.index(after: open)..<close])
            switch name {
            case "num": pieces.append(.number)
            case "url": pieces.append(.url)
            case "email": pieces.append(.email)
            case "mention": pieces.append(.mention)
            case "hashtag": pieces.append(.hashtag)
            default:
                guard let index = classNames.firstIndex(of: name) else { preconditionFailure("no class \(name)") }
                pieces.append(.word(classIndex: index))
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.literal(Array(rest.utf8))) }
        return pieces
    }
}
