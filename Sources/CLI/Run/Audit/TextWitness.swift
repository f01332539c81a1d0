import Drivers
import PipelineWorker
import Stores

/// The documents of the text pipeline, whose identifiers are those of the messages.
///
/// What a text must leave is found by giving its template to the pipeline once; kept is a checksum of it.
struct TextWitness: DocumentWitness {
    private let run: RunID
    private let templates: [MessageTemplate]
    private let pipeline: TextPipeline
    /// The places of the columns that hold times.
    private static let times = TextPipeline.collection.columns.indices.filter {
        ["timestamp", "processed_at"].contains(TextPipeline.collection.columns[$0].name)
    }
    private var checksums: [Int?]

    /// `pipeline` is the workers' own: it says what documents hold.
    init(run: RunID, templates: [MessageTemplate], pipeline: TextPipeline) {
        self.run = run
        self.templates = templates
        self.pipeline = pipeline
        checksums = Array(repeating: nil, count: templates.count)
    }

    var collection: StoreCollection { TextPipeline.collection }
    /// What all begin with.
    var firstID: String? { String(id(of: 0).prefix { $0 != "-" }) }

    func isBeyond(_ id: String) -> Bool { sequence(id) == nil }

    func sequence(of document: StoreDocument) -> UInt64? { sequence(document.id) }

    private func sequence(_ id: String) -> UInt64? {
        MessageID(id).flatMap { $0.run == run ? $0.sequence : nil }
    }

    func id(of sequence: UInt64) -> String { MessageID(run: run, sequence: sequence).description }

    mutating func accepts(_ document: StoreDocument, template: Int) -> Bool {
        let holdsTimes = Self.times.allSatisfy { index in
            switch document.values[index] {
            case .null: true
            case .text(let text): UTCTimestamp.milliseconds(of: text) != nil
            default: false
            }
        }
        return holdsTimes && Self.checksum(document.values) == wanted(template)
    }

    private mutating func wanted(_ template: Int) -> Int? {
        if let known = checksums[template] { return known }
        guard let document = pipeline.document(of: templates[template].body) else { return nil }
        checksums[template] = Self.checksum(document.values)
        return checksums[template]
    }

    /// Of all values but the times, which differ between the messages of a template.
    private static func checksum(_ values: [StoreValue]) -> Int {
        var hasher = Hasher()
        for (index, value) in values.enumerated() where !times.contains(index) { hasher.combine(value) }
        return hasher.finalize()
    }
}
