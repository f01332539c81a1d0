import Foundation

/// Where a MySQL or MariaDB server is, and as whom to use it; nothing that prints it shows the password.
package struct MySQLAddress: Sendable, Equatable {
    /// How the connection is encrypted.
    package enum Encryption: String, Sendable, Equatable, CaseIterable {
        /// Not at all.
        case off
        /// Encrypted, to whoever answers.
        case require
        /// Encrypted, to a server whose certificate is signed and for that host.
        case verify
    }

    package var host = "127.0.0.1"
    package var port: UInt16 = 3306
    /// The path of a Unix socket in place of host and port.
    package var socket: String?
    package var user = ""
    package var password = ""
    package var database = ""
    package var encryption = Encryption.off
    /// A file of certificates of the authorities to trust, in place of the system's.
    package var certificateAuthority: String?
    /// How many connections work side by side; from 1 to ``poolMaximum``.
    package var pool = 2
    /// How long a server may take to accept a connection.
    package var connectTimeoutSeconds: UInt32 = 10
    /// How long a server may be silent within an answer, or refuse to read.
    package var timeoutSeconds: UInt32 = 30

    /// The most connections of one store.
    package static let poolMaximum = 64
    private static let timeoutMaximumSeconds: UInt32 = 3600

    /// Starts from the defaults: a server of this host, without TLS.
    package init() {}

    /// Reads `//user:password@host:port/database?option=value&…`, what follows the scheme of a URL.
    init(url text: Substring) throws(StoreError) {
        guard text.hasPrefix("//") else { throw Self.mistake("write two slashes after 'mysql:'") }
        let text = text.dropFirst(2)
        let query = text.firstIndex(of: "?")
        let place = text[..<(query ?? text.endIndex)]
        guard let slash = place.lastIndex(of: "/") else { throw Self.mistake("name the database, as in HOST/DATABASE") }
        // A password may hold an unescaped '@': the last one is before the host.
        let authority = place[..<slash]
        let at = authority.lastIndex(of: "@")
        if let at { try readCredentials(authority[..<at]) }
        try readHost(at.map { authority[authority.index(after: $0)...] } ?? authority)
        database = try Self.decoded(place[place.index(after: slash)...], "database")
        guard !database.isEmpty else { throw Self.mistake("name the database, as in HOST/DATABASE") }
        guard database.utf8.count <= 64, !database.utf8.contains(0) else {
            throw Self.mistake("the database's name has more than 64 bytes")
        }
        guard !user.isEmpty else { throw Self.mistake("name the user, as in USER:PASSWORD@HOST") }
        if let query { try readOptions(text[text.index(after: query)...]) }
    }

    private mutating func readCredentials(_ text: Substring) throws(StoreError) {
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        user = try Self.decoded(text[..<colon], "user")
        if colon < text.endIndex { password = try Self.decoded(text[text.index(after: colon)...], "password") }
    }

    private mutating func readHost(_ text: Substring) throws(StoreError) {
        var host = text
        // Colons within brackets are those of an IPv6 address.
        let bracket = text.lastIndex(of: "]")
        guard bracket != nil || text.count(where: { $0 == ":" }) < 2 else {
            throw Self.mistake("write an IPv6 address in brackets, as in [::1]:3306")
        }
        let behind = bracket ?? text.startIndex
        if let colon = text[behind...].lastIndex(of: ":") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else {
                throw Self.mistake("the port is not a number from 1 to 65535")
            }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.contains("/") else { throw Self.mistake("write a '/' in the user or password as %2F") }
        if !host.isEmpty { self.host = try Self.decoded(host, "host") }
    }

    private mutating func readOptions(_ text: Substring) throws(StoreError) {
        for pair in text.split(separator: "&") {
            let equals = pair.firstIndex(of: "=") ?? pair.endIndex
            let name = String(pair[..<equals])
            let value = try Self.decoded(pair[equals...].dropFirst(), name)
            switch name {
            case "tls":
                guard let encryption = Encryption(rawValue: value) else {
                    throw Self.mistake("'tls' must be off, require or verify")
                }
                self.encryption = encryption
            case "ca": certificateAuthority = value
            case "socket": socket = value
            case "pool":
                guard let count = Int(value), (1...Self.poolMaximum).contains(count) else {
                    throw Self.mistake("'pool' must be from 1 to \(Self.poolMaximum)")
                }
                pool = count
            case "timeout": timeoutSeconds = try Self.seconds(value, name)
            case "connect_timeout": connectTimeoutSeconds = try Self.seconds(value, name)
            default:
                throw Self.mistake(
                    "it takes the options tls, ca, socket, pool, timeout and connect_timeout, no other")
            }
        }
        if certificateAuthority != nil, encryption != .verify { throw Self.mistake("'ca' needs 'tls=verify'") }
    }

    private static func seconds(_ text: String, _ name: String) throws(StoreError) -> UInt32 {
        guard let seconds = UInt32(text), (1...timeoutMaximumSeconds).contains(seconds) else {
            throw mistake("'\(name)' must be from 1 to \(timeoutMaximumSeconds) (seconds)")
        }
        return seconds
    }

    private static func decoded(_ text: Substring, _ part: String) throws(StoreError) -> String {
        guard let decoded = String(text).removingPercentEncoding else {
            throw mistake("the \(part) holds a '%' that is not written %25")
        }
        return decoded
    }

    /// Never with anything of the address in it: part of a password could be taken for something else.
    private static func mistake(_ reason: String) -> StoreError { .invalidURL("mysql: \(reason)") }
}

extension MySQLAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Host, port and database.
    package var description: String {
        "mysql:\(socket ?? "\(host.contains(":") ? "[\(host)]" : host):\(port)")/\(database)"
    }

    /// Host, port and database.
    package var debugDescription: String { description }

    /// Host, port and database, for whoever dumps the value.
    package var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
