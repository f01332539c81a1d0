import AMQPProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import AMQPClient

@Suite(.timeLimit(.minutes(1))) struct HandshakeTests {
    @Test func introducesItself() async throws {
        let wire = try await Wire { $0.connectionName = "worker 1" }
        try await wire.server(.method(Wire.start))
        guard case .method(.connectionStartOk(let startOk))? = try await wire.nextSent().first?.payload else {
            Issue.record("no start-ok")
            return
        }
        #expect(startOk.response == Array("\0guest\0guest".utf8))
        #expect(startOk.clientProperties["product"]?.string == "Rafale")
        #expect(startOk.clientProperties["connection_name"]?.string == "worker 1")
        guard case .table(let capabilities)? = startOk.clientProperties["capabilities"] else {
            Issue.record("no capabilities")
            return
        }
        #expect(capabilities["authentication_failure_close"] == .bool(true))
        try await wire.server(
            .method(.connectionTune(ConnectionTune(channelMax: 9, frameMaxBytes: 8192, heartbeatSeconds: 5))))
        #expect(
            try await wire.nextSent() == [
                .method(
                    .connectionTuneOk(ConnectionTuneOk(channelMax: 9, frameMaxBytes: 8192, heartbeatSeconds: 5))),
                .method(.connectionOpen(ConnectionOpen(virtualHost: "/"))),
            ])
        try await wire.server(.method(.connectionOpenOk))
        try await wire.opened.get()
        #expect(wire.connection.serverProduct == "Test")
        #expect(wire.connection.serverVersion == "1.2")
        #expect(wire.connection.tune == ConnectionLimits(channelMax: 9, frameMaxBytes: 8192, heartbeatSeconds: 5))
    }

    private static let refusals: [(ConnectionClose, afterTune: Bool, AMQPClientError)] = [
        (
            ConnectionClose(
                replyCode: 403, replyText: "ACCESS_REFUSED - no", failingClassID: 0, failingMethodID: 0), false,
            .refusedCredentials(address: "test:1", user: "guest", text: "ACCESS_REFUSED - no")
        ),
        (
            ConnectionClose(
                replyCode: 530, replyText: "NOT_ALLOWED - vhost / not found", failingClassID: 10, failingMethodID: 40),
            true, .refusedVirtualHost(name: "/", text: "NOT_ALLOWED - vhost / not found")
        ),
        (
            ConnectionClose(
                replyCode: 541, replyText: "INTERNAL_ERROR - vhost down", failingClassID: 10, failingMethodID: 40),
            true,
            .connectionClosed(.internalError, text: "INTERNAL_ERROR - vhost down", method: .connectionOpen)
        ),
    ]

    @Test(arguments: 0..<3) func tellsRefusalsApart(index: Int) async throws {
        let (close, afterTune, expected) = Self.refusals[index]
        let wire = try await Wire()
        try await wire.server(.method(Wire.start))
        _ = try await wire.nextSent()
        if afterTune {
            try await wire.server(
                .method(.connectionTune(ConnectionTune(channelMax: 0, frameMaxBytes: 0, heartbeatSeconds: 0))))
            _ = try await wire.nextSent()
        }
        try await wire.server(.method(.connectionClose(close)))
        #expect(try await wire.nextSent() == [.method(.connectionCloseOk)])
        await #expect(throws: expected) { try await wire.opened.get() }
        #expect(await wire.ending() == .failed(expected))
    }

    @Test func aServerThatHangsUpDuringAuthenticationRefusesUs() async throws {
        let wire = try await Wire()
        try await wire.server(.method(Wire.start))
        _ = try await wire.nextSent()
        try await wire.channel.close()
        guard case .failed(.refusedCredentials) = await wire.ending() else {
            Issue.record("ended otherwise")
            return
        }
    }

    @Test func needsOurMechanism() async throws {
        let wire = try await Wire { $0.credentials = .external }
        try await wire.server(.method(Wire.start))
        #expect(await wire.ending() == .failed(.mechanismNotOffered("EXTERNAL", offered: "PLAIN")))
    }

    @Test(arguments: [
        ([UInt8]("AMQP\0\0\u{9}\u{1}".utf8), "version 0-9-1"), ([UInt8]("AMQP\u{3}\u{1}\0\0".utf8), "version 1-0-0"),
        ([0x15, 3, 1, 0, 2, 2, 70], "TLS"), ([UInt8]("HTTP/1.1 400 Bad Request".utf8), "HTTP/1.1 400"),
        ([UInt8]("AM".utf8), "header"),
    ]) func namesAnotherProtocol(greeting: [UInt8], words: String) async throws {
        let wire = try await Wire()
        try await wire.channel.writeInbound(ByteBuffer(bytes: greeting))
        guard case .failed(.protocolMismatch(_, let received)) = await wire.ending() else {
            Issue.record("not noticed")
            return
        }
        #expect(received.contains(words))
    }

    @Test func givesUpOnASilentServer() async throws {
        let wire = try await Wire { $0.connectTimeout = .seconds(3) }
        await wire.channel.testingEventLoop.advanceTime(by: .seconds(4))
        #expect(
            await wire.ending()
                == .failed(.timedOut(address: "test:1", after: .seconds(3), during: "the AMQP handshake")))
        await #expect(throws: AMQPClientError.self) { try await wire.opened.get() }
    }

    @Test func theTimeoutEndsWithTheHandshake() async throws {
        let wire = try await Wire.open(tune: ConnectionTune(channelMax: 0, frameMaxBytes: 0, heartbeatSeconds: 0)) {
            $0.connectTimeout = .seconds(3)
            $0.heartbeat = .zero
        }
        await wire.channel.testingEventLoop.advanceTime(by: .hours(10))
        #expect(wire.connection.closeReason == nil)
    }

    @Test func refusesAnOversizedFrameBeforeItComes() async throws {
        let wire = try await Wire()
        var bytes = ByteBuffer(bytes: [1, 0, 0])
        bytes.writeInteger(UInt32.max)
        try await wire.channel.writeInbound(bytes)
        guard case .failed(.wire(let error)) = await wire.ending() else {
            Issue.record("not noticed")
            return
        }
        #expect(error.replyCode == .frameError)
    }
}
