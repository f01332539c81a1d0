internal import Foundation

// How workers are written, and the program of the user's own that may take the reference worker's place.

extension Scenario.Workers: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("external", \.isExternal, .boolean, "Whether the workers are processes of your own that run already."),
            Key("count", \.count, .integer(0...1000), "Worker processes; 0 leaves the incoming queue alone."),
            Key("lanes", \.lanes, .integer(1...1024), "CPU threads of each worker."),
            Key("prefetch", \.prefetch, .integer(1...65_535), "Unacknowledged messages allowed on each worker."),
            Key("batch", \.batch, .integer(1...10_000), "Results written to the store at once, at most."),
            Key(
                "batch_delay", \.batchDelay, .duration(.zero ... .seconds(60)), "How long a batch may wait to fill."),
            Key(
                "analysis", \.analysis, .boolean,
                "Whether texts are analysed; `false` shows what messaging alone costs."),
            Key(
                "cost_factor", \.costFactor, .integer(1...1000),
                "How many times each text is analysed, for heavier work."),
            Key(
                "command", optional: \.command, .workerCommand,
                "A program of your own in the reference worker's place: a text that is split as a shell would, or a list of words; `{{incoming}}` and the like are filled in."
            ),
            Key(
                "environment", \.environment, .workerEnvironment,
                "Variables for that program, beside those that it always gets."),
            Key(
                "directory", optional: \.directory, .workerFolder,
                "The folder in which it runs, named from the scenario's folder, which it is without this key."),
            Key("ready", \.readiness, .readiness, "How one knows that it consumes."),
            Key("stop", \.stop, .stop, "How it is asked to stop."),
            Key(
                "restart", \.restart, .choice.written { $0 != .never },
                "What becomes of one that ends while the run lasts: `never` goes on without it, `always` starts it again."
            ),
        ]
    }
}

extension Notation where Value == Scenario.Workers {
    /// The workers' keys, as far as they mean something: of workers that run already none but that they do.
    static var workers: Notation {
        let all = Notation<Scenario.Workers>.object
        let external = Written.map([Written.Pair(key: "external", value: .bare("true"))])
        return Notation(
            form: all.form, read: all.read,
            write: { workers in
                guard workers.source != .external else { return external }
                guard case .map(let pairs) = all.write(workers) else { return nil }
                let meaningless =
                    workers.source == .command
                    ? Scenario.Workers.referenceKeys + ["external"] : Scenario.Workers.commandKeys
                return .map(pairs.filter { !meaningless.contains($0.key) })
            })
    }
}

extension Scenario.Workers {
    /// The keys that only the reference worker understands.
    static let referenceKeys = ["batch", "batch_delay", "analysis", "cost_factor"]
    /// The keys that say how a program of the user's own is run.
    static let commandKeys = ["environment", "directory", "ready", "stop", "restart"]
}

extension Scenario.WorkerReadiness: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("within", \.within, .duration(.milliseconds(100)...(.seconds(3600))), "How long it may take."),
            Key(
                "consumers", \.consumers, .integer(1...10_000),
                "Consumers that each worker makes on each of its queues: all are ready when the queues have as many together."
            ),
            Key(
                "log", optional: \.log, .text(bytes: 1...1000),
                "A text that the output of each must hold instead."),
            Key(
                "after", optional: \.after, .duration(.zero...(.seconds(3600))),
                "How long after their start they are taken to be ready instead."),
        ]
    }
}

extension Scenario.WorkerStop: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("signal", \.signal, .choice, "The signal that asks it to finish what it has in hand and to end."),
            Key(
                "grace", \.grace, .duration(.zero...(.seconds(3600))),
                "How long it may take before it is killed, with every process it started."),
        ]
    }
}

extension Notation where Value == Scenario.WorkerReadiness {
    fileprivate static var readiness: Notation { Notation.object.written { $0 != Scenario.WorkerReadiness() } }
}

extension Notation where Value == Scenario.WorkerStop {
    fileprivate static var stop: Notation { Notation.object.written { $0 != Scenario.WorkerStop() } }
}

extension Notation where Value == Scenario.WorkerCommand {
    /// A text to split, or the words.
    fileprivate static var workerCommand: Notation {
        let word = Notation<Scenario.WorkerText>.workerText
        let list = Notation<[Scenario.WorkerText]>.list(of: word, 1...1000)
        let single = Notation(
            form: .text(pattern: nil, words: "text"),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected a command such as 'python3 worker.py', found \(node.kind)")
                    return nil
                }
                do throws(ShellWords.Mistake) {
                    let words = try ShellWords(scalar.text).words
                    guard !words.isEmpty else {
                        decoding.report(node.place, "names no program; write one such as 'python3 worker.py'")
                        return nil
                    }
                    var texts: [Scenario.WorkerText] = []
                    for word in words { texts.append(try Scenario.WorkerText(word.text, at: word.offset)) }
                    return Scenario.WorkerCommand(words: texts)
                } catch {
                    decoding.report(scalar.place(of: error.offset, from: node.place), error.message)
                    return nil
                }
            },
            write: { _ in nil })
        let words = list.map {
            Scenario.WorkerCommand(words: $0)
        } back: {
            $0.words
        }
        return .either(single: single, structured: words)
            .checked { command in
                command.words.first?.parts.isEmpty ?? true ? "the program's name is empty; write one" : nil
            }
    }
}

