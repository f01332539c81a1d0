import Drivers
import LoadGenerator
import PipelineWorker
import Stores

/// The rows of replayed access-log lines, which name no message: each is found by the identifier of its content.
///
/// Lines that are alike are one row, of the first message that had it. Messages that were broken on purpose are made
/// ones, sent in place of their line.
struct RecordedLineWitness: DocumentWitness {
    /// That of the lines as they are; the others are made.
    static let template = 0

    private let log: any RecordedBodies
    private let pipeline: any MessagePipeline
    private let made: MadeLineWitness
    /// The template of each message.
    private let templates: [UInt32]
    private var sequences: [String: UInt64] = [:]

    /// Gives each message to the pipeline, that of the branch's workers, and joins messages of one row.
    init(
        log: any RecordedBodies, made: MadeLineWitness, pipeline: any MessagePipeline,
        expected: inout ExpectedDocuments
    ) {
        self.log = log
        self.made = made
        self.pipeline = pipeline
        templates = expected.templates
        for sequence in templates.indices where templates[sequence] == Self.template {
            guard let row = pipeline.document(of: Self.line(UInt64(sequence), log)) else { continue }
            if let first = sequences[row.id] {
                expected.join(sequence, to: Int(first))
            } else {
                sequences[row.id] = UInt64(sequence)
            }
        }
    }

    var collection: StoreCollection { pipeline.collection }
    var firstID: String? { nil }

    func isBeyond(_ id: String) -> Bool { false }

    func sequence(of document: StoreDocument) -> UInt64? { sequences[document.id] ?? made.sequence(of: document) }

    func id(of sequence: UInt64) -> String {
        let isMade = Int(exactly: sequence).map { $0 < templates.count && templates[$0] != Self.template }
        return isMade == true ? made.id(of: sequence) : "line \(sequence + 1)"
    }

    mutating func accepts(_ document: StoreDocument, template: Int) -> Bool {
        guard template == Self.template else { return made.accepts(document, template: template) }
        return sequences[document.id].map { pipeline.document(of: Self.line($0, log)) == document } ?? false
    }

    /// Whether a store holds a row of one of the log's lines already.
    static func isHeld(
        _ log: RecordedLog, by store: any DocumentStore, pipeline: any MessagePipeline
    ) async throws(StoreError) -> Bool {
        var page = try await store.page(after: nil, limit: Self.pageLimit)
        if page.isEmpty { return false }
        var ids: Set<String> = []
        for number in 0..<log.facts.lines {
            if let row = pipeline.document(of: line(number, log)) { ids.insert(row.id) }
        }
        while let last = page.last {
            if page.contains(where: { ids.contains($0.id) }) { return true }
            page = try await store.page(after: last.id, limit: Self.pageLimit)
        }
        return false
    }

    private static let pageLimit = 2_000

    private static func line(_ sequence: UInt64, _ log: any RecordedBodies) -> [UInt8] {
        log.part(holding: sequence).body(of: sequence)
    }
}
