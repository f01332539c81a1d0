#if MySQL
    import TestSupport
    import Testing

    @testable import Stores

    @Suite("Batches in MySQL")
    struct MySQLBatchTests {
        typealias Subject = StoreUnderTest

        @Test("few sizes of statements serve all batches, and a fifth of one at most is filled up")
        func sizes() {
            var sizes: Set<Int> = []
            for count in 1...512 {
                let (more, fewer) = (MySQLTable.size(atLeast: count), MySQLTable.size(atMost: count))
                #expect(more >= count && (more - count) * 5 <= more)
                #expect((1...count).contains(fewer))
                #expect(MySQLTable.size(atMost: more) == more && MySQLTable.size(atLeast: fewer) == fewer)
                sizes.formUnion([more, fewer])
            }
            #expect(sizes.count == 32)
            #expect([1, 96, 250, 512].map { MySQLTable.size(atLeast: $0) } == [1, 96, 256, 512])
        }

        @Test("of what is kept for use, that goes first which was not used for the longest time")
        func recentlyUsed() {
            var kept = RecentlyUsed<Int, String>(maximum: 2)
            kept.add("one", as: 1)
            kept.add("two", as: 2)
            let one = kept.value(of: 1)
            kept.add("three", as: 3)
            let two = kept.value(of: 2)
            #expect(one == "one" && two == nil && kept.count == 2)
            kept.add("trois", as: 3)
            let (stillOne, three) = (kept.value(of: 1), kept.value(of: 3))
            #expect(stillOne == "one" && three == "trois")
            kept.removeAll()
            #expect(kept.count == 0)
        }

        @Test("a batch of rows that never change is one statement and no more", .needsMariaDB)
        func oneStatement() async throws {
            let place = try Place(Subject.firstCollection, try await MariaDBServer.shared().freshURL())
            var rows = 0
            for count in [250, 96, 129, 1] {
                rows += count
                let operations = operations(count, "batch \(count)")
                let written = [StoreOutcome](repeating: .upserted, count: count)
                #expect(try place.apply(operations) == written)
                // Prepared by now.
                let before = try place.questions()
                #expect(try place.apply(operations) == written)
                #expect(try place.questions() - before == 2, "the batch, and the question how many there were")
                #expect(try place.rows() == rows)
            }
        }

        @Test("rows that are large are not sent twice to save a statement", .needsMariaDB)
        func largeRows() async throws {
            let place = try Place(Subject.firstCollection, try await MariaDBServer.shared().freshURL())
            let operations = operations(129, String(repeating: "x", count: 20_000))
            _ = try place.apply(operations)
            let before = try place.questions()
            #expect(try place.apply(operations).allSatisfy { $0 == .upserted })
            #expect(try place.questions() - before == 5, "128 rows and one, in a transaction, and the question")
            #expect(try place.rows() == 129)
        }

        @Test(
            "a document that is bad is refused alone where it fills up the statement",
            .needsMariaDB, arguments: [9, 17, 129, 300])
        func badLast(_ count: Int) async throws {
            let url = try await MariaDBServer.shared().freshURL()
            for collection in [Subject.firstCollection, Subject.collection] {
                let place = try Place(collection, url)
                var bad = Subject.document("last", text: "bad")
                bad.values[2] = .text([0xC3, 0x28])
                let outcomes = try place.apply(operations(count - 1, "good") + [.upsert(bad, version: 1)])
                #expect(outcomes.dropLast().allSatisfy { $0 == .upserted })
                guard case .refused? = outcomes.last else {
                    Issue.record("the last document should be refused, not \(String(describing: outcomes.last))")
                    continue
                }
                #expect(try place.rows() == count - 1)
            }
        }

        /// Writes of documents whose identifiers are in the order of the batch.
        private func operations(_ count: Int, _ text: String) -> [StoreOperation] {
            (0..<count).map { .upsert(Subject.document("\(count)-\(1000 + $0)", text: text), version: 1) }
        }
    }

    /// A table on a server, and a connection of the test's own to it.
    private struct Place {
        struct NotMySQL: Error {}

        private let connection: MySQLConnection
        private let table: MySQLTable

        init(_ collection: StoreCollection, _ url: String) throws {
            guard case .mysql(let address) = try StoreURL(url, defaultSQLitePath: "") else { throw NotMySQL() }
            connection = try MySQLConnection(address)
            table = MySQLTable(collection)
            try MySQLSchema(connection, table, .system).migrate()
        }

        func apply(_ operations: [StoreOperation]) throws -> [StoreOutcome] {
            try MySQLBatch(connection, table, operations, deletedAt: 2).apply()
        }

        /// How many statements the server has had from this connection, this question included.
        func questions() throws -> Int { try number("SHOW SESSION STATUS LIKE 'Questions'") }

        func rows() throws -> Int { try number(table.count) }

        /// The last value of the first row.
        private func number(_ sql: String) throws -> Int {
            let number = try connection.query(sql).first?.last?.flatMap { Int($0) }
            return try #require(number)
        }
    }
#endif
