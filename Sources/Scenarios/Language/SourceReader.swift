internal import Yams

/// Turns the bytes of a scenario file into nodes with places, or says what is wrong with them.
///
/// YAML's own freedoms are bounded here: size, nesting, and what aliases may multiply. Aliases are hidden from the
/// YAML library (which would expand them without a bound) and resolved here.
struct SourceReader {
    static let maxFileBytes = 256 * 1024
    static let maxDepth = 32
    static let maxNodes = 20_000
    /// Different keys given twice that are found in one file.
    static let maxRepairs = 16

    let source: String
    let variables: Variables
    private(set) var problems: [Problem] = []
    private var anchors: [String: (node: SourceNode, nodes: Int)] = [:]
    private var nodeCount = 0
    private var overflowed = false
    /// Stands for `*` while the library reads.
    private var aliasMark: Unicode.Scalar = "\u{e000}"
    /// What each character means that stands for another while the library reads.
    private var hidden: [Unicode.Scalar: Unicode.Scalar] = [:]
    /// Characters the file does not use.
    private var unused: [Unicode.Scalar] = []

    init(source: String, variables: Variables) {
        self.source = source
        self.variables = variables
    }

    /// The root of the file's one document; nil with `problems` when there is none.
    mutating func read(_ bytes: [UInt8]) -> SourceNode? {
        guard bytes.count <= Self.maxFileBytes else {
            report(nil, "the file is larger than \(Self.maxFileBytes / 1024) KiB, which no scenario needs")
            return nil
        }
        guard let text = checkedText(bytes) else { return nil }
        guard let (root, parser) = compose(text) else { return nil }
        // Nodes know their anchors only as long as the parser lives.
        return withExtendedLifetime(parser) { convert(root, depth: 0)?.node }
    }

    private mutating func report(_ mark: Mark?, _ message: String) {
        problems.append(Problem(place: place(mark), message: message))
    }

    private mutating func report(line: Int, column: Int, _ message: String) {
        problems.append(Problem(place: Place(source: source, line: line, column: column), message: message))
    }

    private func place(_ mark: Mark?) -> Place {
        Place(source: source, line: mark?.line, column: mark?.column)
    }
}

// MARK: - Bytes to text

extension SourceReader {
    /// Checks that the bytes are UTF-8 that YAML allows, and finds characters they do not use.
    private mutating func checkedText(_ bytes: [UInt8]) -> String? {
        var decoder = UTF8()
        var input = bytes.makeIterator()
        var (line, column) = (1, 1)
        var privateUse = Set<UInt32>()
        decoding: while true {
            switch decoder.decode(&input) {
            case .emptyInput: break decoding
            case .error:
                report(line: line, column: column, "the file is not UTF-8 from here on; save it as UTF-8")
                return nil
            case .scalarValue(let scalar):
                switch scalar.value {
                case 0x0a:
                    line += 1
                    column = 0
                case 0x00..<0x09, 0x0b, 0x0c, 0x0e..<0x20, 0x7f..<0x85, 0x86..<0xa0, 0xfffe, 0xffff:
                    let code = String(scalar.value, radix: 16, uppercase: true)
                    report(
                        line: line, column: column,
                        "the control character U+\(String(repeating: "0", count: 4 - code.count))\(code) is not allowed"
                    )
                    return nil
                case 0xe000...0xf8ff: privateUse.insert(scalar.value)
                default: break
                }
                column += 1
            }
        }
        unused = (0xe000...0xf8ff as ClosedRange<UInt32>).filter { !privateUse.contains($0) }
            .compactMap(Unicode.Scalar.init)
        let withMark = String(decoding: bytes, as: UTF8.self)
        return withMark.unicodeScalars.first == "\u{feff}" ? String(withMark.unicodeScalars.dropFirst()) : withMark
    }

    /// A character that stands for another from now on.
    private mutating func stand(for scalar: Unicode.Scalar) -> Unicode.Scalar? {
        let mark = unused.popLast()
        if let mark { hidden[mark] = hidden[scalar] ?? scalar }
        return mark
    }

