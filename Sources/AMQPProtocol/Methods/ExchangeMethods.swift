// The methods of class exchange (40): exchanges and the bindings between them (specification 1.6.2).
//
// bind and unbind are RabbitMQ's: https://www.rabbitmq.com/e2e.html

/// Creates an exchange or checks that it is there (specification 1.6.2.1).
package struct ExchangeDeclare: MethodPayload {
    package var exchange: String
    /// "direct", "fanout", "topic", "headers" or a plugin's.
    package var kind: String
    /// Only checks.
    package var passive: Bool
    /// Survives a restart of the server.
    package var durable: Bool
    /// Goes with its last binding.
    package var autoDelete: Bool
    /// Takes messages from exchanges only.
    package var isInternal: Bool
    /// Wants no answer.
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        exchange: String, kind: String, passive: Bool = false, durable: Bool = false, autoDelete: Bool = false,
        isInternal: Bool = false, noWait: Bool = false, arguments: FieldTable = FieldTable()
    ) {
        self.exchange = exchange
        self.kind = kind
        self.passive = passive
        self.durable = durable
        self.autoDelete = autoDelete
        self.isInternal = isInternal
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        exchange = try reader.readShortString()
        kind = try reader.readShortString()
        let bits = try reader.readBits()
        passive = bits[0]
        durable = bits[1]
        autoDelete = bits[2]
        isInternal = bits[3]
        noWait = bits[4]
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(exchange)
        try writer.writeShortString(kind)
        writer.writeBits(passive, durable, autoDelete, isInternal, noWait)
        try writer.writeTable(arguments)
    }
}

/// Deletes an exchange (specification 1.6.2.3).
package struct ExchangeDelete: MethodPayload {
    package var exchange: String
    /// Only where nothing is bound to it.
    package var ifUnused: Bool
    /// Wants no answer.
    package var noWait: Bool

    package init(exchange: String, ifUnused: Bool = false, noWait: Bool = false) {
        self.exchange = exchange
        self.ifUnused = ifUnused
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        exchange = try reader.readShortString()
        let bits = try reader.readBits()
        ifUnused = bits[0]
        noWait = bits[1]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(exchange)
        writer.writeBits(ifUnused, noWait)
    }
}

/// Routes from one exchange to another (RabbitMQ).
package struct ExchangeBind: MethodPayload {
    package var destination: String
    package var source: String
    package var routingKey: String
    /// Wants no answer.
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        destination: String, source: String, routingKey: String, noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.destination = destination
        self.source = source
        self.routingKey = routingKey
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        destination = try reader.readShortString()
        source = try reader.readShortString()
        routingKey = try reader.readShortString()
        noWait = try reader.readBits()[0]
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(destination)
        try writer.writeShortString(source)
        try writer.writeShortString(routingKey)
        writer.writeBits(noWait)
        try writer.writeTable(arguments)
    }
}

/// Removes such a route (RabbitMQ).
package struct ExchangeUnbind: MethodPayload {
    package var destination: String
    package var source: String
    package var routingKey: String
    /// Wants no answer.
    package var noWait: Bool
    package var arguments: FieldTable

    package init(
        destination: String, source: String, routingKey: String, noWait: Bool = false,
        arguments: FieldTable = FieldTable()
    ) {
        self.destination = destination
        self.source = source
        self.routingKey = routingKey
        self.noWait = noWait
        self.arguments = arguments
    }

    package init(from reader: inout WireReader) throws(WireError) {
        try reader.skipReserved(UInt16.self)
        destination = try reader.readShortString()
        source = try reader.readShortString()
        routingKey = try reader.readShortString()
        noWait = try reader.readBits()[0]
        arguments = try reader.readTable()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(destination)
        try writer.writeShortString(source)
        try writer.writeShortString(routingKey)
        writer.writeBits(noWait)
        try writer.writeTable(arguments)
    }
}
