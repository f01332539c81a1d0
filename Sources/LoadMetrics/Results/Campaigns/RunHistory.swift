package import FoundationEssentials

/// The runs and campaigns that a folder of reports holds, each with the figures that a list or a trend shows.
package struct RunHistory: VersionedDocument, Equatable {
    package static let format = "rafale-runs"
    package static let schemaVersion = 1
    package static let title = "a list of runs"

    /// Always ``format``.
    package private(set) var format = RunHistory.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion = RunHistory.schemaVersion
    /// The runs by the time of their start, without those that are parts of a campaign.
    package private(set) var runs: [KeptRun]
    /// The campaigns by the time of their start.
    package private(set) var campaigns: [KeptCampaign]
    /// Folders with a result that cannot be read, each with why.
    package var unreadable: [String]

    /// A history; the runs and the campaigns are put in order.
    package init(runs: [KeptRun], campaigns: [KeptCampaign] = [], unreadable: [String] = []) {
        self.runs = runs.sorted { ($0.startedAt, $0.folder) < ($1.startedAt, $1.folder) }
        self.campaigns = campaigns.sorted { ($0.startedAt, $0.folder) < ($1.startedAt, $1.folder) }
        self.unreadable = unreadable
    }

    /// The runs and campaigns of one scenario.
    package func of(scenario: String) -> RunHistory {
        RunHistory(
            runs: runs.filter { $0.scenario == scenario }, campaigns: campaigns.filter { $0.scenario == scenario },
            unreadable: unreadable)
    }

    /// The names of the runs' scenarios, each once, in alphabetical order.
    package var scenarios: [String] { Set(runs.map(\.scenario)).sorted() }
}

/// One campaign of a history.
package struct KeptCampaign: Sendable, Equatable, Codable {
    /// What a campaign is for.
    package enum Kind: String, Sendable, Codable {
        case sweep, capacity, gate
    }

    /// What it came to.
    package enum Outcome: String, Sendable, Codable {
        /// All of it was measured.
        case done
        /// Somebody ended it early.
        case interrupted
        /// The probes of a search ran out before it was clear.
        case unsettled = "not settled"
        case pass = "PASS"
        case regression = "REGRESSION"
        case inconclusive = "INCONCLUSIVE"
    }

    /// Its folder.
    package var folder: String
    package var kind: Kind
    package var scenario: String
    package var startedAt: Date
    /// The commit; nil where it is not known.
    package var gitRevision: String?
    package var outcome: Outcome
    /// Its main figure in words: `12,400/s with 4 workers`.
    package var headline: String

    /// A campaign as a list shows it.
    package init(
        folder: String, kind: Kind, scenario: String, startedAt: Date, gitRevision: String?, outcome: Outcome,
        headline: String
    ) {
        self.folder = folder
        self.kind = kind
        self.scenario = scenario
        self.startedAt = startedAt
        self.gitRevision = gitRevision
        self.outcome = outcome
        self.headline = headline
    }
}

/// One run of a history.
package struct KeptRun: Sendable, Equatable, Codable {
    /// Its folder.
    package var folder: String
    package var scenario: String
    package var startedAt: Date
    package var outcome: RunResult.Outcome
    package var judgement: GeneratorVerdict.Judgement
    /// The commit; nil where it is not known.
    package var gitRevision: String?
    package var toolVersion: String
    package var machine: MachineFacts
    /// The load in full, to tell runs apart that only share a name.
    package var scenarioText: String
    /// Its figures by their metrics' names.
    package var values: [String: Double]

    /// What a list keeps of a result; `more` are metrics besides the usual ones.
    package init(_ result: RunResult, folder: String, more: [RunMetric] = []) {
        self.folder = folder
        scenario = result.scenario.name
        startedAt = result.run.startedAt
        outcome = result.outcome
        judgement = result.generator.judgement
        gitRevision = result.run.gitRevision
        toolVersion = result.run.toolVersion
        machine = result.machine
        scenarioText = result.scenario.text
        values = [:]
        for metric in RunMetric.usual + more { values[metric.name] = metric.value(in: result) }
    }

    /// Whether its figures are those of the load it was to be: not of an INVALID generator, nor of a part of a run.
    package var counts: Bool { judgement != .invalid && outcome != .interrupted }
}
