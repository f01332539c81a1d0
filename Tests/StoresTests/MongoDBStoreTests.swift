import TestSupport
import Testing

@testable import Stores

@Suite("MongoDB")
struct MongoDBStoreTests {
    @Test("is among the stores of the conformance suite", .needsMongoDB)
    func isUnderTest() {
        #expect(StoreUnderTest.all.contains { $0.testDescription == "MongoDB" })
    }

    #if MongoDB
        @Test(
            "an address is read, and shown without what is secret",
            arguments: [
                ("mongodb://h", "mongodb:h/rafale"), ("mongodb://h:27017/", "mongodb:h:27017/rafale"),
                ("mongodb://u:p@h:1/db?tls=true&authSource=admin", "mongodb:h:1/db"),
                ("mongodb://u:a%40b@h1:1,h2:2/db", "mongodb:h1:1,h2:2/db"),
                ("mongodb://h/db?w=1&maxPoolSize=64&socketTimeoutMS=1", "mongodb:h/db"),
                ("mongodb://[::1]:27017/db", "mongodb:[::1]:27017/db"),
                ("mongodb+srv://u:p@cluster.mongo.example/db", "mongodb:cluster.mongo.example/db"),
            ])
        func addresses(_ text: String, _ shown: String) throws {
            let url = try StoreURL(text, defaultSQLitePath: "")
            #expect("\(url)" == shown)
            #expect(!String(reflecting: url).contains("p@"), "the password is nowhere")
        }

        @Test(
            "an address that is none says what is wrong, and nothing of the address",
            arguments: [
                ("mongodb:h", "two slashes"), ("mongodb://", "name the host"),
                ("mongodb://u:secret@/db", "name the host"),
                ("mongodb://u:secret@h/a.b", "database's name"),
                ("mongodb://u:s@cret@h/db", "'@' in the user or password as %40"),
                ("mongodb://u:s/cret@h/db", "as %2F"), ("mongodb://u:secret:x@h/db", "as %3A"),
                ("mongodb://u:secret?x@h/db", "as %3F"), ("mongodb://h/db?tsl=true", "there is no option 'tsl'"),
                ("mongodb://h/db?appName=a&tls=maybe", "option 'tls'"), ("mongodb://h/db?w=0", "'w=0'"),
                ("mongodb://h/db?maxPoolSize=0", "'maxPoolSize' must be from 1 to 64"),
                ("mongodb://h/db?maxPoolSize=65", "'maxPoolSize' must be from 1 to 64"),
                ("mongodb://h/db?socketTimeoutMS=0", "'socketTimeoutMS' must be at least 1"),
                ("mongodb://h/db?maxPoolSize=many", "option 'maxPoolSize'"), ("mongodb://h:99999/db", "cannot read it"),
            ])
        func badAddresses(_ text: String, _ words: String) {
            let error = #expect(throws: StoreError.self) { try StoreURL(text, defaultSQLitePath: "") }
            #expect(error?.description.contains(words) == true && error?.description.contains("secret") == false)
        }

        @Test("a server that is not there is out of reach for now")
        func absent() async throws {
            let url = try StoreURL("mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=300", defaultSQLitePath: "")
            let error = await #expect(throws: StoreError.self) { try await StoreUnderTest.all[0].open(url) }
            #expect(error?.isRetryable == true && error?.description.contains("mongodb:127.0.0.1:1/x") == true)
        }

        @Test("a document beyond 16 MiB is refused alone", .needsMongoDB)
        func tooLarge() async throws {
            let subject = try #require(StoreUnderTest.all.first { $0.testDescription == "MongoDB" })
            let store = try await subject.open()
            let outcomes = try await store.apply([
                .upsert(StoreUnderTest.document("a", text: "x"), version: 1),
                .upsert(StoreUnderTest.document("b", text: String(repeating: "y", count: 16 << 20)), version: 1),
                .upsert(StoreUnderTest.document("c", text: "z"), version: 1),
            ])
            #expect(outcomes[0] == .upserted && outcomes[2] == .upserted)
            guard case .refused(let reason) = outcomes[1] else {
                Issue.record("refused, not \(outcomes[1])")
                return
            }
            #expect(reason.contains("bytes"))
            #expect(try await store.count() == 2)
            await store.close()
        }

        @Test("every write of a bulk is accounted for, or the batch failed")
        func answers() {
            let answer = BSONDocument()
            answer.append("nInserted", Int64(1))
            answer.append("nMatched", Int64(2))
            answer.append("nUpserted", Int64(1))
            let errors = BSONDocument()
            for (place, (index, code)) in [(3, 11000), (-1, 11000), (70, 11000)].enumerated() {
                let entry = BSONDocument()
                entry.append("index", Int64(index))
                entry.append("code", Int64(code))
                errors.append("\(place)", entry)
            }
            answer.append("writeErrors", array: errors)
            let made = BSONDocument()
            for (place, index) in [0, 70].enumerated() {
                let entry = BSONDocument()
                entry.append("index", Int64(index))
                made.append("\(place)", entry)
            }
            answer.append("upserted", array: made)
            let whole = MongoDBAnswer(BSONReader(answer.pointer), to: 5)
            #expect(whole.missing == 0)
            #expect(whole.errors.keys.sorted() == [3] && whole.errors[3]?.isDuplicate == true)
            #expect(whole.inserted == [0], "places that were not sent are nobody's")
            let cut = MongoDBAnswer(BSONReader(answer.pointer), to: 9)
            #expect(cut.missing == 4)
            #expect(cut.lostError.storeError("s").isRetryable)
            #expect(MongoDBAnswer(BSONReader(BSONDocument().pointer), to: 2).missing == 2)
        }

        @Test(
            "deletes of an earlier version of this program, which knew no time of them, are remembered", .needsMongoDB)
        func undatedDeletes() async throws {
            let subject = try #require(StoreUnderTest.all.first { $0.testDescription == "MongoDB" })
            let url = try await subject.makeURL()
            guard case .mongodb(let address) = url else { return }
            let store = try await subject.open(url)
            do {
                let old = BSONDocument()
                old.append("_id", "a")
                old.append("version", Int64(5))
                old.append("deleted", true)
                let documents = BSONDocument()
                documents.append("0", old)
                let command = BSONDocument()
                command.append("insert", StoreUnderTest.collection.name)
                command.append("documents", array: documents)
                try MongoDBSession(address, StoreUnderTest.collection).run(command)
            }
            await store.close()
            let again = try await subject.open(url)
            #expect(
                try await again.apply([.upsert(StoreUnderTest.document("a", text: "x"), version: 4)]) == [.superseded])
            await again.close()
        }
    #endif
}
