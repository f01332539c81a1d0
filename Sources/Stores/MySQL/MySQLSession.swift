#if MySQL
    import Glibc
    import Logging
    import Synchronization

    /// What one thread of a store works with: its connection, which it makes when it needs one, and again when it is lost.
    final class MySQLSession {
        /// How often a transaction is done again that met others; each time it waits a little longer.
        private static let conflictsMaximum = 20
        private static let conflictPauseMicroseconds: UInt32 = 1000
        private static let clock = ContinuousClock()

        let address: MySQLAddress
        let table: MySQLTable
        private let acquaintance: Acquaintance
        private let logger: Logger
        private var connection: MySQLConnection?

        /// What the sessions of one store share.
        final class Acquaintance: Sendable {
            /// Whether one of them was ever connected: the address, the credentials and TLS are right then.
            let isMade = Atomic(false)
        }

        init(_ address: MySQLAddress, _ table: MySQLTable, _ acquaintance: Acquaintance, logger: Logger) {
            self.address = address
            self.table = table
            self.acquaintance = acquaintance
            self.logger = logger
        }

        /// Runs a transaction, again where it met another one or a connection that had died in the meantime.
        ///
        /// A server that does not answer or cannot be reached is for the caller to try again, and so is a row that others
        /// keep for longer than the connection waits.
        func perform<Value>(
            _ body: (MySQLConnection) throws(MySQLError) -> Value
        ) throws(MySQLError) -> Value {
            var conflicts: UInt32 = 0
            while true {
                let isOld = connection != nil
                let start = Self.clock.now
                do throws(MySQLError) {
                    return try body(try connected())
                } catch {
                    switch error.meaning {
                    case .lost:
                        connection = nil
                        // A server that was silent for so long is asked again later; one that ended the connection, now.
                        let wasSilent = Self.clock.now - start >= .seconds(Int64(address.timeoutSeconds))
                        guard isOld, !wasSilent else { throw error }
                    case .conflict:
                        rollBack()
                        guard conflicts < Self.conflictsMaximum else { throw error }
                        conflicts += 1
                        usleep(conflicts * Self.conflictPauseMicroseconds)
                    case .outOfReach, .badDocument, .denied, .permanent:
                        rollBack()
                        throw error
                    }
                    logger.debug(
                        "a transaction again", metadata: ["store": "\(address)", "reason": "\(error.reason)"])
                }
            }
        }

        private func connected() throws(MySQLError) -> MySQLConnection {
            if let connection { return connection }
            do throws(MySQLError) {
                let new = try MySQLConnection(address)
                acquaintance.isMade.store(true, ordering: .relaxed)
                connection = new
                return new
            } catch {
                throw acquaintance.isMade.load(ordering: .relaxed) ? error.ofKnownServer : error
            }
        }

        private func rollBack() {
            do throws(MySQLError) {
                try connection?.execute("ROLLBACK")
            } catch {
                connection = nil
            }
        }
    }
#endif
