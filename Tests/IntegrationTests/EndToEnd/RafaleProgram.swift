import Foundation
import LoadMetrics
import TestSupport
import Testing

/// The built program, used as a user uses it, with its scenarios and reports in a folder of the test's own.
struct RafaleProgram: Sendable {
    let folder: URL

    /// Runs the body with a folder that is gone afterwards.
    static func use<Result>(_ body: (RafaleProgram) async throws -> Result) async throws -> Result {
        try await withTemporaryDirectory { try await body(RafaleProgram(folder: $0)) }
    }

    var reports: URL { folder.appending(path: "reports") }

    /// Writes a scenario and returns its path.
    func scenario(_ text: String, named name: String = "test") throws -> String {
        let file = folder.appending(path: "\(name).yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    /// A steady load that a debug build carries easily.
    func steady(rate: Int = 100, seconds: Int, more: String = "") throws -> String {
        try scenario(
            """
            summary: "A light steady load"
            phases:
              - name: steady
                rate: \(rate)/s
                for: \(seconds)s
            workers:
              count: 2
            drain: 20s
            \(more)
            """)
    }

    /// Runs `rafale` with these arguments, in the test's folder.
    func callAsFunction(
        _ arguments: String..., environment: [String: String?] = [:], limit: Duration = .seconds(90),
        during: @escaping @Sendable (RunningProgram) async throws -> Void = { _ in }
    ) async throws -> ProgramOutcome {
        try await run(
            Places.rafale, arguments, environment: environment, in: folder, limit: limit, during: during)
    }

    /// Runs a subcommand with arguments that were put together before.
    func start(
        _ command: String, _ arguments: [String], limit: Duration = .seconds(90),
        during: @escaping @Sendable (RunningProgram) async throws -> Void = { _ in }
    ) async throws -> ProgramOutcome {
        try await run(Places.rafale, [command] + arguments, in: folder, limit: limit, during: during)
    }

    /// The folder of the only run.
    func reportFolder() throws -> URL {
        let runs = try FileManager.default.contentsOfDirectory(at: reports, includingPropertiesForKeys: nil)
        try #require(runs.count == 1, "one run leaves one folder, there are \(runs.map(\.lastPathComponent))")
        return runs[0]
    }

    /// What the only run wrote, read back as `rafale report` reads it.
    func result() throws -> RunResult {
        try RunResult(json: Data(contentsOf: reportFolder().appending(path: "result.json")))
    }
}

/// The message a user sees: one line that names the program, the words that matter, and no password.
func expectOneLine(
    _ outcome: ProgramOutcome, exit code: Int32, saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(outcome.exitCode == code, "\(outcome)", sourceLocation: sourceLocation)
    let lines = outcome.errors.split(separator: "\n")
    #expect(lines.count == 1, "one line of error expected: \(outcome)", sourceLocation: sourceLocation)
    for word in words {
        #expect(outcome.errors.contains(word), "'\(word)' is missing: \(outcome)", sourceLocation: sourceLocation)
    }
    #expect(!outcome.errors.contains("secret"), "a password is shown", sourceLocation: sourceLocation)
}

/// The exit code, which a machine too busy for the generator turns into 98: then the result must say so as well.
func expectValid(
    _ outcome: ProgramOutcome, _ result: RunResult, exit code: Int32, sourceLocation: SourceLocation = #_sourceLocation
) {
    let expected = result.generator.judgement == .invalid ? 98 : code
    #expect(outcome.exitCode == expected, "\(outcome)", sourceLocation: sourceLocation)
}

/// Every message that was published is accounted for, and none is lost.
func expectBalanced(_ result: RunResult, sourceLocation: SourceLocation = #_sourceLocation) {
    let books = result.books
    #expect(books.published > 0, sourceLocation: sourceLocation)
    #expect(books.lost == 0, "\(books)", sourceLocation: sourceLocation)
    #expect(
        books.published == books.processed + books.failed + books.returned + books.queued, "\(books)",
        sourceLocation: sourceLocation)
}

/// The ids of a process's children whose command line holds the word.
func children(of parent: Int32, with word: Substring) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init).filter { pid in
        guard let fields = statFields(of: pid), fields.count > 1, Int32(fields[1]) == parent,
            let command = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
        else { return false }
        return command.split(separator: "\0").contains(word)
    }
}

/// Whether a process runs; one that has ended and was not yet reaped does not.
func isAlive(_ pid: Int32) -> Bool {
    statFields(of: pid)?.first.map { $0 != "Z" && $0 != "X" } ?? false
}

/// What stands after the name in parentheses: the state, the parent's id, and more.
private func statFields(of pid: Int32) -> [Substring]? {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return nil }
    return stat.split(separator: ")").last?.split(separator: " ")
}
