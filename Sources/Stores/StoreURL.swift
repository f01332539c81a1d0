package import Logging

/// Which store a pipeline writes to, as the user names it.
package enum StoreURL: Sendable, Equatable {
    /// Nothing is kept.
    case none
    /// A file; its folder is created.
    case sqlite(path: String)
    /// A server.
    case mysql(MySQLAddress)
    /// A server, or a set of them.
    case mongodb(MongoDBAddress)

    /// What a user may write, for help and errors: the stores that this build has.
    package static let supported: String = {
        let forms = ["none", "sqlite", "sqlite:PATH"] + OptionalStore.all.filter(\.isBuilt).map(\.form)
        return forms.dropLast().joined(separator: ", ") + " or " + (forms.last ?? "")
    }()

    /// Reads `none`, `sqlite` (the caller's default path), `sqlite:PATH` or the address of a server.
    ///
    /// A store that was left out of the build is an error that says so.
    package init(_ text: String, defaultSQLitePath: String) throws(StoreError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts.first.map { $0.lowercased() } ?? ""
        let rest = parts.count > 1 ? parts[1] : nil
        switch (scheme, rest) {
        case ("", _):
            throw .invalidURL("it is empty")
        case ("none", nil):
            self = .none
        case ("none", .some):
            throw .invalidURL("'none' takes nothing after it")
        case ("sqlite", nil):
            self = .sqlite(path: defaultSQLitePath)
        case ("sqlite", .some(let path)):
            let path = path.hasPrefix("//") ? path.dropFirst(2) : path
            guard !path.isEmpty else { throw .invalidURL("'sqlite:' names no file") }
            self = .sqlite(path: String(path))
        case (_, let address) where OptionalStore.mySQL.schemes.contains(scheme):
            try Self.check(.mySQL, scheme)
            self = .mysql(try MySQLAddress(url: address ?? ""))
        case (_, let address) where OptionalStore.mongoDB.schemes.contains(scheme):
            try Self.check(.mongoDB, scheme)
            let address = try MongoDBAddress(scheme: scheme, rest: address ?? "")
            #if MongoDB
                // What it says is checked now, and not by a worker that connects with it later.
                _ = try MongoDBURI(address)
            #endif
            self = .mongodb(address)
        default:
            throw .unknownScheme(scheme)
        }
    }

    private static func check(_ store: OptionalStore, _ scheme: String) throws(StoreError) {
        guard store.isBuilt else { throw .leftOut(scheme, package: store.package) }
    }

    /// Opens the store and creates the collection in it where it is missing.
    package func open(
        _ collection: StoreCollection, logger: Logger, clock: StoreClock = .system
    ) async throws(StoreError) -> any DocumentStore {
        switch self {
        case .none:
            NoStore()
        case .sqlite(let path):
            try await SQLiteStore.open(path: path, collection: collection, logger: logger, clock: clock)
        case .mysql(let address):
            try await Self.openMySQL(address, collection, logger, clock)
        case .mongodb(let address):
            try await Self.openMongoDB(address, collection, logger, clock)
        }
    }

    private static func openMySQL(
        _ address: MySQLAddress, _ collection: StoreCollection, _ logger: Logger, _ clock: StoreClock
    ) async throws(StoreError) -> any DocumentStore {
        #if MySQL
            return try await MySQLStore.open(address, collection: collection, logger: logger, clock: clock)
        #else
            throw .leftOut("mysql", package: OptionalStore.mySQL.package)
        #endif
    }

    private static func openMongoDB(
        _ address: MongoDBAddress, _ collection: StoreCollection, _ logger: Logger, _ clock: StoreClock
    ) async throws(StoreError) -> any DocumentStore {
        #if MongoDB
            return try await MongoDBStore.open(address, collection: collection, logger: logger, clock: clock)
        #else
            throw .leftOut("mongodb", package: OptionalStore.mongoDB.package)
        #endif
    }
}

extension StoreURL: CustomStringConvertible {
    /// The store's name; never a password.
    package var description: String {
        switch self {
        case .none: "none"
        case .sqlite(let path): "sqlite:\(path)"
        case .mysql(let address): address.description
        case .mongodb(let address): address.description
        }
    }
}
