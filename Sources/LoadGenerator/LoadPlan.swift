package import Drivers

/// Everything a load run does, decided before it starts.
package struct LoadPlan: Sendable {
    /// Which half of the load this process is.
    package enum Part: Sendable {
        /// Both: what is sent is read back.
        case whole
        /// The sending alone: others consume.
        case publishing
        /// The consuming alone: others send.
        case consuming
    }

    /// What ends a run before its phases do.
    package enum ExitRule: Sendable, Equatable {
        /// The incoming queue is empty.
        case empty
        /// Nothing has moved for so long, once something has.
        case idle(nanoseconds: Int64)
    }

    /// A phase of the run.
    package struct Phase: Sendable {
        /// How the load of a phase is given.
        package enum Shape: Sendable {
            /// Messages are sent when they are due, whatever comes back.
            case open(RateCurve)
            /// As many messages under way as the window allows.
            case closed(window: Int, releasesOnConfirm: Bool)
            /// As the lines of the recorded log came.
            case recorded
        }

        package var name: String
        package var shape: Shape
        package var end: ArrivalSequence.End
        package var measured: Bool

        package init(name: String, shape: Shape, end: ArrivalSequence.End, measured: Bool) {
            self.name = name
            self.shape = shape
            self.end = end
            self.measured = measured
        }
    }

    /// How the generator waits for the next intended time.
    package enum Pacing: Sendable {
        /// Until a timer fires.
        case timer
        /// Until a timer fires shortly before, then by looking at the clock.
        case spin
    }

    package var seed: UInt64
    package var spacing: ArrivalSequence.Spacing
    package var phases: [Phase]
    package var kinds: [MessagePlanner.Kind]
    package var topology: LoadTopology
    package var publisher: PublisherSettings
    /// The routing keys of the connections, in turn; empty where all have that of `publisher`.
    package var connectionKeys: [String] = []
    package var connections: Int
    /// Messages a channel may have unanswered; 0 publishes without confirms.
    package var confirmWindow: Int
    package var pacing: Pacing
    package var collectors: Int
    package var collectorPrefetch: Int
    package var part = Part.whole
    package var exitRule: ExitRule?
    /// Whose messages count as read back.
    package var senders = CollectorSettings.Senders.thisProcess
    /// From the sending; a confirm that takes longer is late.
    package var confirmTimeoutNanoseconds = Int64.max
    /// The time between the openings of publishing connections, and the most that chance adds to it.
    package var startInterval = Duration.zero
    package var startJitter = Duration.zero
    /// The run's own consumers of the incoming queue, a connection each; none where workers consume it.
    package var consumers: [CollectorSettings] = []
    /// Whether outcomes are read back.
    package var awaitsOutcome: Bool
    /// Whether a confirm is a message's end: that of a store that is filled directly.
    package var confirmIsOutcome: Bool
    package var scheduleDebtNanoseconds: Int64
    package var drain: Duration
    /// Whether messages that wait in the run's queues at the start may be thrown away.
    package var purge: Bool
    /// Where the outcomes say which message they are of.
    package var correlation = CollectorSettings.Correlation.properties
    /// Whether outcomes that do not say it are counted as such; otherwise they are taken for messages of others.
    package var countsUncorrelated = false
    /// Whether intended times are kept for outcomes that do not carry them.
    package var keepsIntendedTimes = false
    /// Where messages are broken on purpose.
    package var broken = BrokenStretches()
    /// Whether the workers run on this host, and so have its clock.
    package var sharesClock = false
    /// The log whose lines are sent; nil where messages are made.
    package var recording: Recording?

    /// A log to replay.
    package struct Recording: Sendable {
        package var log: RecordedLog
        /// How many times as fast as the lines came.
        package var speed: Double

        package init(log: RecordedLog, speed: Double) {
            self.log = log
            self.speed = speed
        }
    }

    package init(
        seed: UInt64, spacing: ArrivalSequence.Spacing, phases: [Phase], kinds: [MessagePlanner.Kind],
        topology: LoadTopology, publisher: PublisherSettings, connections: Int, confirmWindow: Int,
        pacing: Pacing = .timer, collectors: Int,
        collectorPrefetch: Int, awaitsOutcome: Bool, confirmIsOutcome: Bool = false,
        scheduleDebtNanoseconds: Int64, drain: Duration, purge: Bool
    ) {
        self.confirmIsOutcome = confirmIsOutcome
        self.seed = seed
        self.spacing = spacing
        self.phases = phases
        self.kinds = kinds
        self.topology = topology
        self.publisher = publisher
        self.connections = connections
        self.confirmWindow = confirmWindow
        self.pacing = pacing
        self.collectors = collectors
        self.collectorPrefetch = collectorPrefetch
        self.awaitsOutcome = awaitsOutcome
        self.scheduleDebtNanoseconds = scheduleDebtNanoseconds
        self.drain = drain
        self.purge = purge
    }

    /// How one of the connections publishes.
    func publisher(ofConnection index: Int) -> PublisherSettings {
        var settings = publisher
        if !connectionKeys.isEmpty { settings.routingKey = connectionKeys[index % connectionKeys.count] }
        return settings
    }

    /// The connections that read messages back: the run's own consumers, and those of the results.
    var readers: [CollectorSettings] {
        var results = CollectorSettings(run: publisher.run, prefetch: collectorPrefetch)
        (results.correlation, results.countsUncorrelated) = (correlation, countsUncorrelated)
        // What the run's own consumers take is its own result; what they refuse is not.
        if !consumers.isEmpty { results.roles = [.failed] }
        var readers = consumers + Array(repeating: results, count: collectors)
        for index in readers.indices { readers[index].senders = senders }
        return readers
    }
}

extension LoadPlan {
    /// The mean size of the messages' bodies, by the weights of their kinds.
    package var meanBodyBytes: Double {
        if let recording { return Double(recording.log.meanBytes) }
        var weights = 0.0
        var bytes = 0.0
        for kind in kinds where !kind.templates.isEmpty {
            let sizes = publisher.templates[kind.templates].map { Double($0.body.count) }
            bytes += kind.weight * sizes.reduce(0, +) / Double(sizes.count)
            weights += kind.weight
        }
        return weights > 0 ? bytes / weights : 0
    }
}
