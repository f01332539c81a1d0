import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct MethodTests {
    @Test func samplesAreComplete() {
        #expect(MethodSamples.all.count == 66)
        #expect(Set(MethodSamples.all.map(\.method.id)).count == 66)
    }

    @Test(arguments: MethodSamples.all.indices)
    func hasTheBytesOfTheSpecification(index: Int) throws {
        let (method, payload) = MethodSamples.all[index]
        var writer = WireWriter(ByteBuffer())
        try method.encode(into: &writer)
        #expect(Array(writer.buffer.readableBytesView) == wire(payload), "\(method.id)")
        #expect(try decode(wire(payload)) == method)
    }

    @Test(arguments: MethodSamples.all.indices)
    func refusesEveryTruncationAndTrailingBytes(index: Int) {
        let (method, payload) = MethodSamples.all[index]
        let bytes = wire(payload)
        for count in 0..<bytes.count {
            let error = wireError { try decode(Array(bytes[..<count])) }
            #expect(error?.replyCode == .frameError, "\(method.id) cut to \(count) bytes")
        }
        #expect(wireError { try decode(bytes + [0]) } == WireError.leftOver(1), "\(method.id)")
    }

    @Test func namesEveryMethodAsTheSpecificationDoes() {
        for (method, _) in MethodSamples.all {
            let name = method.id.description
            #expect(name.contains(".") && name.allSatisfy { $0.isLowercase || ".-".contains($0) }, "\(name)")
        }
        #expect(MethodID.basicGetEmpty.description == "basic.get-empty")
        #expect(MethodID(classID: 60, methodID: 1).description == "60.1")
    }

    @Test(arguments: [(60, 41), (0, 0), (61, 40), (85, 12), (65535, 65535), (40, 41)] as [(UInt16, UInt16)])
    func refusesUnknownMethods(classID: UInt16, methodID: UInt16) {
        let id = MethodID(classID: classID, methodID: methodID)
        var writer = WireWriter(ByteBuffer())
        id.encode(into: &writer)
        let error = wireError { try decode(Array(writer.buffer.readableBytesView)) }
        #expect(error == WireError(.notImplemented, "unknown method \(classID).\(methodID)", method: id))
    }

    @Test func ignoresReservedFieldsAndUnusedBits() throws {
        // An access ticket, as clients of older versions send it, and bits that mean nothing yet.
        #expect(
            try decode(wire("003C 0028 0065 00 01 \"q\" FC"))
                == .basicPublish(BasicPublish(exchange: "", routingKey: "q")))
        #expect(
            try decode(wire("000A 0028 01 \"/\" 04 \"caps\" 01")) == .connectionOpen(ConnectionOpen(virtualHost: "/")))
        #expect(try decode(wire("0014 000A 03 \"oob\"")) == .channelOpen)
        #expect(try decode(wire("0014 000B 00000002 \"id\"")) == .channelOpenOk)
    }

    @Test func refusesNamesThatAreNotUTF8() {
        let error = wireError { try decode(wire("0032 001E 0000 02 C328 00")) }
        #expect(error == WireError(.syntaxError, "short string of 2 bytes is not UTF-8"))
    }

    @Test func refusesToWriteALongName() {
        let long = String(repeating: "q", count: 256)
        var buffer = ByteBuffer(string: "before")
        let error = wireError { try buffer.writeFrame(.method(.queuePurge(QueuePurge(queue: long)), on: 1)) }
        #expect(error?.replyCode == .syntaxError)
        #expect(error?.text.contains("256 bytes, a short string at most 255") == true)
        #expect(String(buffer: buffer) == "before")  // nothing of the frame is left
        #expect(
            wireError { try buffer.writeFrame(.method(.queuePurge(QueuePurge(queue: String(long.dropLast()))))) } == nil
        )
    }

    private func decode(_ payload: [UInt8]) throws -> Method {
        try payload.withUnsafeBytes { bytes throws in
            try RawFrame(type: .method, channel: 1, payload: bytes, whole: 0..<0).decodeMethod()
        }
    }
}

@Suite struct ReplyCodeTests {
    @Test func tellsSoftFromHard() {
        let soft: [UInt16] = [311, 312, 313, 403, 404, 405, 406]
        let hard: [UInt16] = [320, 402, 501, 502, 503, 504, 505, 506, 530, 540, 541, 999]
        #expect(soft.allSatisfy { !ReplyCode(rawValue: $0).isHard })
        #expect(hard.allSatisfy { ReplyCode(rawValue: $0).isHard })
    }

    @Test func namesCodesAsServersDo() {
        #expect(ReplyCode.preconditionFailed.description == "PRECONDITION_FAILED")
        #expect(ReplyCode(rawValue: 599).description == "CODE_599")
        #expect(WireError(.frameError, "unknown frame type 4").description == "501 FRAME_ERROR: unknown frame type 4")
    }
}
