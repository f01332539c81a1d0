#if MySQL
    /// Writes a batch into a collection's table over one connection.
    struct MySQLBatch {
        /// What a statement holds at most, if its one row is not larger.
        private static let statementMaximumBytes = 4 << 20
        /// A packet's head, and what the server adds to a document that it sends back.
        private static let packetMarginBytes = 4096
        /// What a value takes of a packet besides its bytes: its length, its type, its place among the nulls.
        private static let valueOverheadBytes = 12
        /// What is sent twice to save a statement: more bytes would take as long as that.
        private static let fillerMaximumBytes = 64 << 10

        private let connection: MySQLConnection
        private let table: MySQLTable
        private let operations: [StoreOperation]
        /// What each operation takes of a packet, at most.
        private let packetBytes: [Int]
        /// The time of the batch's deletes.
        private let time: Int64

        init(
            _ connection: MySQLConnection, _ table: MySQLTable, _ operations: [StoreOperation], deletedAt time: Int64
        ) {
            self.connection = connection
            self.table = table
            self.operations = operations
            self.time = time
            packetBytes = operations.map { Self.byteCount(of: $0, table) }
        }

        /// Applies the operations in one transaction; what the server refuses of them is left out.
        func apply() throws(MySQLError) -> [StoreOutcome] {
            var plan = BatchPlan(operations, keeps: table.collection.keeps)
            for index in operations.indices {
                if let outcome = impossible(index) { plan.refuse(index, outcome) }
            }
            while true {
                // Each round refuses one operation more at least, so it ends.
                let (outcomes, refused) = try write(plan)
                if refused.isEmpty { return outcomes }
                for (index, reason) in refused { plan.refuse(index, .refused(reason)) }
            }
        }

        /// The outcome of what the server could never be asked.
        private func impossible(_ index: Int) -> StoreOutcome? {
            let id = operations[index].id
            // No text has more characters than bytes.
            let hasRoom =
                id.utf8.count <= MySQLTable.idMaximumCharacters
                || id.unicodeScalars.count <= MySQLTable.idMaximumCharacters
            guard case .upsert = operations[index] else { return hasRoom ? nil : .absent }
            guard hasRoom else {
                return .refused("its identifier has more than \(MySQLTable.idMaximumCharacters) characters")
            }
            guard packetBytes[index] + Self.packetMarginBytes <= connection.packetMaximumBytes else {
                return .refused(
                    """
                    it takes \(packetBytes[index]) bytes, too many for the server's max_allowed_packet of \
                    \(connection.packetMaximumBytes)
                    """)
            }
            return nil
        }

        private static func byteCount(of operation: StoreOperation, _ table: MySQLTable) -> Int {
            var bytes = MySQLParameters.byteCount(of: operation.id)
            if case .upsert(let document, version: _) = operation {
                for value in document.values { bytes += MySQLParameters.byteCount(of: value) }
            }
            return bytes + table.rowParameters * (valueOverheadBytes + MySQLParameters.wordBytes)
        }

        /// One transaction; with something refused it leaves nothing of use behind, and is to be done again without.
        private func write(_ plan: BatchPlan) throws(MySQLError) -> (outcomes: [StoreOutcome], refused: [Int: String]) {
            let needsStates = table.isVersioned || plan.deletes
            guard needsStates else {
                let (outcomes, changes) = plan.decide([:])
                // A single statement is a transaction by itself.
                let isSingle = firstPiece(of: changes.inserts[...]).rows.count == changes.inserts.count
                if !isSingle { try connection.execute("START TRANSACTION") }
                let written = try write(changes.inserts, MySQLTable.Statement.insert(rows:))
                if !isSingle { try connection.execute("COMMIT") }
                return (outcomes, written.refused)
            }
            try connection.execute("START TRANSACTION")
            let (outcomes, changes) = plan.decide(try states(plan.identifiers))
            let inserted = try write(changes.inserts, MySQLTable.Statement.insert(rows:))
            let updated = try write(changes.updates, MySQLTable.Statement.replace(rows:))
            let refused = inserted.refused.merging(updated.refused) { one, _ in one }
            guard refused.isEmpty else {
                try connection.execute("ROLLBACK")
                return (outcomes, refused)
            }
            // Nothing locks a row that is not there: another worker may have made it since, and its version counts.
            guard inserted.affected == changes.inserts.count else { throw .overtaken }
            try remove(changes.removals.map { operations[$0].id })
            try connection.execute("COMMIT")
            return (outcomes, [:])
        }

        // MARK: - Rows as they are

        private func states(
            _ identifiers: [BatchPlan.Identifier]
        ) throws(MySQLError) -> [BatchPlan.Identifier: BatchPlan.RowState] {
            var states: [BatchPlan.Identifier: BatchPlan.RowState] = [:]
            states.reserveCapacity(identifiers.count)
            try inParts(identifiers.map { .text($0.bytes) }) { (count) throws(MySQLError) in
                let rows = try connection.statement(.states(count: count), of: table)
                    .rows(connection.parameters, [.text, .integer, .integer])
                for row in rows {
                    guard case .text(let id) = row[0], case .integer(let version) = row[1] else { continue }
                    let isBuried = row[2] != .integer(StoreClock.notDeleted)
                    states[.init(id)] = isBuried ? .buried(version: version) : .live(version: version)
                }
            }
            return states
        }

        private func remove(_ identifiers: [String]) throws(MySQLError) {
            try inParts(identifiers.map { .text(Array($0.utf8)) }) { (count) throws(MySQLError) in
                try connection.statement(.remove(count: count), of: table).run(connection.parameters)
            }
        }

        /// Binds identifiers, as many at once as a statement takes.
        private func inParts(
            _ identifiers: [StoreValue], _ body: (_ count: Int) throws(MySQLError) -> Void
        ) throws(MySQLError) {
            var start = 0
            while start < identifiers.count {
                let part = identifiers[start..<min(start + table.rowsInStatement, identifiers.count)]
                let size = MySQLTable.size(atLeast: part.count)
                connection.parameters.reset(
                    count: size, byteCount: part.reduce(0) { $0 + MySQLParameters.byteCount(of: $1) })
                for identifier in part { connection.parameters.add(identifier) }
                // That asks for nothing more.
                connection.parameters.repeatLast(1, times: size - part.count)
                try body(size)
                start = part.endIndex
            }
        }

        // MARK: - Rows to write

        /// What one statement writes.
        private struct Piece {
            let rows: ArraySlice<BatchPlan.Row>
            /// The rows that the statement takes: with more than there are, the last one again.
            ///
            /// That one is in the table then, with these very values: nothing changes, and the server does not count it.
            let size: Int
            /// What the rows take of a packet, each once.
            let bytes: Int
        }

        /// As many of the rows, from the first on, as one statement takes and a packet should have.
        private func firstPiece(of rows: ArraySlice<BatchPlan.Row>) -> Piece {
            guard let first = rows.first else { return Piece(rows: rows, size: 0, bytes: 0) }
            let maximumBytes = min(
                Self.statementMaximumBytes, connection.packetMaximumBytes - Self.packetMarginBytes)
            var lastBytes = packetBytes[first.operation]
            var bytes = lastBytes
            var count = 1
            for row in rows.dropFirst().prefix(table.rowsInStatement - 1) {
                let rowBytes = packetBytes[row.operation]
                if bytes + rowBytes > maximumBytes { break }
                lastBytes = rowBytes
                bytes += rowBytes
                count += 1
            }
            let size = MySQLTable.size(atLeast: count)
            let fillerBytes = (size - count) * lastBytes
            if fillerBytes <= Self.fillerMaximumBytes, size == count || bytes + fillerBytes <= maximumBytes {
                return Piece(rows: rows.prefix(count), size: size, bytes: bytes)
            }
            // Rows too large to be sent twice: a statement that they fill, and another one.
            let filled = MySQLTable.size(atMost: count)
            return Piece(rows: rows.prefix(filled), size: filled, bytes: bytes)
        }

        /// Writes rows; answers with how many the server counts, and why it refuses some.
        private func write(
            _ rows: [BatchPlan.Row], _ statement: (_ rows: Int) -> MySQLTable.Statement
        ) throws(MySQLError) -> (affected: Int, refused: [Int: String]) {
            var affected = 0
            var refused: [Int: String] = [:]
            // What follows the rows of a statement, and halves of what the server refused: one document is the cause.
            var waiting: [ArraySlice<BatchPlan.Row>] = rows.isEmpty ? [] : [rows[...]]
            while let next = waiting.popLast() {
                let piece = firstPiece(of: next)
                if piece.rows.endIndex < next.endIndex { waiting.append(next[piece.rows.endIndex...]) }
                do throws(MySQLError) {
                    bind(piece)
                    affected += try connection.statement(statement(piece.size), of: table).run(connection.parameters)
                } catch {
                    guard error.meaning == .badDocument else { throw error }
                    if piece.rows.count == 1, let row = piece.rows.first {
                        refused[row.operation] = error.reason
                    } else {
                        let middle = piece.rows.startIndex + piece.rows.count / 2
                        waiting.append(piece.rows[middle...])
                        waiting.append(piece.rows[..<middle])
                    }
                }
            }
            return (affected, refused)
        }

        private func bind(_ piece: Piece) {
            let parameters = connection.parameters
            parameters.reset(count: piece.size * table.rowParameters, byteCount: piece.bytes)
            for row in piece.rows {
                let operation = operations[row.operation]
                parameters.add(operation.id)
                if case .upsert(let document, version: _) = operation, !row.isBuried {
                    precondition(
                        document.values.count == table.collection.columns.count,
                        "a document has one value for each column")
                    for value in document.values { parameters.add(value) }
                } else {
                    for _ in table.collection.columns { parameters.add(.null) }
                }
                if table.isVersioned {
                    parameters.add(operation.version)
                    parameters.add(row.isBuried ? time : StoreClock.notDeleted)
                }
            }
            parameters.repeatLast(table.rowParameters, times: piece.size - piece.rows.count)
        }
    }
#endif