    /// Puts back the characters that were replaced for the library.
    private func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { hidden[$0] != nil }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(hidden[scalar] ?? scalar)
        }
        return String(result)
    }
}

// MARK: - Text to the library's nodes

extension SourceReader {
    /// The library's nodes and the parser that owns their anchors.
    ///
    /// The library stops at the first key that a mapping gives twice. To report such keys with all other mistakes,
    /// the later ones get another first character, which the conversion puts back.
    private mutating func compose(_ text: String) -> (Node, Parser)? {
        var scalars = Array(text.unicodeScalars)
        if let mark = stand(for: "*") {
            aliasMark = mark
            for index in scalars.indices where scalars[index] == "*" {
                scalars[index] = mark
            }
        }
        for repair in 0... {
            do {
                var prepared = String.UnicodeScalarView()
                prepared.append(contentsOf: scalars)
                let parser = try Parser(yaml: String(prepared), encoding: .utf8)
                guard let root = try parser.singleRoot() else {
                    report(nil, "the file is empty; a scenario needs at least 'phases'")
                    return nil
                }
                return (root, parser)
            } catch let YamlError.duplicatedKeysInMapping(keys, context) {
                guard repair < Self.maxRepairs, hideLater(of: keys, first: context.mark, in: &scalars) else {
                    report(context.mark, "the key \(restored(keys.first ?? "").quoted) is given twice; keep one")
                    return nil
                }
            } catch let error as YamlError {
                report(error, in: text)
                return nil
            } catch {
                report(nil, "the file could not be read as YAML")
                return nil
            }
        }
        return nil
    }

    /// Gives every later appearance of a key a first character of its own; false when there are none, or too many.
    private mutating func hideLater(of keys: [String], first: Mark, in scalars: inout [Unicode.Scalar]) -> Bool {
        guard let key = keys.first(where: { !$0.isEmpty }).map({ Array($0.unicodeScalars) }) else { return false }
        var (line, column) = (1, 1)
        var isChanged = false
        for index in scalars.indices {
            let scalar = scalars[index]
            // One column of leeway: the first appearance may stand behind a quote.
            let isLater = line > first.line || (line == first.line && column > first.column + 1)
            if isLater, scalar == key[0], scalars[index...].starts(with: key),
                scalars[(index + key.count)...].first(where: { !" \"'".unicodeScalars.contains($0) }) == ":"
            {
                guard let mark = stand(for: key[0]) else { return false }
                scalars[index] = mark
                isChanged = true
            }
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return isChanged
    }

    private mutating func report(_ error: YamlError, in text: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            report(mark, "not valid YAML: " + explanation(problem, context?.text, mark, text))
        case .memory: report(nil, "not valid YAML: nested too deeply")
        default: report(nil, "not valid YAML")
        }
    }

    private func explanation(_ problem: String, _ context: String?, _ mark: Mark, _ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = mark.line >= 1 && mark.line <= lines.count ? lines[mark.line - 1] : ""
        if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
            return "a tab indents this line; YAML allows spaces only"
        }
        if problem.hasPrefix("Maximum nesting level") { return "nested too deeply" }
        switch problem {
        case "mapping values are not allowed in this context":
            return "a ':' that no key can have here; check the indentation, or put the text in quotes"
        case "found character that cannot start any token":
            return "a value cannot start with this character; put it in quotes"
        case "but found another document":
            return "a second document starts here; a file holds one scenario"
        default:
            return restored(problem) + (context.map { " (\($0))" } ?? "")
        }
    }
}

// MARK: - The library's nodes to ours

extension SourceReader {
    private typealias Converted = (node: SourceNode, nodes: Int)

