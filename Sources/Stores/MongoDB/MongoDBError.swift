#if MongoDB
    import CMongoC

    /// What the library or the server refused, and why.
    struct MongoDBError: ServerError {
        let domain: UInt32
        let code: UInt32
        let reason: String

        init(_ error: bson_error_t) {
            domain = error.domain
            code = error.code
            reason = withUnsafeBytes(of: error.message) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
        }

        /// An error of one write in a batch, as the server words it.
        init(writeCode: UInt32, reason: String) {
            domain = MONGOC_ERROR_SERVER.rawValue
            code = writeCode
            self.reason = reason
        }

        /// What it means to the caller.
        func storeError(_ store: String) -> StoreError {
            isPassing
                ? .unavailable(store: store, reason: reason)
                : isDenied ? .denied(store: store, reason: reason) : .permanent(store: store, reason: reason)
        }

        /// Whether the user is not let in, or may not do it.
        private var isDenied: Bool {
            domain == MONGOC_ERROR_CLIENT.rawValue
                ? code == MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue : Self.denials.contains(code)
        }

        /// Unauthorized and AuthenticationFailed.
        private static let denials: Set<UInt32> = [13, 18]

        /// What was asked of the server makes no sense.
        static let badValue: UInt32 = 2

        /// Fewer servers than the write concern says have what was written.
        static let writeConcernFailed: UInt32 = 64

        /// The connection was lost before the server had answered for every write.
        static let hostUnreachable: UInt32 = 6

        /// Whether there is a document with that identifier already.
        var isDuplicate: Bool { [11000, 11001, 12582].contains(code) }

        /// Whether the server would take the batch without this document.
        ///
        /// BadValue, FailedToParse, TypeMismatch, InvalidBSON, names with dots and dollars, DocumentValidationFailure,
        /// BSONObjectTooLarge, and keys and documents that are too long.
        var concernsOneDocument: Bool { [2, 9, 14, 22, 52, 56, 57, 121, 10334, 17280, 17419, 17420].contains(code) }

        /// Whether the same call may succeed later.
        private var isPassing: Bool {
            switch domain {
            case MONGOC_ERROR_STREAM.rawValue, MONGOC_ERROR_SERVER_SELECTION.rawValue, MONGOC_ERROR_PROTOCOL.rawValue,
                MONGOC_ERROR_WRITE_CONCERN.rawValue, MONGOC_ERROR_CURSOR.rawValue:
                !Self.isRefusal(reason)
            case MONGOC_ERROR_CLIENT.rawValue:
                code == MONGOC_ERROR_CLIENT_NOT_READY.rawValue || code == MONGOC_ERROR_CLIENT_SESSION_FAILURE.rawValue
            default: Self.passingCodes.contains(code)
            }
        }

        /// Whether the server was reached and does not know the user; the library says so as of an absent server.
        private static func isRefusal(_ reason: String) -> Bool {
            reason.lowercased().contains("authentication failed")
        }

        /// HostUnreachable, HostNotFound, LockTimeout, MaxTimeMSExpired, WriteConcernFailed, NetworkTimeout,
        /// ShutdownInProgress, WriteConflict, PrimarySteppedDown, ExceededTimeLimit, SocketException, the NotWritablePrimary
        /// and Interrupted ones, and out of disk space or memory.
        private static let passingCodes: Set<UInt32> = [
            6, 7, 24, 50, 64, 89, 91, 112, 146, 189, 262, 9001, 10107, 11600, 11601, 11602, 13388, 13435, 13436, 14031,
        ]
    }
#endif
