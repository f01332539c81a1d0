import AMQPProtocol
import NIOCore

extension BasicProperties {
    /// Those that the message came with, and why it could not be processed.
    ///
    /// As when the broker dead-letters it, some things of its first publishing do not apply again: it would expire once
    /// more, go to further queues as well, or be refused for the name of another user.
    init(_ failed: FailedMessage) {
        self = failed.message.properties
        expiration = nil
        userID = nil
        var fields = headers ?? FieldTable()
        fields["CC"] = nil
        fields["BCC"] = nil
        fields[FailureHeader.reason] = .string(failed.reason)
        fields[FailureHeader.column] = failed.column.map { .int64(Int64($0)) }
        headers = fields
    }
}

extension InboundMessage {
    /// The properties that it came with; of those that nobody can read only what the driver has read before.
    var properties: BasicProperties {
        var bytes = body
        bytes.moveReaderIndex(to: 0)
        if let slice = bytes.readSlice(length: propertiesBytes),
            let properties = slice.withUnsafeReadableBytes({ try? RawProperties($0).decode() })
        {
            return properties
        }
        var properties = BasicProperties()
        properties.messageID = messageID
        properties.deliveryMode = 2
        if let intendedNanoseconds { properties.headers = [StampHeader.intended: .int64(intendedNanoseconds)] }
        return properties
    }
}
