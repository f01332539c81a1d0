#if MongoDB
    import CMongoC

    /// What the library says of a bulk write.
    ///
    /// It cuts a bulk into messages as large as the server takes. When one of them is lost, those behind it are not sent,
    /// and where an earlier write had an error the answer tells of that one only: the sums show that writes are missing.
    struct MongoDBAnswer {
        /// How many writes nobody answered for.
        let missing: Int
        /// The writes that failed, by their places in the bulk.
        let errors: [Int: MongoDBError]
        /// The places of the writes that made a new document.
        let inserted: [Int]
        /// Whether fewer servers than asked for have what was written.
        let hasConcernErrors: Bool

        private let count: Int

        /// Reads the answer to a bulk of so many writes, all of which insert, replace or do both.
        init(_ answer: borrowing BSONReader, to count: Int) {
            self.count = count
            var errors: [Int: MongoDBError] = [:]
            answer.forEach(in: "writeErrors") { entry in
                guard case .integer(let place)? = entry.value("index"), (0..<Int64(count)).contains(place),
                    case .integer(let code)? = entry.value("code")
                else { return }
                var reason = "MongoDB's error \(code)"
                if case .text(let text)? = entry.value("errmsg") { reason = String(decoding: text, as: UTF8.self) }
                errors[Int(place)] = MongoDBError(writeCode: UInt32(truncatingIfNeeded: code), reason: reason)
            }
            var inserted: [Int] = []
            answer.forEach(in: "upserted") { entry in
                guard case .integer(let place)? = entry.value("index"), (0..<Int64(count)).contains(place) else {
                    return
                }
                inserted.append(Int(place))
            }
            var hasConcernErrors = false
            answer.forEach(in: "writeConcernErrors") { _ in hasConcernErrors = true }
            var done = 0
            for key in ["nInserted", "nMatched", "nUpserted"] {
                if case .integer(let number)? = answer.value(key) { done += Int(min(max(number, 0), Int64(count))) }
            }
            missing = max(0, count - done - errors.count)
            self.errors = errors
            self.inserted = inserted
            self.hasConcernErrors = hasConcernErrors
        }

        /// Says that too few servers have what was written; the batch can be written again.
        static let concernError = MongoDBError(
            writeCode: MongoDBError.writeConcernFailed, reason: "too few servers have what was written")

        /// Says that writes are missing; the batch can be written again.
        var lostError: MongoDBError {
            MongoDBError(
                writeCode: MongoDBError.hostUnreachable,
                reason: "the connection was lost within a batch: \(missing) of its \(count) writes have no answer")
        }
    }
#endif
