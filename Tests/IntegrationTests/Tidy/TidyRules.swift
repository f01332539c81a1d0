// The rules of the house that no compiler knows, as pure functions of a file's text. (After TigerBeetle's tidy.)

import Testing

/// A text file of the repository.
struct SourceFile {
    /// Its path from the package's folder: `Sources/Drivers/Drivers.swift`.
    let path: String
    let lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    var folders: [Substring] { path.split(separator: "/").dropLast() }
    var name: Substring { path.split(separator: "/").last ?? "" }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var isProduct: Bool { path.hasPrefix("Sources/") && isSwift }

    /// The module of a file below `Sources/`.
    var module: String? { isProduct && folders.count > 1 ? String(folders[1]) : nil }
}

/// Something to put right: where, and what.
struct Finding: CustomStringConvertible, Equatable {
    let path: String
    let line: Int
    let what: String
    var description: String { "\(path):\(line): \(what)" }
}

/// One rule.
struct TidyRule: Sendable, CustomTestStringConvertible {
    let name: String
    let check: @Sendable (SourceFile) -> [(line: Int, what: String)]

    var testDescription: String { name }

    func findings(in file: SourceFile) -> [Finding] {
        check(file).map { Finding(path: file.path, line: $0.line, what: $0.what) }
    }

    /// A rule that looks at one line at a time; the text after `//` is not shown to it.
    static func perLine(_ name: String, _ check: @escaping @Sendable (SourceFile, Substring) -> String?) -> TidyRule {
        TidyRule(name: name) { file in
            file.lines.enumerated().compactMap { index, line in
                check(file, code(of: line)).map { (index + 1, $0) }
            }
        }
    }

    /// The line without its comment.
    static func code(of line: Substring) -> Substring {
        line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }

    static let all: [TidyRule] = [
        noDustbins, shortFiles, shortFunctions, noTraps, reasonsForUnchecked, nothingLeftOver, noMachinePaths,
        importArrows, documented, mainFileOpensWithPurpose,
    ]
}

extension TidyRule {
    /// No folder or file that anything could be put in.
    static let noDustbins = TidyRule(name: "no folder or file for odds and ends") { file in
        let dustbins: Set = ["utils", "utilities", "common", "core", "helpers", "misc", "shared"]
        let names = file.folders.map { $0.lowercased() } + [String(file.name.prefix { $0 != "." }).lowercased()]
        return names.filter(dustbins.contains).map { (1, "'\($0)' says nothing about what is in it") }
    }

    static let shortFiles = TidyRule(name: "a file fits a reader's head") { file in
        guard file.isSwift else { return [] }
        let limit = file.path.contains("StateMachine") ? 900 : file.isProduct ? 520 : 700
        guard file.lines.count > limit else { return [] }
        return [(file.lines.count, "\(file.lines.count) lines; \(limit) are the limit: split it by topic")]
    }

    /// A function ends at the first line that closes a brace at its own indentation (the formatter sees to that).
    static let shortFunctions = TidyRule(name: "a function fits a screen") { file in
        guard file.isProduct else { return [] }
        var findings: [(Int, String)] = []
        for (start, line) in file.lines.enumerated() {
            let indent = line.prefix { $0 == " " }
            let body = line.dropFirst(indent.count)
            let words = body.prefix { $0 != "(" }.split(separator: " ")
            guard words.contains("func") || words.last == "init", !body.hasPrefix("//"), !body.hasSuffix("}") else {
                continue
            }
            let rest = file.lines[(start + 1)...]
            guard let end = rest.firstIndex(where: { $0.hasPrefix(indent + "}") }) else { continue }
            // A protocol's requirement has no body: a line of lesser indentation comes before any closing brace.
            let isRequirement = rest[..<end].contains { other in
                !other.isEmpty && other.prefix { $0 == " " }.count < indent.count
            }
            if !isRequirement, end - start > 80 { findings.append((start + 1, "\(end - start) lines in one function")) }
        }
        return findings
    }

    /// Nothing that a peer, a file or a user does may end the process.
    static let noTraps = TidyRule.perLine("no trap in product code") { file, code in
        guard file.isProduct else { return nil }
        var traps = ["try!", "as!", "fatalError(", "unsafelyUnwrapped"]
        if file.module == "AMQPProtocol" { traps += ["preconditionFailure(", "assertionFailure(", "unsafeBitCast("] }
        return traps.first { code.contains($0) }.map { "\($0) ends the process: throw a typed error" }
    }

