extension Scenario {
    /// The messaging system under test.
    package struct Broker: Sendable, Equatable {
        /// Where it is.
        package var location = BrokerLocation.embedded

        /// Starts from the language's defaults.
        package init() {}
    }

    /// Where the messaging system is.
    package enum BrokerLocation: Sendable, Equatable {
        /// A `rafale broker` child process of the run.
        case embedded
        /// A running server: its nodes, tried in turn; at least one.
        case servers([ServerURL])
    }

    /// Where the workers keep their results.
    package struct Store: Sendable, Equatable {
        /// Where it is.
        package var location = StoreLocation.sqlite(path: nil)

        /// Starts from the language's defaults.
        package init() {}
    }

    /// Where results go.
    package enum StoreLocation: Sendable, Equatable {
        /// Nowhere: the pipeline without its store.
        case none
        /// An SQLite file; without a path a fresh one in the run's folder.
        case sqlite(path: String?)
    }

    /// The exchange and the queues of the pipeline.
    package struct Topology: Sendable, Equatable {
        /// Where messages are published to.
        package var exchange = Exchange()
        /// What the workers consume; dead-letters to `failed`.
        package var incoming = Queue(name: "incoming_texts")
        /// Where the workers' results arrive.
        package var processed = Queue(name: "processed_texts")
        /// Where messages arrive that no worker could process.
        package var failed = Queue(name: "failed_texts")

        /// Starts from the language's defaults.
        package init() {}

        /// The routing key messages are published with: the exchange's own or the incoming queue's name.
        package var routingKey: String {
            exchange.routingKey ?? incoming.name
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
        /// The key of binding and messages; nil is the incoming queue's name.
        package var routingKey: String?
        /// Whether it outlives a restart of the broker.
        package var durable = true
        /// Arguments of its declaration.
        package var arguments: [Field] = []

        /// Starts from the language's defaults.
        package init() {}
    }

    /// A queue to declare.
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

        /// Its name.
        package var name: String
        /// How the broker keeps it; other than classic it is declared with `x-queue-type`.
        package var kind = Kind.classic
        /// Whether it outlives a restart of the broker.
        package var durable = true
        /// Further arguments of its declaration, such as `x-max-length`.
        package var arguments: [Field] = []

        /// A durable classic queue.
        package init(name: String) {
            self.name = name
        }
    }

    /// A named value of a header or argument table, in the order of the file.
    package struct Field: Sendable, Equatable {
        /// The name.
        package var name: String
        /// The value.
        package var value: FieldValue

        /// Names a value.
        package init(name: String, value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    /// A typed value of a header or argument table.
    package indirect enum FieldValue: Sendable, Equatable {
        /// Text.
        case string(String)
        /// A whole number.
        case integer(Int64)
        /// A number with a fraction.
        case number(Double)
        /// True or false.
        case boolean(Bool)
        /// No value.
        case null
        /// Values in order.
        case list([FieldValue])
        /// Named values.
        case table([Field])
    }
}
