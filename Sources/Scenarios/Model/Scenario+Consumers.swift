extension Scenario {
    /// The generator's own consumers, which take the place of workers: a message's outcome is its delivery.
    package struct Consumers: Sendable, Equatable {
        /// Consuming connections, 1…1 000.
        package var connections = 1
        /// Channels on each connection, one consumer each; 1…2 047.
        package var channels = 1
        /// Unacknowledged messages allowed on each consumer; 0 is no bound.
        package var prefetch = 1000
        /// Unacknowledged messages allowed on each channel (`global` in AMQP's words); 0 is no bound.
        package var channelPrefetch = 0
        /// When deliveries are acknowledged.
        package var acknowledgement = Acknowledgement.read
        /// How long a consumer works on each message before it acknowledges it.
        package var latency = ProcessingTime.fixed(.zero)
        /// The share of deliveries that are refused instead of acknowledged, 0…1.
        package var nackShare = 0.0
        /// The share of the refused that go back to their queue, 0…1; the others are dead-lettered.
        package var requeueShare = 1.0
        /// The time from one `basic.get` to the next, zero for without a break; nil consumes.
        package var poll: Duration?
        /// Arguments of `basic.consume`, such as `x-priority`.
        package var arguments: [Field] = []
        /// Whether the queue must have no other consumer.
        package var isExclusive = false
        /// The consumers' tag.
        package var tag = "rafale-consumer"
        /// How long after connecting they begin to consume.
        package var startDelay = Duration.zero

        /// Starts from the language's defaults.
        package init() {}
    }

    /// When deliveries are acknowledged.
    package enum Acknowledgement: Sendable, Equatable {
        /// By the broker as it sends them.
        case automatic
        /// Each by itself.
        case each
        /// All that one read of the socket brought, together.
        case read
        /// So many together; fewer where no more come for a moment.
        case every(Int)
    }

    /// How long the work on a message takes.
    package enum ProcessingTime: Sendable, Equatable {
        /// Always the same; zero for no work.
        case fixed(Duration)
        /// Each time of the range equally likely.
        case uniform(min: Duration, max: Duration)
        /// Each time in turn for `each`; the last one holds.
        case steps([Duration], each: Duration)

        /// Whether there is any work.
        package var isZero: Bool { self == .fixed(.zero) }
    }
}
