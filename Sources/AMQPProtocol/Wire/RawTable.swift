/// The fields of a table one after another, not decoded (specification 4.2.5.5).
///
/// Copy it to start again from the first field. Valid as long as the scanned bytes are.
package struct RawTable {
    /// A value in a table: its tag and the bytes behind it, without their length.
    package struct Value {
        /// The type, as `FieldValue` lists them.
        package let tag: UInt8
        /// The value without its tag and length.
        package let bytes: UnsafeRawBufferPointer
        /// The value as it stands on the wire, tag first.
        package let encoded: UnsafeRawBufferPointer
        /// How deep in tables and arrays the value lies.
        fileprivate let nesting: Int
    }

    private var reader: WireReader

    /// Views a table's bytes, those behind its length.
    package init(_ bytes: UnsafeRawBufferPointer) {
        reader = WireReader(bytes)
        reader.nesting = 1
    }

    /// The next field, or nil behind the last.
    package mutating func next() throws(WireError) -> (name: UnsafeRawBufferPointer, value: Value)? {
        guard reader.left > 0 else { return nil }
        let name = try reader.readShortBytes()
        return (name, try reader.readRawValue())
    }
}

extension RawTable.Value {
    /// The value of any integer type, where it fits.
    package func integer() throws(WireError) -> Int64? {
        if tag == UInt8(ascii: "l"), bytes.count == 8 {
            return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        }
        return try decode().integer
    }

    /// The value with its type.
    package func decode() throws(WireError) -> FieldValue {
        var reader = WireReader(encoded)
        reader.nesting = nesting
        return try reader.readValue()
    }
}

extension WireReader {
    /// The next tagged value; what tables and arrays hold is not looked at.
    fileprivate mutating func readRawValue() throws(WireError) -> RawTable.Value {
        let rest = bytes
        let start = offset
        let tag = try readInteger(as: UInt8.self)
        let value = try readValueBytes(tag)
        let encoded = UnsafeRawBufferPointer(start: rest.baseAddress.map { $0 + start }, count: offset - start)
        return RawTable.Value(tag: tag, bytes: value, encoded: encoded, nesting: nesting)
    }

    /// The bytes of a value of that type, without their length.
    private mutating func readValueBytes(_ tag: UInt8) throws(WireError) -> UnsafeRawBufferPointer {
        switch tag {
        case UInt8(ascii: "S"), UInt8(ascii: "x"), UInt8(ascii: "F"), UInt8(ascii: "A"): try readLongSlice()
        case UInt8(ascii: "l"), UInt8(ascii: "L"), UInt8(ascii: "T"), UInt8(ascii: "d"): try readBytes(8)
        case UInt8(ascii: "I"), UInt8(ascii: "i"), UInt8(ascii: "f"): try readBytes(4)
        case UInt8(ascii: "D"): try readBytes(5)
        case UInt8(ascii: "s"), UInt8(ascii: "u"): try readBytes(2)
        case UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "B"): try readBytes(1)
        case UInt8(ascii: "V"): try readBytes(0)
        default: throw .unknownFieldType(tag)
        }
    }

    /// Walks over a table, refusing what `readTable()` refuses.
    mutating func skipTable() throws(WireError) {
        var fields = try nested()
        while fields.left > 0 {
            _ = try fields.readShortBytes()
            try fields.skipValue()
        }
    }

    private mutating func skipValue() throws(WireError) {
        let tag = try readInteger(as: UInt8.self)
        switch tag {
        case UInt8(ascii: "F"): try skipTable()
        case UInt8(ascii: "A"):
            var values = try nested()
            while values.left > 0 { try values.skipValue() }
        default: _ = try readValueBytes(tag)
        }
    }
}