    private mutating func convert(_ node: Node, depth: Int) -> Converted? {
        guard depth <= Self.maxDepth else {
            if !overflowed { report(node.mark, "nested more than \(Self.maxDepth) levels deep") }
            overflowed = true
            return nil
        }
        guard count(1, at: node.mark) else { return nil }
        let converted: Converted?
        switch node {
        case .scalar(let scalar): converted = convert(scalar)
        case .sequence(let sequence):
            var items: [SourceNode] = []
            var nodes = 1
            for item in sequence {
                guard let item = convert(item, depth: depth + 1) else { continue }
                items.append(item.node)
                nodes += item.nodes
            }
            converted = (SourceNode(place: place(sequence.mark), content: .list(items)), nodes)
        case .mapping(let mapping): converted = convert(mapping, depth: depth)
        case .alias:
            // The library makes these only when it writes.
            converted = nil
        }
        if let anchor = node.anchor, let converted {
            anchors[restored(anchor.rawValue)] = converted
        }
        return converted
    }

    /// Counts nodes, the ones an alias repeats included; false once there are too many.
    private mutating func count(_ nodes: Int, at mark: Mark?) -> Bool {
        guard nodeCount <= Self.maxNodes - nodes else {
            if !overflowed {
                report(mark, "the file, its aliases written out, has more than \(Self.maxNodes) values")
            }
            overflowed = true
            return false
        }
        nodeCount += nodes
        return true
    }

    private mutating func convert(_ scalar: Node.Scalar) -> Converted? {
        let isPlain = scalar.style == .plain || scalar.style == .any
        if isPlain, scalar.string.unicodeScalars.first == aliasMark {
            return resolve(alias: String(scalar.string.unicodeScalars.dropFirst()), at: scalar.mark)
        }
        let written = restored(scalar.string)
        do {
            let text = try variables.replaced(in: written)
            let value = SourceNode.Scalar(text: text, written: written, isPlain: isPlain)
            return (SourceNode(place: place(scalar.mark), content: .scalar(value)), 1)
        } catch {
            report(scalar.mark, error.message)
            return broken(scalar.mark)
        }
    }

    private func broken(_ mark: Mark?) -> Converted {
        (SourceNode(place: place(mark), content: .broken), 1)
    }

    private mutating func resolve(alias name: String, at mark: Mark?) -> Converted? {
        guard let target = anchors[name] else {
            let known = anchors.keys.sorted()
            report(
                mark,
                "the alias *\(restored(name)) has no anchor &\(restored(name)) before it"
                    + (NearestName.of(name, among: known).map { "; did you mean *\($0)?" } ?? ""))
            return broken(mark)
        }
        return count(target.nodes, at: mark) ? target : nil
    }

    private mutating func convert(_ mapping: Node.Mapping, depth: Int) -> Converted {
        var entries: [SourceNode.Entry] = []
        var merged: [SourceNode.Entry] = []
        var nodes = 1
        for (keyNode, valueNode) in mapping {
            guard case .scalar(let key) = keyNode, key.string.unicodeScalars.first != aliasMark else {
                report(keyNode.mark, "a key must be a plain name")
                continue
            }
            let name = restored(key.string)
            if let original = entries.first(where: { $0.key == name }) {
                report(
                    key.mark,
                    "the key \(name.quoted) is given twice, first in line \(original.place.line ?? 0); keep one")
                continue
            }
            guard let value = convert(valueNode, depth: depth + 1) else { continue }
            nodes += value.nodes
            if name == "<<", key.style == .plain {
                merged += mergedEntries(value.node)
            } else {
                entries.append(SourceNode.Entry(key: name, place: place(key.mark), value: value.node))
            }
        }
        // What the mapping says itself outdoes what it merges; of several merged ones the first wins.
        for entry in merged where !entries.contains(where: { $0.key == entry.key }) {
            entries.append(entry)
        }
        return (SourceNode(place: place(mapping.mark), content: .map(entries)), nodes)
    }

    private mutating func mergedEntries(_ node: SourceNode) -> [SourceNode.Entry] {
        switch node.content {
        case .map(let entries): return entries
        case .list(let items): return items.flatMap { mergedEntries($0) }
        case .broken: return []
        case .scalar:
            problems.append(Problem(place: node.place, message: "'<<' merges mappings only, such as *anchor"))
            return []
        }
    }
}
