extension Scenario {
    /// A stretch of the load with one rate shape.
    package struct Phase: Sendable, Equatable {
        /// The phase's name, unique in the scenario.
        package var name: String
        /// The offered rate over the phase's time.
        package var rate: RateShape
        /// What ends the phase.
        package var end: PhaseEnd
        /// Whether the phase counts in the totals; false for a warm-up.
        package var measured: Bool

        /// Describes a phase.
        package init(name: String, rate: RateShape, end: PhaseEnd, measured: Bool = true) {
            self.name = name
            self.rate = rate
            self.end = end
            self.measured = measured
        }

        /// The count of a phase that ends with the last line of a replayed file.
        package static let wholeRecording: UInt64 = 10_000_000_000
    }

    /// What ends a phase.
    package enum PhaseEnd: Sendable, Equatable {
        /// The time since the phase's start.
        case duration(Duration)
        /// The number of arrivals in the phase.
        case count(UInt64)
    }

    /// The offered rate of a phase; rates are messages per second over all connections together.
    package enum RateShape: Sendable, Equatable {
        /// One rate throughout.
        case constant(ratePerSecond: Double)
        /// Linear from one rate to the other over a time, then the second rate until the phase ends.
        case ramp(fromPerSecond: Double, toPerSecond: Double, over: Duration)
        /// Each rate in turn for `each`; the last one holds until the phase ends.
        case steps(ratesPerSecond: [Double], each: Duration)
        /// `mean + amplitude · sin(2π t / period)`; the amplitude is never above the mean.
        case sine(meanPerSecond: Double, amplitudePerSecond: Double, period: Duration)
        /// A square wave: each period is `low` first, then `high` for the last `duty` (0…1, exclusive) of it.
        case burst(lowPerSecond: Double, highPerSecond: Double, period: Duration, duty: Double)
        /// No schedule: as many messages in flight as the window allows, the next one when one comes back.
        case saturate(Saturation)
        /// As the lines of a replayed file once came, by their own times.
        case original

        /// Whether the load is a closed loop, which has no intended times.
        package var isClosedLoop: Bool {
            if case .saturate = self { true } else { false }
        }

        /// The highest rate the shape asks for; nil for a closed loop.
        package var peakPerSecond: Double? {
            switch self {
            case .constant(let rate): rate
            case .ramp(let from, let to, _): max(from, to)
            case .steps(let rates, _): rates.max()
            case .sine(let mean, let amplitude, _): mean + amplitude
            case .burst(let low, let high, _, _): max(low, high)
            case .saturate, .original: nil
            }
        }
    }

    /// A closed loop.
    package struct Saturation: Sendable, Equatable {
        /// When a message leaves the window.
        package enum Release: String, Sendable, CaseIterable {
            /// When the broker confirmed it: finds the broker's limit; the backlog may grow.
            case confirmed
            /// When its result came back: finds the pipeline's limit; the backlog is at most the window.
            case processed
        }

        /// Messages in flight over all connections together; at least one.
        package var window: Int
        /// When a message leaves the window.
        package var release: Release

        /// Describes a closed loop.
        package init(window: Int, release: Release = .processed) {
            self.window = window
            self.release = release
        }
    }
}

extension Scenario {
    /// Messages per second as the language writes them, `500/s` or `30k/min`; nil for anything else.
    package static func ratePerSecond(_ text: String) -> Double? { Quantity.rate.value(of: text) }
}
