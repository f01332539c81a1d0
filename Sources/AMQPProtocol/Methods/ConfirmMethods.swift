// The methods of class confirm (85): RabbitMQ's publisher confirms, https://www.rabbitmq.com/confirms.html

/// Asks for a confirm of each publish on the channel (RabbitMQ).
package struct ConfirmSelect: MethodPayload {
    /// Wants no answer.
    package var noWait: Bool

    package init(noWait: Bool = false) {
        self.noWait = noWait
    }

    package init(from reader: inout WireReader) throws(WireError) {
        noWait = try reader.readBits()[0]
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeBits(noWait)
    }
}
