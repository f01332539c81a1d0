import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct FieldTableTests {
    /// Every type with the bytes that RabbitMQ gives it.
    ///
    /// https://www.rabbitmq.com/amqp-0-9-1-errata#section_3
    static let values: [(value: FieldValue, bytes: String)] = [
        (.bool(true), "\"t\" 01"),
        (.bool(false), "\"t\" 00"),
        (.int8(-2), "\"b\" FE"),
        (.uint8(254), "\"B\" FE"),
        (.int16(-2), "\"s\" FFFE"),
        (.uint16(65534), "\"u\" FFFE"),
        (.int32(-2), "\"I\" FFFFFFFE"),
        (.uint32(4_294_967_294), "\"i\" FFFFFFFE"),
        (.int64(-2), "\"l\" FFFFFFFFFFFFFFFE"),
        (.float(1.5), "\"f\" 3FC00000"),
        (.double(-2.25), "\"d\" C002000000000000"),
        (.decimal(scale: 2, value: -314), "\"D\" 02 FFFFFEC6"),
        (.string("été"), "\"S\" 00000005 C3A974C3A9"),
        (.string(""), "\"S\" 00000000"),
        (.binaryString([0xFF, 0]), "\"S\" 00000002 FF00"),
        (.bytes([1, 2, 3]), "\"x\" 00000003 010203"),
        (.array([.int8(1), .string("a"), .array([])]), "\"A\" 0000000D \"b\" 01 \"S\" 00000001 \"a\" \"A\" 00000000"),
        (.timestamp(1_700_000_000), "\"T\" 000000006553F100"),
        (.table(["k": .void]), "\"F\" 00000003 01 \"kV\""),
        (.table(FieldTable()), "\"F\" 00000000"),
        (.void, "\"V\""),
    ]

    @Test(arguments: values.indices)
    func hasTheBytesThatRabbitMQWrites(index: Int) throws {
        let (value, hex) = Self.values[index]
        let field = wire("01 \"n\"") + wire(hex)
        let bytes = wire("000000") + [UInt8(field.count)] + field
        #expect(try encode(["n": value]) == bytes)
        #expect(try decode(bytes) == ["n": value])
        for count in 0..<bytes.count {
            #expect(wireError { try decode(Array(bytes[..<count])) }?.replyCode == .frameError)
        }
    }

    @Test func takesTheSpecificationsTagForInt64() throws {
        #expect(try decode(wire("0000000B 01 \"nL\" FFFFFFFFFFFFFFFE")) == ["n": .int64(-2)])
    }

    @Test func takesAnyByteButZeroForTrue() throws {
        #expect(try decode(wire("00000004 01 \"nt\" 02")) == ["n": .bool(true)])
    }

    @Test func refusesUnknownTypes() {
        let known = Set("tbBsuIilLfdDSxATFV".utf8)
        for tag in UInt8.min...UInt8.max where !known.contains(tag) {
            let error = wireError { try decode(wire("0000000B 01 \"n\"") + [tag] + Array(repeating: 0, count: 8)) }
            #expect(error == WireError(.syntaxError, "unknown field type \(tag)"))
        }
    }

    @Test func keepsRepeatedNamesAndLetsTheFirstCount() throws {
        let bytes = wire("0000000F 01 \"nb\" 01 01 \"mb\" 02 01 \"nb\" 03 01 \"nV\"")
        var table = try decode(bytes)
        #expect(table.count == 4)
        #expect(table["n"] == .int8(1))
        #expect(try encode(table) == bytes)
        table["n"] = .int8(9)
        #expect(table == ["n": .int8(9), "m": .int8(2)])
        table["n"] = nil
        #expect(table == ["m": .int8(2)])
        table["n"] = nil
        #expect(table.count == 1)
    }

    @Test func comparesInOrder() {
        let left: FieldTable = ["a": .void, "b": .void]
        let right: FieldTable = ["b": .void, "a": .void]
        #expect(left != right)
        #expect(FieldTable().isEmpty)
        #expect(["a": .int8(1), "a": .int8(2)] as FieldTable == ["a": .int8(2)])
    }

    @Test func givesAnyIntegerThatFits() {
        let integers: [FieldValue] = [
            .int8(7), .uint8(7), .int16(7), .uint16(7), .int32(7), .uint32(7), .int64(7),
        ]
        #expect(integers.allSatisfy { $0.integer == 7 })
        #expect(FieldValue.string("7").integer == nil)
        #expect(FieldValue.string("7").string == "7")
        #expect(FieldValue.int8(7).string == nil)
    }

    @Test(arguments: [1, 31, 32, 33, 100_000])
    func boundsTheNestingWhenWriting(depth: Int) {
        var table = FieldTable()
        for _ in 1..<depth { table = ["a": .table(table)] }
        var array = FieldValue.array([])
        for _ in 2..<max(depth, 2) { array = .array([array]) }
        let expected = depth <= AMQP.maximumNesting ? nil : WireError.nestedTooDeep()
        #expect(wireError { try encode(table) } == expected)
        #expect(wireError { try encode(["a": array]) } == expected)
        // Taken apart level by level: freeing 100 000 levels at once is the caller's own recursion, not ours to test.
        while case .table(let inner)? = table["a"] {
            table["a"] = nil
            table = inner
        }
        while case .array(let values) = array, let inner = values.first { array = inner }
    }

    @Test func refusesLongNames() {
        let long = String(repeating: "n", count: 256)
        #expect(wireError { try encode([long: .void]) }?.replyCode == .syntaxError)
    }

    @Test func survivesAnnouncedLengthsBeyondTheBytes() {
        for hex in [
            "FFFFFFFF", "7FFFFFFF 00", "00000007 01 \"nS\" FFFFFFFF", "00000007 01 \"nA\" 80000000",
            "00000007 01 \"nF\" 00000001", "00000002 FF 61",
        ] {
            #expect(wireError { try decode(wire(hex)) }?.replyCode == .frameError, "\(hex)")
        }
    }

    private func encode(_ table: FieldTable) throws -> [UInt8] {
        var writer = WireWriter(ByteBuffer())
        try writer.writeTable(table)
        return Array(writer.buffer.readableBytesView)
    }

    private func decode(_ bytes: [UInt8]) throws -> FieldTable {
        try bytes.withUnsafeBytes { bytes throws in
            var reader = WireReader(bytes)
            let table = try reader.readTable()
            try reader.finish()
            return table
        }
    }
}
