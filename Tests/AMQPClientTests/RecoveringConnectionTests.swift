import AMQPBroker
import AMQPClient
import AMQPProtocol
import NIOCore
import NIOPosix
import TestSupport
import Testing

/// What a recovering connection does around its state machine, on brokers in this process.
@Suite(.timeLimit(.minutes(1))) struct RecoveringConnectionTests {
    private let policy = RecoveryPolicy(firstDelay: .milliseconds(20), maximumDelay: .milliseconds(100))

    private func broker() async throws -> (EmbeddedBroker, AMQPConfiguration) {
        let broker = try EmbeddedBroker(
            configuration: BrokerConfiguration(), group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        let (host, port) = try await broker.start()
        return (broker, AMQPConfiguration(host: host, port: port))
    }

    private func connection(_ nodes: [AMQPConfiguration], _ policy: RecoveryPolicy? = nil) -> RecoveringConnection {
        RecoveringConnection(nodes, policy: policy ?? self.policy, on: anyLoop(), chance: { 0 }, logger: quiet)
    }

    @Test func failsAtOnceWhereNobodyListens() async throws {
        let closed = AMQPConfiguration(host: "127.0.0.1", port: try freePort())
        let connection = connection([closed, closed])
        await #expect(throws: AMQPClientError.connectionRefused(address: closed.address)) {
            try await connection.start()
        }
        await connection.waitUntilEnded()
        await #expect(throws: AMQPClientError.closedByClient) { try await connection.declare(Topology()) }
    }

    @Test func doesNothingBeforeItsStart() async throws {
        let connection = connection([AMQPConfiguration()])
        await #expect(throws: AMQPClientError.notConnected) { try await connection.declare(Topology()) }
        await connection.close()
    }

    @Test func takesTheFirstNodeThatAnswers() async throws {
        let (broker, live) = try await broker()
        let connection = connection([AMQPConfiguration(host: "127.0.0.1", port: try freePort()), live])
        try await connection.start()
        #expect(connection.current?.configuration.port == live.port)
        #expect(connection.recoveries == 0)
        await connection.close()
        #expect(connection.current == nil)
        await broker.stop()
    }

    @Test func movesToAnotherNodeWithTopologyAndChannels() async throws {
        let (first, firstNode) = try await broker()
        let (second, secondNode) = try await broker()
        let connection = connection([firstNode, secondNode])
        try await connection.start()
        let topology = Topology(
            exchanges: [.init("events", kind: "topic"), .init("inner", kind: "fanout")],
            queues: [.init("work", arguments: ["x-max-length": .int64(100)])],
            bindings: [
                .init(to: .exchange("inner"), from: "events", routingKey: "#"),
                .init(to: .queue("work"), from: "inner"),
            ])
        #expect(try await connection.declare(topology)["work"]?.messageCount == 0)
        let recorder = Recorder()
        let consumer = try await connection.addChannel(delegate: recorder) {
            try await $0.consume(queue: "work", noAck: true)
        }
        let publisher = try await connection.addChannel { try await $0.confirmSelect() }
        let before = try #require(publisher.currentSession)
        try await before.channel.publish(ByteBuffer(string: "1"), exchange: "events", routingKey: "a")
        _ = try await recorder.messages(1)

        await first.stop()
        _ = try await eventually("the recovery") { connection.recoveries == 1 ? true : nil }
        #expect(connection.current?.configuration.port == secondNode.port)
        #expect(connection.lastError != nil)
        let after = try #require(publisher.currentSession)
        #expect(after.session == before.session + 1)
        #expect(consumer.currentSession?.session == 1)
        let outcome = try await after.channel.publish(ByteBuffer(string: "2"), exchange: "events", routingKey: "b")
        #expect(outcome == .confirmed)
        #expect(try await recorder.messages(2).map(\.text) == ["1", "2"])
        await connection.close()
        #expect(recorder.now.closed.count == 2)
        #expect(recorder.now.closed.last == .byClient)
        await second.stop()
    }

    @Test func keepsNothingThatWasRefused() async throws {
        let (broker, node) = try await broker()
        let connection = connection([node])
        try await connection.start()
        try await connection.declare(Topology(queues: [.init("q", durable: false)]))
        await #expect(throws: AMQPClientError.self) {
            try await connection.declare(Topology(queues: [.init("q", durable: true)]))
        }
        await #expect(throws: AMQPClientError.self) {
            try await connection.addChannel { try await $0.consume(queue: "missing") }
        }
        struct Own: Error {}
        await #expect(throws: AMQPClientError.setUpFailed("Own()")) {
            try await connection.addChannel { _ in throw Own() }
        }
        // The connection is as good as before.
        try await connection.declare(Topology(queues: [.init("q", durable: false)]))
        await connection.close()
        await broker.stop()
    }

    @Test func opensAChannelAgainThatASoftErrorClosed() async throws {
        let (broker, node) = try await broker()
        let connection = connection([node])
        try await connection.start()
        let channel = try await connection.addChannel { try await $0.confirmSelect() }
        let first = try #require(channel.currentSession)
        await #expect(throws: AMQPClientError.self) { try await first.channel.queueDeclare("missing", passive: true) }
        let second = try await eventually("the next channel") { () -> AMQPChannel? in
            guard let current = channel.currentSession, current.session == 1 else { return nil }
            return current.channel
        }
        #expect(second !== first.channel)
        channel.restart()
        let third = try await eventually("the channel after that") { () -> AMQPChannel? in
            guard let current = channel.currentSession, current.session == 2 else { return nil }
            return current.channel
        }
        #expect(try await third.publish(ByteBuffer(), routingKey: "nowhere") == .confirmed)
        #expect(connection.recoveries == 0)
        await connection.close()
        await broker.stop()
    }

    @Test func givesUpAfterItsRounds() async throws {
        let (broker, node) = try await broker()
        var policy = policy
        policy.maximumRounds = 2
        let connection = connection([node], policy)
        try await connection.start()
        await broker.stop()
        await connection.waitUntilEnded()
        #expect(connection.current == nil)
        #expect(connection.recoveries == 0)
        #expect(connection.lastError == .connectionRefused(address: node.address))
    }

    @Test func closesWhileItIsTrying() async throws {
        let (broker, node) = try await broker()
        let connection = connection([node])
        try await connection.start()
        await broker.stop()
        _ = try await eventually("the loss") { connection.current == nil ? true : nil }
        await connection.close()
        await connection.waitUntilEnded()
        await #expect(throws: AMQPClientError.closedByClient) { try await connection.addChannel { _ in } }
    }
}
