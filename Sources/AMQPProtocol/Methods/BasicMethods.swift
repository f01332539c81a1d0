// The methods of class basic (60): publishing, delivering and settling messages (specification 1.8.3).
//
// nack is RabbitMQ's: https://www.rabbitmq.com/nack.html

/// Bounds what may be delivered and not settled (specification 1.8.3.1).
package struct BasicQos: MethodPayload {
    /// In bytes of body; 0 is no bound, and RabbitMQ takes nothing else.
    package var prefetchBytes: UInt32
    /// In messages; 0 is no bound.
    package var prefetchCount: UInt16
    /// For RabbitMQ: of the whole channel instead of each consumer to come.
    package var global: Bool

    package init(prefetchBytes: UInt32, prefetchCount: UInt16, global: Bool = false) {
        self.prefetchBytes = prefetchBytes
        self.prefetchCount = prefetchCount
        self.global = global
    }

    package init(from reader: inout WireReader) throws(WireError) {
        prefetchBytes = try reader.readInteger()
        prefetchCount = try reader.readInteger()
        global = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(prefetchBytes)
        writer.writeInteger(prefetchCount)
        writer.writeBits(global)
    }
}

/// Starts a consumer (specification 1.8.3.3).
package struct BasicConsume: MethodPayload {
    package var queue: String
    /// Its name on the channel; "" lets the server choose one.
    package var consumerTag: String
    /// Wants none of its own connection's messages; RabbitMQ ignores it.
    package var noLocal: Bool
    /// Settles each message as it is sent.
    package var noAck: Bool
    /// Wants to be the only consumer.
    package var exclusive: Bool
    /// Wants no answer.
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
        try reader.skipReserved(UInt16.self)
        queue = try reader.readShortString()
        consumerTag = try reader.readShortString()
        let bits = try reader.readBits()
        noLocal = bits[0]
        noAck = bits[1]
        exclusive = bits[2]
        noWait = bits[3]
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

/// The consumer has started (specification 1.8.3.4).
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

/// Ends a consumer; from a server, says that it has ended (specification 1.8.3.5).
package struct BasicCancel: MethodPayload {
    package var consumerTag: String
    /// Wants no answer.
    package var noWait: Bool

    package init(consumerTag: String, noWait: Bool = false) {
        self.consumerTag = consumerTag
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        consumerTag = try reader.readShortString()
        noWait = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(consumerTag)
        writer.writeBits(noWait)
    }
}

/// The consumer has ended (specification 1.8.3.6).
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

/// Sends the message that follows (specification 1.8.3.7).
package struct BasicPublish: MethodPayload {
    package var exchange: String
    package var routingKey: String
    /// Wants it back where no queue takes it.
    package var mandatory: Bool
    /// Wants it back where no consumer awaits it; RabbitMQ refuses that.
    package var immediate: Bool

    package init(exchange: String, routingKey: String, mandatory: Bool = false, immediate: Bool = false) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.immediate = immediate
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        let bits = try reader.readBits()
        mandatory = bits[0]
        immediate = bits[1]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeBits(mandatory, immediate)
    }
}

/// Brings back a message that was not routed (specification 1.8.3.8).
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
        replyCode = try reader.readInteger()
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

/// Brings a message to a consumer (specification 1.8.3.9).
package struct BasicDeliver: MethodPayload {
    package var consumerTag: String
    /// What settles it, counted on its channel.
    package var deliveryTag: UInt64
    /// It may have been delivered before.
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
        deliveryTag = try reader.readInteger()
        redelivered = try reader.readBits()[0]
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

/// Asks for one message (specification 1.8.3.10).
package struct BasicGet: MethodPayload {
    package var queue: String
    /// Settles it as it is sent.
    package var noAck: Bool

    package init(queue: String, noAck: Bool = false) {
        self.queue = queue
        self.noAck = noAck
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        queue = try reader.readShortString()
        noAck = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(noAck)
    }
}

/// Brings it (specification 1.8.3.11).
package struct BasicGetOk: MethodPayload {
    /// What settles it, counted on its channel.
    package var deliveryTag: UInt64
    /// It may have been delivered before.
    package var redelivered: Bool
    package var exchange: String
    package var routingKey: String
    /// How many are left.
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
        deliveryTag = try reader.readInteger()
        redelivered = try reader.readBits()[0]
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        messageCount = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(redelivered)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeInteger(messageCount)
    }
}

/// There is none (specification 1.8.3.12).
package struct BasicGetEmpty: MethodPayload {
    package init() {}

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readShortString()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString("")
    }
}

/// Takes over messages: from a server, confirms publishes (specification 1.8.3.13; RabbitMQ).
package struct BasicAck: MethodPayload {
    package var deliveryTag: UInt64
    /// All tags up to this one; 0 is then every tag.
    package var multiple: Bool

    package init(deliveryTag: UInt64, multiple: Bool = false) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
    }

    package init(from reader: inout WireReader) throws(WireError) {
        deliveryTag = try reader.readInteger()
        multiple = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(multiple)
    }
}

/// Gives one message back (specification 1.8.3.14).
package struct BasicReject: MethodPayload {
    package var deliveryTag: UInt64
    /// Into its queue, instead of to the dead letters.
    package var requeue: Bool

    package init(deliveryTag: UInt64, requeue: Bool = false) {
        self.deliveryTag = deliveryTag
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        deliveryTag = try reader.readInteger()
        requeue = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(requeue)
    }
}

/// Asks for all unsettled messages again, without an answer (specification 1.8.3.15, deprecated).
package struct BasicRecoverAsync: MethodPayload {
    package var requeue: Bool

    package init(requeue: Bool = false) {
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        requeue = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(requeue)
    }
}

/// Asks for all unsettled messages again (specification 1.8.3.16).
package struct BasicRecover: MethodPayload {
    /// Perhaps by another consumer; RabbitMQ takes nothing else.
    package var requeue: Bool

    package init(requeue: Bool = false) {
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        requeue = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(requeue)
    }
}

/// Gives messages back: from a server, says that publishes are lost (RabbitMQ).
package struct BasicNack: MethodPayload {
    package var deliveryTag: UInt64
    /// All tags up to this one; 0 is then every tag.
    package var multiple: Bool
    /// Into their queues, instead of to the dead letters.
    package var requeue: Bool

    package init(deliveryTag: UInt64, multiple: Bool = false, requeue: Bool = false) {
        self.deliveryTag = deliveryTag
        self.multiple = multiple
        self.requeue = requeue
    }

    package init(from reader: inout WireReader) throws(WireError) {
        deliveryTag = try reader.readInteger()
        let bits = try reader.readBits()
        multiple = bits[0]
        requeue = bits[1]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(deliveryTag)
        writer.writeBits(multiple, requeue)
    }
}
