import Foundation

/// Where MongoDB is, and as whom to use it; nothing that prints it shows a password.
package struct MongoDBAddress: Sendable, Equatable {
    /// The database where the URL names none.
    package static let defaultDatabase = "rafale"

    /// The whole connection string, with credentials and options, as MongoDB's drivers read it.
    let connectionString: String
    /// Hosts and ports as they are written.
    package let hosts: String
    package let database: String

    /// Reads `mongodb://USER:PASSWORD@HOST:PORT/DATABASE?option=value&…` or `mongodb+srv://…`.
    ///
    /// Options are the driver's, which checks them when it connects.
    init(scheme: String, rest: Substring) throws(StoreError) {
        guard rest.hasPrefix("//") else { throw Self.mistake("write two slashes after '\(scheme):'") }
        let place = rest.dropFirst(2).prefix { $0 != "?" }
        // A password may hold an unescaped '@', and a '/' behind it begins the database.
        let host = place.lastIndex(of: "@").map { place[place.index(after: $0)...] } ?? place
        let slash = host.firstIndex(of: "/") ?? host.endIndex
        guard slash > host.startIndex else { throw Self.mistake("name the host") }
        let name = host[slash...].dropFirst()
        guard let decoded = String(name).removingPercentEncoding, decoded.utf8.count < 64,
            !decoded.contains(where: { "/\\. \"$\0".contains($0) })
        else {
            throw Self.mistake("the database's name is longer than 63 bytes or holds one of / \\ . \" $ or a blank")
        }
        connectionString = "\(scheme):\(rest)"
        hosts = String(host[..<slash])
        database = decoded.isEmpty ? Self.defaultDatabase : decoded
    }

    /// Never with anything of the address in it: part of a password could be taken for something else.
    private static func mistake(_ reason: String) -> StoreError { .invalidURL("mongodb: \(reason)") }
}

extension MongoDBAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Hosts and database.
    package var description: String { "mongodb:\(hosts)/\(database)" }

    /// Hosts and database.
    package var debugDescription: String { description }

    /// Hosts and database, for whoever dumps the value.
    package var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
