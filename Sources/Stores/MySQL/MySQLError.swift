#if MySQL
    import CMariaDB

    /// What the server or its client library says went wrong.
    struct MySQLError: ServerError, Equatable {
        /// What there is to do about an error.
        enum Meaning: Equatable {
            /// Two transactions were in each other's way: roll back and do it again.
            case conflict
            /// The connection is gone, or no longer to be trusted: make another one and do it again.
            case lost
            /// The server cannot serve now.
            case outOfReach
            /// One document is not to the server's liking; without it the others can be written.
            case badDocument
            /// The user is not let in, or may not do it.
            case denied
            /// Will fail however often it is tried.
            case permanent
        }

        let code: UInt32
        /// The five characters of SQL's standard; the first two are a class.
        let state: String
        let message: String

        var meaning: Meaning {
            if Self.conflicts.contains(code) { return .conflict }
            if Self.losses.contains(code) { return .lost }
            if Self.passing.contains(code) { return .outOfReach }
            if Self.ofDocuments.contains(code) { return .badDocument }
            if Self.denials.contains(code) { return .denied }
            switch state.prefix(2) {
            // Data exceptions and broken constraints.
            case "22", "23": return .badDocument
            case "40": return .conflict
            case "08": return .lost
            default: return .permanent
            }
        }

        func storeError(_ store: String) -> StoreError {
            switch meaning {
            case .conflict, .lost, .outOfReach: .unavailable(store: store, reason: reason)
            case .denied: .denied(store: store, reason: reason)
            case .badDocument, .permanent: .permanent(store: store, reason: reason)
            }
        }

        /// In words, one line.
        var reason: String { "\(message.replacing("\n", with: " ")) (error \(code))" }

        /// A write met a row that was not there when it was looked for.
        static let overtaken = MySQLError(code: UInt32(ER_LOCK_DEADLOCK), state: "40001", message: "overtaken")

        /// The same of a server that was connected to before: what spoils a handshake then is that it stops or starts.
        ///
        /// At the first connection it is rather that one side has no TLS, or not the other's.
        var ofKnownServer: MySQLError {
            code == UInt32(CR_SSL_CONNECTION_ERROR) ? MySQLError(code: code, state: "08S01", message: message) : self
        }

        private static let denials = codes(
            ER_ACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR)
        private static let conflicts = codes(ER_LOCK_DEADLOCK, ER_CHECKREAD)
        private static let losses = codes(
            CR_SERVER_GONE_ERROR, CR_SERVER_LOST, CR_SERVER_LOST_EXTENDED, CR_COMMANDS_OUT_OF_SYNC,
            CR_MALFORMED_PACKET, ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_CONNECTION_KILLED,
            ER_NEW_ABORTING_CONNECTION, ER_UNKNOWN_STMT_HANDLER, ER_NEED_REPREPARE, ER_NET_READ_ERROR,
            ER_NET_READ_INTERRUPTED, ER_NET_WRITE_INTERRUPTED, idleTooLongInMySQL)
        private static let passing = codes(
            CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR, CR_UNKNOWN_HOST, CR_IPSOCK_ERROR, CR_OUT_OF_MEMORY,
            ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED, ER_OUT_OF_RESOURCES,
            ER_OUTOFMEMORY, ER_DISK_FULL, ER_RECORD_FILE_FULL, ER_LOCK_TABLE_FULL, ER_QUERY_INTERRUPTED,
            ER_LOCK_WAIT_TIMEOUT, ER_STATEMENT_TIMEOUT, ER_OPTION_PREVENTS_STATEMENT, ER_READ_ONLY_MODE,
            ER_HOST_IS_BLOCKED)
        private static let ofDocuments = codes(
            ER_NET_PACKET_TOO_LARGE, CR_NET_PACKET_TOO_LARGE, ER_TOO_BIG_ROWSIZE, ER_INVALID_CHARACTER_STRING,
            ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, ER_CONSTRAINT_FAILED, checkViolatedInMySQL)
        /// MySQL's own number for a broken CHECK, which MariaDB's headers lack.
        private static let checkViolatedInMySQL: Int32 = 3819
        /// What MySQL from 8.0.24 on says before it ends a connection that was idle for `wait_timeout`.
        ///
        /// To MariaDB the number means a trigger that is not there, which no statement of the store can name.
        private static let idleTooLongInMySQL: Int32 = 4031

        private static func codes(_ codes: Int32...) -> Set<UInt32> { Set(codes.map { UInt32($0) }) }
    }
#endif
