/// Property flags and values of a message as they stand on the wire, read one by one (specification 1.8.3, 4.2.6.1).
///
/// Finding a property walks over those in front of it and looks no further: a message of an untrusted peer wants
/// `validate()` once. Valid as long as the scanned bytes are.
package struct RawProperties {
    /// A property by the bit that announces it.
    package enum Property: UInt16, Sendable, CaseIterable {
        case contentType = 15
        case contentEncoding = 14
        case headers = 13
        case deliveryMode = 12
        case priority = 11
        case correlationID = 10
        case replyTo = 9
        case expiration = 8
        case messageID = 7
        case timestamp = 6
        case type = 5
        case userID = 4
        case appID = 3
        case clusterID = 2
    }

    /// Flags and values.
    package let bytes: UnsafeRawBufferPointer

    /// Views the bytes that end a content header.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The bytes of that property's value without their length, or nil where it is not set.
    package func bytes(of property: Property) throws(WireError) -> UnsafeRawBufferPointer? {
        var reader = WireReader(bytes)
        let flags = try reader.readPropertyFlags()
        guard flags >> property.rawValue & 1 != 0 else { return nil }
        var before = flags & ~(UInt16.max >> (15 &- property.rawValue))
        while before != 0 {
            let bit = UInt16(truncatingIfNeeded: 15 &- before.leadingZeroBitCount)
            _ = try reader.readPropertyBytes(bit)
            before &= ~(1 << bit)
        }
        return try reader.readPropertyBytes(property.rawValue)
    }

    /// Decodes all of them.
    package func decode() throws(WireError) -> BasicProperties {
        var reader = WireReader(bytes)
        let properties = try BasicProperties(from: &reader)
        try reader.finish()
        return properties
    }

    /// Refuses what `decode()` refuses, without allocating.
    package func validate() throws(WireError) {
        var reader = WireReader(bytes)
        var flags = try reader.readPropertyFlags()
        while flags != 0 {
            let bit = UInt16(truncatingIfNeeded: 15 &- flags.leadingZeroBitCount)
            if bit == Property.headers.rawValue {
                try reader.skipTable()
            } else {
                let value = try reader.readPropertyBytes(bit)
                if Property.shortStrings >> bit & 1 != 0, !value.isUTF8 {
                    throw .notUTF8("short string", bytes: value.count)
                }
            }
            flags &= ~(1 << bit)
        }
        try reader.finish()
    }
}

extension RawProperties {
    /// The application's identifier of the message.
    package func messageID() throws(WireError) -> UnsafeRawBufferPointer? { try bytes(of: .messageID) }

    /// The identifier of the message that this one answers.
    package func correlationID() throws(WireError) -> UnsafeRawBufferPointer? { try bytes(of: .correlationID) }

    /// Time to live in milliseconds, as decimal digits.
    package func expiration() throws(WireError) -> UnsafeRawBufferPointer? { try bytes(of: .expiration) }

    /// The user who says to have published it.
    package func userID() throws(WireError) -> UnsafeRawBufferPointer? { try bytes(of: .userID) }

    /// 1 for transient, 2 for persistent.
    package func deliveryMode() throws(WireError) -> UInt8? { try bytes(of: .deliveryMode)?.first }

    /// The message's priority; larger comes first.
    package func priority() throws(WireError) -> UInt8? { try bytes(of: .priority)?.first }

    /// Seconds since 1970.
    package func timestamp() throws(WireError) -> UInt64? {
        guard let value = try bytes(of: .timestamp) else { return nil }
        var reader = WireReader(value)
        return try reader.readInteger()
    }

    /// The headers, not decoded.
    package func headers() throws(WireError) -> RawTable? { try bytes(of: .headers).map(RawTable.init) }

    /// The first header of that name.
    package func header(_ name: StaticString) throws(WireError) -> FieldValue? {
        try rawHeader(name)?.decode()
    }

    /// The first header of that name, where it is of an integer type and fits.
    package func int64Header(_ name: StaticString) throws(WireError) -> Int64? {
        try rawHeader(name)?.integer()
    }

    /// The first header of that name, its value not decoded.
    package func rawHeader(_ name: StaticString) throws(WireError) -> RawTable.Value? {
        guard var fields = try headers() else { return nil }
        while let field = try fields.next() {
            if field.name.equals(name) { return field.value }
        }
        return nil
    }
}

extension RawProperties.Property {
    /// The bits of the properties that are short strings.
    fileprivate static let shortStrings: UInt16 = 0b1100_0111_1011_1100
}

extension WireReader {
    /// The flags in front of the properties; bits that announce none of basic's are refused.
    mutating func readPropertyFlags() throws(WireError) -> UInt16 {
        let flags = try readInteger(as: UInt16.self)
        guard flags & 0b11 == 0 else { throw .unknownProperties(flags: flags) }
        return flags
    }

    /// The bytes of the property of that bit, without their length.
    fileprivate mutating func readPropertyBytes(_ bit: UInt16) throws(WireError) -> UnsafeRawBufferPointer {
        switch bit {
        case 13: try readLongSlice()
        case 12, 11: try readBytes(1)
        case 6: try readBytes(8)
        default: try readBytes(Int(try readInteger(as: UInt8.self)))
        }
    }
}
