/// How a kind of value is written: what decoding, the JSON schema, the reference and writing back all come from.
struct Notation<Value> {
    /// What it looks like, for the schema and the reference.
    var form: Form
    /// Reads a value; nil when a problem was reported.
    var read: (SourceNode, inout Decoding) -> Value?
    /// The value as it is written, passwords replaced; nil for what is left out.
    var write: (Value) -> Written?

    /// The notation, written back only when a value needs it.
    func written(when isNeeded: @escaping (Value) -> Bool) -> Notation {
        Notation(form: form, read: read, write: { isNeeded($0) ? write($0) : nil })
    }

    /// The same notation for another type.
    func map<Other>(_ there: @escaping (Value) -> Other, back: @escaping (Other) -> Value) -> Notation<Other> {
        Notation<Other>(
            form: form,
            read: { node, decoding in read(node, &decoding).map(there) },
            write: { write(back($0)) })
    }

    /// The notation with a further condition, whose answer is what is wrong with a value.
    func checked(_ mistake: @escaping (Value) -> String?) -> Notation {
        Notation(
            form: form,
            read: { node, decoding in
                guard let value = read(node, &decoding) else { return nil }
                guard let message = mistake(value) else { return value }
                decoding.report(node.place, message)
                return nil
            },
            write: write)
    }
}

/// What a value looks like.
indirect enum Form {
    /// Free text, with what it must match and words for it.
    case text(pattern: String?, words: String)
    /// One of some words.
    case choice([String])
    /// `true` or `false`.
    case boolean
    /// A whole number.
    case integer(ClosedRange<Int64>)
    /// A number with a unit, and the words for its range.
    case quantity(Quantity, range: String?)
    /// Values of one form in order.
    case list(Form, ClosedRange<Int>)
    /// Named values, the names given.
    case object([Described])
    /// Named values of one form, the names free.
    case table
    /// Any scalar, list or table.
    case anything
    /// Exactly one of some named values.
    case oneKey([Described])
    /// One of several forms.
    case either([Form])

    /// A key with its form and meaning.
    struct Described {
        var name: String
        var form: Form
        var summary: String
        var isRequired = false
        var defaultValue: Written?
    }
}

/// A value on its way to text.
indirect enum Written: Equatable {
    /// What stands without quotes: a number, a word, a quantity.
    case bare(String)
    /// Text that may need quotes.
    case text(String)
    case list([Written])
    case map([Pair])

    struct Pair: Equatable {
        var key: String
        var value: Written
    }
}

/// The state of decoding one scenario: the problems so far and where everything stands.
struct Decoding {
    private(set) var problems: [Problem] = []
    /// Where the value of each key that was given stands.
    private(set) var places: [String: Place] = [:]
    /// The keys with a problem in or below them.
    private(set) var failed: Set<String> = []
    /// All forms, to find a key that was written in the wrong place.
    var root: Form = .anything
    /// The folder of the scenario, from which it names other files.
    var folder = "."
    private var path: [String] = []

    /// The key being read, such as `phases[0].rate`.
    var currentPath: String { path.joined() }

    /// Reads the value of a key below the one being read.
    mutating func descend<Value>(
        _ key: String, _ node: SourceNode, _ read: (SourceNode, inout Decoding) -> Value?
    ) -> Value? {
        descend(step: path.isEmpty ? key : "." + key, node, read)
    }

    /// Reads an item of the list being read.
    mutating func descend<Value>(
        index: Int, _ node: SourceNode, _ read: (SourceNode, inout Decoding) -> Value?
    ) -> Value? {
        descend(step: "[\(index)]", node, read)
    }

    private mutating func descend<Value>(
        step: String, _ node: SourceNode, _ read: (SourceNode, inout Decoding) -> Value?
    ) -> Value? {
        path.append(step)
        defer { path.removeLast() }
        places[currentPath] = node.place
        if case .broken = node.content {
            failed.insert(currentPath)
            return nil
        }
        return read(node, &self)
    }

    /// Reports a mistake in the key being read.
    mutating func report(_ place: Place, _ message: String) {
        failed.insert(currentPath)
        append(place, key: currentPath, message)
    }

    /// Reports a mistake found after reading, at the key or, when it is not in the file, at the nearest one around.
    mutating func report(key: String, _ message: String) {
        var around = Substring(key)
        while true {
            if let place = places[String(around)] {
                append(place, key: key, message)
                return
            }
            guard let cut = around.lastIndex(where: { $0 == "." || $0 == "[" }) else { break }
            around = around[..<cut]
        }
        append(places[""] ?? Place(source: "scenario"), key: key, message)
    }

    /// Names the key unless the place does.
    private mutating func append(_ place: Place, key: String, _ message: String) {
        let isNamed = key.isEmpty || place.source.hasSuffix(" \(key)")
        problems.append(Problem(place: place, message: isNamed ? message : "\(key): \(message)"))
    }

    /// Whether all of these keys were read without a problem, so that a check of them makes sense.
    func isSound(_ keys: String...) -> Bool {
        !failed.contains { failure in
            keys.contains { failure == $0 || failure.hasPrefix($0 + ".") || failure.hasPrefix($0 + "[") }
        }
    }

    /// Whether the file or an override gives the key.
    func isGiven(_ key: String) -> Bool { places[key] != nil }

    /// Names the source as a whole, where no key gives a place.
    mutating func setRoot(_ place: Place) { places[""] = place }
}
