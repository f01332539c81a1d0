import AMQPProtocol
import NIOCore

// MARK: - Deliveries recognised and parsed

extension WireChecks {
    /// A delivery as parsing its three frames shows it, and where it lies.
    private struct Parsed: Equatable {
        var offset: Int
        var channel: UInt16
        var tag: UInt64
        var redelivered: Bool
        var names: [[UInt8]]
        var properties: [UInt8]
        var body: [UInt8]
    }

    /// Whatever is recognised as a delivery like earlier ones is what parsing shows there, byte for byte.
    ///
    /// Each pair of input bytes changes a byte of deliveries that follow a good one: the first says which, the second how.
    static func deliveries(_ bytes: [UInt8], seed: UInt8) throws {
        let known = try delivery(tag: 1, seed: seed)
        var stream = known + (try delivery(tag: 2, seed: seed)) + (try delivery(tag: 3, seed: seed &+ 1))
        for pair in stride(from: 0, to: bytes.count - 1, by: 2) {
            stream[known.count + (Int(bytes[pair]) * 7 + pair) % (stream.count - known.count)] ^= bytes[pair + 1]
        }
        try stream.withUnsafeBytes { stream in
            var patterns = DeliveryPatterns()
            let parsed = try parse(stream, &patterns)
            var offset = 0
            while let channel = patterns.channel(of: stream, at: offset, bodyMaxBytes: 4096) {
                var found: [KnownDelivery] = []
                let end = patterns.gather(stream, from: offset, channel: channel, bodyMaxBytes: 4096, into: &found)
                try expect(!found.isEmpty && end > offset && end <= stream.count, "what is recognised is gathered")
                for one in found {
                    let method = patterns.patterns[one.shape].deliver(one, stream)
                    let seen = Parsed(
                        offset: offset, channel: channel, tag: method.deliveryTag, redelivered: one.redelivered,
                        names: [method.consumerTag, method.exchange, method.routingKey].map { Array($0) },
                        properties: Array(stream[one.propertiesOffset..<one.propertiesOffset + one.propertiesBytes]),
                        body: Array(stream[one.bodyOffset..<one.bodyOffset + one.bodyBytes]))
                    try expect(parsed.contains(seen), "a recognised delivery is one that was parsed: \(seen)")
                    offset = one.bodyOffset + one.bodyBytes + 1
                }
                try expect(offset == end, "deliveries lie one behind the other")
            }
        }
    }

    /// The whole deliveries at the beginning of a stream, and what is learnt from them.
    private static func parse(_ stream: UnsafeRawBufferPointer, _ patterns: inout DeliveryPatterns) throws -> [Parsed] {
        var scanner = FrameScanner(stream, frameMaxBytes: 0)
        var parsed: [Parsed] = []
        while let method = try? scanner.next(), method.methodID == .basicDeliver, method.channel != 0,
            let header = try? scanner.next(), case .header = header.type, header.channel == method.channel,
            let body = try? scanner.next(), case .body = body.type, body.channel == method.channel,
            let deliver = try? RawDeliver(method.payload), let content = try? RawContentHeader(header.payload),
            content.classID == 60, content.bodyBytes == UInt64(body.payload.count), !body.payload.isEmpty
        {
            let whole = UnsafeRawBufferPointer(rebasing: stream[method.whole.lowerBound..<body.whole.upperBound])
            patterns.learn {
                DeliveryPattern(
                    whole, channel: method.channel, deliver: deliver, properties: content.properties,
                    bodyBytes: body.payload.count)
            }
            parsed.append(
                Parsed(
                    offset: method.whole.lowerBound, channel: method.channel, tag: deliver.deliveryTag,
                    redelivered: deliver.redelivered,
                    names: [deliver.consumerTag, deliver.exchange, deliver.routingKey].map { Array($0) },
                    properties: Array(content.properties), body: Array(body.payload)))
        }
        return parsed
    }

    private static func delivery(tag: UInt64, seed: UInt8) throws -> [UInt8] {
        var properties = BasicProperties()
        properties.messageID = "0000002a-00000000000000\(seed % 10)\(tag)"
        properties.priority = seed
        let body = [UInt8](repeating: seed, count: 1 + Int(seed % 32))
        var buffer = ByteBuffer()
        try buffer.writeFrame(
            Frame(
                channel: 3,
                .method(
                    .basicDeliver(
                        BasicDeliver(
                            consumerTag: "c", deliveryTag: tag, redelivered: seed & 1 == 1, exchange: "ex",
                            routingKey: "key")))))
        try buffer.writeFrame(
            Frame(channel: 3, .header(ContentHeader(bodyBytes: UInt64(body.count), properties: properties))))
        try buffer.writeFrame(Frame(channel: 3, .body(ByteBuffer(bytes: body))))
        return Array(buffer.readableBytesView)
    }
}
