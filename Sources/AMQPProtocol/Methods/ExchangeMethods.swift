// The methods of class exchange (40). Exchanges and the bindings between them (specification 1.6.2; bind and unbind are RabbitMQ's).

/// Declares an exchange, or asks about it when passive.
package struct ExchangeDeclare: MethodPayload {
    package var exchange: String
    package var kind: String
    package var passive: Bool
    package var durable: Bool
    package var autoDelete: Bool
    package var isInternal: Bool
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
        _ = try reader.readInteger(as: UInt16.self)
        exchange = try reader.readShortString()
        kind = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        passive = bits & 1 != 0
        durable = bits & 2 != 0
        autoDelete = bits & 4 != 0
        isInternal = bits & 8 != 0
        noWait = bits & 16 != 0
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

/// Deletes an exchange.
package struct ExchangeDelete: MethodPayload {
    package var exchange: String
    package var ifUnused: Bool
    package var noWait: Bool

    package init(exchange: String, ifUnused: Bool = false, noWait: Bool = false) {
        self.exchange = exchange
        self.ifUnused = ifUnused
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        _ = try reader.readInteger(as: UInt16.self)
        exchange = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        ifUnused = bits & 1 != 0
        noWait = bits & 2 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(UInt16(0))
        try writer.writeShortString(exchange)
        writer.writeBits(ifUnused, noWait)
    }
}

/// Binds an exchange to another (RabbitMQ).
package struct ExchangeBind: MethodPayload {
    package var destination: String
    package var source: String
    package var routingKey: String
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
        _ = try reader.readInteger(as: UInt16.self)
        destination = try reader.readShortString()
        source = try reader.readShortString()
        routingKey = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        noWait = bits & 1 != 0
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

/// Removes an exchange's binding to another (RabbitMQ).
package struct ExchangeUnbind: MethodPayload {
    package var destination: String
    package var source: String
    package var routingKey: String
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
        _ = try reader.readInteger(as: UInt16.self)
        destination = try reader.readShortString()
        source = try reader.readShortString()
        routingKey = try reader.readShortString()
        let bits = try reader.readInteger(as: UInt8.self)
        noWait = bits & 1 != 0
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
