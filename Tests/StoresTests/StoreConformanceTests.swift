import Stores
import Testing

@Suite("Every store")
struct StoreConformanceTests {
    typealias Subject = StoreUnderTest

    @Test("writing a batch again leaves what writing it once left", arguments: Subject.all)
    func upsertIsIdempotent(_ subject: Subject) async throws {
        let store = try await subject.open()
        let batch: [StoreOperation] = [
            .upsert(Subject.document("a", text: "one")), .upsert(Subject.document("b", text: "two")),
        ]
        #expect(try await store.apply(batch) == [.upserted, .upserted])
        #expect(try await store.apply(batch) == [.upserted, .upserted])
        #expect(try await store.count() == 2)
        #expect(try await store.fetch("a") == Subject.document("a", text: "one"))
        await store.close()
    }

    @Test("an upsert replaces every value of the document", arguments: Subject.all)
    func upsertReplaces(_ subject: Subject) async throws {
        let store = try await subject.open()
        _ = try await store.apply([.upsert(Subject.document("a", text: "old", userID: 1))])
        _ = try await store.apply([.upsert(Subject.document("a", text: "new", userID: nil))])
        #expect(try await store.fetch("a") == Subject.document("a", text: "new", userID: nil))
        #expect(try await store.count() == 1)
        await store.close()
    }

    @Test("a delete says whether there was a document", arguments: Subject.all)
    func deleteSaysWhatWasThere(_ subject: Subject) async throws {
        let store = try await subject.open()
        #expect(try await store.apply([.delete(id: "absent")]) == [.absent])
        _ = try await store.apply([.upsert(Subject.document("a", text: "one"))])
        #expect(try await store.apply([.delete(id: "a"), .delete(id: "a")]) == [.deleted, .absent])
        #expect(try await store.fetch("a") == nil)
        #expect(try await store.count() == 0)
        await store.close()
    }

    @Test("operations of one batch on one identifier keep their order", arguments: Subject.all)
    func batchKeepsOrder(_ subject: Subject) async throws {
        let store = try await subject.open()
        let outcomes = try await store.apply([
            .upsert(Subject.document("a", text: "1")), .delete(id: "a"), .upsert(Subject.document("a", text: "2")),
            .upsert(Subject.document("b", text: "1")), .upsert(Subject.document("b", text: "2")), .delete(id: "b"),
        ])
        #expect(outcomes == [.upserted, .deleted, .upserted, .upserted, .upserted, .deleted])
        #expect(try await store.fetch("a") == Subject.document("a", text: "2"))
        #expect(try await store.fetch("b") == nil)
        await store.close()
    }

    @Test("an empty batch is nothing to do", arguments: Subject.all)
    func emptyBatch(_ subject: Subject) async throws {
        let store = try await subject.open()
        #expect(try await store.apply([]).isEmpty)
        #expect(try await store.count() == 0)
        await store.close()
    }

    @Test("text of any kind comes back byte for byte", arguments: Subject.all, OddText.all)
    func oddText(_ subject: Subject, _ text: OddText) async throws {
        let store = try await subject.open()
        let document = Subject.document("id", text: text.text)
        #expect(try await store.apply([.upsert(document)]) == [.upserted])
        #expect(try await store.fetch("id") == document)
        await store.close()
    }

    @Test("identifiers of any kind name one document each", arguments: Subject.all)
    func oddIdentifiers(_ subject: Subject) async throws {
        let store = try await subject.open()
        // The two spellings of é are different bytes, so different documents; so are upper and lower case.
        let ids = ["a", "A", "a ", " a", "a\0b", "a\0c", "é", "e\u{301}", "'; DROP TABLE x; --", "😀", "%", "_"]
        let outcomes = try await store.apply(ids.map { .upsert(Subject.document($0, text: "text of \($0)")) })
        #expect(outcomes.allSatisfy { $0 == .upserted })
        #expect(try await store.count() == ids.count)
        for id in ids {
            #expect(try await store.fetch(id) == Subject.document(id, text: "text of \(id)"))
        }
        #expect(try await store.apply([.delete(id: "a\0b")]) == [.deleted])
        #expect(try await store.fetch("a\0c") != nil)
        await store.close()
    }

    @Test("workers that share the store write one key without losing a batch", arguments: Subject.all)
    func concurrentWorkers(_ subject: Subject) async throws {
        let url = try subject.makeURL()
        let workers = 4
        let rounds = 25
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    let store = try await subject.open(url)
                    for round in 0..<rounds {
                        let outcomes = try await store.apply([
                            .upsert(Subject.document("shared", text: "worker \(worker) round \(round)")),
                            .upsert(Subject.document("\(worker)-\(round)", text: "own")),
                        ])
                        #expect(outcomes == [.upserted, .upserted])
                    }
                    await store.close()
                }
            }
            try await group.waitForAll()
        }
        let store = try await subject.open(url)
        #expect(try await store.count() == workers * rounds + 1)
        let shared = try #require(try await store.fetch("shared"))
        let lastRounds = (0..<workers).map { Subject.document("shared", text: "worker \($0) round \(rounds - 1)") }
        #expect(lastRounds.contains(shared))
        await store.close()
    }

    @Test("what was applied is there when the store is opened again", arguments: Subject.all)
    func reopening(_ subject: Subject) async throws {
        let url = try subject.makeURL()
        let store = try await subject.open(url)
        _ = try await store.apply([.upsert(Subject.document("kept", text: "text")), .delete(id: "x")])
        await store.close()
        let again = try await subject.open(url)
        #expect(try await again.fetch("kept") == Subject.document("kept", text: "text"))
        await again.close()
    }

    @Test("a closed store says so, and may be closed twice", arguments: Subject.all)
    func closed(_ subject: Subject) async throws {
        let store = try await subject.open()
        await store.close()
        await store.close()
        let error = StoreError.closed(store: store.name)
        await #expect(throws: error) { _ = try await store.apply([.delete(id: "a")]) }
        await #expect(throws: error) { _ = try await store.apply([]) }
        await #expect(throws: error) { _ = try await store.count() }
        await #expect(throws: error) { _ = try await store.fetch("a") }
        #expect(!error.isRetryable)
    }
}

/// A text that has broken a store somewhere.
struct OddText: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String

    /// Two characters of every Unicode plane, the first plane's around the surrogates.
    private static let everyPlane: String = {
        var text = String.UnicodeScalarView()
        for plane in UInt32(0)...16 {
            for offset in [UInt32(0x20), 0xD7FF, 0xE000, 0xFFFD] {
                Unicode.Scalar(plane << 16 | offset).map { text.append($0) }
            }
        }
        return String(text)
    }()

    static let all: [OddText] = [
        OddText(testDescription: "empty", text: ""),
        OddText(testDescription: "NUL within", text: "before\0after\0"),
        OddText(testDescription: "control characters", text: String((1...31).map { Character(Unicode.Scalar($0)) })),
        OddText(testDescription: "quotes", text: #"'single' "double" `back` \slash\ $1 ? :name @x"#),
        OddText(testDescription: "every Unicode plane", text: everyPlane),
        OddText(testDescription: "Arabic", text: "السَّلامُ عَلَيْكُم"),
        OddText(testDescription: "joined emoji", text: "👩‍👩‍👧‍👦🇫🇷"),
        OddText(testDescription: "1 MiB", text: String(repeating: "é", count: 512 * 1024)),
    ]
}
