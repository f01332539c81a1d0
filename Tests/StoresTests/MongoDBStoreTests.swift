import Stores
import TestSupport
import Testing

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
                ("mongodb://u:a%40b@h1:1,h2:2/db", "mongodb:h1:1,h2:2/db"), ("mongodb://u:p@ss@h/db", "mongodb:h/db"),
                ("mongodb://[::1]:27017/db", "mongodb:[::1]:27017/db"),
                ("mongodb+srv://u:p@cluster.example/db", "mongodb:cluster.example/db"),
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
    #endif
}
