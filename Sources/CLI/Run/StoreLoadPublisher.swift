import Drivers
import Foundation
import NIOCore
import Stores

/// One stream of batches into a store; lives on its event loop, like its delegate.
final class StoreLoadPublisher: LoadPublisher, @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only; the store's answers hop to it.

    /// Operations handed to the store at once, and kept waiting while it writes the batch before.
    private static let batchOperations = 500

    let eventLoop: any EventLoop
    private let store: any DocumentStore
    private let settings: PublisherSettings
    private let delegate: any LoadPublisherDelegate
    /// The values of each template's document, in the order of the text pipeline's columns.
    private let documents: [[StoreValue]]
    private let refusals: StoreRefusals
    private var timestamp = TimestampText()
    private var waiting: [StoreOperation] = []
    /// The number of the last message that was answered for.
    private var answered: UInt64 = 0
    private var isWriting = false
    private var hasFailed = false

    init(
        _ store: any DocumentStore, refusals: StoreRefusals, settings: PublisherSettings,
        delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) {
        self.store = store
        self.refusals = refusals
        self.settings = settings
        self.delegate = delegate
        documents = settings.templates.map { Self.values(of: $0.body) }
        self.eventLoop = eventLoop
    }

    var isWritable: Bool { !hasFailed && waiting.count < Self.batchOperations }

    var unsentBytes: Int { 0 }

    func send(_ messages: Span<OutgoingMessage>, channel: Int) {
        for index in messages.indices { append(Int(messages[index].template), messages[index].stamp) }
        flush()
    }

    private func append(_ template: Int, _ stamp: MessageStamp) {
        let message = settings.templates[template]
        let id = MessageID(run: settings.run, sequence: stamp.documentSequence).description
        timestamp.set(monotonicNanoseconds: stamp.intendedNanoseconds)
        let version = timestamp.unixMilliseconds
        if message.deletes {
            waiting.append(.delete(id: id, version: version))
        } else {
            var values = documents[template]
            values[Self.timestampColumn] = .text(timestamp.bytes)
            waiting.append(.upsert(StoreDocument(id: id, values: values), version: version))
        }
    }

    private func flush() {
        guard !isWriting, !waiting.isEmpty, !hasFailed else { return }
        isWriting = true
        let operations = waiting
        waiting = []
        let store = store
        let written = eventLoop.makePromise(of: [StoreOutcome].self)
        written.completeWithTask { try await store.apply(operations) }
        written.futureResult.assumeIsolated().whenComplete { self.wrote($0) }
    }

    private func wrote(_ result: Result<[StoreOutcome], any Error>) {
        isWriting = false
        switch result {
        case .success(let outcomes):
            answer(outcomes)
            flush()
            delegate.publisher(isWritable: isWritable)
        case .failure(let error):
            hasFailed = true
            delegate.publisherFailed(DriverError(.unreachable, "the store did not take a batch: \(error)"))
        }
    }

    private func answer(_ outcomes: [StoreOutcome]) {
        for case .refused(let reason) in outcomes { refusals.add(reason) }
        for answer in StoreAnswer.all(to: outcomes, after: answered) {
            delegate.publisher(
                channel: 0, confirmed: answer.number, multiple: answer.isMultiple, accepted: answer.isAccepted)
        }
        answered += UInt64(outcomes.count)
    }

    func close() async {}

    private static let timestampColumn = 2

    private struct Body: Decodable {
        var userID: Int64?
        var text: String?

        enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case text
        }
    }

    /// user_id, text, a place for the timestamp, and neither an analysis nor the time of one.
    private static func values(of body: [UInt8]) -> [StoreValue] {
        let decoded = try? JSONDecoder().decode(Body.self, from: Data(body))
        return [
            decoded?.userID.map(StoreValue.integer) ?? .null, decoded?.text.map { .text(Array($0.utf8)) } ?? .null,
            .null, .null, .null,
        ]
    }
}

/// What is said of messages whose documents went to the store, as a broker would say it.
struct StoreAnswer: Equatable {
    let number: UInt64
    /// Whether it is of all messages before as well.
    let isMultiple: Bool
    let isAccepted: Bool

    /// Confirms what the store took, and answers for each document that it refused by itself.
    static func all(to outcomes: [StoreOutcome], after answered: UInt64) -> [StoreAnswer] {
        var answers: [StoreAnswer] = []
        var open = false
        var number = answered
        for outcome in outcomes {
            number += 1
            guard case .refused = outcome else {
                open = true
                continue
            }
            if open { answers.append(StoreAnswer(number: number - 1, isMultiple: true, isAccepted: true)) }
            answers.append(StoreAnswer(number: number, isMultiple: false, isAccepted: false))
            open = false
        }
        if open { answers.append(StoreAnswer(number: number, isMultiple: true, isAccepted: true)) }
        return answers
    }
}
