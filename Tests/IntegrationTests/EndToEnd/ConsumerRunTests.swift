import Foundation
import LoadMetrics
import TestSupport
import Testing

/// A way to consume, and what must be seen of it beside that every message was delivered once.
struct ConsumerOption: Sendable, CustomTestStringConvertible {
    let keys: String
    var more = ""
    /// Whether the embedded broker knows it.
    var isEmbedded = true
    var check: @Sendable (RunResult) -> Void = { #expect($0.books.processed == $0.books.published) }

    var testDescription: String { keys + (more.isEmpty ? "" : " " + more) }

    static let all: [ConsumerOption] = [
        ConsumerOption(keys: "{}"),
        ConsumerOption(keys: "{ack: auto}"),
        ConsumerOption(keys: "{ack: each, prefetch: 1}"),
        ConsumerOption(keys: "{ack: {every: 7}, prefetch: 10}"),
        ConsumerOption(keys: "{ack: {every: 30}}"),
        ConsumerOption(keys: "{connections: 2, channels: 3, prefetch: 4, channel_prefetch: 4}"),
        ConsumerOption(keys: "{latency: 8ms}") { result in
            // One after the other: at 400 a second the work falls behind.
            #expect(latency(.service, of: result)?.min ?? 0 >= 8_000_000)
            #expect(latency(.endToEnd, of: result)?.max ?? 0 >= 500_000_000)
            #expect(latency(.queueWait, of: result)?.count == result.books.processed)
        },
        ConsumerOption(keys: "{latency: {min: 1ms, max: 3ms}, channels: 4, ack: {every: 5}}") { result in
            #expect(latency(.service, of: result)?.min ?? 0 >= 1_000_000)
        },
        ConsumerOption(keys: "{nack: 25%}") { result in
            #expect(result.books.processed == result.books.published && result.books.failed == 0)
            #expect(result.notes.contains { $0.contains("went back to their queue, 0 to") }, "\(result.notes)")
        },
        ConsumerOption(keys: "{nack: 25%, requeue: false}") { result in
            let failed = result.books.failed
            #expect(failed > 0 && result.books.processed + failed == result.books.published)
            #expect(
                result.notes.contains { $0.contains("0 went back to their queue, \(failed) to") }, "\(result.notes)")
        },
        ConsumerOption(keys: "{nack: 25%, requeue: 50%, latency: 1ms, ack: {every: 4}}") { result in
            #expect(result.books.failed > 0)
            #expect(result.books.processed + result.books.failed == result.books.published)
        },
        ConsumerOption(keys: "{poll: 1ms}"),
        ConsumerOption(keys: "{poll: 0s, ack: auto, channels: 2}"),
        ConsumerOption(keys: "{poll: 0s, nack: 10%}"),
        ConsumerOption(keys: "{poll: 0s, latency: 1ms}") { result in
            #expect(latency(.service, of: result)?.count == result.books.processed)
        },
        ConsumerOption(keys: "{exclusive: true, tag: mine, arguments: {x-priority: 5}}"),
        ConsumerOption(keys: "{start_delay: 3s}") { result in
            #expect(latency(.endToEnd, of: result)?.max ?? 0 >= 400_000_000)
        },
        ConsumerOption(keys: "{nack: 10%}", more: "topology: {incoming: {type: quorum}}", isEmbedded: false),
        ConsumerOption(
            keys: "{prefetch: 20, arguments: {x-stream-offset: first}}", more: "topology: {incoming: {type: stream}}",
            isEmbedded: false),
    ]

    fileprivate static func latency(_ metric: LatencyMetric, of result: RunResult) -> LatencyHistogram? {
        result.totals.latencies[metric]
    }
}

@Suite("Consumers of the generator's own")
struct ConsumerRunTests {
    private static func scenario(_ option: ConsumerOption) -> String {
        """
        phases: [{rate: 400/s, count: 200}]
        store: {url: none}
        consumers: \(option.keys)
        drain: 20s
        \(option.more)
        """
    }

    private func expectAllDelivered(_ option: ConsumerOption, _ outcome: ProgramOutcome, _ result: RunResult) {
        expectValid(outcome, result, exit: 0)
        expectBalanced(result)
        #expect(result.books.published == 200 && result.books.duplicated == 0 && result.books.queued == 0)
        #expect(!result.roles.contains { $0.role == .worker })
        option.check(result)
    }

    @Test("deliver every message once on RabbitMQ", .needsOwnRabbitMQ, arguments: ConsumerOption.all)
    func onRabbitMQ(option: ConsumerOption) async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale(
                "run", try rafale.scenario(Self.scenario(option)), "--broker", host.url, "--quiet")
            expectAllDelivered(option, outcome, try rafale.result())
            #expect(try await host.queues().isEmpty, "all was settled, so the queues could go")
        }
    }

    @Test("deliver every message once on the embedded broker", arguments: ConsumerOption.all.filter(\.isEmbedded))
    func onEmbedded(option: ConsumerOption) async throws {
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale("run", try rafale.scenario(Self.scenario(option)), "--quiet")
            expectAllDelivered(option, outcome, try rafale.result())
        }
    }

    @Test(
        "account for every message when their connections break", .needsOwnRabbitMQ,
        arguments: ["{ack: auto}", "{ack: {every: 50}, latency: 1ms}"])
    func connectionsBreak(keys: String) async throws {
        let server = try await RabbitMQServer.sharedOwn()
        let host = try await server.makeVirtualHost()
        let name = try #require(host.url.split(separator: "/").last.map(String.init))
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                """
                phases: [{rate: 300/s, for: 12s}]
                store: {url: none}
                consumers: \(keys)
                drain: 20s
                """)
            let outcome = try await rafale("run", file, "--broker", host.url, "--quiet") { _ in
                try await eventually(within: .seconds(20), "the consumer") {
                    try await host.queues()["incoming_texts"] == nil ? nil : true
                }
                try await Task.sleep(for: .seconds(2))
                _ = try await server.control("close_all_connections", "--vhost", name, "test")
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            let books = result.books
            #expect(result.notes.contains { $0.contains("lost and recovered") }, "\(result.notes)")
            #expect(
                books.published
                    == books.processed + books.failed + books.returned + books.nacked + books.unconfirmed
                    + books.queued + books.lost, "\(books)")
            #expect(books.duplicated == 0)
            if !keys.contains("auto") { #expect(books.lost == 0, "what was not acknowledged comes again: \(books)") }
        }
    }
}
