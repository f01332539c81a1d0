// Lists, mappings of known keys, mixtures and alternatives.

/// A key of a mapping that decodes into a `Root`.
struct Key<Root> {
    let name: String
    let summary: String
    let isRequired: Bool
    let form: Form
    /// Reads the key's value and gives back what puts it into the root.
    let read: (SourceNode, inout Decoding) -> ((inout Root) -> Void)?
    let write: (Root) -> Written?

    /// A key whose value always exists: without it in the file the root's own value stays.
    init<Value>(
        _ name: String, _ path: WritableKeyPath<Root, Value>, _ notation: Notation<Value>, required: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.summary = summary
        isRequired = required
        form = notation.form
        read = { node, decoding in
            notation.read(node, &decoding).map { value in { root in root[keyPath: path] = value } }
        }
        write = { notation.write($0[keyPath: path]) }
    }

    /// A key whose value may be missing.
    init<Value>(
        _ name: String, optional path: WritableKeyPath<Root, Value?>, _ notation: Notation<Value>,
        required: Bool = false, _ summary: String
    ) {
        self.name = name
        self.summary = summary
        isRequired = required
        form = notation.form
        read = { node, decoding in
            notation.read(node, &decoding).map { value in { root in root[keyPath: path] = value } }
        }
        write = { $0[keyPath: path].flatMap(notation.write) }
    }
}

extension Key {
    /// The summary within a sentence of an error.
    fileprivate var hint: String {
        let text = summary.hasSuffix(".") ? summary.dropLast() : summary[...]
        return (text.prefix(1).lowercased() + text.dropFirst()).replacing("`", with: "'")
    }
}

/// A value written as a mapping of known keys.
protocol Keyed {
    /// The value when no key is given.
    init()
    /// The keys, in the order of the reference.
    static var keys: [Key<Self>] { get }
}

extension Keyed {
    /// The keys with their defaults, for the schema and the reference.
    static func described(_ keys: [Key<Self>]) -> [Form.Described] {
        let defaults = Self()
        return keys.map { key in
            Form.Described(
                name: key.name, form: key.form, summary: key.summary, isRequired: key.isRequired,
                defaultValue: key.isRequired ? nil : key.write(defaults))
        }
    }
}

extension Notation where Value: Keyed {
    /// A mapping of the type's keys.
    static var object: Notation { object(Value.keys) }

    /// A mapping of some keys of the type.
    static func object(_ keys: [Key<Value>]) -> Notation {
        Notation(
            form: .object(Value.described(keys)),
            read: { node, decoding in
                guard case .map(let entries) = node.content else {
                    let names = keys.map(\.name)
                    decoding.report(
                        node.place,
                        "expected a mapping with keys such as \(names.prefix(3).joined(separator: ", ")), found \(node.kind)"
                    )
                    return nil
                }
                let problemsBefore = decoding.problems.count
                let value = readKeys(keys, entries, of: node, &decoding)
                return decoding.problems.count == problemsBefore ? value : nil
            },
            write: { value in
                .map(keys.compactMap { key in key.write(value).map { Written.Pair(key: key.name, value: $0) } })
            })
    }

    /// The value with every key that could be read; the problems of the others are reported.
    static func readKeys(
        _ keys: [Key<Value>], _ entries: [SourceNode.Entry], of node: SourceNode,
        _ decoding: inout Decoding
    ) -> Value {
        var value = Value()
        for entry in entries {
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                decoding.reportUnknown(entry, among: keys.map(\.name))
                continue
            }
            let set: ((inout Value) -> Void)? = decoding.descend(entry.key, entry.value) { node, decoding in
                if case .scalar(let scalar) = node.content, scalar.isNull {
                    decoding.report(entry.place, "has no value; give it one, or remove the key")
                    return nil
                }
                return key.read(node, &decoding)
            }
            set?(&value)
        }
        for key in keys where key.isRequired && !entries.contains(where: { $0.key == key.name }) {
            decoding.report(node.place, "the key '\(key.name)' is missing: \(key.hint)")
        }
        return value
    }
}

extension Decoding {
    /// Reports a key that does not exist here, with the nearest one that does.
    mutating func reportUnknown(_ entry: SourceNode.Entry, among names: [String]) {
        var advice = NearestName.advice(entry.key, among: names)
        if NearestName.of(entry.key, among: names) == nil {
            // Written in the wrong place, perhaps.
            let elsewhere = root.paths
            if let name = NearestName.of(entry.key, among: elsewhere.map(\.name)),
                let path = elsewhere.first(where: { $0.name == name })?.path
            {
                advice = "did you mean '\(path)'?"
            }
        }
        report(entry.place, "unknown key \(entry.key.quoted); \(advice)")
    }
}

extension Form {
    /// The keys below this form with their paths.
    var paths: [(name: String, path: String)] {
        switch self {
        case .object(let keys), .oneKey(let keys):
            keys.flatMap { key in
                [(key.name, key.name)]
                    + key.form.paths.map { ($0.name, key.name + ($0.path.hasPrefix("[") ? "" : ".") + $0.path) }
            }
        case .list(let item, _): item.paths.map { ($0.name, "[0]." + $0.path) }
        case .either(let forms): forms.flatMap(\.paths)
        default: []
        }
    }
}

