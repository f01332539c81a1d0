/// The outcome of a capacity search, as `capacity.json` keeps it: the highest rate that holds the limits, at each point,
/// with every probe that led to it.
///
/// ```
///  CapacityResult ─┬─ campaign: CampaignFacts      what was run, where, by which program
///                  ├─ limits                       what had to hold
///                  ├─ points: [CapacityPoint]      one a worker count: rate, interval, why not more
///                  │    └─ probes: [CapacityProbe] every rate that was tried, and what came of it
///                  ├─ target: CapacityTarget       how many workers a given rate needs, where that was asked
///                  └─ notes                        what a reader should know besides
/// ```
package struct CapacityResult: VersionedDocument, Equatable {
    package static let format = "rafale-capacity"
    package static let schemaVersion = 1
    package static let title = "a result of a capacity search"
    /// The name of its file in the campaign's folder.
    package static let fileName = "capacity.json"

    /// Always ``format``.
    package private(set) var format = CapacityResult.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion = CapacityResult.schemaVersion

    /// What was run, where, by which program.
    package var campaign: CampaignFacts
    /// The conditions that had to hold, as thresholds write them, beside a backlog that does not grow.
    package var limits: [String]
    /// The key that differs from point to point, such as `workers.count`; nil where there is one point only.
    package var key: String?
    /// The points in the order of the key's values; empty where a target was asked for.
    package var points: [CapacityPoint]
    /// The answer for a target rate; nil where none was given.
    package var target: CapacityTarget?
    /// What a reader should know besides, one sentence each.
    package var notes: [String]

    /// A result from its parts.
    package init(
        campaign: CampaignFacts, limits: [String], key: String? = nil, points: [CapacityPoint] = [],
        target: CapacityTarget? = nil, notes: [String] = []
    ) {
        self.campaign = campaign
        self.limits = limits
        self.key = key
        self.points = points
        self.target = target
        self.notes = notes
    }

    /// Whether the probes were used up before it was clear, at some point or for the target.
    package var isUnsettled: Bool { target?.isUnsettled ?? false || points.contains { $0.outcome == .unclear } }
}

/// The capacity of one point: a worker count, or other values of keys.
package struct CapacityPoint: Sendable, Equatable, Codable {
    /// How a search ended.
    package enum Outcome: String, Sendable, Codable, CaseIterable {
        /// The capacity lies within the interval.
        case found
        /// The limits do not hold even at the lowest rate that was tried.
        case belowRange
        /// The limits hold at the highest rate that was tried.
        case aboveRange
        /// The generator could not put a higher load on: the system's capacity is at least the rate.
        case generatorLimited
        /// The probes were used up before the interval was narrow enough.
        case unclear
        /// Somebody ended it early.
        case interrupted
    }

    /// The values of the campaign's keys, in their order; empty where there is one point only.
    package var values: [String]
    /// How the search ended.
    package var outcome: Outcome
    /// The capacity: the most likely rate up to which the limits hold, no less than the highest that held; nil where
    /// none did, and not to be relied on where the search ended ``Outcome/unclear``.
    package var ratePerSecond: Double?
    /// The highest rate that was tried and held; nil where none did.
    package var heldPerSecond: Double?
    /// The lower end of the interval that the capacity lies in, no less than the highest rate that held; nil where not
    /// known.
    package var lowPerSecond: Double?
    /// The upper end of the interval that the capacity lies in; nil where not known.
    package var highPerSecond: Double?
    /// What was the matter above the capacity, in words; nil where nothing failed.
    package var reasonAbove: String?
    /// What a closed loop carried at this point before the search; nil where the range was given.
    package var saturationPerSecond: Double?
    /// Every rate that was tried, in order.
    package var probes: [CapacityProbe]

    /// A point.
    package init(
        values: [String] = [], outcome: Outcome, ratePerSecond: Double? = nil, heldPerSecond: Double? = nil,
        lowPerSecond: Double? = nil,
        highPerSecond: Double? = nil, reasonAbove: String? = nil, saturationPerSecond: Double? = nil,
        probes: [CapacityProbe] = []
    ) {
        self.values = values
        self.outcome = outcome
        self.ratePerSecond = ratePerSecond
        self.heldPerSecond = heldPerSecond
        self.lowPerSecond = lowPerSecond
        self.highPerSecond = highPerSecond
        self.reasonAbove = reasonAbove
        self.saturationPerSecond = saturationPerSecond
        self.probes = probes
    }
}

