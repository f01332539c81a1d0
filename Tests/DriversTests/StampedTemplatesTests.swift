import AMQPProtocol
import NIOCore
import Testing

@testable import Drivers

@Suite struct StampedTemplatesTests {
    private static let head = #"{"id":""#
    private static let id = String(repeating: "?", count: MessageID.byteCount)
    private static let middle = #"","text":"été, مرحبا","timestamp":""#
    private static let time = String(repeating: "?", count: TimestampText.byteCount)

    private static func settings(padding: Int) -> PublisherSettings {
        let body = head + id + middle + time + #"","pad":""# + String(repeating: "x", count: padding) + #""}"#
        var settings = PublisherSettings(
            run: RunID(rawValue: 0xCAFE_F00D), exchange: "", routingKey: "incoming_texts",
            templates: [
                MessageTemplate(
                    body: Array(body.utf8), documentIDOffset: head.utf8.count,
                    timestampOffset: (head + id + middle).utf8.count, deletes: false)
            ])
        settings.properties.headers = [NamedValue("team", .string("blue"))]
        return settings
    }

    /// With a frame-max of 4 096, these paddings put frame borders behind, in front of and inside the stamps.
    @Test(arguments: [0, 10, 5000, 20_000], [UInt32(4096), 131_072])
    func everyStampLandsInItsPlace(padding: Int, frameMaxBytes: UInt32) throws {
        try check(padding: padding, frameMaxBytes: frameMaxBytes)
    }

    /// Frames so small that the stamps themselves are cut in two.
    @Test(arguments: UInt32(330)...420)
    func stampsMayLieAcrossAFramesBorder(frameMaxBytes: UInt32) throws {
        try check(padding: 300, frameMaxBytes: frameMaxBytes)
    }

    private func check(padding: Int, frameMaxBytes: UInt32) throws {
        let templates = try StampedTemplates(Self.settings(padding: padding), channel: 7, frameMaxBytes: frameMaxBytes)
        var timestamp = TimestampText(wallOffsetNanoseconds: 1_795_229_329_000_000_000)
        var batch = ByteBuffer()
        for sequence in UInt64(1)...3 {
            let message = OutgoingMessage(
                template: 0,
                stamp: MessageStamp(
                    sequence: sequence, documentSequence: sequence &* 0x1_0000_0001,
                    intendedNanoseconds: Int64(sequence) * 1_000_000))
            templates.stamp([message].span, timestamp: &timestamp, into: &batch)
        }
        var decoder = FrameDecoder(frameMaxBytes: frameMaxBytes)
        decoder.append(batch)
        for sequence in UInt64(1)...3 {
            let (header, body) = try nextMessage(&decoder)
            #expect(header.properties.messageID == "cafef00d-000000000000000\(sequence)")
            #expect(header.properties.headers?[StampHeader.intended] == .int64(Int64(sequence) * 1_000_000))
            #expect(header.properties.headers?["team"] == .string("blue"))
            #expect(header.properties.deliveryMode == 2)
            let expected =
                Self.head + "cafef00d-0000000\(sequence)0000000\(sequence)" + Self.middle
                + "2026-11-21T02:48:49.00\(sequence)Z"
            #expect(String(decoding: body.readableBytesView, as: UTF8.self).hasPrefix(expected))
        }
        #expect(try decoder.next() == nil)
    }

    private func nextMessage(_ decoder: inout FrameDecoder) throws -> (ContentHeader, ByteBuffer) {
        let publish = try #require(try decoder.next())
        #expect(publish.channel == 7)
        guard case .method(.basicPublish(let method)) = publish.payload else {
            throw WireError(.unexpectedFrame, "\(publish)")
        }
        #expect(method.routingKey == "incoming_texts" && method.mandatory)
        guard case .header(let header) = try decoder.next()?.payload else {
            throw WireError(.unexpectedFrame, "no header")
        }
        var body = ByteBuffer()
        while body.readableBytes < header.bodyBytes {
            guard case .body(let piece) = try decoder.next()?.payload else {
                throw WireError(.unexpectedFrame, "no body")
            }
            body.writeImmutableBuffer(piece)
        }
        return (header, body)
    }
}
