import AMQPProtocol
import Logging
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The broker's state and its connections, confined to one event loop.
///
/// Not Sendable on purpose: whoever holds it is on that loop. Its state and its handlers' is touched by several functions
/// for every message and never by two at a time; checking that again at run time took a fifth of the broker's CPU, hence
/// `@exclusivity(unchecked)` there.
final class BrokerCore {
    let configuration: BrokerConfiguration
    let eventLoop: any EventLoop
    let logger: Logger
    let offer: ServerConnectionState.Offer
    @exclusivity(unchecked) var host: VirtualHost
    /// When the burst being handled began: one look at the clock for all its messages.
    @exclusivity(unchecked) private(set) var now = Moment(nanoseconds: 0, unixSeconds: 0)

    /// Handlers by their connection's slot in the host.
    private var handlers: [ConnectionHandler?] = []
    /// Handlers before the host knows them too, by identity.
    private var allHandlers: [ObjectIdentifier: ConnectionHandler] = [:]
    /// Handlers with something to flush.
    private var dirty: [ConnectionHandler] = []
    private var isContinuing = false
    private var isEndingBurst = false
    private var deadlineTask: Scheduled<Void>?
    private var deadlineNanoseconds = Int64.max

    private(set) var alarm = MemoryAlarm.none
    private var memoryAlarms: UInt64 = 0
    @exclusivity(unchecked) var bytesReceived: UInt64 = 0
    @exclusivity(unchecked) var bytesSent: UInt64 = 0

    /// How far the memory limit is exceeded.
    enum MemoryAlarm: Comparable {
        case none
        /// Connections that only publish are held up.
        case publishers
        /// Also those that consume as well, which may be what empties the queues.
        case all
    }

    init(configuration: BrokerConfiguration, eventLoop: any EventLoop, logger: Logger) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        offer = ServerConnectionState.Offer(
            serverProperties: Self.serverProperties, channelMax: configuration.channelMax,
            frameMaxBytes: configuration.frameMaxBytes, heartbeatSeconds: configuration.heartbeatSeconds)
        var limits = VirtualHostLimits()
        limits.maxQueues = configuration.maxQueues
        limits.maxExchanges = configuration.maxExchanges
        limits.maxBindings = configuration.maxBindings
        limits.maxChannels = configuration.maxChannels
        limits.maxConnections = configuration.maxConnections
        host = VirtualHost(limits: limits, makeName: Self.randomName)
    }

    /// What the server says of itself in connection.start.
    private static let serverProperties: FieldTable = [
        "product": .string("Rafale"), "version": .string("0.1.0"), "platform": .string("Swift"),
        "information": .string("The embedded broker of Rafale, in memory only"),
        "capabilities": .table([
            "publisher_confirms": .bool(true), "exchange_exchange_bindings": .bool(true), "basic.nack": .bool(true),
            "consumer_cancel_notify": .bool(true), "connection.blocked": .bool(true),
            "consumer_priorities": .bool(true), "authentication_failure_close": .bool(true),
            "per_consumer_qos": .bool(true),
        ]),
    ]

    /// 22 letters and digits.
    private static func randomName() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return String((0..<22).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }

    /// Looks at the clock: at the beginning of each burst of events.
    func beginBurst() {
        now = Moment(
            nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds), unixSeconds: UInt64(clamping: time(nil)))
    }

    /// Whether these are a user's credentials; takes as long for a wrong password whatever its beginning.
    func accepts(user: String, password: String) -> Bool {
        guard let expected = configuration.effectiveUsers[user] else { return false }
        let left = Array(expected.utf8)
        let right = Array(password.utf8)
        var difference = left.count ^ right.count
        for index in right.indices { difference |= Int(right[index] ^ (left.isEmpty ? 0 : left[index % left.count])) }
        return difference == 0
    }
}

// MARK: Connections

extension BrokerCore {
    /// A socket is there.
    func added(_ handler: ConnectionHandler) { allHandlers[ObjectIdentifier(handler)] = handler }

    /// A socket is gone.
    func removed(_ handler: ConnectionHandler) {
        allHandlers[ObjectIdentifier(handler)] = nil
        dirty.removeAll { $0 === handler }
        guard let id = handler.connectionID else { return }
        handlers[id.index] = nil
        beginBurst()
        writeDeliveries()
        host.disconnect(id, now: now)
        endBurst()
    }

    /// The host knows the connection from now on.
    func register(_ handler: ConnectionHandler, as id: ConnectionID) {
        while handlers.count <= id.index { handlers.append(nil) }
        handlers[id.index] = handler
    }

    /// The connection has something to flush at the end of the burst.
    func markDirty(_ handler: ConnectionHandler) { dirty.append(handler) }

    /// Tells every client that the broker goes down, then lets its connection close.
    func shutDown() {
        beginBurst()
        for handler in Array(allHandlers.values) {
            handler.fail(
                WireError(.connectionForced, "broker forced connection closure with reason 'shutdown'"))
        }
        endBurst()
    }

