import AMQPClient
import Logging
import NIOCore

/// One connection's share of a churn: each message is one thing to open and close.
///
/// Lives on its event loop, like its delegate; each operation is a task of its own, so that none waits for another but
/// where the broker makes it wait.
final class AMQPChurnPublisher: LoadPublisher, @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the operations' ends hop to it.

    /// How long `close` waits for operations that have no answer.
    private static let closeLimit = Duration.seconds(5)

    private struct Begun {
        var operation: ChurnOperation
        var lane: Int
        var number: UInt64
        var sequence: UInt64
        /// The session of the connection it began in.
        var session: Int
    }

    let eventLoop: any EventLoop
    private let configurations: [AMQPConfiguration]
    private let operations: [ChurnOperation]
    /// What the names of everything made here begin with.
    private let name: String
    private let failures: ChurnFailures
    private let delegate: any LoadPublisherDelegate
    /// What channels, queues, bindings and consumers are opened on; nil where only connections are.
    private let base: RecoveringConnection?
    /// The open channel of each lane, with the queue that stays.
    private var channels: [AMQPChannel?]
    private var numbers: [UInt64]
    private var inFlight = 0
    private var session = 0
    private var isConnected: Bool
    private var hasOpened = false
    private var isClosing = false
    /// A connection that is refused is counted; a line for each would drown the others.
    private let quiet = Logger(label: "rafale.churn", factory: { _ in SwiftLogNoOpLogHandler() })

    init(
        _ nodes: AMQPNodes, number: Int, operations: [ChurnOperation], channels: Int, name: String,
        failures: ChurnFailures, delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) {
        configurations = nodes.ordered(connection: number).map { $0.named("rafale churn") }
        self.operations = operations
        self.name = name
        self.failures = failures
        self.delegate = delegate
        self.eventLoop = eventLoop
        self.channels = Array(repeating: nil, count: channels)
        numbers = Array(repeating: 0, count: channels)
        let needsBase = operations.contains { $0 != .connections }
        base = needsBase ? nodes.connection(number, role: "rafale churn", on: eventLoop) : nil
        isConnected = !needsBase
    }

    func open() async throws(AMQPClientError) {
        guard let base else { return }
        try await base.start()
        for lane in channels.indices {
            let events = ChurnLane(self, lane)
            let queue = queueName(lane)
            _ = try await base.addChannel(delegate: events) { [self] channel in
                try await channel.queueDeclare(queue, exclusive: true, autoDelete: false)
                eventLoop.execute { self.ready(lane, channel) }
            }
        }
    }

    private func ready(_ lane: Int, _ channel: AMQPChannel) {
        channels[lane] = channel
        guard channels.allSatisfy({ $0 != nil }) else { return }
        isConnected = true
        if hasOpened { delegate.publisherRecovered() }
        hasOpened = true
    }

    fileprivate func lost(_ lane: Int, _ reason: AMQPCloseReason) {
        channels[lane] = nil
        guard isConnected, !isClosing else { return }
        isConnected = false
        session += 1
        for lane in numbers.indices { numbers[lane] = 0 }
        delegate.publisherLost(reason.description)
    }

    var isWritable: Bool { isConnected }

    var unsentBytes: Int { 0 }

    func send(_ messages: Span<OutgoingMessage>, channel lane: Int) {
        let channel = channels[lane]
        inFlight += messages.count
        for index in messages.indices {
            let message = messages[index]
            numbers[lane] += 1
            let begun = Begun(
                operation: operations[Int(message.template)], lane: lane, number: numbers[lane],
                sequence: message.stamp.sequence, session: session)
            Task {
                let error = await self.perform(begun, channel)
                self.eventLoop.execute { self.ended(begun, error) }
            }
        }
    }

    private func ended(_ operation: Begun, _ error: AMQPClientError?) {
        inFlight -= 1
        if let error { failures.add(operation.operation, error) }
        // Of an operation that was under way when its connection broke nobody waits for the end any more.
        guard operation.session == session else { return }
        delegate.publisher(
            channel: operation.lane, confirmed: operation.number, multiple: false, accepted: error == nil)
    }

    /// Waits for the operations under way; what the broker still has then goes with the connection.
    func close() async {
        let deadline = ContinuousClock.now + Self.closeLimit
        while ContinuousClock.now < deadline {
            let left = try? await eventLoop.submit {
                self.isClosing = true
                return self.inFlight
            }.get()
            if left == 0 { break }
            try? await Task.sleep(for: .milliseconds(10))
        }
        await base?.close()
    }

    // MARK: - Operations

    /// Opens and closes; what went wrong.
    private func perform(_ operation: Begun, _ channel: AMQPChannel?) async -> AMQPClientError? {
        do throws(AMQPClientError) {
            switch operation.operation {
            case .connections:
                // Each in turn, as a balancer in front of the nodes would have it.
                let node = configurations[Int(operation.sequence % UInt64(configurations.count))]
                let connection = try await AMQPConnection.connect(node, on: eventLoop, logger: quiet)
                await connection.close()
            case .channels:
                guard let connection = base?.current else { throw .notConnected }
                let opened = try await connection.openChannel()
                await opened.close()
            case .queues:
                guard let channel else { throw .notConnected }
                let name = "\(queueName(operation.lane))-\(operation.sequence)"
                try await channel.queueDeclare(name, exclusive: true)
                try await channel.queueDelete(name)
            case .bindings:
                guard let channel else { throw .notConnected }
                let (queue, key) = (queueName(operation.lane), "\(operation.sequence)")
                try await channel.queueBind(queue, exchange: "amq.direct", routingKey: key)
                try await channel.queueUnbind(queue, exchange: "amq.direct", routingKey: key)
            case .consumers:
                guard let channel else { throw .notConnected }
                let tag = try await channel.consume(
                    queue: queueName(operation.lane), tag: "rafale-\(operation.sequence)")
                try await channel.cancel(tag)
            }
            return nil
        } catch {
            return error
        }
    }

    /// The queue of a lane that stays.
    private func queueName(_ lane: Int) -> String { "\(name)-\(lane)" }
}

/// Passes the end of a lane's channel on.
private final class ChurnLane: AMQPChannelDelegate {
    private let publisher: AMQPChurnPublisher
    private let lane: Int

    init(_ publisher: AMQPChurnPublisher, _ lane: Int) {
        self.publisher = publisher
        self.lane = lane
    }

    func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) { publisher.lost(lane, reason) }
}
