package import FoundationEssentials

/// The outcome of a sweep, as `sweep.json` keeps it: what each of its runs measured.
///
/// What is fitted to it and drawn of it follows from these figures alone.
///
/// ```
///  SweepResult ─┬─ campaign: CampaignFacts      what was run, where, by which program
///               ├─ keys, mode, repeats, seed    what was asked
///               ├─ runs: [SweepRun]             in the order in which they ran
///               ├─ capacities                   in capacity mode, the search at each point
///               └─ notes                        what a reader should know besides
/// ```
package struct SweepResult: VersionedDocument, Equatable {
    package static let format = "rafale-sweep"
    package static let schemaVersion = 1
    package static let title = "a result of a sweep"
    /// The name of its file in the campaign's folder.
    package static let fileName = "sweep.json"

    /// How a point is measured.
    package enum Mode: String, Sendable, Codable, CaseIterable {
        /// A closed loop that keeps the pipeline full.
        case saturation
        /// The highest rate of an open loop that holds the limits.
        case capacity
    }

    /// Always ``format``.
    package private(set) var format = SweepResult.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion = SweepResult.schemaVersion

    /// What was run, where, by which program.
    package var campaign: CampaignFacts
    /// The keys that were varied, one or two, with their values in the order in which they were asked for.
    package var keys: [SweptKey]
    /// How a point is measured.
    package var mode: Mode
    /// How often each point was measured.
    package var repeats: Int
    /// What the order of the runs was drawn from.
    package var seed: UInt64
    /// How long each run warmed up.
    package var warmUpNanoseconds: Int64
    /// How long each run measured.
    package var measureNanoseconds: Int64
    /// Messages in flight in a closed loop, the same at every point; nil in capacity mode.
    package var window: Int?
    /// The runs in the order in which they ran; in capacity mode the best probe of each point.
    package var runs: [SweepRun]
    /// The searches of capacity mode; empty otherwise.
    package var capacities: [CapacityPoint]
    /// What a reader should know besides, one sentence each.
    package var notes: [String]

    /// A result from its parts.
    package init(
        campaign: CampaignFacts, keys: [SweptKey], mode: Mode = .saturation, repeats: Int, seed: UInt64,
        warmUpNanoseconds: Int64, measureNanoseconds: Int64, window: Int? = nil, runs: [SweepRun] = [],
        capacities: [CapacityPoint] = [], notes: [String] = []
    ) {
        self.campaign = campaign
        self.keys = keys
        self.mode = mode
        self.repeats = repeats
        self.seed = seed
        self.warmUpNanoseconds = warmUpNanoseconds
        self.measureNanoseconds = measureNanoseconds
        self.window = window
        self.runs = runs
        self.capacities = capacities
        self.notes = notes
    }
}

extension SweepResult {
    /// The points that were measured without one figure that counts, by their values, in the order of the first try: in
    /// all of their runs the generator was INVALID, or it was the limit of the whole search.
    package var pointsWithoutFigure: [[String]] {
        let tried = mode == .capacity ? capacities.map(\.values) : runs.map(\.values)
        var seen: Set<[String]> = []
        return tried.filter { seen.insert($0).inserted }.filter { values in
            guard mode == .capacity else { return !runs.contains { $0.values == values && $0.figures.counts } }
            return capacities.contains {
                $0.values == values && $0.outcome == .generatorLimited && $0.ratePerSecond == nil
            }
        }
    }

    /// The points whose search ended before it was clear, by their values.
    package var unsettledPoints: [[String]] { capacities.filter { $0.outcome == .unclear }.map(\.values) }

    /// A point in words: `workers.count=4, workers.lanes=2`.
    package func title(of values: [String]) -> String {
        zip(keys, values).map { "\($0.name)=\($1)" }.joined(separator: ", ")
    }
}

/// A key that a sweep varies.
package struct SweptKey: Sendable, Equatable, Codable {
    /// Its name in the scenario, such as `workers.count`.
    package var name: String
    /// Its values as they were set, in the order in which they were asked for.
    package var values: [String]

    /// A key and its values.
    package init(name: String, values: [String]) {
        self.name = name
        self.values = values
    }

    /// The values as numbers, for an axis; nil where one of them is none.
    package var numbers: [Double]? {
        let numbers = values.compactMap { Double($0) }
        return numbers.count == values.count ? numbers : nil
    }
}

/// One run of a sweep.
package struct SweepRun: Sendable, Equatable, Codable {
    /// The values of the sweep's keys, in their order.
    package var values: [String]
    /// Which repeat of the point it is, from 1.
    package var repetition: Int
    /// When it ran among the runs, from 1.
    package var order: Int
    /// The run's folder, seen from the campaign's.
    package var folder: String
    /// What it measured.
    package var figures: PointFigures

    /// A run.
    package init(values: [String], repetition: Int, order: Int, folder: String, figures: PointFigures) {
        self.values = values
        self.repetition = repetition
        self.order = order
        self.folder = folder
        self.figures = figures
    }
}

/// What was run in a campaign, where, and by which program.
package struct CampaignFacts: Sendable, Equatable, Codable {
    /// The scenario as its file and the overrides of the command line say, before the campaign's own.
    package var scenario: ScenarioFacts
    /// Wall time of its beginning, a label; of a resumed campaign, that of its first part.
    package var startedAt: Date
    /// How long it took; of a resumed campaign all its parts together, the time between them left out.
    package var durationNanoseconds: Int64
    /// Whether somebody ended it early: what it lacks can be measured by resuming it.
    package var interrupted: Bool
    /// The command line, without passwords.
    package var commandLine: [String]
    /// The version of the program.
    package var toolVersion: String
    /// The revision of the checkout in which it ran; nil outside of one.
    package var gitRevision: String?
    /// Where it ran.
    package var machine: MachineFacts
    /// The system under load, as it calls itself.
    package var broker: SystemFacts?
    /// Where the workers stored results; nil when unknown.
    package var store: String?

    /// A campaign's facts.
    package init(
        scenario: ScenarioFacts, startedAt: Date, durationNanoseconds: Int64 = 0, interrupted: Bool = false,
        commandLine: [String] = [], toolVersion: String = "", gitRevision: String? = nil, machine: MachineFacts,
        broker: SystemFacts? = nil, store: String? = nil
    ) {
        self.scenario = scenario
        self.startedAt = startedAt
        self.durationNanoseconds = durationNanoseconds
        self.interrupted = interrupted
        self.commandLine = commandLine
        self.toolVersion = toolVersion
        self.gitRevision = gitRevision
        self.machine = machine
        self.broker = broker
        self.store = store
    }
}
