import Foundation
import GRDB
import Logging
import Testing

@testable import Stores

@Suite("SQLite and no store")
struct SQLiteStoreTests {
    @Test("the file is in write-ahead mode and its folder is created")
    func fileOnFirstUse() async throws {
        let path = try temporaryFolder().appendingPathComponent("new/folder/run.sqlite").path
        let store = try await open(path)
        _ = try await store.apply([.upsert(StoreUnderTest.document("a", text: "x"), version: 1)])
        let mode = try await DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
        await store.close()
    }

    @Test("a file that is no database is a permanent error")
    func notADatabase() async throws {
        let path = try temporaryFolder().appendingPathComponent("text.sqlite").path
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: StoreError.self) { _ = try await open(path) }
        guard case .permanent = error else {
            Issue.record("expected a permanent error, not \(String(describing: error))")
            return
        }
    }

    @Test("a folder that cannot be created is a permanent error")
    func noFolder() async throws {
        let file = try temporaryFolder().appendingPathComponent("file")
        try Data().write(to: file)
        let error = await #expect(throws: StoreError.self) {
            _ = try await open(file.appendingPathComponent("sub/run.sqlite").path)
        }
        #expect(error?.isRetryable == false)
        #expect(error?.description.contains("cannot create the folder") == true)
    }

    @Test("a table of another shape is a permanent error")
    func anotherSchema() async throws {
        let path = try temporaryFolder().appendingPathComponent("other.sqlite").path
        try await DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE conformance (id TEXT)") }
        let store = try await open(path)
        let error = await #expect(throws: StoreError.self) {
            _ = try await store.apply([.upsert(StoreUnderTest.document("a", text: "x"), version: 1)])
        }
        guard case .permanent = error else {
            Issue.record("expected a permanent error, not \(String(describing: error))")
            return
        }
        await store.close()
    }

    @Test("deletes in a file of an earlier version, which knows no time of them, are remembered")
    func undatedDeletes() async throws {
        let path = try temporaryFolder().appendingPathComponent("earlier.sqlite").path
        try await DatabaseQueue(path: path).write {
            try $0.execute(
                sql: """
                    CREATE TABLE conformance (id TEXT PRIMARY KEY NOT NULL, user_id, score, text, analysis, raw,
                    version INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0);
                    INSERT INTO conformance (id, version, deleted) VALUES ('a', 5, 1)
                    """)
        }
        let store = try await open(path)
        #expect(
            try await store.apply([.upsert(StoreUnderTest.document("a", text: "x"), version: 4)]) == [.superseded])
        await store.close()
    }

    @Test("a document that breaks a constraint is refused alone")
    func refusedAlone() async throws {
        let path = try temporaryFolder().appendingPathComponent("constraint.sqlite").path
        try await DatabaseQueue(path: path).write {
            try $0.execute(
                sql: """
                    CREATE TABLE conformance (id TEXT PRIMARY KEY, user_id INTEGER CHECK (user_id < 10), score, text,
                    analysis, raw)
                    """)
        }
        let store = try await open(path)
        let outcomes = try await store.apply([
            .upsert(StoreUnderTest.document("a", text: "x", userID: 1), version: 1),
            .upsert(StoreUnderTest.document("b", text: "x", userID: 10), version: 1),
            .upsert(StoreUnderTest.document("c", text: "x", userID: 2), version: 1),
        ])
        #expect(outcomes.first == .upserted)
        #expect(outcomes.last == .upserted)
        guard case .refused = outcomes[1] else {
            Issue.record("expected a refusal, not \(outcomes[1])")
            return
        }
        #expect(try await store.count() == 2)
        await store.close()
    }

    @Test(
        "SQLite's errors are retried only where that can help",
        arguments: [
            (ResultCode.SQLITE_BUSY, true), (.SQLITE_LOCKED, true), (.SQLITE_FULL, true), (.SQLITE_IOERR, true),
            (.SQLITE_READONLY, false), (.SQLITE_CORRUPT, false), (.SQLITE_NOTADB, false), (.SQLITE_ERROR, false),
        ])
    func retryable(_ code: ResultCode, _ isRetryable: Bool) {
        let error = SQLiteStore.storeError(DatabaseError(resultCode: code, message: "m"), store: "s")
        #expect(error.isRetryable == isRetryable)
    }

    @Test("no store accepts everything and keeps nothing")
    func noStore() async throws {
        let store = try await StoreURL.none.open(StoreUnderTest.collection, logger: Logger(label: "test"))
        let outcomes = try await store.apply([
            .upsert(StoreUnderTest.document("a", text: "x"), version: 1), .delete(id: "a", version: 1),
        ])
        #expect(outcomes == [.upserted, .absent])
        #expect(try await store.count() == 0)
        #expect(try await store.fetch("a") == nil)
        await store.close()
        await #expect(throws: StoreError.closed(store: "none")) { _ = try await store.apply([]) }
    }

    private func open(_ path: String) async throws -> any DocumentStore {
        try await StoreUnderTest.all[0].open(.sqlite(path: path))
    }
}
