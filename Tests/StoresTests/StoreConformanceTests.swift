import Foundation
import Stores
import Testing

@Suite("Every store")
struct StoreConformanceTests {
    typealias Subject = StoreUnderTest

    @Test("writing a batch again leaves what writing it once left", arguments: Subject.all)
    func upsertIsIdempotent(_ subject: Subject) async throws {
        let store = try await subject.open()
        let batch: [StoreOperation] = [
            .upsert(Subject.document("a", text: "one"), version: 1),
            .upsert(Subject.document("b", text: "two"), version: 1),
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
        _ = try await store.apply([.upsert(Subject.document("a", text: "old", userID: 1), version: 1)])
        _ = try await store.apply([.upsert(Subject.document("a", text: "new", userID: nil), version: 2)])
        #expect(try await store.fetch("a") == Subject.document("a", text: "new", userID: nil))
        #expect(try await store.count() == 1)
        await store.close()
    }

    @Test("a delete says whether there was a document", arguments: Subject.all)
    func deleteSaysWhatWasThere(_ subject: Subject) async throws {
        let store = try await subject.open()
        #expect(try await store.apply([.delete(id: "absent", version: 1)]) == [.absent])
        _ = try await store.apply([.upsert(Subject.document("a", text: "one"), version: 1)])
        #expect(
            try await store.apply([.delete(id: "a", version: 2), .delete(id: "a", version: 2)]) == [.deleted, .absent])
        #expect(try await store.fetch("a") == nil)
        #expect(try await store.count() == 0)
        await store.close()
    }

    @Test("operations of one batch on one identifier keep their order", arguments: Subject.all)
    func batchKeepsOrder(_ subject: Subject) async throws {
        let store = try await subject.open()
        let outcomes = try await store.apply([
            .upsert(Subject.document("a", text: "1"), version: 1), .delete(id: "a", version: 2),
            .upsert(Subject.document("a", text: "2"), version: 3),
            .upsert(Subject.document("b", text: "1"), version: 1),
            .upsert(Subject.document("b", text: "2"), version: 1), .delete(id: "b", version: 1),
        ])
        #expect(outcomes == [.upserted, .deleted, .upserted, .upserted, .upserted, .deleted])
        #expect(try await store.fetch("a") == Subject.document("a", text: "2"))
        #expect(try await store.fetch("b") == nil)
        await store.close()
    }

