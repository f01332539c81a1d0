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
    private var timestamp = TimestampText()
    private var waiting: [StoreOperation] = []
    private var numbers: UInt64 = 0
    private var confirmed: UInt64 = 0
    private var isWriting = false
    private var hasFailed = false

    init(
        _ store: any DocumentStore, settings: PublisherSettings, delegate: any LoadPublisherDelegate,
        on eventLoop: any EventLoop
    ) {
        self.store = store
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
        numbers += 1
    }

    private func flush() {
        guard !isWriting, !waiting.isEmpty, !hasFailed else { return }
        isWriting = true
        let operations = waiting
        waiting = []
        let store = store
        let written = eventLoop.makePromise(of: Void.self)
        written.completeWithTask { _ = try await store.apply(operations) }
        written.futureResult.assumeIsolated().whenComplete { self.wrote(operations.count, $0) }
    }

    private func wrote(_ count: Int, _ result: Result<Void, any Error>) {
        isWriting = false
        if case .failure(let error) = result {
            hasFailed = true
            delegate.publisherFailed(DriverError(.unreachable, "the store did not take a batch: \(error)"))
            return
        }
        confirmed += UInt64(count)
        delegate.publisher(channel: 0, confirmed: confirmed, multiple: true, accepted: true)
        flush()
        delegate.publisher(isWritable: isWritable)
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
