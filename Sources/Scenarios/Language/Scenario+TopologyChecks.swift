// Whether exchange, queues, routes and keys fit together.

extension Scenario {
    func checkTopology(_ decoding: inout Decoding) {
        guard decoding.isSound("topology") else { return }
        checkQueues(&decoding)
        checkExchange(&decoding)
        if decoding.isSound("load", "target") { checkRouting(&decoding) }
        let hasStreamResults = [topology.processed, topology.failed].contains { $0.kind == .stream }
        if hasStreamResults, decoding.isSound("collector"), collector.prefetch == 0 {
            decoding.report(key: "collector.prefetch", "a stream is read with a bound; set it above 0")
        }
    }

    private func checkQueues(_ decoding: inout Decoding) {
        let queues = [
            ("incoming", topology.incoming), ("processed", topology.processed), ("failed", topology.failed),
        ]
        var names: [String: String] = [:]
        for (key, queue) in queues {
            if let other = queue.names.compactMap({ names[$0] }).first {
                decoding.report(
                    key: "topology.\(key)", "has the name of topology.\(other); the three queues must differ")
            }
            for name in queue.names { names[name] = key }
            checkName(queue, "topology.\(key)", &decoding)
            checkKind(queue, "topology.\(key)", &decoding)
            checkArguments(queue, key, &decoding)
        }
    }

    private func checkName(_ queue: Queue, _ key: String, _ decoding: inout Decoding) {
        if let pattern = NamePattern(queue.name) {
            if pattern.name(queue.first + queue.count).utf8.count > 255 {
                decoding.report(key: "\(key).name", "is longer than 255 bytes with its number")
            }
        } else if queue.count > 1 {
            decoding.report(
                key: "\(key).name", "\(queue.count) queues need their number in the name, such as '\(queue.name)-%02d'")
        }
    }

    /// Reports what a queue of that type cannot have, in RabbitMQ or in the embedded broker.
    private func checkKind(_ queue: Queue, _ key: String, _ decoding: inout Decoding) {
        let kind = queue.kind.rawValue
        if queue.kind == .stream, decoding.isSound("broker"), broker.location == .embedded {
            decoding.report(key: "\(key).type", "the embedded broker has no streams; name a RabbitMQ in broker.url")
        }
        var impossible: [String: Bool] = [:]
        if queue.kind != .classic {
            if !queue.durable {
                decoding.report(key: "\(key).durable", "a \(kind) queue is always durable; remove the key")
            }
            impossible = [
                "auto_delete": queue.autoDelete, "lazy": queue.lazy, "priorities": queue.priorities != nil,
                "overflow": queue.overflow == .rejectPublishDeadLetter,
            ]
        }
        if queue.kind == .stream {
            impossible["message_ttl"] = queue.messageTTL != nil
            impossible["expires"] = queue.expires != nil
            impossible["max_length"] = queue.maxLength != nil
            impossible["overflow"] = queue.overflow != nil
        } else {
            impossible["max_age"] = queue.maxAge != nil
        }
        for (name, isGiven) in impossible.sorted(by: { $0.key < $1.key }) where isGiven {
            decoding.report(key: "\(key).\(name)", "a \(kind) queue cannot have this; remove the key")
        }
        for (name, duration) in [("message_ttl", queue.messageTTL), ("expires", queue.expires)] {
            if let duration, duration.nanosecondsValue.remainder(dividingBy: 1e6) != 0 {
                decoding.report(key: "\(key).\(name)", "AMQP knows whole milliseconds only")
            }
        }
        if let age = queue.maxAge, age.nanosecondsValue.remainder(dividingBy: 1e9) != 0 {
            decoding.report(key: "\(key).max_age", "RabbitMQ knows whole seconds only")
        }
        if let overflow = queue.overflow, overflow != .dropHead, queue.maxLength == nil, queue.maxLengthBytes == nil {
            decoding.report(key: "\(key).overflow", "means nothing without max_length or max_length_bytes; give one")
        }
    }

    private func checkArguments(_ queue: Queue, _ key: String, _ decoding: inout Decoding) {
        for field in queue.arguments {
            let place = "topology.\(key).arguments.\(field.name)"
            switch field.name {
            case "x-queue-type": decoding.report(key: place, "is set by topology.\(key).type")
            case "x-dead-letter-exchange", "x-dead-letter-routing-key":
                guard key == "incoming" else { break }
                decoding.report(key: place, "is set by Rafale, so that topology.failed gets what fails")
            default:
                for keyed in queue.keyedArguments where keyed.argument == field.name && keyed.field != nil {
                    decoding.report(key: place, "is set by topology.\(key).\(keyed.key) already; remove one of them")
                }
            }
        }
    }

    private func checkExchange(_ decoding: inout Decoding) {
        guard topology.exchange.name.isEmpty else { return checkBindings(&decoding) }
        for key in ["routing_key", "type", "arguments", "durable", "auto_delete"]
        where decoding.isGiven("topology.exchange.\(key)") {
            decoding.report(
                key: "topology.exchange.\(key)", "means nothing for the default exchange; give the exchange a name")
        }
        if topology.bindings != nil {
            decoding.report(
                key: "topology.bindings", "the default exchange needs and takes none; name one in topology.exchange")
        }
    }

    private func checkBindings(_ decoding: inout Decoding) {
        let names = incomingNames
        for (index, binding) in (topology.bindings ?? []).enumerated() {
            if let queue = binding.queue, !names.contains(queue) {
                decoding.report(
                    key: "topology.bindings[\(index)].queue",
                    "\(queue.quoted) is no incoming queue; "
                        + NearestName.advice(queue, among: names.count > 6 ? [topology.incoming.name] : names))
            }
        }
    }

    private func checkRouting(_ decoding: inout Decoding) {
        if load.routingKeys != nil {
            if topology.exchange.name.isEmpty {
                decoding.report(
                    key: "load.routing_keys",
                    "the default exchange knows the queues' names only; name one in topology.exchange")
            } else if topology.exchange.routingKey != nil {
                decoding.report(
                    key: "load.routing_keys", "topology.exchange.routing_key says the key already; remove one of them")
            }
        } else if topology.exchange.kind == .topic,
            let pattern = topology.routingKeys.first(where: {
                $0.split(separator: ".").contains { $0 == "*" || $0 == "#" }
            })
        {
            decoding.report(
                key: "topology.bindings",
                "\(pattern.quoted) is a pattern and no key to publish with; name some in load.routing_keys")
        }
        let keys = routingKeyCount
        if load.routing == .connection, load.connections < keys {
            decoding.report(
                key: "load.routing",
                "\(load.connections) connection\(load.connections == 1 ? "" : "s") cannot serve \(keys) routing keys; "
                    + "give load.connections at least \(keys), or 'routing: message'")
        }
    }

    private var routingKeyCount: Int {
        switch load.routingKeys {
        case .random(let count): count
        case .named(let keys): keys.count
        case nil: topology.routingKeys.count
        }
    }
}
