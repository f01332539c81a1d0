package import NIOCore

// Views of the methods that come with every message, read from a method frame's payload without a String.
//
// Each refuses what `Method` refuses. The views are valid as long as the scanned bytes are.

/// The fields of basic.publish (specification 1.8.3.7).
package struct RawPublish {
    /// The exchange's name, UTF-8.
    package let exchange: UnsafeRawBufferPointer
    /// The routing key, UTF-8.
    package let routingKey: UnsafeRawBufferPointer
    /// Whether an unroutable message is returned.
    package let mandatory: Bool
    /// Whether a message that no consumer awaits is returned; RabbitMQ refuses it.
    package let immediate: Bool

    /// Reads the payload of a method frame, class and method numbers included.
    package init(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        var reader = try WireReader(payload, of: .basicPublish)
        try reader.skipReserved(UInt16.self)  // a deprecated access ticket
        exchange = try reader.readShortBytes()
        routingKey = try reader.readShortBytes()
        let bits = try reader.readBits()
        mandatory = bits[0]
        immediate = bits[1]
        try reader.finish()
    }
}

/// The fields of basic.deliver (specification 1.8.3.9).
package struct RawDeliver {
    /// The tag of the consumer it is for, UTF-8.
    package let consumerTag: UnsafeRawBufferPointer
    /// The number that settles the message, counted on its channel.
    package let deliveryTag: UInt64
    /// Whether the message may have been delivered before.
    package let redelivered: Bool
    /// The name of the exchange it was published to, UTF-8.
    package let exchange: UnsafeRawBufferPointer
    /// The routing key it was published with, UTF-8.
    package let routingKey: UnsafeRawBufferPointer

    /// Reads the payload of a method frame, class and method numbers included.
    package init(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        var reader = try WireReader(payload, of: .basicDeliver)
        consumerTag = try reader.readShortBytes()
        deliveryTag = try reader.readInteger()
        redelivered = try reader.readBits()[0]
        exchange = try reader.readShortBytes()
        routingKey = try reader.readShortBytes()
        try reader.finish()
    }

    /// The fields as `DeliveryPattern` found them.
    init(
        consumerTag: UnsafeRawBufferPointer, deliveryTag: UInt64, redelivered: Bool,
        exchange: UnsafeRawBufferPointer, routingKey: UnsafeRawBufferPointer
    ) {
        self.consumerTag = consumerTag
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
    }
}

/// The fields of basic.ack, basic.reject or basic.nack (specification 1.8.3.13, 1.8.3.14; nack is RabbitMQ's).
///
/// The three have one layout on the wire and differ in the meaning of its bits.
package struct RawSettlement: Sendable, Equatable {
    /// Which of the three methods it is.
    package enum Kind: Sendable {
        case ack, reject, nack

        /// The method's numbers.
        package var methodID: MethodID {
            switch self {
            case .ack: .basicAck
            case .reject: .basicReject
            case .nack: .basicNack
            }
        }
    }

    package let kind: Kind
    package let deliveryTag: UInt64
    /// Whether it settles all tags up to this one; 0 is then every tag, never for a reject.
    package let multiple: Bool
    /// Whether the messages go back to their queue, never for an ack.
    package let requeue: Bool

    /// Settles one message or all up to it.
    package init(_ kind: Kind, deliveryTag: UInt64, multiple: Bool = false, requeue: Bool = false) {
        self.kind = kind
        self.deliveryTag = deliveryTag
        self.multiple = multiple && kind != .reject
        self.requeue = requeue && kind != .ack
    }

    /// Reads the payload of a method frame, class and method numbers included.
    package init(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        var reader = WireReader(payload)
        let id = try MethodID(from: &reader)
        switch id {
        case .basicAck: kind = .ack
        case .basicReject: kind = .reject
        case .basicNack: kind = .nack
        default: throw .unexpectedMethod(id, expected: .basicAck)
        }
        deliveryTag = try reader.readInteger()
        let bits = try reader.readBits()
        multiple = kind != .reject && bits[0]
        requeue = (kind == .reject && bits[0]) || (kind == .nack && bits[1])
        try reader.finish()
    }
}

extension WireReader {
    /// Opens a method frame's payload that must hold that method.
    fileprivate init(_ payload: UnsafeRawBufferPointer, of expected: MethodID) throws(WireError) {
        self.init(payload)
        let id = try MethodID(from: &self)
        guard id == expected else { throw .unexpectedMethod(id, expected: expected) }
    }
}

extension ByteBuffer {
    /// Appends the whole frame of an ack, reject or nack.
    package mutating func writeSettlement(_ settlement: RawSettlement, channel: UInt16) {
        let id = settlement.kind.methodID
        let bits: UInt8 =
            switch settlement.kind {
            case .ack: settlement.multiple ? 1 : 0
            case .reject: settlement.requeue ? 1 : 0
            case .nack: (settlement.multiple ? 1 : 0) | (settlement.requeue ? 2 : 0)
            }
        writeMultipleIntegers(
            FrameType.method.rawValue, channel, UInt32(13), id.classID, id.methodID, settlement.deliveryTag, bits,
            AMQP.frameEnd)
    }
}
