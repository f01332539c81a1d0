#if MySQL
    import Foundation
    import Logging
    import TestSupport
    import Testing

    @testable import Stores

    @Suite("MySQL")
    struct MySQLStoreTests {
        typealias Subject = StoreUnderTest

        @Test("is among the stores that the conformance suite tries", .needsMariaDB)
        func isTried() {
            #expect(StoreUnderTest.all.contains { $0.testDescription == "MySQL" })
        }

        @Test("documents that the server refuses are refused alone, wherever they stand in a batch", .needsMariaDB)
        func refusedAlone() async throws {
            let store = try await open(try await MariaDBServer.shared().freshURL())
            var operations: [StoreOperation] = (0..<300).map { number in
                .upsert(Subject.document("id-\(number)", text: "text"), version: 1)
            }
            var badText = Subject.document("id-7", text: "x")
            badText.values[2] = .text([0x61, 0xFF])
            operations[7] = .upsert(badText, version: 1)
            var badKind = Subject.document("id-150", text: "x")
            badKind.values[0] = .text(Array("no number".utf8))
            operations[150] = .upsert(badKind, version: 1)
            let longID = String(repeating: "é", count: 256)
            operations[299] = .upsert(Subject.document(longID, text: "x"), version: 1)
            operations.append(.upsert(Subject.document(String(repeating: "é", count: 255), text: "x"), version: 1))
            operations.append(.delete(id: longID, version: 2))

            let outcomes = try await store.apply(operations)
            for (index, outcome) in outcomes.enumerated() {
                switch index {
                case 7, 150, 299:
                    guard case .refused(let reason) = outcome else {
                        Issue.record("operation \(index) should be refused, not \(outcome)")
                        continue
                    }
                    #expect(!reason.contains("\n"))
                case 301: #expect(outcome == .absent)
                default: #expect(outcome == .upserted, "operation \(index)")
                }
            }
            #expect(try await store.count() == 298)
            await store.close()
        }

        @Test("a good write before a refused one to the same document stays", .needsMariaDB)
        func refusedAfterGood() async throws {
            let store = try await open(try await MariaDBServer.shared().freshURL())
            var bad = Subject.document("a", text: "bad")
            bad.values[2] = .text([0xC3, 0x28])
            let good = Subject.document("a", text: "good")
            let outcomes = try await store.apply([.upsert(good, version: 1), .upsert(bad, version: 2)])
            #expect(outcomes[0] == .upserted)
            guard case .refused = outcomes[1] else {
                Issue.record("expected a refusal, not \(outcomes[1])")
                return
            }
            #expect(try await store.fetch("a") == good)
            await store.close()
        }

        @Test("numbers keep every bit", .needsMariaDB)
        func numbers() async throws {
            let store = try await open(try await MariaDBServer.shared().freshURL())
            for (index, (integer, real)) in [
                (Int64.min, -Double.greatestFiniteMagnitude), (Int64.max, Double.leastNonzeroMagnitude),
                (0, -0.1), (-1, 1e300),
            ].enumerated() {
                var document = Subject.document("\(index)", text: "x")
                document.values[0] = .integer(integer)
                document.values[1] = .real(real)
                #expect(try await store.apply([.upsert(document, version: 1)]) == [.upserted])
                #expect(try await store.fetch("\(index)") == document)
            }
            await store.close()
        }

        @Test("several workers may start at once where there is nothing yet", .needsMariaDB)
        func openedTogether() async throws {
            let url = try await MariaDBServer.shared().freshURL(options: "pool=1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<6 {
                    group.addTask {
                        let store = try await open(url)
                        let outcome = try await store.apply([
                            .upsert(Subject.document("\(worker)", text: "x"), version: 1)
                        ])
                        #expect(outcome == [.upserted])
                        await store.close()
                    }
                }
                try await group.waitForAll()
            }
            let store = try await open(url)
            #expect(try await store.count() == 6)
            await store.close()
        }

        @Test("a table made by a later version of this program is not touched", .needsOwnMariaDB)
        func laterSchema() async throws {
            let server = try await MariaDBServer.shared()
            let url = server.freshURL()
            await (try await open(url)).close()
            let database = try #require(url.split(separator: "/").last)
            _ = try await server.sql("UPDATE \(database).rafale_collections SET version = 99")
            let error = await #expect(throws: StoreError.self) { _ = try await open(url) }
            #expect(error?.isRetryable == false)
            #expect(error?.description.contains("version 99") == true)
            // A connection that goes on keeps nobody from the table.
            guard case .mysql(let address) = try StoreURL(url, defaultSQLitePath: "") else { return }
            do {
                let connection = try MySQLConnection(address)
                let schema = MySQLSchema(connection, MySQLTable(Subject.collection), .system)
                #expect(throws: MySQLError.self) { try schema.migrate() }
                #expect(try connection.query("SELECT IS_FREE_LOCK(\(schema.lockName))") == [["1"]])
            }
            // A dropped table is made anew, whatever is known of it.
            _ = try await server.sql("DROP TABLE \(database).conformance")
            await (try await open(url)).close()
        }

        @Test("a table of an earlier version is brought up to date, and its deletes are remembered", .needsOwnMariaDB)
        func earlierSchema() async throws {
            let server = try await MariaDBServer.shared()
            let url = server.freshURL()
            let store = try await open(url)
            _ = try await store.apply([
                .delete(id: "a", version: 5), .upsert(Subject.document("b", text: "x"), version: 5),
            ])
            await store.close()
            let database = try #require(url.split(separator: "/").last)
            // The index stays, as after a server that died in the middle of it.
            _ = try await server.sql(
                """
                USE \(database); UPDATE conformance SET deleted = deleted > 0; \
                ALTER TABLE conformance MODIFY deleted TINYINT NOT NULL; UPDATE rafale_collections SET version = 1
                """)
            let again = try await open(url)
            let outcomes = try await again.apply(
                ["a", "b"].map { .upsert(Subject.document($0, text: "y"), version: 4) })
            #expect(outcomes == [.superseded, .superseded])
            #expect(try await again.count() == 1)
            await again.close()
        }

        @Test("a row that others keep is for the caller to try again, and housekeeping passes it by", .needsMariaDB)
        func lockedRow() async throws {
            let url = try await MariaDBServer.shared().freshURL(options: "timeout=2&pool=1")
            let store = try await StoreUnderTest.all[0].open(
                try StoreURL(url, defaultSQLitePath: ""), clock: StoreClock { 5 })
            _ = try await store.apply([.delete(id: "a", version: 1)])
            guard case .mysql(let address) = try StoreURL(url, defaultSQLitePath: "") else { return }
            do {
                let other = try MySQLConnection(address)
                try other.execute("START TRANSACTION")
                _ = try other.query("SELECT id FROM conformance WHERE id = 'a' FOR UPDATE")
                let start = ContinuousClock.now
                try await unavailable(store)
                #expect(ContinuousClock.now - start < .seconds(8), "not tried again and again before the caller knows")
                await (try await open(url)).close()
                withExtendedLifetime(other) {}
            }
            #expect(try await store.apply([.delete(id: "a", version: 3)]) == [.absent])
            await store.close()
        }

        @Test("a TLS handshake that fails is out of reach for now, once the server was known")
        func spoiltHandshake() {
            let error = MySQLError(code: 2026, state: "HY000", message: "TLS/SSL error: Connection reset by peer")
            #expect(!error.storeError("s").isRetryable)
            #expect(error.ofKnownServer.storeError("s").isRetryable)
            let denied = MySQLError(code: 1045, state: "28000", message: "Access denied")
            #expect(denied.ofKnownServer == denied)
        }

        @Test(
            "what an error means is in its number, or else in the class of its state",
            arguments: [
                (1213, "40001", .conflict), (4000, "40001", .conflict), (2006, "HY000", .lost), (1053, "08S01", .lost),
                // Idle for too long, by MySQL's own number; prepared anew once too often; closed by the other side.
                (4031, "HY000", .lost), (1615, "HY000", .lost), (4000, "08S01", .lost),
                // No write: an option of the server, or its being a replica since a failover.
                (1290, "HY000", .outOfReach), (1836, "HY000", .outOfReach), (1205, "HY000", .outOfReach),
                (1366, "22007", .badDocument), (3819, "HY000", .badDocument), (4000, "23000", .badDocument),
                (1045, "28000", .denied), (1064, "42000", .permanent), (4000, "HY000", .permanent),
            ] as [(UInt32, String, MySQLError.Meaning)])
        func meaning(_ code: UInt32, _ state: String, _ meaning: MySQLError.Meaning) {
            #expect(MySQLError(code: code, state: state, message: "").meaning == meaning)
        }

        @Test("whoever looks at the table can read it", .needsOwnMariaDB)
        func readable() async throws {
            let server = try await MariaDBServer.shared()
            let text = "Grüße, سلام"
            let url = server.freshURL()
            let store = try await open(url)
            _ = try await store.apply([.upsert(Subject.document("clé", text: text), version: 5)])
            await store.close()
            let database = try #require(url.split(separator: "/").last)
            let row = try await server.sql(
                "SET NAMES utf8mb4; SELECT id, text, analysis, version, deleted FROM \(database).conformance")
            #expect(row == "clé\t\(text)\t{\"words\":\(text.utf8.count)}\t5\t0")
        }

        @Test("refused credentials are told as such, and no error shows the password", .needsMariaDB)
        func refusedLogin() async throws {
            let server = try await MariaDBServer.shared()
            let wrong = server.url.replacing(server.password, with: "hunter2")
            let error = await #expect(throws: StoreError.self) { _ = try await open(wrong) }
            guard case .denied = error else {
                Issue.record("expected a denial, not \(String(describing: error))")
                return
            }
            #expect(error?.description.contains("hunter2") == false)
            #expect(error?.description.contains("Access denied") == true)
        }

        @Test("a server that is not there is unavailable")
        func notThere() async throws {
            let error = await #expect(throws: StoreError.self) {
                _ = try await open("mysql://u:hunter2@127.0.0.1:\(try freePort())/d")
            }
            #expect(error?.isRetryable == true)
            #expect(error?.description.contains("hunter2") == false)
        }

        @Test("survives what happens to a server: a crash, a stop, a freeze, a document too large", .needsOwnMariaDB)
        func faults() async throws {
            try await MariaDBServer.withOwn(tls: true, options: ["--max-allowed-packet=1M"]) { server in
                let store = try await open(server.freshURL(options: "timeout=2&pool=1"))
                let document = Subject.document("a", text: "x")
                #expect(try await store.apply([.upsert(document, version: 1)]) == [.upserted])

                let large = Subject.document("large", text: String(repeating: "x", count: 1 << 20))
                let outcomes = try await store.apply([
                    .upsert(large, version: 1), .upsert(Subject.document("b", text: "x"), version: 1),
                ])
                #expect(outcomes[1] == .upserted)
                guard case .refused(let reason) = outcomes[0] else {
                    Issue.record("expected a refusal, not \(outcomes[0])")
                    return
                }
                #expect(reason.contains("max_allowed_packet of 1048576"))
                // Together they are larger than a packet, each by itself is not.
                let halves: [StoreOperation] = (0..<5).map {
                    .upsert(Subject.document("half-\($0)", text: String(repeating: "x", count: 1 << 19)), version: 1)
                }
                #expect(try await store.apply(halves).allSatisfy { $0 == .upserted })
                #expect(try await store.count() == 7)

                // The connection is lost and the server back: nobody notices.
                try await server.crash()
                try await server.restart()
                #expect(try await store.apply([.upsert(document, version: 2)]) == [.upserted])
                #expect(try await store.count() == 7, "what was committed before the crash is there")

                try await server.stop()
                try await unavailable(store)
                try await server.restart()
                #expect(try await store.apply([.upsert(document, version: 3)]) == [.upserted])

                try await server.pause()
                let start = ContinuousClock.now
                try await unavailable(store)
                #expect(ContinuousClock.now - start < .seconds(30), "a frozen server is not waited for")
                try await server.resume()
                #expect(try await store.apply([.upsert(document, version: 4)]) == [.upserted])
                await store.close()

                try await checkTLS(server)
            }
        }

        private func checkTLS(_ server: MariaDBServer) async throws {
            let url = try #require(server.tlsURL)
            await (try await open(url)).close()
            // The certificate is for localhost and 127.0.0.1, by an authority that the system does not know.
            let encrypted = server.freshURL(options: "tls=require")
            await (try await open(encrypted)).close()
            let error = await #expect(throws: StoreError.self) {
                _ = try await open(server.freshURL(options: "tls=verify"))
            }
            #expect(error?.description.contains(server.password) == false)
            // Only an encrypted connection gets this user in.
            _ = try await server.sql("ALTER USER rafale@'%' REQUIRE SSL")
            await (try await open(encrypted)).close()
            await #expect(throws: StoreError.self) { _ = try await open(server.freshURL()) }
        }

        private func unavailable(_ store: any DocumentStore) async throws {
            let error = await #expect(throws: StoreError.self) {
                _ = try await store.apply([.upsert(Subject.document("a", text: "never"), version: 9)])
            }
            #expect(error?.isRetryable == true, "\(String(describing: error))")
        }

        private func open(_ url: String) async throws -> any DocumentStore {
            try await StoreUnderTest.all[0].open(try StoreURL(url, defaultSQLitePath: ""))
        }
    }
#endif
