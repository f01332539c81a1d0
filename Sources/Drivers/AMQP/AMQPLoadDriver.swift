import AMQPClient
import AMQPProtocol
package import Logging
package import NIOCore
import Synchronization

// Drivers/AMQP: RabbitMQ, the embedded broker, and every other server of AMQP 0-9-1.
//
//   AMQPLoadDriver ─┬─► AMQPLoadPublisher  one connection, templates in batches
//                   ├─► AMQPLoadCollector  one connection, the processed and failed queues
//                   └─► its own connection: declares, asks for depths, cleans up
//   AMQPMessageSource, AMQPMessageSink: the worker's side

/// Puts load on a server of AMQP 0-9-1.
package final class AMQPLoadDriver: LoadDriver {
    private let nodes: AMQPNodes
    private let opened = Mutex(Opened())
    private let templates = Mutex<[TemplateKey: StampedTemplates]>([:])
    private let prepared = Mutex(Prepared())

    private struct TemplateKey: Hashable {
        var routingKey: String
        var channel: UInt16
        var frameMaxBytes: UInt32
    }

    /// Connections made so far, for their shares of the nodes.
    private struct Opened: Sendable {
        var publishers = 0
        var collectors = 0
    }

    private struct Prepared: Sendable {
        var topology: LoadTopology?
        /// Names of the queues that did not exist before.
        var createdQueues: Set<String> = []
        var createdExchange = false
        var channel: RecoveringChannel?
        /// The depth of each incoming queue when it was last asked for.
        var incomingDepths: [UInt64?] = []
        /// The incoming queue to ask next, where not all are asked each time.
        var nextQueue = 0
    }

    /// Reads the nodes' URIs; connects in `prepare`.
    package init(
        uris: [String], policy: ConnectionPolicy = ConnectionPolicy(), on eventLoop: any EventLoop, logger: Logger
    ) throws(DriverError) {
        nodes = try AMQPNodes(uris: uris, policy: policy, on: eventLoop, logger: logger)
    }

    /// The nodes' addresses without passwords.
    package var addresses: [String] { nodes.addresses }

    /// What the broker says it is.
    package var system: SystemIdentity { get async { nodes.system } }

    /// Looks at what exists and declares the rest; refuses queues that hold messages of others.
    package func prepare(_ topology: LoadTopology, purge: Bool) async throws(DriverError) {
        do {
            try await nodes.control.start()
            let channel = try await nodes.control.addChannel { _ in }
            prepared.withLock { state in
                state.topology = topology
                state.channel = channel
                state.incomingDepths = Array(repeating: nil, count: topology.incoming.count)
            }
        } catch {
            throw DriverError(error)
        }
        for (role, queue) in topology.neededQueues {
            guard let found = try await existing(queue.name) else {
                guard topology.declares else { throw Self.missing("queue \(queue.name)") }
                prepared.withLock { _ = $0.createdQueues.insert(queue.name) }
                continue
            }
            if topology.isShared {
                if purge { try await inspect(queue.name, messages: found.messageCount, purge: purge) }
                continue
            }
            if role != .incoming || topology.isSelfConsumed, found.consumerCount > 0 {
                throw DriverError(
                    .precondition,
                    "queue \(queue.name) has \(found.consumerCount) consumers already, which would take this run's "
                        + "\(role == .incoming ? "messages" : "results"); stop them, or name another queue in the scenario's topology"
                )
            }
            if found.messageCount > 0 {
                try await inspect(queue.name, messages: found.messageCount, purge: purge)
            }
        }
        if !topology.exchange.isEmpty {
            let exists = try await exchangeExists(topology.exchange)
            guard topology.declares || exists else { throw Self.missing("exchange \(topology.exchange)") }
            prepared.withLock { $0.createdExchange = !exists }
        }
        do {
            try await nodes.control.declare(Topology(topology))
        } catch {
            throw Self.declaring(error)
        }
    }

    /// Opens a publishing connection with its channels and templates.
    package func openPublisher(
        _ settings: PublisherSettings, delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> any LoadPublisher {
        let number = opened.withLock { opened in
            opened.publishers += 1
            return opened.publishers - 1
        }
        let connection = nodes.connection(number, role: "rafale publisher", on: eventLoop)
        let publisher = AMQPLoadPublisher(
            connection, settings: settings, topology: prepared.withLock { $0.topology }, delegate: delegate,
            on: eventLoop
        ) { [self] (channel, frameMaxBytes) throws(WireError) in
            try stamped(settings, channel: channel, frameMaxBytes: frameMaxBytes)
        }
        do {
            try await publisher.open()
        } catch {
            await connection.close()
            throw DriverError(error)
        }
        return publisher
    }

    /// Opens the connection that reads the results back.
    package func openCollector(
        _ settings: CollectorSettings, delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> (any LoadCollector)? {
        guard let topology = prepared.withLock({ $0.topology }) else {
            throw DriverError(.configuration, "a collector needs a prepared topology")
        }
        let number = opened.withLock { opened in
            opened.collectors += 1
            return opened.collectors - 1
        }
        let connection = nodes.connection(number, role: "rafale collector", on: eventLoop)
        let collector = AMQPLoadCollector(
            connection, settings: settings, topology: topology, delegate: delegate, on: eventLoop)
        do {
            try await collector.open()
        } catch {
            await connection.close()
            throw DriverError(error)
        }
        return collector
    }

    /// How many incoming queues are asked at a time when the answer need not be exact.
    private static let queuesAskedAtOnce = 64

    /// How many messages wait in each queue, by passive declarations.
    package func queueDepths(exact: Bool) async throws(DriverError) -> QueueDepths {
        let (topology, first) = prepared.withLock { ($0.topology, $0.nextQueue) }
        guard let topology, !topology.incoming.isEmpty, nodes.control.current != nil else {
            throw DriverError(.unreachable, "not connected to the broker at the moment")
        }
        var depths = QueueDepths()
        let count = topology.incoming.count
        // A stream does not know how much of it waits for anybody.
        let isStream = topology.incoming[0].kind == .stream
        let asked = isStream ? 0 : exact ? count : min(count, Self.queuesAskedAtOnce)
        for offset in 0..<asked {
            let index = (first + offset) % count
            let depth = try await depth(of: topology.incoming[index])
            prepared.withLock { $0.incomingDepths[index] = depth }
        }
        depths.incoming = prepared.withLock { state in
            state.nextQueue = (first + asked) % count
            return isStream ? nil : state.incomingDepths.reduce(0) { $0 + ($1 ?? 0) }
        }
        if !topology.branches.isEmpty {
            let incoming = prepared.withLock { $0.incomingDepths }
            depths.branches = incoming.map { QueueDepths(incoming: isStream ? nil : $0) }
        }
        for role in topology.roles where role != .incoming {
            for (number, queue) in topology.queues(role).enumerated() {
                let depth = try await depth(of: queue)
                depths[role] = (depths[role] ?? 0) + depth
                if !topology.branches.isEmpty { depths.branches[number][role] = depth }
            }
        }
        return depths
    }

    private func depth(of queue: QueuePlan) async throws(DriverError) -> UInt64 {
        // One that may be gone costs a channel when it is; none is lost that all others need.
        if queue.autoDelete { return UInt64(try await existing(queue.name)?.messageCount ?? 0) }
        guard let channel = prepared.withLock({ $0.channel })?.current else {
            throw DriverError(.unreachable, "not connected to the broker at the moment")
        }
        do {
            return UInt64(try await channel.queueDeclare(queue.name, passive: true).messageCount)
        } catch {
            throw DriverError(error)
        }
    }

    /// How many consumers the incoming queues have together, by passive declarations.
    package func consumerCount() async throws(DriverError) -> Int? {
        guard
            let (topology, channel) = prepared.withLock({ state in
                state.topology.flatMap { topology in state.channel?.current.map { (topology, $0) } }
            })
        else { throw DriverError(.unreachable, "not connected to the broker at the moment") }
        var count = 0
        do {
            for queue in topology.incoming {
                count += Int(try await channel.queueDeclare(queue.name, passive: true).consumerCount)
            }
        } catch {
            throw DriverError(error)
        }
        return count
    }

    /// Removes what this run declared and returns what it could not remove, in words.
    package func cleanUp() async -> [String] {
        var notes: [String] = []
        let state = prepared.withLock { $0 }
        if let topology = state.topology, topology.declares, !topology.keepQueues, nodes.control.current != nil {
            var left: [String] = []
            for queue in state.createdQueues.sorted() {
                do {
                    if try await !delete(queue, of: topology) { left.append(queue) }
                } catch {
                    notes.append("Queue \(queue) was left in place: \(error).")
                }
            }
            if let note = Self.note(leftInPlace: left) { notes.append(note) }
            if state.createdExchange {
                try? await withTemporaryChannel { channel throws(AMQPClientError) in
                    try await channel.exchangeDelete(topology.exchange, ifUnused: true)
                }
            }
        }
        await nodes.control.close()
        return notes
    }

    /// Deletes a queue that nobody needs any more; whether it is gone.
    private func delete(_ queue: String, of topology: LoadTopology) async throws(AMQPClientError) -> Bool {
        // A stream keeps what was read from it; where nobody read, it is what the run has made.
        let isStream = topology.neededQueues.contains { $1.name == queue && $1.kind == .stream }
        let isRead = isStream && (topology.isSelfConsumed || topology.readsOutcomes)
        do {
            // Asked first: quorum queues know no "if unused" and no "if empty".
            return try await withTemporaryChannel { channel throws(AMQPClientError) in
                let found = try await channel.queueDeclare(queue, passive: true)
                let isFree = (found.messageCount == 0 && !isStream || isRead) && found.consumerCount == 0
                if isFree { _ = try await channel.queueDelete(queue) }
                return isFree
            }
        } catch {
            if case .channelClosed(.notFound, _, _) = error { return true }
            throw error
        }
    }

    private static func note(leftInPlace queues: [String]) -> String? {
        guard let first = queues.first else { return nil }
        if queues.count == 1 { return "Queue \(first) was left in place: it is not empty or in use." }
        let names = queues.prefix(3).joined(separator: ", ") + (queues.count > 3 ? " and \(queues.count - 3) more" : "")
        return "Queues \(names) were left in place: they are not empty or in use."
    }

    // MARK: - Looking before touching

    /// A queue as it stands; nil where there is none of that name.
    private func existing(_ queue: String) async throws(DriverError) -> QueueDeclareOk? {
        do {
            return try await withTemporaryChannel { channel throws(AMQPClientError) in
                try await channel.queueDeclare(queue, passive: true)
            }
        } catch {
            if case .channelClosed(.notFound, _, _) = error { return nil }
            throw DriverError(error)
        }
    }

    private func exchangeExists(_ exchange: String) async throws(DriverError) -> Bool {
        do {
            try await withTemporaryChannel { channel throws(AMQPClientError) in
                try await channel.exchangeDeclare(exchange, passive: true)
            }
            return true
        } catch {
            if case .channelClosed(.notFound, _, _) = error { return false }
            throw DriverError(error)
        }
    }

    /// How many waiting messages are looked at, one by one; a queue that holds more needs the user's word.
    private static let inspectedMessages = 2000

    /// Makes sure that the messages waiting in a queue are an earlier run's, or throws them away where that is asked.
    private func inspect(_ queue: String, messages: UInt32, purge: Bool) async throws(DriverError) {
        guard purge || messages <= Self.inspectedMessages else {
            throw DriverError(
                .precondition,
                "queue \(queue) holds \(messages) messages, too many to see whose they are; name another queue in the "
                    + "scenario's topology, or throw them away with --purge")
        }
        var foreign = false
        do {
            if purge {
                try await withTemporaryChannel { channel throws(AMQPClientError) in
                    _ = try await channel.queuePurge(queue)
                }
                return
            }
            // Fetched without an ack on a channel that is then closed: the broker puts them back where they were.
            foreign = try await withTemporaryChannel { channel throws(AMQPClientError) in
                for _ in 0..<Self.inspectedMessages {
                    guard let message = try await channel.get(queue) else { break }
                    if message.properties.rafaleID == nil { return true }
                }
                return false
            }
        } catch {
            throw DriverError(error)
        }
        if foreign {
            throw DriverError(
                .precondition,
                "queue \(queue) holds \(messages) messages that are not a run's; name another queue in the scenario's "
                    + "topology, or throw them away with --purge")
        }
        nodes.logger.info("queue \(queue) holds \(messages) messages of an earlier run; they will not be counted")
    }

    private func withTemporaryChannel<T: Sendable>(
        _ body: @Sendable (AMQPChannel) async throws(AMQPClientError) -> T
    ) async throws(AMQPClientError) -> T {
        guard let connection = nodes.control.current else { throw .notConnected }
        let channel = try await connection.openChannel()
        do {
            let result = try await body(channel)
            await channel.close()
            return result
        } catch {
            await channel.close()
            throw error
        }
    }

    private static func missing(_ what: String) -> DriverError {
        DriverError(
            .precondition,
            "\(what) does not exist, and the scenario declares nothing: create it, or remove topology.declare: false")
    }

    private static func declaring(_ error: AMQPClientError) -> DriverError {
        if case .channelClosed(.preconditionFailed, let text, _) = error {
            return DriverError(
                .precondition,
                "a queue or exchange of the scenario exists with other properties: \(text); delete it, give it the same "
                    + "properties, or name another one in the scenario's topology")
        }
        return DriverError(error)
    }

    /// The templates for a channel number, made once for all connections.
    private func stamped(
        _ settings: PublisherSettings, channel: UInt16, frameMaxBytes: UInt32
    ) throws(WireError) -> StampedTemplates {
        let key = TemplateKey(routingKey: settings.routingKey, channel: channel, frameMaxBytes: frameMaxBytes)
        if let made = templates.withLock({ $0[key] }) { return made }
        let made = try StampedTemplates(settings, channel: channel, frameMaxBytes: frameMaxBytes)
        templates.withLock { $0[key] = made }
        return made
    }
}

extension Topology {
    /// What a run needs, as AMQP declares it.
    init(_ load: LoadTopology) {
        self.init()
        guard load.declares else { return }
        queues = load.neededQueues.reversed().map { _, queue in
            var arguments = FieldTable(queue.arguments)
            if queue.kind != .classic { arguments["x-queue-type"] = .string(queue.kind.rawValue) }
            return Queue(
                queue.name, durable: queue.durable, autoDelete: queue.autoDelete, arguments: arguments)
        }
        guard !load.exchange.isEmpty else { return }
        exchanges = [
            Exchange(
                load.exchange, kind: load.exchangeKind, durable: load.exchangeDurable,
                autoDelete: load.exchangeAutoDelete, arguments: FieldTable(load.exchangeArguments))
        ]
        bindings = load.bindings.map { binding in
            Binding(
                to: .queue(binding.queue), from: load.exchange, routingKey: binding.key,
                arguments: FieldTable(binding.arguments))
        }
    }
}

extension LoadTopology {
    /// The queues that a run touches.
    fileprivate var neededQueues: [(role: QueueRole, queue: QueuePlan)] {
        roles.flatMap { role in queues(role).map { (role, $0) } }
    }
}

extension BasicProperties {
    /// The identity that a run of ours gave the message; nil for a message of anybody else.
    var rafaleID: MessageID? { messageID.flatMap { MessageID($0) } ?? correlationID.flatMap { MessageID($0) } }
}

extension DriverError {
    /// Sorts the client's errors by what the user can do about them.
    init(_ error: AMQPClientError) {
        let kind: Kind =
            switch error {
            case .refusedCredentials, .refusedVirtualHost, .mechanismNotOffered: .refused
            case .tlsFile: .configuration
            case .wire: .protocolViolation
            case .channelClosed(.accessRefused, _, _), .connectionClosed(.accessRefused, _, _): .refused
            case .channelClosed, .connectionClosed: .precondition
            default: .unreachable
            }
        self.init(kind, error.description)
    }
}
