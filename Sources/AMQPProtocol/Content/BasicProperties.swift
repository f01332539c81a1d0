/// The properties of a message (specification 1.8.3), each present only where it is set.
package struct BasicProperties: Sendable, Equatable {
    /// The MIME type of the body.
    package var contentType: String?
    /// The MIME encoding of the body.
    package var contentEncoding: String?
    /// The application's own fields, and what a headers exchange routes by.
    package var headers: FieldTable?
    /// 1 for transient, 2 for persistent.
    package var deliveryMode: UInt8?
    /// 0 to 9 by the specification; a larger number comes first.
    package var priority: UInt8?
    /// The identifier of the message that this one answers.
    package var correlationID: String?
    /// The queue to answer to.
    package var replyTo: String?
    /// Time to live in milliseconds, as a decimal string: that is how the wire has it.
    package var expiration: String?
    /// The application's identifier of the message.
    package var messageID: String?
    /// Seconds since 1970.
    package var timestamp: UInt64?
    /// The application's name for the kind of message.
    package var type: String?
    /// The user who publishes it; a server refuses another's name.
    package var userID: String?
    /// The application that publishes it.
    package var appID: String?
    /// Deprecated, and carried along.
    package var clusterID: String?

    /// Sets none.
    package init() {}

    /// Reads the property flags and the properties they announce.
    package init(from reader: inout WireReader) throws(WireError) {
        let flags = try reader.readPropertyFlags()
        if flags & 1 << 15 != 0 { contentType = try reader.readShortString() }
        if flags & 1 << 14 != 0 { contentEncoding = try reader.readShortString() }
        if flags & 1 << 13 != 0 { headers = try reader.readTable() }
        if flags & 1 << 12 != 0 { deliveryMode = try reader.readInteger() }
        if flags & 1 << 11 != 0 { priority = try reader.readInteger() }
        if flags & 1 << 10 != 0 { correlationID = try reader.readShortString() }
        if flags & 1 << 9 != 0 { replyTo = try reader.readShortString() }
        if flags & 1 << 8 != 0 { expiration = try reader.readShortString() }
        if flags & 1 << 7 != 0 { messageID = try reader.readShortString() }
        if flags & 1 << 6 != 0 { timestamp = try reader.readInteger() }
        if flags & 1 << 5 != 0 { type = try reader.readShortString() }
        if flags & 1 << 4 != 0 { userID = try reader.readShortString() }
        if flags & 1 << 3 != 0 { appID = try reader.readShortString() }
        if flags & 1 << 2 != 0 { clusterID = try reader.readShortString() }
    }

    /// Writes the property flags and the properties they announce.
    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(flags)
        if let contentType { try writer.writeShortString(contentType) }
        if let contentEncoding { try writer.writeShortString(contentEncoding) }
        if let headers { try writer.writeTable(headers) }
        if let deliveryMode { writer.writeInteger(deliveryMode) }
        if let priority { writer.writeInteger(priority) }
        if let correlationID { try writer.writeShortString(correlationID) }
        if let replyTo { try writer.writeShortString(replyTo) }
        if let expiration { try writer.writeShortString(expiration) }
        if let messageID { try writer.writeShortString(messageID) }
        if let timestamp { writer.writeInteger(timestamp) }
        if let type { try writer.writeShortString(type) }
        if let userID { try writer.writeShortString(userID) }
        if let appID { try writer.writeShortString(appID) }
        if let clusterID { try writer.writeShortString(clusterID) }
    }

    private var flags: UInt16 {
        var flags: UInt16 = 0
        if contentType != nil { flags |= 1 << 15 }
        if contentEncoding != nil { flags |= 1 << 14 }
        if headers != nil { flags |= 1 << 13 }
        if deliveryMode != nil { flags |= 1 << 12 }
        if priority != nil { flags |= 1 << 11 }
        if correlationID != nil { flags |= 1 << 10 }
        if replyTo != nil { flags |= 1 << 9 }
        if expiration != nil { flags |= 1 << 8 }
        if messageID != nil { flags |= 1 << 7 }
        if timestamp != nil { flags |= 1 << 6 }
        if type != nil { flags |= 1 << 5 }
        if userID != nil { flags |= 1 << 4 }
        if appID != nil { flags |= 1 << 3 }
        if clusterID != nil { flags |= 1 << 2 }
        return flags
    }
}

/// The payload of a content header frame (specification 2.3.5.2).
package struct ContentHeader: Sendable, Equatable {
    /// The class of the method before it; 60, basic, is the only one with content.
    package var classID: UInt16
    /// The bytes of all the body frames that follow.
    package var bodyBytes: UInt64
    /// The message's properties.
    package var properties: BasicProperties

    /// Announces a body of that many bytes.
    package init(classID: UInt16 = 60, bodyBytes: UInt64, properties: BasicProperties) {
        self.classID = classID
        self.bodyBytes = bodyBytes
        self.properties = properties
    }

    /// Reads the payload of a header frame; a weight other than 0 is refused.
    package init(from reader: inout WireReader) throws(WireError) {
        classID = try reader.readInteger()
        let weight = try reader.readInteger(as: UInt16.self)
        guard weight == 0 else { throw .nonzeroWeight(weight) }
        bodyBytes = try reader.readInteger()
        properties = try BasicProperties(from: &reader)
    }

    /// Writes the payload of a header frame.
    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(classID)
        writer.writeInteger(UInt16(0))
        writer.writeInteger(bodyBytes)
        try properties.encode(into: &writer)
    }
}
