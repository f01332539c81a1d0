import Logging

/// Why a store could not do what it was asked.
package enum StoreError: Error, Equatable, CustomStringConvertible {
    /// The URL does not name a store of this build.
    case unknownScheme(String)
    /// The URL names a store that this build was made without; the package is Debian's with the library it needs.
    case leftOut(String, package: String)
    /// The URL names a store but is malformed; the text says how.
    case invalidURL(String)
    /// Out of reach for now: busy, unreachable, disk full. The same call may succeed later.
    case unavailable(store: String, reason: String)
    /// The credentials are wrong, or the user may not do it.
    case denied(store: String, reason: String)
    /// Will fail however often it is tried: not a database, read-only, another schema.
    case permanent(store: String, reason: String)
    /// The store was closed.
    case closed(store: String)
    /// The calling task was cancelled; nothing of the batch was written.
    case cancelled(store: String)

    /// Whether the same call may succeed later.
    package var isRetryable: Bool {
        switch self {
        case .unavailable: true
        case .unknownScheme, .leftOut, .invalidURL, .denied, .permanent, .closed, .cancelled: false
        }
    }

    /// Says in the log that deletes of long ago are still there, which keeps nobody from using the store.
    func logUncleared(_ logger: Logger) throws(StoreError) {
        switch self {
        case .cancelled, .closed: throw self
        case .unknownScheme, .leftOut, .invalidURL, .unavailable, .denied, .permanent:
            logger.warning("deletes of long ago were not cleared", metadata: ["reason": "\(self)"])
        }
    }

    package var description: String {
        switch self {
        case .unknownScheme(let scheme):
            "store '\(scheme)': this build has no such store; use \(StoreURL.supported)"
        case .leftOut(let scheme, let package):
            "store '\(scheme)': this build has none; install \(package) and build again with 'make build'"
        case .invalidURL(let reason):
            "store URL: \(reason); use \(StoreURL.supported)"
        case .unavailable(let store, let reason):
            "store \(store) is unavailable: \(reason); check that it is up, reachable and has room"
        case .denied(let store, let reason):
            "store \(store) refuses: \(reason); check user and password"
        case .permanent(let store, let reason):
            "store \(store) cannot be used: \(reason)"
        case .closed(let store):
            "store \(store) was closed"
        case .cancelled(let store):
            "writing to store \(store) was cancelled; nothing of the batch was written"
        }
    }
}
