// The methods of class access (30): deprecated, still answered by RabbitMQ for old clients.

/// Asks for an access ticket of AMQP 0-8 (deprecated).
package struct AccessRequest: MethodPayload {
    package var realm: String
    package var exclusive: Bool
    package var passive: Bool
    package var active: Bool
    package var write: Bool
    package var read: Bool

    package init(
        realm: String, exclusive: Bool = false, passive: Bool = false, active: Bool = false, write: Bool = false,
        read: Bool = false
    ) {
        self.realm = realm
        self.exclusive = exclusive
        self.passive = passive
        self.active = active
        self.write = write
        self.read = read
    }

    package init(from reader: inout WireReader) throws(WireError) {
        realm = try reader.readShortString()
        let bits = try reader.readBits()
        exclusive = bits[0]
        passive = bits[1]
        active = bits[2]
        write = bits[3]
        read = bits[4]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        try writer.writeShortString(realm)
        writer.writeBits(exclusive, passive, active, write, read)
    }
}

/// Grants a ticket that means nothing any more (deprecated).
package struct AccessRequestOk: MethodPayload {
    package var ticket: UInt16

    package init(ticket: UInt16) {
        self.ticket = ticket
    }

    package init(from reader: inout WireReader) throws(WireError) {
        ticket = try reader.readInteger()
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(ticket)
    }
}
