#if MySQL
    import CMariaDB
    package import Logging

    /// Holds a collection in a table of a MySQL or MariaDB server, which several processes may write.
    ///
    /// One transaction a batch, as durable as the server makes its commits. A transaction that met another one, or whose
    /// connection was lost, is done again: the operations are idempotent.
    package final class MySQLStore: DocumentStore {
        package let name: String
        private let threads: ConnectionThreads<MySQLSession>
        private let clock: StoreClock

        /// Connects, and makes the database and the table where they are missing.
        package static func open(
            _ address: MySQLAddress, collection: StoreCollection, logger: Logger, clock: StoreClock
        ) async throws(StoreError) -> MySQLStore {
            guard isLibraryReady else {
                throw .permanent(store: "\(address)", reason: "its client library cannot be set up")
            }
            let table = MySQLTable(collection)
            let acquaintance = MySQLSession.Acquaintance()
            let store = MySQLStore(
                name: "\(address)", clock: clock,
                threads: ConnectionThreads(count: address.pool, name: "mysql") {
                    MySQLSession(address, table, acquaintance, logger: logger)
                })
            do throws(StoreError) {
                try await store.perform { (connection, table) throws(MySQLError) in
                    try MySQLSchema(connection, table, clock).migrate()
                }
                try await store.clear(logger)
            } catch {
                await store.close()
                throw error
            }
            return store
        }

        private init(name: String, clock: StoreClock, threads: ConnectionThreads<MySQLSession>) {
            self.name = name
            self.clock = clock
            self.threads = threads
        }

        /// Forgets deletes of long ago; where that fails, whoever opens the store next tries again.
        private func clear(_ logger: Logger) async throws(StoreError) {
            do throws(StoreError) {
                try await perform { [clock] (connection, table) throws(MySQLError) in
                    try MySQLSchema(connection, table, clock).clear()
                }
            } catch {
                try error.logUncleared(logger)
            }
        }

        /// The library's own state, made once before the first thread needs it.
        private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

        /// Applies the operations in one transaction, as if in their order.
        package func apply(_ operations: [StoreOperation]) async throws(StoreError) -> [StoreOutcome] {
            guard !operations.isEmpty else {
                try threads.checkOpen(name)
                return []
            }
            let time = clock.deletedNow
            return try await perform { (connection, table) throws(MySQLError) in
                try MySQLBatch(connection, table, operations, deletedAt: time).apply()
            }
        }

        /// The number of documents in the table; it reads all of it.
        package func count() async throws(StoreError) -> Int {
            try await perform { (connection, table) throws(MySQLError) in
                try connection.query(table.count).first?.first?.flatMap { Int($0) } ?? 0
            }
        }

        /// The document of that id; nil when there is none.
        package func fetch(_ id: String) async throws(StoreError) -> StoreDocument? {
            try await perform { (connection, table) throws(MySQLError) in
                connection.parameters.reset(count: 1, byteCount: MySQLParameters.byteCount(of: id))
                connection.parameters.add(id)
                return try Self.documents(connection, .fetch, table).first
            }
        }

        /// The next documents in the order of their ids' bytes.
        package func page(after id: String?, limit: Int) async throws(StoreError) -> [StoreDocument] {
            try await perform { (connection, table) throws(MySQLError) in
                let parameters = connection.parameters
                parameters.reset(
                    count: 2, byteCount: MySQLParameters.wordBytes + (id.map(MySQLParameters.byteCount(of:)) ?? 0))
                if let id { parameters.add(id) }
                parameters.add(Int64(limit))
                return try Self.documents(connection, .page(isFirst: id == nil), table)
            }
        }

        private static func documents(
            _ connection: MySQLConnection, _ statement: MySQLTable.Statement, _ table: MySQLTable
        ) throws(MySQLError) -> [StoreDocument] {
            let rows = try connection.statement(statement, of: table).rows(connection.parameters, table.kinds)
            return rows.compactMap { row in
                guard case .text(let id)? = row.first else { return nil }
                return StoreDocument(id: String(decoding: id, as: UTF8.self), values: Array(row.dropFirst()))
            }
        }

        /// Lets the batches in progress finish and closes the connections.
        package func close() async {
            await threads.close()
        }

        private func perform<Value: Sendable>(
            _ body: @escaping @Sendable (MySQLConnection, MySQLTable) throws(MySQLError) -> Value
        ) async throws(StoreError) -> Value {
            try await threads.perform(for: name) { session throws(MySQLError) in
                try session.perform { (connection) throws(MySQLError) in try body(connection, session.table) }
            }
        }
    }
#endif
