// The methods of class basic (60). Publishing, delivering and settling messages (specification 1.8.3; nack is RabbitMQ's).

/// Bounds the messages in flight to a consumer or channel.
package struct BasicQos: MethodPayload {
    package var prefetchBytes: UInt32
    package var prefetchCount: UInt16
    package var global: Bool

    package init(prefetchBytes: UInt32, prefetchCount: UInt16, global: Bool = false) {
        self.prefetchBytes = prefetchBytes
        self.prefetchCount = prefetchCount
        self.global = global
    }

    package init(from reader: inout WireReader) throws(WireError) {
        prefetchBytes = try reader.readInteger(as: UInt32.self)
        prefetchCount = try reader.readInteger(as: UInt16.self)
        let bits = try reader.readInteger(as: UInt8.self)
        global = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(prefetchBytes)
        writer.writeInteger(prefetchCount)
        writer.writeBits(global)
    }
}

/// Starts a consumer.
package struct BasicConsume: MethodPayload {
    package var queue: String
    package var consumerTag: String
    package var noLocal: Bool
    package var noAck: Bool
    package var exclusive: Bool
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        queue: String, consumerTag: String, noLocal: Bool = false, noAck: Bool = false, exclusive: Bool = false,
        noWait: Bool = false, arguments: FieldTable = FieldTable()
    ) {
        self.queue = queue
        self.consumerTag = consumerTag
        self.noLocal = noLocal
        self.noAck = noAck
        self.exclusive = exclusive
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readInteger(as: UInt16.self)
        queue = try reader.readShortString()
        consumerTag = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        noLocal = bits & 1 != 0
        noAck = bits & 2 != 0
        exclusive = bits & 4 != 0
        noWait = bits & 8 != 0
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        try writer.writeShortString(consumerTag)
        writer.writeBits(noLocal, noAck, exclusive, noWait)
        try writer.writeTable(arguments)
    }
}

/// The consumer is started, under this tag.
package struct BasicConsumeOk: MethodPayload {
    package var consumerTag: String

    package init(consumerTag: String) {
        self.consumerTag = consumerTag
    }

    package init(from reader: inout WireReader) throws(WireError) {
        consumerTag = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(consumerTag)
    }
}

/// Ends a consumer; sent by either side.
package struct BasicCancel: MethodPayload {
    package var consumerTag: String
    package var noWait: Bool

    package init(consumerTag: String, noWait: Bool = false) {
        self.consumerTag = consumerTag
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        consumerTag = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        noWait = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(consumerTag)
        writer.writeBits(noWait)
    }
}

/// The consumer is ended.
package struct BasicCancelOk: MethodPayload {
    package var consumerTag: String

    package init(consumerTag: String) {
        self.consumerTag = consumerTag
    }

    package init(from reader: inout WireReader) throws(WireError) {
        consumerTag = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(consumerTag)
    }
}

/// Publishes the message that follows.
package struct BasicPublish: MethodPayload {
    package var exchange: String
    package var routingKey: String
    package var mandatory: Bool
    package var immediate: Bool

    package init(exchange: String, routingKey: String, mandatory: Bool = false, immediate: Bool = false) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.immediate = immediate
    }

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readInteger(as: UInt16.self)
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        mandatory = bits & 1 != 0
        immediate = bits & 2 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeBits(mandatory, immediate)
    }
}

/// Hands back a message that could not be routed.
package struct BasicReturn: MethodPayload {
    package var replyCode: UInt16
    package var replyText: String
    package var exchange: String
    package var routingKey: String

    package init(replyCode: UInt16, replyText: String, exchange: String, routingKey: String) {
        self.replyCode = replyCode
        self.replyText = replyText
        self.exchange = exchange
        self.routingKey = routingKey
    }

    package init(from reader: inout WireReader) throws(WireError) {
        replyCode = try reader.readInteger(as: UInt16.self)
        replyText = try reader.readShortString()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(replyCode)
        try writer.writeShortString(replyText)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
    }
}

