import NIOCore
import Testing

@testable import AMQPProtocol

@Suite struct DeliveryPatternTests {
    private struct Sent {
        var bytes: [UInt8]
        var body: [UInt8]
        /// Bytes that may differ from delivery to delivery.
        var varying: [Range<Int>]
    }

    private func delivery(
        tag: UInt64, priority: UInt8 = 3, body: String = "hello", consumer: String = "c"
    ) throws -> Sent {
        var properties = BasicProperties()
        properties.priority = priority
        properties.messageID = "id"
        var buffer = ByteBuffer()
        let deliver = BasicDeliver(
            consumerTag: consumer, deliveryTag: tag, redelivered: false, exchange: "ex", routingKey: "key")
        try buffer.writeFrame(.method(.basicDeliver(deliver), on: 7))
        let header = buffer.writerIndex
        try buffer.writeFrame(
            Frame(channel: 7, .header(ContentHeader(bodyBytes: UInt64(body.utf8.count), properties: properties))))
        let frame = buffer.writerIndex
        try buffer.writeFrame(Frame(channel: 7, .body(ByteBuffer(string: body))))
        let tagStart = 7 + 4 + 1 + consumer.utf8.count
        // Behind class and weight: the body's size and the properties, to the end of the frame.
        return Sent(
            bytes: Array(buffer.readableBytesView), body: Array(body.utf8),
            varying: [tagStart..<tagStart + 8, header + 7 + 4 + 8..<frame - 1, frame + 7..<buffer.writerIndex - 1])
    }

    private func patterns(knowing sent: Sent) throws -> DeliveryPatterns {
        var patterns = DeliveryPatterns()
        try sent.bytes.withUnsafeBytes { bytes throws in
            var scanner = FrameScanner(bytes, frameMaxBytes: 0)
            let method = try #require(try scanner.next())
            let header = try #require(try scanner.next())
            let (deliver, properties) = (
                try RawDeliver(method.payload), try RawContentHeader(header.payload).properties
            )
            patterns.learn {
                DeliveryPattern(
                    bytes, channel: method.channel, deliver: deliver, properties: properties,
                    bodyBytes: sent.body.count)
            }
        }
        return patterns
    }

    @Test func readsWhatParsingReads() throws {
        var patterns = try patterns(knowing: try delivery(tag: 1))
        let next = try delivery(tag: 0x0102_0304_0506_0708, priority: 9, body: "a longer body")
        let bytes = [0xAA, 0xBB] + next.bytes
        try bytes.withUnsafeBytes { bytes throws in
            var known: [KnownDelivery] = []
            #expect(patterns.channel(of: bytes, at: 2, bodyMaxBytes: 100) == 7)
            let end = patterns.gather(bytes, from: 2, channel: 7, bodyMaxBytes: 100, into: &known)
            #expect(end == bytes.count)
            let found = try #require(known.first)
            let deliver = patterns.patterns[found.shape].deliver(found, bytes)
            #expect(deliver.deliveryTag == 0x0102_0304_0506_0708 && found.deliveryTag == deliver.deliveryTag)
            #expect(deliver.consumerTag.text == "c" && deliver.exchange.text == "ex")
            #expect(deliver.routingKey.text == "key")
            let properties = bytes[found.propertiesOffset..<found.propertiesOffset + found.propertiesBytes]
            #expect(try RawProperties(UnsafeRawBufferPointer(rebasing: properties)).priority() == 9)
            #expect(Array(bytes[found.bodyOffset..<found.bodyOffset + found.bodyBytes]) == next.body)
        }
    }

    @Test func gathersWhatLiesOneBehindTheOtherOnOneChannel() throws {
        var patterns = try patterns(knowing: try delivery(tag: 1))
        let three = try (2...4).flatMap { try delivery(tag: $0, body: String(repeating: "x", count: Int($0))).bytes }
        var other = try delivery(tag: 5).bytes
        other[2] = 8
        let bytes = three + other
        bytes.withUnsafeBytes { bytes in
            var known: [KnownDelivery] = []
            #expect(patterns.gather(bytes, from: 0, channel: 7, bodyMaxBytes: 100, into: &known) == three.count)
            #expect(known.map(\.deliveryTag) == [2, 3, 4])
            #expect(known.map(\.bodyBytes) == [2, 3, 4])
            var none: [KnownDelivery] = []
            #expect(patterns.gather(bytes, from: 0, channel: 8, bodyMaxBytes: 100, into: &none) == 0)
            #expect(none.isEmpty)
        }
    }

    @Test func everyOtherByteMustBeTheSame() throws {
        let sent = try delivery(tag: 1)
        var patterns = try patterns(knowing: sent)
        for index in sent.bytes.indices {
            var bytes = sent.bytes
            bytes[index] ^= 0x41
            let isFound = bytes.withUnsafeBytes { patterns.channel(of: $0, at: 0, bodyMaxBytes: 100) != nil }
            #expect(isFound == sent.varying.contains { $0.contains(index) }, "byte \(index)")
        }
    }

    @Test func onlyWholeDeliveriesOfAllowedSizeAreFound() throws {
        let sent = try delivery(tag: 1)
        var patterns = try patterns(knowing: sent)
        for count in sent.bytes.indices {
            let isFound = sent.bytes[..<count].withUnsafeBytes {
                patterns.channel(of: $0, at: 0, bodyMaxBytes: 100) != nil
            }
            #expect(!isFound)
        }
        sent.bytes.withUnsafeBytes { bytes in
            let fitting = patterns.channel(of: bytes, at: 0, bodyMaxBytes: 5)
            let tooLarge = patterns.channel(of: bytes, at: 0, bodyMaxBytes: 4)
            #expect(fitting != nil)
            #expect(tooLarge == nil)
        }
    }
}
