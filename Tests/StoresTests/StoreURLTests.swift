import TestSupport
import Testing

@testable import Stores

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
            error?.description == "store 'postgres': this build has no such store; use \(StoreURL.supported)")
        #expect(StoreURL.supported.hasPrefix("none, sqlite"))
    }

    @Test("a build has every optional store whose library is installed, and says of the others how to have them")
    func optionalStores() {
        for store in OptionalStore.all {
            #expect(store.isBuilt || !Requirement.isCI, "\(store.schemes) is left out; see Package.swift")
            #expect(StoreURL.supported.contains(store.form) == store.isBuilt)
            let error = StoreError.leftOut(store.schemes[0], package: store.package)
            #expect(
                error.description == "store '\(store.schemes[0])': this build has none; install \(store.package) "
                    + "and build again with 'make build'")
            #expect(!error.isRetryable)
            guard !store.isBuilt else { continue }
            for scheme in store.schemes {
                #expect(throws: StoreError.leftOut(scheme, package: store.package)) {
                    _ = try StoreURL("\(scheme)://user:secret@host/db", defaultSQLitePath: "x")
                }
            }
        }
    }
}
