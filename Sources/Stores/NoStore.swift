import Synchronization

/// Keeps nothing, so that a pipeline can be measured without its store; every delete finds its document absent.
package final class NoStore: DocumentStore {
    package let name = "none"
    private let isClosed = Atomic(false)

    package init() {}

    /// Answers every operation as done.
    package func apply(_ operations: [StoreOperation]) async throws(StoreError) -> [StoreOutcome] {
        try checkOpen()
        return operations.map { operation in
            switch operation {
            case .upsert: .upserted
            case .delete: .absent
            }
        }
    }

    /// Always 0.
    package func count() async throws(StoreError) -> Int {
        try checkOpen()
        return 0
    }

    /// Always nil.
    package func fetch(_ id: String) async throws(StoreError) -> StoreDocument? {
        try checkOpen()
        return nil
    }

    /// Always empty.
    package func page(after id: String?, limit: Int) async throws(StoreError) -> [StoreDocument] {
        try checkOpen()
        return []
    }

    /// Nothing to close.
    package func close() async {
        isClosed.store(true, ordering: .releasing)
    }

    private func checkOpen() throws(StoreError) {
        guard !isClosed.load(ordering: .acquiring) else { throw .closed(store: name) }
    }
}
