#if MongoDB
    import CMongoC
    import Foundation
    import Synchronization

    /// An address as the driver reads it; its memory is the library's, freed with it.
    ///
    /// Options that the driver does not know are mistakes here: it would go on without what was asked of it, TLS included.
    struct MongoDBURI: ~Copyable {
        /// The most connections of one store, each with a thread.
        private static let clientsMaximum = 64
        private static let clientsDefault = 2
        /// How long a server may be silent, unless the URL says otherwise.
        private static let silenceMilliseconds: Int32 = 30_000

        let pointer: OpaquePointer

        /// Reads and checks an address, and gives it the defaults of this program: `w=majority`, and a limit to silence.
        init(_ address: MongoDBAddress) throws(StoreError) {
            MongoDBLibrary.setUp
            var error = bson_error_t()
            var uri: OpaquePointer?
            let warning = MongoDBLibrary.warning { uri = mongoc_uri_new_with_error(address.connectionString, &error) }
            guard let uri else { throw address.mistake(told: MongoDBError(error).reason) }
            do throws(StoreError) {
                if let warning { throw address.mistake(told: warning) }
                try Self.checkOptions(of: uri)
            } catch {
                mongoc_uri_destroy(uri)
                throw error
            }
            pointer = uri
            if mongoc_write_concern_is_default(mongoc_uri_get_write_concern(uri)),
                let concern = mongoc_write_concern_new()
            {
                mongoc_write_concern_set_w(concern, MONGOC_WRITE_CONCERN_W_MAJORITY)
                mongoc_uri_set_write_concern(uri, concern)
                mongoc_write_concern_destroy(concern)
            }
            if Self.option(MONGOC_URI_SOCKETTIMEOUTMS, of: uri) == nil {
                mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, Self.silenceMilliseconds)
            }
        }

        deinit { mongoc_uri_destroy(pointer) }

        /// How many clients the address allows; each has a thread.
        var clients: Int { Self.clients(of: pointer) }

        private static func clients(of uri: OpaquePointer) -> Int {
            option(MONGOC_URI_MAXPOOLSIZE, of: uri).map { Int($0) } ?? clientsDefault
        }

        private static func checkOptions(of uri: OpaquePointer) throws(StoreError) {
            guard mongoc_write_concern_is_acknowledged(mongoc_uri_get_write_concern(uri)) else {
                throw mistake("with 'w=0' nobody knows what was written; use w=1, w=majority or leave it out")
            }
            guard (1...clientsMaximum).contains(clients(of: uri)) else {
                throw mistake("'maxPoolSize' must be from 1 to \(clientsMaximum)")
            }
            guard option(MONGOC_URI_SOCKETTIMEOUTMS, of: uri) ?? 1 > 0 else {
                throw mistake(
                    "'socketTimeoutMS' must be at least 1: without it a server that falls silent is waited for for ever"
                )
            }
        }

        /// A number as it was written; the library's own function takes a 0 for an option that is left out.
        private static func option(_ name: String, of uri: OpaquePointer) -> Int64? {
            guard let options = mongoc_uri_get_options(uri),
                case .integer(let number)? = BSONReader(options).value(name)
            else { return nil }
            return number
        }

        private static func mistake(_ reason: String) -> StoreError { MongoDBAddress.mistake(reason) }
    }

    /// The library's own state, which this process has once.
    enum MongoDBLibrary {
        private struct Hearing {
            var thread: pthread_t?
            var warning: String?
        }

        private static let hearing = Mutex(Hearing())
        private static let isUsed = Mutex(())

        /// Sets it up, once; it does not write into our output.
        static let setUp: Void = {
            mongoc_log_set_handler({ level, _, message, _ in MongoDBLibrary.hear(level, message) }, nil)
            mongoc_init()
        }()

        /// Runs a call of the library and answers with the first thing that it warns of.
        static func warning(of call: () -> Void) -> String? {
            isUsed.withLock { _ in
                hearing.withLock { $0 = Hearing(thread: pthread_self()) }
                call()
                return hearing.withLock { hearing in
                    defer { hearing = Hearing() }
                    return hearing.warning
                }
            }
        }

        private static func hear(_ level: mongoc_log_level_t, _ message: UnsafePointer<CChar>?) {
            guard level.rawValue <= MONGOC_LOG_LEVEL_WARNING.rawValue, let message else { return }
            hearing.withLock { hearing in
                guard hearing.thread == pthread_self(), hearing.warning == nil else { return }
                hearing.warning = String(cString: message)
            }
        }
    }
#endif
