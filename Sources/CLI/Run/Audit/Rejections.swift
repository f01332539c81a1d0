import Drivers
import NIOCore
import PipelineWorker
import Stores

/// Says which of a run's messages the workers of a branch reject for what they say.
struct Rejections {
    private let publisher: PublisherSettings
    private let pipeline: any MessagePipeline
    /// By template: all that are made from one say the same.
    private var known: [Int: Bool] = [:]

    /// `pipeline` is that of the branch's workers.
    init(_ publisher: PublisherSettings, pipeline: any MessagePipeline) {
        self.publisher = publisher
        self.pipeline = pipeline
    }

    /// Whether the message of that number and template is rejected.
    mutating func contains(_ sequence: UInt64, template: Int) -> Bool {
        if let log = publisher.recorded, template == RecordedLineWitness.template {
            return pipeline.rejects(log.part(holding: sequence).body(of: sequence))
        }
        if let known = known[template] { return known }
        let rejects = pipeline.rejects(publisher.templates[template].body)
        known[template] = rejects
        return rejects
    }
}

extension MessagePipeline {
    /// What a worker makes of a body.
    private func outcome(of body: [UInt8]) -> ProcessedMessage.Outcome? {
        let message = InboundMessage(
            body: ByteBuffer(bytes: body), receivedNanoseconds: 0, token: DeliveryToken(session: 0, number: 0))
        return process([message], isStopping: { false }).first?.outcome
    }

    /// What the pipeline stores for a body; nil where it rejects or deletes.
    func document(of body: [UInt8]) -> StoreDocument? {
        guard case .work(let work) = outcome(of: body), case .upsert(let document, _) = work.operation else {
            return nil
        }
        return document
    }

    /// Whether the pipeline rejects a body.
    func rejects(_ body: [UInt8]) -> Bool {
        if case .rejected = outcome(of: body) { true } else { false }
    }
}
