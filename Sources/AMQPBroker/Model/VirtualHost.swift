import AMQPProtocol
import DequeModule

/// The time an event happens at, told by the caller.
struct Moment {
    /// Monotonic.
    var nanoseconds: Int64
    /// For `x-death`.
    var unixSeconds: UInt64
}

/// How much of everything a broker holds at most.
struct VirtualHostLimits {
    var maxQueues = 10_000
    var maxExchanges = 10_000
    var maxBindings = 100_000
    var maxChannels = 20_000
    var maxConnections = 1_000
    /// Routes kept; beyond, they are forgotten and computed again.
    var maxCachedRoutes = 8_192
}

/// The exchanges, queues, consumers and messages of the broker: all its decisions, without IO, clock or chance.
///
///     publish ─► Route (cached) ─► MessageQueue ─► scheduled ─► dispatch() ─► deliveries ─► the connections
///                                    ▲   │ full, expired, rejected
///                                    └───┴─► dead letters ─► Route …
///
/// Each event is a mutating function. What it brings about for other parties is appended to `deliveries` and
/// `notices`, which the caller empties after each burst of events.
struct VirtualHost {
    /// Something a connection must be told unasked.
    enum Notice: Equatable {
        /// The consumer's queue is gone.
        case consumerCancelled(connection: ConnectionID, channel: UInt16, tag: String)
    }

    /// A message on its way to a consumer.
    struct Delivery {
        let connection: ConnectionID
        let channel: UInt16
        let consumer: ConsumerID
        let deliveryTag: UInt64
        let redelivered: Bool
        let message: Message
    }

    let limits: VirtualHostLimits
    /// Gives the ends of names that the server makes; each must be new.
    let makeName: () -> String

    var connections = SlotMap<ConnectionSession>()
    var channels = SlotMap<ChannelSession>()
    var consumers = SlotMap<Consumer>()
    var queues = SlotMap<MessageQueue>()
    var queueIDs: [String: QueueID] = [:]
    var exchanges: [String: Exchange] = [:]
    var bindingCount = 0

    /// Changes with every exchange, queue or binding that comes or goes: routes of an older one are computed again.
    var topologyGeneration: UInt64 = 1
    var routes: [Int: Route] = [:]

    /// Queues that may have something to deliver.
    var scheduled = Deque<QueueID>()
    var deliveries: [Delivery] = []
    var notices: [Notice] = []
    var deadLetters = Deque<DeadLetter>()

    /// Queues where time matters: messages or the queue itself expire.
    var timed: Set<QueueID> = []
    /// When `tick(now:)` is due; `.max` for never.
    var nextDeadlineNanoseconds = Int64.max

    /// What all messages held cost.
    var memoryBytes = 0
    var counters = Counters()

    /// Cumulative counts of what messages met.
    struct Counters {
        var published: UInt64 = 0
        var delivered: UInt64 = 0
        var acknowledged: UInt64 = 0
        var requeued: UInt64 = 0
        var unroutable: UInt64 = 0
        var rejectedByFullQueue: UInt64 = 0
        var dropped: UInt64 = 0
        var expired: UInt64 = 0
        var deadLettered: UInt64 = 0
    }

    /// A virtual host with the exchanges that are always there.
    init(limits: VirtualHostLimits = VirtualHostLimits(), makeName: @escaping () -> String) {
        self.limits = limits
        self.makeName = makeName
        let predeclared: [(String, Exchange.Kind)] = [
            ("amq.direct", .direct), ("amq.fanout", .fanout), ("amq.topic", .topic), ("amq.headers", .headers),
            ("amq.match", .headers),
        ]
        for (name, kind) in predeclared { exchanges[name] = Exchange(name: name, kind: kind) }
    }
}

extension VirtualHost {
    /// A client has opened its connection.
    mutating func connect(user: String) throws(Refusal) -> ConnectionID {
        guard connections.count < limits.maxConnections else {
            throw Refusal(.notAllowed, "connection limit (\(limits.maxConnections)) is reached")
        }
        return connections.insert(ConnectionSession(user: user))
    }

    /// A connection is gone: what it did not settle goes back, what was exclusive to it goes.
    mutating func disconnect(_ id: ConnectionID, now: Moment) {
        for channel in connections[id].channels { closeChannel(channel, now: now) }
        let session = connections.remove(id)
        for queue in session.exclusiveQueues where queues.contains(queue) { removeQueue(queue) }
        drainDeadLetters(now: now)
    }

    /// A channel is opened.
    mutating func openChannel(_ number: UInt16, on connection: ConnectionID) throws(Refusal) -> ChannelID {
        guard channels.count < limits.maxChannels else {
            throw Refusal(.notAllowed, "channel limit (\(limits.maxChannels)) is reached")
        }
        let id = channels.insert(ChannelSession(connection: connection, number: number))
        connections[connection].channels.append(id)
        return id
    }

    /// A channel is closed by either side: its transaction is forgotten, its deliveries go back to their queues.
    mutating func closeChannel(_ id: ChannelID, now: Moment) {
        rollBack(id)
        for delivery in channels[id].unacked.removeAll() { putBack(delivery) }
        for consumer in channels[id].consumers.values { removeConsumer(consumer, now: now) }
        let session = channels.remove(id)
        connections[session.connection].channels.removeAll { $0 == id }
        drainDeadLetters(now: now)
    }

    /// The socket of a connection takes more deliveries again, or does not.
    mutating func setWritable(_ isWritable: Bool, _ id: ConnectionID) {
        guard connections[id].isWritable != isWritable else { return }
        connections[id].isWritable = isWritable
        if isWritable { for channel in connections[id].channels { schedule(consumersOf: channel) } }
    }

    /// The client stops or restarts deliveries on a channel.
    mutating func setFlow(_ isFlowing: Bool, _ id: ChannelID) {
        channels[id].isFlowing = isFlowing
        if isFlowing { schedule(consumersOf: id) }
    }
}

// MARK: The account of messages

extension VirtualHost {
    /// Someone more holds the message.
    mutating func hold(_ message: Message) {
        message.header.holders += 1
        if message.header.holders == 1 { memoryBytes += message.costBytes }
    }

    /// Someone holds the message no longer.
    mutating func release(_ message: Message) {
        message.header.holders -= 1
        if message.header.holders == 0 { memoryBytes -= message.costBytes }
    }
}

// MARK: Finding things

extension VirtualHost {
    /// The queue of that name that the connection may use.
    func queue(_ name: String, for connection: ConnectionID) throws(Refusal) -> QueueID {
        guard let id = queueIDs[name] else { throw .notFound(.queue(name)) }
        if let owner = queues[id].exclusiveOwner, owner != connection { throw .locked(name) }
        return id
    }

    /// The queue that a method names, where an empty name means the one declared last on the channel.
    func queue(named name: String, on channel: ChannelID) throws(Refusal) -> QueueID {
        try queue(try queueName(name, on: channel), for: channels[channel].connection)
    }

    func queueName(_ name: String, on channel: ChannelID) throws(Refusal) -> String {
        guard name.isEmpty else { return name }
        guard let last = channels[channel].lastQueue else {
            throw Refusal(.notFound, "no previously declared queue")
        }
        return last
    }
}
