package import Drivers
package import NIOCore
package import Stores

/// What a worker does with a message between reading and storing it; one folder an implementation.
///
/// A pipeline keeps nothing from message to message: one that is delivered again gives an operation on the same document
/// with what it says, and the same version where it says that too. Only what it does not say is of the processing: when
/// that was, and the version of a message without a time, which therefore counts as a new change each time.
package protocol MessagePipeline: Sendable {
    /// What the pipeline stores.
    var collection: StoreCollection { get }

    /// Decodes and processes messages on a CPU lane; the answer has one element a message, in their order.
    ///
    /// When `isStopping`, which is asked between messages, the rest is left: nobody takes the answer any more.
    func process(_ messages: [InboundMessage], isStopping: () -> Bool) -> [ProcessedMessage]

    /// The result to publish once the operation was carried out; nil publishes nothing.
    func result(of work: PipelineWork, outcome: StoreOutcome) -> ByteBuffer?

    /// The store has carried out a batch: what the pipeline keeps beside the store may follow it now.
    ///
    /// An error ends the worker; its messages are delivered again.
    func stored(_ operations: [StoreOperation], outcomes: [StoreOutcome]) throws
}

extension MessagePipeline {
    /// Nothing is kept beside the store.
    package func stored(_ operations: [StoreOperation], outcomes: [StoreOutcome]) throws {}
}

/// A message after its CPU lane.
package struct ProcessedMessage: Sendable {
    /// What the lane made of a message.
    package enum Outcome: Sendable {
        case work(PipelineWork)
        case rejected(Rejection)
    }

    /// As it arrived.
    package var original: InboundMessage
    package var decodeNanoseconds: Int64
    /// Nil where nothing was analysed.
    package var analyseNanoseconds: Int64?
    package var outcome: Outcome

    package init(
        _ message: InboundMessage, decodeNanoseconds: Int64, analyseNanoseconds: Int64?, outcome: Outcome
    ) {
        original = message
        self.decodeNanoseconds = decodeNanoseconds
        self.analyseNanoseconds = analyseNanoseconds
        self.outcome = outcome
    }
}

/// What is to be stored for a message, and its result as far as it is known before.
package struct PipelineWork: Sendable {
    package var operation: StoreOperation
    package var draft: ByteBuffer

    package init(operation: StoreOperation, draft: ByteBuffer) {
        self.operation = operation
        self.draft = draft
    }
}

/// Why a message cannot be processed, however often it is delivered.
package struct Rejection: Error, Equatable, CustomStringConvertible {
    /// The kinds of reason, as they are counted and logged.
    package enum Reason: String, Sendable, CaseIterable {
        case tooLarge = "too_large"
        case badUTF8 = "bad_utf8"
        case badJSON = "bad_json"
        case notAnObject = "not_an_object"
        case typeMissing = "type_missing"
        case typeUnknown = "type_unknown"
        case idMissing = "id_missing"
        case idEmpty = "id_empty"
        case idTooLong = "id_too_long"
        case textMissing = "text_missing"
        /// It is there, and no point in time.
        case badTimestamp = "bad_timestamp"
        /// A field has a value of another kind than it should.
        case wrongKind = "wrong_kind"
        /// No line of an access log; it was read up to the column.
        case badLine = "bad_line"
        /// Nothing can name the line: this machine gives no MD5.
        case noDigest = "no_digest"
        /// The store will never take the document.
        case refusedByStore = "refused_by_store"
    }

    package let reason: Reason
    /// What exactly is wrong, in a few words and without the message's content.
    package let detail: String
    /// The number of the byte at which reading the message stopped, counted from 1; nil where it was read to its end.
    package let column: Int?

    package init(_ reason: Reason, _ detail: String, column: Int? = nil) {
        self.reason = reason
        self.detail = detail
        self.column = column
    }

    package var description: String { "\(reason.rawValue): \(detail)" }
}
