import AMQPClient
import AMQPProtocol
import Logging
import NIOCore
import TestSupport
import Testing

@Suite("Recovery on RabbitMQ", .timeLimit(.minutes(3))) struct RecoveryTests {
    @Test(.needsOwnRabbitMQ) func comesBackAfterACrash() async throws {
        try await RabbitMQServer.withOwn { server in
            let recorder = Recorder()
            let configuration = try AMQPConfiguration(uri: server.url)
            let connection = RecoveringConnection(
                [configuration], policy: RecoveryPolicy(firstDelay: .milliseconds(50), maximumDelay: .seconds(1)),
                on: anyLoop(), logger: quiet)
            try await connection.start()
            let counts = try await connection.declare(
                Topology(
                    exchanges: [.init("events", kind: "topic")],
                    queues: [.init("work"), .init("scratch", durable: false)],
                    bindings: [.init(to: .queue("work"), from: "events", routingKey: "a.#")]))
            #expect(counts["work"]?.messageCount == 0)
            let publisher = try await connection.addChannel { try await $0.confirmSelect() }
            let consumer = try await connection.addChannel(delegate: recorder) { channel in
                try await channel.qos(prefetchCount: 10)
                try await channel.consume(queue: "work")
            }
            var persistent = BasicProperties()
            persistent.deliveryMode = 2
            let first = try #require(publisher.current)
            try await first.publish(
                ByteBuffer(string: "before"), properties: persistent, exchange: "events", routingKey: "a.b")
            _ = try await recorder.messages(1)
            #expect(consumer.currentSession?.session == 0)

            try await server.crash()
            _ = try await eventually("the loss") { connection.current == nil ? true : nil }
            await #expect(throws: AMQPClientError.self) {
                try await first.publish(ByteBuffer(string: "lost"), routingKey: "work")
            }
            try await server.restart()
            _ = try await eventually(within: .seconds(30), "the recovery") { connection.recoveries > 0 ? true : nil }
            let again = try #require(publisher.current)
            // The transient queue, gone with the node, is there again as well.
            #expect(try await again.queueDeclare("scratch", passive: true).messageCount == 0)
            let outcome = try await again.publish(
                ByteBuffer(string: "after"), properties: persistent, exchange: "events", routingKey: "a.b")
            #expect(outcome == .confirmed)
            let messages = try await recorder.wait(for: "the message of before and of after") { log in
                log.messages.contains { $0.text == "after" } ? log.messages : nil
            }
            // The first one was never acknowledged: it comes again.
            #expect(messages.filter { $0.text == "before" }.count == 2)
            #expect(consumer.currentSession?.session == 1)
            await connection.close()
            #expect(connection.recoveries == 1)
        }
    }
}