    /// Unchecked concurrency has its reason beside it.
    static let reasonsForUnchecked = TidyRule(name: "unchecked concurrency says why") { file in
        guard file.isProduct else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let code = code(of: line)
            guard code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)") else { return nil }
            let around = file.lines[max(0, index - 6)...index]
            return around.contains { $0.contains("//") } ? nil : (index + 1, "say beside it why this is safe")
        }
    }

    static let nothingLeftOver = TidyRule(name: "nothing left over") { file in
        // Put together, so that this file does not find itself.
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK", "<<<<" + "<<<", ">>>>" + ">>>"]
        return file.lines.enumerated().compactMap { index, line in
            marks.first { line.contains($0) }.map { (index + 1, "'\($0)': finish it, or say what is") }
        }
    }

    static let noMachinePaths = TidyRule(name: "no path of one machine") { file in
        let roots = ["home", "root", "Users", "work", "rafale"].map { "/" + $0 + "/" }
        return file.lines.enumerated().compactMap { index, line in
            roots.first { root in
                line.ranges(of: root).contains { range in
                    guard range.lowerBound > line.startIndex else { return true }
                    let before = line[line.index(before: range.lowerBound)]
                    return !(before.isLetter || before.isNumber || "._-}$/*~".contains(before))
                }
            }
            .map { (index + 1, "'\($0)…' is a path of somebody's machine") }
        }
    }

    /// Who may import whom; beyond these, Foundation, the C library and Synchronization are free to all but the core.
    static let importArrows = TidyRule(name: "imports follow the arrows") { file in
        guard let module = file.module, let allowed = arrows[module] else { return [] }
        let free: Set =
            module == "AMQPProtocol"
            ? [] : ["Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Synchronization", "Dispatch"]
        return file.lines.enumerated().compactMap { index, line in
            guard let imported = importedModule(code(of: line)), !allowed.contains(imported), !free.contains(imported)
            else { return nil }
            return (index + 1, "\(module) may not import \(imported)")
        }
    }

    private static let arrows: [String: Set<String>] = {
        let nio: Set = ["NIOCore", "NIOPosix", "Logging"]
        let service = nio.union(["ServiceLifecycle"])
        return [
            "AMQPProtocol": ["NIOCore"],
            "AMQPClient": nio.union(["AMQPProtocol", "NIOSSL"]),
            "AMQPBroker": service.union(["AMQPProtocol", "DequeModule"]),
            "Drivers": nio.union(["AMQPProtocol", "AMQPClient"]),
            "FaultProxy": ["NIOCore", "NIOPosix"],
            "Scenarios": ["Yams"],
            "LoadMetrics": ["CJemalloc", "CKernel"],
            "TextAnalysis": [],
            "Stores": ["GRDB", "GRDBSQLite", "CMariaDB", "CMongoC", "Logging"],
            "LoadGenerator": service.union([
                "Drivers", "Scenarios", "LoadMetrics", "Statistics", "WebLogs", "CZlib",
            ]),
            "WebLogs": ["CLibcrypto"],
            "PipelineWorker": service.union([
                "Drivers", "Stores", "TextAnalysis", "WebLogs", "CMaxMindDB", "LoadMetrics",
            ]),
            "Reporting": ["LoadMetrics", "Statistics"],
            "Statistics": [],
        ]
    }()

    private static func importedModule(_ code: Substring) -> String? {
        let words = code.split(separator: " ")
        guard let position = words.firstIndex(of: "import"),
            words[..<position].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains(String($0)) })
        else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
        return words[(position + 1)...].first { !kinds.contains($0) }.map { String($0.prefix { $0 != "." }) }
    }

    private static let accessLevels: Set = ["public", "package", "internal", "fileprivate", "private"]

    /// What other modules see says what it is.
    ///
    /// A stored property's name, type and unit may say it all, as may an initializer's parameters; a member that a
    /// well-known protocol asks for, or an empty default of one, needs no words either.
    static let documented = TidyRule(name: "what others see is documented") { file in
        guard file.isProduct else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            guard needsSentence(line) else { return nil }
            var above = index - 1
            while above >= 0, isAttributeOrCondition(file.lines[above]) { above -= 1 }
            let isDocumented = above >= 0 && file.lines[above].drop { $0 == " " }.hasPrefix("///")
            return isDocumented ? nil : (index + 1, "one sentence of `///` is missing: \(line.drop { $0 == " " })")
        }
    }

    private static func needsSentence(_ line: Substring) -> Bool {
        let types: Set<Substring> = ["struct", "class", "enum", "protocol", "actor", "typealias", "func", "subscript"]
        let known = [
            "var description:", "var debugDescription:", "var errorDescription:", "func hash(into", "func encode(to",
            "func encode(into",
            "func ==", "func <", "typealias RawValue",
        ]
        let words = code(of: line).split { " (<:".contains($0) }
        guard let access = words.firstIndex(where: { $0 == "package" || $0 == "public" }), access < 3 else {
            return false
        }
        let isOther = words.contains("import") || words.contains("extension") || words.contains("override")
        let isComputed = words.contains("var") && code(of: line).contains("{")
        return !isOther && (isComputed || words[access...].contains(where: types.contains))
            && !known.contains { line.contains($0) } && !line.hasSuffix("{}")
    }

    private static func isAttributeOrCondition(_ line: Substring) -> Bool {
        let text = line.drop { $0 == " " }
        return text.hasPrefix("@") || text.hasPrefix("#if") || text.hasPrefix("// swift-format")
    }

    /// The file that bears its module's name tells a newcomer what the module is for.
    static let mainFileOpensWithPurpose = TidyRule(name: "a module's main file opens with its purpose") { file in
        guard let module = file.module, file.folders.count == 2, file.name == "\(module).swift" else { return [] }
        let opening = file.lines.prefix { $0.hasPrefix("//") }.filter { $0.count > 8 }
        return opening.isEmpty ? [(1, "say in a comment at the top what \(module) is for")] : []
    }
}
