import Drivers
import Scenarios

extension Scenario.Consumers {
    /// The settings of each consuming connection.
    func settings(run: RunID, seed: UInt64) -> [CollectorSettings] {
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
