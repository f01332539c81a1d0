#if MongoDB
    import CMongoC
    package import Logging

    /// Holds a collection in MongoDB, which several processes may write.
    ///
    /// A write counts when a majority of the servers has it, unless the URL names another write concern. No transactions:
    /// a batch that fails in the middle is written again, which is harmless.
    package final class MongoDBStore: DocumentStore {
        package let name: String
        private let threads: ConnectionThreads<MongoDBSession>
        private let clock: StoreClock

        /// Connects, and forgets deletes of long ago.
        package static func open(
            _ address: MongoDBAddress, collection: StoreCollection, logger: Logger, clock: StoreClock
        ) async throws(StoreError) -> MongoDBStore {
            let clients = try MongoDBURI(address).clients
            let store = MongoDBStore(
                name: "\(address)", clock: clock,
                threads: ConnectionThreads(count: clients, name: "mongodb") {
                    MongoDBSession(address, collection)
                })
            do throws(StoreError) {
                try await store.reach()
                try await store.clear(logger)
            } catch {
                await store.close()
                throw error
            }
            return store
        }

        private init(name: String, clock: StoreClock, threads: ConnectionThreads<MongoDBSession>) {
            self.name = name
            self.clock = clock
            self.threads = threads
        }

        /// Reads from the collection, so that a server that cannot be reached or used is known at once.
        private func reach() async throws(StoreError) {
            try await perform { session throws(MongoDBError) in
                let filter = BSONDocument()
                filter.append("_id", "")
                _ = try Self.documents(session, filter, BSONDocument())
            }
        }

        /// Forgets deletes of long ago; where that fails, whoever opens the store next tries again.
        private func clear(_ logger: Logger) async throws(StoreError) {
            do throws(StoreError) {
                try await perform { [clock] session throws(MongoDBError) in
                    try MongoDBHousekeeping(session, clock).clear()
                }
            } catch {
                try error.logUncleared(logger)
            }
        }

        /// Applies the operations in bulk, those on one identifier in their order.
        package func apply(_ operations: [StoreOperation]) async throws(StoreError) -> [StoreOutcome] {
            guard !operations.isEmpty else {
                try threads.checkOpen(name)
                return []
            }
            let time = clock.deletedNow
            return try await perform { session throws(MongoDBError) in
                var batch = MongoDBBatch(session, operations, deletedAt: time)
                return try batch.apply()
            }
        }

        /// The number of documents that are not deleted.
        package func count() async throws(StoreError) -> Int {
            try await perform { session throws(MongoDBError) in
                var error = bson_error_t()
                let filter = Self.live()
                let count = mongoc_collection_count_documents(
                    try session.opened(), filter.pointer, nil, nil, nil, &error)
                guard count >= 0 else { throw MongoDBError(error) }
                return Int(count)
            }
        }

        /// The document of that id; nil when there is none.
        package func fetch(_ id: String) async throws(StoreError) -> StoreDocument? {
            try await perform { session throws(MongoDBError) in
                let filter = Self.live()
                filter.append("_id", id)
                let options = BSONDocument()
                options.append("limit", Int64(1))
                return try Self.documents(session, filter, options).first
            }
        }

        /// The next documents in the order of their ids' bytes.
        package func page(after id: String?, limit: Int) async throws(StoreError) -> [StoreDocument] {
            try await perform { session throws(MongoDBError) in
                let filter = Self.live()
                if let id {
                    let behind = BSONDocument()
                    behind.append("$gt", id)
                    filter.append("_id", behind)
                }
                let options = BSONDocument()
                options.append("limit", Int64(limit))
                let order = BSONDocument()
                order.append("_id", Int64(1))
                options.append("sort", order)
                return try Self.documents(session, filter, options)
            }
        }

        /// Lets the batches in progress finish and closes the connections.
        package func close() async {
            await threads.close()
        }

        /// A filter for documents that are not deleted.
        private static func live() -> BSONDocument {
            let filter = BSONDocument()
            filter.append(MongoDBBatch.deleted, MongoDBBatch.absent())
            return filter
        }

        private static func documents(
            _ session: MongoDBSession, _ filter: borrowing BSONDocument, _ options: borrowing BSONDocument
        ) throws(MongoDBError) -> [StoreDocument] {
            try session.find(filter, options) { reader in
                guard case .text(let id)? = reader.value("_id") else { return nil }
                return StoreDocument(
                    id: String(decoding: id, as: UTF8.self),
                    values: session.table.columns.map { reader.value($0.name) ?? .null })
            }
        }

        private func perform<Value: Sendable>(
            _ body: @escaping @Sendable (MongoDBSession) throws(MongoDBError) -> Value
        ) async throws(StoreError) -> Value {
            try await threads.perform(for: name, body)
        }
    }
#endif
