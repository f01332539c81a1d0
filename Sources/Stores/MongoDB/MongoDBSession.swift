#if MongoDB
    import CMongoC

    /// The client of one thread, made when it is first needed; the library reconnects it by itself.
    final class MongoDBSession {
        /// How long a server may be silent, unless the URL says otherwise.
        private static let silenceMilliseconds: Int32 = 30_000
        /// The most documents asked for at once.
        static let readLimit = 1_000

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

        /// The library's own state, made once before the first client; it does not write into our output.
        static let isLibraryReady: Bool = {
            mongoc_log_set_handler(nil, nil)
            mongoc_init()
            return true
        }()

        /// The collection, with the write concern `majority` unless the URL names one.
        func opened() throws(MongoDBError) -> OpaquePointer {
            if let collection { return collection }
            let uri = try Self.parsed(address)
            defer { mongoc_uri_destroy(uri) }
            if mongoc_write_concern_is_default(mongoc_uri_get_write_concern(uri)),
                let concern = mongoc_write_concern_new()
            {
                mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY)
                mongoc_uri_set_write_concern(uri, concern)
                mongoc_write_concern_destroy(concern)
            }
            if mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, 0) == 0 {
                mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, Self.silenceMilliseconds)
            }
            var error = bson_error_t()
            guard let client = mongoc_client_new_from_uri_with_error(uri, &error),
                let collection = mongoc_client_get_collection(client, address.database, table.name)
            else { throw MongoDBError(error) }
            mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2)
            mongoc_client_set_appname(client, "rafale")
            self.client = client
            self.collection = collection
            return collection
        }

        /// How many clients the URL allows; each has a thread.
        static func clients(of address: MongoDBAddress) throws(MongoDBError) -> Int {
            let uri = try parsed(address)
            defer { mongoc_uri_destroy(uri) }
            return Int(min(max(mongoc_uri_get_option_as_int32(uri, MONGOC_URI_MAXPOOLSIZE, 2), 1), 64))
        }

        private static func parsed(_ address: MongoDBAddress) throws(MongoDBError) -> OpaquePointer {
            var error = bson_error_t()
            guard let uri = mongoc_uri_new_with_error(address.connectionString, &error) else {
                throw MongoDBError(error)
            }
            return uri
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
