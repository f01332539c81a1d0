import AMQPProtocol

extension VirtualHost {
    /// queue.declare (specification 1.7.2.1).
    mutating func declare(
        _ declare: QueueDeclare, on channel: ChannelID, now: Moment
    ) throws(Refusal) -> QueueDeclareOk {
        let connection = channels[channel].connection
        if declare.passive {
            let name = try queueName(declare.queue, on: channel)
            let id = try queue(name, for: connection)
            queues[id].lastUsedNanoseconds = now.nanoseconds
            channels[channel].lastQueue = name
            return declareOk(id)
        }
        guard !declare.queue.hasPrefix("amq.") else { throw .reservedName(.queue, declare.queue) }
        let name = declare.queue.isEmpty ? "amq.gen-\(makeName())" : declare.queue
        if let id = queueIDs[name] {
            try checkEquivalence(declare, of: id, for: connection)
            queues[id].lastUsedNanoseconds = now.nanoseconds
            channels[channel].lastQueue = name
            return declareOk(id)
        }
        guard queues.count < limits.maxQueues else { throw .limit("queue", limits.maxQueues) }
        var queue = MessageQueue(
            name: name,
            options: try QueueOptions(
                isDurable: declare.durable, isAutoDelete: declare.autoDelete, isExclusive: declare.exclusive,
                arguments: declare.arguments, queue: name))
        queue.exclusiveOwner = declare.exclusive ? connection : nil
        queue.lastUsedNanoseconds = now.nanoseconds
        let id = queues.insert(queue)
        queueIDs[name] = id
        if declare.exclusive { connections[connection].exclusiveQueues.insert(id) }
        channels[channel].lastQueue = name
        topologyGeneration += 1
        watchExpiry(of: id)
        return declareOk(id)
    }

    private func checkEquivalence(
        _ declare: QueueDeclare, of id: QueueID, for connection: ConnectionID
    ) throws(Refusal) {
        let expectedOwner = declare.exclusive ? connection : nil
        guard queues[id].exclusiveOwner == expectedOwner else { throw .locked(queues[id].name) }
        try queues[id].options.checkEquivalence(
            isDurable: declare.durable, isAutoDelete: declare.autoDelete, arguments: declare.arguments,
            queue: queues[id].name)
    }

    private func declareOk(_ id: QueueID) -> QueueDeclareOk {
        QueueDeclareOk(
            queue: queues[id].name, messageCount: UInt32(clamping: queues[id].readyCount),
            consumerCount: UInt32(clamping: queues[id].consumers.count))
    }

    /// queue.purge (specification 1.7.2.7): the messages that nobody has been given go; returns how many.
    mutating func purge(_ purge: QueuePurge, on channel: ChannelID) throws(Refusal) -> UInt32 {
        let id = try queue(named: purge.queue, on: channel)
        return UInt32(clamping: dropReady(id))
    }

    /// queue.delete (specification 1.7.2.9); returns how many messages went with it.
    ///
    /// No such queue counts as deleted.
    mutating func delete(_ delete: QueueDelete, on channel: ChannelID, now: Moment) throws(Refusal) -> UInt32 {
        let name = try queueName(delete.queue, on: channel)
        guard queueIDs[name] != nil else { return 0 }
        let id = try queue(name, for: channels[channel].connection)
        if delete.ifUnused, !queues[id].consumers.isEmpty { throw .inUse(.queue(name)) }
        if delete.ifEmpty, !queues[id].isEmpty { throw .notEmpty(.queue(name)) }
        let count = queues[id].readyCount
        removeQueue(id)
        return UInt32(clamping: count)
    }

    private mutating func dropReady(_ id: QueueID) -> Int {
        var count = 0
        while let entry = queues[id].popFirst() {
            release(entry.message)
            count += 1
        }
        return count
    }

    /// Takes a queue out of the host: its consumers are told, its messages are gone and so are its bindings.
    mutating func removeQueue(_ id: QueueID) {
        for consumer in queues[id].consumers {
            let gone = consumers.remove(consumer)
            channels[gone.channel].consumers[gone.tag] = nil
            notices.append(
                .consumerCancelled(connection: gone.connection, channel: gone.channelNumber, tag: gone.tag))
        }
        _ = dropReady(id)
        let queue = queues.remove(id)
        queueIDs[queue.name] = nil
        timed.remove(id)
        if let owner = queue.exclusiveOwner, connections.contains(owner) {
            connections[owner].exclusiveQueues.remove(id)
        }
        topologyGeneration += 1
        removeBindings(to: .queue(queue.name))
    }
}

// MARK: Time

extension VirtualHost {
    /// Notes when a queue that nobody uses goes.
    mutating func watchExpiry(of id: QueueID) {
        guard let milliseconds = queues[id].options.expiresMilliseconds else { return }
        timed.insert(id)
        let deadline = queues[id].lastUsedNanoseconds + milliseconds * 1_000_000
        nextDeadlineNanoseconds = min(nextDeadlineNanoseconds, deadline)
    }

    /// Lets go what has expired; due at `nextDeadlineNanoseconds`, harmless at any time.
    mutating func tick(now: Moment) {
        guard now.nanoseconds >= nextDeadlineNanoseconds else { return }
        nextDeadlineNanoseconds = .max
        for id in timed {
            dropExpired(id, now: now)
            var deadline = queues[id].headExpiresAtNanoseconds
            if let milliseconds = queues[id].options.expiresMilliseconds {
                let expiry = queues[id].lastUsedNanoseconds + milliseconds * 1_000_000
                if queues[id].consumers.isEmpty {
                    if expiry <= now.nanoseconds {
                        removeQueue(id)
                        continue
                    }
                    deadline = min(deadline, expiry)
                }
            } else if deadline == .max {
                timed.remove(id)
                continue
            }
            nextDeadlineNanoseconds = min(nextDeadlineNanoseconds, deadline)
        }
        drainDeadLetters(now: now)
    }

    /// Dead-letters the messages at the head of a queue whose time is over.
    mutating func dropExpired(_ id: QueueID, now: Moment) {
        while let entry = queues[id].popExpired(nowNanoseconds: now.nanoseconds) {
            counters.expired += 1
            deadLetter(entry.message, from: id, reason: .expired)
        }
    }
}
