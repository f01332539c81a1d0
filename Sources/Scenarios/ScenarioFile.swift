internal import Foundation

/// A scenario as it was read: the checked model, and the text it came from.
package struct ScenarioFile: Sendable {
    /// The file's path as the user gave it.
    package let path: String
    /// The file's text, the passwords of addresses replaced: fit for a report.
    package let redactedText: String
    /// The overrides that were applied, as `key=value`, passwords replaced.
    package let overrides: [String]
    /// What the file and the overrides say.
    package let scenario: Scenario

    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - overrides: `key=value` pairs that outdo the file, such as `phases[0].rate=500/s`; `null` removes a key.
    ///   - environment: What `${NAME}` is looked up in.
    /// - Throws: All mistakes of the file and the overrides, each with its place.
    package init(path: String, overrides: [String] = [], environment: [String: String]) throws(ScenarioError) {
        let bytes = try Self.contents(of: path)
        try self.init(bytes: bytes, path: path, overrides: overrides, environment: environment)
    }

    /// Reads and checks a file's bytes; `path` names them in errors and, without a `name` key, the scenario.
    package init(
        bytes: [UInt8], path: String, overrides: [String] = [], environment: [String: String]
    ) throws(ScenarioError) {
        let variables = Variables(environment: environment)
        var reader = SourceReader(source: path, variables: variables)
        let root = reader.read(bytes)
        guard var root else { throw ScenarioError(problems: reader.problems) }
        var overrideProblems: [Problem] = []
        for text in overrides {
            do throws(ScenarioError) {
                root = try Override(text, variables: variables).applied(to: root)
            } catch {
                overrideProblems += error.problems
            }
        }
        var decoding = Decoding()
        decoding.setRoot(root.place)
        decoding.folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let scenario = Self.decode(root, fileName: path, &decoding)
        let problems = reader.problems + decoding.problems + overrideProblems
        guard problems.isEmpty, let scenario else {
            throw ScenarioError(problems: Self.inOrder(problems))
        }
        self.path = path
        self.overrides = overrides.map(Self.redacted)
        self.scenario = scenario
        redactedText = Self.redacted(String(decoding: bytes, as: UTF8.self))
    }

    private static func decode(_ root: SourceNode, fileName: String, _ decoding: inout Decoding) -> Scenario? {
        let notation = Notation<Scenario>.object
        decoding.root = notation.form
        guard case .map(let entries) = root.content else { return notation.read(root, &decoding) }
        var scenario = Notation<Scenario>.readKeys(Scenario.keys, entries, of: root, &decoding)
        scenario.takePipelineDefaults(decoding)
        if !decoding.isGiven("name") {
            let file = fileName.split(separator: "/").last.map(String.init) ?? ""
            scenario.name = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
            if !Notation<String>.isName(scenario.name) {
                decoding.report(
                    root.place,
                    "the file's name is no name for a scenario; add 'name:' with letters, digits, '-' and '_'")
            }
        }
        // Consumers of its own take the workers' place; a churn needs none.
        if scenario.consumers != nil || scenario.target == .churn, !decoding.isGiven("workers.count") {
            scenario.workers.count = 0
        }
        if scenario.target == .churn, !decoding.isGiven("load.confirm_window") {
            scenario.load.confirmWindow = Scenario.churnWindow
        }
        scenario.check(&decoding)
        return scenario
    }

    /// In the order of the file; overrides last.
    private static func inOrder(_ problems: [Problem]) -> [Problem] {
        problems.enumerated().sorted { a, b in
            let left = (a.element.place.line ?? .max, a.element.place.column ?? .max, a.offset)
            return left < (b.element.place.line ?? .max, b.element.place.column ?? .max, b.offset)
        }.map(\.element)
    }
}

// MARK: - Reading the file

extension ScenarioFile {
    private static func contents(of path: String) throws(ScenarioError) -> [UInt8] {
        func error(_ message: String) -> ScenarioError {
            ScenarioError(problems: [Problem(place: Place(source: path), message: message)])
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw error("no such file" + (neighbour(of: path).map { "; did you mean \($0)?" } ?? ""))
        }
        guard !isDirectory.boolValue else {
            throw error("is a directory; name a scenario file in it")
        }
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            // One byte beyond the bound tells a file that is too large from one that just fits.
            var bytes: [UInt8] = []
            while bytes.count <= SourceReader.maxFileBytes,
                let part = try file.read(upToCount: SourceReader.maxFileBytes + 1 - bytes.count), !part.isEmpty
            {
                bytes += part
            }
            return bytes
        } catch let failure {
            throw error("cannot be read (\(reason(failure))); check its permissions")
        }
    }

    private static func reason(_ error: any Error) -> String {
        if let code = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError, code.domain == NSPOSIXErrorDomain {
            return String(cString: strerror(Int32(code.code)))
        }
        return "\((error as NSError).domain) \((error as NSError).code)"
    }

    /// The scenario beside a missing file that its name was meant to be.
    private static func neighbour(of path: String) -> String? {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let scenarios = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
        guard let nearest = NearestName.of(url.lastPathComponent, among: scenarios) else { return nil }
        return path.lastIndex(of: "/").map { path[...$0] + nearest } ?? nearest
    }
}

// MARK: - Passwords

extension ScenarioFile {
    /// The text with what stands between `://user:` and `@` replaced.
    static func redacted(_ text: String) -> String {
        // Up to the last '@' of the word, for a password may hold '@' and '/' that its writer forgot to escape.
        text.replacing(#/(?<start>:\/\/[^\s:@\/"']*:)[^\s"']*@/#) { match in
            match.output.start + "***@"
        }
    }
}
