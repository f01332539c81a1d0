import AMQPProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import AMQPClient

/// A client connection whose server is the test: no socket, and a clock that the test moves.
struct Wire {
    let channel: NIOAsyncTestingChannel
    let connection: AMQPConnection
    let opened: EventLoopFuture<Void>

    static let start = Method.connectionStart(
        ConnectionStart(
            versionMajor: 0, versionMinor: 9,
            serverProperties: ["product": .string("Test"), "version": .string("1.2")],
            mechanisms: "PLAIN", locales: "en_US"))

    /// Connected, nothing said but the protocol header.
    init(_ configure: (inout AMQPConfiguration) -> Void = { _ in }) async throws {
        var configuration = AMQPConfiguration(host: "test", port: 1)
        configure(&configuration)
        let channel = NIOAsyncTestingChannel()
        let status = ConnectionStatus()
        let (handler, opened) = try await channel.testingEventLoop.executeInContext { [configuration] in
            try AMQPConnection.install(configuration, on: channel, status, quiet)
        }
        self.channel = channel
        self.opened = opened
        connection = AMQPConnection(
            handler, configuration: configuration, eventLoop: channel.testingEventLoop, status: status)
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        let header = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(Array(header.readableBytesView) == [0x41, 0x4D, 0x51, 0x50, 0, 0, 9, 1])
    }

    /// Open, with those limits.
    static func open(
        tune: ConnectionTune = ConnectionTune(channelMax: 0, frameMaxBytes: 4096, heartbeatSeconds: 60),
        _ configure: (inout AMQPConfiguration) -> Void = { _ in }
    ) async throws -> Wire {
        let wire = try await Wire(configure)
        try await wire.server(.method(start))
        _ = try await wire.nextSent()
        try await wire.server(.method(.connectionTune(tune)))
        _ = try await wire.nextSent()
        try await wire.server(.method(.connectionOpenOk))
        try await wire.opened.get()
        return wire
    }

    /// Lets the frames arrive in one read.
    func server(_ frames: Frame...) async throws { try await server(frames) }

    /// Lets the frames arrive in one read.
    func server(_ frames: [Frame]) async throws { try await channel.writeInbound(Self.bytes(frames)) }

    static func bytes(_ frames: [Frame]) throws -> ByteBuffer {
        var bytes = ByteBuffer()
        for frame in frames { try bytes.writeFrame(frame) }
        return bytes
    }

    /// What goes out next, in one write; waits for it.
    func nextSent() async throws -> [Frame] {
        let bytes = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        var decoder = FrameDecoder(frameMaxBytes: 0)
        decoder.append(bytes)
        var frames: [Frame] = []
        while let frame = try decoder.next() { frames.append(frame) }
        return frames
    }

    /// A call of the client together with the server's answer to it.
    func call<T: Sendable>(
        answer: Method, on number: UInt16 = 1, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let call = Task { try await body() }
        _ = try await nextSent()
        try await server(.method(answer, on: number))
        return try await call.value
    }

    func openChannel(_ number: UInt16 = 1, delegate: (any AMQPChannelDelegate)? = nil) async throws -> AMQPChannel {
        try await call(answer: .channelOpenOk, on: number) { [connection] in
            try await connection.openChannel(delegate: delegate)
        }
    }

    /// Why the connection ended.
    func ending() async -> AMQPCloseReason { await connection.waitUntilClosed() }

    /// The frames of one delivery; the body in pieces of that many bytes.
    static func delivery(
        _ tag: UInt64, _ body: String, pieces: Int = .max, on number: UInt16 = 1
    ) -> [Frame] {
        var properties = BasicProperties()
        properties.messageID = "m\(tag)"
        properties.headers = ["x-number": .int64(Int64(tag))]
        var frames: [Frame] = [
            .method(
                .basicDeliver(
                    BasicDeliver(
                        consumerTag: "c", deliveryTag: tag, redelivered: tag % 2 == 0, exchange: "e", routingKey: "k")),
                on: number),
            Frame(
                channel: number, .header(ContentHeader(bodyBytes: UInt64(body.utf8.count), properties: properties))),
        ]
        var rest = ByteBuffer(string: body)
        while let piece = rest.readSlice(length: min(pieces, rest.readableBytes)), piece.readableBytes > 0 {
            frames.append(Frame(channel: number, .body(piece)))
        }
        return frames
    }
}
