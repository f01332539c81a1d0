#if MySQL
    import CMariaDB

    /// Brings a collection's table to the version that this program writes, and clears old deletes from it.
    ///
    /// The table `rafale_collections` says which version each collection's table has. Workers that start together do it
    /// one after the other, under a lock of the server.
    struct MySQLSchema {
        private static let bookkeeping = "rafale_collections"
        private static let clearedAtOnce = 500
        /// Whoever opens the store next goes on with what is not done by then.
        private static let clearingMaximum = Duration.seconds(2)

        private let connection: MySQLConnection
        private let table: MySQLTable
        private let clock: StoreClock

        init(_ connection: MySQLConnection, _ table: MySQLTable, _ clock: StoreClock) {
            self.connection = connection
            self.table = table
            self.clock = clock
        }

        /// The server's lock that one worker has while it changes the table, as SQL says it.
        var lockName: String {
            "MD5(CONCAT(DATABASE(), '/', \(MySQLConnection.literal(table.collection.name))))"
        }

        /// Makes or changes what is missing.
        func migrate() throws(MySQLError) {
            let migrations = table.migrations(
                collation: connection.binaryCollation, deletedAt: clock.deletedNow)
            guard try version() != migrations.count else { return }
            guard try connection.query("SELECT GET_LOCK(\(lockName), \(connection.lockWaitSeconds))") == [["1"]]
            else {
                throw MySQLError(
                    code: UInt32(ER_STATEMENT_TIMEOUT), state: "",
                    message: "another worker takes long to make the table")
            }
            // Released in every case: a connection that goes on after an error must not keep it from the others.
            // With a connection that is lost it goes by itself.
            do throws(MySQLError) {
                try run(migrations)
            } catch {
                try? connection.execute("DO RELEASE_LOCK(\(lockName))")
                throw error
            }
            try connection.execute("DO RELEASE_LOCK(\(lockName))")
        }

        /// Runs the migrations that the table has not seen; under the lock.
        private func run(_ migrations: [[String]]) throws(MySQLError) {
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
                for statement in statements { try change(statement) }
                try connection.execute(
                    """
                    REPLACE INTO \(Self.bookkeeping) (collection, version) \
                    VALUES (\(MySQLConnection.literal(table.collection.name)), \(index + 1))
                    """)
            }
        }

        /// Changes the table; an index that is there already is as good as one made now.
        private func change(_ statement: String) throws(MySQLError) {
            do throws(MySQLError) {
                try connection.execute(statement)
            } catch {
                guard error.code == UInt32(ER_DUP_KEYNAME) else { throw error }
            }
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

        /// Forgets what was deleted before the clock's oldest time, for a second or two at most.
        ///
        /// A row that another transaction keeps locked ends it with an error; what was forgotten until then stays so.
        func clear() throws(MySQLError) {
            guard table.isVersioned else { return }
            try connection.waitForLocks(seconds: 1)
            do throws(MySQLError) {
                try forget(before: clock.oldestRemembered)
            } catch {
                try connection.waitForLocks(seconds: connection.lockWaitSeconds)
                throw error
            }
            try connection.waitForLocks(seconds: connection.lockWaitSeconds)
        }

        private func forget(before oldest: Int64) throws(MySQLError) {
            let start = ContinuousClock.now
            while ContinuousClock.now - start < Self.clearingMaximum {
                connection.parameters.reset(count: 2, byteCount: 2 * MySQLParameters.wordBytes)
                connection.parameters.add(oldest)
                connection.parameters.add(Int64(Self.clearedAtOnce))
                let rows = try connection.statement(.oldDeletes, of: table).rows(connection.parameters, [.text])
                // In the order in which batches lock rows.
                let old = rows.compactMap { row -> BatchPlan.Identifier? in
                    if case .text(let id) = row[0] { BatchPlan.Identifier(id) } else { nil }
                }.sorted()
                try forget(old, before: oldest)
                if rows.count < Self.clearedAtOnce { return }
            }
        }

        private func forget(_ identifiers: [BatchPlan.Identifier], before oldest: Int64) throws(MySQLError) {
            guard !identifiers.isEmpty else { return }
            // One commit for all of them: each takes as long as the server's disk does.
            try connection.execute("START TRANSACTION")
            for identifier in identifiers {
                let id = StoreValue.text(identifier.bytes)
                connection.parameters.reset(
                    count: 2, byteCount: MySQLParameters.byteCount(of: id) + MySQLParameters.wordBytes)
                connection.parameters.add(id)
                connection.parameters.add(oldest)
                try connection.statement(.forget, of: table).run(connection.parameters)
            }
            try connection.execute("COMMIT")
        }
    }
#endif
