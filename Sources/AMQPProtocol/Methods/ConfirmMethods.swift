// The methods of class confirm (85). RabbitMQ's publisher confirms.

/// Puts the channel into confirm mode (RabbitMQ).
package struct ConfirmSelect: MethodPayload {
    package var noWait: Bool

    package init(noWait: Bool = false) {
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        let bits = try reader.readInteger(as: UInt8.self)
        noWait = bits & 1 != 0
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(noWait)
    }
}
