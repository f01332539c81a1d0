import Drivers
import LoadGenerator
import PipelineWorker
import Stores

/// The rows of replayed access-log lines, which name no message: each is found by the identifier of its content.
///
/// Lines that are alike are one row, of the first message that had it.
struct RecordedLineWitness: DocumentWitness {
    private let log: any RecordedBodies
    private let pipeline: any MessagePipeline
    private var sequences: [String: UInt64] = [:]

    /// Gives each of `count` messages to the pipeline, that of the branch's workers, and joins messages of one row.
    init(log: any RecordedBodies, pipeline: any MessagePipeline, expected: inout ExpectedDocuments) {
        self.log = log
        self.pipeline = pipeline
        for sequence in expected.presences.indices {
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

    func sequence(of document: StoreDocument) -> UInt64? { sequences[document.id] }

    func id(of sequence: UInt64) -> String { "line \(sequence + 1)" }

    mutating func accepts(_ document: StoreDocument, template: Int) -> Bool {
        sequences[document.id].map { pipeline.document(of: Self.line($0, log)) == document } ?? false
    }

    private static func line(_ sequence: UInt64, _ log: any RecordedBodies) -> [UInt8] {
        log.part(holding: sequence).body(of: sequence)
    }
}
