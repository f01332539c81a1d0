#if MongoDB
    import CMongoC
    import Foundation

    /// Holds a collection in MongoDB, which several processes may write.
    ///
    /// A write counts when a majority of the servers has it, unless the URL names another write concern. No transactions:
    /// a batch that fails in the middle is written again, which is harmless.
    package final class MongoDBStore: DocumentStore {
        package let name: String
        private let collection: StoreCollection
        private let threads: ConnectionThreads<MongoDBSession>

        /// Connects, and forgets deletes of long ago.
        package static func open(
            _ address: MongoDBAddress, collection: StoreCollection
        ) async throws(StoreError) -> MongoDBStore {
            guard MongoDBSession.isLibraryReady else {
                throw .permanent(store: "\(address)", reason: "its client library cannot be set up")
            }
            let clients: Int
            do throws(MongoDBError) {
                clients = try MongoDBSession.clients(of: address)
            } catch {
                throw .invalidURL("mongodb: an option is not as the driver wants it")
            }
            let store = MongoDBStore(
                name: "\(address)", collection: collection,
                threads: ConnectionThreads(count: clients, name: "mongodb") {
                    MongoDBSession(address, collection)
                })
            do throws(StoreError) {
                try await store.prepare()
            } catch {
                await store.close()
                throw error
            }
            return store
        }

        private init(name: String, collection: StoreCollection, threads: ConnectionThreads<MongoDBSession>) {
            self.name = name
            self.collection = collection
            self.threads = threads
        }

        /// Reaches the server, and clears deletes that nothing can be older than.
        private func prepare() async throws(StoreError) {
            let oldest = Int64(Date.now.timeIntervalSince1970 * 1000) - StoreCollection.tombstoneRetention
            try await perform { session throws(MongoDBError) in
                let filter = BSONDocument()
                filter.append(MongoDBBatch.deleted, true)
                let before = BSONDocument()
                before.append("$lt", oldest)
                filter.append(MongoDBBatch.version, before)
                var error = bson_error_t()
                guard mongoc_collection_delete_many(try session.opened(), filter.pointer, nil, nil, &error) else {
                    throw MongoDBError(error)
                }
            }
        }

        /// Applies the operations in bulk, those on one identifier in their order.
        package func apply(_ operations: [StoreOperation]) async throws(StoreError) -> [StoreOutcome] {
            guard !operations.isEmpty else {
                try threads.checkOpen(name)
                return []
            }
            return try await perform { session throws(MongoDBError) in
                var batch = MongoDBBatch(session, operations)
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
