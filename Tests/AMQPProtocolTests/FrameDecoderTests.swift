import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct FrameDecoderTests {
    /// A bit of everything: methods, a message over several frames, heartbeats.
    static let frames: [Frame] = {
        let properties = RawPropertiesTests.full
        return [
            .method(.connectionCloseOk),
            .method(.basicPublish(BasicPublish(exchange: "ex", routingKey: "key")), on: 1),
            Frame(channel: 1, .header(ContentHeader(bodyBytes: 5, properties: properties))),
            Frame(channel: 1, .body(ByteBuffer(string: "abc"))),
            .heartbeat,
            Frame(channel: 1, .body(ByteBuffer(string: ""))),
            Frame(channel: 1, .body(ByteBuffer(string: "de"))),
            .method(.basicAck(BasicAck(deliveryTag: 1)), on: 65535),
        ]
    }()

    static let bytes: [UInt8] = {
        var buffer = ByteBuffer()
        for frame in frames { try? buffer.writeFrame(frame) }
        return Array(buffer.readableBytesView)
    }()

    /// Feeds the pieces, taking frames after each.
    func decode(_ pieces: [ArraySlice<UInt8>], frameMaxBytes: UInt32 = 4096) throws -> [Frame] {
        var decoder = FrameDecoder(frameMaxBytes: frameMaxBytes)
        var frames: [Frame] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            while let frame = try decoder.next() { frames.append(frame) }
        }
        #expect(decoder.bufferedBytes == 0)
        return frames
    }

    @Test func hasTheBytesOfTheSpecification() throws {
        #expect(try encoded(.heartbeat) == wire("08 0000 00000000 CE"))
        #expect(try encoded(.method(.channelCloseOk, on: 258)) == wire("01 0102 00000004 0014 0029 CE"))
        #expect(try encoded(Frame(channel: 1, .body(ByteBuffer(string: "hi")))) == wire("03 0001 00000002 \"hi\" CE"))
        var properties = BasicProperties()
        properties.contentType = "text/plain"
        properties.deliveryMode = 2
        #expect(
            try encoded(Frame(channel: 1, .header(ContentHeader(bodyBytes: 11, properties: properties))))
                == wire("02 0001 0000001A 003C 0000 000000000000000B 9000 0A \"text/plain\" 02 CE"))
        properties = RawPropertiesTests.full
        properties.headers = ["n": .void]
        #expect(
            try encoded(Frame(channel: 1, .header(ContentHeader(bodyBytes: 0, properties: properties)))).dropFirst(19)
                == wire(
                    """
                    FFFC 10"application/json" 08"identity" 00000003 01"nV" 02 09 0B"correlation" 05"reply" 05"60000"
                    19"0000000a-0000000000000001" 000000006553F100 06"update" 05"guest" 06"rafale" 01"c" CE
                    """)[...])
    }

    @Test func givesTheSameFedAtOnceByteByByteAndSplitAnywhere() throws {
        let bytes = Self.bytes
        #expect(try decode([bytes[...]]) == Self.frames)
        #expect(try decode(bytes.indices.map { bytes[$0...$0] }) == Self.frames)
        for cut in bytes.indices {
            #expect(try decode([bytes[..<cut], bytes[cut...]]) == Self.frames)
        }
    }

    @Test func takesFramesFromAllThatWasAppended() throws {
        var decoder = FrameDecoder()
        for byte in Self.bytes { decoder.append(ByteBuffer(integer: byte)) }
        var frames: [Frame] = []
        while let frame = try decoder.next() { frames.append(frame) }
        #expect(frames == Self.frames)
    }

    @Test(arguments: [
        ("04", 501, "unknown frame type 4"),
        ("41 4D 51 50", 501, "unknown frame type 65"),
        ("01 0001 00000FF9", 501, "frame of 4089 + 8 bytes, negotiated maximum 4096"),
        ("03 0001 FFFFFFFF", 501, "frame of 4294967295 + 8 bytes, negotiated maximum 4096"),
        ("03 0001 00000001 61 61", 501, "frame of 1 bytes ends with 97 instead of 206"),
        ("08 0001 00000000 CE", 501, "heartbeat of 0 bytes on channel 1, must be empty on channel 0"),
        ("08 0000 00000001 00 CE", 501, "heartbeat of 1 bytes on channel 0, must be empty on channel 0"),
        ("01 0001 00000000 CE", 501, "field needs 2 bytes, 0 left"),
        ("01 0001 00000003 003C00 CE", 501, "field needs 2 bytes, 1 left"),
        ("01 0001 00000004 003C 0050 CE", 501, "field needs 8 bytes, 0 left"),
        ("01 0001 00000006 005A 000A 0000 CE", 501, "2 bytes left over behind the last field"),
        ("02 0001 0000000D 003C 0000 0000000000000000 00 CE", 501, "field needs 2 bytes, 1 left"),
        ("02 0001 0000000F 003C 0000 0000000000000000 0000 00 CE", 501, "1 bytes left over behind the last field"),
        ("02 0001 0000000E 003C 0001 0000000000000000 0000 CE", 502, "content header of weight 1, must be 0"),
        (
            "02 0001 0000000E 003C 0000 0000000000000000 0001 CE", 502,
            "property flags 1 name properties that basic does not have"
        ),
        ("01 0001 0000000A 0032 001E 0000 02 C328 00 CE", 502, "short string of 2 bytes is not UTF-8"),
        ("01 0001 00000004 003C 0029 CE", 540, "unknown method 60.41"),
    ])
    func refuses(hex: String, code: UInt16, text: String) {
        var decoder = FrameDecoder()
        decoder.append(ByteBuffer(bytes: Self.bytes + wire(hex)))
        for _ in Self.frames { #expect(wireError { try decoder.next() } == nil) }
        let error = wireError { try decoder.next() }
        #expect(error?.replyCode.rawValue == code)
        #expect(error?.text == text)
        // The stream has no meaning any more, whatever comes.
        decoder.append(ByteBuffer(bytes: Self.bytes))
        #expect(wireError { try decoder.next() } == error)
        #expect(decoder.bufferedBytes == 0)
    }

    @Test func checksTheSizeBeforeItKeepsAnything() {
        var decoder = FrameDecoder(frameMaxBytes: 131_072)
        decoder.append(ByteBuffer(bytes: wire("03 0001 0001FFF8")))
        #expect(wireError { try decoder.next() } == nil)
        decoder = FrameDecoder(frameMaxBytes: 131_072)
        decoder.append(ByteBuffer(bytes: wire("03 0001 0001FFF9")))
        #expect(wireError { try decoder.next() }?.replyCode == .frameError)
    }

    @Test func followsTheNegotiatedMaximum() throws {
        let large = Frame(channel: 1, .body(ByteBuffer(repeating: 7, count: 5000)))
        let bytes = try encoded(large)
        #expect(wireError { try decode([bytes[...]]) }?.replyCode == .frameError)
        #expect(try decode([bytes[...]], frameMaxBytes: 8192) == [large])
        #expect(try decode([bytes[...]], frameMaxBytes: 0) == [large])
        var decoder = FrameDecoder()
        decoder.frameMaxBytes = 8192
        decoder.append(ByteBuffer(bytes: bytes))
        #expect(try decoder.next() == large)
    }

    @Test func slicesABodyInsteadOfCopyingIt() throws {
        var read = ByteBuffer(bytes: Self.bytes)
        let start = read.readableBytes
        try read.writeFrame(Frame(channel: 1, .body(ByteBuffer(repeating: 7, count: 1000))))
        var decoder = FrameDecoder()
        decoder.append(read)
        var body: ByteBuffer?
        while let frame = try decoder.next() {
            if case .body(let bytes) = frame.payload { body = bytes }
        }
        let isSlice = try #require(body).withUnsafeReadableBytes { body in
            read.withUnsafeReadableBytes { $0.baseAddress.map { $0 + start + 7 } == body.baseAddress }
        }
        #expect(isSlice)
    }

    @Test func joinsALargeFrameFromSingleBytes() throws {
        let body = ByteBuffer(bytes: (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
        let large = Frame(channel: 1, .body(body))
        var decoder = FrameDecoder(frameMaxBytes: 131_072)
        var frames: [Frame] = []
        for byte in try encoded(large, .heartbeat, large) {
            decoder.append(ByteBuffer(integer: byte))
            while let frame = try decoder.next() { frames.append(frame) }
        }
        #expect(frames == [large, .heartbeat, large])
    }
}
