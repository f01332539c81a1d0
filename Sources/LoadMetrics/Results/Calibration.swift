package import FoundationEssentials

/// What this machine's generator can do, as `rafale calibrate` measured it into a sink that drops everything.
package struct Calibration: Sendable, Equatable, Codable {
    /// What the first key of every calibration file says.
    package static let format = "rafale-calibration"
    /// The version written, and the highest one read.
    package static let schemaVersion = 1

    /// Always ``format``.
    package private(set) var format = Calibration.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion = Calibration.schemaVersion

    /// When it was measured.
    package var measuredAt: Date
    /// The version of the program.
    package var toolVersion: String
    /// Whether the program was built with optimization: one without is another generator.
    package var optimizedBuild: Bool
    /// Where it was measured.
    package var machine: MachineFacts
    /// The fastest sending, by connections and size.
    package var rates: [CalibratedRate]
    /// How exactly it can wait.
    package var timers: [TimerPrecision]
    /// The clock all of it is measured with.
    package var clock: ClockPrecision

    /// A calibration from its parts.
    package init(
        measuredAt: Date, toolVersion: String, optimizedBuild: Bool, machine: MachineFacts, rates: [CalibratedRate],
        timers: [TimerPrecision], clock: ClockPrecision
    ) {
        self.measuredAt = measuredAt
        self.toolVersion = toolVersion
        self.optimizedBuild = optimizedBuild
        self.machine = machine
        self.rates = rates
        self.timers = timers
        self.clock = clock
    }

    /// Bodies up to this cost about the same: most of a message's cost is that of the message.
    private static let smallBytes = 1_024

    /// The messages a second that it can send on so many connections with bodies of that size; nil without a measure.
    ///
    /// Of the connections the nearest number measured that is not greater counts, else the smallest. Between two measured
    /// sizes the cost of a message grows in proportion to its size; what lies beyond the largest one nobody knows, nor
    /// what lies below the smallest unless that is so small that its size hardly matters.
    package func limitPerSecond(connections: Int, bodyBytes: Double) -> Double? {
        let counts = Set(rates.filter { $0.perSecond > 0 }.map(\.connections)).sorted()
        guard let count = counts.last(where: { $0 <= connections }) ?? counts.first else { return nil }
        let measured = rates.filter { $0.connections == count && $0.perSecond > 0 }.sorted {
            $0.bodyBytes < $1.bodyBytes
        }
        guard let smallest = measured.first else { return nil }
        if bodyBytes <= Double(smallest.bodyBytes) {
            let isSmall = smallest.bodyBytes <= Self.smallBytes || bodyBytes == Double(smallest.bodyBytes)
            return isSmall ? smallest.perSecond : nil
        }
        guard let above = measured.first(where: { Double($0.bodyBytes) >= bodyBytes }),
            let below = measured.last(where: { Double($0.bodyBytes) <= bodyBytes })
        else { return nil }
        guard above.bodyBytes > below.bodyBytes else { return below.perSecond }
        let part = (bodyBytes - Double(below.bodyBytes)) / Double(above.bodyBytes - below.bodyBytes)
        return 1 / ((1 - part) / below.perSecond + part / above.perSecond)
    }
}

/// How fast the generator sent with one setting.
package struct CalibratedRate: Sendable, Equatable, Codable {
    /// Publishing connections.
    package var connections: Int
    /// Size of each body.
    package var bodyBytes: Int
    /// Messages a second that the sink confirmed.
    package var perSecond: Double
    /// The generator's CPU time for a million of them.
    package var cpuSecondsPerMillion: Double
    /// Cores that the sink kept busy meanwhile: near 1, it may have been the limit.
    package var sinkCores: Double?

    /// A measure.
    package init(
        connections: Int, bodyBytes: Int, perSecond: Double, cpuSecondsPerMillion: Double, sinkCores: Double? = nil
    ) {
        self.connections = connections
        self.bodyBytes = bodyBytes
        self.perSecond = perSecond
        self.cpuSecondsPerMillion = cpuSecondsPerMillion
        self.sinkCores = sinkCores
    }
}

/// How much later than asked for a way of waiting ends.
package struct TimerPrecision: Sendable, Equatable, Codable {
    /// The way: `sleep`, `event loop`, `spin`.
    package var name: String
    /// How often it was tried.
    package var count: Int
    /// Half of the delays are below.
    package var p50Nanoseconds: Int64
    /// 99 of 100 delays are below.
    package var p99Nanoseconds: Int64
    /// The longest delay.
    package var maxNanoseconds: Int64

    /// The figures of a histogram of delays.
    package init(name: String, _ histogram: LatencyHistogram) {
        let figures = histogram.percentiles([50, 99])
        self.name = name
        count = Int(clamping: histogram.count)
        p50Nanoseconds = figures[0]
        p99Nanoseconds = figures[1]
        maxNanoseconds = histogram.max
    }
}

/// How fine and how cheap the monotonic clock is.
package struct ClockPrecision: Sendable, Equatable, Codable {
    /// The least step that the system promises.
    package var resolutionNanoseconds: Int64
    /// The least step above zero that was seen.
    package var leastStepNanoseconds: Int64
    /// What one reading costs.
    package var readNanoseconds: Double

    /// A clock's figures.
    package init(resolutionNanoseconds: Int64, leastStepNanoseconds: Int64, readNanoseconds: Double) {
        self.resolutionNanoseconds = resolutionNanoseconds
        self.leastStepNanoseconds = leastStepNanoseconds
        self.readNanoseconds = readNanoseconds
    }
}

/// A run held against what its generator can do.
package struct CalibrationUse: Sendable, Equatable, Codable {
    /// The calibration; nil where none fits.
    package var calibration: Calibration?
    /// Why none was used; nil where one was, or where there simply is none.
    package var whyNot: String?
    /// What the generator could send with the run's connections and bodies.
    package var limitPerSecond: Double?
    /// What it sent in the busiest second of the measured phases.
    package var busiestPerSecond: Double?

    /// A run's use of its generator.
    package init(
        calibration: Calibration? = nil, whyNot: String? = nil, limitPerSecond: Double? = nil,
        busiestPerSecond: Double? = nil
    ) {
        self.calibration = calibration
        self.whyNot = whyNot
        self.limitPerSecond = limitPerSecond
        self.busiestPerSecond = busiestPerSecond
    }

    /// The share of the limit that the busiest second took; nil where either is unknown.
    package var share: Double? {
        guard let limitPerSecond, let busiestPerSecond, limitPerSecond > 0 else { return nil }
        return busiestPerSecond / limitPerSecond
    }

    /// Of two runs the one that came nearer to its limit.
    static func heavier(_ one: CalibrationUse?, _ other: CalibrationUse?) -> CalibrationUse? {
        guard let one, let other else { return one ?? other }
        return (other.share ?? 0) > (one.share ?? 0) ? other : one
    }
}
