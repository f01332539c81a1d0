package import AMQPProtocol
package import NIOCore

/// One message for a consumer, seen in the bytes it arrived in: valid only during the call that brings it.
package struct Delivery: ~Copyable {
    /// The number that settles it, on its channel.
    package internal(set) var deliveryTag: UInt64 = 0
    /// Whether it may have been delivered before.
    package internal(set) var redelivered = false
    /// The consumer's tag, UTF-8.
    package internal(set) var consumerTag = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The name of the exchange it was published to, UTF-8.
    package internal(set) var exchange = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The routing key it was published with, UTF-8.
    package internal(set) var routingKey = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The properties, read one by one.
    package internal(set) var properties = RawProperties(UnsafeRawBufferPointer(start: nil, count: 0))
    /// The whole body.
    package internal(set) var body = UnsafeRawBufferPointer(start: nil, count: 0)

    /// What holds the bytes of properties and body, and where in it they begin, the properties first.
    private let storage: ByteBuffer
    var propertiesIndex = 0
    var bodyIndex = 0

    init(storage: ByteBuffer) { self.storage = storage }

    /// The body to keep: a slice that holds the socket's buffer, no copy.
    ///
    /// In front of it, in the bytes of the slice that count as read, stand the properties: the first
    /// `properties.bytes.count` of them.
    package func retainBody() -> ByteBuffer {
        let offset = bodyIndex - propertiesIndex
        guard var kept = storage.getSlice(at: propertiesIndex, length: offset + body.count) else { return ByteBuffer() }
        kept.moveReaderIndex(forwardBy: offset)
        return kept
    }

    /// All the properties, decoded.
    package func decodeProperties() throws(WireError) -> BasicProperties { try properties.decode() }

    /// Takes the fields of a deliver method and of the header behind it.
    mutating func set(_ deliver: RawDeliver, properties bytes: UnsafeRawBufferPointer) {
        deliveryTag = deliver.deliveryTag
        redelivered = deliver.redelivered
        consumerTag = deliver.consumerTag
        exchange = deliver.exchange
        routingKey = deliver.routingKey
        properties = RawProperties(bytes)
    }
}

/// A message that came back because nothing would take it.
package struct ReturnedMessage: Sendable, Equatable {
    package var replyCode: ReplyCode
    package var replyText: String
    package var exchange: String
    package var routingKey: String
    package var properties: BasicProperties
    package var body: ByteBuffer
}

/// A message fetched with `get`.
package struct FetchedMessage: Sendable, Equatable {
    /// The number that settles it, on its channel.
    package var deliveryTag: UInt64
    package var redelivered: Bool
    package var exchange: String
    package var routingKey: String
    /// How many more the queue holds.
    package var messageCount: UInt32
    package var properties: BasicProperties
    package var body: ByteBuffer
}

/// How a single publish ended.
package enum PublishOutcome: Sendable, Equatable {
    /// Written; the channel does not confirm.
    case sent
    case confirmed
    /// The broker could not take charge of it: a full queue that rejects, for one.
    case refused
}
