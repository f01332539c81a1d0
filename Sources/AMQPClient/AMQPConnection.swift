package import AMQPProtocol
package import Logging
package import NIOCore
import NIOPosix

/// One TCP connection to a broker, on one event loop, with its channels.
///
/// It stays open until `close`, or until the server or the network ends it, whether or not somebody holds this object.
package final class AMQPConnection: Sendable {
    /// Where everything of this connection happens.
    package let eventLoop: any EventLoop
    /// What it was made from.
    package let configuration: AMQPConfiguration
    private let handler: NIOLoopBound<ConnectionHandler>
    private let status: ConnectionStatus

    init(
        _ handler: NIOLoopBound<ConnectionHandler>, configuration: AMQPConfiguration, eventLoop: any EventLoop,
        status: ConnectionStatus
    ) {
        self.handler = handler
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.status = status
    }

    /// Connects, authenticates and opens the virtual host.
    ///
    /// - Parameters:
    ///   - configuration: Where and as whom.
    ///   - eventLoop: A loop of NIOPosix; the connection stays on it.
    ///   - logger: Gets a line at debug level when the connection opens, blocks and ends.
    /// - Returns: The open connection.
    /// - Throws: What kept us out, with the server's words where it gave some.
    package static func connect(
        _ configuration: AMQPConfiguration, on eventLoop: any EventLoop, logger: Logger
    ) async throws(AMQPClientError) -> AMQPConnection {
        let status = ConnectionStatus()
        let timeout = TimeAmount(configuration.connectTimeout)
        let highMark = max(configuration.writeHighWaterMarkBytes, 2)
        do {
            var bootstrap = ClientBootstrap(group: eventLoop)
                .connectTimeout(timeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: configuration.tcpNoDelay ? 1 : 0)
            if let bytes = configuration.sendBufferBytes {
                bootstrap = bootstrap.channelOption(.socketOption(.so_sndbuf), value: SocketOptionValue(bytes))
            }
            if let bytes = configuration.receiveBufferBytes {
                bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: SocketOptionValue(bytes))
            }
            let (handler, opened) =
                try await bootstrap
                .channelOption(.writeBufferWaterMark, value: .init(low: highMark / 2, high: highMark))
                .channelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 16_384, maximum: 262_144)
                )
                .connect(host: configuration.host, port: configuration.port) { channel in
                    channel.eventLoop.makeCompletedFuture { try install(configuration, on: channel, status, logger) }
                }
            try await opened.get()
            return AMQPConnection(handler, configuration: configuration, eventLoop: eventLoop, status: status)
        } catch {
            throw ConnectFailure.error(error, configuration)
        }
    }

    /// Adds TLS where it is asked for and our handler to a socket's pipeline; the future is the end of the handshake.
    static func install(
        _ configuration: AMQPConfiguration, on channel: any Channel, _ status: ConnectionStatus, _ logger: Logger
    ) throws -> (NIOLoopBound<ConnectionHandler>, EventLoopFuture<Void>) {
        if let options = configuration.tls {
            try channel.pipeline.syncOperations.addHandler(
                TLS.handler(options, host: configuration.host, address: configuration.address))
        }
        let opened = channel.eventLoop.makePromise(of: Void.self)
        let handler = ConnectionHandler(
            eventLoop: channel.eventLoop, configuration: configuration,
            offer: ClientConnectionState.Offer(configuration), status: status, openPromise: opened, logger: logger)
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(configuration.connectTimeout)) {
            bound.value.handshakeTimedOut()
        }
        opened.futureResult.whenComplete { _ in deadline.cancel() }
        do {
            try channel.pipeline.syncOperations.addHandler(handler)
        } catch {
            opened.fail(error)
            throw error
        }
        return (bound, opened.futureResult)
    }

    // MARK: What is known of it; any thread

    /// What the server said of itself in connection.start.
    package var serverProperties: FieldTable { status.serverProperties }

    /// The server's product name, such as `RabbitMQ`.
    package var serverProduct: String { serverProperties["product"]?.string ?? "unknown" }

    /// The server's version.
    package var serverVersion: String { serverProperties["version"]?.string ?? "unknown" }

    /// The negotiated limits.
    package var tune: ConnectionLimits { status.limits }

    /// Why the broker reads no publishes now, nil where it does.
    package var blockedReason: String? { status.blockedReason }

    /// Bytes of AMQP that went through the socket, TLS not counted.
    package var bytes: (sent: UInt64, received: UInt64) { status.bytes }

    /// How it ended; nil while it is open.
    package var closeReason: AMQPCloseReason? { status.closeReason }

    // MARK: What the event loop alone may ask

    /// Whether more should be written now; event loop only.
    package var isWritable: Bool { handler.value.isWritable }

    /// Bytes written that the socket has not taken yet; event loop only.
    package var pendingBytes: Int { handler.value.pendingBytes }

    // MARK: What it does

    /// Opens a channel with the lowest free number.
    package func openChannel(
        delegate: (any AMQPChannelDelegate)? = nil
    ) async throws(AMQPClientError) -> AMQPChannel {
        let channel = try await onLoop { (handler, continuation: CheckedContinuation<Opening, Never>) in
            do throws(AMQPClientError) {
                continuation.resume(returning: .success(AMQPChannel(try handler.makeChannel(), handler)))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }.get()
        try await channel.open(delegate)
        return channel
    }

    private typealias Opening = Result<AMQPChannel, AMQPClientError>

    /// Gives the server new credentials before the old ones expire (OAuth 2).
    package func updateSecret(_ secret: String, reason: String) async throws(AMQPClientError) {
        try await onLoop { handler, continuation in
            handler.updateSecret(Array(secret.utf8), reason: reason, continuation)
        }.get()
    }

    /// Sends what is written, says goodbye and waits for the server's answer, at most `closeTimeout`.
    package func close() async {
        await onLoop { handler, continuation in handler.close(continuation) }
    }

    /// Returns when the connection has ended, however that came.
    package func waitUntilClosed() async -> AMQPCloseReason { await status.waitUntilClosed() }

    private func onLoop<T: Sendable>(
        _ body: @escaping @Sendable (ConnectionHandler, CheckedContinuation<T, Never>) -> Void
    ) async -> T {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [handler] in body(handler.value, continuation) }
        }
    }
}

extension ClientConnectionState.Offer {
    fileprivate init(_ configuration: AMQPConfiguration) {
        var properties: FieldTable = [
            "product": .string("Rafale"), "version": .string("1"), "platform": .string("Swift"),
            "capabilities": .table([
                "publisher_confirms": .bool(true), "exchange_exchange_bindings": .bool(true),
                "basic.nack": .bool(true), "consumer_cancel_notify": .bool(true), "connection.blocked": .bool(true),
                "authentication_failure_close": .bool(true),
            ]),
        ]
        if let name = configuration.connectionName { properties["connection_name"] = .string(name) }
        let heartbeat = UInt16(clamping: configuration.heartbeat.components.seconds)
        self.init(
            mechanism: configuration.credentials.mechanism, response: configuration.credentials.response,
            virtualHost: configuration.virtualHost, clientProperties: properties,
            limits: ConnectionLimits(
                channelMax: configuration.channelMax, frameMaxBytes: configuration.frameMaxBytes,
                heartbeatSeconds: heartbeat))
    }
}
