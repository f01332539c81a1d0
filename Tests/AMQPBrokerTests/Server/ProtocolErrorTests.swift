import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@testable import AMQPBroker

/// What a broken or hostile peer gets, over a real socket.
@Suite struct ProtocolErrorTests {
    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "AMQP\u{0}\u{1}\u{0}\u{0}", "AMQP\u{3}\u{1}\u{0}\u{0}", "AMQQ",
        "XXXXXXXXXXXXXXXXXXXX",
    ])
    func aWrongHeaderIsAnsweredWithOurs(header: String) async throws {
        try await withBroker { _, port in
            try await RawClient.run(port: port) { client in
                try await client.send(Array(header.utf8))
                #expect(try await client.next() == .header(AMQP.protocolHeader))
                #expect(try await client.next() == .closed)
            }
        }
    }

    @Test func aHeaderMayComeByteByByte() async throws {
        try await withBroker { _, port in
            try await RawClient.run(port: port) { client in
                for byte in AMQP.protocolHeader { try await client.send([byte]) }
                guard case .connectionStart(let start)? = try await client.method() else {
                    return #expect(Bool(false), "no connection.start")
                }
                #expect(start.mechanisms == "PLAIN AMQPLAIN" && start.versionMinor == 9)
                #expect(start.serverProperties["product"] == .string("Rafale"))
            }
        }
    }

    /// Bytes sent on an open connection with channel 1, and the close that answers them.
    struct HardCase: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: ReplyCode
        var testDescription: String { name }

        init(_ name: String, _ code: ReplyCode, _ bytes: [UInt8]) {
            self.name = name
            self.code = code
            self.bytes = bytes
        }

        init(_ name: String, _ code: ReplyCode, _ frames: Frame...) {
            var buffer = ByteBuffer()
            for frame in frames { try? buffer.writeFrame(frame) }
            self.init(name, code, Array(buffer.readableBytesView))
        }
    }

    static let publish = Frame.method(.basicPublish(BasicPublish(exchange: "", routingKey: "q")), on: 1)
    static func header(_ bodyBytes: UInt64, classID: UInt16 = 60) -> Frame {
        Frame(
            channel: 1,
            .header(ContentHeader(classID: classID, bodyBytes: bodyBytes, properties: BasicProperties())))
    }
    static func body(_ count: Int) -> Frame {
        Frame(channel: 1, .body(ByteBuffer(repeating: 0, count: count)))
    }

    static let hardCases = [
        HardCase("unknown frame type", .frameError, [9, 0, 0, 0, 0, 0, 0, 0xCE]),
        HardCase("wrong frame end", .frameError, [1, 0, 1, 0, 0, 0, 4, 0, 20, 0, 40, 0xCF]),
        HardCase("frame larger than agreed", .frameError, [3, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]),
        HardCase("heartbeat on a channel", .frameError, [8, 0, 1, 0, 0, 0, 0, 0xCE]),
        HardCase("heartbeat with a payload", .frameError, [8, 0, 0, 0, 0, 0, 1, 0, 0xCE]),
        HardCase("unknown method", .notImplemented, [1, 0, 1, 0, 0, 0, 4, 0, 60, 0, 250, 0xCE]),
        HardCase("method on channel 0", .commandInvalid, .method(.basicGet(BasicGet(queue: "q")))),
        HardCase("channel not open", .channelError, .method(.basicGet(BasicGet(queue: "q")), on: 2)),
        HardCase("content of a channel not open", .channelError, Frame(channel: 2, .body(ByteBuffer()))),
        HardCase("channel opened twice", .channelError, .method(.channelOpen, on: 1)),
        HardCase("channel beyond the agreed maximum", .channelError, .method(.channelOpen, on: 101)),
        HardCase("body without a method", .unexpectedFrame, body(1)),
        HardCase("header without a method", .unexpectedFrame, header(1)),
        HardCase("method instead of a header", .unexpectedFrame, publish, publish),
        HardCase("body instead of a header", .unexpectedFrame, publish, body(1)),
        HardCase("method instead of a body", .unexpectedFrame, publish, header(1), .method(.txSelect, on: 1)),
        HardCase("header instead of a body", .unexpectedFrame, publish, header(1), header(1)),
        HardCase("header of another class", .unexpectedFrame, publish, header(1, classID: 50)),
        HardCase("body longer than announced", .frameError, publish, header(1), body(2)),
        HardCase(
            "immediate", .notImplemented,
            .method(.basicPublish(BasicPublish(exchange: "", routingKey: "q", immediate: true)), on: 1)),
        HardCase("second connection.open", .commandInvalid, .method(.connectionOpen(ConnectionOpen(virtualHost: "/")))),
        HardCase("a server's method", .commandInvalid, .method(.basicGetEmpty, on: 1)),
        HardCase("truncated method", .frameError, [1, 0, 1, 0, 0, 0, 5, 0, 60, 0, 70, 0, 0xCE]),
    ]

    @Test(arguments: hardCases)
    func hardErrorsCloseTheConnection(test: HardCase) async throws {
        try await withBroker { broker, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                try await client.send(test.bytes)
                guard case .connectionClose(let close)? = try await client.method() else {
                    return #expect(Bool(false), "no connection.close")
                }
                #expect(close.replyCode == test.code.rawValue, "\(close.replyText)")
                #expect(close.replyText.hasPrefix("\(test.code) - "))
                try await client.send(.connectionCloseOk)
                #expect(try await client.next() == .closed)
            }
            #expect(await broker.statistics().memoryBytes == 0)
        }
    }

    @Test func aSoftErrorClosesTheChannelOnlyAndItMayOpenAgain() async throws {
        try await withBroker { _, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                // The content behind the refused publish is passed over.
                try await client.send(
                    .method(.basicPublish(BasicPublish(exchange: "nowhere", routingKey: "")), on: 1), Self.header(3),
                    Self.body(3), .method(.basicGet(BasicGet(queue: "q")), on: 1))
                guard case .channelClose(let close)? = try await client.method() else {
                    return #expect(Bool(false), "no channel.close")
                }
                #expect(close.replyCode == 404 && close.replyText == "NOT_FOUND - no exchange 'nowhere' in vhost '/'")
                #expect(close.failingClassID == 60 && close.failingMethodID == 40)
                try await client.send(.channelCloseOk, on: 1)
                try await client.send(.channelOpen, on: 1)
                #expect(try await client.method() == .channelOpenOk)
                try await client.send(.channelClose(ChannelClose(.success, "bye", method: nil)), on: 1)
                #expect(try await client.method() == .channelCloseOk)
                try await client.send(
                    .connectionClose(
                        ConnectionClose(replyCode: 200, replyText: "bye", failingClassID: 0, failingMethodID: 0)))
                #expect(try await client.method() == .connectionCloseOk)
                #expect(try await client.next() == .closed)
            }
        }
    }

    @Test func aMessageLargerThanAllowedIsRefused() async throws {
        try await withBroker({ $0.maxMessageBytes = 100 }) { _, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                try await client.send(Self.publish, Self.header(101))
                guard case .channelClose(let close)? = try await client.method() else {
                    return #expect(Bool(false), "no channel.close")
                }
                #expect(
                    close.replyText
                        == "PRECONDITION_FAILED - message size 101 is larger than configured max size 100")
            }
        }
    }

    @Test(arguments: [true, false])
    func aWrongPasswordIsToldToThoseWhoUnderstand(understands: Bool) async throws {
        try await withBroker { _, port in
            try await RawClient.run(port: port) { client in
                try await client.send(AMQP.protocolHeader)
                _ = try await client.method()
                try await client.send(
                    .connectionStartOk(
                        ConnectionStartOk(
                            clientProperties: [
                                "capabilities": .table(["authentication_failure_close": .bool(understands)])
                            ], mechanism: "PLAIN", response: Array("\0guest\0wrong".utf8), locale: "en_US")))
                let answer = try await client.method()
                if understands {
                    guard case .connectionClose(let close)? = answer else {
                        return #expect(Bool(false), "no connection.close")
                    }
                    #expect(close.replyCode == 403)
                    #expect(!close.replyText.contains("wrong"))
                    try await client.send(.connectionCloseOk)
                } else {
                    #expect(answer == nil)
                }
                if understands { #expect(try await client.next() == .closed) }
            }
        }
    }

    @Test func bytesBehindAnErrorMeanNothing() async throws {
        try await withBroker { broker, port in
            try await RawClient.run(port: port) { client in
                try await client.open()
                try await client.send(.method(.queueDeclare(QueueDeclare(queue: "q")), on: 1))
                _ = try await client.method()
                try await client.send([9, 9, 9, 9, 9, 9, 9, 9, 9])
                try await client.send(Self.publish, Self.header(0))
                guard case .connectionClose? = try await client.method() else {
                    return #expect(Bool(false), "no connection.close")
                }
            }
            #expect(await broker.statistics().published == 0)
        }
    }

    @Test func aClientThatNeverFinishesItsHandshakeIsDropped() async throws {
        try await withBroker({ $0.handshakeTimeoutSeconds = 1 }) { _, port in
            try await RawClient.run(port: port) { client in
                try await client.send(AMQP.protocolHeader)
                _ = try await client.method()
                #expect(try await client.next() == .closed)
            }
        }
    }

    @Test func heartbeatsComeAndSilenceEndsTheConnection() async throws {
        try await withBroker { _, port in
            try await RawClient.run(port: port) { client in
                try await client.open(heartbeatSeconds: 1)
                var heartbeats = 0
                while case .frame(let frame) = try await client.next() {
                    #expect(frame == .heartbeat)
                    heartbeats += 1
                }
                #expect(heartbeats >= 1)
            }
        }
    }
}
