import AMQPProtocol
import NIOCore
import Testing

@testable import AMQPBroker

/// The broker as a sink.
@Suite struct DiscardingTests {
    private static func message(_ body: [[UInt8]], on channel: UInt16 = 1) throws -> [UInt8] {
        var bytes = ByteBuffer()
        let publish = BasicPublish(exchange: "", routingKey: "nowhere", mandatory: true)
        try bytes.writeFrame(.method(.basicPublish(publish), on: channel))
        let header = ContentHeader(bodyBytes: UInt64(body.reduce(0) { $0 + $1.count }), properties: BasicProperties())
        try bytes.writeFrame(Frame(channel: channel, .header(header)))
        for part in body { try bytes.writeFrame(Frame(channel: channel, .body(ByteBuffer(bytes: part)))) }
        return Array(bytes.readableBytesView)
    }

    @Test func publishedMessagesAreCountedConfirmedAndGone() async throws {
        try await withBroker {
            $0.discardsMessages = true
        } _: { broker, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                try await client.send(.queueDeclare(QueueDeclare(queue: "nowhere")), on: 1)
                _ = try await client.method()
                try await client.send(.confirmSelect(ConfirmSelect()), on: 1)
                _ = try await client.method()
                // No body, one frame, three frames: five messages, in one piece and a byte at a time.
                let messages = try Self.message([]) + Self.message([[1]]) + Self.message([[1], [2, 3], [4]])
                try await client.send(messages)
                for byte in try Self.message([[5]]) + Self.message([]) { try await client.send([byte]) }
                var confirmed: UInt64 = 0
                while confirmed < 5 {
                    guard case .basicAck(let ack) = try await client.method() else {
                        Issue.record("only confirmations are expected, though the messages are mandatory")
                        return
                    }
                    #expect(ack.multiple || ack.deliveryTag == confirmed + 1)
                    #expect(ack.deliveryTag > confirmed)
                    confirmed = ack.deliveryTag
                }
                #expect(confirmed == 5)
                try await client.send(.basicGet(BasicGet(queue: "nowhere", noAck: true)), on: 1)
                #expect(try await client.method() == .basicGetEmpty)
            }
            let statistics = await broker.statistics()
            #expect(statistics.published == 5 && statistics.dropped == 5)
            #expect(statistics.ready == 0 && statistics.memoryBytes == 0)
        }
    }

    @Test func framesInTheWrongOrderAreRefusedAllTheSame() async throws {
        try await withBroker {
            $0.discardsMessages = true
        } _: { _, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                try await client.send(Frame(channel: 1, .body(ByteBuffer(bytes: [1]))))
                guard case .connectionClose(let close) = try await client.method() else {
                    Issue.record("a body without a header must close the connection")
                    return
                }
                #expect(close.replyCode == ReplyCode.unexpectedFrame.rawValue)
            }
        }
    }
}
