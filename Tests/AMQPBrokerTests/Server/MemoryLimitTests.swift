import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@testable import AMQPBroker

@Suite struct MemoryLimitTests {
    private static func message(_ count: Int) -> [Frame] {
        [
            .method(.basicPublish(BasicPublish(exchange: "", routingKey: "q")), on: 1),
            Frame(channel: 1, .header(ContentHeader(bodyBytes: UInt64(count), properties: BasicProperties()))),
            Frame(channel: 1, .body(ByteBuffer(repeating: 1, count: count))),
        ]
    }

    @Test func publishersAreHeldUpAndGoOnWhenThereIsRoom() async throws {
        try await withBroker({ $0.memoryLimitBytes = 1 << 20 }) { broker, port in
            try await RawClient.run(port: port) { publisher in
                try await publisher.open()
                try await publisher.send(.queueDeclare(QueueDeclare(queue: "q")), on: 1)
                _ = try await publisher.method()
                var buffer = ByteBuffer()
                for _ in 0..<400 { for frame in Self.message(10_000) { try buffer.writeFrame(frame) } }
                let all = buffer
                // 4 MB into 1 MiB: the broker must stop reading long before the end.
                let sending = Task { try await publisher.send(Array(all.readableBytesView)) }
                guard case .connectionBlocked(let blocked)? = try await publisher.method() else {
                    return #expect(Bool(false), "no connection.blocked")
                }
                #expect(blocked.reason == "low on memory")
                let held = await broker.statistics()
                #expect(held.isBlocked && held.memoryAlarms == 1)
                #expect(held.memoryBytes < 2 << 20, "one burst beyond the limit at most")
                #expect(held.ready < 400)
                try await RawClient.run(port: port) { consumer in
                    try await consumer.open()
                    try await consumer.send(
                        .basicConsume(BasicConsume(queue: "q", consumerTag: "c", noAck: true)), on: 1)
                    var delivered = 0
                    while delivered < 400 {
                        if case .basicDeliver? = try await consumer.method() { delivered += 1 }
                    }
                }
                try await sending.value
                #expect(try await publisher.method() == .connectionUnblocked)
                let after = try await eventually("an empty broker") {
                    let statistics = await broker.statistics()
                    return statistics.memoryBytes == 0 ? statistics : nil
                }
                #expect(after.published == 400 && after.delivered == 400 && !after.isBlocked)
            }
        }
    }

    @Test func aSlowConsumerDoesNotFillTheBroker() async throws {
        try await withBroker { broker, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                try await client.send(.queueDeclare(QueueDeclare(queue: "q")), on: 1)
                _ = try await client.method()
                try await RawClient.run(port: port) { slow in
                    try await slow.open()
                    try await slow.send(.basicConsume(BasicConsume(queue: "q", consumerTag: "c", noAck: true)), on: 1)
                    for _ in 0..<300 {
                        var buffer = ByteBuffer()
                        for frame in Self.message(100_000) { try buffer.writeFrame(frame) }
                        try await client.send(Array(buffer.readableBytesView))
                    }
                    // 30 MB for a socket that is read as fast as NIO's windows allow: what it does not take waits.
                    let statistics = try await eventually("all published") {
                        let statistics = await broker.statistics()
                        return statistics.published == 300 ? statistics : nil
                    }
                    #expect(statistics.delivered + UInt64(statistics.ready) == 300)
                    var delivered = 0
                    while delivered < 300 {
                        if case .basicDeliver? = try await slow.method() { delivered += 1 }
                    }
                }
            }
        }
    }

    /// A limited queue delivers while the burst is still read: what comes behind in it must not trip over that.
    @Test func aConsumerMayGoInTheBurstThatServesIt() async throws {
        try await withBroker { broker, port in
            for goodbye in [
                Method.basicCancel(BasicCancel(consumerTag: "c")), .queueDelete(QueueDelete(queue: "q")),
                .channelClose(ChannelClose(.success, "", method: nil)),
                .connectionClose(ConnectionClose(WireError(.success, ""))),
            ] {
                try await RawClient.run(port: port) { client in
                    try await client.open()
                    try await client.send(
                        .queueDeclare(
                            QueueDeclare(queue: "q", autoDelete: true, arguments: ["x-max-length": .int32(5)])),
                        on: 1)
                    _ = try await client.method()
                    try await client.send(
                        .basicConsume(BasicConsume(queue: "q", consumerTag: "c", noAck: true)), on: 1)
                    _ = try await client.method()
                    var buffer = ByteBuffer()
                    for _ in 0..<10 { for frame in Self.message(10) { try buffer.writeFrame(frame) } }
                    let channel: UInt16 = goodbye.id.classID == 10 ? 0 : 1
                    try buffer.writeFrame(.method(goodbye, on: channel))
                    try await client.send(Array(buffer.readableBytesView))
                    for _ in 0..<10 {
                        guard case .basicDeliver? = try await client.method() else {
                            return #expect(Bool(false), "\(goodbye.id): no delivery")
                        }
                    }
                }
            }
            #expect(await broker.statistics().published == 40)
        }
    }

    @Test func aClientThatAsksAndDoesNotReadIsBounded() async throws {
        try await withBroker { broker, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                try await client.send(.queueDeclare(QueueDeclare(queue: "q")), on: 1)
                _ = try await client.method()
                var buffer = ByteBuffer()
                // Mandatory and unroutable: each comes back, 100 MB of them.
                for _ in 0..<1000 {
                    try buffer.writeFrame(
                        .method(
                            .basicPublish(BasicPublish(exchange: "", routingKey: "nowhere", mandatory: true)), on: 1))
                    for frame in Self.message(100_000).dropFirst() { try buffer.writeFrame(frame) }
                }
                let all = Array(buffer.readableBytesView)
                let sending = Task { try await client.send(all) }
                for _ in 0..<1000 {
                    guard case .basicReturn? = try await client.method() else {
                        return #expect(Bool(false), "no basic.return")
                    }
                }
                try await sending.value
            }
            #expect(await broker.statistics().unroutable == 1000)
        }
    }

    @Test(arguments: [
        ("0.0.0.0", [:], true), ("0.0.0.0", ["guest": "guest"], true), ("0.0.0.0", ["me": "mine"], false),
        ("127.0.0.1", [:], false), ("127.0.0.53", [:], false), ("localhost", [:], false), ("::1", [:], false),
        ("127.evil.example", [:], true), ("broker.example", [:], true), ("127.0.0.1", ["me": ""], true),
    ])
    func beyondLoopbackOwnCredentialsAreNeeded(host: String, users: [String: String], isRefused: Bool) {
        var configuration = BrokerConfiguration()
        configuration.host = host
        configuration.users = users
        if isRefused {
            let error = #expect(throws: BrokerConfigurationError.self) { try configuration.check() }
            #expect(error.map { !"\($0)".contains("\n") } == true)
        } else {
            #expect(throws: Never.self) { try configuration.check() }
        }
    }
}
