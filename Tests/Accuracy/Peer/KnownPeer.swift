import AMQPProtocol
import Drivers
import HeapModule
import LoadMetrics
import NIOCore
import NIOPosix

/// A server of AMQP 0-9-1 without queues, whose misbehaviour is known: it answers and delivers by a plan and writes down
/// when it did what.
///
///     PeerConnection ─ message read ─► KnownPeer: what is due, when ─► PeerConnection ─ confirms, returns, outcomes ─►
///                                          └─► PeerRecord
final class KnownPeer: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the asynchronous entry points hop to it.

    /// What is sent at its time.
    private struct Due: Comparable {
        enum What {
            case answer(PeerConnection, channel: UInt16, tag: UInt64, block: [UInt64])
            case outcome(UInt64)
        }

        var nanoseconds: Int64
        var order: Int
        var what: What

        static func < (left: Due, right: Due) -> Bool {
            (left.nanoseconds, left.order) < (right.nanoseconds, right.order)
        }

        static func == (left: Due, right: Due) -> Bool { left.order == right.order }
    }

    /// An outcome that waits for its consumer.
    struct Outcome {
        var sequence: UInt64
        var queue: String
        var redelivered: Bool
    }

    private struct Consumer {
        var connection: PeerConnection
        var channel: UInt16
        var tag: String
    }

    /// The run whose messages a peer takes.
    static let run = RunID(rawValue: 0xACC0_0001)

    let plan: PeerPlan
    let eventLoop: any EventLoop
    private(set) var record = PeerRecord()
    /// More than any check sends.
    private static let expectedMessages = 1 << 19
    private let group: MultiThreadedEventLoopGroup
    private var listener: (any Channel)?
    private var connections: [PeerConnection] = []
    private var due = Heap<Due>()
    private var dues = 0
    private var pump: Scheduled<Void>?
    private var consumers: [String: Consumer] = [:]
    private var waiting: [String: [Outcome]] = [:]
    private var outcomesSent = 0
    private var hasLostCollector = false

    private init(_ plan: PeerPlan) {
        self.plan = plan
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        eventLoop = group.next()
    }

    /// Runs the body with a peer that listens on a free port of loopback; the record is of the peer's end.
    static func use<T: Sendable>(
        _ plan: PeerPlan, _ body: (_ port: Int, any EventLoop) async throws -> T
    ) async throws -> (T, PeerRecord) {
        let peer = KnownPeer(plan)
        let port = try await peer.listen()
        do {
            let value = try await body(port, peer.eventLoop)
            let record = try await peer.eventLoop.submit { peer.record }.get()
            await peer.stop()
            return (value, record)
        } catch {
            await peer.stop()
            throw error
        }
    }

    private func listen() async throws -> Int {
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = PeerConnection(peer: self)
                    self.connections.append(connection)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        try await eventLoop.submit { self.listener = listener }.get()
        return listener.localAddress?.port ?? 0
    }

    private func stop() async {
        try? await eventLoop.submit {
            self.pump?.cancel()
            self.listener?.close(promise: nil)
            for connection in self.connections { connection.closeSocket() }
        }.get()
        try? await group.shutdownGracefully()
    }

    // MARK: - What comes

    /// A message is whole.
    func received(
        _ id: MessageID, intended: Int64, bytes: [UInt8], at now: Int64, on connection: PeerConnection, channel: UInt16
    ) {
        if record.messages.isEmpty, let stall = plan.stall { scheduleStall(stall) }
        if connection.publishingNumber == nil {
            connection.publishingNumber = record.publishingConnections
            record.publishingConnections += 1
        }
        // At once, since an array of that many that grows stands still for milliseconds, and so would what it records.
        if record.messages.isEmpty { record.messages.reserveCapacity(Self.expectedMessages) }
        while record.messages.count <= Int(id.sequence) { record.messages.append(PeerRecord.Message()) }
        let index = Int(id.sequence)
        record.messages[index].intended = intended
        record.messages[index].received = now
        record.messages[index].bytes = bytes
        record.messages[index].connection = connection.publishingNumber ?? 0
        connection.messages += 1

        let fate = plan.fate(id.sequence)
        let answer: PeerPlan.Fate = [.acked, .nacked, .returned]
        if let (tag, block) = connection.takeBlock(on: channel), !fate.isDisjoint(with: answer) {
            let delay = plan.confirmDelay.nanoseconds(sequence: id.sequence, seed: plan.seed)
            add(.answer(connection, channel: channel, tag: tag, block: block), at: now + delay)
        }
        if !fate.isDisjoint(with: [.processed, .failed]) {
            let delay = plan.outcomeDelay.nanoseconds(sequence: id.sequence, seed: ~plan.seed)
            add(.outcome(id.sequence), at: now + delay)
        }
        if let loss = plan.publisherLoss, connection.publishingNumber == 0, connection.messages == loss.afterMessages {
            connection.fallSilentAndClose()
        }
    }

    /// Somebody consumes a queue.
    func consume(_ queue: String, tag: String, on connection: PeerConnection, channel: UInt16) {
        consumers[queue] = Consumer(connection: connection, channel: channel, tag: tag)
        for outcome in waiting.removeValue(forKey: queue) ?? [] { deliver(outcome) }
        flushAll()
    }

    /// A socket is gone; what its consumers did not acknowledge comes again.
    func lost(_ connection: PeerConnection) {
        connections.removeAll { $0 === connection }
        for (queue, consumer) in consumers where consumer.connection === connection { consumers[queue] = nil }
        let again = connection.unsettled.map { entry in
            Outcome(sequence: entry.outcome.sequence, queue: entry.outcome.queue, redelivered: true)
        }
        record.redeliveries += again.count
        for outcome in again { deliver(outcome) }
        flushAll()
    }

    // MARK: - What goes

    private func add(_ what: Due.What, at nanoseconds: Int64) {
        dues += 1
        due.insert(Due(nanoseconds: nanoseconds, order: dues, what: what))
    }

    /// Sends what is due; watches the clock, for a bounded time, when the next is due soon.
    func sendDue() {
        pump?.cancel()
        pump = nil
        let turnEnd = Monotonic.nowNanoseconds() + 1_000_000
        while let next = due.min {
            let now = Monotonic.nowNanoseconds()
            if next.nanoseconds <= now {
                while let item = due.min, item.nanoseconds <= now, let item = due.popMin() { send(item.what) }
                flushAll()
            } else if next.nanoseconds - now > plan.spinNanoseconds || now > turnEnd {
                let wake = max(next.nanoseconds - plan.spinNanoseconds, now)
                pump = eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(UInt64(wake))) {
                    self.sendDue()
                }
                return
            }
        }
    }

    private func send(_ what: Due.What) {
        switch what {
        case .outcome(let sequence):
            let fate = plan.fate(sequence)
            for (part, queue) in [(PeerPlan.Fate.processed, "processed_texts"), (.failed, "failed_texts")]
            where fate.contains(part) {
                deliver(Outcome(sequence: sequence, queue: queue, redelivered: false))
                if fate.contains(.twice) { deliver(Outcome(sequence: sequence, queue: queue, redelivered: false)) }
                if fate.contains(.repeated) { deliver(Outcome(sequence: sequence, queue: queue, redelivered: true)) }
            }
        case .answer(let connection, let channel, let tag, let block):
            guard let sequence = block.last, !connection.isSilent else { return }
            let fate = plan.fate(sequence)
            if fate.contains(.returned) {
                connection.writeReturn(of: sequence, on: channel)
                record.messages[Int(sequence)].sent.insert(.returned)
            }
            let answer = fate.intersection([.acked, .nacked])
            guard !answer.isEmpty else { return }
            connection.writeAnswer(isAck: answer.contains(.acked), tag: tag, multiple: block.count > 1, on: channel)
            for sequence in block {
                record.messages[Int(sequence)].sent.formUnion(answer)
                connection.unflushed.append(.answer(sequence))
            }
        }
    }

    private func deliver(_ outcome: Outcome) {
        guard let consumer = consumers[outcome.queue], !consumer.connection.isSilent else {
            waiting[outcome.queue, default: []].append(outcome)
            return
        }
        let index = Int(outcome.sequence)
        let message = record.messages[index]
        consumer.connection.writeDelivery(outcome, of: message, tag: consumer.tag, on: consumer.channel)
        if record.messages[index].sent.isDisjoint(with: [.processed, .failed]) {
            consumer.connection.unflushed.append(.outcome(outcome.sequence))
        } else if !outcome.redelivered {
            record.messages[index].sent.insert(.twice)
        }
        record.messages[index].sent.insert(outcome.queue == "failed_texts" ? .failed : .processed)
        outcomesSent += 1
        if let loss = plan.collectorLoss, !hasLostCollector, outcomesSent >= loss.afterMessages {
            hasLostCollector = true
            consumer.connection.flush()
            consumer.connection.fallSilentAndClose()
        }
    }

    private func flushAll() { for connection in connections { connection.flush() } }

    /// The socket took what was written between these two moments.
    func written(_ unflushed: [PeerConnection.Unflushed], _ moment: PeerRecord.Moment) {
        for entry in unflushed {
            switch entry {
            case .answer(let sequence): record.messages[Int(sequence)].answered = moment
            case .outcome(let sequence): record.messages[Int(sequence)].outcome = moment
            }
        }
    }

    // MARK: - Standing still

    private func scheduleStall(_ stall: PeerPlan.Stall) {
        let start = Monotonic.nowNanoseconds() + Int64(stall.afterSeconds * 1e9)
        eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(UInt64(start))) {
            // As a pause of a garbage collector or a disk does it: the thread does nothing at all.
            let start = Monotonic.nowNanoseconds()
            let end = start + Int64(stall.seconds * 1e9)
            while Monotonic.nowNanoseconds() < end { sleepUntil(end) }
            self.record.stall = start..<Monotonic.nowNanoseconds()
            self.sendDue()
        }
    }
}
