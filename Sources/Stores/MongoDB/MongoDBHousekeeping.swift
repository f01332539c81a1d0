#if MongoDB
    import CMongoC

    /// Forgets what was deleted long ago.
    struct MongoDBHousekeeping {
        /// How long the server works on one step of it at most; whoever opens the store next goes on.
        private static let stepMilliseconds: Int64 = 5_000

        private let session: MongoDBSession
        private let clock: StoreClock

        init(_ session: MongoDBSession, _ clock: StoreClock) {
            self.session = session
            self.clock = clock
        }

        /// Clears what was deleted before the clock's oldest time.
        func clear() throws(MongoDBError) {
            guard session.table.keeps == .latest else { return }
            try index()
            try date()
            try forget()
        }

        /// Makes the index by which it is found without reading all documents; those that are there are not in it.
        private func index() throws(MongoDBError) {
            let key = BSONDocument()
            key.append(MongoDBBatch.deleted, Int64(1))
            let index = BSONDocument()
            index.append("key", key)
            index.append("name", "\(MongoDBBatch.deleted)_1")
            index.append("sparse", true)
            try run("createIndexes", "indexes", index)
        }

        /// Gives the time of now to the deletes of earlier versions of this program, which knew none.
        private func date() throws(MongoDBError) {
            let undated = BSONDocument()
            undated.append(MongoDBBatch.deleted, true)
            let time = BSONDocument()
            time.append(MongoDBBatch.deleted, clock.deletedNow)
            let change = BSONDocument()
            change.append("$set", time)
            let update = BSONDocument()
            update.append("q", undated)
            update.append("u", change)
            update.append("multi", true)
            try run("update", "updates", update)
        }

        private func forget() throws(MongoDBError) {
            let before = BSONDocument()
            before.append("$lt", clock.oldestRemembered)
            let old = BSONDocument()
            old.append(MongoDBBatch.deleted, before)
            let removal = BSONDocument()
            removal.append("q", old)
            removal.append("limit", Int64(0))
            try run("delete", "deletes", removal)
        }

        /// Runs a command on the collection that takes a list, of one.
        private func run(_ name: String, _ key: String, _ element: borrowing BSONDocument) throws(MongoDBError) {
            let list = BSONDocument()
            list.append("0", element)
            // The first key is the command's name.
            let command = BSONDocument()
            command.append(name, session.table.name)
            command.append(key, array: list)
            command.append("maxTimeMS", Self.stepMilliseconds)
            try session.run(command)
        }
    }
#endif
