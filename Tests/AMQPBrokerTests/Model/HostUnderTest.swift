import AMQPProtocol
import NIOCore
import Testing

@testable import AMQPBroker

/// A virtual host with a clock that the test moves and names that count up.
final class HostUnderTest {
    var host: VirtualHost
    var now = Moment(nanoseconds: 1_000_000_000, unixSeconds: 1_700_000_000)

    init(limits: VirtualHostLimits = VirtualHostLimits()) {
        var next = 0
        host = VirtualHost(limits: limits) {
            next += 1
            return "\(next)"
        }
    }

    func connect(user: String = "guest") throws -> ConnectionID { try host.connect(user: user) }

    /// A channel of that connection, or of a new one.
    func channel(_ number: UInt16 = 1, on connection: ConnectionID? = nil) throws -> ChannelID {
        try host.openChannel(number, on: try connection ?? connect())
    }

    func queue(
        _ name: String, _ arguments: FieldTable = [:], autoDelete: Bool = false, exclusive: Bool = false,
        on channel: ChannelID
    ) throws {
        _ = try host.declare(
            QueueDeclare(queue: name, exclusive: exclusive, autoDelete: autoDelete, arguments: arguments),
            on: channel, now: now)
    }

    func exchange(_ name: String, _ kind: String, _ arguments: FieldTable = [:], autoDelete: Bool = false) throws {
        try host.declare(ExchangeDeclare(exchange: name, kind: kind, autoDelete: autoDelete, arguments: arguments))
    }

    func bind(_ queue: String, _ exchange: String, _ key: String, _ arguments: FieldTable = [:], on channel: ChannelID)
        throws
    {
        try host.bind(
            QueueBind(queue: queue, exchange: exchange, routingKey: key, arguments: arguments), on: channel)
    }

    @discardableResult
    func publish(
        _ body: String, to exchange: String = "", _ key: String, _ properties: BasicProperties = BasicProperties(),
        mandatory: Bool = false, on channel: ChannelID
    ) throws -> VirtualHost.PublishOutcome {
        let route = try Array(exchange.utf8).withUnsafeBytes { exchange in
            try Array(key.utf8).withUnsafeBytes { key in try host.route(exchange: exchange, routingKey: key) }
        }
        var writer = WireWriter(ByteBuffer())
        try properties.encode(into: &writer)
        let message = try writer.buffer.withUnsafeReadableBytes { bytes in
            Message.make(
                route: route, properties: bytes, bodyBytes: body.utf8.count,
                expirationMilliseconds: try PropertyFacts(bytes).expirationMilliseconds(),
                priority: try PropertyFacts(bytes).priority)
        }
        Array(body.utf8).withUnsafeBytes { message.fill($0, at: 0) }
        return host.publish(message, mandatory: mandatory, on: channel, now: now)
    }

    @discardableResult
    func consume(
        _ queue: String, tag: String = "", noAck: Bool = false, exclusive: Bool = false, _ arguments: FieldTable = [:],
        on channel: ChannelID
    ) throws -> String {
        try host.consume(
            BasicConsume(
                queue: queue, consumerTag: tag, noAck: noAck, exclusive: exclusive, arguments: arguments), on: channel)
    }

    /// Everything that consumers get now.
    func deliveries() -> [VirtualHost.Delivery] {
        while host.dispatch(now: now) {}
        defer { host.deliveries.removeAll() }
        return host.deliveries
    }

    /// One round; whether there is more to give.
    func dispatch(count: Int, bytes: Int) -> Bool {
        host.dispatch(now: now, budget: .init(count: count, bytes: bytes))
    }

    func deliveredBodies() -> [String] { deliveries().map(\.message.text) }

    func get(_ queue: String, noAck: Bool = true, on channel: ChannelID) throws -> VirtualHost.Fetched? {
        try host.get(BasicGet(queue: queue, noAck: noAck), on: channel, now: now)
    }

    /// Takes everything out of a queue.
    func drain(_ queue: String, on channel: ChannelID) throws -> [String] {
        var bodies: [String] = []
        while let fetched = try get(queue, on: channel) { bodies.append(fetched.entry.message.text) }
        return bodies
    }

    func settle(
        _ kind: RawSettlement.Kind, _ tag: UInt64, multiple: Bool = false, requeue: Bool = false, on channel: ChannelID
    ) throws {
        try host.settle(
            RawSettlement(kind, deliveryTag: tag, multiple: multiple, requeue: requeue), on: channel, now: now)
    }

    func advance(milliseconds: Int64) {
        now.nanoseconds += milliseconds * 1_000_000
        host.tick(now: now)
    }

    func count(_ queue: String) -> Int { host.queueIDs[queue].map { host.queues[$0].readyCount } ?? -1 }
}

extension Message {
    var text: String { withBody { String(decoding: $0, as: UTF8.self) } }
}

extension BasicProperties {
    static func with(_ change: (inout BasicProperties) -> Void) -> BasicProperties {
        var properties = BasicProperties()
        change(&properties)
        return properties
    }
}
