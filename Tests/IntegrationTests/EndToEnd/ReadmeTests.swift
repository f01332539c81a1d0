import Foundation
import TestSupport
import Testing

/// What the README promises is what the program does.
@Suite("The README")
struct ReadmeTests {
    private static func text(_ path: String) throws -> String {
        try String(contentsOf: Places.packageRoot.appending(path: path), encoding: .utf8)
    }

    @Test("lists the exit codes that the program knows, in its words")
    func exitCodes() throws {
        let source = try Self.text("Sources/CLI/ExitStatus.swift")
        var codes: [Substring: Substring] = [:]
        for match in source.matches(of: /case (\w+) = (\d+)/) { codes[match.1] = match.2 }
        let meanings = source.matches(of: /case \.(\w+):\s+"([^"]+)"/)
        let expected = try meanings.map { "| \(try #require(codes[$0.1])) | \($0.2) |" }
        let table = try Self.text("README.md").split(separator: "\n").filter { $0.firstMatch(of: /^\| \d+ \|/) != nil }
        #expect(expected.count >= 11 && table.map(String.init) == expected)
    }

    @Test("shows a scenario that is valid")
    func scenario() async throws {
        let block = try #require(try Self.text("README.md").firstMatch(of: /```yaml\n([\s\S]*?)```/))
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(String(block.1), named: "readme")
            let outcome = try await rafale("validate", file)
            #expect(outcome.exitCode == 0, "\(outcome)")
        }
    }

    @Test("names folders and make targets that exist")
    func places() throws {
        let readme = try Self.text("README.md")
        for match in readme.matches(of: #/\n  ([A-Z]\w+)\/ +/#) {
            let folder = Places.packageRoot.appending(path: "Sources/\(match.1)")
            #expect(FileManager.default.fileExists(atPath: folder.path), "\(match.1)")
        }
        let makefile = try Self.text("Makefile")
        let targets = Set(readme.matches(of: /make ([a-z]+)/).map(\.1)).subtracting(["alone"])
        #expect(targets.isSuperset(of: ["scenario", "scenarios", "test", "lint", "up"]))
        for target in targets { #expect(makefile.contains("\n\(target):"), "make \(target)") }
    }
}
