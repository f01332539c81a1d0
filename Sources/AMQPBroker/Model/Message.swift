import AMQPProtocol

/// A message as the broker keeps it: one allocation of exactly its properties and body, as they came over the wire.
///
/// The bytes are copied out of the socket's buffer once. A slice would pin that whole buffer for as long as one message
/// of it waits in a queue, and the memory account would lie.
final class Message: ManagedBuffer<Message.Head, UInt8> {
    struct Head {
        /// The exchange and routing key it was published with.
        let route: Route
        let propertyBytes: Int
        let bodyBytes: Int
        /// Time to live given by the publisher; -1 for none.
        var expirationMilliseconds: Int64
        var priority: UInt8
        /// Queue entries, deliveries awaiting an ack and transactions that hold it: while it is not 0 it is in the account.
        var holders: Int
    }

    /// What a message costs beyond its bytes: object header, head, and its entry in a queue.
    static let overheadBytes = 128

    /// A message with its properties and room for its body.
    static func make(
        route: Route, properties: UnsafeRawBufferPointer, bodyBytes: Int, expirationMilliseconds: Int64 = -1,
        priority: UInt8 = 0
    ) -> Message {
        let head = Head(
            route: route, propertyBytes: properties.count, bodyBytes: bodyBytes,
            expirationMilliseconds: expirationMilliseconds, priority: priority, holders: 0)
        let buffer = Message.create(minimumCapacity: properties.count + bodyBytes) { _ in head }
        // `create` on a final subclass always makes that subclass: the documented way to use ManagedBuffer.
        let message = unsafeDowncast(buffer, to: Message.self)
        if let source = properties.baseAddress, !properties.isEmpty {
            message.withUnsafeMutablePointerToElements { target in
                UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: properties.count)
            }
        }
        return message
    }

    /// Puts the next piece of the body behind the `offset` bytes that are there.
    func fill(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        precondition(offset >= 0 && offset + bytes.count <= header.bodyBytes, "body beyond its announced size")
        guard let source = bytes.baseAddress else { return }
        let start = header.propertyBytes + offset
        withUnsafeMutablePointerToElements { target in
            UnsafeMutableRawPointer(target + start).copyMemory(from: source, byteCount: bytes.count)
        }
    }

    /// Flags and values of the properties, valid during the call.
    func withProperties<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try withUnsafeMutablePointers { (head, bytes) throws(E) in
            try body(UnsafeRawBufferPointer(start: bytes, count: head.pointee.propertyBytes))
        }
    }

    /// The body, valid during the call.
    func withBody<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try withUnsafeMutablePointers { (head, bytes) throws(E) in
            try body(
                UnsafeRawBufferPointer(start: bytes + head.pointee.propertyBytes, count: head.pointee.bodyBytes))
        }
    }

    var route: Route { header.route }
    var bodyBytes: Int { header.bodyBytes }
    /// What it adds to the memory account.
    var costBytes: Int { header.propertyBytes + header.bodyBytes + Self.overheadBytes }
}

extension Message {
    /// The properties, decoded; those that cannot be read (they were validated on arrival) count as none.
    func decodeProperties() -> BasicProperties {
        withProperties { bytes in (try? RawProperties(bytes).decode()) ?? BasicProperties() }
    }
}

/// An exchange and a routing key that messages are published with, and the queues that they lead to.
///
/// Made once for each pair and shared by its messages. The targets are as new as `generation` says.
final class Route {
    let exchange: String
    let routingKey: String
    /// Both as short strings: what ends a basic.deliver.
    let encoded: [UInt8]
    /// The virtual host's topology that `targets` was computed from; 0 for none yet.
    var generation: UInt64 = 0
    var targets: [QueueID] = []
    /// Whether the targets depend on the message's headers too and must be computed for each.
    var dependsOnHeaders = false

    /// A route not computed yet; longer names than short strings can hold never come off the wire and are cut.
    init(exchange: String, routingKey: String) {
        self.exchange = exchange
        self.routingKey = routingKey
        let name = exchange.utf8.prefix(255)
        let key = routingKey.utf8.prefix(255)
        encoded = [UInt8(name.count)] + Array(name) + [UInt8(key.count)] + Array(key)
    }

    /// Whether these are the bytes of its exchange and routing key.
    func isFor(exchange: UnsafeRawBufferPointer, routingKey: UnsafeRawBufferPointer) -> Bool {
        guard encoded.count == exchange.count + routingKey.count + 2, Int(encoded[0]) == exchange.count else {
            return false
        }
        return encoded.withUnsafeBytes { bytes in
            UnsafeRawBufferPointer(rebasing: bytes[1..<1 + exchange.count]).isEqual(to: exchange)
                && UnsafeRawBufferPointer(rebasing: bytes[(2 + exchange.count)...]).isEqual(to: routingKey)
        }
    }
}
