import Stores
import Testing

@Suite("Store URLs")
struct StoreURLTests {
    @Test(
        "name a store of this build",
        arguments: [
            ("none", StoreURL.none),
            ("sqlite", .sqlite(path: "default.sqlite")),
            ("SQLite", .sqlite(path: "default.sqlite")),
            ("sqlite:data/run.sqlite", .sqlite(path: "data/run.sqlite")),
            ("sqlite:/var/run.sqlite", .sqlite(path: "/var/run.sqlite")),
            ("sqlite:///var/run.sqlite", .sqlite(path: "/var/run.sqlite")),
            ("sqlite:with:colon", .sqlite(path: "with:colon")),
        ])
    func valid(_ text: String, _ expected: StoreURL) throws {
        #expect(try StoreURL(text, defaultSQLitePath: "default.sqlite") == expected)
    }

    @Test(
        "or say what is wrong",
        arguments: [
            ("", StoreError.invalidURL("it is empty")),
            (":x", .invalidURL("it is empty")),
            ("sqlite:", .invalidURL("'sqlite:' names no file")),
            ("sqlite://", .invalidURL("'sqlite:' names no file")),
            ("none:x", .invalidURL("'none' takes nothing after it")),
            ("postgres://user:secret@host/db", .unknownScheme("postgres")),
        ])
    func invalid(_ text: String, _ expected: StoreError) {
        #expect(throws: expected) { _ = try StoreURL(text, defaultSQLitePath: "default.sqlite") }
    }

    @Test("an error for an unknown store names what there is and no password")
    func unknownSchemeMessage() {
        let error = #expect(throws: StoreError.self) {
            _ = try StoreURL("postgres://user:secret@host/db", defaultSQLitePath: "x")
        }
        #expect(
            error?.description == "store 'postgres': this build has no such store; use none, sqlite or sqlite:PATH")
    }
}
