/// The properties of a message (specification 1.8.3), each present only where it is set.
package struct BasicProperties: Sendable, Equatable {
    package var contentType: String?
    package var contentEncoding: String?
    package var headers: FieldTable?
    /// 1 for transient, 2 for persistent.
    package var deliveryMode: UInt8?
    package var priority: UInt8?
    package var correlationID: String?
    package var replyTo: String?
    /// Time to live in milliseconds, as a decimal string: that is how the wire has it.
    package var expiration: String?
    package var messageID: String?
    /// Seconds since 1970.
    package var timestamp: UInt64?
    package var type: String?
    package var userID: String?
    package var appID: String?
    package var clusterID: String?

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
    package var classID: UInt16
    package var bodyBytes: UInt64
    package var properties: BasicProperties

    package init(classID: UInt16 = 60, bodyBytes: UInt64, properties: BasicProperties) {
        self.classID = classID
        self.bodyBytes = bodyBytes
        self.properties = properties
    }

    package init(from reader: inout WireReader) throws(WireError) {
        classID = try reader.readInteger()
        let weight = try reader.readInteger(as: UInt16.self)
        guard weight == 0 else { throw .nonzeroWeight(weight) }
        bodyBytes = try reader.readInteger()
        properties = try BasicProperties(from: &reader)
    }

    package func encode(into writer: inout WireWriter) throws(WireError) {
        writer.writeInteger(classID)
        writer.writeInteger(UInt16(0))
        writer.writeInteger(bodyBytes)
        try properties.encode(into: &writer)
    }
}
