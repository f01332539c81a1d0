/// Named values in the order they stand on the wire (specification 4.2.5.5).
///
/// Names should not repeat. Where a peer repeats one, all are kept and written again as they came, and the first counts.
/// Tables are equal where names and values are, in the same order.
package struct FieldTable: Sendable, Equatable {
    /// Every field, repeated names included.
    package private(set) var fields: [(name: String, value: FieldValue)] = []

    /// A table without fields.
    package init() {}

    /// Whether it has no field.
    package var isEmpty: Bool { fields.isEmpty }
    /// How many fields it has.
    package var count: Int { fields.count }

    /// The first value of that name; assigning leaves one field of that name, or with nil none.
    package subscript(name: String) -> FieldValue? {
        get { fields.first { $0.name == name }?.value }
        set {
            guard let index = fields.firstIndex(where: { $0.name == name }) else {
                if let newValue { fields.append((name, newValue)) }
                return
            }
            if let newValue { fields[index].value = newValue }
            let kept = newValue == nil ? index : index + 1
            fields[kept...].removeAll { $0.name == name }
        }
    }

    mutating func append(_ name: String, _ value: FieldValue) { fields.append((name, value)) }

    /// Compares field by field.
    package static func == (left: FieldTable, right: FieldTable) -> Bool {
        left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
    }
}

extension FieldTable: ExpressibleByDictionaryLiteral {
    /// A table of those fields; of a name that repeats, the last value.
    package init(dictionaryLiteral elements: (String, FieldValue)...) {
        for (name, value) in elements { self[name] = value }
    }
}

/// A value in a field table: every type RabbitMQ reads or writes, by its tag on the wire.
///
/// RabbitMQ's tags differ from the specification's: https://www.rabbitmq.com/amqp-0-9-1-errata#section_3
package enum FieldValue: Sendable, Equatable {
    case bool(Bool)  // t
    case int8(Int8)  // b
    case uint8(UInt8)  // B
    case int16(Int16)  // s
    case uint16(UInt16)  // u
    case int32(Int32)  // I
    case uint32(UInt32)  // i
    case int64(Int64)  // l
    case float(Float)  // f
    case double(Double)  // d
    case decimal(scale: UInt8, value: Int32)  // D
    case string(String)  // S, where it is UTF-8
    case binaryString([UInt8])  // S, where it is not
    case bytes([UInt8])  // x
    case array([FieldValue])  // A
    case timestamp(UInt64)  // T, seconds since 1970
    case table(FieldTable)  // F
    case void  // V

    /// The value of any integer type, where it fits.
    package var integer: Int64? {
        switch self {
        case .int8(let value): Int64(value)
        case .uint8(let value): Int64(value)
        case .int16(let value): Int64(value)
        case .uint16(let value): Int64(value)
        case .int32(let value): Int64(value)
        case .uint32(let value): Int64(value)
        case .int64(let value): value
        default: nil
        }
    }

    /// The value of a string.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }
}

extension WireReader {
    /// Reads a table with everything in it.
    ///
    /// Throws 501 where a field is cut off, 502 for an unknown type, a name that is not UTF-8 or nesting beyond
    /// `AMQP.maximumNesting`.
    package mutating func readTable() throws(WireError) -> FieldTable {
        var fields = try nested()
        var table = FieldTable()
        while fields.left > 0 {
            let name = try fields.readShortString()
            table.append(name, try fields.readValue())
        }
        return table
    }

    mutating func readArray() throws(WireError) -> [FieldValue] {
        var fields = try nested()
        var values: [FieldValue] = []
        while fields.left > 0 { values.append(try fields.readValue()) }
        return values
    }

    /// A reader of the next length-prefixed table or array, one level deeper.
    mutating func nested() throws(WireError) -> WireReader {
        guard nesting < AMQP.maximumNesting else {
            throw .nestedTooDeep()
        }
        var inner = WireReader(try readLongSlice())
        inner.nesting = nesting + 1
        return inner
    }