    var isIdle: Bool { allHandlers.isEmpty }

    /// Closes what is still open.
    func abort() { for handler in Array(allHandlers.values) { handler.closeSocket() } }
}

// MARK: The end of a burst

extension BrokerCore {
    /// After a socket's reads, a timer or a change of writability: delivers, tells and writes all that follows.
    func endBurst() {
        // Writing may change a socket's writability, which ends here again: that is for another turn of the loop.
        guard !isEndingBurst else { return continueLater() }
        isEndingBurst = true
        defer { isEndingBurst = false }
        // Rounds are bounded so that a fast consumer of a long queue does not keep others from being read.
        var rounds = 0
        var hasMore = true
        while hasMore, rounds < 16 {
            hasMore = host.dispatch(now: now)
            writeDeliveries()
            rounds += 1
        }
        for notice in host.notices { tell(notice) }
        host.notices.removeAll(keepingCapacity: true)
        for handler in dirty { handler.flush() }
        dirty.removeAll(keepingCapacity: true)
        checkMemory()
        scheduleDeadline()
        if hasMore || !host.scheduled.isEmpty { continueLater() }
    }

    /// Encodes the deliveries that the host has made so far.
    ///
    /// Also before anything takes a consumer or channel away, so that each delivery still finds its own.
    func writeDeliveries() {
        guard !host.deliveries.isEmpty else { return }
        for delivery in host.deliveries {
            handlers[delivery.connection.index]?
                .write(delivery, consumerTag: host.consumers[delivery.consumer].encodedTag)
        }
        host.deliveries.removeAll(keepingCapacity: true)
        for handler in dirty { handler.flushIfLarge() }
    }

    private func tell(_ notice: VirtualHost.Notice) {
        switch notice {
        case .consumerCancelled(let connection, let channel, let tag):
            guard host.connections.contains(connection) else { return }
            handlers[connection.index]?.consumerCancelled(tag, on: channel)
        }
    }

    private func continueLater() {
        guard !isContinuing else { return }
        isContinuing = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute {
            bound.value.isContinuing = false
            bound.value.beginBurst()
            bound.value.endBurst()
        }
    }

    /// Holds publishers up beyond the limit and lets them go on below nine tenths of it.
    private func checkMemory() {
        let limit = configuration.memoryLimitBytes
        let used = host.memoryBytes
        let next: MemoryAlarm =
            if used > limit + limit / 4 {
                .all
            } else if used > limit {
                .publishers
            } else {
                used > limit / 10 * 9 ? min(alarm, .publishers) : .none
            }
        guard next != alarm else { return }
        if alarm == .none {
            memoryAlarms += 1
            logger.warning("memory limit of \(limit) bytes reached: publishers are held up")
        } else if next == .none {
            logger.notice("memory is below the limit again: publishers go on")
        }
        alarm = next
        for handler in allHandlers.values { handler.memoryAlarmChanged() }
        for handler in dirty { handler.flush() }
        dirty.removeAll(keepingCapacity: true)
    }

    private func scheduleDeadline() {
        let next = host.nextDeadlineNanoseconds
        guard next != deadlineNanoseconds else { return }
        // A task that is early finds nothing to do and looks again; only an earlier deadline needs a new one.
        if next > deadlineNanoseconds, deadlineTask != nil { return }
        deadlineTask?.cancel()
        deadlineTask = nil
        deadlineNanoseconds = next
        guard next < .max else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        deadlineTask = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(clamping: next))) {
            bound.value.deadlineReached()
        }
    }

    private func deadlineReached() {
        deadlineTask = nil
        deadlineNanoseconds = .max
        beginBurst()
        host.tick(now: now)
        endBurst()
    }

    /// Figures of now.
    func statistics() -> BrokerStatistics {
        var statistics = BrokerStatistics()
        let counters = host.counters
        statistics.published = counters.published
        statistics.delivered = counters.delivered
        statistics.acknowledged = counters.acknowledged
        statistics.requeued = counters.requeued
        statistics.unroutable = counters.unroutable
        statistics.rejectedByFullQueue = counters.rejectedByFullQueue
        statistics.dropped = counters.dropped
        statistics.expired = counters.expired
        statistics.deadLettered = counters.deadLettered
        statistics.bytesReceived = bytesReceived
        statistics.bytesSent = bytesSent
        statistics.memoryAlarms = memoryAlarms
        statistics.connections = host.connections.count
        statistics.channels = host.channels.count
        statistics.consumers = host.consumers.count
        statistics.queues = host.queues.count
        statistics.ready = host.queues.ids.reduce(0) { $0 + host.queues[$1].readyCount }
        statistics.unacknowledged = host.channels.ids.reduce(0) { $0 + host.channels[$1].unacked.count }
        statistics.memoryBytes = host.memoryBytes
        statistics.isBlocked = alarm > .none
        return statistics
    }
}