extension Notation {
    /// Values in order.
    static func list<Item>(of item: Notation<Item>, _ range: ClosedRange<Int>) -> Notation where Value == [Item] {
        Notation(
            form: .list(item.form, range),
            read: { node, decoding in
                guard case .list(let nodes) = node.content else {
                    decoding.report(node.place, "expected a list, found \(node.kind)")
                    return nil
                }
                guard range.contains(nodes.count) else {
                    decoding.report(
                        node.place,
                        nodes.count < range.lowerBound
                            ? "needs at least \(range.lowerBound) item\(range.lowerBound == 1 ? "" : "s")"
                            : "has \(nodes.count) items; at most \(range.upperBound) are possible")
                    return nil
                }
                var items: [Item] = []
                for (index, node) in nodes.enumerated() {
                    if let value = decoding.descend(index: index, node, item.read) { items.append(value) }
                }
                return items.count == nodes.count ? items : nil
            },
            write: { .list($0.compactMap(item.write)) })
    }

    /// Either notation: the first for single values, the second for lists and mappings.
    static func either(single: Notation, structured: Notation) -> Notation {
        Notation(
            form: .either([single.form, structured.form]),
            read: { node, decoding in
                if case .scalar = node.content {
                    single.read(node, &decoding)
                } else {
                    structured.read(node, &decoding)
                }
            },
            write: { single.write($0) ?? structured.write($0) })
    }

    /// A mapping with exactly one of the alternatives' names.
    static func oneKey(_ alternatives: [Alternative<Value>]) -> Notation {
        let names = alternatives.map(\.name)
        return Notation(
            form: .oneKey(
                alternatives.map { Form.Described(name: $0.name, form: $0.form, summary: $0.summary) }),
            read: { node, decoding in
                guard case .map(let entries) = node.content else {
                    decoding.report(
                        node.place,
                        "expected a mapping with one of \(names.joined(separator: ", ")), found \(node.kind)")
                    return nil
                }
                var value: Value?
                for entry in entries {
                    guard let alternative = alternatives.first(where: { $0.name == entry.key }) else {
                        decoding.reportUnknown(entry, among: names)
                        continue
                    }
                    value = decoding.descend(entry.key, entry.value, alternative.read)
                }
                guard entries.count == 1 else {
                    decoding.report(node.place, "give exactly one of \(names.joined(separator: ", "))")
                    return nil
                }
                return value
            },
            write: { value in
                for alternative in alternatives {
                    if let written = alternative.write(value) {
                        return .map([Written.Pair(key: alternative.name, value: written)])
                    }
                }
                return nil
            })
    }

    /// A mixture: a mapping of words of a closed set to their weights, at least one above zero.
    static func mixture<Kind: RawRepresentable & CaseIterable, Item>(
        of kind: Kind.Type, _ item: @escaping (Kind, Double) -> Item, parts: @escaping (Item) -> (Kind, Double),
        summary: @escaping (Kind) -> String
    ) -> Notation where Kind.RawValue == String, Value == [Item] {
        let kinds = Array(Kind.allCases)
        let names = kinds.map(\.rawValue)
        let weight = Notation<Double>.weight
        return Notation(
            form: .object(
                kinds.map { Form.Described(name: $0.rawValue, form: weight.form, summary: summary($0)) }),
            read: { node, decoding in
                guard case .map(let entries) = node.content else {
                    decoding.report(node.place, "expected weights such as '\(names[0]): 90', found \(node.kind)")
                    return nil
                }
                var weights: [String: Double] = [:]
                let problemsBefore = decoding.problems.count
                for entry in entries {
                    guard names.contains(entry.key) else {
                        decoding.reportUnknown(entry, among: names)
                        continue
                    }
                    weights[entry.key] = decoding.descend(entry.key, entry.value, weight.read)
                }
                guard decoding.problems.count == problemsBefore else { return nil }
                guard weights.values.contains(where: { $0 > 0 }) else {
                    decoding.report(node.place, "needs a weight above 0")
                    return nil
                }
                return kinds.compactMap { kind in
                    weights[kind.rawValue].flatMap { $0 > 0 ? item(kind, $0) : nil }
                }
            },
            write: { items in
                .map(
                    items.map { item in
                        let (kind, weight) = parts(item)
                        return Written.Pair(key: kind.rawValue, value: .bare(Quantity.count.text(weight)))
                    })
            })
    }
}

/// One way to write a value that has several, told apart by the key.
struct Alternative<Value> {
    let name: String
    let summary: String
    let form: Form
    let read: (SourceNode, inout Decoding) -> Value?
    let write: (Value) -> Written?

    init<Inner>(
        _ name: String, _ notation: Notation<Inner>, _ summary: String, make: @escaping (Inner) -> Value,
        extract: @escaping (Value) -> Inner?
    ) {
        self.name = name
        self.summary = summary
        form = notation.form
        read = { node, decoding in notation.read(node, &decoding).map(make) }
        write = { value in extract(value).flatMap(notation.write) }
    }
}
