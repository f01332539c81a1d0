import AMQPProtocol
import NIOCore
import NIOPosix
import TestSupport

/// A socket that says what a test tells it to and hands back the frames that come.
final class RawClient: Sendable {
    enum Received: Sendable, Equatable {
        case frame(Frame)
        /// Bytes that are no frame: a protocol header.
        case header([UInt8])
        case closed
    }

    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    private let received: AsyncStream<Received>.Iterator.Box
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

    private init(
        channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        received: AsyncStream<Received>.Iterator.Box
    ) {
        self.channel = channel
        self.outbound = outbound
        self.received = received
    }

    /// Connects, runs the body and closes.
    static func run<R: Sendable>(
        port: Int, _ body: @escaping @Sendable (RawClient) async throws -> R
    ) async throws -> R {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let (stream, continuation) = AsyncStream.makeStream(of: Received.self)
            let box = AsyncStream<Received>.Iterator.Box(stream)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var decoder = FrameDecoder(frameMaxBytes: 0)
                    do {
                        for try await bytes in inbound {
                            if bytes.readableBytes == 8,
                                bytes.getBytes(at: bytes.readerIndex, length: 4) == Array("AMQP".utf8)
                            {
                                continuation.yield(.header(Array(bytes.readableBytesView)))
                                continue
                            }
                            decoder.append(bytes)
                            while let frame = try decoder.next() { continuation.yield(.frame(frame)) }
                        }
                    } catch {
                        // A reset counts as an end.
                    }
                    continuation.yield(.closed)
                    continuation.finish()
                }
                defer { group.cancelAll() }
                return try await body(RawClient(channel: channel, outbound: outbound, received: box))
            }
        }
    }

    func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

    func send(_ frames: Frame...) async throws {
        var buffer = ByteBuffer()
        for frame in frames { try buffer.writeFrame(frame) }
        try await outbound.write(buffer)
    }

    func send(_ method: Method, on channel: UInt16 = 0) async throws { try await send(.method(method, on: channel)) }

    /// What comes next; the end counts too.
    func next() async throws -> Received {
        try await withTimeout(.seconds(5), "something from the broker") { await self.received.next() ?? .closed }
    }

    /// The next method, heartbeats passed over.
    func method() async throws -> Method? {
        while true {
            guard case .frame(let frame) = try await next() else { return nil }
            if case .method(let method) = frame.payload { return method }
        }
    }

    /// Header, start-ok and all up to an open connection with channel 1.
    func open(
        capabilities: FieldTable = [
            "authentication_failure_close": .bool(true), "connection.blocked": .bool(true),
            "consumer_cancel_notify": .bool(true),
        ],
        frameMaxBytes: UInt32 = 131_072, heartbeatSeconds: UInt16 = 0, channel: UInt16 = 1
    ) async throws {
        try await send(AMQP.protocolHeader)
        _ = try await method()
        try await send(
            .connectionStartOk(
                ConnectionStartOk(
                    clientProperties: ["capabilities": .table(capabilities)], mechanism: "PLAIN",
                    response: Array("\0guest\0guest".utf8), locale: "en_US")))
        _ = try await method()
        try await send(
            .connectionTuneOk(
                ConnectionTuneOk(channelMax: 100, frameMaxBytes: frameMaxBytes, heartbeatSeconds: heartbeatSeconds)))
        try await send(.connectionOpen(ConnectionOpen(virtualHost: "/")))
        _ = try await method()
        guard channel > 0 else { return }
        try await send(.channelOpen, on: channel)
        _ = try await method()
    }
}

extension AsyncStream.Iterator {
    /// An iterator that may be handed to a time-limited task; its calls follow each other.
    actor Box where Element: Sendable {
        private let stream: AsyncStream<Element>

        init(_ stream: AsyncStream<Element>) { self.stream = stream }

        func next() async -> Element? {
            var iterator = stream.makeAsyncIterator()
            return await iterator.next(isolation: self)
        }
    }
}
