package import Logging

/// Which store a pipeline writes to, as the user names it.
package enum StoreURL: Sendable, Equatable {
    /// Nothing is kept.
    case none
    /// A file; its folder is created.
    case sqlite(path: String)

    /// What a user may write, for help and errors.
    package static let supported = "none, sqlite or sqlite:PATH"

    /// Reads `none`, `sqlite` (the caller's default path) or `sqlite:PATH`.
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
        default:
            throw .unknownScheme(scheme)
        }
    }

    /// Opens the store and creates the collection in it where it is missing.
    package func open(_ collection: StoreCollection, logger: Logger) async throws(StoreError) -> any DocumentStore {
        switch self {
        case .none:
            NoStore()
        case .sqlite(let path):
            try await SQLiteStore.open(path: path, collection: collection, logger: logger)
        }
    }
}

extension StoreURL: CustomStringConvertible {
    /// The store's name; never a password.
    package var description: String {
        switch self {
        case .none: "none"
        case .sqlite(let path): "sqlite:\(path)"
        }
    }
}
