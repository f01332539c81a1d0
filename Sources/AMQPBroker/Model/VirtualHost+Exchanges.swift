import AMQPProtocol

extension VirtualHost {
    /// exchange.declare (specification 1.6.2.1).
    mutating func declare(_ declare: ExchangeDeclare) throws(Refusal) {
        let name = declare.exchange
        let resource = ResourceName.exchange(name)
        if declare.passive {
            guard name.isEmpty || exchanges[name] != nil else { throw .notFound(resource) }
            return
        }
        guard !name.isEmpty else { throw .defaultExchange }
        guard let kind = Exchange.Kind(rawValue: declare.kind) else {
            throw Refusal(.commandInvalid, "unknown exchange type '\(declare.kind)'")
        }
        if let existing = exchanges[name] { return try existing.checkEquivalence(declare, kind: kind) }
        guard !name.hasPrefix("amq.") else { throw .reservedName(.exchange, name) }
        guard exchanges.count < limits.maxExchanges else { throw .limit("exchange", limits.maxExchanges) }
        exchanges[name] = Exchange(
            name: name, kind: kind, isDurable: declare.durable, isAutoDelete: declare.autoDelete,
            isInternal: declare.isInternal, arguments: declare.arguments,
            alternate: try ArgumentReader(arguments: declare.arguments, resource: resource).name("alternate-exchange"))
        topologyGeneration += 1
    }

    /// exchange.delete (specification 1.6.2.3); an exchange that is not there is deleted already.
    mutating func delete(_ delete: ExchangeDelete) throws(Refusal) {
        let name = delete.exchange
        guard !name.isEmpty else { throw .defaultExchange }
        guard !name.hasPrefix("amq.") else {
            throw Refusal(.accessRefused, "deletion of system \(ResourceName.exchange(name)) not allowed")
        }
        guard let exchange = exchanges[name] else { return }
        if delete.ifUnused, !exchange.bindings.isEmpty { throw .inUse(.exchange(name)) }
        removeExchange(name)
    }

    /// exchange.bind: messages of the source go to the destination too.
    mutating func bind(_ bind: ExchangeBind) throws(Refusal) {
        guard !bind.source.isEmpty, !bind.destination.isEmpty else { throw .defaultExchange }
        guard exchanges[bind.source] != nil else { throw .notFound(.exchange(bind.source)) }
        guard exchanges[bind.destination] != nil else { throw .notFound(.exchange(bind.destination)) }
        try add(
            Binding(
                destination: .exchange(bind.destination), routingKey: bind.routingKey, arguments: bind.arguments),
            to: bind.source)
    }

    /// exchange.unbind; a binding that is not there is gone already.
    mutating func unbind(_ unbind: ExchangeUnbind) throws(Refusal) {
        guard !unbind.source.isEmpty, !unbind.destination.isEmpty else { throw .defaultExchange }
        removeBinding(
            Binding(
                destination: .exchange(unbind.destination), routingKey: unbind.routingKey,
                arguments: unbind.arguments), from: unbind.source)
    }

    /// queue.bind (specification 1.7.2.3).
    mutating func bind(_ bind: QueueBind, on channel: ChannelID) throws(Refusal) {
        let binding = try binding(
            queue: bind.queue, exchange: bind.exchange, routingKey: bind.routingKey, arguments: bind.arguments,
            on: channel)
        try add(binding, to: bind.exchange)
    }

    /// queue.unbind (specification 1.7.2.5); a binding that is not there is gone already, and so is one of no queue.
    mutating func unbind(_ unbind: QueueUnbind, on channel: ChannelID) throws(Refusal) {
        let name = try queueName(unbind.queue, on: channel)
        guard !unbind.exchange.isEmpty else { throw .defaultExchange }
        guard queueIDs[name] != nil else { return }
        _ = try queue(name, for: channels[channel].connection)
        let key = unbind.queue.isEmpty && unbind.routingKey.isEmpty ? name : unbind.routingKey
        removeBinding(
            Binding(destination: .queue(name), routingKey: key, arguments: unbind.arguments), from: unbind.exchange)
    }

    private func binding(
        queue: String, exchange: String, routingKey: String, arguments: FieldTable, on channel: ChannelID
    ) throws(Refusal) -> Binding {
        let name = try queueName(queue, on: channel)
        guard !exchange.isEmpty else { throw .defaultExchange }
        guard exchanges[exchange] != nil else { throw .notFound(.exchange(exchange)) }
        _ = try self.queue(name, for: channels[channel].connection)
        // Both names left out mean the queue's own name as the key (specification 1.7.2.3).
        let key = queue.isEmpty && routingKey.isEmpty ? name : routingKey
        return Binding(destination: .queue(name), routingKey: key, arguments: arguments)
    }

    private mutating func add(_ binding: Binding, to source: String) throws(Refusal) {
        guard bindingCount < limits.maxBindings else { throw .limit("binding", limits.maxBindings) }
        if exchanges[source]?.kind == .headers { try binding.checkHeaderMatch() }
        guard exchanges[source]?.bind(binding) == true else { return }
        bindingCount += 1
        topologyGeneration += 1
    }

    private mutating func removeBinding(_ binding: Binding, from source: String) {
        unbind(source) { $0 == binding }
    }

    private mutating func unbind(_ source: String, where isGone: (Binding) -> Bool) {
        guard let removed = exchanges[source]?.unbind(where: isGone), removed > 0 else { return }
        bindingCount -= removed
        topologyGeneration += 1
        if let exchange = exchanges[source], exchange.isAutoDelete, exchange.bindings.isEmpty {
            removeExchange(source)
        }
    }

    /// Removes every binding that leads to something that is gone.
    mutating func removeBindings(to destination: Destination) {
        for source in exchanges.keys.sorted() { unbind(source) { $0.destination == destination } }
    }

    private mutating func removeExchange(_ name: String) {
        guard let exchange = exchanges.removeValue(forKey: name) else { return }
        bindingCount -= exchange.bindings.count
        topologyGeneration += 1
        removeBindings(to: .exchange(name))
    }
}

extension Exchange {
    fileprivate func checkEquivalence(_ declare: ExchangeDeclare, kind: Kind) throws(Refusal) {
        let resource = ResourceName.exchange(name)
        for (argument, received, current) in [
            ("type", kind.rawValue, self.kind.rawValue), ("durable", "\(declare.durable)", "\(isDurable)"),
            ("auto_delete", "\(declare.autoDelete)", "\(isAutoDelete)"),
            ("internal", "\(declare.isInternal)", "\(isInternal)"),
        ] where received != current {
            throw .inequivalent(argument, resource, received: "'\(received)'", current: "'\(current)'")
        }
        let received = declare.arguments["alternate-exchange"]
        let current = arguments["alternate-exchange"]
        guard received.isEquivalent(to: current) else {
            throw .inequivalent("alternate-exchange", resource, received: received, current: current)
        }
    }
}
