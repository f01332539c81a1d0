import AMQPClient
import AMQPProtocol
import Foundation
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite("Half of a load", .serialized)
struct PartRunTests {
    private static let scenario = """
        phases: [{rate: 400/s, count: 200}]
        store: {url: none}
        consumers: {ack: {every: 10}}
        thresholds: [lost == 0, nacked == 0, end_to_end.p50 < 60s]
        """

    @Test("publishes, and another consumes it with its latencies", .needsOwnRabbitMQ, arguments: [true, false])
    func oneAfterTheOther(isRunNamed: Bool) async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        let named = isRunNamed ? ["--run-id", "0000002a"] : []
        let published = try await half("--publish-only", host, named)
        #expect(published.books.confirmed == 200 && published.books.queued == 200 && published.books.lost == 0)
        #expect(published.thresholds.map(\.text) == ["nacked == 0"])
        #expect(try await host.queues()["incoming_texts"] == 200)

        let consumed = try await half("--consume-only", host, named + ["--set", "limits.exit_when=empty"])
        #expect(consumed.books.processed == 200 && consumed.books.published == 0 && consumed.books.duplicated == 0)
        #expect(consumed.totals.latencies[.endToEnd]?.count == 200, "\(consumed.notes)")
        #expect(consumed.thresholds.map(\.text) == ["end_to_end.p50 < 60s"])
        #expect(try await host.queues()["incoming_texts"] == 0, "others may go on with the queue")
    }

    @Test("counts messages of others and of other clocks without a latency", .needsOwnRabbitMQ)
    func ofOthers() async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        _ = try await half("--publish-only", host, ["--set", "phases[0].count=5"])
        try await publish(to: host) { number in
            var properties = BasicProperties()
            if number >= 20 {
                properties.messageID = "0000002a-00000000000000\(number)"
                properties.headers = ["x-rafale-clock": .int64(1), "x-rafale-intended": .int64(2)]
            }
            return properties
        }
        let result = try await half(
            "--consume-only", host,
            ["--set", "limits.exit_when=idle", "--set", "limits.idle=1s", "--set", "phases[0].count=1000"])
        #expect(result.books.processed == 45, "\(result.books)")
        #expect(result.totals.latencies[.endToEnd]?.count == 5)
        #expect(
            result.notes.contains { $0.hasPrefix("20 messages carry the times of another clock") }, "\(result.notes)")
        #expect(result.notes.contains { $0.hasPrefix("20 messages were sent by no generator") }, "\(result.notes)")
    }

    @Test("of a named run leaves other runs out and tells what came twice", .needsOwnRabbitMQ)
    func namedRun() async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        _ = try await half("--publish-only", host, ["--set", "phases[0].count=5", "--run-id", "0000002a"])
        try await publish(to: host) { number in
            var properties = BasicProperties()
            properties.messageID = "000000\(number < 20 ? "2a" : "2b")-0000000000000001"
            return properties
        }
        let result = try await half(
            "--consume-only", host, ["--set", "limits.exit_when=empty", "--run-id", "0000002a"])
        #expect(result.books.processed == 5 && result.books.duplicated == 20 && result.books.leftoversIgnored == 0)
        // Another run's messages are somebody's: they are in the queue as before.
        #expect(try await host.queues()["incoming_texts"] == 20)
    }

    @Test(
        "refuses what no half can do",
        arguments: [
            (["--publish-only", "--consume-only"], "exclude each other"),
            (["--run-id", "0000002a"], "--run-id is for"),
            (["--consume-only", "--run-id", "42"], "eight hexadecimal digits"),
            (["--consume-only", "--purge"], "throw away"), (["--set", "limits.exit_when=empty"], "--consume-only"),
            (["--publish-only", "--set", "target=churn", "--set", "churn=queues"], "has no halves"),
        ])
    func refusals(arguments: [String], words: String) async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                "phases: [{rate: 1/s, for: 1s}]\nbroker: {url: \"amqp://guest:guest@127.0.0.1:1/\"}\n")
            let outcome = try await run(Places.rafale, ["generate", file] + arguments, in: rafale.folder)
            #expect(outcome.exitCode == 64 && outcome.errors.contains(words), "\(outcome)")
        }
    }

    // MARK: - Steps

    private func half(_ part: String, _ host: VirtualHost, _ arguments: [String]) async throws -> RunResult {
        try await RafaleProgram.use { rafale in
            let outcome = try await run(
                Places.rafale,
                ["generate", try rafale.scenario(Self.scenario), part, "--broker", host.url, "--quiet"] + arguments,
                in: rafale.folder, limit: .seconds(60))
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            return result
        }
    }

    /// Publishes 40 messages as a program of somebody else would.
    private func publish(to host: VirtualHost, _ properties: (Int) -> BasicProperties) async throws {
        let connection = try await AMQPConnection.connect(
            AMQPConfiguration(uri: host.url), on: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "test"))
        let channel = try await connection.openChannel()
        try await channel.confirmSelect()
        for number in 0..<40 {
            try await channel.publish(
                ByteBuffer(string: "hello"), properties: properties(number), routingKey: "incoming_texts")
        }
        await connection.close()
    }
}
