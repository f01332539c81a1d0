import AMQPProtocol
import NIOCore
import Testing

@testable import Drivers

@Suite struct StampedTemplatesTests {
    private static let head = #"{"id":""#
    private static let id = String(repeating: "?", count: MessageID.byteCount)
    private static let middle = #"","text":"été, مرحبا","timestamp":""#
    private static let time = String(repeating: "?", count: TimestampText.Form.iso8601.byteCount)

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
        var part: RecordedPart?
        var batch = ByteBuffer()
        for sequence in UInt64(1)...3 {
            let message = OutgoingMessage(
                template: 0,
                stamp: MessageStamp(
                    sequence: sequence, documentSequence: sequence &* 0x1_0000_0001,
                    intendedNanoseconds: Int64(sequence) * 1_000_000))
            templates.stamp([message].span, timestamp: &timestamp, part: &part, into: &batch)
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

    /// Bodies of all lengths about the border of a frame, in parts of four.
    @Test func recordedBodiesTakeThePlaceOfTheTemplates() throws {
        struct Bodies: RecordedBodies {
            let meanBytes = 100

            func part(holding sequence: UInt64) -> RecordedPart {
                let first = sequence / 4 * 4
                let lengths = (0..<4).map { Self.lengths[Int(first + $0) % Self.lengths.count] }
                var places: [Range<Int>] = []
                for length in lengths {
                    places.append((places.last?.upperBound ?? 0)..<(places.last?.upperBound ?? 0) + length)
                }
                return RecordedPart(
                    first: first, bytes: (0..<lengths.reduce(0, +)).map { UInt8($0 % 251) }, places: places)
            }

            static let lengths = [0, 1, 4087, 4088, 4089, 20_000]
        }
        var settings = Self.settings(padding: 0)
        settings.recorded = Bodies()
        let templates = try StampedTemplates(settings, channel: 7, frameMaxBytes: 4096)
        var timestamp = TimestampText(wallOffsetNanoseconds: 0)
        var part: RecordedPart?
        var batch = ByteBuffer()
        let numbers: [UInt64] = [0, 1, 2, 3, 4, 5, 9, 2]
        let messages = numbers.map {
            OutgoingMessage(
                template: 0, stamp: MessageStamp(sequence: $0, documentSequence: $0, intendedNanoseconds: Int64($0)))
        }
        templates.stamp(messages.span, timestamp: &timestamp, part: &part, into: &batch)
        var decoder = FrameDecoder(frameMaxBytes: 4096)
        decoder.append(batch)
        for number in numbers {
            let (header, body) = try nextMessage(&decoder)
            #expect(header.properties.messageID == "cafef00d-000000000000000\(number)")
            #expect(header.properties.headers?[StampHeader.intended] == .int64(Int64(number)))
            #expect(body.readableBytes == Bodies.lengths[Int(number) % Bodies.lengths.count])
            var expected: [UInt8] = []
            Bodies().part(holding: number).withBody(of: number) { expected = Array($0) }
            #expect(Array(body.readableBytesView) == expected)
        }
        #expect(try decoder.next() == nil)
    }

    @Test func logLinesHaveTheirTimeAsLogsWriteIt() throws {
        var settings = Self.settings(padding: 0)
        let line =
            "192.0.2.1 - - [" + String(repeating: "?", count: 26) + "] \"GET /?rid=" + Self.id + " HTTP/1.1\" 200 1"
        settings.templates = [
            MessageTemplate(body: Array(line.utf8), documentIDOffset: 54, timestampOffset: 15, deletes: false)
        ]
        settings.templates[0].timestampForm = .accessLog
        let templates = try StampedTemplates(settings, channel: 7, frameMaxBytes: 4096)
        var timestamp = TimestampText(wallOffsetNanoseconds: 1_795_229_329_000_000_000)
        var part: RecordedPart?
        var batch = ByteBuffer()
        // The second of a leap day, and a time that goes back.
        for (number, seconds) in [(1, 0), (2, 86_400 * 465), (3, 1)] as [(UInt64, Int64)] {
            let stamp = MessageStamp(
                sequence: number, documentSequence: number, intendedNanoseconds: seconds * 1_000_000_000)
            templates.stamp(
                [OutgoingMessage(template: 0, stamp: stamp)].span, timestamp: &timestamp, part: &part, into: &batch)
        }
        var decoder = FrameDecoder(frameMaxBytes: 4096)
        decoder.append(batch)
        for (number, time) in [(1, "21/Nov/2026:02:48:49"), (2, "29/Feb/2028:02:48:49"), (3, "21/Nov/2026:02:48:50")] {
            let body = try nextMessage(&decoder).1
            #expect(
                String(decoding: body.readableBytesView, as: UTF8.self)
                    == "192.0.2.1 - - [\(time) +0000] \"GET /?rid=cafef00d-000000000000000\(number) HTTP/1.1\" 200 1")
        }
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
