import ArgumentParser
import Foundation
import Logging
import Scenarios
import TestSupport
import Testing

@testable import CLI

@Suite("rafale worker")
struct WorkerCommandTests {
    @Test(
        "reads durations",
        arguments: [
            ("5ms", Duration.milliseconds(5)), ("1.5s", .milliseconds(1_500)), ("2m", .seconds(120)), ("0s", .zero),
            ("250us", .microseconds(250)),
        ])
    func durations(_ text: String, _ duration: Duration) {
        #expect(DurationArgument(argument: text)?.duration == duration)
    }

    @Test(
        "refuses what is no duration",
        arguments: ["", "5", "ms", "-5ms", "5 ms", "5h30", "1e3s", "99999999999999s", "..s"])
    func badDurations(_ text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }

    @Test(
        "refuses flags out of range",
        arguments: [
            ["--prefetch", "0"], ["--prefetch", "70000"], ["--lanes", "0"], ["--batch", "0"], ["--cost-factor", "0"],
            ["--batch-delay", "soon"], ["--log-level", "loud"], ["--log-max-bytes", "5"], ["--log-keep=-1"],
            ["surplus"],
        ])
    func badFlags(_ arguments: [String]) {
        #expect(throws: (any Error).self) { _ = try WorkerCommand.parse(arguments) }
    }

    @Test(
        "has the queues of its pipeline where the flags name none",
        arguments: [
            ("text", "incoming_texts", "processed_texts", "failed_texts"),
            ("data-lake", "queue-data-lake", "processed_logs-data-lake", "failed_logs-data-lake"),
            ("data-clean", "queue-data-clean", "processed_logs-data-clean", "failed_logs-data-clean"),
        ])
    func pipelines(_ name: String, _ incoming: String, _ processed: String, _ failed: String) throws {
        let usual = try WorkerCommand.parse(["--pipeline", name]).branch
        #expect(usual.incoming == [incoming] && usual.processed == processed && usual.failed == failed)
        #expect(usual.workerPipeline == name)
        let named = try WorkerCommand.parse(["--pipeline", name, "--incoming", "a", "--incoming", "b"]).branch
        #expect(named.incoming == ["a", "b"] && named.processed == processed)
    }

    @Test("knows no pipeline of another name, and no text flags for log lines")
    func badPipelines() {
        #expect(throws: (any Error).self) { _ = try WorkerCommand.parse(["--pipeline", "weblogs"]) }
        #expect(throws: (any Error).self) { _ = try WorkerCommand.parse(["--pipeline", "data-lake", "--no-analysis"]) }
        #expect(throws: (any Error).self) {
            _ = try WorkerCommand.parse(["--pipeline", "data-lake", "--csv", "a.csv"])
        }
    }

    @Test("takes every flag")
    func flags() throws {
        let command = try WorkerCommand.parse([
            "--broker", "amqp://h/", "--store", "none", "--incoming", "i", "--processed", "p", "--failed", "f",
            "--prefetch",
            "10", "--lanes", "3", "--batch", "7", "--batch-delay", "2ms", "--cost-factor", "4", "--no-analysis",
            "--stats",
            "s.jsonl", "--log-level", "DEBUG", "--log-file", "logs/w.log", "--end-with-parent", "4711", "--drain", "1s",
            "--wait", "9s",
        ])
        #expect(command.lanes == 3)
        #expect(!command.analysis)
        #expect(command.batchDelay.duration == .milliseconds(2))
        #expect(command.log.logLevel == .debug)
        #expect(command.endWithParent == 4711)
    }

    @Test("ends with one line and the documented status where it cannot work")
    func failures() async throws {
        let port = try freePort()
        let closed = try await run(
            Places.rafale, ["worker", "--store", "none", "--broker", "amqp://someone:secret@127.0.0.1:\(port)/"])
        #expect(closed.exitCode == ExitStatus.unreachable.rawValue)
        #expect(closed.errors.contains("127.0.0.1:\(port)"))
        #expect(!closed.errors.contains("secret"))

        let store = try await run(Places.rafale, ["worker", "--store", "postgres://someone:secret@host/db"])
        #expect(store.exitCode == ExitStatus.usage.rawValue)
        #expect(
            store.errors.hasPrefix("rafale worker: store 'postgres': this build has no such store; use none, sqlite"))
        #expect(!store.errors.contains("secret"))

        let statistics = try await run(Places.rafale, ["worker", "--store", "none", "--stats", "/nowhere/stats.jsonl"])
        #expect(statistics.exitCode == ExitStatus.cannotWriteReport.rawValue)
        #expect(statistics.errors.contains("--stats"))
    }
}