/// Delivers a message to a consumer.
package struct BasicDeliver: MethodPayload {
    package var consumerTag: String
    package var deliveryTag: UInt64
    package var redelivered: Bool
    package var exchange: String
    package var routingKey: String

    package init(
        consumerTag: String, deliveryTag: UInt64, redelivered: Bool = false, exchange: String, routingKey: String
    ) {
        self.consumerTag = consumerTag
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
    }

    package init(from reader: inout WireReader) throws(WireError) {
        consumerTag = try reader.readShortString()
        deliveryTag = try reader.readInteger(as: UInt64.self)
        let bits = try reader.readInteger(as: UInt8.self)
        redelivered = bits & 1 != 0
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(consumerTag)
        writer.writeInteger(deliveryTag)
        writer.writeBits(redelivered)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
    }
}

/// Fetches one message.
package struct BasicGet: MethodPayload {
    package var queue: String
    package var noAck: Bool

    package init(queue: String, noAck: Bool = false) {
        self.queue = queue
        self.noAck = noAck
    }

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readInteger(as: UInt16.self)
        queue = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        noAck = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(noAck)
    }
}

/// The message that was fetched follows.
package struct BasicGetOk: MethodPayload {
    package var deliveryTag: UInt64
    package var redelivered: Bool
    package var exchange: String
    package var routingKey: String
    package var messageCount: UInt32

    package init(
        deliveryTag: UInt64, redelivered: Bool = false, exchange: String, routingKey: String, messageCount: UInt32
    ) {
        self.deliveryTag = deliveryTag
        self.redelivered = redelivered
        self.exchange = exchange
        self.routingKey = routingKey
        self.messageCount = messageCount
    }

    package init(from reader: inout WireReader) throws(WireError) {
        deliveryTag = try reader.readInteger(as: UInt64.self)
        let bits = try reader.readInteger(as: UInt8.self)
        redelivered = bits & 1 != 0
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        messageCount = try reader.readInteger(as: UInt32.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(redelivered)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeInteger(messageCount)
    }
}

/// The queue holds no message.
package struct BasicGetEmpty: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString("")
    }
}

/// Acknowledges one message or all up to it; a confirm when the broker sends it.
package struct BasicAck: MethodPayload {
    package var deliveryTag: UInt64
    package var multiple: Bool

    package init(deliveryTag: UInt64, multiple: Bool = false) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
    }

    package init(from reader: inout WireReader) throws(WireError) {
        deliveryTag = try reader.readInteger(as: UInt64.self)
        let bits = try reader.readInteger(as: UInt8.self)
        multiple = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(multiple)
    }
}

/// Rejects one message.
package struct BasicReject: MethodPayload {
    package var deliveryTag: UInt64
    package var requeue: Bool

    package init(deliveryTag: UInt64, requeue: Bool = false) {
        self.deliveryTag = deliveryTag
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        deliveryTag = try reader.readInteger(as: UInt64.self)
        let bits = try reader.readInteger(as: UInt8.self)
        requeue = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(requeue)
    }
}

/// Asks for unacknowledged messages again, without an answer (deprecated).
package struct BasicRecoverAsync: MethodPayload {
    package var requeue: Bool

    package init(requeue: Bool = false) {
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        let bits = try reader.readInteger(as: UInt8.self)
        requeue = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(requeue)
    }
}

/// Asks for unacknowledged messages again.
package struct BasicRecover: MethodPayload {
    package var requeue: Bool

    package init(requeue: Bool = false) {
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        let bits = try reader.readInteger(as: UInt8.self)
        requeue = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(requeue)
    }
}

/// Rejects one message or all up to it; a negative confirm when the broker sends it (RabbitMQ).
package struct BasicNack: MethodPayload {
    package var deliveryTag: UInt64
    package var multiple: Bool
    package var requeue: Bool

    package init(deliveryTag: UInt64, multiple: Bool = false, requeue: Bool = false) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        deliveryTag = try reader.readInteger(as: UInt64.self)
        let bits = try reader.readInteger(as: UInt8.self)
        multiple = bits & 1 != 0
        requeue = bits & 2 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(multiple, requeue)
    }
}
