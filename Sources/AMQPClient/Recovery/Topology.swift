package import AMQPProtocol

/// Exchanges, queues and bindings as plain values: declared, and declared again after a recovery.
package struct Topology: Sendable, Equatable {
    /// What exchange.declare takes.
    package struct Exchange: Sendable, Equatable {
        package var name: String
        package var kind: String
        package var durable: Bool
        package var autoDelete: Bool
        package var isInternal: Bool
        package var arguments: FieldTable

        package init(
            _ name: String, kind: String = "direct", durable: Bool = true, autoDelete: Bool = false,
            isInternal: Bool = false, arguments: FieldTable = FieldTable()
        ) {
            self.name = name
            self.kind = kind
            self.durable = durable
            self.autoDelete = autoDelete
            self.isInternal = isInternal
            self.arguments = arguments
        }
    }

    /// What queue.declare takes; the name is the client's, not one the server chooses.
    package struct Queue: Sendable, Equatable {
        package var name: String
        package var durable: Bool
        package var exclusive: Bool
        package var autoDelete: Bool
        package var arguments: FieldTable

        package init(
            _ name: String, durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false,
            arguments: FieldTable = FieldTable()
        ) {
            self.name = name
            self.durable = durable
            self.exclusive = exclusive
            self.autoDelete = autoDelete
            self.arguments = arguments
        }
    }

    /// A route from an exchange to a queue or to another exchange.
    package struct Binding: Sendable, Equatable {
        /// Where the route ends.
        package enum Destination: Sendable, Equatable {
            case queue(String)
            case exchange(String)
        }

        package var destination: Destination
        package var source: String
        package var routingKey: String
        package var arguments: FieldTable

        package init(
            to destination: Destination, from source: String, routingKey: String = "",
            arguments: FieldTable = FieldTable()
        ) {
            self.destination = destination
            self.source = source
            self.routingKey = routingKey
            self.arguments = arguments
        }
    }

    package var exchanges: [Exchange]
    package var queues: [Queue]
    package var bindings: [Binding]

    package init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }

    /// Adds what is new in `other`; what has a name of ours replaces ours.
    package mutating func merge(_ other: Topology) {
        for exchange in other.exchanges {
            exchanges.removeAll { $0.name == exchange.name }
            exchanges.append(exchange)
        }
        for queue in other.queues {
            queues.removeAll { $0.name == queue.name }
            queues.append(queue)
        }
        for binding in other.bindings where !bindings.contains(binding) { bindings.append(binding) }
    }

    /// Declares everything on the channel: exchanges, queues, then bindings.
    ///
    /// - Parameter channel: An open channel; an answer such as PRECONDITION_FAILED closes it.
    /// - Returns: What the server said of each queue, by name.
    /// - Throws: The first refusal.
    @discardableResult
    package func declare(on channel: AMQPChannel) async throws(AMQPClientError) -> [String: QueueDeclareOk] {
        for exchange in exchanges {
            try await channel.exchangeDeclare(
                exchange.name, kind: exchange.kind, durable: exchange.durable, autoDelete: exchange.autoDelete,
                isInternal: exchange.isInternal, arguments: exchange.arguments)
        }
        var declared: [String: QueueDeclareOk] = [:]
        for queue in queues {
            declared[queue.name] = try await channel.queueDeclare(
                queue.name, durable: queue.durable, exclusive: queue.exclusive, autoDelete: queue.autoDelete,
                arguments: queue.arguments)
        }
        for binding in bindings {
            switch binding.destination {
            case .queue(let name):
                try await channel.queueBind(
                    name, exchange: binding.source, routingKey: binding.routingKey, arguments: binding.arguments)
            case .exchange(let name):
                try await channel.exchangeBind(
                    destination: name, source: binding.source, routingKey: binding.routingKey,
                    arguments: binding.arguments)
            }
        }
        return declared
    }
}