    @Test("a write older than what is stored changes nothing", arguments: Subject.all)
    func olderWrites(_ subject: Subject) async throws {
        let store = try await subject.open()
        let new = Subject.document("a", text: "new")
        #expect(try await store.apply([.upsert(new, version: 20)]) == [.upserted])
        #expect(
            try await store.apply([
                .upsert(Subject.document("a", text: "old"), version: 19), .delete(id: "a", version: 19),
            ]) == [.superseded, .superseded])
        #expect(try await store.fetch("a") == new)
        #expect(try await store.count() == 1)
        await store.close()
    }

    @Test("an update that a later delete has overtaken does not come back", arguments: Subject.all)
    func overtakenByDelete(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let store = try await subject.open(url)
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        #expect(
            try await store.apply([
                .delete(id: "early", version: now), .upsert(Subject.document("early", text: "x"), version: now - 1),
                .upsert(Subject.document("early", text: "x"), version: now), .delete(id: "early", version: now - 5),
            ]) == [.absent, .superseded, .superseded, .absent])
        await store.close()
        let again = try await subject.open(url)
        #expect(
            try await again.apply([.upsert(Subject.document("early", text: "x"), version: now)]) == [.superseded],
            "the delete is remembered when the store is opened again")
        #expect(try await again.fetch("early") == nil)
        #expect(try await again.count() == 0)
        let later = Subject.document("early", text: "written anew")
        #expect(try await again.apply([.upsert(later, version: now + 1)]) == [.upserted])
        #expect(try await again.fetch("early") == later)
        await again.close()
    }

    @Test("a delete of a document's old version is remembered when the store is opened again", arguments: Subject.all)
    func deleteOfOldVersion(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let store = try await subject.open(url)
        _ = try await store.apply([.upsert(Subject.document("b", text: "x"), version: 2)])
        #expect(
            try await store.apply([.delete(id: "a", version: 2), .delete(id: "b", version: 3)]) == [.absent, .deleted])
        await store.close()
        let again = try await subject.open(url)
        let outcomes = try await again.apply([
            .upsert(Subject.document("a", text: "x"), version: 1),
            .upsert(Subject.document("b", text: "x"), version: 2),
        ])
        #expect(outcomes == [.superseded, .superseded])
        #expect(try await again.count() == 0)
        await again.close()
    }

    @Test("deletes of more than a day ago are forgotten when the store is opened", arguments: Subject.all)
    func oldDeletes(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        let yesterday = now - StoreCollection.tombstoneRetention
        for (id, time) in [("old", yesterday - 60_000), ("young", yesterday + 600_000)] {
            let store = try await subject.open(url, clock: StoreClock { time })
            #expect(try await store.apply([.delete(id: id, version: 5)]) == [.absent])
            await store.close()
        }
        let store = try await subject.open(url)
        let outcomes = try await store.apply(
            ["old", "young"].map { .upsert(Subject.document($0, text: "x"), version: 4) })
        #expect(outcomes == [.upserted, .superseded])
        await store.close()
    }

    @Test("a delete that comes again later is remembered from then on", arguments: Subject.all)
    func deletedAgain(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let old = Int64(Date.now.timeIntervalSince1970 * 1000) - StoreCollection.tombstoneRetention - 60_000
        let store = try await subject.open(url, clock: StoreClock { old })
        _ = try await store.apply([.delete(id: "a", version: 5)])
        await store.close()
        let again = try await subject.open(url, clock: StoreClock { old + 120_000 })
        #expect(try await again.apply([.delete(id: "a", version: 6)]) == [.absent])
        await again.close()
        let last = try await subject.open(url)
        #expect(try await last.apply([.upsert(Subject.document("a", text: "x"), version: 6)]) == [.superseded])
        await last.close()
    }

    @Test("a collection that keeps the first leaves it as it is", arguments: Subject.all)
    func keepsFirst(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let store = try await subject.open(url, StoreUnderTest.firstCollection)
        let first = Subject.document("a", text: "first")
        #expect(
            try await store.apply([
                .upsert(first, version: 1), .upsert(Subject.document("a", text: "second"), version: 2),
                .upsert(Subject.document("b", text: "b"), version: 0),
            ]) == [.upserted, .upserted, .upserted])
        #expect(try await store.apply([.upsert(Subject.document("a", text: "third"), version: 3)]) == [.upserted])
        #expect(try await store.fetch("a") == first)
        #expect(
            try await store.apply([.delete(id: "a", version: 0), .delete(id: "a", version: 0)]) == [.deleted, .absent])
        #expect(try await store.page(after: nil, limit: 9).map(\.id) == ["b"])
        await store.close()
    }

    @Test("pages hold every document once, in the order of their identifiers' bytes", arguments: Subject.all)
    func pages(_ subject: Subject) async throws {
        let store = try await subject.open()
        let ids = ["b", "a", "B", "é", "z", "a ", "aa", "😀", "ﬀ"]
        _ = try await store.apply(ids.map { .upsert(Subject.document($0, text: $0), version: 1) })
        _ = try await store.apply([.delete(id: "z", version: 2), .delete(id: "nothing", version: 2)])
        var pages: [[StoreDocument]] = []
        repeat {
            pages.append(try await store.page(after: pages.last?.last?.id, limit: 3))
        } while pages.last?.isEmpty == false && pages.count < 9
        #expect(pages.map(\.count) == [3, 3, 2, 0])
        #expect(pages.joined().map(\.id) == ["B", "a", "a ", "aa", "b", "é", "ﬀ", "😀"])
        #expect(pages.joined().allSatisfy { $0 == Subject.document($0.id, text: $0.id) })
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
        #expect(try await store.apply([.upsert(document, version: 1)]) == [.upserted])
        #expect(try await store.fetch("id") == document)
        await store.close()
    }

    @Test("identifiers of any kind name one document each", arguments: Subject.all)
    func oddIdentifiers(_ subject: Subject) async throws {
        let store = try await subject.open()
        // The two spellings of é are different bytes, so different documents; so are upper and lower case.
        let ids = ["a", "A", "a ", " a", "a\0b", "a\0c", "é", "e\u{301}", "'; DROP TABLE x; --", "😀", "%", "_"]
        let outcomes = try await store.apply(
            ids.map { .upsert(Subject.document($0, text: "text of \($0)"), version: 1) })
        #expect(outcomes.allSatisfy { $0 == .upserted })
        #expect(try await store.count() == ids.count)
        for id in ids {
            #expect(try await store.fetch(id) == Subject.document(id, text: "text of \(id)"))
        }
        #expect(try await store.apply([.delete(id: "a\0b", version: 1)]) == [.deleted])
        #expect(try await store.fetch("a\0c") != nil)
        await store.close()
    }

    @Test("workers that share the store write one key without losing a batch", arguments: Subject.all)
    func concurrentWorkers(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let workers = 4
        let rounds = 25
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    let store = try await subject.open(url)
                    for round in 0..<rounds {
                        let outcomes = try await store.apply([
                            .upsert(
                                Subject.document("shared", text: "worker \(worker) round \(round)"),
                                version: Int64(round * workers + worker)),
                            .upsert(Subject.document("\(worker)-\(round)", text: "own"), version: 1),
                        ])
                        #expect([.upserted, .superseded].contains(outcomes[0]) && outcomes[1] == .upserted)
                    }
                    await store.close()
                }
            }
            try await group.waitForAll()
        }
        let store = try await subject.open(url)
        #expect(try await store.count() == workers * rounds + 1)
        let latest = Subject.document("shared", text: "worker \(workers - 1) round \(rounds - 1)")
        #expect(try await store.fetch("shared") == latest, "the highest version, in whatever order they came")
        await store.close()
    }

    @Test(
        "workers that write the same documents in other orders do not block, and leave the latest",
        arguments: Subject.all)
    func crossingWorkers(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let workers = 4
        let rounds = 12
        let keys = 16
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    let store = try await subject.open(url)
                    for round in 0..<rounds {
                        let version = Int64(round * workers + worker + 1)
                        // Half of the workers go up, half go down, each from a place of its own; some delete.
                        let order = (0..<keys).map {
                            ((worker.isMultiple(of: 2) ? $0 : -$0) + 5 * worker + keys * 9) % keys
                        }
                        let operations = order.map { key -> StoreOperation in
                            (round + key) % 5 == 0 && round < rounds - 1
                                ? .delete(id: "key-\(key)", version: version)
                                : .upsert(Subject.document("key-\(key)", text: "version \(version)"), version: version)
                        }
                        let outcomes = try await store.apply(operations)
                        for (operation, outcome) in zip(operations, outcomes) {
                            switch operation {
                            case .upsert: #expect([.upserted, .superseded].contains(outcome))
                            case .delete: #expect([.deleted, .absent, .superseded].contains(outcome))
                            }
                        }
                    }
                    await store.close()
                }
            }
            try await group.waitForAll()
        }
        let store = try await subject.open(url)
        #expect(try await store.count() == keys)
        for key in 0..<keys {
            let latest = Subject.document("key-\(key)", text: "version \(rounds * workers)")
            #expect(try await store.fetch("key-\(key)") == latest)
        }
        await store.close()
    }

    @Test(
        "of many workers that write one new document, exactly the later versions count as written",
        arguments: Subject.all)
    func racingForOneDocument(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let workers = 6
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        for round in 0..<5 {
            let outcomes = try await withThrowingTaskGroup(of: (Int, StoreOutcome?).self) { group in
                for worker in 1...workers {
                    group.addTask {
                        let store = try await subject.open(url)
                        let operation: StoreOperation =
                            worker == workers
                            ? .delete(id: "new-\(round)", version: now + Int64(workers))
                            : .upsert(Subject.document("new-\(round)", text: "\(worker)"), version: now + Int64(worker))
                        let outcome = try await store.apply([operation]).first
                        await store.close()
                        return (worker, outcome)
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            // The delete is the latest: who comes after it is superseded; it found a document unless it was the first.
            let written = outcomes.filter { $0.value == .upserted }.count
            #expect(outcomes[workers] == (written == 0 ? .absent : .deleted), "\(outcomes)")
            #expect(try await fetched("new-\(round)", subject, url) == nil)
        }
    }

    private func fetched(_ id: String, _ subject: Subject, _ url: StoreURL) async throws -> StoreDocument? {
        let store = try await subject.open(url)
        let document = try await store.fetch(id)
        await store.close()
        return document
    }

    @Test("what was applied is there when the store is opened again", arguments: Subject.all)
    func reopening(_ subject: Subject) async throws {
        let url = try await subject.makeURL()
        let store = try await subject.open(url)
        _ = try await store.apply([
            .upsert(Subject.document("kept", text: "text"), version: 1), .delete(id: "x", version: 1),
        ])
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
        await #expect(throws: error) { _ = try await store.apply([.delete(id: "a", version: 1)]) }
        await #expect(throws: error) { _ = try await store.apply([]) }
        await #expect(throws: error) { _ = try await store.count() }
        await #expect(throws: error) { _ = try await store.fetch("a") }
        await #expect(throws: error) { _ = try await store.page(after: nil, limit: 1) }
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
