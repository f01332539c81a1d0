package import FoundationEssentials

/// The whole outcome of a run, as `result.json` keeps it: enough to draw every report again and to merge runs.
///
/// ```
///  RunResult ─┬─ scenario, run, machine, broker      what was run, where, on what
///             ├─ books                              every message of the run, closed
///             ├─ totals: Figures                    the measured phases together
///             ├─ phases: [PhaseResult]              the same figures for each phase
///             ├─ series: [SeriesRow]                one row a second
///             ├─ roles: [RoleResult]                CPU, memory, allocations of each process
///             └─ thresholds, generator, notes       how it is judged
/// ```
package struct RunResult: Sendable, Equatable, Codable {
    /// What the first key of every result file says.
    package static let format: String = "rafale-run"
    /// The version written, and the highest one read.
    ///
    /// A new optional key keeps it; anything that changes what a reader understands raises it. Version 2 has thresholds
    /// that were not judged.
    package static let schemaVersion: Int = 2

    /// Always ``format``.
    package private(set) var format: String = RunResult.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion: Int = RunResult.schemaVersion

    /// What was run.
    package var scenario: ScenarioFacts
    /// Which run of it this was.
    package var run: RunFacts
    /// Where the generator ran.
    package var machine: MachineFacts
    /// The system under load, as it calls itself; nil when it could not be asked.
    package var broker: SystemFacts?
    /// Where the workers stored results, such as `SQLite 3.45 (WAL)`; nil when unknown.
    package var store: String?

    /// Every message of the run, warm-up included, and what became of it.
    package var books: Books
    /// The measured phases together.
    package var totals: Figures
    /// The phases in the order in which they ran.
    package var phases: [PhaseResult]
    /// One row a second from the start of the run to the end of the drain.
    package var series: [SeriesRow]
    /// What was broken on purpose, in the order in which it began; nil without a fault.
    package var faults: [FaultResult]?
    /// Ten rows a second; kept for runs with faults alone.
    package var moments: [LoadMoment]?
    /// What each process of the run used.
    package var roles: [RoleResult]
    /// How busy each core was in the measured phases; nil where the kernel does not say, and in older results.
    package var cores: [CoreUse]?

    /// The scenario's conditions and how they came out.
    package var thresholds: [ThresholdResult]
    /// Whether the generator itself did what it should: without that no other figure counts.
    package var generator: GeneratorVerdict
    /// How much of what the generator can do here the run used; nil in results of versions that did not calibrate.
    package var calibration: CalibrationUse?
    /// The workers' clock beside the generator's; nil where no message passed both.
    package var clocks: ClockFacts?
    /// What the store holds after the run, beside what it must hold; nil where that was not looked at.
    package var audits: [StoreAudit]?
    /// What a reader should know besides, one sentence each.
    package var notes: [String]

    /// A result from its parts.
    package init(
        scenario: ScenarioFacts, run: RunFacts, machine: MachineFacts, broker: SystemFacts? = nil,
        store: String? = nil, books: Books = Books(), totals: Figures = Figures(), phases: [PhaseResult] = [],
        series: [SeriesRow] = [], roles: [RoleResult] = [], cores: [CoreUse]? = nil, thresholds: [ThresholdResult] = [],
        generator: GeneratorVerdict = GeneratorVerdict(.valid), calibration: CalibrationUse? = nil,
        clocks: ClockFacts? = nil, audits: [StoreAudit]? = nil, notes: [String] = []
    ) {
        self.scenario = scenario
        self.run = run
        self.machine = machine
        self.broker = broker
        self.store = store
        self.books = books
        self.totals = totals
        self.phases = phases
        self.series = series
        self.roles = roles
        self.cores = cores
        self.thresholds = thresholds
        self.generator = generator
        self.calibration = calibration
        self.clocks = clocks
        self.audits = audits
        self.notes = notes
    }

    /// Documents that the store lacks, should not have, or has with another content; nil where nobody could look.
    package var storeMismatches: UInt64? {
        guard let audits, audits.allSatisfy({ $0.failure == nil }) else { return nil }
        return audits.reduce(0) { $0 + $1.mismatches }
    }

    /// Takes back what thresholds say about figures that an INVALID generator made: of the run or of their phase.
    package mutating func withholdThresholds() {
        let runIsInvalid = generator.judgement == .invalid
        let invalidPhases = Set(phases.filter { $0.generator?.judgement == .invalid }.map(\.name))
        for index in thresholds.indices
        where runIsInvalid || thresholds[index].phase.map(invalidPhases.contains) ?? false {
            thresholds[index].verdict = .notJudged
        }
    }

    /// The judgement of the whole run in one word.
    package enum Outcome: String, Sendable, Codable {
        /// The generator was not able to put the load on: nothing else counts.
        case invalid
        /// A threshold does not hold, what it speaks of was not measured, or a fault could not be brought about.
        case failed
        /// Somebody ended the run early.
        case interrupted
        /// All thresholds hold.
        case passed
        /// There were no thresholds.
        case measured
    }

    /// The judgement of the whole run: an invalid generator counts before an early end, and that before a threshold.
    package var outcome: Outcome {
        if generator.judgement == .invalid { return .invalid }
        if run.interrupted { return .interrupted }
        // What the scenario asks for did not happen: nothing that was measured answers its question.
        if faults?.contains(where: { $0.failure != nil }) ?? false { return .failed }
        if thresholds.contains(where: { $0.verdict != .passed }) { return .failed }
        return thresholds.isEmpty ? .measured : .passed
    }
}

