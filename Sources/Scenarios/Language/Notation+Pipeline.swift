// The values with a notation of their own: addresses, queues, lengths, headers and arguments.

extension Notation where Value == Scenario.BrokerLocation {
    /// `embedded`, an address, or a list of addresses.
    static var broker: Notation {
        let server = Notation<ServerURL>.server
        let servers = Notation<[ServerURL]>.list(of: server, 1...100)
        let single = Notation<Scenario.BrokerLocation>(
            form: .either([.choice(["embedded"]), server.form]),
            read: { node, decoding in
                if case .scalar(let scalar) = node.content, scalar.text == "embedded" { return .embedded }
                return server.read(node, &decoding).map { .servers([$0]) }
            },
            write: { location in
                switch location {
                case .embedded: .bare("embedded")
                case .servers(let urls): urls.count == 1 ? server.write(urls[0]) : nil
                }
            })
        let several = Notation<Scenario.BrokerLocation>(
            form: servers.form,
            read: { node, decoding in servers.read(node, &decoding).map { .servers($0) } },
            write: { if case .servers(let urls) = $0 { servers.write(urls) } else { nil } })
        return .either(single: single, structured: several)
    }
}

extension Notation where Value == ServerURL {
    /// An address; errors never show it, for it may hold a password.
    fileprivate static var server: Notation {
        Notation(
            form: .text(pattern: "^amqps?://", words: "`amqp://` address"),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected embedded or an amqp:// address, found \(node.kind)")
                    return nil
                }
                let scheme = scalar.text.prefix(while: { $0 != ":" }).lowercased()
                guard scheme == "amqp" || scheme == "amqps", scalar.text.dropFirst(scheme.count).hasPrefix("://") else {
                    decoding.report(node.place, "must be embedded, or an address with amqp:// or amqps://")
                    return nil
                }
                let isClean = scalar.text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
                guard isClean, scalar.text.utf8.count <= 4096 else {
                    decoding.report(node.place, "the address holds spaces or control characters, or is too long")
                    return nil
                }
                guard hasPort(scalar.text) else {
                    decoding.report(node.place, "the address's port is not a number from 1 to 65535")
                    return nil
                }
                return ServerURL(scalar.text)
            },
            write: { .text($0.redacted) })
    }

    /// Whether the port of an address, where it names one, can be one.
    private static func hasPort(_ address: String) -> Bool {
        let start = address.firstRange(of: "://")?.upperBound ?? address.startIndex
        let afterUser = address.lastIndex(of: "@").map { address.index(after: $0) } ?? start
        let host = address[afterUser...].prefix { !"/?#".contains($0) }
        // Colons within brackets are those of an IPv6 address.
        let behind = host.lastIndex(of: "]").map { host[$0...] } ?? host
        guard let colon = behind.lastIndex(of: ":") else { return true }
        let port = behind[behind.index(after: colon)...]
        return port.isEmpty || UInt16(port).map { $0 > 0 } ?? false
    }
}

extension Notation where Value == Scenario.StoreLocation {
    /// `none`, `sqlite`, `sqlite:FILE` or a server's address, whose parts the store itself checks.
    static var store: Notation {
        let schemes = ["mysql", "mariadb", "mongodb", "mongodb+srv"]
        let choices = "sqlite, sqlite:FILE, a mysql:// or mongodb:// address, or none"
        return Notation(
            form: .either([
                .choice(["sqlite", "none"]), .text(pattern: "^sqlite:.+$", words: "`sqlite:FILE`"),
                .text(
                    pattern: "^(mysql|mariadb|mongodb|mongodb\\+srv)://.+$",
                    words: "`mysql://` or `mongodb://` address"),
            ]),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected \(choices), found \(node.kind)")
                    return nil
                }
                switch scalar.text {
                case "none": return Scenario.StoreLocation.none
                case "sqlite": return .sqlite(path: nil)
                case let text where schemes.contains { text.hasPrefix("\($0)://") }:
                    return .server(ServerURL(text))
                default:
                    let path = scalar.text.dropFirst("sqlite:".count)
                    guard scalar.text.hasPrefix("sqlite:"), !path.isEmpty else {
                        // Not shown: an address of another store may hold a password.
                        decoding.report(node.place, "must be \(choices)")
                        return nil
                    }
                    return .sqlite(path: String(path))
                }
            },
            write: { location in
                switch location {
                case .none: .bare("none")
                case .sqlite(nil): .bare("sqlite")
                case .sqlite(let path?): .text("sqlite:" + path)
                case .server(let url): .text(url.redacted)
                }
            })
    }
}

/// A length as the file writes it.
private struct LengthDraft: Keyed {
    var min: Int?
    var max: Int?
    var median: Int?
    var p95: Int?

    // Of any size; `Notation.length` holds them to its range.
    private static let sizes = 0...Scenario.Payload.largestBytes

