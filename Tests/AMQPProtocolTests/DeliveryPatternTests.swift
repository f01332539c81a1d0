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
            let found = patterns.find(bytes, at: 2, bodyMaxBytes: 100)
            let (pattern, bodyBytes) = try #require(found)
            let deliver = pattern.deliver(bytes, at: 2)
            #expect(pattern.channel == 7)
            #expect(deliver.deliveryTag == 0x0102_0304_0506_0708)
            #expect(deliver.consumerTag.text == "c" && deliver.exchange.text == "ex")
            #expect(deliver.routingKey.text == "key")
            #expect(try RawProperties(pattern.properties(bytes, at: 2)).priority() == 9)
            let start = pattern.bodyOffset(at: 2)
            #expect(Array(bytes[start..<start + bodyBytes]) == next.body)
        }
    }

    @Test func everyOtherByteMustBeTheSame() throws {
        let sent = try delivery(tag: 1)
        var patterns = try patterns(knowing: sent)
        for index in sent.bytes.indices {
            var bytes = sent.bytes
            bytes[index] ^= 0x41
            let isFound = bytes.withUnsafeBytes { patterns.find($0, at: 0, bodyMaxBytes: 100) != nil }
            #expect(isFound == sent.varying.contains { $0.contains(index) }, "byte \(index)")
        }
    }

    @Test func onlyWholeDeliveriesOfAllowedSizeAreFound() throws {
        let sent = try delivery(tag: 1)
        var patterns = try patterns(knowing: sent)
        for count in sent.bytes.indices {
            let isFound = sent.bytes[..<count].withUnsafeBytes { patterns.find($0, at: 0, bodyMaxBytes: 100) != nil }
            #expect(!isFound)
        }
        sent.bytes.withUnsafeBytes { bytes in
            let fitting = patterns.find(bytes, at: 0, bodyMaxBytes: 5)
            let tooLarge = patterns.find(bytes, at: 0, bodyMaxBytes: 4)
            #expect(fitting != nil)
            #expect(tooLarge == nil)
        }
    }
}
