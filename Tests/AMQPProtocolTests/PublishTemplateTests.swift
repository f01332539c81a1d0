import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct PublishTemplateTests {
    let properties: BasicProperties = {
        var properties = BasicProperties()
        properties.headers = ["kind": .string("update"), "x-rafale-intended": .int64(0x0102_0304_0506_0708)]
        properties.deliveryMode = 2
        properties.correlationID = "0000000a-0000000000000002"
        properties.messageID = "0000000a-0000000000000001"
        return properties
    }()

    /// The frames that those bytes hold.
    func frames(_ bytes: [UInt8], frameMaxBytes: UInt32) throws -> [Frame] {
        var decoder = FrameDecoder(frameMaxBytes: frameMaxBytes)
        decoder.append(ByteBuffer(bytes: bytes))
        var frames: [Frame] = []
        while let frame = try decoder.next() { frames.append(frame) }
        return frames
    }

    @Test func isTheFramesOfOnePublish() throws {
        var template = try PublishTemplate(
            exchange: "ex", routingKey: "key", mandatory: true, properties: properties, body: Array("hello".utf8),
            frameMaxBytes: 4096)
        template.setChannel(0x0203)
        #expect(template.byteCount == template.bytes.count)
        #expect(
            try frames(template.bytes, frameMaxBytes: 4096) == [
                .method(.basicPublish(BasicPublish(exchange: "ex", routingKey: "key", mandatory: true)), on: 0x0203),
                Frame(channel: 0x0203, .header(ContentHeader(bodyBytes: 5, properties: properties))),
                Frame(channel: 0x0203, .body(ByteBuffer(string: "hello"))),
            ])
    }

    @Test func hasTheBytesOfTheSpecification() throws {
        var properties = BasicProperties()
        properties.messageID = "id"
        let template = try PublishTemplate(
            exchange: "", routingKey: "q", properties: properties, body: [0x7B, 0x7D], frameMaxBytes: 131_072)
        let expected = wire(
            """
            01 0001 0000000A 003C 0028 0000 00 01"q" 00 CE
            02 0001 00000011 003C 0000 0000000000000002 0080 02"id" CE
            03 0001 00000002 7B7D CE
            """)
        #expect(template.bytes == expected)
        #expect(template.messageIDOffset == 40)
        #expect(template.bodyOffset(0) == 50)
    }

    @Test func saysWhereToPatch() throws {
        let template = try PublishTemplate(
            exchange: "", routingKey: "q", properties: properties, body: Array("{\"id\":\"0\"}".utf8),
            frameMaxBytes: 4096)
        var bytes = template.bytes
        let messageID = try #require(template.messageIDOffset)
        let correlationID = try #require(template.offset(of: .correlationID))
        let intended = try #require(template.headerOffset("x-rafale-intended"))
        #expect(Array(bytes[messageID..<messageID + 25]) == Array("0000000a-0000000000000001".utf8))
        #expect(Array(bytes[correlationID..<correlationID + 25]) == Array("0000000a-0000000000000002".utf8))
        #expect(Array(bytes[intended..<intended + 8]) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(template.headerOffset("kind") == nil)
        #expect(template.headerOffset("absent") == nil)
        #expect(template.offset(of: .replyTo) == nil)

        bytes[messageID + 24] = UInt8(ascii: "9")
        bytes[intended] = 0
        bytes[template.bodyOffset(7)] = UInt8(ascii: "8")
        let patched = try frames(bytes, frameMaxBytes: 4096)
        guard case .header(let header) = patched[1].payload, case .body(let body) = patched[2].payload else {
            Issue.record("expected header and body, got \(patched)")
            return
        }
        #expect(header.properties.messageID == "0000000a-0000000000000009")
        #expect(header.properties.headers?["x-rafale-intended"] == .int64(0x0002_0304_0506_0708))
        #expect(String(buffer: body) == "{\"id\":\"8\"}")
    }

    @Test(arguments: [0, 1, 4087, 4088, 4089, 8176, 8177, 20000])
    func splitsTheBodyByFrameMax(bodyBytes: Int) throws {
        let body = (0..<bodyBytes).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        var template = try PublishTemplate(
            exchange: "", routingKey: "q", properties: properties, body: body, frameMaxBytes: 4096)
        template.setChannel(9)
        let decoded = try frames(template.bytes, frameMaxBytes: 4096)
        #expect(decoded.count == 2 + (bodyBytes + 4087) / 4088)
        #expect(decoded.allSatisfy { $0.channel == 9 })
        var joined: [UInt8] = []
        for case .body(let piece) in decoded.map(\.payload) { joined += Array(piece.readableBytesView) }
        #expect(joined == body)
        let offsetsAreRight = body.indices.allSatisfy { template.bytes[template.bodyOffset($0)] == body[$0] }
        #expect(offsetsAreRight)
        var runs = 0
        var next = 0
        while next < bodyBytes {
            next += template.bodyRunBytes(from: next)
            runs += 1
        }
        #expect(next == bodyBytes)
        #expect(runs == decoded.count - 2)
    }

    @Test func refusesWhatDoesNotFit() {
        let long = String(repeating: "k", count: 256)
        var large = BasicProperties()
        large.headers = ["large": .string(String(repeating: "v", count: 5000))]
        let name = wireError {
            try PublishTemplate(
                exchange: "", routingKey: long, properties: BasicProperties(), body: [], frameMaxBytes: 4096)
        }
        #expect(name?.replyCode == .syntaxError)
        let header = wireError {
            try PublishTemplate(exchange: "", routingKey: "q", properties: large, body: [], frameMaxBytes: 4096)
        }
        #expect(header?.replyCode == .frameError)
        let tiny = wireError {
            try PublishTemplate(exchange: "", routingKey: "q", properties: large, body: [], frameMaxBytes: 8)
        }
        #expect(tiny?.replyCode == .syntaxError)
    }
}
