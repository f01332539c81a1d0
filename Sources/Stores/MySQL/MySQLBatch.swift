#if MySQL
    /// Writes batches into a collection's table over one connection.
    struct MySQLBatch {
        /// What a statement holds at most, if its one row is not larger.
        private static let statementMaximumBytes = 4 << 20
        /// A packet's head, and what the server adds to a document that it sends back.
        private static let packetMarginBytes = 4096
        /// What a value takes of a packet besides its bytes: its length, its type, its place among the nulls.
        private static let valueOverheadBytes = 12

        private let connection: MySQLConnection
        private let table: MySQLTable
        /// The time of the batch's deletes.
        private let time: Int64

        init(_ connection: MySQLConnection, _ table: MySQLTable, deletedAt time: Int64) {
            self.connection = connection
            self.table = table
            self.time = time
        }

        /// Applies the operations in one transaction; what the server refuses of them is left out.
        func apply(_ operations: [StoreOperation]) throws(MySQLError) -> [StoreOutcome] {
            var plan = BatchPlan(operations, keeps: table.collection.keeps)
            for index in operations.indices {
                if let outcome = impossible(operations[index]) { plan.refuse(index, outcome) }
            }
            while true {
                // Each round refuses one operation more at least, so it ends.
                let (outcomes, refused) = try write(plan)
                if refused.isEmpty { return outcomes }
                for (index, reason) in refused { plan.refuse(index, .refused(reason)) }
            }
        }

        /// The outcome of what the server could never be asked.
        private func impossible(_ operation: StoreOperation) -> StoreOutcome? {
            let hasRoom = operation.id.unicodeScalars.count <= MySQLTable.idMaximumCharacters
            guard case .upsert(let document, version: _) = operation else { return hasRoom ? nil : .absent }
            guard hasRoom else {
                return .refused("its identifier has more than \(MySQLTable.idMaximumCharacters) characters")
            }
            let bytes = packetBytes(of: document)
            guard bytes + Self.packetMarginBytes <= connection.packetMaximumBytes else {
                return .refused(
                    """
                    it takes \(bytes) bytes, too many for the server's max_allowed_packet of \
                    \(connection.packetMaximumBytes)
                    """)
            }
            return nil
        }

        private func packetBytes(of document: StoreDocument) -> Int {
            document.values.reduce(MySQLParameters.byteCount(of: document.id)) {
                $0 + MySQLParameters.byteCount(of: $1)
            } + table.rowParameters * (Self.valueOverheadBytes + MySQLParameters.wordBytes)
        }

        /// One transaction; with something refused it leaves nothing of use behind, and is to be done again without.
        private func write(_ plan: BatchPlan) throws(MySQLError) -> (outcomes: [StoreOutcome], refused: [Int: String]) {
            let needsStates = table.isVersioned || plan.deletes
            guard needsStates else {
                let (outcomes, changes) = plan.decide([:])
                let pieces = pieces(of: changes.inserts, plan)
                // A single statement is a transaction by itself.
                if pieces.count > 1 { try connection.execute("START TRANSACTION") }
                let written = try write(pieces, plan, table.insert)
                if pieces.count > 1 { try connection.execute("COMMIT") }
                return (outcomes, written.refused)
            }
            try connection.execute("START TRANSACTION")
            let (outcomes, changes) = plan.decide(try states(plan.identifiers))
            let inserted = try write(pieces(of: changes.inserts, plan), plan, table.insert)
            let updated = try write(pieces(of: changes.updates, plan), plan, table.replace)
            let refused = inserted.refused.merging(updated.refused) { one, _ in one }
            guard refused.isEmpty else {
                try connection.execute("ROLLBACK")
                return (outcomes, refused)
            }
            // Nothing locks a row that is not there: another worker may have made it since, and its version counts.
            guard inserted.affected == changes.inserts.count else { throw .overtaken }
            try remove(changes.removals.map { plan.operations[$0].id })
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
                let rows = try connection.statement(table.states(count: count))
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
                try connection.statement(table.remove(count: count)).run(connection.parameters)
            }
        }

        /// Binds identifiers, a power of two of them at once, so that few statements serve all batches.
        private func inParts(
            _ identifiers: [StoreValue], _ body: (_ count: Int) throws(MySQLError) -> Void
        ) throws(MySQLError) {
            var start = 0
            while start < identifiers.count {
                let end = min(start + table.rowsInStatement, identifiers.count)
                let part = identifiers[start..<end]
                var count = 1
                while count < part.count { count *= 2 }
                // The last one several times: that asks for nothing more.
                let filler = Array(repeating: identifiers[end - 1], count: count - part.count)
                let all = part + filler
                connection.parameters.reset(
                    count: count, byteCount: all.reduce(0) { $0 + MySQLParameters.byteCount(of: $1) })
                for identifier in all { connection.parameters.add(identifier) }
                try body(count)
                start = end
            }
        }

        // MARK: - Rows to write

        /// Cuts rows into statements of a power of two of rows, each of no more bytes than a packet should have.
        private func pieces(of rows: [BatchPlan.Row], _ plan: BatchPlan) -> [ArraySlice<BatchPlan.Row>] {
            let maximumBytes = min(
                Self.statementMaximumBytes, connection.packetMaximumBytes - Self.packetMarginBytes)
            var pieces: [ArraySlice<BatchPlan.Row>] = []
            var start = 0
            while start < rows.count {
                var bytes = 0
                var fitting = 0
                while start + fitting < rows.count, fitting < table.rowsInStatement {
                    bytes += packetBytes(of: rows[start + fitting], plan)
                    if fitting > 0, bytes > maximumBytes { break }
                    fitting += 1
                }
                let count = 1 << (Int.bitWidth - 1 - fitting.leadingZeroBitCount)
                pieces.append(rows[start..<start + count])
                start += count
            }
            return pieces
        }

        private func packetBytes(of row: BatchPlan.Row, _ plan: BatchPlan) -> Int {
            switch plan.operations[row.operation] {
            case .upsert(let document, version: _): packetBytes(of: document)
            case .delete(let id, version: _): packetBytes(of: StoreDocument(id: id, values: []))
            }
        }

        /// Writes rows; answers with how many the server counts, and why it refuses some.
        private func write(
            _ pieces: [ArraySlice<BatchPlan.Row>], _ plan: BatchPlan, _ sql: (Int) -> String
        ) throws(MySQLError) -> (affected: Int, refused: [Int: String]) {
            var affected = 0
            var refused: [Int: String] = [:]
            // Those behind are halves of pieces that the server refused: one document in them is the cause.
            var waiting = Array(pieces.reversed())
            while let piece = waiting.popLast() {
                do throws(MySQLError) {
                    bind(piece, plan)
                    affected += try connection.statement(sql(piece.count)).run(connection.parameters)
                } catch {
                    guard error.meaning == .badDocument else { throw error }
                    if piece.count == 1, let row = piece.first {
                        refused[row.operation] = error.reason
                    } else {
                        let middle = piece.startIndex + piece.count / 2
                        waiting.append(piece[middle...])
                        waiting.append(piece[..<middle])
                    }
                }
            }
            return (affected, refused)
        }

        private func bind(_ rows: ArraySlice<BatchPlan.Row>, _ plan: BatchPlan) {
            let parameters = connection.parameters
            parameters.reset(
                count: rows.count * table.rowParameters, byteCount: rows.reduce(0) { $0 + packetBytes(of: $1, plan) })
            for row in rows {
                let operation = plan.operations[row.operation]
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
        }
    }
#endif
