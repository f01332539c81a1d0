import AMQPBroker
import AMQPClient
import AMQPProtocol
import Logging
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

/// The servers that the client suite runs on; every test of it takes one as its argument.
enum SuiteServer: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case embedded = "embedded broker"
    case rabbitMQ = "RabbitMQ"

    var testDescription: String { rawValue }

    /// All that can be tested here; in CI a missing one fails its tests instead.
    static let available: [SuiteServer] = allCases.filter { server in
        let isThere = server.isThere || Places.environment("CI") == "true"
        if !isThere { print("not tested: the AMQP client on \(server.rawValue), which is not installed here") }
        return isThere
    }

    private var isThere: Bool {
        switch self {
        case .embedded: true
        case .rabbitMQ: Requirement.rabbitMQ.isMet
        }
    }

    /// How to reach it as a user who may do everything.
    func configuration() async throws -> AMQPConfiguration {
        switch self {
        case .embedded: try await AMQPConfiguration(host: "127.0.0.1", port: Self.embeddedPort.value)
        case .rabbitMQ: try AMQPConfiguration(uri: try await RabbitMQServer.shared().url)
        }
    }

    /// One broker for the tests of this process; it ends with it.
    private static let embeddedPort = Task {
        let broker = try EmbeddedBroker(
            configuration: BrokerConfiguration(), group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        embeddedBroker.withLock { $0 = broker }
        return try await broker.start().port
    }

    private static let embeddedBroker = Mutex<EmbeddedBroker?>(nil)

    /// A connection and a channel for the body, closed afterwards.
    func withChannel<T>(
        delegate: (any AMQPChannelDelegate)? = nil, _ configure: (inout AMQPConfiguration) -> Void = { _ in },
        _ body: (AMQPChannel, AMQPConnection) async throws -> T
    ) async throws -> T {
        try await withConnection(configure) { connection in
            try await body(try await connection.openChannel(delegate: delegate), connection)
        }
    }

    /// A connection for the body, closed afterwards.
    func withConnection<T>(
        _ configure: (inout AMQPConfiguration) -> Void = { _ in }, _ body: (AMQPConnection) async throws -> T
    ) async throws -> T {
        var configuration = try await configuration()
        configure(&configuration)
        let connection = try await AMQPConnection.connect(configuration, on: anyLoop(), logger: quiet)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}

/// A loop of NIO's own shared group.
func anyLoop() -> any EventLoop { MultiThreadedEventLoopGroup.singleton.any() }

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Keeps what a channel's delegate is told, and lets tests await it.
final class Recorder: AMQPChannelDelegate {
    struct Message: Sendable, Equatable {
        var deliveryTag: UInt64
        var redelivered: Bool
        var consumerTag: String
        var exchange: String
        var routingKey: String
        var properties: BasicProperties
        var body: ByteBuffer

        var text: String { String(buffer: body) }
    }

    struct Confirm: Sendable, Equatable {
        var tag: UInt64
        var multiple: Bool
        var nack: Bool
    }

    struct Log: Sendable {
        var messages: [Message] = []
        var confirms: [Confirm] = []
        var returned: [ReturnedMessage] = []
        var cancelled: [String] = []
        var closed: [AMQPCloseReason] = []
        var blocked: [String?] = []
        var reads = 0
    }

    private let log = Mutex(Log())

    var now: Log { log.withLock { $0 } }

    /// Waits until the log has what is asked for.
    func wait<T: Sendable>(for what: String, _ answer: (Log) -> T?) async throws -> T {
        try await eventually(within: .seconds(15), what) { answer(now) }
    }

    /// Waits for that many messages and gives them.
    func messages(_ count: Int) async throws -> [Message] {
        try await wait(for: "\(count) messages") { $0.messages.count >= count ? $0.messages : nil }
    }

    func channel(_ channel: AMQPChannel, received delivery: borrowing Delivery) {
        let (body, properties) = (delivery.retainBody(), Array(delivery.properties.bytes))
        var kept = body
        kept.moveReaderIndex(to: 0)
        let front = kept.readBytes(length: properties.count)
        #expect(front == properties, "they stand in front of a body that is kept")
        let message = Message(
            deliveryTag: delivery.deliveryTag, redelivered: delivery.redelivered,
            consumerTag: String(decoding: delivery.consumerTag, as: UTF8.self),
            exchange: String(decoding: delivery.exchange, as: UTF8.self),
            routingKey: String(decoding: delivery.routingKey, as: UTF8.self),
            properties: (try? delivery.decodeProperties()) ?? BasicProperties(), body: body)
        log.withLock { $0.messages.append(message) }
    }

    func channelReadComplete(_ channel: AMQPChannel) { log.withLock { $0.reads += 1 } }

    func channel(_ channel: AMQPChannel, confirmed tag: UInt64, multiple: Bool, nack: Bool) {
        log.withLock { $0.confirms.append(Confirm(tag: tag, multiple: multiple, nack: nack)) }
    }

    func channel(_ channel: AMQPChannel, returned message: ReturnedMessage) {
        log.withLock { $0.returned.append(message) }
    }

    func channel(_ channel: AMQPChannel, consumerCancelled tag: String) { log.withLock { $0.cancelled.append(tag) } }

    func channel(_ channel: AMQPChannel, connectionBlocked reason: String?) {
        log.withLock { $0.blocked.append(reason) }
    }

    func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) { log.withLock { $0.closed.append(reason) } }
}

/// A server that accepts and says nothing.
func listener() async throws -> (channel: any Channel, localPort: Int) {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
    return (channel, try #require(channel.localAddress?.port))
}