    mutating func readValue() throws(WireError) -> FieldValue {
        let tag = try readInteger(as: UInt8.self)
        switch tag {
        case UInt8(ascii: "t"): return .bool(try readInteger(as: UInt8.self) != 0)
        case UInt8(ascii: "b"): return .int8(try readInteger())
        case UInt8(ascii: "B"): return .uint8(try readInteger())
        case UInt8(ascii: "s"): return .int16(try readInteger())
        case UInt8(ascii: "u"): return .uint16(try readInteger())
        case UInt8(ascii: "I"): return .int32(try readInteger())
        case UInt8(ascii: "i"): return .uint32(try readInteger())
        case UInt8(ascii: "l"), UInt8(ascii: "L"): return .int64(try readInteger())
        case UInt8(ascii: "f"): return .float(Float(bitPattern: try readInteger()))
        case UInt8(ascii: "d"): return .double(Double(bitPattern: try readInteger()))
        case UInt8(ascii: "D"):
            var decimal = WireReader(try readBytes(5))
            return .decimal(scale: try decimal.readInteger(), value: try decimal.readInteger())
        case UInt8(ascii: "S"):
            let bytes = try readLongSlice()
            if let string = String(validating: bytes, as: UTF8.self) { return .string(string) }
            return .binaryString(Array(bytes))
        case UInt8(ascii: "x"): return .bytes(try readLongBytes())
        case UInt8(ascii: "A"): return .array(try readArray())
        case UInt8(ascii: "T"): return .timestamp(try readInteger())
        case UInt8(ascii: "F"): return .table(try readTable())
        case UInt8(ascii: "V"): return .void
        default: throw .unknownFieldType(tag)
        }
    }
}

extension WireWriter {
    /// Writes a table with everything in it.
    ///
    /// Throws 502 for a name beyond 255 bytes and nesting beyond `AMQP.maximumNesting`.
    package mutating func writeTable(_ table: FieldTable) throws(WireError) {
        try writeNested { (writer) throws(WireError) in
            for (name, value) in table.fields {
                try writer.writeShortString(name)
                try writer.writeValue(value)
            }
        }
    }

    mutating func writeValue(_ value: FieldValue) throws(WireError) {
        switch value {
        case .bool(let value): write("t", value ? UInt8(1) : UInt8(0))
        case .int8(let value): write("b", value)
        case .uint8(let value): write("B", value)
        case .int16(let value): write("s", value)
        case .uint16(let value): write("u", value)
        case .int32(let value): write("I", value)
        case .uint32(let value): write("i", value)
        case .int64(let value): write("l", value)
        case .float(let value): write("f", value.bitPattern)
        case .double(let value): write("d", value.bitPattern)
        case .decimal(let scale, let value):
            write("D", scale)
            writeInteger(value)
        case .string(let value):
            writeInteger(UInt8(ascii: "S"))
            try writeLongString(value)
        case .binaryString(let value):
            writeInteger(UInt8(ascii: "S"))
            try writeLongBytes(value)
        case .bytes(let value):
            writeInteger(UInt8(ascii: "x"))
            try writeLongBytes(value)
        case .array(let values):
            writeInteger(UInt8(ascii: "A"))
            try writeNested { (writer) throws(WireError) in
                for value in values { try writer.writeValue(value) }
            }
        case .timestamp(let value): write("T", value)
        case .table(let table):
            writeInteger(UInt8(ascii: "F"))
            try writeTable(table)
        case .void: writeInteger(UInt8(ascii: "V"))
        }
    }

    /// Runs `body` one level deeper, with the count of bytes it wrote in front of them.
    private mutating func writeNested(_ body: (inout WireWriter) throws(WireError) -> Void) throws(WireError) {
        guard nesting < AMQP.maximumNesting else { throw .nestedTooDeep() }
        nesting += 1
        defer { nesting -= 1 }
        try writeWithLength(body)
    }

    private mutating func write<T: FixedWidthInteger>(_ tag: Unicode.Scalar, _ value: T) {
        writeInteger(UInt8(ascii: tag))
        writeInteger(value)
    }
}