/// One rate that was tried until it was clear whether it holds, or the time for that was over.
package struct CapacityProbe: Sendable, Equatable, Codable {
    /// What is known of the rate.
    package enum Verdict: String, Sendable, Codable, CaseIterable {
        /// All limits hold and the backlog does not grow.
        case holds
        /// A limit does not hold, or the backlog grows.
        case fails
        /// Not known when the time was over.
        case unclear
        /// The generator could not put this load on.
        case generatorLimited
    }

    /// The rate, all connections together.
    package var ratePerSecond: Double
    /// What is known of it.
    package var verdict: Verdict
    /// Why, in words; empty where it holds.
    package var reason: String
    /// What each limit came to.
    package var limits: [LimitFinding]
    /// Whether the backlog grew; nil where it could not be told.
    package var backlog: BacklogFinding?
    /// The runs of the probe, their folders seen from the campaign's; several where the first one did not settle it.
    package var folders: [String]
    /// How long was measured in all.
    package var measuredNanoseconds: Int64
    /// What the last of its runs measured.
    package var figures: PointFigures

    /// A probe.
    package init(
        ratePerSecond: Double, verdict: Verdict, reason: String = "", limits: [LimitFinding] = [],
        backlog: BacklogFinding? = nil, folders: [String], measuredNanoseconds: Int64, figures: PointFigures
    ) {
        self.ratePerSecond = ratePerSecond
        self.verdict = verdict
        self.reason = reason
        self.limits = limits
        self.backlog = backlog
        self.folders = folders
        self.measuredNanoseconds = measuredNanoseconds
        self.figures = figures
    }
}

/// What a limit came to in a probe.
package struct LimitFinding: Sendable, Equatable, Codable {
    /// The condition, as a threshold writes it.
    package var text: String
    /// Whether it holds: with its whole interval on one side of the bound, or unclear.
    package var verdict: CapacityProbe.Verdict
    /// The measured value; nil when not measured.
    package var observed: Double?
    /// The lower end of the value's 95 % interval; nil for a value that has none.
    package var low: Double?
    /// The upper end of the value's 95 % interval; nil for a value that has none.
    package var high: Double?
    /// What the value is a number of.
    package var unit: ThresholdResult.Unit

    /// A finding.
    package init(
        text: String, verdict: CapacityProbe.Verdict, observed: Double?, low: Double? = nil, high: Double? = nil,
        unit: ThresholdResult.Unit
    ) {
        self.text = text
        self.verdict = verdict
        self.observed = observed
        self.low = low
        self.high = high
        self.unit = unit
    }
}

/// Whether the backlog grew: the slope of messages in the system over the seconds of a probe.
package struct BacklogFinding: Sendable, Equatable, Codable {
    /// Whether it is steady (holds), grows (fails), or neither is known.
    package var verdict: CapacityProbe.Verdict
    /// Messages per second by which it grew.
    package var slopePerSecond: Double
    /// The lower end of the slope's 95 % interval.
    package var lowPerSecond: Double
    /// The upper end of the slope's 95 % interval.
    package var highPerSecond: Double

    /// A finding.
    package init(
        verdict: CapacityProbe.Verdict, slopePerSecond: Double, lowPerSecond: Double, highPerSecond: Double
    ) {
        self.verdict = verdict
        self.slopePerSecond = slopePerSecond
        self.lowPerSecond = lowPerSecond
        self.highPerSecond = highPerSecond
    }
}

/// How many workers a rate needs.
package struct CapacityTarget: Sendable, Equatable, Codable {
    /// The rate that was asked for.
    package var ratePerSecond: Double
    /// The counts that were allowed, ascending.
    package var candidates: [Int]
    /// The least count that holds the limits at the rate; nil where none does, or it is not clear.
    package var workers: Int?
    /// The answer in a sentence.
    package var answer: String
    /// Every count that was tried, in order, with what came of it.
    package var probes: [CountProbe]

    /// Whether nobody knows because it stayed unclear whether the highest count carries the rate.
    package var isUnsettled: Bool { workers == nil && probes.last?.probe.verdict == .unclear }

    /// A probe of a worker count.
    package struct CountProbe: Sendable, Equatable, Codable {
        /// The worker count.
        package var workers: Int
        /// What came of it.
        package var probe: CapacityProbe

        /// A probe of a count.
        package init(workers: Int, probe: CapacityProbe) {
            self.workers = workers
            self.probe = probe
        }
    }

    /// An answer.
    package init(
        ratePerSecond: Double, candidates: [Int], workers: Int? = nil, answer: String, probes: [CountProbe] = []
    ) {
        self.ratePerSecond = ratePerSecond
        self.candidates = candidates
        self.workers = workers
        self.answer = answer
        self.probes = probes
    }
}
