// The methods of class queue (50). Queues and their bindings (specification 1.7.2).

/// Declares a queue, or asks about it when passive.
package struct QueueDeclare: MethodPayload {
    package var queue: String
    package var passive: Bool
    package var durable: Bool
    package var exclusive: Bool
    package var autoDelete: Bool
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
        _ = try reader.readInteger(as: UInt16.self)
        queue = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        passive = bits & 1 != 0
        durable = bits & 2 != 0
        exclusive = bits & 4 != 0
        autoDelete = bits & 8 != 0
        noWait = bits & 16 != 0
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(passive, durable, exclusive, autoDelete, noWait)
        try writer.writeTable(arguments)
    }
}

/// The queue is there, with its messages and consumers counted.
package struct QueueDeclareOk: MethodPayload {
    package var queue: String
    package var messageCount: UInt32
    package var consumerCount: UInt32

    package init(queue: String, messageCount: UInt32, consumerCount: UInt32) {
        self.queue = queue
        self.messageCount = messageCount
        self.consumerCount = consumerCount
    }

    package init(from reader: inout WireReader) throws(WireError) {
        queue = try reader.readShortString()
        messageCount = try reader.readInteger(as: UInt32.self)
        consumerCount = try reader.readInteger(as: UInt32.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(queue)
        writer.writeInteger(messageCount)
        writer.writeInteger(consumerCount)
    }
}

/// Binds a queue to an exchange.
package struct QueueBind: MethodPayload {
    package var queue: String
    package var exchange: String
    package var routingKey: String
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
        _ = try reader.readInteger(as: UInt16.self)
        queue = try reader.readShortString()
        exchange = try reader.readShortString()
        routingKey = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        noWait = bits & 1 != 0
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

/// Removes the messages that wait in a queue.
package struct QueuePurge: MethodPayload {
    package var queue: String
    package var noWait: Bool

    package init(queue: String, noWait: Bool = false) {
        self.queue = queue
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readInteger(as: UInt16.self)
        queue = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        noWait = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(noWait)
    }
}

/// The queue is purged, of so many messages.
package struct QueuePurgeOk: MethodPayload {
    package var messageCount: UInt32

    package init(messageCount: UInt32) {
        self.messageCount = messageCount
    }

    package init(from reader: inout WireReader) throws(WireError) {
        messageCount = try reader.readInteger(as: UInt32.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(messageCount)
    }
}

/// Deletes a queue.
package struct QueueDelete: MethodPayload {
    package var queue: String
    package var ifUnused: Bool
    package var ifEmpty: Bool
    package var noWait: Bool

    package init(queue: String, ifUnused: Bool = false, ifEmpty: Bool = false, noWait: Bool = false) {
        self.queue = queue
        self.ifUnused = ifUnused
        self.ifEmpty = ifEmpty
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readInteger(as: UInt16.self)
        queue = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        ifUnused = bits & 1 != 0
        ifEmpty = bits & 2 != 0
        noWait = bits & 4 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(queue)
        writer.writeBits(ifUnused, ifEmpty, noWait)
    }
}

/// The queue is deleted, with so many messages.
package struct QueueDeleteOk: MethodPayload {
    package var messageCount: UInt32

    package init(messageCount: UInt32) {
        self.messageCount = messageCount
    }

    package init(from reader: inout WireReader) throws(WireError) {
        messageCount = try reader.readInteger(as: UInt32.self)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(messageCount)
    }
}

/// Removes a queue's binding.
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
        _ = try reader.readInteger(as: UInt16.self)
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
