import AMQPProtocol

/// Where a binding leads.
enum Destination: Hashable {
    case queue(String)
    case exchange(String)

    var resource: ResourceName {
        switch self {
        case .queue(let name): .queue(name)
        case .exchange(let name): .exchange(name)
        }
    }
}

/// One line from an exchange to a queue or another exchange.
struct Binding: Equatable {
    let destination: Destination
    let routingKey: String
    let arguments: FieldTable
}

/// One exchange and the bindings that leave it.
struct Exchange {
    enum Kind: String { case direct, fanout, topic, headers }

    let name: String
    let kind: Kind
    let isDurable: Bool
    let isAutoDelete: Bool
    let isInternal: Bool
    let arguments: FieldTable
    /// Where messages go that it cannot route.
    let alternate: String?

    private(set) var bindings: [Binding] = []
    // Made of the bindings, for finding destinations fast:
    private var byKey: [String: [Destination]] = [:]
    private var byPattern = TopicTrie<Destination>()

    init(
        name: String, kind: Kind, isDurable: Bool = true, isAutoDelete: Bool = false, isInternal: Bool = false,
        arguments: FieldTable = FieldTable(), alternate: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.isDurable = isDurable
        self.isAutoDelete = isAutoDelete
        self.isInternal = isInternal
        self.arguments = arguments
        self.alternate = alternate
    }

    /// Adds a binding; false where the same one is there already.
    mutating func bind(_ binding: Binding) -> Bool {
        guard !bindings.contains(binding) else { return false }
        bindings.append(binding)
        index(binding)
        return true
    }

    /// Removes the bindings that `isGone` says and returns how many there were.
    mutating func unbind(where isGone: (Binding) -> Bool) -> Int {
        let before = bindings.count
        bindings.removeAll(where: isGone)
        guard bindings.count < before else { return 0 }
        byKey = [:]
        byPattern = TopicTrie()
        bindings.forEach { index($0) }
        return before - bindings.count
    }

    private mutating func index(_ binding: Binding) {
        switch kind {
        case .direct: byKey[binding.routingKey, default: []].append(binding.destination)
        case .topic: byPattern.insert(binding.destination, pattern: binding.routingKey)
        case .fanout, .headers: break
        }
    }

    /// Calls `found` with every destination of a message; one destination may come several times.
    func match(routingKey: String, headers: FieldTable?, _ found: (Destination) -> Void) {
        switch kind {
        case .direct: byKey[routingKey]?.forEach(found)
        case .fanout: bindings.forEach { found($0.destination) }
        case .topic: byPattern.match(routingKey, found)
        case .headers:
            for binding in bindings where binding.matches(headers ?? FieldTable()) { found(binding.destination) }
        }
    }
}

extension Binding {
    /// How a headers exchange compares.
    enum HeaderMatch: String {
        case all, any
        case allWithX = "all-with-x"
        case anyWithX = "any-with-x"

        var isAll: Bool { self == .all || self == .allWithX }
        var comparesX: Bool { self == .allWithX || self == .anyWithX }
    }

    /// Refuses an x-match that a headers exchange does not know.
    func checkHeaderMatch() throws(Refusal) {
        guard let value = arguments["x-match"] else { return }
        guard let name = value.string else {
            let described = arguments["x-match"].described
            throw Refusal(
                .preconditionFailed,
                "Invalid x-match field type \(described?.type ?? "") (value \(described?.value ?? "")); expected longstr"
            )
        }
        guard HeaderMatch(rawValue: name) != nil else {
            throw Refusal(
                .preconditionFailed,
                "Invalid x-match field value <<\"\(name)\">>; expected all, any, all-with-x, or any-with-x")
        }
    }

    /// Whether a message of these headers passes; a void argument asks only for the header's presence.
    func matches(_ headers: FieldTable) -> Bool {
        let match = arguments["x-match"]?.string.flatMap(HeaderMatch.init) ?? .all
        let wanted = arguments.fields.filter { $0.name != "x-match" && (match.comparesX || !$0.name.hasPrefix("x-")) }
        func has(_ field: (name: String, value: FieldValue)) -> Bool {
            guard let value = headers[field.name] else { return false }
            return field.value == .void || FieldValue?.some(field.value).isEquivalent(to: value)
        }
        return match.isAll ? wanted.allSatisfy(has) : wanted.contains(where: has)
    }
}
