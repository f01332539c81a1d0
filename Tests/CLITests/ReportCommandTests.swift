import ArgumentParser
import Foundation
import LoadMetrics
import Testing

@testable import CLI

@Suite struct ReportCommandTests {
    private static func result(startingAt seconds: Double, scenario: String = "burst") -> RunResult {
        RunResult(
            scenario: ScenarioFacts(name: scenario),
            run: RunFacts(
                id: "0000000a", startedAt: Date(timeIntervalSince1970: seconds), durationNanoseconds: 1_000_000_000),
            machine: MachineFacts(
                cpuModel: "A", cores: 2, usableCores: 2, memoryBytes: 1, kernel: "Linux", architecture: "x86_64",
                operatingSystem: "Debian"),
            books: Books(offered: 10, published: 10, confirmed: 10, processed: 10))
    }

    /// A folder of runs, by name: a result, or the bytes of its result.json.
    private static func withRuns(_ runs: [String: [UInt8]], _ body: (String) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("runs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (name, bytes) in runs {
            let folder = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: folder.appendingPathComponent("result.json"))
        }
        try await body(root.path)
    }

    private static func expect(
        _ expected: ExitCode, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let command = try ReportCommand.parse(["--quiet"] + arguments)
        var code = ExitCode.success
        do {
            try await command.run()
        } catch let thrown as ExitCode {
            code = thrown
        }
        #expect(code == expected, "\(arguments)", sourceLocation: sourceLocation)
    }

    @Test func drawsEverythingAgainAndLeavesTheResultAlone() async throws {
        let json = try Self.result(startingAt: 0).json()
        try await Self.withRuns(["a": json]) { root in
            try await Self.expect(.success, root + "/a/")
            try await Self.expect(.success, root + "/a/result.json")
            let names = try FileManager.default.contentsOfDirectory(atPath: root + "/a")
            #expect(Set(names) == ["result.json", "report.html", "report.svg", "summary.txt", "series.csv"])
            #expect(FileManager.default.contents(atPath: root + "/a/result.json") == Data(json))
        }
    }

    @Test func aFolderWithoutAResultIsToldWhatOneHolds() async throws {
        try await Self.withRuns(["a": []]) { root in
            #expect {
                try KeptResult.file(of: root)
            } throws: { error in
                "\(error)".contains(
                    "no result of a run or a campaign (gate.json, sweep.json, capacity.json, result.json)")
            }
            try await Self.expect(ExitStatus.usage.code, root)
        }
    }

    @Test func mergesRunsIntoAFolderOfTheirOwn() async throws {
        let runs = [
            "a": try Self.result(startingAt: 0).json(), "b": try Self.result(startingAt: 60).json(),
        ]
        try await Self.withRuns(runs) { root in
            try await Self.expect(.success, root + "/a", root + "/b", "--merge", root + "/all")
            let merged = try ReportCommand.result(at: root + "/all")
            #expect(merged.books.processed == 20 && merged.run.mergedRuns == 2)
            try await Self.expect(ExitStatus.usage.code, root + "/a", root + "/b", "--merge", root + "/a/../b")
            #expect(try ReportCommand.result(at: root + "/b").run.mergedRuns == 1)
            try await Self.expect(ExitStatus.usage.code, root + "/a", root + "/a", "--merge", root + "/twice")
        }
    }

    @Test func whatIsNoResultOfOursEndsWithUsage() async throws {
        let newer = String(decoding: try Self.result(startingAt: 0).json(), as: UTF8.self)
            .replacingOccurrences(of: "\"schemaVersion\" : 2", with: "\"schemaVersion\" : 7")
        let runs: [String: [UInt8]] = [
            "newer": Array(newer.utf8), "foreign": Array("{\"format\": \"k6\", \"schemaVersion\": 1}".utf8), "cut": [],
            "other": try Self.result(startingAt: 9, scenario: "ramp").json(),
            "a": try Self.result(startingAt: 0).json(),
        ]
        try await Self.withRuns(runs) { root in
            for name in ["newer", "foreign", "cut", "missing"] {
                try await Self.expect(ExitStatus.usage.code, root + "/" + name)
            }
            try await Self.expect(ExitStatus.usage.code, root + "/a", root + "/other", "--merge", root + "/x")
            let error = #expect(throws: CommandFailure.self) { _ = try ReportCommand.result(at: root + "/newer") }
            #expect(error?.description.contains("/newer/result.json: the result has version 7") == true)
        }
    }

    @Test func aFolderThatCannotBeWrittenEndsWithItsOwnStatus() async throws {
        try await Self.withRuns(["a": try Self.result(startingAt: 0).json()]) { root in
            try await Self.expect(ExitStatus.cannotWriteReport.code, root + "/a", "--merge", "/proc/nowhere")
        }
    }
}
