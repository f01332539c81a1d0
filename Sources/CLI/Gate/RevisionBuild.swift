import Foundation
import Subprocess
import SystemPackage

/// A revision of this program, checked out beside the build of this one and built in release; kept by its commit.
///
///     --against main ─► git rev-parse ─► .build/gate/<commit>/   a worktree, detached
///                                         └─► swift build ─► .build/gate/<commit>/.build/release/rafale
struct RevisionBuild: Sendable {
    /// The revision as it was named.
    let name: String
    /// What it stands for.
    let commit: String
    /// The top folder of the checkout that knows it.
    let checkout: String

    private static let mostOutputBytes = 16 << 20
    private static let betweenWords = Duration.seconds(20)

    /// Finds what a name stands for, in the checkout that `folder` lies in.
    static func find(_ name: String, from folder: String) async throws(CommandFailure) -> RevisionBuild {
        let top = await output(["git", "-C", folder, "rev-parse", "--show-toplevel"])
        guard let top else {
            throw CommandFailure(
                .usage, "--against \(name): \(folder) is in no git checkout; name a program, or run it in a checkout")
        }
        guard !name.hasPrefix("-"),
            let commit = await output(["git", "-C", top, "rev-parse", "--verify", "--quiet", "\(name)^{commit}"])
        else {
            throw CommandFailure(
                .usage, "--against \(name): neither a program nor a revision of \(top); fetch it, or check its name")
        }
        return RevisionBuild(name: name, commit: commit, checkout: top)
    }

    /// Its folder.
    var folder: String { "\(checkout)/.build/gate/\(commit)" }
    /// The program, once it is built.
    var binary: String { "\(folder)/.build/release/rafale" }
    /// What the build said.
    var log: String { "\(checkout)/.build/gate/\(commit).log" }
    /// Whether it was built before.
    var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: binary) }

    /// Checks it out and builds it, unless that was done before; returns the program's path.
    func build(say: @escaping @Sendable (String) -> Void) async throws(CommandFailure) -> String {
        if isBuilt { return binary }
        let short = commit.prefix(12)
        let parent = "\(checkout)/.build/gate"
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(.cannotWriteReport, "cannot create \(parent): \(error.localizedDescription)")
        }
        if !FileManager.default.fileExists(atPath: "\(folder)/.git") {
            // A folder that was removed by hand is still in git's list of worktrees.
            _ = await Self.output(["git", "-C", checkout, "worktree", "prune"])
            try await run(
                ["git", "-C", checkout, "worktree", "add", "--detach", "--force", folder, commit],
                failing: "cannot be checked out")
        }
        guard FileManager.default.fileExists(atPath: "\(folder)/Package.swift") else {
            throw CommandFailure(.usage, "--against \(name): \(short) has no Package.swift to build")
        }
        pinDependencies()
        say("building \(name) (\(short)) in \(folder); this is done once …")
        let progress = Task { try await tell(say) }
        defer { progress.cancel() }
        try await run(
            ["swift", "build", "--package-path", folder, "--configuration", "release", "--product", "rafale"],
            failing: "does not build")
        guard isBuilt else {
            throw CommandFailure(.usage, "--against \(name): \(short) builds no program 'rafale'; see \(log)")
        }
        return binary
    }

    /// The versions of the libraries that this checkout was built with: not committed, and no part of what is compared.
    private func pinDependencies() {
        let pins = "\(folder)/Package.resolved"
        guard !FileManager.default.fileExists(atPath: pins) else { return }
        try? FileManager.default.copyItem(atPath: "\(checkout)/Package.resolved", toPath: pins)
    }

    /// Says from time to time how far the build is, until it is cancelled.
    private func tell(_ say: @Sendable (String) -> Void) async throws {
        let start = ContinuousClock.now
        while true {
            try await Task.sleep(for: Self.betweenWords)
            let step = (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n").last ?? ""
            say("  \((ContinuousClock.now - start).components.seconds) s  \(step)")
        }
    }

    private func run(_ command: [String], failing words: String) async throws(CommandFailure) {
        do {
            let log = try FileDescriptor.open(
                FilePath(self.log), .writeOnly, options: [.create, .append, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead])
            let ended = try await Subprocess.run(
                .name(command[0]), arguments: Arguments(Array(command.dropFirst())), input: .none,
                output: .fileDescriptor(log, closeAfterSpawningProcess: false),
                error: .fileDescriptor(log, closeAfterSpawningProcess: true))
            if ended.terminationStatus.isSuccess { return }
        } catch {
            throw CommandFailure(.usage, "--against \(name): \(command[0]) does not start: \(error)")
        }
        throw CommandFailure(
            .usage, "--against \(name): \(commit.prefix(12)) \(words): \(lastWords); all of it is in \(log)")
    }

    /// The first error that the build named, else its last line.
    private var lastWords: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n")
        let error = lines.first { $0.contains("error:") || $0.hasPrefix("fatal:") } ?? lines.last
        return error.map { $0.trimmingCharacters(in: .whitespaces) } ?? "nothing was said"
    }

    /// What a command prints, without the newline; nil when it fails.
    static func output(_ command: [String]) async -> String? {
        let ended = try? await Subprocess.run(
            .name(command[0]), arguments: Arguments(Array(command.dropFirst())), input: .none,
            output: .string(limit: mostOutputBytes), error: .discarded)
        guard let ended, ended.terminationStatus.isSuccess else { return nil }
        let trimmed = ended.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }
}
