#if MySQL
    import CMariaDB

    /// Brings a collection's table to the version that this program writes, and clears old deletes from it.
    ///
    /// The table `rafale_collections` says which version each collection's table has. Workers that start together do it
    /// one after the other, under a lock of the server.
    struct MySQLSchema {
        private static let bookkeeping = "rafale_collections"
        private static let clearedAtOnce = 500

        private let connection: MySQLConnection
        private let table: MySQLTable

        init(_ connection: MySQLConnection, _ table: MySQLTable) {
            self.connection = connection
            self.table = table
        }

        /// Makes or changes what is missing.
        func migrate() throws(MySQLError) {
            let migrations = table.migrations(collation: connection.binaryCollation)
            guard try version() != migrations.count else { return }
            let name = "MD5(CONCAT(DATABASE(), '/', \(MySQLConnection.literal(table.collection.name))))"
            guard try connection.query("SELECT GET_LOCK(\(name), \(connection.lockWaitSeconds))").first?.first == "1"
            else {
                throw MySQLError(
                    code: UInt32(ER_STATEMENT_TIMEOUT), state: "",
                    message: "another worker takes long to make the table")
            }
            // The lock goes with the connection, should it be lost meanwhile.
            try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS \(Self.bookkeeping) (collection VARCHAR(64) NOT NULL PRIMARY KEY, \
                version INT NOT NULL, migrated TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP) \
                ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE \(connection.binaryCollation)
                """)
            let current = try version()
            guard current <= migrations.count else {
                throw MySQLError(
                    code: 0, state: "",
                    message: """
                        the table '\(table.collection.name)' is of version \(current), made by a later rafale than this \
                        one, which knows \(migrations.count); use that one
                        """)
            }
            for (index, statements) in migrations.enumerated().dropFirst(current) {
                for statement in statements { try connection.execute(statement) }
                try connection.execute(
                    """
                    REPLACE INTO \(Self.bookkeeping) (collection, version) \
                    VALUES (\(MySQLConnection.literal(table.collection.name)), \(index + 1))
                    """)
            }
            try connection.execute("DO RELEASE_LOCK(\(name))")
        }

        /// The version of the table; 0 where there is none.
        private func version() throws(MySQLError) -> Int {
            // Somebody may have dropped a table and left what is known of it.
            let tables = try connection.query(
                """
                SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
                AND TABLE_NAME IN ('\(Self.bookkeeping)', \(MySQLConnection.literal(table.collection.name)))
                """)
            guard tables.count == 2 else { return 0 }
            let rows = try connection.query(
                """
                SELECT version FROM \(Self.bookkeeping) \
                WHERE collection = \(MySQLConnection.literal(table.collection.name))
                """)
            return rows.first?.first?.flatMap { Int($0) } ?? 0
        }

        /// Forgets deletes of versions before the one given; rows that others write meanwhile are not waited for.
        func clear(before version: Int64) throws(MySQLError) {
            guard table.isVersioned else { return }
            let parameters = connection.parameters
            while true {
                parameters.reset(count: 2, byteCount: 2 * MySQLParameters.wordBytes)
                parameters.add(version)
                parameters.add(Int64(Self.clearedAtOnce))
                let old = try connection.statement(table.oldDeletes).rows(parameters, [.text])
                for row in old {
                    parameters.reset(
                        count: 2, byteCount: MySQLParameters.byteCount(of: row[0]) + MySQLParameters.wordBytes)
                    parameters.add(row[0])
                    parameters.add(version)
                    try connection.statement(table.forget).run(parameters)
                }
                if old.count < Self.clearedAtOnce { return }
            }
        }
    }
#endif