    static var keys: [Key<Self>] {
        [
            Key("min", optional: \.min, .size(sizes), "The shortest; with `max`, each length is equally likely."),
            Key("max", optional: \.max, .size(sizes), "The longest."),
            Key("median", optional: \.median, .size(sizes), "Half are shorter; with `p95`, log-normal."),
            Key("p95", optional: \.p95, .size(sizes), "95 % are shorter."),
        ]
    }
}

extension Notation where Value == Scenario.Length {
    /// One size, or a distribution.
    static func length(_ range: ClosedRange<Int>) -> Notation {
        let fixed = Notation<Int>.size(range)
        let draft = Notation<LengthDraft>.object
        let described = LengthDraft.described(LengthDraft.keys).map { key in
            Form.Described(name: key.name, form: fixed.form, summary: key.summary)
        }
        return Notation(
            form: .either([fixed.form, .object(described)]),
            read: { node, decoding in
                if case .scalar = node.content {
                    return fixed.read(node, &decoding).map { .fixed(bytes: $0) }
                }
                guard let draft = draft.read(node, &decoding) else { return nil }
                let given = [draft.min, draft.max, draft.median, draft.p95].compactMap(\.self)
                guard given.allSatisfy(range.contains) else {
                    let words = [range.lowerBound, range.upperBound].map { Quantity.size.text(Double($0)) }
                    decoding.report(node.place, "is out of range; give \(words[0]) to \(words[1])")
                    return nil
                }
                switch (draft.min, draft.max, draft.median, draft.p95) {
                case (let min?, let max?, nil, nil) where min <= max: return .uniform(minBytes: min, maxBytes: max)
                case (nil, nil, let median?, let p95?) where median <= p95:
                    return .lognormal(medianBytes: median, p95Bytes: p95)
                case (_?, _?, nil, nil): decoding.report(node.place, "'min' must be at most 'max'")
                case (nil, nil, _?, _?): decoding.report(node.place, "'median' must be at most 'p95'")
                default:
                    decoding.report(node.place, "give one size, 'min' and 'max', or 'median' and 'p95'")
                }
                return nil
            },
            write: { length in
                switch length {
                case .fixed(let bytes): fixed.write(bytes)
                case .uniform(let min, let max): draft.write(LengthDraft(min: min, max: max))
                case .lognormal(let median, let p95): draft.write(LengthDraft(median: median, p95: p95))
                }
            })
    }
}

extension Notation where Value == [Scenario.Field] {
    /// A mapping of free names to typed values.
    static var fields: Notation {
        Notation(
            form: .table,
            read: { node, decoding in
                guard case .map(let entries) = node.content else {
                    decoding.report(node.place, "expected a mapping of names to values, found \(node.kind)")
                    return nil
                }
                return fields(entries, &decoding)
            },
            write: { $0.isEmpty ? nil : written($0) })
    }

    private static func fields(_ entries: [SourceNode.Entry], _ decoding: inout Decoding) -> Value? {
        var fields: [Scenario.Field] = []
        for entry in entries {
            let read: Scenario.FieldValue? = decoding.descend(entry.key, entry.value) { node, decoding in
                if (1...255).contains(entry.key.utf8.count) { return value(node, &decoding) }
                decoding.report(entry.place, "a name must have 1 to 255 bytes")
                return nil
            }
            if let read { fields.append(Scenario.Field(name: entry.key, value: read)) }
        }
        return fields.count == entries.count ? fields : nil
    }

    private static func value(_ node: SourceNode, _ decoding: inout Decoding) -> Scenario.FieldValue? {
        switch node.content {
        case .scalar(let scalar): return value(scalar)
        case .list(let items):
            var values: [Scenario.FieldValue] = []
            for (index, item) in items.enumerated() {
                if let value = decoding.descend(index: index, item, value) { values.append(value) }
            }
            return values.count == items.count ? .list(values) : nil
        case .map(let entries): return fields(entries, &decoding).map { .table($0) }
        case .broken: return nil
        }
    }

    private static func value(_ scalar: SourceNode.Scalar) -> Scenario.FieldValue {
        guard scalar.isPlain else { return .string(scalar.text) }
        if scalar.isNull { return .null }
        if let integer = Int64(scalar.text) { return .integer(integer) }
        switch scalar.text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: break
        }
        // Words such as 'nan' and 'infinity' stay words.
        let isNumber = scalar.text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        if isNumber, let number = Double(scalar.text), number.isFinite { return .number(number) }
        return .string(scalar.text)
    }

    private static func written(_ fields: Value) -> Written {
        .map(fields.map { Written.Pair(key: $0.name, value: written($0.value)) })
    }

    private static func written(_ value: Scenario.FieldValue) -> Written {
        switch value {
        case .string(let text): .text(text)
        case .integer(let integer): .bare(String(integer))
        case .number(let number): .bare(String(number))
        case .boolean(let boolean): .bare(boolean ? "true" : "false")
        case .null: .bare("null")
        case .list(let values): .list(values.map { written($0) })
        case .table(let fields): written(fields)
        }
    }
}
