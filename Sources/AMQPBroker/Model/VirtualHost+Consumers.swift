import AMQPProtocol
import DequeModule

extension VirtualHost {
    /// basic.consume (specification 1.8.3.3); returns the consumer's tag.
    mutating func consume(_ consume: BasicConsume, on channel: ChannelID) throws(Refusal) -> String {
        let id = try queue(named: consume.queue, on: channel)
        guard channels[channel].consumers[consume.consumerTag] == nil else {
            throw Refusal(.notAllowed, "attempt to reuse consumer tag '\(consume.consumerTag)'")
        }
        guard !queues[id].hasExclusiveConsumer, !consume.exclusive || queues[id].consumers.isEmpty else {
            throw Refusal(.accessRefused, "\(ResourceName.queue(queues[id].name)) in exclusive use")
        }
        let priority = consume.arguments["x-priority"]
        guard priority == nil || priority?.integer != nil else {
            throw .invalidArgument(
                "x-priority", .queue(queues[id].name), "\"expected integer, got \(priority.described?.type ?? "")\"")
        }
        let tag = consume.consumerTag.isEmpty ? "amq.ctag-\(makeName())" : consume.consumerTag
        let consumer = consumers.insert(
            Consumer(
                channel: channel, connection: channels[channel].connection, channelNumber: channels[channel].number,
                queue: id, tag: tag, encodedTag: [UInt8(clamping: tag.utf8.count)] + Array(tag.utf8),
                noAck: consume.noAck, isExclusive: consume.exclusive, priority: priority?.integer ?? 0,
                prefetch: channels[channel].consumerPrefetch))
        channels[channel].consumers[tag] = consumer
        insert(consumer, into: id)
        queues[id].hasExclusiveConsumer = consume.exclusive
        schedule(id)
        return tag
    }

    /// basic.cancel (specification 1.8.3.5); deliveries not settled stay the channel's.
    mutating func cancel(_ tag: String, on channel: ChannelID, now: Moment) {
        guard let consumer = channels[channel].consumers[tag] else { return }
        removeConsumer(consumer, now: now)
    }

    /// basic.qos (specification 1.8.3.1) in RabbitMQ's meaning: for each consumer to come, or for the whole channel.
    mutating func setPrefetch(_ qos: BasicQos, on channel: ChannelID) throws(Refusal) {
        guard qos.prefetchBytes == 0 else {
            throw Refusal(.notImplemented, "prefetch_size!=0 (\(qos.prefetchBytes))")
        }
        if qos.global {
            channels[channel].globalPrefetch = Int(qos.prefetchCount)
            schedule(consumersOf: channel)
        } else {
            channels[channel].consumerPrefetch = Int(qos.prefetchCount)
        }
    }

    /// Takes a consumer out; an auto-delete queue goes with its last one.
    mutating func removeConsumer(_ id: ConsumerID, now: Moment) {
        let consumer = consumers.remove(id)
        channels[consumer.channel].consumers[consumer.tag] = nil
        queues[consumer.queue].remove(id)
        guard queues[consumer.queue].consumers.isEmpty else {
            // With a single active consumer another one takes over.
            return schedule(consumer.queue)
        }
        if queues[consumer.queue].options.isAutoDelete {
            removeQueue(consumer.queue)
        } else {
            queues[consumer.queue].lastUsedNanoseconds = now.nanoseconds
            watchExpiry(of: consumer.queue)
        }
    }

    /// Behind the last consumer of the same or a higher priority.
    private mutating func insert(_ consumer: ConsumerID, into queue: QueueID) {
        let priority = consumers[consumer].priority
        let index = queues[queue].consumers.firstIndex { consumers[$0].priority < priority }
        queues[queue].consumers.insert(consumer, at: index ?? queues[queue].consumers.count)
    }

    /// A message fetched with basic.get.
    struct Fetched {
        let entry: QueuedMessage
        let deliveryTag: UInt64
        let leftCount: UInt32
    }

