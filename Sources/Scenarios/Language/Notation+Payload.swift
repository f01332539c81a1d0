internal import Foundation

// How opaque bodies are written: sizes, files and texts with placeholders.

extension Scenario.Payload: Keyed {
    /// The largest body; more than any broker takes with ease.
    package static let largestBytes = 16_777_216

    static var keys: [Key<Self>] {
        [
            Key(
                "size", \.sizes, .payloadSizes,
                "The bodies' length: one size, `min` and `max`, `median` and `p95` (log-normal), or a list of these, each with its `weight`."
            ),
            Key("random", \.random, .boolean, "Whether the bodies are random bytes; `false` sends zeros."),
            Key(
                "files", \.files, .list(of: .payloadFile, 0...1000).written { !$0.isEmpty },
                "Files sent as bodies, each as often as the others; named from the scenario's folder."),
            Key(
                "template", \.templates, .payloadTexts.written { !$0.isEmpty },
                "A text sent as body, or a list of them, with `{{id}}`, `{{timestamp}}` and `{{filler}}` filled in."),
            Key("pool", \.pool, .integer(1...1_000_000), "Distinct bodies, made before the run and used in turn."),
        ]
    }
}

extension Notation where Value == [Scenario.PayloadSize] {
    /// One length, or several by weight.
    fileprivate static var payloadSizes: Notation {
        let single = Notation<Scenario.Length>.length(0...Scenario.Payload.largestBytes)
        let several = list(of: .weighted, 1...100)
        return Notation(
            form: .either([single.form, several.form]),
            read: { node, decoding in
                if case .list = node.content { return several.read(node, &decoding) }
                return single.read(node, &decoding).map { [Scenario.PayloadSize(length: $0, weight: 1)] }
            },
            write: { sizes in
                if sizes.count == 1, sizes[0].weight == 1 { return single.write(sizes[0].length) }
                return several.write(sizes)
            })
    }
}

extension Notation where Value == Scenario.PayloadSize {
    /// A size alone, or a mapping of a length and its weight.
    fileprivate static var weighted: Notation {
        let draft = Notation<WeightedLength>.object
        let size = Notation<Int>.size(0...Scenario.Payload.largestBytes)
        return Notation(
            form: .either([size.form, draft.form]),
            read: { node, decoding in
                if case .scalar = node.content {
                    return size.read(node, &decoding).map { Value(length: .fixed(bytes: $0), weight: 1) }
                }
                guard let draft = draft.read(node, &decoding) else { return nil }
                guard draft.weight > 0 else {
                    decoding.report(node.place, "needs a weight above 0")
                    return nil
                }
                return Value(length: draft.length, weight: draft.weight)
            },
            write: { size in draft.write(WeightedLength(length: size.length, weight: size.weight)) })
    }
}

/// A length with its weight, as the file writes it.
private struct WeightedLength: Keyed {
    var length = Scenario.Length.fixed(bytes: 0)
    var weight = 1.0

    static var keys: [Key<Self>] {
        [
            Key(
                "size", \.length, .length(0...Scenario.Payload.largestBytes), required: true,
                "The length: one size, `min` and `max`, or `median` and `p95`."),
            Key("weight", \.weight, .weight, "Its weight against the other sizes."),
        ]
    }
}

extension Notation where Value == Scenario.PayloadFile {
    /// The path of a file that is there.
    fileprivate static var payloadFile: Notation {
        let path = Notation<String>.text(bytes: 1...4096, words: "the path of a file")
        return Notation(
            form: path.form,
            read: { node, decoding in
                guard let name = path.read(node, &decoding) else { return nil }
                let folder = URL(fileURLWithPath: decoding.folder, isDirectory: true)
                let file = URL(fileURLWithPath: name, relativeTo: folder)
                guard let handle = try? FileHandle(forReadingFrom: file) else {
                    decoding.report(
                        node.place,
                        "\(name.quoted) cannot be read from the folder \(decoding.folder.quoted); is the path right?")
                    return nil
                }
                defer { try? handle.close() }
                let limit = Scenario.Payload.largestBytes
                guard let data = try? handle.read(upToCount: limit + 1) ?? Data(), data.count <= limit else {
                    decoding.report(
                        node.place, "\(name.quoted) is no file of at most \(Quantity.size.text(Double(limit)))")
                    return nil
                }
                return Scenario.PayloadFile(name: name, bytes: Array(data))
            },
            write: { .text($0.name) })
    }
}

extension Notation where Value == [Scenario.PayloadText] {
    /// One text, or several.
    fileprivate static var payloadTexts: Notation {
        let single = Notation<Scenario.PayloadText>.payloadText
        return .either(
            single: Notation(
                form: single.form, read: { node, decoding in single.read(node, &decoding).map { [$0] } },
                write: { $0.count == 1 ? single.write($0[0]) : nil }),
            structured: .list(of: single, 1...1000))
    }
}

extension Notation where Value == Scenario.PayloadText {
    /// Text in which `{{name}}` is a placeholder.
    fileprivate static var payloadText: Notation {
        Notation(
            form: .text(pattern: nil, words: "text"),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected a text such as '{\"id\":\"{{id}}\"}', found \(node.kind)")
                    return nil
                }
                do throws(PayloadTextMistake) {
                    return try Scenario.PayloadText(scalar.text)
                } catch {
                    decoding.report(node.place, error.message)
                    return nil
                }
            },
            write: { .text($0.text) })
    }
}

/// What is wrong with a text of placeholders.
private struct PayloadTextMistake: Error {
    var message: String
}

extension Scenario.PayloadText {
    /// Takes a text apart.
    fileprivate init(_ text: String) throws(PayloadTextMistake) {
        parts = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<open.lowerBound]))) }
            rest = rest[open.upperBound...]
            let possible = Placeholder.allCases.map { "{{\($0.rawValue)}}" }.joined(separator: ", ")
            guard let close = rest.firstRange(of: "}}") else {
                throw PayloadTextMistake(message: "'{{' has no '}}'; the placeholders are \(possible)")
            }
            let name = String(rest[..<close.lowerBound])
            guard let placeholder = Placeholder(rawValue: name) else {
                throw PayloadTextMistake(message: "{{\(name.prefix(40))}} is no placeholder; possible: \(possible)")
            }
            guard !parts.contains(.placeholder(placeholder)) else {
                throw PayloadTextMistake(message: "{{\(name)}} can stand once only")
            }
            parts.append(.placeholder(placeholder))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }
}
