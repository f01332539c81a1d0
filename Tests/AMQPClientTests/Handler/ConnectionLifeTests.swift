import AMQPProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import AMQPClient

@Suite(.timeLimit(.minutes(1))) struct ConnectionLifeTests {
    @Test func sendsHeartbeatsWhenIdle() async throws {
        let wire = try await Wire.open(
            tune: ConnectionTune(channelMax: 0, frameMaxBytes: 0, heartbeatSeconds: 10))
        for _ in 0..<5 {
            try await wire.server(.heartbeat)
            await wire.channel.testingEventLoop.advanceTime(by: .seconds(5))
        }
        // The first half interval saw the handshake's writes.
        var sent: [Frame] = []
        while sent.count < 4 { sent += try await wire.nextSent() }
        #expect(sent == Array(repeating: .heartbeat, count: 4))
        #expect(wire.connection.closeReason == nil)
    }

    @Test func losesAServerThatMissesTwoHeartbeats() async throws {
        let wire = try await Wire.open(tune: ConnectionTune(channelMax: 0, frameMaxBytes: 0, heartbeatSeconds: 10))
        await wire.channel.testingEventLoop.advanceTime(by: .seconds(20))
        #expect(wire.connection.closeReason == nil)
        await wire.channel.testingEventLoop.advanceTime(by: .seconds(5))
        #expect(await wire.ending() == .failed(.heartbeatMissed(address: "test:1", seconds: 10)))
    }

    @Test func closesInOrder() async throws {
        let wire = try await Wire.open()
        let closing = Task { await wire.connection.close() }
        guard case .method(.connectionClose(let close))? = try await wire.nextSent().first?.payload else {
            Issue.record("no close")
            return
        }
        #expect(close.replyCode == 200)
        try await wire.server(.method(.connectionCloseOk))
        await closing.value
        #expect(await wire.ending() == .byClient)
        await #expect(throws: AMQPClientError.closedByClient) { try await wire.connection.openChannel() }
        await wire.connection.close()
    }

    @Test func doesNotWaitForACloseThatIsNotAnswered() async throws {
        let wire = try await Wire.open { $0.closeTimeout = .seconds(2) }
        let recorder = Recorder()
        _ = try await wire.openChannel(delegate: recorder)
        let closing = Task { await wire.connection.close() }
        _ = try await wire.nextSent()
        await wire.channel.testingEventLoop.advanceTime(by: .seconds(3))
        await closing.value
        #expect(await wire.ending() == .byClient)
        #expect(recorder.now.closed == [.byClient])
    }

    @Test func aHardErrorEndsEveryChannel() async throws {
        let wire = try await Wire.open()
        let recorders = [Recorder(), Recorder()]
        let first = try await wire.openChannel(1, delegate: recorders[0])
        _ = try await wire.openChannel(2, delegate: recorders[1])
        let call = Task { try await first.queueDeclare("q") }
        _ = try await wire.nextSent()
        try await wire.server(
            .method(
                .connectionClose(
                    ConnectionClose(
                        replyCode: 540, replyText: "NOT_IMPLEMENTED - no", failingClassID: 50, failingMethodID: 10))))
        let expected = AMQPClientError.connectionClosed(
            .notImplemented, text: "NOT_IMPLEMENTED - no", method: .queueDeclare)
        #expect(expected.description == "connection closed by the server: 540 NOT_IMPLEMENTED - no (queue.declare)")
        await #expect(throws: expected) { try await call.value }
        #expect(try await wire.nextSent() == [.method(.connectionCloseOk)])
        for recorder in recorders { #expect(recorder.now.closed == [.failed(expected)]) }
        await #expect(throws: expected) { try await first.queueDeclare("q") }
    }

    @Test func aLostSocketEndsWhatWaits() async throws {
        let wire = try await Wire.open()
        let channel = try await wire.openChannel()
        let call = Task { try await channel.get("q") }
        _ = try await wire.nextSent()
        try await wire.channel.close()
        await #expect(throws: AMQPClientError.self) { try await call.value }
        guard case .failed(.connectionLost) = await wire.ending() else {
            Issue.record("ended otherwise")
            return
        }
    }

    @Test func tellsBlockedAndUnblocked() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        _ = try await wire.openChannel(delegate: recorder)
        try await wire.server(.method(.connectionBlocked(ConnectionBlocked(reason: "low on memory"))))
        #expect(wire.connection.blockedReason == "low on memory")
        try await wire.server(.method(.connectionUnblocked))
        #expect(wire.connection.blockedReason == nil)
        #expect(recorder.now.blocked == ["low on memory", nil])
    }

    @Test func updatesTheSecret() async throws {
        let wire = try await Wire.open()
        let update = Task { try await wire.connection.updateSecret("token", reason: "expiry") }
        #expect(
            try await wire.nextSent() == [
                .method(
                    .connectionUpdateSecret(ConnectionUpdateSecret(newSecret: Array("token".utf8), reason: "expiry")))
            ])
        try await wire.server(.method(.connectionUpdateSecretOk))
        try await update.value
    }

    @Test func hasNoMoreChannelsThanNegotiated() async throws {
        let wire = try await Wire.open(tune: ConnectionTune(channelMax: 2, frameMaxBytes: 4096, heartbeatSeconds: 0))
        let first = try await wire.openChannel(1)
        _ = try await wire.openChannel(2)
        await #expect(throws: AMQPClientError.noFreeChannel(maximum: 2)) { try await wire.connection.openChannel() }
        try await wire.call(answer: .channelCloseOk) { await first.close() }
        #expect(try await wire.openChannel(1).number == 1)
    }

    @Test(arguments: [
        (Frame.method(.basicQosOk, on: 7), ReplyCode.channelError),
        (.method(.queueBindOk, on: 1), .commandInvalid),
        (.method(.basicAck(BasicAck(deliveryTag: 3)), on: 1), .commandInvalid),
        (.method(.connectionOpenOk), .commandInvalid),
        (Frame(channel: 1, .body(ByteBuffer(string: "?"))), .unexpectedFrame),
        (Frame(channel: 1, .header(ContentHeader(bodyBytes: 1, properties: BasicProperties()))), .unexpectedFrame),
        (Frame(channel: 0, .body(ByteBuffer(string: "?"))), .commandInvalid),
    ]) func whatTheServerMayNotSendEndsTheConnection(frame: Frame, code: ReplyCode) async throws {
        let wire = try await Wire.open()
        _ = try await wire.openChannel()
        try await wire.server(frame)
        guard case .method(.connectionClose(let close))? = try await wire.nextSent().first?.payload else {
            Issue.record("no close")
            return
        }
        #expect(close.replyCode == code.rawValue)
        guard case .failed(.wire(let error)) = await wire.ending() else {
            Issue.record("ended otherwise")
            return
        }
        #expect(error.replyCode == code)
    }
}
