import Foundation
import TestSupport
import Testing

/// What can be wrong before a run: each a line that says what to do, and the documented exit code.
@Suite("What a run refuses")
struct RefusalTests {
    @Test("flags that do not exist")
    func flags() async throws {
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale("run", "scenario.yaml", "--workrs", "3")
            #expect(outcome.exitCode == 64 && outcome.errors.contains("--workrs"), "\(outcome)")
            #expect(try await rafale("rnu").exitCode == 64)
            #expect(try await rafale("run").exitCode == 64)
        }
    }

    @Test("a scenario that is not there")
    func noScenario() async throws {
        try await RafaleProgram.use { rafale in
            expectOneLine(try await rafale("run", "nowhere.yaml"), exit: 65, saying: "nowhere.yaml")
        }
    }

    @Test("a key that does not exist, by its place in the file and the nearest one")
    func badKey() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1, more: "load:\n  conections: 3")
            let outcome = try await rafale("run", file)
            #expect(outcome.exitCode == 65, "\(outcome)")
            #expect(outcome.errors.contains("test.yaml:10:3"), "\(outcome)")
            #expect(outcome.errors.contains("connections"), "\(outcome)")
            let override = try await rafale("run", try rafale.steady(seconds: 1), "--set", "load.conections=3")
            #expect(override.exitCode == 65 && override.errors.contains("'connections'"), "\(override)")
        }
    }

    @Test("a port on which nothing listens")
    func closedPort() async throws {
        try await RafaleProgram.use { rafale in
            let port = try freePort()
            let file = try rafale.steady(seconds: 1)
            let outcome = try await rafale("run", file, "--broker", "amqp://me:secret@127.0.0.1:\(port)/")
            expectOneLine(outcome, exit: 69, saying: "127.0.0.1:\(port)", "refuses")
        }
    }

    @Test("a report folder that cannot be made")
    func noFolder() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1)
            // Below a file no folder can be made, whoever asks.
            let outcome = try await rafale("run", file, "--out", "test.yaml/reports")
            expectOneLine(outcome, exit: 73, saying: "test.yaml/reports")
        }
    }

    @Test("a full disk under the report, by the reason and a way out", .needs(tool: "unshare", package: "util-linux"))
    func fullDisk() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1, more: "store: {url: none}")
            let small = rafale.folder.appending(path: "small").path
            let rest = "exec \"$1\" run \"$3\" --quiet --out \"$2/reports\""
            let unshare = try #require(Places.tool("unshare"))
            let privileges = getuid() == 0 ? ["--mount"] : ["--mount", "--map-root-user"]
            let arguments = ["sh", Places.rafale.path, small, file]
            if try await run(unshare, privileges + ["true"]).exitCode == 0 {
                let mount = "mkdir -p \"$2\" && mount -t tmpfs -o size=64k tmpfs \"$2\" && "
                let outcome = try await run(
                    unshare, privileges + ["sh", "-c", mount + rest] + arguments, in: rafale.folder)
                expectOneLine(outcome, exit: 73, saying: "no space left", "small/reports")
            } else {
                // Where nothing may be mounted, a bound on the size of files ends the writing in the same place.
                let shell = try #require(Places.tool("sh"))
                let outcome = try await run(
                    shell, ["-c", "trap '' XFSZ; ulimit -f 16; " + rest] + arguments, in: rafale.folder)
                expectOneLine(outcome, exit: 73, saying: "too large", "small/reports")
            }
        }
    }

    @Test("a wrong password, which it never shows", .needsOwnRabbitMQ)
    func wrongPassword() async throws {
        let address = try await RabbitMQServer.sharedOwn().address
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1)
            let outcome = try await rafale("run", file, "--broker", "amqp://guest:secret@\(address)/")
            expectOneLine(outcome, exit: 77, saying: "guest", address)
        }
    }

    @Test(
        "a queue that exists with other arguments, and leaves it alone", .needsOwnRabbitMQ,
        .needs(tool: "amqp-declare-queue", package: "amqp-tools"))
    func otherArguments() async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        let declare = try #require(Places.tool("amqp-declare-queue"))
        // Durable as ours would be, but without the dead-letter arguments.
        #expect(try await run(declare, ["-u", host.url, "-d", "-q", "incoming_texts"]).exitCode == 0)
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale("run", try rafale.steady(seconds: 1), "--broker", host.url)
            expectOneLine(outcome, exit: 78, saying: "incoming_texts")
            #expect(try await host.queues() == ["incoming_texts": 0])
        }
    }

    @Test(
        "messages of others in its queues, and leaves them there until told to purge", .needsOwnRabbitMQ,
        .needs(tool: "amqp-publish", package: "amqp-tools"))
    func foreignMessages() async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        let (declare, publish) = (
            try #require(Places.tool("amqp-declare-queue")), try #require(Places.tool("amqp-publish"))
        )
        #expect(try await run(declare, ["-u", host.url, "-d", "-q", "processed_texts"]).exitCode == 0)
        for _ in 0..<3 {
            let sent = try await run(publish, ["-u", host.url, "-r", "processed_texts", "-p", "-b", "not yours"])
            #expect(sent.exitCode == 0, "\(sent)")
        }
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1)
            let outcome = try await rafale("run", file, "--broker", host.url)
            expectOneLine(outcome, exit: 78, saying: "processed_texts", "3", "--purge")
            #expect(try await host.queues()["processed_texts"] == 3)

            let purged = try await rafale("run", file, "--broker", host.url, "--purge", "--out", "purged")
            #expect(purged.exitCode == 0, "\(purged)")
            // The queue was there before the run, so it is there after it.
            #expect(try await host.queues() == ["processed_texts": 0])
        }
    }
}
