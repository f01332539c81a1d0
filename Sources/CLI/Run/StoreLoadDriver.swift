import Drivers
import NIOCore
import Stores
import Synchronization

/// Puts the load straight into a store, without a broker or workers: a confirm is the store's commit.
final class StoreLoadDriver: LoadDriver {
    private let store: any DocumentStore

    init(_ store: any DocumentStore) { self.store = store }

    var system: SystemIdentity {
        get async { SystemIdentity(product: store.name, version: "") }
    }

    func prepare(_ topology: LoadTopology, purge: Bool) async throws(DriverError) {}

    func openPublisher(
        _ settings: PublisherSettings, delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> any LoadPublisher {
        StoreLoadPublisher(store, settings: settings, delegate: delegate, on: eventLoop)
    }

    func openCollector(
        _ settings: CollectorSettings, delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> (any LoadCollector)? { nil }

    func queueDepths(exact: Bool) async throws(DriverError) -> QueueDepths { QueueDepths() }

    func cleanUp() async -> [String] {
        await store.close()
        return []
    }
}
