import Foundation
import LoadMetrics
import TestSupport
import Testing

@Suite("A churn", .serialized)
struct ChurnRunTests {
    static let kinds = ["connections", "channels", "queues", "bindings", "consumers", "{channels: 3, queues: 1}"]

    private static func scenario(_ kind: String, rate: String = "100/s", count: Int = 60) -> String {
        """
        target: churn
        churn: \(kind)
        phases: [{rate: \(rate), count: \(count)}]
        load: {connections: 2, channels: 2}
        thresholds: [nacked == 0, confirm.p99 < 10s]
        """
    }

    private func expectAllDone(_ outcome: ProgramOutcome, _ result: RunResult) {
        expectValid(outcome, result, exit: 0)
        #expect(result.books.published == 60 && result.books.confirmed == 60 && result.books.processed == 60)
        #expect(result.totals.latencies[.confirm]?.count == 60)
    }

    @Test("opens and closes on RabbitMQ and leaves nothing behind", .needsOwnRabbitMQ, arguments: kinds)
    func onRabbitMQ(kind: String) async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.scenario(kind))
            let outcome = try await rafale("run", file, "--broker", host.url, "--quiet")
            expectAllDone(outcome, try rafale.result())
            #expect(try await host.queues().isEmpty)
        }
    }

    @Test("opens and closes on the embedded broker", arguments: kinds)
    func onEmbedded(kind: String) async throws {
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale("run", try rafale.scenario(Self.scenario(kind)), "--quiet")
            expectAllDone(outcome, try rafale.result())
        }
    }

    @Test("in a closed loop keeps as much under way as its window")
    func closedLoop() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.scenario("channels", rate: "{saturate: 8}"))
            let outcome = try await rafale("run", file, "--quiet")
            expectAllDone(outcome, try rafale.result())
        }
    }

    @Test("counts what the broker refuses, with its reason", .needsOwnRabbitMQ)
    func refused() async throws {
        let server = try await RabbitMQServer.sharedOwn()
        let host = try await server.makeVirtualHost()
        let name = try #require(host.url.split(separator: "/").last.map(String.init))
        // Room for the run's own connection and few more.
        _ = try await server.control("set_vhost_limits", "--vhost", name, "{\"max-connections\": 2}")
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.scenario("connections", rate: "{saturate: 20}"))
            let outcome = try await rafale("run", file, "--broker", host.url, "--quiet")
            let result = try rafale.result()
            expectValid(outcome, result, exit: 99)
            let books = result.books
            #expect(books.nacked > 0 && books.nacked + books.confirmed == 60, "\(books)")
            #expect(result.notes.contains { $0.contains("failed (connections: ") }, "\(result.notes)")
        }
    }
}
