#if MongoDB
    import CMongoC

    /// The client of one thread, made when it is first needed; the library reconnects it by itself.
    final class MongoDBSession {
        let table: StoreCollection
        private let address: MongoDBAddress
        private var client: OpaquePointer?
        private var collection: OpaquePointer?

        init(_ address: MongoDBAddress, _ table: StoreCollection) {
            self.address = address
            self.table = table
        }

        deinit {
            collection.map(mongoc_collection_destroy)
            client.map(mongoc_client_destroy)
        }

        /// The collection, whose client is made when there is none.
        func opened() throws(MongoDBError) -> OpaquePointer {
            if let collection { return collection }
            let uri: MongoDBURI
            do throws(StoreError) {
                uri = try MongoDBURI(address)
            } catch {
                throw MongoDBError(writeCode: MongoDBError.badValue, reason: error.description)
            }
            var error = bson_error_t()
            guard let client = mongoc_client_new_from_uri_with_error(uri.pointer, &error),
                let collection = mongoc_client_get_collection(client, address.database, table.name)
            else { throw MongoDBError(error) }
            mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2)
            mongoc_client_set_appname(client, "rafale")
            self.client = client
            self.collection = collection
            return collection
        }

        /// Runs a command on the database, once.
        func run(_ command: borrowing BSONDocument) throws(MongoDBError) {
            _ = try opened()
            var error = bson_error_t()
            guard
                mongoc_client_command_simple(client, address.database, command.pointer, nil, nil, &error)
            else { throw MongoDBError(error) }
        }

        /// The documents that a filter finds, in the order of their identifiers where that is asked for.
        func find<Value>(
            _ filter: borrowing BSONDocument, _ options: borrowing BSONDocument,
            _ read: (borrowing BSONReader) -> Value?
        ) throws(MongoDBError) -> [Value] {
            guard let cursor = mongoc_collection_find_with_opts(try opened(), filter.pointer, options.pointer, nil)
            else { return [] }
            defer { mongoc_cursor_destroy(cursor) }
            var values: [Value] = []
            var document: OpaquePointer?
            while mongoc_cursor_next(cursor, &document), let found = document {
                if let value = read(BSONReader(found)) { values.append(value) }
            }
            var error = bson_error_t()
            if mongoc_cursor_error(cursor, &error) { throw MongoDBError(error) }
            return values
        }
    }
#endif
