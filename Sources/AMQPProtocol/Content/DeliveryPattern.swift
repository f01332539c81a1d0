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
        guard bytes.count &- offset > headBytes, let base = bytes.baseAddress else { return nil }
        let start = base + offset
        let frame = start.loadUnaligned(fromByteOffset: headBytes &- 4, as: UInt32.self)
        let header = start.loadUnaligned(fromByteOffset: properties.lowerBound &- 8, as: UInt64.self)
        let size = Int(UInt32(bigEndian: frame))
        guard size > 0, size <= maximum, UInt64(bigEndian: header) == UInt64(size),
            bytes.count &- offset > headBytes &+ size,
            start.load(fromByteOffset: headBytes &+ size, as: UInt8.self) == AMQP.frameEnd,
            head.matches(UnsafeRawBufferPointer(start: start, count: headBytes))
        else { return nil }
        return size
    }

    /// Adds the deliveries that lie there one behind the other; where the first lies that looks otherwise.
    fileprivate func gather(
        _ bytes: UnsafeRawBufferPointer, from first: Int, maximum: Int, shape: Int, into known: inout [KnownDelivery]
    ) -> Int {
        var offset = first
        while known.count < KnownDelivery.limit, let size = bodyBytes(bytes, at: offset, maximum: maximum) {
            let tag = bytes.loadUnaligned(fromByteOffset: offset &+ consumerTag.upperBound, as: UInt64.self)
            known.append(
                KnownDelivery(
                    deliveryTag: UInt64(bigEndian: tag), propertiesOffset: offset &+ properties.lowerBound,
                    propertiesBytes: properties.count, bodyOffset: offset &+ headBytes, bodyBytes: size,
                    redelivered: redelivered, shape: shape))
            offset &+= headBytes &+ size &+ 1
        }
        return offset
    }

    /// The fields of the method of a delivery that matches.
    package func deliver(_ known: KnownDelivery, _ bytes: UnsafeRawBufferPointer) -> RawDeliver {
        let offset = known.bodyOffset &- headBytes
        func piece(_ range: Range<Int>) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: bytes[offset &+ range.lowerBound..<offset &+ range.upperBound])
        }
        return RawDeliver(
            consumerTag: piece(consumerTag), deliveryTag: known.deliveryTag, redelivered: redelivered,
            exchange: piece(exchange), routingKey: piece(routingKey))
    }
}

/// A delivery that looks like one before: what differs, and where it lies in the scanned bytes.
package struct KnownDelivery: Sendable {
    /// Deliveries gathered at once, at most.
    static let limit = 256

    /// The number that settles it, on its channel.
    package let deliveryTag: UInt64
    /// Where its property flags and values lie, and how many bytes they are.
    package let propertiesOffset: Int
    package let propertiesBytes: Int
    /// Where its body lies.
    package let bodyOffset: Int
    package let bodyBytes: Int
    /// Whether it may have been delivered before.
    package let redelivered: Bool
    /// The index of the pattern that recognised it.
    package let shape: Int
}

/// The last few shapes of deliveries on a connection.
package struct DeliveryPatterns: Sendable {
    private static let limit = 4
    private static let learnLimit = 64

    /// The patterns, by ``KnownDelivery/shape``.
    package private(set) var patterns: [DeliveryPattern] = []
    private var recent = 0
    private var learnt = 0

    package init() {}

    /// The channel of the delivery that lies there; nil for anything that was not seen before.
    package mutating func channel(
        of bytes: UnsafeRawBufferPointer, at offset: Int, bodyMaxBytes: Int
    ) -> UInt16? {
        guard recent < patterns.count else { return nil }
        if patterns[recent].bodyBytes(bytes, at: offset, maximum: bodyMaxBytes) == nil {
            let other = patterns.firstIndex { $0.bodyBytes(bytes, at: offset, maximum: bodyMaxBytes) != nil }
            guard let other else { return nil }
            recent = other
        }
        return patterns[recent].channel
    }

    /// Adds the deliveries of one channel that lie there one behind the other, of whatever known shapes; where the first
    /// lies that is none of them.
    package mutating func gather(
        _ bytes: UnsafeRawBufferPointer, from first: Int, channel: UInt16, bodyMaxBytes: Int,
        into known: inout [KnownDelivery]
    ) -> Int {
        var offset = first
        while known.count < KnownDelivery.limit {
            let next = self.channel(of: bytes, at: offset, bodyMaxBytes: bodyMaxBytes)
            guard next == channel else { break }
            offset = patterns[recent].gather(bytes, from: offset, maximum: bodyMaxBytes, shape: recent, into: &known)
        }
        return offset
    }

    /// Remembers a pattern in the place of the oldest; deliveries that never look alike are soon given up on.
    package mutating func learn(_ make: () -> DeliveryPattern) {
        guard learnt < Self.learnLimit else { return }
        recent = learnt % Self.limit
        learnt += 1
        if recent == patterns.count { patterns.append(make()) } else { patterns[recent] = make() }
    }
}
