// The methods of class queue (50): queues and their bindings (specification 1.7.2).

/// Creates a queue or checks that it is there (specification 1.7.2.1).
package struct QueueDeclare: MethodPayload {
    /// Its name; "" lets the server choose one.
    package var queue: String
    /// Only checks.
    package var passive: Bool
    /// Survives a restart of the server.
    package var durable: Bool
    /// Belongs to this connection and goes with it.
    package var exclusive: Bool
    /// Goes with its last consumer.
    package var autoDelete: Bool
    /// Wants no answer.
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        queue: String, passive: Bool = false, durable: Bool = false, exclusive: Bool = false, autoDelete: Bool = false,
        noWait: Bool = false, arguments: FieldTable = FieldTable()
    ) {
        self.queue = queue
        self.passive = passive
        self.durable = durable
        self.exclusive = exclusive
        self.autoDelete = autoDelete
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        queue = try reader.readShortString()
        let bits = try reader.readBits()
        passive = bits[0]
        durable = bits[1]
        exclusive = bits[2]
        autoDelete = bits[3]
        noWait = bits[4]
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(passive, durable, exclusive, autoDelete, noWait)
        try writer.writeTable(arguments)
    }
}

/// The queue is there (specification 1.7.2.2).
package struct QueueDeclareOk: MethodPayload {
    package var queue: String
    /// Messages ready to be delivered.
    package var messageCount: UInt32
    package var consumerCount: UInt32

    package init(queue: String, messageCount: UInt32, consumerCount: UInt32) {
        self.queue = queue
        self.messageCount = messageCount
        self.consumerCount = consumerCount
    }

    package init(from reader: inout WireReader) throws(WireError) {
        queue = try reader.readShortString()
        messageCount = try reader.readInteger()
        consumerCount = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(queue)
        writer.writeInteger(messageCount)
        writer.writeInteger(consumerCount)
    }
}

/// Routes from an exchange to a queue (specification 1.7.2.3).
package struct QueueBind: MethodPayload {
    package var queue: String
    package var exchange: String
    package var routingKey: String
    /// Wants no answer.
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        queue: String, exchange: String, routingKey: String, noWait: Bool = false, arguments: FieldTable = FieldTable()
    ) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        queue = try reader.readShortString()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        noWait = try reader.readBits()[0]
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        writer.writeBits(noWait)
        try writer.writeTable(arguments)
    }
}

/// Drops the messages of a queue that await no settlement (specification 1.7.2.7).
package struct QueuePurge: MethodPayload {
    package var queue: String
    /// Wants no answer.
    package var noWait: Bool

    package init(queue: String, noWait: Bool = false) {
        self.queue = queue
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        queue = try reader.readShortString()
        noWait = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(noWait)
    }
}

/// How many were dropped (specification 1.7.2.8).
package struct QueuePurgeOk: MethodPayload {
    package var messageCount: UInt32

    package init(messageCount: UInt32) {
        self.messageCount = messageCount
    }

    package init(from reader: inout WireReader) throws(WireError) {
        messageCount = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(messageCount)
    }
}

/// Deletes a queue with its messages (specification 1.7.2.9).
package struct QueueDelete: MethodPayload {
    package var queue: String
    /// Only where it has no consumer.
    package var ifUnused: Bool
    /// Only where it has no message.
    package var ifEmpty: Bool
    /// Wants no answer.
    package var noWait: Bool

    package init(queue: String, ifUnused: Bool = false, ifEmpty: Bool = false, noWait: Bool = false) {
        self.queue = queue
        self.ifUnused = ifUnused
        self.ifEmpty = ifEmpty
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        queue = try reader.readShortString()
        let bits = try reader.readBits()
        ifUnused = bits[0]
        ifEmpty = bits[1]
        noWait = bits[2]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(ifUnused, ifEmpty, noWait)
    }
}

/// How many messages went with it (specification 1.7.2.10).
package struct QueueDeleteOk: MethodPayload {
    package var messageCount: UInt32

    package init(messageCount: UInt32) {
        self.messageCount = messageCount
    }

    package init(from reader: inout WireReader) throws(WireError) {
        messageCount = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(messageCount)
    }
}

/// Removes such a route (specification 1.7.2.5).
package struct QueueUnbind: MethodPayload {
    package var queue: String
    package var exchange: String
    package var routingKey: String
    package var arguments: FieldTable

    package init(queue: String, exchange: String, routingKey: String, arguments: FieldTable = FieldTable()) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.arguments = arguments
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        queue = try reader.readShortString()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        try writer.writeShortString(exchange)
        try writer.writeShortString(routingKey)
        try writer.writeTable(arguments)
    }
}
