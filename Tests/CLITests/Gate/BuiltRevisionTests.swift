import Foundation
import TestSupport
import Testing

@testable import CLI

@Suite("The revision that a program was built from")
struct BuiltRevisionTests {
    /// A checkout with one commit, and a program in its `.build`; `commit` is what HEAD stands for.
    private static func withCheckout(
        _ body: (_ top: URL, _ program: URL, _ commit: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let top = directory.resolvingSymlinksInPath()
            try write("// swift-tools-version: 6.2", to: top.appending(path: "Package.swift"))
            try write("let a = 1", to: top.appending(path: "Sources/A/A.swift"))
            try write(".build\n", to: top.appending(path: ".gitignore"))
            let git = try #require(Places.tool("git"))
            for arguments in [
                ["init", "-q", "-b", "main"], ["add", "."],
                ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first"],
            ] {
                let outcome = try await run(git, arguments, in: top)
                try #require(outcome.exitCode == 0, "\(outcome)")
            }
            let head = try await run(git, ["rev-parse", "HEAD"], in: top)
            let program = top.appending(path: ".build/release/rafale")
            try write("built", to: program)
            try await body(top, program, head.output.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private static func write(_ text: String, to file: URL) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    @Test("is HEAD where the sources are those of HEAD, whatever else lies there")
    func clean() async throws {
        try await Self.withCheckout { top, program, commit in
            try Self.write("{}", to: top.appending(path: "reports/baselines/a.json"))
            #expect(commit.count == 40)
            #expect(await GitRevision.built(program.path) == commit)
        }
    }

    @Test("is not known where a source was changed, or is not committed")
    func changed() async throws {
        for file in ["Sources/A/A.swift", "Sources/A/B.swift", "Package.swift"] {
            try await Self.withCheckout { top, program, _ in
                try Self.write("let a = 2", to: top.appending(path: file))
                try Self.write("built again", to: program)
                #expect(await GitRevision.built(program.path) == nil, "\(file)")
            }
        }
    }

    @Test("is not known of a program that is older than the sources, or was not built there")
    func elsewhere() async throws {
        try await Self.withCheckout { top, program, _ in
            let other = top.appending(path: "rafale")
            try Self.write("built", to: other)
            #expect(await GitRevision.built(other.path) == nil)
            #expect(await GitRevision.built("/bin/sh") == nil)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: program.path)
            #expect(await GitRevision.built(program.path) == nil)
        }
    }

    @Test("is replaced by the program's digest where it is not known")
    func label() {
        #expect(GateSession.label(revision: "5c2dcc6", digest: "0123456789abcdef") == "this program")
        #expect(GateSession.label(revision: nil, digest: "0123456789abcdef") == "this program, digest 01234567")
        #expect(GateSession.label(revision: nil, digest: nil) == "this program")
    }
}
