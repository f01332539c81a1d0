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

    /// The names of the options, as they are written.
    private let options: [String]

    /// Reads `mongodb://USER:PASSWORD@HOST:PORT/DATABASE?option=value&…` or `mongodb+srv://…`.
    ///
    /// Options are the driver's, which has the last word on them.
    init(scheme: String, rest: Substring) throws(StoreError) {
        guard rest.hasPrefix("//") else { throw Self.mistake("write two slashes after '\(scheme):'") }
        let place = rest.dropFirst(2).prefix { $0 != "?" }
        let query = rest.dropFirst(2).dropFirst(place.count + 1)
        // Such a '?' is rather one of the password, of which nothing may then be taken for a host or an option.
        guard !query.contains("@") else {
            throw Self.mistake("write '?' in the user or password as %3F, and '@' in an option as %40")
        }
        let at = place.lastIndex(of: "@")
        if let at { try Self.check(credentials: place[..<at]) }
        let host = at.map { place[place.index(after: $0)...] } ?? place
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
        options = query.split(separator: "&").map { String($0.prefix { $0 != "=" }) }
    }

    /// Says what the driver would refuse without a word on what to do about it.
    private static func check(credentials text: Substring) throws(StoreError) {
        let colon = text.firstIndex(of: ":")
        let password = colon.map { text[text.index(after: $0)...] } ?? ""
        for (character, code) in [("@", "%40"), ("/", "%2F"), (":", "%3A")] as [(Character, String)]
        where text[..<(colon ?? text.endIndex)].contains(character) || password.contains(character) {
            throw mistake("write '\(character)' in the user or password as \(code)")
        }
    }

    /// What is wrong when the driver says this of the address: it names an option, or nothing.
    func mistake(told message: String) -> StoreError {
        let told = message.lowercased()
        let named = options.first { told.contains("\"\($0.lowercased())\"") || told.contains("'\($0.lowercased())'") }
        guard let named else { return Self.mistake("the driver cannot read it; check hosts, escapes and options") }
        return told.contains("unsupported uri option")
            ? Self.mistake("there is no option '\(named)'")
            : Self.mistake("the driver does not take the option '\(named)' as it is written")
    }

    /// Never with anything of the address in it but an option's name: part of a password could be taken for something else.
    static func mistake(_ reason: String) -> StoreError { .invalidURL("mongodb: \(reason)") }
}

extension MongoDBAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Hosts and database.
    package var description: String { "mongodb:\(hosts)/\(database)" }

    /// Hosts and database.
    package var debugDescription: String { description }

    /// Hosts and database, for whoever dumps the value.
    package var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
