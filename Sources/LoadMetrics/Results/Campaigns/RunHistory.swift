package import FoundationEssentials

/// The runs that a folder of reports holds, each with the figures that a list or a trend shows.
package struct RunHistory: VersionedDocument, Equatable {
    package static let format = "rafale-runs"
    package static let schemaVersion = 1
    package static let title = "a list of runs"

    /// Always ``format``.
    package private(set) var format = RunHistory.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion = RunHistory.schemaVersion
    /// The runs by the time of their start.
    package private(set) var runs: [KeptRun]
    /// Folders with a result that cannot be read, each with why.
    package var unreadable: [String]

    /// A history; the runs are put in order.
    package init(runs: [KeptRun], unreadable: [String] = []) {
        self.runs = runs.sorted { ($0.startedAt, $0.folder) < ($1.startedAt, $1.folder) }
        self.unreadable = unreadable
    }

    /// The runs of one scenario.
    package func of(scenario: String) -> RunHistory {
        RunHistory(runs: runs.filter { $0.scenario == scenario }, unreadable: unreadable)
    }

    /// The scenarios' names, each once, in alphabetical order.
    package var scenarios: [String] { Set(runs.map(\.scenario)).sorted() }
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
