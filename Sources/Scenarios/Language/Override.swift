/// One `--set key=value` of the command line.
struct Override {
    /// A step towards a value.
    private enum Step: Equatable {
        case key(String)
        case index(Int)
    }

    /// The key as the user wrote it.
    let key: String
    private let steps: [Step]
    private let value: SourceNode

    var place: Place { value.place }

    /// Reads an override; its value is YAML, so that whole lists and mappings can be set.
    init(_ text: String, variables: Variables) throws(ScenarioError) {
        guard let equals = text.firstIndex(of: "=") else {
            // What stands there may be a value that lost its key: it is not shown.
            throw Self.error("--set", "write key=value, such as load.connections=8")
        }
        key = String(text[..<equals])
        let source = "--set \(key)"
        guard let steps = Self.steps(of: key) else {
            throw Self.error(source, "a key is written like load.connections or phases[0].rate")
        }
        self.steps = steps
        let valueText = String(text[text.index(after: equals)...])
        var reader = SourceReader(source: source, variables: variables)
        let place = Place(source: source)
        if valueText.allSatisfy({ $0 == " " }) {
            throw Self.error(source, "has no value; 'null' removes the key")
        }
        guard let node = reader.read(Array(valueText.utf8)), reader.problems.isEmpty else {
            throw ScenarioError(problems: reader.problems.map { Problem(place: place, message: $0.message) })
        }
        value = node.placed(at: place)
    }

    private static func error(_ source: String, _ message: String) -> ScenarioError {
        ScenarioError(problems: [Problem(place: Place(source: source), message: message)])
    }

    /// The steps of `a.b[0].c`; nil when it is written otherwise.
    private static func steps(of key: String) -> [Step]? {
        var steps: [Step] = []
        for part in key.split(separator: ".", omittingEmptySubsequences: false) {
            let name = part.prefix(while: { $0 != "[" })
            var rest = part[name.endIndex...]
            guard !name.isEmpty, steps.count < SourceReader.maxDepth else { return nil }
            steps.append(.key(String(name)))
            while rest.first == "[" {
                guard let end = rest.firstIndex(of: "]"), let index = Int(rest[..<end].dropFirst()), index >= 0 else {
                    return nil
                }
                steps.append(.index(index))
                rest = rest[end...].dropFirst()
            }
            guard rest.isEmpty else { return nil }
        }
        return steps.isEmpty ? nil : steps
    }

    /// The tree with the value in its place; `null` takes the key out.
    func applied(to root: SourceNode) throws(ScenarioError) -> SourceNode {
        try applied(to: root, steps[...], below: "")
    }

    private func applied(
        to node: SourceNode, _ steps: ArraySlice<Step>, below path: String
    ) throws(ScenarioError) -> SourceNode {
        guard let step = steps.first else { return value }
        var node = node
        switch (step, node.content) {
        case (.key(let name), .map(var entries)):
            let here = path.isEmpty ? name : "\(path).\(name)"
            if let index = entries.firstIndex(where: { $0.key == name }) {
                if steps.count == 1, isRemoval {
                    entries.remove(at: index)
                } else {
                    entries[index].value = try applied(to: entries[index].value, steps.dropFirst(), below: here)
                }
            } else if !(steps.count == 1 && isRemoval) {
                let empty = SourceNode(place: place, content: .map([]))
                let added = try applied(to: empty, steps.dropFirst(), below: here)
                entries.append(SourceNode.Entry(key: name, place: place, value: added))
            }
            node.content = .map(entries)
        case (.index(let index), .list(var items)):
            guard items.indices.contains(index) else {
                let last = items.isEmpty ? "it is empty" : "the last one is \(path)[\(items.count - 1)]"
                throw Self.error(place.source, "\(path) has \(items.count) items; \(last)")
            }
            if steps.count == 1, isRemoval {
                items.remove(at: index)
            } else {
                items[index] = try applied(to: items[index], steps.dropFirst(), below: "\(path)[\(index)]")
            }
            node.content = .list(items)
        case (.key(let name), .list):
            throw Self.error(place.source, "\(path) is a list; name the item, such as \(path)[0].\(name)")
        case (.index, _):
            throw Self.error(place.source, "\(path.isEmpty ? "the scenario" : path) is no list that '[…]' could index")
        case (.key, .scalar), (.key, .broken):
            let whole = path.isEmpty ? "the scenario" : path
            throw Self.error(place.source, "\(whole) is a single value in the file; set \(whole) as a whole")
        }
        return node
    }

    private var isRemoval: Bool {
        if case .scalar(let scalar) = value.content { scalar.isNull } else { false }
    }
}

extension SourceNode {
    /// The node and all below it, all at one place.
    fileprivate func placed(at place: Place) -> SourceNode {
        switch content {
        case .scalar, .broken: SourceNode(place: place, content: content)
        case .list(let items): SourceNode(place: place, content: .list(items.map { $0.placed(at: place) }))
        case .map(let entries):
            SourceNode(
                place: place,
                content: .map(
                    entries.map { Entry(key: $0.key, place: place, value: $0.value.placed(at: place)) }))
        }
    }
}
