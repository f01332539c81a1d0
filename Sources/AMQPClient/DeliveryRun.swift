package import AMQPProtocol
import NIOCore

/// Messages for the consumers of one channel that came one behind the other and look like earlier ones: what they differ
/// in is at hand without taking each of them apart.
package struct DeliveryRun: ~Copyable {
    private let known: [KnownDelivery]
    private let patterns: [DeliveryPattern]
    private let bytes: UnsafeRawBufferPointer
    private let storage: ByteBuffer
    private let firstIndex: Int

    init(
        known: consuming [KnownDelivery], patterns: [DeliveryPattern], bytes: UnsafeRawBufferPointer,
        storage: ByteBuffer, firstIndex: Int
    ) {
        self.known = known
        self.patterns = patterns
        self.bytes = bytes
        self.storage = storage
        self.firstIndex = firstIndex
    }

    /// The space back, for the next run.
    consuming func finish() -> [KnownDelivery] { known }

    /// How many there are, at least one.
    package var count: Int { known.count }

    /// One of them, in the order they came: its delivery tag, and where its properties and its body lie.
    package subscript(index: Int) -> KnownDelivery { known[index] }

    /// The property flags and values of one of them.
    package func properties(_ delivery: KnownDelivery) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: bytes.baseAddress.map { $0 + delivery.propertiesOffset }, count: delivery.propertiesBytes)
    }

    /// The rest of what one of them says: its consumer, its exchange, whether it was delivered before.
    package func method(_ delivery: KnownDelivery) -> RawDeliver { patterns[delivery.shape].deliver(delivery, bytes) }

    /// One of them as if it had come alone.
    package func delivery(_ index: Int) -> Delivery {
        let known = known[index]
        var delivery = Delivery(storage: storage)
        delivery.set(method(known), properties: properties(known))
        delivery.body = UnsafeRawBufferPointer(
            rebasing: bytes[known.bodyOffset..<known.bodyOffset + known.bodyBytes])
        delivery.propertiesIndex = firstIndex + known.propertiesOffset
        delivery.bodyIndex = firstIndex + known.bodyOffset
        return delivery
    }
}
