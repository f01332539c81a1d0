import Drivers
import NIOCore
import Stores
import Synchronization

/// Puts the load straight into a store, without a broker or workers: a confirm is the store's commit.
final class StoreLoadDriver: LoadDriver {
    private let store: any DocumentStore
    private let refusals = StoreRefusals()

    init(_ store: any DocumentStore) { self.store = store }

    var system: SystemIdentity {
        get async { SystemIdentity(product: store.name, version: "") }
    }

    func prepare(_ topology: LoadTopology, purge: Bool) async throws(DriverError) {}

    func openPublisher(
        _ settings: PublisherSettings, delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> any LoadPublisher {
        StoreLoadPublisher(store, refusals: refusals, settings: settings, delegate: delegate, on: eventLoop)
    }

    func openCollector(
        _ settings: CollectorSettings, delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> (any LoadCollector)? { nil }

    func queueDepths(exact: Bool) async throws(DriverError) -> QueueDepths { QueueDepths() }

    func cleanUp() async -> [String] {
        await store.close()
        return refusals.note.map { [$0] } ?? []
    }
}

/// What the store of a run will not take, counted by all of its publishers.
final class StoreRefusals: Sendable {
    private struct Refused: Sendable {
        var count = 0
        var firstReason = ""
    }

    private let refused = Mutex(Refused())

    /// Counts a document, and keeps the reason of the first.
    func add(_ reason: String) {
        refused.withLock {
            if $0.count == 0 { $0.firstReason = reason }
            $0.count += 1
        }
    }

    /// What to say of them at the end; nil where there are none.
    var note: String? {
        refused.withLock {
            $0.count == 0
                ? nil
                : "The store refused \($0.count) documents, which are counted as nacked; the first: \($0.firstReason)."
        }
    }
}