/// What was run.
package struct ScenarioFacts: Sendable, Equatable, Codable {
    /// The scenario's name.
    package var name: String
    /// What it shows, in one line; nil when the file does not say.
    package var summary: String?
    /// The text of the file, with the overrides of the command line as comments at its end.
    package var text: String

    /// A scenario's facts.
    package init(name: String, summary: String? = nil, text: String = "") {
        self.name = name
        self.summary = summary
        self.text = text
    }
}

/// Which run of a scenario it was.
package struct RunFacts: Sendable, Equatable, Codable {
    /// The 8 hex digits that begin each of its message ids.
    package var id: String
    /// Wall time of the first phase's start; a label, never used for a duration.
    package var startedAt: Date
    /// From the start of the first phase to the end of the drain.
    package var durationNanoseconds: Int64
    /// Whether somebody ended it early.
    package var interrupted: Bool
    /// The command line, without passwords.
    package var commandLine: [String]
    /// The version of the program.
    package var toolVersion: String
    /// The revision of the checkout in which it ran; nil outside of one.
    package var gitRevision: String?
    /// The seed of arrivals and messages.
    package var seed: UInt64?
    /// How many runs were merged into this result.
    package var mergedRuns: Int

    /// A run's facts.
    package init(
        id: String, startedAt: Date, durationNanoseconds: Int64 = 0, interrupted: Bool = false,
        commandLine: [String] = [], toolVersion: String = "", gitRevision: String? = nil, seed: UInt64? = nil,
        mergedRuns: Int = 1
    ) {
        self.id = id
        self.startedAt = startedAt
        self.durationNanoseconds = durationNanoseconds
        self.interrupted = interrupted
        self.commandLine = commandLine
        self.toolVersion = toolVersion
        self.gitRevision = gitRevision
        self.seed = seed
        self.mergedRuns = mergedRuns
    }
}

/// The system under load.
package struct SystemFacts: Sendable, Equatable, Codable {
    /// Its name for itself.
    package var product: String
    /// Its version.
    package var version: String
    /// Where it was reached, without a password: `amqp://guest@127.0.0.1:5672/`.
    package var address: String?
    /// Whether it is the broker that comes with this program.
    package var embedded: Bool

    /// A system's facts.
    package init(product: String, version: String, address: String? = nil, embedded: Bool = false) {
        self.product = product
        self.version = version
        self.address = address
        self.embedded = embedded
    }
}

/// What became of a set of messages.
package struct Books: Sendable, Equatable, Codable {
    /// Arrivals of the schedule.
    package var offered: UInt64
    /// Messages written to the broker.
    package var published: UInt64
    /// Messages the broker took responsibility for.
    package var confirmed: UInt64
    /// Messages the broker refused.
    package var nacked: UInt64
    /// Messages no queue took.
    package var returned: UInt64
    /// Messages without the broker's word at the end.
    package var unconfirmed: UInt64
    /// Messages whose result was read back.
    package var processed: UInt64
    /// Messages read back from the failed queue.
    package var failed: UInt64
    /// Outcomes read back more than once.
    package var duplicated: UInt64
    /// Confirmed messages that came back from nowhere.
    package var lost: UInt64
    /// Messages still in one of the scenario's queues at the end, or left to other consumers.
    package var queued: UInt64
    /// Messages sent later than the bound on schedule debt allows.
    package var late: UInt64
    /// Arrivals never sent because the schedule debt had reached its bound.
    package var unsent: UInt64
    /// Messages of earlier runs that were read and not counted.
    package var leftoversIgnored: UInt64
    /// Outcomes that did not say which message they are of, so that those messages count as lost; nil where all did.
    package var uncorrelated: UInt64?
    /// What each branch of the pipeline made of its copies; nil where there is one, and in older results.
    package var branches: [BranchBooks]?

    /// Empty books, or books with the given counts.
    package init(
        offered: UInt64 = 0, published: UInt64 = 0, confirmed: UInt64 = 0, nacked: UInt64 = 0, returned: UInt64 = 0,
        unconfirmed: UInt64 = 0, processed: UInt64 = 0, failed: UInt64 = 0, duplicated: UInt64 = 0, lost: UInt64 = 0,
        queued: UInt64 = 0, late: UInt64 = 0, unsent: UInt64 = 0, leftoversIgnored: UInt64 = 0,
        uncorrelated: UInt64? = nil
    ) {
        self.uncorrelated = uncorrelated
        self.offered = offered
        self.published = published
        self.confirmed = confirmed
        self.nacked = nacked
        self.returned = returned
        self.unconfirmed = unconfirmed
        self.processed = processed
        self.failed = failed
        self.duplicated = duplicated
        self.lost = lost
        self.queued = queued
        self.late = late
        self.unsent = unsent
        self.leftoversIgnored = leftoversIgnored
    }

    /// Messages with an outcome: processed or failed.
    package var finished: UInt64 { processed &+ failed }

    /// Adds other books.
    package mutating func merge(_ other: Books) {
        for path in Self.counters { self[keyPath: path] &+= other[keyPath: path] }
        if let more = other.uncorrelated { uncorrelated = (uncorrelated ?? 0) &+ more }
        for branch in other.branches ?? [] {
            if let index = branches?.firstIndex(where: { $0.name == branch.name }) {
                branches?[index].merge(branch)
            } else {
                branches = (branches ?? []) + [branch]
            }
        }
    }

    private static let counters: [any WritableKeyPath<Books, UInt64> & Sendable] = [
        \.offered, \.published, \.confirmed, \.nacked, \.returned, \.unconfirmed, \.processed, \.failed, \.duplicated,
        \.lost, \.queued, \.late, \.unsent, \.leftoversIgnored,
    ]
}
