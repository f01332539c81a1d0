import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct RawPropertiesTests {
    static let full: BasicProperties = {
        var properties = BasicProperties()
        properties.contentType = "application/json"
        properties.contentEncoding = "identity"
        properties.headers = [
            "first": .string("one"), "x-rafale-intended": .int64(-5), "small": .int16(300), "none": .void,
            "nested": .table(["deep": .array([.int8(1), .table(["deeper": .bool(true)])])]),
        ]
        properties.deliveryMode = 2
        properties.priority = 9
        properties.correlationID = "correlation"
        properties.replyTo = "reply"
        properties.expiration = "60000"
        properties.messageID = "0000000a-0000000000000001"
        properties.timestamp = 1_700_000_000
        properties.type = "update"
        properties.userID = "guest"
        properties.appID = "rafale"
        properties.clusterID = "c"
        return properties
    }()

    /// The bytes of those properties, as a content header ends with them.
    func bytes(_ properties: BasicProperties) throws -> [UInt8] {
        var writer = WireWriter(ByteBuffer())
        try properties.encode(into: &writer)
        return Array(writer.buffer.readableBytesView)
    }

    @Test func readsTheContentHeader() throws {
        try wire("003C 0000 0000000000000080 0080 02 \"id\"").withUnsafeBytes { payload in
            let header = try RawContentHeader(payload)
            #expect(header.classID == 60)
            #expect(header.bodyBytes == 128)
            #expect(try RawProperties(header.properties).messageID()?.text == "id")
        }
        let weighty = wireError {
            try wire("003C 0001 0000000000000080 0000").withUnsafeBytes { try RawContentHeader($0).bodyBytes }
        }
        #expect(weighty == WireError(.syntaxError, "content header of weight 1, must be 0"))
    }

    @Test func findsEachProperty() throws {
        try bytes(Self.full).withUnsafeBytes { bytes throws in
            let raw = RawProperties(bytes)
            let text: [RawProperties.Property: String] = [
                .contentType: "application/json", .contentEncoding: "identity", .correlationID: "correlation",
                .replyTo: "reply", .expiration: "60000", .messageID: "0000000a-0000000000000001", .type: "update",
                .userID: "guest", .appID: "rafale", .clusterID: "c",
            ]
            for (property, text) in text { #expect(try raw.bytes(of: property)?.text == text) }
            #expect(try raw.deliveryMode() == 2)
            #expect(try raw.priority() == 9)
            #expect(try raw.timestamp() == 1_700_000_000)
            #expect(try raw.decode() == Self.full)
            try raw.validate()
        }
    }

    @Test func findsNothingWhereNothingIsSet() throws {
        try wire("0000").withUnsafeBytes { bytes throws in
            let raw = RawProperties(bytes)
            for property in RawProperties.Property.allCases { #expect(try raw.bytes(of: property) == nil) }
            #expect(try raw.header("x") == nil)
            #expect(try raw.decode() == BasicProperties())
            try raw.validate()
        }
    }

    @Test func findsHeadersByName() throws {
        try bytes(Self.full).withUnsafeBytes { bytes throws in
            let raw = RawProperties(bytes)
            #expect(try raw.header("first") == .string("one"))
            #expect(try raw.int64Header("x-rafale-intended") == -5)
            #expect(try raw.int64Header("small") == 300)
            #expect(try raw.int64Header("first") == nil)
            #expect(try raw.header("none") == .void)
            #expect(try raw.header("nested") == Self.full.headers?["nested"])
            #expect(try raw.header("absent") == nil)
        }
    }

    @Test func walksTheHeaders() throws {
        try bytes(Self.full).withUnsafeBytes { bytes throws in
            var table = try #require(try RawProperties(bytes).headers())
            var decoded: [(String, FieldValue)] = []
            while let field = try table.next() { decoded.append((field.name.text, try field.value.decode())) }
            #expect(decoded.map(\.0) == Self.full.headers?.fields.map(\.name))
            #expect(decoded.map(\.1) == Self.full.headers?.fields.map(\.value))
        }
    }

    @Test func refusesEveryTruncation() throws {
        let bytes = try bytes(Self.full)
        for count in 0..<bytes.count {
            let piece = Array(bytes[..<count])
            #expect(
                wireError { try piece.withUnsafeBytes { try RawProperties($0).validate() } }?.replyCode == .frameError)
            #expect(
                wireError { try piece.withUnsafeBytes { try RawProperties($0).decode() } }?.replyCode == .frameError)
        }
    }

    @Test(arguments: [
        ("0001 0000", "property flags 1 name properties that basic does not have"),
        ("0080 02 C328", "short string of 2 bytes is not UTF-8"),
        ("2000 00000003 01 61 7A", "unknown field type 122"),
        ("2000 00000004 02 C328 56", "short string of 2 bytes is not UTF-8"),
    ])
    func refusesIllegalValues(hex: String, text: String) {
        let error = WireError(.syntaxError, text)
        #expect(wireError { try wire(hex).withUnsafeBytes { try RawProperties($0).validate() } } == error)
        #expect(wireError { try wire(hex).withUnsafeBytes { try RawProperties($0).decode() } } == error)
    }

    @Test func boundsTheNesting() {
        for depth in [31, 32, 33, 1000] {
            var table = wire("00000000")
            for _ in 1..<depth {
                let inner = wire("01 61 46") + table
                table = withUnsafeBytes(of: UInt32(inner.count).bigEndian) { Array($0) } + inner
            }
            let bytes = wire("2000") + table
            let expected = depth <= AMQP.maximumNesting ? nil : WireError.nestedTooDeep()
            #expect(wireError { try bytes.withUnsafeBytes { try RawProperties($0).validate() } } == expected)
            #expect(wireError { try bytes.withUnsafeBytes { try RawProperties($0).decode() } } == expected)
            #expect(wireError { try bytes.withUnsafeBytes { try RawProperties($0).header("a") } } == expected)
        }
    }
}
