import AMQPProtocol

extension VirtualHost {
    /// The route of an exchange and key as they came over the wire; refuses an exchange that is not there or internal.
    mutating func route(
        exchange: UnsafeRawBufferPointer, routingKey: UnsafeRawBufferPointer
    ) throws(Refusal) -> Route {
        var hasher = Hasher()
        hasher.combine(bytes: exchange)
        hasher.combine(UInt8(0xFF))  // in no UTF-8: "a" + "b" is not "ab" + ""
        hasher.combine(bytes: routingKey)
        let hash = hasher.finalize()
        if let route = routes[hash], route.isFor(exchange: exchange, routingKey: routingKey) {
            try refresh(route)
            return route
        }
        let route = Route(
            exchange: String(decoding: exchange, as: UTF8.self), routingKey: String(decoding: routingKey, as: UTF8.self)
        )
        try refresh(route)
        if routes.count >= limits.maxCachedRoutes { routes.removeAll(keepingCapacity: true) }
        routes[hash] = route
        return route
    }

    /// Computes a route's targets again where the topology has changed since.
    mutating func refresh(_ route: Route) throws(Refusal) {
        guard route.generation != topologyGeneration else { return }
        if !route.exchange.isEmpty {
            guard let exchange = exchanges[route.exchange] else { throw .notFound(.exchange(route.exchange)) }
            guard !exchange.isInternal else {
                throw Refusal(
                    .accessRefused, "cannot publish to internal \(ResourceName.exchange(route.exchange))")
            }
        }
        compute(route)
    }

    private func compute(_ route: Route) {
        var walk = RouteWalk(routingKey: route.routingKey, headers: nil)
        walk.visit(route.exchange, of: self)
        route.targets = walk.targets
        route.dependsOnHeaders = walk.dependsOnHeaders
        route.generation = topologyGeneration
    }

    /// Where a message goes, by its route or, behind a headers exchange, by its headers too.
    func targets(of message: Message) -> [QueueID] {
        let route = message.route
        if route.generation != topologyGeneration { compute(route) }
        guard route.dependsOnHeaders else { return route.targets }
        var walk = RouteWalk(routingKey: route.routingKey, headers: message.decodeProperties().headers)
        walk.visit(route.exchange, of: self)
        return walk.targets
    }

    /// What became of a published message.
    enum PublishOutcome: Equatable {
        /// It is in a queue, or waits for its transaction's commit.
        case accepted
        /// No queue wanted it: returned to its publisher where mandatory.
        case unroutable
        /// A full queue refused it: not confirmed.
        case refused
    }

    /// basic.publish with its whole content.
    mutating func publish(
        _ message: Message, mandatory: Bool, on channel: ChannelID, now: Moment
    ) -> PublishOutcome {
        counters.published += 1
        if channels[channel].mode == .transaction {
            hold(message)
            channels[channel].transaction.publishes.append(Transaction.Publish(message: message, mandatory: mandatory))
            return .accepted
        }
        let outcome = enqueue(message, now: now)
        if channels[channel].mode == .confirm {
            let tag = channels[channel].nextPublishTag
            channels[channel].nextPublishTag += 1
            channels[channel].confirmations.settle(tag, isNack: outcome == .refused)
        }
        if !deadLetters.isEmpty { drainDeadLetters(now: now) }
        return outcome
    }

    /// Puts a message into every queue it is routed to.
    mutating func enqueue(_ message: Message, now: Moment) -> PublishOutcome {
        let targets = targets(of: message)
        guard !targets.isEmpty else {
            counters.unroutable += 1
            return .unroutable
        }
        var outcome = PublishOutcome.accepted
        for queue in targets where !append(message, to: queue, now: now) { outcome = .refused }
        return outcome
    }

    /// Puts a message into one queue; false where the queue is full and refuses it.
    mutating func append(_ message: Message, to id: QueueID, now: Moment) -> Bool {
        let hasLimit = queues[id].options.hasLimit
        if hasLimit {
            serveAtOnce(id, now: now)
            if queues[id].options.overflow != .dropHead, queues[id].isFull(forBodyBytes: message.bodyBytes) {
                counters.rejectedByFullQueue += 1
                if queues[id].options.overflow == .rejectPublishDeadLetter {
                    hold(message)
                    deadLetter(message, from: id, reason: .maxlen)
                }
                return false
            }
        }
        let expiry = expiryNanoseconds(message, in: id, now: now)
        hold(message)
        queues[id].append(message, expiresAtNanoseconds: expiry)
        if hasLimit {
            serveAtOnce(id, now: now)
            while queues[id].isOverLimit, let entry = queues[id].popLeastUrgent() {
                counters.dropped += 1
                deadLetter(entry.message, from: id, reason: .maxlen)
            }
        }
        if expiry < .max {
            watch(id, until: expiry)
            if expiry <= now.nanoseconds {
                // A time to live of 0: only a consumer that waits already may have it.
                serveAtOnce(id, now: Moment(nanoseconds: now.nanoseconds - 1, unixSeconds: now.unixSeconds))
                dropExpired(id, now: now)
            }
        }
        schedule(id)
        return true
    }

    /// Notes that a message of a queue expires then.
    mutating func watch(_ id: QueueID, until nanoseconds: Int64) {
        timed.insert(id)
        nextDeadlineNanoseconds = min(nextDeadlineNanoseconds, nanoseconds)
    }

    /// What waits goes to waiting consumers before a limit or a time to live strikes it.
    private mutating func serveAtOnce(_ id: QueueID, now: Moment) {
        guard !queues[id].isEmpty, !queues[id].consumers.isEmpty else { return }
        var budget = DispatchBudget(count: .max, bytes: .max)
        serve(id, now: now, &budget)
    }

    private func expiryNanoseconds(_ message: Message, in id: QueueID, now: Moment) -> Int64 {
        let own = message.header.expirationMilliseconds
        let queue = queues[id].options.messageTTLMilliseconds ?? -1
        let milliseconds = own < 0 ? queue : queue < 0 ? own : min(own, queue)
        return milliseconds < 0 ? .max : now.nanoseconds + milliseconds * 1_000_000
    }
}

/// One way through the exchanges: each is visited once, each queue found once, in the order of the bindings.
private struct RouteWalk {
    let routingKey: String
    /// Nil while nobody asks for them: then the way behind a headers exchange is left open.
    let headers: FieldTable?
    var targets: [QueueID] = []
    var dependsOnHeaders = false
    private var seenQueues: Set<QueueID> = []
    private var seenExchanges: Set<String> = []

    init(routingKey: String, headers: FieldTable?) {
        self.routingKey = routingKey
        self.headers = headers
    }

    mutating func visit(_ name: String, of host: VirtualHost) {
        guard seenExchanges.insert(name).inserted else { return }
        guard !name.isEmpty else {
            // The default exchange: every queue is bound by its name (specification 3.1.3.1).
            if let queue = host.queueIDs[routingKey] { add(queue) }
            return
        }
        guard let exchange = host.exchanges[name] else { return }
        if exchange.kind == .headers { dependsOnHeaders = true }
        var destinations: [Destination] = []
        exchange.match(routingKey: routingKey, headers: headers) { destinations.append($0) }
        for destination in destinations {
            switch destination {
            case .queue(let name): if let queue = host.queueIDs[name] { add(queue) }
            case .exchange(let name): visit(name, of: host)
            }
        }
        if destinations.isEmpty, let alternate = exchange.alternate { visit(alternate, of: host) }
    }

    private mutating func add(_ queue: QueueID) {
        if seenQueues.insert(queue).inserted { targets.append(queue) }
    }
}
