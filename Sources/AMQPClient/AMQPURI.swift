import AMQPProtocol

/// An AMQP URI taken apart as RabbitMQ's specification has it.
///
/// https://www.rabbitmq.com/uri-spec
///
/// What is absent is nil, what is there and empty is empty; percent-encoding is undone.
struct AMQPURI: Equatable {
    var isTLS = false
    var user: String?
    var password: String?
    /// A name or an address; an IPv6 address stands without its brackets.
    var host: String?
    var port: Int?
    var virtualHost: String?
    /// In order; a name may come more than once.
    var query: [(name: String, value: String)] = []

    init(_ uri: String) throws(AMQPURIError) {
        var rest = Substring(uri)
        if rest.consumePrefix("amqp://") {
            isTLS = false
        } else if rest.consumePrefix("amqps://") {
            isTLS = true
        } else {
            throw AMQPURIError.scheme(String(uri.prefix { $0 != ":" && $0 != "/" && $0 != "@" }.prefix(20)))
        }
        if rest.contains("#") { throw AMQPURIError.unexpected("a fragment (#…)", in: "the URI") }
        if let mark = rest.firstIndex(of: "?") {
            query = try Self.parseQuery(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let slash = rest.firstIndex(of: "/") {
            let path = rest[rest.index(after: slash)...]
            if path.contains("/") { throw AMQPURIError.unexpected("a second /", in: "the virtual host (write %2f)") }
            virtualHost = try Self.decode(path, of: "the virtual host")
            rest = rest[..<slash]
        }
        if let at = rest.lastIndex(of: "@") {
            let userInfo = rest[..<at]
            if userInfo.contains("@") { throw AMQPURIError.unexpected("@", in: "user or password (write %40)") }
            let parts = userInfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decode(parts[0], of: "the user")
            if parts.count > 1 { password = try Self.decode(parts[1], of: "the password") }
            rest = rest[rest.index(after: at)...]
        }
        try parseHostAndPort(rest)
    }

    private mutating func parseHostAndPort(_ text: Substring) throws(AMQPURIError) {
        var portText: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw AMQPURIError.unexpected("[ without ]", in: "the host")
            }
            host = String(text[text.index(after: text.startIndex)..<end])
            let behind = text[text.index(after: end)...]
            if !behind.isEmpty {
                guard behind.first == ":" else {
                    throw AMQPURIError.unexpected("\"\(behind)\" behind ]", in: "the host")
                }
                portText = behind.dropFirst()
            }
        } else if let colon = text.firstIndex(of: ":") {
            if colon > text.startIndex { host = try Self.decode(text[..<colon], of: "the host") }
            portText = text[text.index(after: colon)...]
        } else if !text.isEmpty {
            host = try Self.decode(text, of: "the host")
        }
        guard let portText, !portText.isEmpty else { return }
        guard let number = Int(portText), (1...65_535).contains(number), portText.allSatisfy(\.isNumber) else {
            throw AMQPURIError.port(String(portText))
        }
        port = number
    }

    private static func parseQuery(_ text: Substring) throws(AMQPURIError) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decode(parts[0], of: "the query")
            query.append((name, parts.count > 1 ? try decode(parts[1], of: "the value of \(name)") : ""))
        }
        return query
    }

    /// Undoes percent-encoding; refuses a lone `%` and what is not UTF-8.
    private static func decode(_ text: Substring, of part: String) throws(AMQPURIError) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw AMQPURIError.percentEncoding(in: part)
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw AMQPURIError.percentEncoding(in: part)
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func == (left: AMQPURI, right: AMQPURI) -> Bool {
        left.isTLS == right.isTLS && left.user == right.user && left.password == right.password
            && left.host == right.host && left.port == right.port && left.virtualHost == right.virtualHost
            && left.query.elementsEqual(right.query) { $0 == $1 }
    }
}

extension Substring {
    /// Drops `prefix` from the front, whatever its case, and says whether it was there.
    fileprivate mutating func consumePrefix(_ prefix: String) -> Bool {
        guard self.prefix(prefix.count).lowercased() == prefix else { return false }
        self = dropFirst(prefix.count)
        return true
    }
}

/// What is wrong with an AMQP URI; never quotes its password.
package enum AMQPURIError: Error, Sendable, Equatable {
    case scheme(String)
    case unexpected(String, in: String)
    case percentEncoding(in: String)
    case port(String)
    case unknownOption(String, nearest: String?)
    case optionValue(name: String, value: String, expected: String)
    case tlsOptionWithoutTLS(String)
}

extension AMQPURIError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .scheme(let scheme): "AMQP URI begins with \"\(scheme)\": write amqp://… or amqps://…"
        case .unexpected(let what, let place): "AMQP URI has \(what) in \(place)"
        case .percentEncoding(let part): "AMQP URI: percent-encoding of \(part) is broken: write %25 for %"
        case .port(let port): "AMQP URI: port \"\(port)\" is not a number from 1 to 65535"
        case .unknownOption(let name, let nearest):
            "AMQP URI: unknown option \"\(name)\"" + (nearest.map { ": did you mean \"\($0)\"?" } ?? "")
        case .optionValue(let name, let value, let expected):
            "AMQP URI: \(name)=\(value): expected \(expected)"
        case .tlsOptionWithoutTLS(let name): "AMQP URI: \(name) needs amqps://"
        }
    }
}