extension Notation where Value == Scenario.WorkerText {
    /// Text in which `{{name}}` is a placeholder; of a word of a command or a value of the environment.
    fileprivate static var workerText: Notation {
        Notation(
            form: .text(pattern: nil, words: "text"),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !(scalar.isNull && !scalar.text.isEmpty) else {
                    decoding.report(node.place, "expected text, found \(node.kind)")
                    return nil
                }
                do throws(ShellWords.Mistake) {
                    return try Scenario.WorkerText(scalar.text, at: 0)
                } catch {
                    decoding.report(scalar.place(of: error.offset, from: node.place), error.message)
                    return nil
                }
            },
            // An address in it may hold a password.
            write: { .text(ServerURL($0.text).redacted) })
    }
}

extension Notation where Value == [Scenario.WorkerVariable] {
    /// A mapping of the variables' names to texts.
    fileprivate static var workerEnvironment: Notation {
        let text = Notation<Scenario.WorkerText>.workerText
        return Notation(
            form: .table,
            read: { node, decoding in
                guard case .map(let entries) = node.content else {
                    decoding.report(node.place, "expected a mapping of names to texts, found \(node.kind)")
                    return nil
                }
                var variables: [Scenario.WorkerVariable] = []
                for entry in entries {
                    let value = decoding.descend(entry.key, entry.value) { node, decoding -> Scenario.WorkerText? in
                        if let mistake = mistake(inName: entry.key) {
                            decoding.report(entry.place, mistake)
                            return nil
                        }
                        return text.read(node, &decoding)
                    }
                    if let value { variables.append(.init(name: entry.key, value: value)) }
                }
                return variables.count == entries.count ? variables : nil
            },
            write: { variables in
                guard !variables.isEmpty else { return nil }
                return .map(
                    variables.compactMap { one in text.write(one.value).map { .init(key: one.name, value: $0) } })
            })
    }

    private static func mistake(inName name: String) -> String? {
        guard ShellWords.isVariableName(name) else {
            return "a variable's name has letters, digits and '_', and begins with no digit"
        }
        guard Scenario.WorkerText.Placeholder.allCases.allSatisfy({ $0.variable != name }) else {
            return "the run sets this variable itself; take another name"
        }
        return nil
    }
}

extension Notation where Value == Scenario.FilePath {
    /// A folder that is there.
    fileprivate static var workerFolder: Notation {
        let path = Notation<String>.text(bytes: 1...4096, words: "the path of a folder")
        return Notation(
            form: path.form,
            read: { node, decoding in
                guard let name = path.read(node, &decoding) else { return nil }
                let base = URL(fileURLWithPath: decoding.folder, isDirectory: true)
                let folder = URL(fileURLWithPath: name, relativeTo: base).path
                var isDirectory: ObjCBool = false
                guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue
                else {
                    decoding.report(
                        node.place,
                        "\(name.quoted) is no folder, seen from \(decoding.folder.quoted); is the path right?")
                    return nil
                }
                return Scenario.FilePath(name: name, path: folder)
            },
            write: { .text($0.name) })
    }
}

extension SourceNode.Scalar {
    /// The place so many scalars behind the start of the value, where the file shows them one by one.
    fileprivate func place(of offset: Int, from place: Place) -> Place {
        text == written ? place.moved(columns: offset + quoteColumns) : place
    }
}

extension Scenario.WorkerText {
    /// Takes a text apart that begins `offset` scalars behind the start of its value.
    fileprivate init(_ text: String, at offset: Int) throws(ShellWords.Mistake) {
        parts = []
        var rest = text[...]
        func mistake(_ place: String.Index, _ message: String) -> ShellWords.Mistake {
            ShellWords.Mistake(
                offset: offset + text.unicodeScalars.distance(from: text.startIndex, to: place), message: message)
        }
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<open.lowerBound]))) }
            rest = rest[open.upperBound...]
            let names = Placeholder.allCases.map(\.rawValue)
            guard let close = rest.firstRange(of: "}}") else {
                throw mistake(
                    open.lowerBound, "'{{' has no '}}'; the placeholders are \(names.joined(separator: ", "))")
            }
            let name = String(rest[..<close.lowerBound])
            guard let placeholder = Placeholder(rawValue: name) else {
                throw mistake(
                    open.lowerBound, "\(name.quoted) is no placeholder; " + NearestName.advice(name, among: names))
            }
            parts.append(.placeholder(placeholder))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }
}

extension Notation where Value == Scenario.Correlation {
    /// One of three words, or a mapping with `field`.
    static var correlation: Notation {
        let words: [(String, Scenario.Correlation)] = [
            ("header", .header), ("message_id", .messageID), ("correlation_id", .correlationID),
        ]
        let single = Notation(
            form: .choice(words.map(\.0)),
            read: { node, decoding in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    decoding.report(node.place, "expected one of \(words.map(\.0)), found \(node.kind)")
                    return nil
                }
                if let word = words.first(where: { $0.0 == scalar.text }) { return word.1 }
                decoding.report(
                    node.place,
                    "\(scalar.written.quoted) is not possible; possible: header, message_id, correlation_id, or "
                        + "{field: id}")
                return nil
            },
            write: { value in words.first { $0.1 == value }.map { .bare($0.0) } })
        let field = Notation<String>.text(bytes: 1...255, words: "the name of a member of a JSON object")
            .checked { path in
                path.split(separator: ".", omittingEmptySubsequences: false).contains("")
                    ? "must be names with single dots between them" : nil
            }
            .map { path -> [String] in
                path.split(separator: ".").map(String.init)
            } back: {
                $0.joined(separator: ".")
            }
        let structured = Notation.oneKey([
            Alternative(
                "field", field, "A member of its JSON body that holds the message's id, such as `id` or `meta.id`."
            ) {
                .field($0)
            } extract: {
                if case .field(let path) = $0 { path } else { nil }
            }
        ])
        return .either(single: single, structured: structured)
    }
}
