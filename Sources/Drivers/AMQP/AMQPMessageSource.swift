import AMQPClient
import AMQPProtocol
package import Logging
package import NIOCore
import Synchronization

/// A worker's consumer on a server of AMQP 0-9-1.
package final class AMQPMessageSource: MessageSource {
    private let connection: RecoveringConnection
    private let queues: [String]
    private let prefetch: Int
    private let state = Mutex(State())

    fileprivate struct State {
        var arrived: [InboundMessage] = []
        var waiting: CheckedContinuation<[InboundMessage]?, any Error>?
        var channel: AMQPChannel?
        /// The connection's number, counted from 0; −1 before the first.
        var session = -1
        var isStopped = false
        var failure: DriverError?

        /// What the caller who waits should get now; nil while there is nothing to say.
        mutating func takeAnswer() -> Result<[InboundMessage]?, any Error>? {
            if !arrived.isEmpty {
                defer { arrived = [] }
                return .success(arrived)
            }
            if let failure { return .failure(failure) }
            return isStopped ? .success(nil) : nil
        }
    }

    private init(_ connection: RecoveringConnection, queues: [String], prefetch: Int) {
        self.connection = connection
        self.queues = queues
        self.prefetch = prefetch
    }

    private static func tag(_ index: Int) -> String { "rafale-worker-\(index + 1)" }

    /// Connects and starts to consume the queues, which must exist; they share the prefetch count equally.
    package static func connect(
        uri: String, queues: [String], prefetch: Int, on eventLoop: any EventLoop, logger: Logger
    ) async throws(DriverError) -> AMQPMessageSource {
        let connection = try RecoveringConnection(uri: uri, role: "rafale worker", on: eventLoop, logger: logger)
        let source = AMQPMessageSource(connection, queues: queues, prefetch: prefetch)
        do {
            try await connection.start()
            _ = try await connection.addChannel(delegate: Events(source)) { try await source.begin($0) }
        } catch {
            await connection.close()
            throw DriverError(error, queue: queues.joined(separator: ", "))
        }
        return source
    }

    private func begin(_ channel: AMQPChannel) async throws {
        // What arrived on a lost connection and was not yet taken comes again: keeping it would process it twice.
        state.withLock { state in
            state.session += 1
            state.arrived = []
            state.channel = channel
        }
        // The bound is each consumer's own: quorum queues and streams know no other.
        try await channel.qos(prefetchCount: UInt16(clamping: max(1, prefetch / max(1, queues.count))))
        for (index, queue) in queues.enumerated() where !state.withLock({ $0.isStopped }) {
            _ = try await channel.consume(queue: queue, tag: Self.tag(index))
        }
    }

    /// The messages that arrived since the last call, waiting for one; nil once consuming has stopped.
    package func nextBatch() async throws -> [InboundMessage]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<[InboundMessage]?, any Error>? = state.withLock { state in
                    if let answer = state.takeAnswer() { return answer }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting = continuation
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            state.withLock { $0.takeWaiting() }?.resume(throwing: CancellationError())
        }
    }

    /// Acknowledges or rejects; tokens of a connection that is gone are ignored, the broker redelivers.
    package func settle(_ tokens: [DeliveryToken], _ settlement: Settlement) {
        let (channel, session) = state.withLock { ($0.channel, $0.session) }
        guard let channel else { return }
        channel.settle(
            tokens.compactMap { token in
                guard token.session == session else { return nil }
                return switch settlement {
                case .accept: RawSettlement(.ack, deliveryTag: token.number)
                case .reject: RawSettlement(.reject, deliveryTag: token.number, requeue: false)
                case .requeue: RawSettlement(.reject, deliveryTag: token.number, requeue: true)
                }
            })
    }

    /// Cancels the consumer; what was delivered can still be settled.
    package func stopConsuming() async {
        let channel = state.withLock { state in
            state.isStopped = true
            return state.channel
        }
        // The answer to the cancel comes behind the last delivery: after it nothing more arrives.
        for index in queues.indices { try? await channel?.cancel(Self.tag(index)) }
        wake()
    }

    /// Closes the connection; what was not settled goes back to the queue.
    package func close() async {
        await connection.close()
        state.withLock { $0.isStopped = true }
        wake()
    }

    private func wake() {
        let waiting: (CheckedContinuation<[InboundMessage]?, any Error>, Result<[InboundMessage]?, any Error>)? =
            state.withLock { state in
                guard state.waiting != nil, let answer = state.takeAnswer() else { return nil }
                return state.takeWaiting().map { ($0, answer) }
            }
        if let waiting { waiting.0.resume(with: waiting.1) }
    }

    // MARK: - Events

    fileprivate func arrived(_ messages: [InboundMessage]) {
        state.withLock { state in
            let session = state.session
            state.arrived += messages.lazy.map { message in
                var message = message
                message.token = DeliveryToken(session: session, number: message.token.number)
                return message
            }
        }
        wake()
    }

    fileprivate func failed(_ error: DriverError) {
        state.withLock { $0.failure = error }
        wake()
    }
}

extension AMQPMessageSource.State {
    fileprivate mutating func takeWaiting() -> CheckedContinuation<[InboundMessage]?, any Error>? {
        defer { waiting = nil }
        return waiting
    }
}

/// Gathers the deliveries of one socket read and passes them on together.
private final class Events: AMQPChannelDelegate, @unchecked Sendable {
    // Reason: touched on the connection's event loop only.

    private let source: AMQPMessageSource
    private var gathered: [InboundMessage] = []

    init(_ source: AMQPMessageSource) { self.source = source }

    func channel(_ channel: AMQPChannel, received run: borrowing DeliveryRun) {
        // One look at the clock for what came together: later than it was sent, unlike one for several reads.
        let now = SystemClock.monotonicNanoseconds()
        for index in 0..<run.count where channel.isOpen { gather(run.delivery(index), at: now) }
    }

    func channel(_ channel: AMQPChannel, received delivery: borrowing Delivery) {
        gather(delivery, at: SystemClock.monotonicNanoseconds())
    }

    private func gather(_ delivery: borrowing Delivery, at receivedNanoseconds: Int64) {
        let properties = delivery.properties
        gathered.append(
            InboundMessage(
                body: delivery.retainBody(), propertiesBytes: properties.bytes.count,
                messageID: text((try? properties.messageID()) ?? nil),
                intendedNanoseconds: (try? properties.int64Header("x-rafale-intended")) ?? nil,
                receivedNanoseconds: receivedNanoseconds, redelivered: delivery.redelivered,
                token: DeliveryToken(session: 0, number: delivery.deliveryTag)))
    }

    func channelReadComplete(_ channel: AMQPChannel) {
        guard !gathered.isEmpty else { return }
        source.arrived(gathered)
        gathered.removeAll(keepingCapacity: true)
    }

    func channel(_ channel: AMQPChannel, consumerCancelled tag: String) {
        source.failed(DriverError(.precondition, "the broker ended the consumer: was the queue deleted?"))
    }

    func channel(_ channel: AMQPChannel, closed reason: AMQPCloseReason) { gathered = [] }

    private func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
}

extension DriverError {
    /// Says which queue is meant where the server only says that there is none.
    init(_ error: AMQPClientError, queue: String) {
        if case .channelClosed(.notFound, _, _) = error {
            self.init(
                .precondition, "there is no queue \(queue) on the broker: start the run first, or declare the queue")
        } else {
            self.init(error)
        }
    }
}
