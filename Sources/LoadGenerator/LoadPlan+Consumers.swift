import Drivers
import LoadMetrics
import Scenarios

extension LoadPlan {
    /// Leaves the consuming to others, who are told whose clock the messages' times are of.
    mutating func becomePublishing() {
        part = .publishing
        (consumers, collectors, awaitsOutcome) = ([], 0, false)
        topology.readsOutcomes = false
        topology.isShared = true
        topology.keepQueues = true
        if let clock = ClockIdentity.current() {
            publisher.properties.headers.append(NamedValue(StampHeader.clock, .integer(clock)))
        }
    }

    /// Leaves the sending to others; a scenario without consumers gets one.
    mutating func becomeConsuming(_ scenario: Scenario, isRunNamed: Bool) {
        part = .consuming
        connections = 0
        awaitsOutcome = true
        topology.isShared = true
        topology.keepQueues = true
        topology.isSelfConsumed = true
        topology.readsOutcomes = false
        collectors = topology.roles.contains(.failed) ? 1 : 0
        if consumers.isEmpty {
            consumers = Scenario.Consumers().settings(
                run: publisher.run, seed: scenario.seed, declares: topology.declares)
        }
        let clock = ClockIdentity.current()
        senders = isRunNamed ? .thisRun(clock: clock) : .anybody(clock: clock)
    }
}

extension Scenario.Consumers {
    /// The settings of each consuming connection.
    ///
    /// Where the run `declares` its queues, what is refused for good arrives in the failed one; a topology that exists
    /// already may dead-letter it anywhere.
    func settings(run: RunID, seed: UInt64, declares: Bool) -> [CollectorSettings] {
        (0..<connections).map { connection in
            var settings = CollectorSettings(run: run, roles: [.incoming], prefetch: prefetch)
            settings.channelPrefetch = channelPrefetch
            settings.acknowledgement = CollectorSettings.Acknowledgement(acknowledgement)
            settings.channels = channels
            settings.firstChannel = connection * channels
            settings.totalChannels = connections * channels
            settings.processing = latency.isZero ? nil : ProcessingTime(latency)
            settings.nackShare = nackShare
            settings.requeueShare = requeueShare
            settings.refusedArriveAsFailed = declares
            settings.pollNanoseconds = poll?.wholeNanoseconds
            settings.arguments = arguments.map(NamedValue.init)
            settings.isExclusive = isExclusive
            settings.tag = tag
            settings.startDelayNanoseconds = startDelay.wholeNanoseconds
            settings.random = { SeededGenerator(seed: seed, stream: Self.streams + UInt64($0)) }
            return settings
        }
    }

    /// The first of the streams of random numbers that the consumers draw from, one each.
    private static let streams: UInt64 = 1 << 40
}

extension CollectorSettings.Acknowledgement {
    fileprivate init(_ acknowledgement: Scenario.Acknowledgement) {
        self =
            switch acknowledgement {
            case .automatic: .automatic
            case .each: .each
            case .read: .read
            case .every(let count): .every(count)
            }
    }
}

extension ProcessingTime {
    fileprivate init(_ time: Scenario.ProcessingTime) {
        self =
            switch time {
            case .fixed(let duration): .fixed(duration.wholeNanoseconds)
            case .uniform(let min, let max): .uniform(min.wholeNanoseconds...max.wholeNanoseconds)
            case .steps(let steps, let each):
                .steps(steps.map(\.wholeNanoseconds), eachNanoseconds: each.wholeNanoseconds)
            }
    }
}
