import Foundation
import LoadMetrics
import TestSupport
import Testing

/// `rafale broker` from outside.
@Suite("rafale broker") struct BrokerCommandTests {
    @Test("says where it listens, keeps figures, and stops with 0 when told to", arguments: [SIGTERM, SIGINT])
    func life(signal: Int32) async throws {
        try await RafaleProgram.use { rafale in
            let figures = rafale.folder.appending(path: "stats.jsonl").path
            let outcome = try await rafale("broker", "--listen", "127.0.0.1:0", "--stats", figures) { broker in
                try await broker.waitForText("rafale broker listens on 127.0.0.1:")
                let ready = try #require(SnapshotReader.first(of: figures))
                #expect(ready.role == .broker && ready.event == .ready)
                #expect(broker.output.contains(ready.address ?? "?"))
                let lines = try await eventually("a line each second") {
                    var reader = SnapshotReader(path: figures)
                    let all = reader.readNew()
                    return all.count >= 2 ? all : nil
                }
                #expect(lines[1].event == .running && lines[1].counters["queues"] == 0)
                broker.send(signal: signal)
            }
            #expect(outcome.exitCode == 0, "\(outcome)")
            #expect(outcome.errors.isEmpty, "\(outcome)")
            var reader = SnapshotReader(path: figures)
            let last = try #require(reader.readNew().last)
            #expect(last.event == .stopped && last.counters["published"] == 0)
        }
    }

    @Test(
        "refuses what it cannot do in one line that says what to do",
        arguments: [
            (["--listen", "0.0.0.0:0"], Int32(64), "--user"), (["--listen", "nowhere"], 64, "ADDRESS:PORT"),
            (["--listen", "127.0.0.1:70000"], 64, "port 70000"), (["--user", "secret"], 64, "NAME:PASSWORD"),
            (["--user", ":secret"], 64, "NAME:PASSWORD"), (["--memory-limit", "much"], 64, "512M"),
            (["--memory-limit", "5K"], 64, "1 MiB"), (["--stats", "/nonexistent/f"], 73, "/nonexistent/f"),
            (["--listen", "192.0.2.1:5672", "--user", "me:secret"], 69, "--listen"),
        ])
    func refusals(arguments: [String], exit code: Int32, word: String) async throws {
        try await RafaleProgram.use { rafale in
            let listen = arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]
            let outcome = try await run(Places.rafale, ["broker"] + listen + arguments, in: rafale.folder)
            expectOneLine(outcome, exit: code, saying: word, "rafale broker:")
        }
    }

    @Test("takes users from the environment, where no other process reads them")
    func users() async throws {
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale(
                "broker", "--listen", "0.0.0.0:0", environment: ["RAFALE_BROKER_USERS": "me:my own secret"]
            ) { broker in
                try await broker.waitForText("listens on 0.0.0.0:")
                broker.send(signal: SIGTERM)
            }
            #expect(outcome.exitCode == 0, "\(outcome)")
        }
    }
}

extension SnapshotReader {
    fileprivate static func first(of path: String) -> RoleSnapshot? {
        var reader = SnapshotReader(path: path)
        return reader.readNew().first
    }
}
