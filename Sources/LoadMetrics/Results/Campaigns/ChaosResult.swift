package import FoundationEssentials

/// The outcome of a chaos campaign: runs with faults by chance, and what each cost.
package struct ChaosResult: VersionedDocument, Equatable {
    /// What the first key of the file says.
    package static let format: String = "rafale-chaos"
    /// The version written, and the highest one read.
    package static let schemaVersion: Int = 1
    /// What it is to people.
    package static let title: String = "a result of a chaos campaign"
    /// The name of its file.
    package static let fileName: String = "chaos.json"

    /// Always ``format``.
    package private(set) var format: String = ChaosResult.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion: Int = ChaosResult.schemaVersion
    /// What every run's own seed comes from.
    package var seed: UInt64
    /// Wall time of the start.
    package var startedAt: Date
    /// The broker as a run saw it.
    package var broker: SystemFacts?
    /// Whether somebody ended it early.
    package var interrupted: Bool
    /// The runs in their order.
    package var runs: [ChaosRun]

    /// A campaign of which nothing ran yet.
    package init(seed: UInt64, startedAt: Date) {
        self.seed = seed
        self.startedAt = startedAt
        interrupted = false
        runs = []
    }

    /// Whether every run ended by itself, lost nothing, and left a store as its books say.
    package var isClean: Bool { runs.allSatisfy { $0.verdict == .ok } }
}

/// One run of a chaos campaign.
package struct ChaosRun: Sendable, Equatable, Codable {
    /// What became of a run, the worst first.
    package enum Verdict: String, Sendable, Codable, CaseIterable {
        /// It did not end by itself, or left no result.
        case broken
        /// A confirmed message came back from nowhere.
        case lost
        /// The store is not as the books say.
        case store
        /// A fault could not be brought about.
        case fault
        /// It ended by itself with all of it in order.
        case ok
    }

    /// Its number, from 1; with the campaign's seed it says everything about the run.
    package var number: Int
    /// The seed of its scenario.
    package var seed: UInt64
    /// What the pipeline did, and where results went.
    package var pipeline: String
    package var store: String
    /// The faults, in words.
    package var faults: [String]
    /// The run's folder, seen from the campaign's; nil where there is none.
    package var folder: String?
    /// Every message of the run.
    package var books: Books
    /// Deliveries to the workers that were made again.
    package var redelivered: UInt64
    /// Whether the store is as the books say; nil where nobody looked.
    package var storeAgrees: Bool?
    /// The longest recovery from a fault's end; nil where one of them was not recovered from.
    package var worstRecoveryNanoseconds: Int64?
    /// Whether the generator was able to put the load on.
    package var generator: GeneratorVerdict.Judgement?
    /// What became of it.
    package var verdict: Verdict
    /// What went wrong, in a line; nil where nothing did.
    package var reason: String?

    /// A run that left no result.
    package init(
        number: Int, seed: UInt64, pipeline: String, store: String, faults: [String], brokenBy reason: String
    ) {
        self.number = number
        self.seed = seed
        self.pipeline = pipeline
        self.store = store
        self.faults = faults
        books = Books()
        redelivered = 0
        verdict = .broken
        self.reason = reason
    }

    /// A run that left a result.
    package init(
        number: Int, seed: UInt64, pipeline: String, store: String, folder: String, result: RunResult
    ) {
        self.init(
            number: number, seed: seed, pipeline: pipeline, store: store,
            faults: (result.faults ?? []).map(\.words), brokenBy: "")
        self.folder = folder
        books = result.books
        redelivered = result.roles.reduce(0) { $0 + ($1.counters["redelivered"] ?? 0) }
        storeAgrees = result.audits.map { $0.allSatisfy(\.agrees) }
        let recoveries = (result.faults ?? []).map { $0.figures?.recoveryNanoseconds }
        worstRecoveryNanoseconds = recoveries.contains(nil) ? nil : recoveries.compactMap(\.self).max()
        generator = result.generator.judgement
        (verdict, reason) = Self.judge(result)
    }

    private static func judge(_ result: RunResult) -> (Verdict, String?) {
        if result.run.interrupted { return (.broken, "it was ended early") }
        if result.books.lost > 0 { return (.lost, "\(result.books.lost) messages are lost") }
        if result.books.queued > 0 { return (.broken, "\(result.books.queued) messages were still queued at its end") }
        if result.audits == nil, result.store != "none" { return (.store, "nobody compared the store with the books") }
        if let audit = result.audits?.first(where: { !$0.agrees }) {
            let why = audit.failure ?? "\(audit.mismatches) documents of \(audit.collection) are not as the books say"
            return (.store, ([why] + audit.examples.prefix(1)).joined(separator: ": "))
        }
        if let fault = result.faults?.first(where: { $0.failure != nil }) {
            return (.fault, "\(fault.name): \(fault.failure ?? "")")
        }
        return (.ok, nil)
    }
}
