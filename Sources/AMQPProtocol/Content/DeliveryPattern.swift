/// A whole delivery in three frames, as one before it looked: what differs is read from where it lay then.
///
/// ```
///  [basic.deliver: … delivery tag …][header: body size, properties][body]
///       all the same but the tag        as long as before           as the header says
/// ```
///
/// One comparison takes the place of three frames' parsing. What does not match is parsed, and refused where it is wrong.
package final class DeliveryPattern: Sendable {
    private let head: RawPattern
    /// The bytes in front of the body's.
    private let headBytes: Int
    private let consumerTag: Range<Int>
    private let exchange: Range<Int>
    private let routingKey: Range<Int>
    private let properties: Range<Int>
    private let redelivered: Bool
    /// The channel of all three frames.
    package let channel: UInt16

    /// The pattern of a delivery that was parsed.
    ///
    /// - Parameters:
    ///   - bytes: From the first byte of the deliver method's frame to the end of its one body frame's end.
    ///   - channel: The channel of its frames.
    ///   - deliver: The method, a view of those bytes.
    ///   - properties: The properties in its header, a view of those bytes.
    ///   - bodyBytes: The size of its body, at least 1.
    package init(
        _ bytes: UnsafeRawBufferPointer, channel: UInt16, deliver: RawDeliver, properties: UnsafeRawBufferPointer,
        bodyBytes: Int
    ) {
        func place(_ piece: UnsafeRawBufferPointer) -> Range<Int> {
            guard let start = bytes.baseAddress, let first = piece.baseAddress else { return 0..<0 }
            return first - start..<first - start + piece.count
        }
        self.channel = channel
        headBytes = bytes.count - bodyBytes - 1
        consumerTag = place(deliver.consumerTag)
        exchange = place(deliver.exchange)
        routingKey = place(deliver.routingKey)
        self.properties = place(properties)
        redelivered = deliver.redelivered
        head = RawPattern(
            UnsafeRawBufferPointer(rebasing: bytes[..<headBytes]),
            varying: [
                consumerTag.upperBound..<consumerTag.upperBound + 8,
                self.properties.lowerBound - 8..<self.properties.upperBound, headBytes - 4..<headBytes,
            ])
    }

    /// The size of the body of the delivery that lies there; nil where it looks otherwise, or is not there as a whole.
    package func bodyBytes(_ bytes: UnsafeRawBufferPointer, at offset: Int, maximum: Int) -> Int? {
        guard bytes.count &- offset > headBytes else { return nil }
        let frame = bytes.loadUnaligned(fromByteOffset: offset &+ headBytes &- 4, as: UInt32.self)
        let header = bytes.loadUnaligned(fromByteOffset: offset &+ properties.lowerBound &- 8, as: UInt64.self)
        let size = Int(UInt32(bigEndian: frame))
        guard size > 0, size <= maximum, UInt64(bigEndian: header) == UInt64(size),
            bytes.count &- offset > headBytes &+ size, bytes[offset &+ headBytes &+ size] == AMQP.frameEnd,
            head.matches(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset &+ headBytes]))
        else { return nil }
        return size
    }

    /// The fields of the method of a delivery that matches.
    package func deliver(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> RawDeliver {
        func piece(_ range: Range<Int>) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: bytes[offset &+ range.lowerBound..<offset &+ range.upperBound])
        }
        let tag = bytes.loadUnaligned(fromByteOffset: offset &+ consumerTag.upperBound, as: UInt64.self)
        return RawDeliver(
            consumerTag: piece(consumerTag), deliveryTag: UInt64(bigEndian: tag), redelivered: redelivered,
            exchange: piece(exchange), routingKey: piece(routingKey))
    }

    /// The property flags and values of a delivery that matches.
    package func properties(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: bytes[offset &+ properties.lowerBound..<offset &+ properties.upperBound])
    }

    /// Where the body of a delivery that matches begins.
    package func bodyOffset(at offset: Int) -> Int { offset &+ headBytes }
}

/// The last few shapes of deliveries on a connection.
package struct DeliveryPatterns: Sendable {
    private static let limit = 4
    private static let learnLimit = 64

    private var patterns: [DeliveryPattern] = []
    private var recent = 0
    private var learnt = 0

    package init() {}

    /// The pattern and the body size of the delivery that lies there; nil for anything that was not seen before.
    package mutating func find(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, bodyMaxBytes: Int
    ) -> (pattern: DeliveryPattern, bodyBytes: Int)? {
        guard recent < patterns.count else { return nil }
        let pattern = patterns[recent]
        if let size = pattern.bodyBytes(bytes, at: offset, maximum: bodyMaxBytes) { return (pattern, size) }
        for index in patterns.indices where index != recent {
            guard let size = patterns[index].bodyBytes(bytes, at: offset, maximum: bodyMaxBytes) else { continue }
            recent = index
            return (patterns[index], size)
        }
        return nil
    }

    /// Remembers a pattern in the place of the oldest; deliveries that never look alike are soon given up on.
    package mutating func learn(_ make: () -> DeliveryPattern) {
        guard learnt < Self.learnLimit else { return }
        recent = learnt % Self.limit
        learnt += 1
        if recent == patterns.count { patterns.append(make()) } else { patterns[recent] = make() }
    }
}
