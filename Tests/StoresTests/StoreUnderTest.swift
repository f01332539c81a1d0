import Foundation
import Logging
import Stores
import TestSupport
import Testing

/// A kind of store that the conformance suite can open, reopen and break.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
    /// The collection of every conformance test: one column of each kind.
    static let collection = StoreCollection(name: "conformance", columns: columns)
    /// The same of documents that never change.
    static let firstCollection = StoreCollection(name: "conformance_first", keeps: .first, columns: columns)
    private static let columns: [StoreCollection.Column] = [
        .init("user_id", .integer), .init("score", .real), .init("text", .text), .init("analysis", .json),
        .init("raw", .bytes),
    ]

    let testDescription: String
    /// A URL of a fresh, empty store.
    let makeURL: @Sendable () async throws -> StoreURL

    /// Every store of this build that keeps what it is given; servers where they are installed, and in CI.
    static let all: [StoreUnderTest] = {
        var all = [
            StoreUnderTest(testDescription: "SQLite") {
                .sqlite(path: try temporaryFolder().appendingPathComponent("store.sqlite").path)
            }
        ]
        #if MySQL
            if Requirement.mariaDB.isMet || Requirement.isCI {
                all.append(
                    StoreUnderTest(testDescription: "MySQL") {
                        try StoreURL(try await MariaDBServer.shared().freshURL(), defaultSQLitePath: "")
                    })
            }
        #endif
        #if MongoDB
            if let server = MongoDBServer.url {
                all.append(
                    StoreUnderTest(testDescription: "MongoDB") {
                        try StoreURL(MongoDBServer.freshDatabase(of: server), defaultSQLitePath: "")
                    })
            }
        #endif
        return all
    }()

    func open(
        _ url: StoreURL, _ collection: StoreCollection = Self.collection, clock: StoreClock = .system
    ) async throws(StoreError) -> any DocumentStore {
        try await url.open(
            collection, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), clock: clock)
    }

    func open() async throws -> any DocumentStore {
        try await open(try await makeURL())
    }

    /// A document whose values all depend on the text.
    static func document(_ id: String, text: String, userID: Int64? = 7) -> StoreDocument {
        StoreDocument(
            id: id,
            values: [
                userID.map { .integer($0) } ?? .null, .real(0.25), .text(Array(text.utf8)),
                .text(Array(#"{"words":\#(text.utf8.count)}"#.utf8)), .bytes([0, 255, 1]),
            ])
    }
}

/// A new folder below the system's temporary one.
func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rafale-stores-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}
