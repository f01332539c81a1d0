// The keys of the exchange, the queues and the routes between them.

extension Scenario.Topology: Keyed {
    static var keys: [Key<Self>] {
        [
            Key(
                "declare", \.declares, .boolean,
                "Whether the run declares this and deletes it again; `false` demands that all of it exists."),
            Key("exchange", \.exchange, .object.written { !$0.name.isEmpty }, "Where messages are published to."),
            Key(
                "incoming", \.incoming, .queue(named: "incoming_texts", several: true),
                "The queue the workers consume, or several; a name, or a mapping."),
            Key(
                "bindings", optional: \.bindings, .list(of: .object, 0...10_000),
                "Routes from the exchange to incoming queues; without the key each queue is bound once, `[]` binds none."
            ),
            Key(
                "processed", \.processed, .queue(named: "processed_texts"),
                "The queue of the workers' results; a name, or a mapping."),
            Key(
                "failed", \.failed, .queue(named: "failed_texts"),
                "The queue of messages no worker could process; a name, or a mapping."),
        ]
    }
}

extension Scenario.Exchange: Keyed {
    static var keys: [Key<Self>] {
        [
            Key("name", \.name, .brokerName(orEmpty: true), "Its name; empty is the broker's default exchange."),
            Key("type", \.kind, .choice, "How it routes."),
            Key(
                "routing_key", optional: \.routingKey, .text(bytes: 0...255),
                "The key messages and bindings have; without one, each incoming queue's name."),
            Key("durable", \.durable, .boolean, "Whether it outlives a restart of the broker."),
            Key("auto_delete", \.autoDelete, .boolean, "Whether the broker deletes it with its last binding."),
            Key("arguments", \.arguments, .fields, "Arguments of its declaration, such as `alternate-exchange`."),
        ]
    }
}

extension Scenario.Binding: Keyed {
    init() { self.init(queue: nil) }

    static var keys: [Key<Self>] {
        [
            Key("queue", optional: \.queue, .brokerName(), "The incoming queue's name; without one, all of them."),
            Key("key", optional: \.key, .text(bytes: 0...255), "The binding key; without one, the queue's name."),
            Key("arguments", \.arguments, .fields, "What a headers exchange compares, such as `x-match: all`."),
        ]
    }
}

extension Scenario.Queue: Keyed {
    init() { self.init(name: "") }

    static var keys: [Key<Self>] {
        [
            Key("name", \.name, .brokerName(), "Its name."),
            Key("type", \.kind, .choice, "How the broker keeps it."),
            Key("durable", \.durable, .boolean, "Whether it outlives a restart of the broker."),
            Key("auto_delete", \.autoDelete, .boolean, "Whether the broker deletes it with its last consumer."),
            Key("lazy", \.lazy, .boolean, "Whether a classic queue keeps messages on disk only (`x-queue-mode`)."),
            Key(
                "priorities", optional: \.priorities, .integer(1...255),
                "The highest priority a classic queue tells apart (`x-max-priority`)."),
            Key(
                "message_ttl", optional: \.messageTTL, .duration(.zero...lastingAtMost),
                "How long a message may wait in it, in whole milliseconds (`x-message-ttl`)."),
            Key(
                "expires", optional: \.expires, .duration(.milliseconds(1)...lastingAtMost),
                "After how long without use the broker deletes it, in whole milliseconds (`x-expires`)."),
            Key(
                "max_length", optional: \.maxLength, .integer(0...1_000_000_000_000),
                "Messages it holds at most (`x-max-length`)."),
            Key(
                "max_length_bytes", optional: \.maxLengthBytes, .size(0...1_125_899_906_842_624),
                "Bytes of bodies it holds at most (`x-max-length-bytes`)."),
            Key(
                "max_age", optional: \.maxAge, .duration(.seconds(1)...lastingAtMost),
                "How long a stream keeps a message, in whole seconds (`x-max-age`)."),
            Key(
                "overflow", optional: \.overflow, .choice,
                "What happens beyond its maximum length: the oldest go, or new ones are refused (`x-overflow`)."),
            Key(
                "leader_locator", optional: \.leaderLocator, .choice,
                "Which node of a cluster leads it (`x-queue-leader-locator`)."),
            Key(
                "arguments", \.arguments, .fields,
                "Further arguments of its declaration, such as `x-single-active-consumer: true`."),
        ]
    }

    /// The keys of several queues that differ in their names only.
    fileprivate static var severalKeys: [Key<Self>] {
        [
            Key("name", \.name, .brokerName(), "Its name; of several one with their number, such as `orders-%02d`."),
            Key("count", \.count, .integer(1...1000), "How many queues there are."),
            Key("from", \.first, .integer(0...1_000_000_000), "The number of the first of several queues."),
        ] + keys.dropFirst()
    }
}

extension Notation where Value == Scenario.Queue {
    /// A name alone, or a mapping in which every key may be missing.
    fileprivate static func queue(named defaultName: String, several: Bool = false) -> Notation {
        let name = Notation<String>.brokerName()
        let object = Notation<Scenario.Queue>.object(several ? Scenario.Queue.severalKeys : Scenario.Queue.keys)
        return Notation(
            form: .either([name.form, object.form]),
            read: { node, decoding in
                if case .scalar = node.content {
                    name.read(node, &decoding).map { Scenario.Queue(name: $0) }
                } else {
                    object.read(node, &decoding).map { queue in
                        var queue = queue
                        if queue.name.isEmpty { queue.name = defaultName }
                        return queue
                    }
                }
            },
            write: { $0 == Scenario.Queue(name: $0.name) ? name.write($0.name) : object.write($0) })
    }
}
