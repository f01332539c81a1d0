#if MongoDB
    import CMongoC

    /// Writes a batch without transactions, so that a single server takes it too, and says exactly what each write did.
    ///
    /// ```
    /// operations ─► rounds: one operation an identifier ─► one bulk write, each with a condition on what is there
    ///                 ▲                                       ├─ written, or a new document: known
    ///                 └──── read what is there ◄── duplicate ─┘  the condition did not hold: look, and decide again
    /// ```
    ///
    /// A document is only replaced where its version allows it. Where it does not, the upsert tries a new document, and
    /// the identifier's uniqueness refuses that: the answer tells which of the operations it was.
    struct MongoDBBatch {
        /// What the server takes as one document, less room for the command around it.
        private static let documentByteLimit = 16 * 1024 * 1024 - 1024
        /// How often an operation that others overtook is decided again.
        private static let roundLimit = 100
        /// Holds the time at which the document was deleted of which this is left; documents that are there have none.
        static let deleted = "deleted"
        static let version = "version"

        private let session: MongoDBSession
        private let operations: [StoreOperation]
        /// The time of the batch's deletes.
        private let time: Int64
        private var outcomes: [StoreOutcome?]

        init(_ session: MongoDBSession, _ operations: [StoreOperation], deletedAt time: Int64) {
            self.session = session
            self.operations = operations
            self.time = time
            outcomes = Array(repeating: nil, count: operations.count)
        }

        /// Applies the operations, those on one identifier in their order.
        mutating func apply() throws(MongoDBError) -> [StoreOutcome] {
            // All workers write in the order of the identifiers' bytes: an engine that locks keeps none waiting for another.
            let identifiers = operations.map { BatchPlan.Identifier($0.id) }
            var waiting = operations.indices.sorted {
                (identifiers[$0], $0) < (identifiers[$1], $1)
            }
            var rounds = 0
            while !waiting.isEmpty {
                var identifiers: Set<String> = []
                let round = waiting.filter { identifiers.insert(operations[$0].id).inserted }
                let open = try write(round)
                if open.isEmpty { rounds = 0 } else { rounds += 1 }
                guard rounds < Self.roundLimit else {
                    throw MongoDBError(writeCode: 112, reason: "other writers are always faster")
                }
                let done = Set(round).subtracting(open)
                waiting.removeAll(where: done.contains)
            }
            return outcomes.compactMap(\.self)
        }

        /// Writes operations on different identifiers; answers with those that others have overtaken meanwhile.
        private mutating func write(_ round: [Int]) throws(MongoDBError) -> [Int] {
            let options = BSONDocument()
            options.append("ordered", false)
            guard let bulk = mongoc_collection_create_bulk_operation_with_opts(try session.opened(), options.pointer)
            else { return round }
            defer { mongoc_bulk_operation_destroy(bulk) }
            var sent: [Int] = []
            for index in round {
                if case .delete(let id, _) = operations[index], session.table.keeps == .first {
                    outcomes[index] = try remove(id)
                } else if let refusal = try add(operations[index], to: bulk) {
                    outcomes[index] = .refused(refusal)
                } else {
                    sent.append(index)
                }
            }
            guard !sent.isEmpty else { return [] }
            let reply = BSONReply()
            var error = bson_error_t()
            let isWritten = mongoc_bulk_operation_execute(bulk, reply.pointer, &error) != 0
            let answer = MongoDBAnswer(reply.reader, to: sent.count)
            // No word about single operations: it concerns them all.
            guard isWritten || !answer.errors.isEmpty else { throw MongoDBError(error) }
            guard !answer.hasConcernErrors else { throw MongoDBAnswer.concernError }
            guard answer.missing == 0 else { throw answer.lostError }
            var conflicts: [Int] = []
            for (place, error) in answer.errors.sorted(by: { $0.key < $1.key }) {
                if error.isDuplicate {
                    conflicts.append(sent[place])
                } else if error.concernsOneDocument {
                    outcomes[sent[place]] = .refused(error.reason)
                } else {
                    throw error
                }
            }
            let inserted = Set(answer.inserted.map { sent[$0] })
            let open = try decide(conflicts)
            for index in sent where outcomes[index] == nil && !open.contains(index) {
                outcomes[index] = written(operations[index], isNew: inserted.contains(index))
            }
            return open
        }

        /// What a write did that went through.
        private func written(_ operation: StoreOperation, isNew: Bool) -> StoreOutcome {
            switch operation {
            case .upsert: .upserted
            case .delete: isNew ? .absent : .deleted
            }
        }

        // MARK: - Conditions

        /// Adds the operation under the condition that nothing later stands; answers with why it is never taken.
        private func add(_ operation: StoreOperation, to bulk: OpaquePointer) throws(MongoDBError) -> String? {
            let filter = BSONDocument()
            filter.append("_id", operation.id)
            let document: BSONDocument
            switch operation {
            case .upsert(let row, let version):
                if let refusal = refusal(row) { return refusal }
                document = encoded(row, version: version)
                if session.table.keeps == .latest { Self.append(to: filter, orderBefore: version) }
            case .delete(_, let version):
                document = buried(operation.id, version: version)
                Self.appendLive(to: filter, until: version)
            }
            guard document.byteCount <= Self.documentByteLimit else {
                return "the document has \(document.byteCount) bytes; MongoDB takes \(Self.documentByteLimit)"
            }
            var error = bson_error_t()
            let isAdded: Bool
            if session.table.keeps == .first {
                isAdded = mongoc_bulk_operation_insert_with_opts(bulk, document.pointer, nil, &error)
            } else {
                let options = BSONDocument()
                options.append("upsert", true)
                isAdded = mongoc_bulk_operation_replace_one_with_opts(
                    bulk, filter.pointer, document.pointer, options.pointer, &error)
            }
            return isAdded ? nil : MongoDBError(error).reason
        }

        /// Removes a document at once: a bulk's answer does not tell which of its deletes found one.
        private func remove(_ id: String) throws(MongoDBError) -> StoreOutcome {
            let filter = BSONDocument()
            filter.append("_id", id)
            let reply = BSONReply()
            var error = bson_error_t()
            guard mongoc_collection_delete_one(try session.opened(), filter.pointer, nil, reply.pointer, &error) else {
                throw MongoDBError(error)
            }
            return reply.reader.value("deletedCount") == .integer(0) ? .absent : .deleted
        }

        /// Stored before, or at the same moment and not deleted then.
        private static func append(to filter: borrowing BSONDocument, orderBefore version: Int64) {
            let alternatives = BSONDocument()
            let older = BSONDocument()
            let below = BSONDocument()
            below.append("$lt", version)
            older.append(Self.version, below)
            alternatives.append("0", older)
            let same = BSONDocument()
            same.append(Self.version, version)
            same.append(Self.deleted, absent())
            alternatives.append("1", same)
            filter.append("$or", array: alternatives)
        }

        /// A document that is not deleted, of that version or older.
        private static func appendLive(to filter: borrowing BSONDocument, until version: Int64) {
            let upTo = BSONDocument()
            upTo.append("$lte", version)
            filter.append(Self.version, upTo)
            filter.append(Self.deleted, absent())
        }

        /// The condition that a key is not there.
        static func absent() -> BSONDocument { exists(false) }

        /// The condition that a key is there.
        private static func present() -> BSONDocument { exists(true) }

        private static func exists(_ isThere: Bool) -> BSONDocument {
            let condition = BSONDocument()
            condition.append("$exists", isThere)
            return condition
        }

        private func encoded(_ row: StoreDocument, version: Int64) -> BSONDocument {
            let document = BSONDocument()
            document.append("_id", row.id)
            for (column, value) in zip(session.table.columns, row.values) { document.append(column.name, value) }
            if session.table.keeps == .latest { document.append(Self.version, version) }
            return document
        }

        /// What is left of a deleted document.
        private func buried(_ id: String, version: Int64) -> BSONDocument {
            let document = BSONDocument()
            document.append("_id", id)
            document.append(Self.version, version)
            document.append(Self.deleted, time)
            return document
        }

        private func refusal(_ row: StoreDocument) -> String? {
            for (column, value) in zip(session.table.columns, row.values) {
                if case .text(let text) = value, String(validating: text, as: UTF8.self) == nil {
                    return "'\(column.name)' is not UTF-8, which MongoDB's strings must be"
                }
            }
            return nil
        }

        // MARK: - Conflicts

        /// Reads what stands in the way of operations and decides them; answers with those to be written again.
        private mutating func decide(_ conflicts: [Int]) throws(MongoDBError) -> [Int] {
            guard !conflicts.isEmpty else { return [] }
            guard session.table.keeps == .latest else {
                // The first one stays.
                for index in conflicts { outcomes[index] = .upserted }
                return []
            }
            let states = try states(of: conflicts.map { operations[$0].id })
            var open: [Int] = []
            for index in conflicts {
                let operation = operations[index]
                let (outcome, next) = BatchPlan.step(operation, states[operation.id] ?? .missing, .latest)
                if next == nil {
                    outcomes[index] = outcome
                } else if case .delete = operation, case .buried? = states[operation.id] {
                    if try deepen(operation) { outcomes[index] = .absent } else { open.append(index) }
                } else {
                    open.append(index)
                }
            }
            return open
        }

        /// Brings what is left of a deleted document to the version of a later delete; false when it has gone meanwhile.
        private func deepen(_ operation: StoreOperation) throws(MongoDBError) -> Bool {
            let filter = BSONDocument()
            filter.append("_id", operation.id)
            filter.append(Self.deleted, Self.present())
            let update = BSONDocument()
            let highest = BSONDocument()
            highest.append(Self.version, operation.version)
            highest.append(Self.deleted, time)
            update.append("$max", highest)
            let reply = BSONReply()
            var error = bson_error_t()
            guard
                mongoc_collection_update_one(
                    try session.opened(), filter.pointer, update.pointer, nil, reply.pointer, &error)
            else { throw MongoDBError(error) }
            return reply.reader.value("matchedCount") != .integer(0)
        }

        private func states(of ids: [String]) throws(MongoDBError) -> [String: BatchPlan.RowState] {
            let list = BSONDocument()
            for (place, id) in ids.enumerated() { list.append("\(place)", id) }
            let among = BSONDocument()
            among.append("$in", array: list)
            let filter = BSONDocument()
            filter.append("_id", among)
            let wanted = BSONDocument()
            wanted.append(Self.version, true)
            wanted.append(Self.deleted, true)
            let options = BSONDocument()
            options.append("projection", wanted)
            let found = try session.find(filter, options) { reader -> (String, BatchPlan.RowState)? in
                guard case .text(let id)? = reader.value("_id") else { return nil }
                let version: Int64 = if case .integer(let version)? = reader.value(Self.version) { version } else { 0 }
                return (
                    String(decoding: id, as: UTF8.self),
                    reader.value(Self.deleted) == nil ? .live(version: version) : .buried(version: version)
                )
            }
            return Dictionary(found) { first, _ in first }
        }
    }
#endif
