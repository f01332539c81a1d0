import AMQPClient
import AMQPProtocol
import NIOCore

/// Consumes the processed and failed queues on one channel and acknowledges what it has passed on, a read at a time.
///
/// Lives on its event loop, like its delegate. A message that no run of ours sent stays unacknowledged, so that it is
/// back in its queue when the collector closes.
final class AMQPLoadCollector: LoadCollector, AMQPChannelDelegate, @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; `open` and `close` hop to it.

    private static let processedTag = "processed"
    private static let failedTag = "failed"

    let eventLoop: any EventLoop
    private let connection: RecoveringConnection
    private let settings: CollectorSettings
    private let topology: LoadTopology
    private let delegate: any LoadCollectorDelegate

    private var hasOpened = false
    private var isClosing = false
    /// The newest delivery passed on and not yet acknowledged; 0 for none.
    private var unacknowledged: UInt64 = 0
    /// Deliveries to acknowledge one by one, since one of the foreign messages stands in front of them.
    private var singles: [RawSettlement] = []
    private var foreignCount = 0

    init(
        _ connection: RecoveringConnection, settings: CollectorSettings, topology: LoadTopology,
        delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) {
        self.connection = connection
        self.eventLoop = eventLoop
        self.settings = settings
        self.topology = topology
        self.delegate = delegate
    }

    func open() async throws(AMQPClientError) {
        try await connection.start()
        try await connection.declare(Topology(topology))
        _ = try await connection.addChannel(delegate: self) { [self] channel in
            try await eventLoop.submit { self.startSession() }.get()
            try await channel.qos(prefetchCount: UInt16(clamping: settings.prefetch))
            _ = try await channel.consume(queue: topology.processed.name, tag: Self.processedTag)
            _ = try await channel.consume(queue: topology.failed.name, tag: Self.failedTag)
        }
    }

    func close() async {
        try? await eventLoop.submit { self.isClosing = true }.get()
        await connection.close()
    }

    private func startSession() {
        unacknowledged = 0
        singles = []
        foreignCount = 0
        if hasOpened { delegate.collectorRecovered() }
        hasOpened = true
    }

    // MARK: - Events

    func channel(_ channel: AMQPChannel, received delivery: borrowing Delivery) {
        let identity = Self.identity(delivery.properties)
        guard let identity else {
            foreignCount += 1
            delegate.collectorSawForeign()
            if foreignCount * 2 > max(settings.prefetch, 2) {
                delegate.collectorFailed(
                    DriverError(
                        .precondition,
                        "somebody else publishes to \(topology.processed.name) or \(topology.failed.name): "
                            + "\(foreignCount) messages that no run sent; name other queues in the scenario's topology")
                )
            }
            return
        }
        if foreignCount > 0 {
            singles.append(RawSettlement(.ack, deliveryTag: delivery.deliveryTag))
        } else {
            unacknowledged = delivery.deliveryTag
        }
        guard identity.run == settings.run else {
            delegate.collectorIgnoredLeftover()
            return
        }
        // A header that is missing or of another type is no error: the outcome counts, without that time.
        delegate.collector(
            received: CollectedMessage(
                role: delivery.consumerTag.first == Self.failedTag.utf8.first ? .failed : .processed,
                sequence: identity.sequence,
                intendedNanoseconds: (try? delivery.properties.int64Header("x-rafale-intended")) ?? nil,
                receivedNanoseconds: (try? delivery.properties.int64Header("x-rafale-received")) ?? nil,
                serviceNanoseconds: (try? delivery.properties.int64Header("x-rafale-service")) ?? nil,
                redelivered: delivery.redelivered))
    }

    func channelReadComplete(_ channel: AMQPChannel) {
        if unacknowledged > 0 {
            channel.ack(unacknowledged, multiple: true)
            unacknowledged = 0
        }
        if !singles.isEmpty {
            channel.settle(singles)
            singles.removeAll(keepingCapacity: true)
        }
        delegate.collectorReadComplete()
    }

    func channel(_ channel: AMQPChannel, consumerCancelled tag: String) {
        delegate.collectorFailed(
            DriverError(.precondition, "the broker ended the consumer of the \(tag) queue: was the queue deleted?"))
    }

    func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) {
        if !isClosing { delegate.collectorLost(reason.description) }
    }

    /// The identity of a message: its own, or that of the message it answers.
    private static func identity(_ properties: RawProperties) -> MessageID? {
        if let bytes = (try? properties.messageID()) ?? nil, let id = MessageID(bytes) { return id }
        if let bytes = (try? properties.correlationID()) ?? nil { return MessageID(bytes) }
        return nil
    }
}
