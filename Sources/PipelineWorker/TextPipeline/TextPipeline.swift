package import Drivers
package import NIOCore
package import Stores

/// Analyses texts: an update is analysed and stored, a delete removes what was stored.
///
/// The message's timestamp is the version of the change, so that the store ends with the latest one in whatever order
/// they come; a message without one counts as made when it is processed, and one that cannot be read is rejected.
///
///     {"id","user_id","text","timestamp","type"} ─► check ─► analyse ─► texts(id, user_id, text, timestamp, …)
///                                                               └────► {"id","type","user_id","analysis","processed_at"}
package struct TextPipeline: MessagePipeline {
    /// Analyses the UTF-8 text and answers with a JSON value.
    package typealias Analyse = @Sendable (_ text: [UInt8]) -> [UInt8]

    /// The texts that were not deleted.
    package static let collection = StoreCollection(
        name: "texts",
        columns: [
            .init("user_id", .integer), .init("text", .text), .init("timestamp", .text), .init("analysis", .json),
            .init("processed_at", .text),
        ])
    /// The texts.
    package var collection: StoreCollection { Self.collection }
    private let analyse: Analyse?
    private let clock: WorkerClock
    private let limits = TextMessage.Limits()

    /// Without an analysis, results and documents hold null in its place.
    package init(analyse: Analyse?, clock: WorkerClock = .system) {
        self.analyse = analyse
        self.clock = clock
    }

    /// Decodes, checks and analyses a slice of messages on the calling lane.
    package func process(_ messages: [InboundMessage], isStopping: () -> Bool) -> [ProcessedMessage] {
        let now = clock.unixNanoseconds()
        let processedAt = UTCTimestamp.bytes(unixNanoseconds: now)
        var processed: [ProcessedMessage] = []
        processed.reserveCapacity(messages.count)
        var before = clock.nowNanoseconds()
        for message in messages {
            guard !isStopping() else { break }
            do {
                let text = try message.body.withUnsafeReadableBytes { bytes throws(Rejection) in
                    try TextMessage(bytes, limits: limits)
                }
                let decoded = clock.nowNanoseconds()
                let version = text.changedMilliseconds ?? now / 1_000_000
                let work = work(for: text, version: version, processedAt: processedAt)
                let done = clock.nowNanoseconds()
                let isAnalysed = analyse != nil && text.action != .delete
                processed.append(
                    ProcessedMessage(
                        message, decodeNanoseconds: decoded - before,
                        analyseNanoseconds: isAnalysed ? done - decoded : nil, outcome: .work(work)))
                before = done
            } catch {
                let done = clock.nowNanoseconds()
                processed.append(
                    ProcessedMessage(
                        message, decodeNanoseconds: done - before, analyseNanoseconds: nil, outcome: .rejected(error)))
                before = done
            }
        }
        return processed
    }

    /// The body of the result message, once the store has answered; nil where none is due.
    package func result(of work: PipelineWork, outcome: StoreOutcome) -> ByteBuffer? {
        var result = work.draft
        if case .delete = work.operation {
            result.writeString(outcome == .deleted ? #","deleted":true}"# : #","deleted":false}"#)
        }
        return result
    }

    private func work(for message: TextMessage, version: Int64, processedAt: [UInt8]) -> PipelineWork {
        switch message.action {
        case .delete:
            var draft = ByteBuffer()
            draft.reserveCapacity(message.idAsJSON.count + 64)
            draft.writeStaticString(#"{"id":""#)
            draft.writeBytes(message.idAsJSON)
            draft.writeStaticString(#"","type":"delete""#)
            return PipelineWork(operation: .delete(id: message.id, version: version), draft: draft)
        case .update(let text):
            let analysis = analyse?(text)
            var draft = ByteBuffer()
            draft.reserveCapacity(message.idAsJSON.count + (analysis?.count ?? 4) + 128)
            draft.writeStaticString(#"{"id":""#)
            draft.writeBytes(message.idAsJSON)
            draft.writeStaticString(#"","type":"update","user_id":"#)
            if let userID = message.userID {
                draft.writeString(String(userID))
            } else {
                draft.writeStaticString("null")
            }
            draft.writeStaticString(#","analysis":"#)
            if let analysis {
                draft.writeBytes(analysis)
            } else {
                draft.writeStaticString("null")
            }
            draft.writeStaticString(#","processed_at":""#)
            draft.writeBytes(processedAt)
            draft.writeStaticString(#""}"#)
            let document = StoreDocument(
                id: message.id,
                values: [
                    message.userID.map { .integer($0) } ?? .null, .text(text),
                    message.timestamp.map { .text($0) } ?? .null, analysis.map { .text($0) } ?? .null,
                    .text(processedAt),
                ])
            return PipelineWork(operation: .upsert(document, version: version), draft: draft)
        }
    }
}
