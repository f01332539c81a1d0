import Foundation
import GRDB
package import Logging
import Synchronization

/// Holds a collection in a table of an SQLite file, which several processes may write.
///
/// Write-ahead log, `synchronous = NORMAL`: a crash of the process loses nothing that was applied; a crash of the
/// machine may lose the last batches, never the file. One transaction a batch.
package final class SQLiteStore: DocumentStore {
    /// How long one attempt waits for another process's transaction.
    static let busyTimeoutSeconds = 5.0
    /// Turning a new file to write-ahead logging does not wait for another process that does the same: try again.
    static let openAttempts = 100
    static let openRetryDelay = Duration.milliseconds(20)

    package let name: String
    private let queue: DatabaseQueue
    private let sql: CollectionSQL
    private let clock: StoreClock
    private let isClosed = Atomic(false)

    /// Opens the file, creating it, its folder and the table where they are missing.
    package static func open(
        path: String, collection: StoreCollection, logger: Logger, clock: StoreClock
    ) async throws(StoreError) -> SQLiteStore {
        let name = "sqlite:\(path)"
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .permanent(
                store: name, reason: "cannot create the folder \(folder.path); check its path and permissions")
        }
        let sql = CollectionSQL(collection)
        var attempt = 1
        while true {
            do {
                let queue = try DatabaseQueue(path: path, configuration: configuration())
                try await queue.writeWithoutTransaction { database in
                    try database.inTransaction(.immediate) {
                        try prepare(database, sql, clock)
                        return .commit
                    }
                }
                return SQLiteStore(name: name, queue: queue, sql: sql, clock: clock)
            } catch {
                let error = storeError(error, store: name)
                guard error.isRetryable, attempt < openAttempts else { throw error }
                logger.debug("opening the store again", metadata: ["store": "\(name)", "attempt": "\(attempt)"])
                attempt += 1
                do {
                    try await Task.sleep(for: openRetryDelay)
                } catch {
                    throw .cancelled(store: name)
                }
            }
        }
    }

    /// Makes the table, brings one of an earlier version up to date, and forgets deletes of long ago.
    private static func prepare(_ database: Database, _ sql: CollectionSQL, _ clock: StoreClock) throws {
        try database.execute(sql: sql.createTable)
        guard sql.isVersioned else { return }
        let columns = try database.columns(in: sql.collection.name).map(\.name)
        for column in sql.addColumns where !columns.contains(column.name) {
            try database.execute(sql: column.statement)
        }
        try database.execute(sql: sql.createIndex)
        try database.execute(sql: sql.date, arguments: [clock.deletedNow])
        try database.execute(sql: sql.clear, arguments: [clock.oldestRemembered])
    }

    private init(name: String, queue: DatabaseQueue, sql: CollectionSQL, clock: StoreClock) {
        self.name = name
        self.queue = queue
        self.sql = sql
        self.clock = clock
    }

    /// Applies the operations in one transaction, in their order.
    package func apply(_ operations: [StoreOperation]) async throws(StoreError) -> [StoreOutcome] {
        guard !operations.isEmpty else {
            try checkOpen()
            return []
        }
        return try await access { [sql, clock] database in
            var outcomes: [StoreOutcome] = []
            try database.inTransaction(.immediate) {
                outcomes = try SQLiteBatch(database, sql).apply(operations, deletedAt: clock.deletedNow)
                return .commit
            }
            return outcomes
        }
    }

    /// The number of documents in the table.
    package func count() async throws(StoreError) -> Int {
        try await access { [sql] database in
            try Int.fetchOne(database, sql: sql.count) ?? 0
        }
    }

    /// The document of that id; nil when there is none.
    package func fetch(_ id: String) async throws(StoreError) -> StoreDocument? {
        try await access { [sql] database in
            try SQLiteBatch(database, sql).fetch(id)
        }
    }

    /// The documents after that id, or from the first.
    package func page(after id: String?, limit: Int) async throws(StoreError) -> [StoreDocument] {
        try await access { [sql] database in
            try SQLiteBatch(database, sql).page(after: id, limit: limit)
        }
    }

    /// Closes the file, with its write-ahead log brought in.
    package func close() async {
        guard isClosed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        // Waits for the batch in progress. A close that fails leaves nothing to be done about it.
        try? queue.close()
    }

    private func access<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try checkOpen()
        do {
            return try await queue.writeWithoutTransaction(body)
        } catch {
            throw Self.storeError(error, store: name)
        }
    }

    private func checkOpen() throws(StoreError) {
        guard !isClosed.load(ordering: .acquiring) else { throw .closed(store: name) }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.label = "store"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        return configuration
    }

    /// What an error of GRDB means to the caller.
    static func storeError(_ error: any Error, store: String) -> StoreError {
        if error is CancellationError { return .cancelled(store: store) }
        guard let error = error as? DatabaseError else {
            return .permanent(store: store, reason: "\(error)")
        }
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_PROTOCOL:
            return .unavailable(store: store, reason: reason)
        case .SQLITE_MISUSE:
            return .closed(store: store)
        case .SQLITE_INTERRUPT:
            return .cancelled(store: store)
        default:
            return .permanent(store: store, reason: reason)
        }
    }
}
