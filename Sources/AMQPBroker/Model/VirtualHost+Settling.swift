import AMQPProtocol

extension VirtualHost {
    /// basic.ack, basic.nack or basic.reject: at once, or with the commit of a transactional channel.
    mutating func settle(_ settlement: RawSettlement, on channel: ChannelID, now: Moment) throws(Refusal) {
        let outcome: Transaction.Outcome =
            settlement.kind == .ack ? .ack : settlement.requeue ? .requeue : .reject
        let isTransaction = channels[channel].mode == .transaction
        if settlement.multiple {
            let last: UInt64
            if settlement.deliveryTag == 0 {
                last = .max
            } else {
                guard channels[channel].unacked.contains(settlement.deliveryTag) else {
                    throw .unknownDeliveryTag(settlement.deliveryTag)
                }
                last = settlement.deliveryTag
            }
            if outcome == .requeue, !isTransaction { return requeue(through: last, on: channel) }
            while let delivery = channels[channel].unacked.removeFirst(through: last) {
                if isTransaction {
                    channels[channel].transaction.settlements.append((delivery, outcome))
                } else {
                    finish(delivery, outcome)
                }
            }
        } else {
            guard let delivery = channels[channel].unacked.remove(settlement.deliveryTag) else {
                throw .unknownDeliveryTag(settlement.deliveryTag)
            }
            if isTransaction {
                channels[channel].transaction.settlements.append((delivery, outcome))
            } else {
                finish(delivery, outcome)
            }
        }
        if channels[channel].globalPrefetch > 0 { schedule(consumersOf: channel) }
        drainDeadLetters(now: now)
    }

    /// Newest first, so that each goes in front of the one before it.
    private mutating func requeue(through last: UInt64, on channel: ChannelID) {
        var taken: [Unacked] = []
        while let delivery = channels[channel].unacked.removeFirst(through: last) { taken.append(delivery) }
        for delivery in taken.reversed() { putBack(delivery) }
        if channels[channel].globalPrefetch > 0 { schedule(consumersOf: channel) }
    }

    private mutating func finish(_ delivery: Unacked, _ outcome: Transaction.Outcome) {
        guard outcome != .requeue else { return putBack(delivery) }
        guard let entry = delivery.entry else { return }
        restoreCredit(delivery)
        if outcome == .reject {
            deadLetter(entry.message, from: delivery.queue, reason: .rejected)
        } else {
            counters.acknowledged += 1
            release(entry.message)
        }
    }

    /// Returns a delivered message to where it stood in its queue.
    mutating func putBack(_ delivery: Unacked) {
        guard let entry = delivery.entry else { return }
        restoreCredit(delivery)
        guard queues.contains(delivery.queue) else { return release(entry.message) }
        counters.requeued += 1
        queues[delivery.queue].putBack(entry)
        if entry.expiresAtNanoseconds < .max { watch(delivery.queue, until: entry.expiresAtNanoseconds) }
        schedule(delivery.queue)
    }

    private mutating func restoreCredit(_ delivery: Unacked) {
        if let consumer = delivery.consumer, consumers.contains(consumer) {
            consumers[consumer].unackedCount -= 1
        }
        if queues.contains(delivery.queue) { schedule(delivery.queue) }
    }

    /// basic.recover (specification 1.8.3.16): all unsettled deliveries go back to their queues.
    mutating func recover(requeue: Bool, on channel: ChannelID) throws(Refusal) {
        guard requeue else { throw Refusal(.notImplemented, "requeue=false") }
        for delivery in channels[channel].unacked.removeAll() { putBack(delivery) }
        schedule(consumersOf: channel)
    }
}

// MARK: Transactions

extension VirtualHost {
    /// confirm.select.
    mutating func selectConfirms(on channel: ChannelID) throws(Refusal) {
        guard channels[channel].mode != .transaction else {
            throw Refusal(.preconditionFailed, "cannot switch from tx to confirm mode")
        }
        channels[channel].mode = .confirm
    }

    /// tx.select (specification 1.9.2.1).
    mutating func selectTransaction(on channel: ChannelID) throws(Refusal) {
        guard channels[channel].mode != .confirm else {
            throw Refusal(.preconditionFailed, "cannot switch from confirm to tx mode")
        }
        channels[channel].mode = .transaction
    }

    /// tx.commit: publishes first, then settlements; returns the mandatory messages that found no queue.
    mutating func commit(_ channel: ChannelID, now: Moment) throws(Refusal) -> [Message] {
        try checkTransactional(channel)
        let transaction = channels[channel].transaction
        channels[channel].transaction = Transaction()
        var returned: [Message] = []
        for publish in transaction.publishes {
            let outcome = enqueue(publish.message, now: now)
            if outcome == .unroutable, publish.mandatory { returned.append(publish.message) }
            release(publish.message)
        }
        for (delivery, outcome) in transaction.settlements where outcome != .requeue { finish(delivery, outcome) }
        for (delivery, outcome) in transaction.settlements.reversed() where outcome == .requeue { putBack(delivery) }
        if channels[channel].globalPrefetch > 0 { schedule(consumersOf: channel) }
        drainDeadLetters(now: now)
        return returned
    }

    /// tx.rollback: publishes are forgotten, settled deliveries are unsettled again.
    mutating func rollback(_ channel: ChannelID) throws(Refusal) {
        try checkTransactional(channel)
        rollBack(channel)
    }

    mutating func rollBack(_ channel: ChannelID) {
        let transaction = channels[channel].transaction
        channels[channel].transaction = Transaction()
        for publish in transaction.publishes { release(publish.message) }
        guard !transaction.settlements.isEmpty else { return }
        let open = channels[channel].unacked.removeAll() + transaction.settlements.map(\.delivery)
        for delivery in open.sorted(by: { $0.deliveryTag < $1.deliveryTag }) {
            channels[channel].unacked.append(delivery)
        }
    }

    private func checkTransactional(_ channel: ChannelID) throws(Refusal) {
        guard channels[channel].mode == .transaction else {
            throw Refusal(.preconditionFailed, "channel is not transactional")
        }
    }
}
