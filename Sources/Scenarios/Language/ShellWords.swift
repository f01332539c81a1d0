/// Takes a command apart into words as a shell would, and nothing else of a shell: what only a shell does is a mistake.
///
/// Blanks part words; quotes and backslashes work as in POSIX (2.2 Quoting). The words keep `{{name}}` as they stand.
struct ShellWords {
    /// What is wrong, and how many scalars behind the text's start.
    struct Mistake: Error, Equatable {
        var offset: Int
        var message: String
    }

    /// The words and where each begins, in scalars from the text's start.
    private(set) var words: [(text: String, offset: Int)] = []

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var word: String?
    private var wordStart = 0

    init(_ text: String) throws(Mistake) {
        scalars = Array(text.unicodeScalars)
        try split()
    }

    private mutating func split() throws(Mistake) {
        while position < scalars.count {
            let scalar = scalars[position]
            switch scalar {
            case " ", "\t", "\n", "\r": endWord()
            case "'": try quoted(by: "'", isLiteral: true)
            case "\"": try quoted(by: "\"", isLiteral: false)
            case "\\":
                position += 1
                guard position < scalars.count else {
                    throw Mistake(offset: position - 1, message: "ends with a backslash; write it twice")
                }
                append(scalars[position], at: position - 1)
            default:
                if let words = Self.shellOnly(scalar, startsWord: word == nil) {
                    throw Mistake(offset: position, message: words)
                }
                append(scalar, at: position)
            }
            position += 1
        }
        endWord()
        if let first = words.first, Self.isAssignment(first.text) {
            throw Mistake(
                offset: first.offset,
                message: "begins with a variable, which only a shell understands; put it under workers.environment")
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar, at offset: Int) {
        if word == nil { wordStart = offset }
        word = (word ?? "") + String(scalar)
    }

    private mutating func endWord() {
        if let word { words.append((word, wordStart)) }
        word = nil
    }

    private mutating func quoted(by mark: Unicode.Scalar, isLiteral: Bool) throws(Mistake) {
        let start = position
        if word == nil { (word, wordStart) = ("", start) }
        position += 1
        while position < scalars.count, scalars[position] != mark {
            var scalar = scalars[position]
            if !isLiteral, scalar == "\\", position + 1 < scalars.count,
                "\\\"$`".unicodeScalars.contains(scalars[position + 1])
            {
                position += 1
                scalar = scalars[position]
            } else if !isLiteral, let words = Self.expansion(scalar) {
                throw Mistake(offset: position, message: words)
            }
            word?.unicodeScalars.append(scalar)
            position += 1
        }
        guard position < scalars.count else {
            throw Mistake(offset: start, message: "the quote \(mark) has no end")
        }
    }

    private static let advice = "write [sh, -c, '…'], or put it in quotes"

    private static func shellOnly(_ scalar: Unicode.Scalar, startsWord: Bool) -> String? {
        switch scalar {
        case "|", "&", ";", "<", ">", "(", ")":
            "only a shell understands '\(scalar)'; \(advice)"
        case "*", "?": "only a shell replaces '\(scalar)' by names of files; \(advice)"
        case "~" where startsWord: "only a shell understands '~'; write ${HOME}"
        case "#" where startsWord: "a '#' begins a comment in a shell; \(advice)"
        default: expansion(scalar)
        }
    }

    private static func expansion(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "$": "only a shell replaces '$'; write ${NAME} for a variable, or \\$"
        case "`": "only a shell runs what stands in backticks; write [sh, -c, '…']"
        default: nil
        }
    }

    /// Whether a word is a shell's `NAME=value`.
    private static func isAssignment(_ word: String) -> Bool {
        let name = word.prefix { $0 != "=" }
        return name.count < word.count && isVariableName(name)
    }

    /// Whether a shell could have a variable of that name.
    static func isVariableName(_ name: some StringProtocol) -> Bool {
        let scalars = name.unicodeScalars
        guard let first = scalars.first, !("0"..."9").contains(first) else { return false }
        return scalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_")
        }
    }
}
