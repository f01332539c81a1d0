import AMQPClient
import AMQPProtocol
import NIOCore

/// One connection of the load: stamps templates into a batch and hands the batch to the socket.
///
/// Lives on its event loop, like its delegate.
final class AMQPLoadPublisher: LoadPublisher, @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; `open`, `close` and the channels' setup hop to it.

    typealias Stamp = @Sendable (_ channel: UInt16, _ frameMaxBytes: UInt32) throws(WireError) -> StampedTemplates

    /// A channel of the current connection.
    private struct Lane {
        var channel: AMQPChannel?
        var templates: StampedTemplates?
        /// Messages sent on it, and how many of these a tx.commit was sent for.
        var sent: UInt64 = 0
        var committed: UInt64 = 0
        /// Of these, how many the broker has answered for.
        var answered: UInt64 = 0
    }

    /// A batch goes to the socket with one write: many bytes for each system call, few enough to stay in the cache.
    private static let batchBytes = 128 * 1024
    private static let batchMessages = 1024

    let eventLoop: any EventLoop
    private let connection: RecoveringConnection
    private let settings: PublisherSettings
    private let topology: LoadTopology?
    private let delegate: any LoadPublisherDelegate
    private let stamp: Stamp
    private var lanes: [Lane]
    /// Space for batches: the first as long as the socket takes all, then one after the other, more than the connection
    /// lets wait for the socket, so that none is made anew.
    private var batches = Array(repeating: ByteBuffer(), count: 8)
    private var nextBatch = 0
    private(set) var batchLimit = 1
    private var timestamp: TimestampText
    /// The part of the recorded bodies that was sent from last.
    private var part: RecordedPart?
    private var isConnected = false
    private var isBlocked = false
    private var hasOpened = false
    private var isClosing = false

    init(
        _ connection: RecoveringConnection, settings: PublisherSettings, topology: LoadTopology?,
        delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop, stamp: @escaping Stamp
    ) {
        self.connection = connection
        self.eventLoop = eventLoop
        self.settings = settings
        self.topology = topology
        self.delegate = delegate
        self.stamp = stamp
        lanes = Array(repeating: Lane(), count: settings.channels)
        timestamp = TimestampText()
    }

    func open() async throws(AMQPClientError) {
        try await connection.start()
        // A queue that is not durable goes with its broker: it is declared again before anything is sent.
        if let topology { try await connection.declare(Topology(topology)) }
        for index in 0..<settings.channels {
            let events = ChannelEvents(self, index: index)
            _ = try await connection.addChannel(delegate: events) { [self] channel in
                if settings.transactionSize != nil {
                    try await channel.txSelect()
                } else if settings.confirms {
                    try await channel.confirmSelect()
                }
                let templates = try stamp(channel.number, channel.frameMaxBytes)
                eventLoop.execute { self.ready(index, channel, templates) }
            }
        }
        Task {
            await connection.waitUntilEnded()
            eventLoop.execute { self.gaveUp() }
        }
    }

    /// The connection is not made again.
    private func gaveUp() {
        guard !isClosing else { return }
        isConnected = false
        let reason = connection.lastError.map { "\($0)" } ?? "it is not to be made again"
        delegate.publisherFailed(DriverError(.unreachable, reason))
    }

    private func ready(_ index: Int, _ channel: AMQPChannel, _ templates: StampedTemplates) {
        // Closed before it came to be used: another one will come.
        guard channel.isOpen else { return }
        lanes[index] = Lane(channel: channel, templates: templates)
        guard lanes.allSatisfy({ $0.channel != nil }) else { return }
        let fitting = max(Self.batchBytes / max(templates.longestBytes, 1), 1)
        batchLimit = min(fitting, settings.transactionSize ?? Self.batchMessages, Self.batchMessages)
        isConnected = true
        isBlocked = false
        if hasOpened { delegate.publisherRecovered() }
        hasOpened = true
    }

    var isWritable: Bool {
        isConnected && !isBlocked && lanes.allSatisfy { $0.channel?.isWritable == true }
    }

    var unsentBytes: Int { connection.current?.pendingBytes ?? 0 }

    func send(_ messages: Span<OutgoingMessage>, channel index: Int) {
        guard let channel = lanes[index].channel, let templates = lanes[index].templates else { return }
        nextBatch = unsentBytes == 0 ? 0 : (nextBatch + 1) % batches.count
        batches[nextBatch].clear(minimumCapacity: Self.batchBytes)
        templates.stamp(messages, timestamp: &timestamp, part: &part, into: &batches[nextBatch])
        channel.writePublishes(batches[nextBatch], count: messages.count)
        if let size = settings.transactionSize {
            lanes[index].sent += UInt64(messages.count)
            if lanes[index].sent - lanes[index].committed >= UInt64(size) { commit(index) }
        }
    }

    func settle() {
        guard settings.transactionSize != nil else { return }
        for index in lanes.indices where lanes[index].sent > lanes[index].committed { commit(index) }
    }

    /// Ends the transaction of a channel; the broker's answer confirms all of it.
    private func commit(_ index: Int) {
        guard let channel = lanes[index].channel else { return }
        let number = lanes[index].sent
        lanes[index].committed = number
        Task {
            // A commit that fails ends the channel, which is heard of there.
            guard (try? await channel.txCommit()) != nil else { return }
            eventLoop.execute {
                // The answer of a later commit may be heard of first, and it confirms this one too.
                guard self.lanes[index].channel === channel, number > self.lanes[index].answered else { return }
                self.lanes[index].answered = number
                self.confirmed(index, number, multiple: true, nack: false)
            }
        }
    }

    func close() async {
        try? await eventLoop.submit { self.isClosing = true }.get()
        await connection.close()
    }

    // MARK: - Events

    fileprivate func closed(_ index: Int, _ reason: AMQPCloseReason) {
        lanes[index] = Lane()
        guard isConnected, !isClosing else { return }
        isConnected = false
        delegate.publisherLost(reason.description)
        if case .failed(.channelClosed(let code, let text, _)) = reason {
            // The server closed one channel because of what was sent on it: sending the same again would not help.
            delegate.publisherFailed(DriverError(.precondition, "the broker closed a channel: \(code) \(text)"))
        }
    }

    fileprivate func blocked(_ reason: String?) {
        isBlocked = reason != nil
        delegate.publisher(blocked: reason)
    }

    fileprivate func confirmed(_ index: Int, _ tag: UInt64, multiple: Bool, nack: Bool) {
        delegate.publisher(channel: index, confirmed: tag, multiple: multiple, accepted: !nack)
    }

    fileprivate func returned(_ message: ReturnedMessage) {
        delegate.publisher(returned: message.properties.rafaleID)
    }

    fileprivate func writabilityChanged(_ isWritable: Bool) {
        delegate.publisher(isWritable: self.isWritable)
    }
}

/// Passes one channel's events on with the channel's index.
private final class ChannelEvents: AMQPChannelDelegate {
    private let publisher: AMQPLoadPublisher
    private let index: Int

    init(_ publisher: AMQPLoadPublisher, index: Int) {
        self.publisher = publisher
        self.index = index
    }

    func channel(_ channel: AMQPChannel, confirmed tag: UInt64, multiple: Bool, nack: Bool) {
        publisher.confirmed(index, tag, multiple: multiple, nack: nack)
    }

    func channel(_ channel: AMQPChannel, returned message: ReturnedMessage) { publisher.returned(message) }

    func channel(_ channel: AMQPChannel, flow active: Bool) { publisher.writabilityChanged(active) }

    func channel(_ channel: AMQPChannel, connectionBlocked reason: String?) {
        // Every channel is told of its connection; once is enough.
        if index == 0 { publisher.blocked(reason) }
    }

    func channelWritabilityChanged(_ channel: AMQPChannel, isWritable: Bool) {
        if index == 0 { publisher.writabilityChanged(isWritable) }
    }

    func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) { publisher.closed(index, reason) }
}
