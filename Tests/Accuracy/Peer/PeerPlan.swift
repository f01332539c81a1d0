import LoadGenerator

/// What a peer does to the messages it receives, decided before the first of them.
struct PeerPlan: Sendable {
    /// How long something takes: the same for a message whatever the order in which messages come.
    enum Delay: Sendable {
        case none
        case fixed(milliseconds: Double)
        case uniform(milliseconds: ClosedRange<Double>)
        case exponential(meanMilliseconds: Double)

        func nanoseconds(sequence: UInt64, seed: UInt64) -> Int64 {
            var random = SeededGenerator(seed: seed, stream: 1 + sequence)
            let milliseconds: Double =
                switch self {
                case .none: 0
                case .fixed(let milliseconds): milliseconds
                case .uniform(let range):
                    range.lowerBound + (range.upperBound - range.lowerBound) * random.nextUnit()
                case .exponential(let mean): mean * random.nextExponential()
                }
            return Int64(milliseconds * 1e6)
        }
    }

    /// What becomes of a message; nothing at all for an empty set.
    struct Fate: OptionSet, Sendable {
        let rawValue: UInt8
        init(rawValue: UInt8) { self.rawValue = rawValue }

        static let acked = Fate(rawValue: 1)
        static let nacked = Fate(rawValue: 2)
        /// basic.return, whatever the answer is.
        static let returned = Fate(rawValue: 4)
        /// Delivered on the processed queue.
        static let processed = Fate(rawValue: 8)
        /// Delivered on the failed queue.
        static let failed = Fate(rawValue: 16)
        /// Its outcome is delivered a second time, as a pipeline does that works twice.
        static let twice = Fate(rawValue: 32)
        /// Its outcome is delivered a second time and marked as redelivered: the broker's repetition, not the pipeline's.
        static let repeated = Fate(rawValue: 64)
    }

    /// A time in which the peer reads nothing and says nothing.
    struct Stall: Sendable {
        /// From the first message on.
        var afterSeconds: Double
        var seconds: Double
    }

    /// A connection that falls silent, and then is closed.
    struct Loss: Sendable {
        /// Messages on the first publishing connection, or outcomes on the collector's, until it falls silent.
        var afterMessages: Int
    }

    var seed: UInt64 = 1
    var fate: @Sendable (UInt64) -> Fate = { _ in [.acked, .processed] }
    var confirmDelay = Delay.none
    var outcomeDelay = Delay.none
    var stall: Stall?
    var publisherLoss: Loss?
    var collectorLoss: Loss?
    /// Where set, a channel's messages are answered so many at a time, by one method with `multiple`; all messages of
    /// such a block share the fate of their last one's answer.
    var answersInBlocksOf: Int?
    /// Before something is due, the peer watches the clock for so long instead of waiting for a timer.
    var spinNanoseconds: Int64 = 0
    /// Whether the bytes of each message are kept.
    var keepsBytes = false

    init() {}
}
