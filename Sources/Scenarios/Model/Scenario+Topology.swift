extension Scenario {
    /// The exchange and the queues of the pipeline.
    package struct Topology: Sendable, Equatable {
        /// Whether the run declares what it needs, and deletes it; otherwise all of it must be there, and stays.
        package var declares = true
        /// Where messages are published to.
        package var exchange = Exchange()
        /// What the workers consume; dead-letters to `failed`.
        ///
        /// In a pipeline of several branches the three names are stems, which each branch's name completes.
        package var incoming = Queue(name: "incoming_texts")
        /// Where the workers' results arrive.
        package var processed = Queue(name: "processed_texts")
        /// Where messages arrive that no worker could process.
        package var failed = Queue(name: "failed_texts")
        /// Routes from the exchange to incoming queues; nil binds each of them once.
        package var bindings: [Binding]?

        /// Starts from the language's defaults.
        package init() {}

        /// The routes from the exchange to the queues of these names, all of them; none of the default exchange.
        func routes(to queues: [String]) -> [Binding] {
            guard !exchange.name.isEmpty else { return [] }
            let bindings = bindings ?? [Binding(key: exchange.routingKey)]
            return bindings.flatMap { binding in
                (binding.queue.map { [$0] } ?? queues).map { queue in
                    Binding(queue: queue, key: binding.key ?? queue, arguments: binding.arguments)
                }
            }
        }

        /// The routing keys that reach the incoming queues, where `load.routing_keys` names no others; at least one.
        package var routingKeys: [String] {
            if let key = exchange.routingKey { return [key] }
            if exchange.name.isEmpty { return incoming.names }
            switch exchange.kind {
            // The key is of no account.
            case .fanout, .headers: return Array(incoming.names.prefix(1))
            case .direct, .topic:
                var keys: [String] = []
                for key in routes(to: incoming.names).compactMap(\.key) where !keys.contains(key) { keys.append(key) }
                return keys.isEmpty ? incoming.names : keys
            }
        }
    }

    /// Where messages are published to.
    package struct Exchange: Sendable, Equatable {
        /// How an exchange routes.
        package enum Kind: String, Sendable, CaseIterable {
            /// By equal routing key.
            case direct
            /// To every bound queue.
            case fanout
            /// By the routing key's words.
            case topic
            /// By the headers.
            case headers
        }

        /// Its name; empty is the broker's default exchange, which is not declared.
        package var name = ""
        /// How it routes; meaningless for the default exchange.
        package var kind = Kind.direct
        /// The key of bindings and messages; nil is each incoming queue's name.
        package var routingKey: String?
        /// Whether it outlives a restart of the broker.
        package var durable = true
        /// Whether the broker deletes it with its last binding.
        package var autoDelete = false
        /// Arguments of its declaration.
        package var arguments: [Field] = []

        /// Starts from the language's defaults.
        package init() {}
    }

    /// A route from the exchange to an incoming queue.
    package struct Binding: Sendable, Equatable {
        /// The queue's name; nil means every incoming queue.
        package var queue: String?
        /// The binding key; nil is the queue's name.
        package var key: String?
        /// What a headers exchange compares, such as `x-match: all`.
        package var arguments: [Field]

        /// Describes a route.
        package init(queue: String? = nil, key: String? = nil, arguments: [Field] = []) {
            self.queue = queue
            self.key = key
            self.arguments = arguments
        }
    }

    /// A queue to declare, or several that differ in their names only.
    package struct Queue: Sendable, Equatable {
        /// How the broker keeps a queue.
        package enum Kind: String, Sendable, CaseIterable {
            /// On one node.
            case classic
            /// Replicated by Raft.
            case quorum
            /// An append-only log.
            case stream
        }

        /// What happens to messages beyond a queue's maximum length.
        package enum Overflow: String, Sendable, CaseIterable {
            /// The oldest ones go.
            case dropHead = "drop-head"
            /// New ones are refused with a negative confirm.
            case rejectPublish = "reject-publish"
            /// New ones are refused and dead-lettered.
            case rejectPublishDeadLetter = "reject-publish-dlx"
        }

        /// Which node of a cluster leads a queue.
        package enum LeaderLocator: String, Sendable, CaseIterable {
            /// The one that declares it.
            case clientLocal = "client-local"
            /// The one that leads the fewest.
            case balanced
        }

        /// Its name; of several queues one with a place for the number, such as `orders-%02d`.
        package var name: String
        /// How many queues there are, 1…1 000.
        package var count = 1
        /// The number of the first of them.
        package var first = 1
        /// How the broker keeps it; other than classic it is declared with `x-queue-type`.
        package var kind = Kind.classic
        /// Whether it outlives a restart of the broker.
        package var durable = true
        /// Whether the broker deletes it with its last consumer.
        package var autoDelete = false
        /// Whether messages are kept on disk only, as far as possible.
        package var lazy = false
        /// The highest priority it tells apart, 1…255; nil for none.
        package var priorities: Int?
        /// How long a message may wait in it.
        package var messageTTL: Duration?
        /// After how long without use the broker deletes it.
        package var expires: Duration?
        /// Messages it holds at most.
        package var maxLength: Int64?
        /// Bytes of bodies it holds at most.
        package var maxLengthBytes: Int?
        /// How long a stream keeps a message.
        package var maxAge: Duration?
        /// What happens beyond its maximum length.
        package var overflow: Overflow?
        /// Which node leads it.
        package var leaderLocator: LeaderLocator?
        /// Further arguments of its declaration.
        package var arguments: [Field] = []

        /// A durable classic queue.
        package init(name: String) {
            self.name = name
        }

        /// The names of all the queues.
        package var names: [String] {
            guard let pattern = NamePattern(name) else { return [name] }
            return (first..<first + count).map(pattern.name)
        }

        /// What the keys mean as arguments of the declaration, its type left out, and the arguments of the user's own.
        package var declaredArguments: [Field] {
            keyedArguments.compactMap(\.field) + arguments
        }

        /// Each key that stands for an argument, with that argument where the key is given.
        var keyedArguments: [(key: String, argument: String, field: Field?)] {
            func entry(_ key: String, _ argument: String, _ value: FieldValue?) -> (String, String, Field?) {
                (key, argument, value.map { Field(name: argument, value: $0) })
            }
            func milliseconds(_ duration: Duration?) -> FieldValue? {
                duration.map { .integer(Int64($0 / .milliseconds(1))) }
            }
            return [
                entry("lazy", "x-queue-mode", lazy ? .string("lazy") : nil),
                entry("priorities", "x-max-priority", priorities.map { .integer(Int64($0)) }),
                entry("message_ttl", "x-message-ttl", milliseconds(messageTTL)),
                entry("expires", "x-expires", milliseconds(expires)),
                entry("max_length", "x-max-length", maxLength.map { .integer($0) }),
                entry("max_length_bytes", "x-max-length-bytes", maxLengthBytes.map { .integer(Int64($0)) }),
                entry("max_age", "x-max-age", maxAge.map { .string("\(Int64($0 / .seconds(1)))s") }),
                entry("overflow", "x-overflow", overflow.map { .string($0.rawValue) }),
                entry("leader_locator", "x-queue-leader-locator", leaderLocator.map { .string($0.rawValue) }),
            ]
        }
    }
}

/// A name with a place for a number: `%d`, or `%03d` for at least three digits.
struct NamePattern {
    private let before: Substring
    private let after: Substring
    private let digits: Int

    /// Nil for a name without such a place; of several the first is it.
    init?(_ text: String) {
        guard let match = text.firstMatch(of: #/%(?:0(?<digits>[1-9]))?d/#) else { return nil }
        before = text[..<match.range.lowerBound]
        after = text[match.range.upperBound...]
        digits = match.output.digits.flatMap { Int($0) } ?? 1
    }

    /// The name with a number in it.
    func name(_ number: Int) -> String {
        let text = String(number)
        return before + String(repeating: "0", count: max(0, digits - text.count)) + text + after
    }
}
