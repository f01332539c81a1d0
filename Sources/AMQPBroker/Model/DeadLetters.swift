import AMQPProtocol
import DequeModule
import NIOCore

/// A message that left its queue unconsumed, on its way to the queue's dead-letter exchange.
struct DeadLetter {
    /// Why, as `x-death` says it.
    enum Reason: String { case rejected, expired, maxlen }

    let message: Message
    let queue: String
    let reason: Reason
    let exchange: String
    /// Nil for the key it was published with.
    let routingKey: String?
}

extension VirtualHost {
    /// A message leaves a queue for this reason: it is dead-lettered where the queue says so, else gone.
    mutating func deadLetter(_ message: Message, from id: QueueID, reason: DeadLetter.Reason) {
        guard queues.contains(id), let exchange = queues[id].options.deadLetterExchange else {
            return release(message)
        }
        deadLetters.append(
            DeadLetter(
                message: message, queue: queues[id].name, reason: reason, exchange: exchange,
                routingKey: queues[id].options.deadLetterRoutingKey))
    }

    /// Publishes the dead letters that the events so far have made, and those that these make.
    mutating func drainDeadLetters(now: Moment) {
        while let letter = deadLetters.popFirst() {
            publish(letter, now: now)
            release(letter.message)
        }
    }

    private mutating func publish(_ letter: DeadLetter, now: Moment) {
        guard letter.exchange.isEmpty || exchanges[letter.exchange] != nil else { return }
        var properties = letter.message.decodeProperties()
        var headers = properties.headers ?? FieldTable()
        letter.recordDeath(in: &headers, expiration: properties.expiration, unixSeconds: now.unixSeconds)
        properties.headers = headers
        // It would expire again at once.
        properties.expiration = nil
        let route = Route(
            exchange: letter.exchange, routingKey: letter.routingKey ?? letter.message.route.routingKey)
        guard let copy = letter.message.copy(route: route, properties: properties) else { return }
        counters.deadLettered += 1
        hold(copy)
        for target in targets(of: copy) where !headers.isAutomaticCycle(through: queues[target].name) {
            _ = append(copy, to: target, now: now)
        }
        release(copy)
    }
}

extension Message {
    /// The same body with other properties on another route; nil where the properties do not fit the wire.
    fileprivate func copy(route: Route, properties: BasicProperties) -> Message? {
        var writer = WireWriter(ByteBuffer())
        guard (try? properties.encode(into: &writer)) != nil else { return nil }
        let copy = writer.buffer.withUnsafeReadableBytes { bytes in
            Message.make(
                route: route, properties: bytes, bodyBytes: bodyBytes, priority: header.priority)
        }
        withBody { copy.fill($0, at: 0) }
        return copy
    }
}

extension DeadLetter {
    /// Counts this death in `x-death`, newest first, and notes the first one, as RabbitMQ does.
    fileprivate func recordDeath(in headers: inout FieldTable, expiration: String?, unixSeconds: UInt64) {
        var deaths: [FieldValue] = []
        if case .array(let values)? = headers["x-death"] { deaths = values }
        var death: FieldTable
        if let index = deaths.firstIndex(where: { $0.isDeath(queue: queue, reason: reason.rawValue) }),
            case .table(let known) = deaths.remove(at: index)
        {
            death = known
            death["count"] = .int64((known["count"]?.integer ?? 0) &+ 1)
        } else {
            death = [
                "count": .int64(1), "reason": .string(reason.rawValue), "queue": .string(queue),
                "time": .timestamp(unixSeconds), "exchange": .string(message.route.exchange),
                "routing-keys": .array([.string(message.route.routingKey)]),
            ]
            if let expiration { death["original-expiration"] = .string(expiration) }
        }
        headers["x-death"] = .array([.table(death)] + deaths)
        guard headers["x-first-death-reason"] == nil else { return }
        headers["x-first-death-exchange"] = .string(message.route.exchange)
        headers["x-first-death-queue"] = .string(queue)
        headers["x-first-death-reason"] = .string(reason.rawValue)
    }
}

extension FieldValue {
    fileprivate func isDeath(queue: String, reason: String) -> Bool {
        guard case .table(let death) = self else { return false }
        return death["queue"]?.string == queue && death["reason"]?.string == reason
    }
}

extension FieldTable {
    /// Whether the message died in that queue before and no client rejected it since: it would go round for ever.
    fileprivate func isAutomaticCycle(through queue: String) -> Bool {
        guard case .array(let deaths)? = self["x-death"] else { return false }
        for case .table(let death) in deaths {
            if death["reason"]?.string == DeadLetter.Reason.rejected.rawValue { return false }
            if death["queue"]?.string == queue { return true }
        }
        return false
    }
}
