#if MySQL
    import CMariaDB

    /// One connection to a server, with the statements it has prepared.
    ///
    /// Every call blocks, for as long as the address's timeouts allow. Belongs to one thread.
    final class MySQLConnection {
        private struct StatementKey: Hashable {
            let collection: String
            let statement: MySQLTable.Statement
        }

        /// Enough for batches of all sizes that a worker has; each takes memory of the server for as long as it is kept.
        private static let statementsMaximum = 64

        /// Others may keep a row or a lock for so long before a write gives up and is tried again: a shorter time than
        /// that after which a silent server is taken for dead.
        let lockWaitSeconds: UInt32
        /// The largest packet that the server takes.
        private(set) var packetMaximumBytes = 0
        /// The collation by which identifiers that differ in any byte differ, blanks at the end included.
        private(set) var binaryCollation = ""
        let parameters = MySQLParameters()
        private let handle: UnsafeMutablePointer<MYSQL>
        private var statements = RecentlyUsed<StatementKey, MySQLStatement>(maximum: MySQLConnection.statementsMaximum)

        init(_ address: MySQLAddress) throws(MySQLError) {
            guard let handle = mysql_init(nil) else { throw Self.outOfMemory }
            self.handle = handle
            lockWaitSeconds = max(1, min(10, address.timeoutSeconds / 2))
            // Thrown from here on, `deinit` closes it.
            try connect(address)
            try begin()
        }

        deinit {
            // Before the connection, of which they are.
            statements.removeAll()
            mysql_close(handle)
        }

        // MARK: - Connecting

        private static func setOptions(_ handle: UnsafeMutablePointer<MYSQL>, _ address: MySQLAddress) {
            for (option, seconds) in [
                (MYSQL_OPT_CONNECT_TIMEOUT, address.connectTimeoutSeconds),
                (MYSQL_OPT_READ_TIMEOUT, address.timeoutSeconds), (MYSQL_OPT_WRITE_TIMEOUT, address.timeoutSeconds),
            ] {
                var seconds = seconds
                mysql_options(handle, option, &seconds)
            }
            mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
            var on: my_bool = 1
            var off: my_bool = 0
            // A statement prepared on another connection is none: this class makes connections anew, not the library.
            mysql_options(handle, MYSQL_OPT_RECONNECT, &off)
            guard address.encryption != .off else { return }
            mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &on)
            var verifies: my_bool = address.encryption == .verify ? 1 : 0
            mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verifies)
            if let file = address.certificateAuthority { mysql_options(handle, MYSQL_OPT_SSL_CA, file) }
        }

        private func connect(_ address: MySQLAddress) throws(MySQLError) {
            do throws(MySQLError) {
                try connect(address, database: address.database)
            } catch {
                guard error.code == UInt32(ER_BAD_DB_ERROR) else { throw error }
                try connect(address, database: nil)
                try execute("CREATE DATABASE IF NOT EXISTS \(Self.quoted(address.database)) CHARACTER SET utf8mb4")
                try execute("USE \(Self.quoted(address.database))")
            }
        }

        private func connect(_ address: MySQLAddress, database: String?) throws(MySQLError) {
            // Each time: an attempt that fails may take the options with it.
            Self.setOptions(handle, address)
            let host = address.socket == nil ? address.host : "localhost"
            let port = address.socket == nil ? UInt32(address.port) : 0
            // A name that the library takes for a Unix socket, where an address of the network was given.
            let protocolType = address.socket == nil ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET
            var chosen = protocolType.rawValue
            mysql_options(handle, MYSQL_OPT_PROTOCOL, &chosen)
            guard
                mysql_real_connect(
                    handle, host, address.user, address.password, database, port, address.socket, 0) != nil
            else { throw Self.lastError(handle) }
        }

        /// Makes the session what the store relies on, whatever the server's own settings are.
        private func begin() throws(MySQLError) {
            try execute(
                """
                SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
                SESSION innodb_lock_wait_timeout = \(lockWaitSeconds), SESSION autocommit = 1
                """)
            // No locks on gaps between rows, by which writers of other documents would wait for each other.
            try execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            let facts = try query(
                """
                SELECT @@max_allowed_packet, (SELECT COLLATION_NAME FROM information_schema.COLLATIONS \
                WHERE COLLATION_NAME IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin') LIMIT 1)
                """)
            guard let row = facts.first, row.count == 2, let bytes = row[0].flatMap({ Int($0) }),
                let collation = row[1]
            else {
                throw MySQLError(
                    code: 0, state: "", message: "the server is too old; use MariaDB 10.2, MySQL 8.0.17 or later")
            }
            packetMaximumBytes = bytes
            binaryCollation = collation
        }

        /// Says how long the session's writes wait for rows that others keep.
        func waitForLocks(seconds: UInt32) throws(MySQLError) {
            try execute("SET SESSION innodb_lock_wait_timeout = \(seconds)")
        }

        // MARK: - Statements

        /// Runs a statement that has no result.
        func execute(_ sql: String) throws(MySQLError) {
            _ = try query(sql)
        }

        /// Runs a statement and reads its result as text.
        func query(_ sql: String) throws(MySQLError) -> [[String?]] {
            guard mysql_real_query(handle, sql, UInt(sql.utf8.count)) == 0 else { throw Self.lastError(handle) }
            guard let result = mysql_store_result(handle) else {
                guard mysql_field_count(handle) == 0 else { throw Self.lastError(handle) }
                return []
            }
            defer { mysql_free_result(result) }
            let columns = Int(mysql_num_fields(result))
            var rows: [[String?]] = []
            while let row = mysql_fetch_row(result) {
                rows.append((0..<columns).map { column in row[column].map { String(cString: $0) } })
            }
            return rows
        }

        /// The statement of that table, prepared now or before.
        func statement(_ statement: MySQLTable.Statement, of table: MySQLTable) throws(MySQLError) -> MySQLStatement {
            let key = StatementKey(collection: table.collection.name, statement: statement)
            if let prepared = statements.value(of: key) { return prepared }
            let prepared = try MySQLStatement(handle, table.sql(statement))
            statements.add(prepared, as: key)
            return prepared
        }

        /// A name of a table, column or database as SQL takes it.
        static func quoted(_ name: String) -> String {
            "`\(name.replacing("`", with: "``"))`"
        }

        /// A text as SQL takes it, whatever is in it.
        static func literal(_ text: String) -> String {
            let digits = Array("0123456789abcdef")
            let hex = String(text.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
            return "_utf8mb4 X'\(hex)'"
        }

        static func lastError(_ handle: UnsafeMutablePointer<MYSQL>) -> MySQLError {
            MySQLError(
                code: mysql_errno(handle), state: String(cString: mysql_sqlstate(handle)),
                message: String(cString: mysql_error(handle)))
        }

        private static let outOfMemory = MySQLError(
            code: UInt32(CR_OUT_OF_MEMORY), state: "HY001", message: "out of memory")
    }
#endif
