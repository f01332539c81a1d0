/// How one connection reads messages back: the outcomes of workers, or, as a consumer of its own, the messages.
package struct CollectorSettings: Sendable {
    /// When deliveries are acknowledged.
    package enum Acknowledgement: Sendable, Equatable {
        /// By the broker as it sends them.
        case automatic
        /// Each by itself.
        case each
        /// All that one read brought, together.
        case read
        /// So many together; fewer where no more come for a moment.
        case every(Int)
    }

    /// Whose messages count.
    package enum Senders: Sendable, Equatable {
        /// This run's, sent by this process.
        case thisProcess
        /// This run's, sent by another process; their times count where its clock is the one of that number.
        case thisRun(clock: Int64?)
        /// Everybody's.
        case anybody(clock: Int64?)
    }

    /// Where an outcome says which message it is of.
    package enum Correlation: Sendable, Equatable {
        /// In its message id, or else in its correlation id.
        case properties
        /// In its message id alone.
        case messageID
        /// In its correlation id alone.
        case correlationID
        /// In a member of its JSON body, the names that lead to it.
        case field([String])
    }

    package var run: RunID
    package var senders = Senders.thisProcess
    package var correlation = Correlation.properties
    /// Whether outcomes that do not say which message they are of are counted and acknowledged; otherwise they are taken
    /// for messages of others and go back to their queue.
    package var countsUncorrelated = false
    /// The queues to read, by role.
    package var roles: [QueueRole]
    /// Unacknowledged messages allowed on each consumer; 0 is no bound.
    package var prefetch: Int
    /// Unacknowledged messages allowed on each channel; 0 is no bound.
    package var channelPrefetch = 0
    package var acknowledgement = Acknowledgement.read
    /// Channels of this connection; the queues of the roles are spread over those of all connections.
    package var channels = 1
    /// The number of this connection's first channel among those of all connections, and how many these are.
    package var firstChannel = 0
    package var totalChannels = 1
    /// How long the work on a message takes before it is acknowledged; nil for none.
    package var processing: ProcessingTime?
    /// The share of deliveries that are refused instead of acknowledged, and of these the share that is put back.
    package var nackShare = 0.0
    package var requeueShare = 1.0
    /// Whether a message that is refused and not put back is seen again in the failed queue, and counted there.
    package var refusedArriveAsFailed = true
    /// The time from one fetch to the next, 0 for without a break; nil consumes.
    package var pollNanoseconds: Int64?
    package var arguments: [NamedValue] = []
    package var isExclusive = false
    /// The consumers' tag; nil calls them after their queues' roles.
    package var tag: String?
    /// How long after connecting consuming begins.
    package var startDelayNanoseconds: Int64 = 0
    /// Makes what the shares and times of a channel, by its number among all, are drawn from.
    package var random: @Sendable (_ channel: Int) -> any RandomNumberGenerator & Sendable = { _ in
        SystemRandomNumberGenerator()
    }

    package init(run: RunID, roles: [QueueRole] = [.processed, .failed], prefetch: Int) {
        self.run = run
        self.roles = roles
        self.prefetch = prefetch
    }
}

/// How long the work on a message takes, in nanoseconds.
package enum ProcessingTime: Sendable, Equatable {
    case fixed(Int64)
    /// Each time of the range equally likely.
    case uniform(ClosedRange<Int64>)
    /// Each time in turn for so long; the last one holds.
    case steps([Int64], eachNanoseconds: Int64)

    /// The time of one message, so long after the first was received.
    func draw(
        atNanoseconds elapsed: Int64, using random: inout any RandomNumberGenerator & Sendable
    ) -> Int64 {
        switch self {
        case .fixed(let nanoseconds): nanoseconds
        case .uniform(let range): Int64.random(in: range, using: &random)
        case .steps(let steps, let each): steps[Int(min(max(elapsed / each, 0), Int64(steps.count - 1)))]
        }
    }
}