    /// basic.get (specification 1.8.3.10); nil where the queue is empty.
    mutating func get(_ get: BasicGet, on channel: ChannelID, now: Moment) throws(Refusal) -> Fetched? {
        let id = try queue(named: get.queue, on: channel)
        queues[id].lastUsedNanoseconds = now.nanoseconds
        dropExpired(id, now: now)
        defer { drainDeadLetters(now: now) }
        guard let entry = queues[id].popFirst() else { return nil }
        let tag = channels[channel].unacked.takeTag()
        counters.delivered += 1
        if get.noAck {
            release(entry.message)
        } else {
            channels[channel].unacked.append(Unacked(deliveryTag: tag, queue: id, consumer: nil, entry: entry))
        }
        return Fetched(entry: entry, deliveryTag: tag, leftCount: UInt32(clamping: queues[id].readyCount))
    }
}

// MARK: Dispatching

extension VirtualHost {
    /// How much `dispatch` may append to the deliveries at once.
    struct DispatchBudget {
        var count = 256
        var bytes = 256 * 1024
        var isSpent: Bool { count <= 0 || bytes <= 0 }
    }

    /// Notes that a queue may have something for its consumers.
    mutating func schedule(_ id: QueueID) {
        guard !queues[id].isScheduled, !queues[id].isEmpty, !queues[id].consumers.isEmpty else { return }
        queues[id].isScheduled = true
        scheduled.append(id)
    }

    mutating func schedule(consumersOf channel: ChannelID) {
        for consumer in channels[channel].consumers.values { schedule(consumers[consumer].queue) }
    }

    /// Gives messages to the consumers that may have them; returns whether there is more to give.
    mutating func dispatch(now: Moment, budget: DispatchBudget = DispatchBudget()) -> Bool {
        var budget = budget
        while let id = scheduled.popFirst() {
            guard queues.contains(id) else { continue }
            serve(id, now: now, &budget)
            if budget.isSpent {
                // Others first, next time.
                scheduled.append(id)
                drainDeadLetters(now: now)
                return true
            }
            queues[id].isScheduled = false
        }
        drainDeadLetters(now: now)
        return !scheduled.isEmpty
    }

    mutating func serve(_ id: QueueID, now: Moment, _ budget: inout DispatchBudget) {
        if timed.contains(id) { dropExpired(id, now: now) }
        while !budget.isSpent, !queues[id].isEmpty, let consumer = takeConsumer(of: id),
            let entry = queues[id].popFirst()
        {
            deliver(entry, from: id, to: consumer)
            budget.count -= 1
            budget.bytes -= entry.message.bodyBytes
        }
    }

    private mutating func deliver(_ entry: QueuedMessage, from queue: QueueID, to id: ConsumerID) {
        let channel = consumers[id].channel
        let tag = channels[channel].unacked.takeTag()
        counters.delivered += 1
        if consumers[id].noAck {
            release(entry.message)
        } else {
            consumers[id].unackedCount += 1
            channels[channel].unacked.append(Unacked(deliveryTag: tag, queue: queue, consumer: id, entry: entry))
        }
        deliveries.append(
            Delivery(
                connection: consumers[id].connection, channel: consumers[id].channelNumber, consumer: id,
                deliveryTag: tag, redelivered: entry.redelivered, message: entry.message))
    }

    /// The consumer whose turn it is, of the highest priority that may have a message; it goes behind its equals.
    private mutating func takeConsumer(of queue: QueueID) -> ConsumerID? {
        let candidates = queues[queue].consumers
        if candidates.count == 1 || queues[queue].options.isSingleActiveConsumer {
            guard let only = candidates.first, hasCredit(only) else { return nil }
            return only
        }
        guard let index = candidates.firstIndex(where: { hasCredit($0) }) else { return nil }
        let chosen = candidates[index]
        let priority = consumers[chosen].priority
        var end = index + 1
        while end < candidates.count, consumers[candidates[end]].priority == priority { end += 1 }
        if end > index + 1 {
            queues[queue].consumers.remove(at: index)
            queues[queue].consumers.insert(chosen, at: end - 1)
        }
        return chosen
    }

    private func hasCredit(_ id: ConsumerID) -> Bool {
        guard connections[consumers[id].connection].isWritable, channels[consumers[id].channel].isFlowing else {
            return false
        }
        if consumers[id].noAck { return true }
        let prefetch = consumers[id].prefetch
        if prefetch > 0, consumers[id].unackedCount >= prefetch { return false }
        let global = channels[consumers[id].channel].globalPrefetch
        return global == 0 || channels[consumers[id].channel].unacked.count < global
    }
}
