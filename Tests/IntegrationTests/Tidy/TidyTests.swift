import Foundation
import TestSupport
import Testing

/// The repository keeps the rules of the house; each rule is shown to find what it forbids.
@Suite("Tidy")
struct TidyTests {
    @Test("the repository keeps the rule", arguments: TidyRule.all)
    func keeps(_ rule: TidyRule) throws {
        let findings = try Self.repository.get().flatMap(rule.findings)
        #expect(findings.isEmpty, "\(rule.name):\n\(findings.map(\.description).joined(separator: "\n"))")
    }

    @Test("a rule finds what it forbids", arguments: samples)
    func finds(_ sample: Sample) {
        let file = SourceFile(path: sample.path, text: sample.text)
        let broken = TidyRule.all.filter { !$0.findings(in: file).isEmpty }.map(\.name)
        #expect(broken == sample.breaks.map { [$0.name] } ?? [])
    }

    @Test("every rule has a sample that breaks it")
    func samplesAreComplete() {
        let broken = Set(Self.samples.compactMap(\.breaks?.name))
        #expect(TidyRule.all.allSatisfy { broken.contains($0.name) })
    }

    @Test("every module has the main file that a newcomer opens first")
    func mainFiles() throws {
        let modules = try Set(Self.repository.get().compactMap(\.module)).subtracting(["CLI"])
        #expect(modules.count >= 11)
        for module in modules {
            let main = Places.packageRoot.appending(path: "Sources/\(module)/\(module).swift")
            #expect(FileManager.default.fileExists(atPath: main.path), "\(main.lastPathComponent) is missing")
        }
    }

    struct Sample: Sendable, CustomTestStringConvertible {
        let path: String
        let text: String
        let breaks: TidyRule?
        var testDescription: String { "\(path): \(breaks?.name ?? "nothing")" }
    }

    static let samples: [Sample] = [
        Sample(path: "Sources/Drivers/Utils/Queue.swift", text: "struct Queue {}", breaks: .noDustbins),
        Sample(path: "Sources/Drivers/Helpers.swift", text: "struct Queue {}", breaks: .noDustbins),
        Sample(path: "Sources/Drivers/Big.swift", text: String(repeating: "\n", count: 600), breaks: .shortFiles),
        Sample(path: "Sources/Drivers/BigStateMachine.swift", text: String(repeating: "\n", count: 600), breaks: nil),
        Sample(
            path: "Sources/Drivers/Long.swift",
            text: "    func long() {\n" + String(repeating: "        step()\n", count: 90) + "    }",
            breaks: .shortFunctions),
        Sample(path: "Sources/Drivers/Trap.swift", text: "let value = try! decode()", breaks: .noTraps),
        Sample(path: "Sources/Drivers/Told.swift", text: "// never try! here", breaks: nil),
        Sample(
            path: "Sources/Drivers/C.swift", text: "final class C: @unchecked Sendable {}", breaks: .reasonsForUnchecked
        ),
        Sample(
            path: "Sources/Drivers/C.swift",
            text: "// A C handle, locked by its owner.\nfinal class C: @unchecked Sendable {}",
            breaks: nil),
        Sample(path: "scripts/later", text: "# TO" + "DO: more", breaks: .nothingLeftOver),
        Sample(path: "README.md", text: "see /home" + "/me/notes", breaks: .noMachinePaths),
        Sample(path: "README.md", text: "see ./work/notes and https://example.org/work/", breaks: nil),
        Sample(path: "Sources/AMQPProtocol/Frame.swift", text: "import Foundation", breaks: .importArrows),
        Sample(path: "Sources/AMQPBroker/Queue.swift", text: "internal import AMQPClient", breaks: .importArrows),
        Sample(path: "Sources/LoadGenerator/Run.swift", text: "package import PipelineWorker", breaks: .importArrows),
        Sample(path: "Sources/Drivers/Open.swift", text: "package struct Open {", breaks: .documented),
        Sample(path: "Sources/Drivers/Open.swift", text: "/// Open.\n@frozen\npackage struct Open {", breaks: nil),
        Sample(path: "Sources/Drivers/Drivers.swift", text: "import NIOCore", breaks: .mainFileOpensWithPurpose),
    ]

    /// Every text file that is ours.
    static let repository = Result {
        let folders = ["Sources", "Tests", "scripts", "scenarios", "Benchmarks", "Fuzzing", "docs", ".ci", ".github"]
        let files = [
            "Package.swift", "Makefile", "README.md", "LICENSE", "Dockerfile", "docker-compose.yml", ".env.example",
            ".gitignore", ".gitattributes", ".dockerignore",
        ]
        var found = try files.compactMap(read)
        for folder in folders {
            let root = Places.packageRoot.appending(path: folder)
            // A folder that is not there yet has nothing to check.
            guard FileManager.default.fileExists(atPath: root.path) else { continue }
            for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) where !path.contains(".build") {
                if let file = try read("\(folder)/\(path)") { found.append(file) }
            }
        }
        return found
    }

    /// Nil for what is not there (yet), a folder, or not text.
    private static func read(_ path: String) throws -> SourceFile? {
        let url = Places.packageRoot.appending(path: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
            return nil
        }
        let data = try Data(contentsOf: url)
        guard data.count < 4_000_000, let text = String(data: data, encoding: .utf8), !text.contains("\0") else {
            return nil
        }
        return SourceFile(path: path, text: text)
    }
}
