extension ServerURL {
    /// Where the host and port stand in the address.
    private var authority: Range<String.Index> {
        let start = secretText.firstRange(of: "://")?.upperBound ?? secretText.startIndex
        let end = secretText[start...].firstIndex { "/?#".contains($0) } ?? secretText.endIndex
        let afterUser = secretText[start..<end].lastIndex(of: "@").map { secretText.index(after: $0) } ?? start
        return afterUser..<end
    }

    /// The server's host, without brackets, and its port; the scheme's own where the address names none.
    package var hostAndPort: (host: String, port: Int) {
        let text = secretText[authority]
        let closing = text.lastIndex(of: "]") ?? text.startIndex
        let colon = text[closing...].lastIndex(of: ":")
        var host = String(text[..<(colon ?? text.endIndex)])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let port = colon.flatMap { Int(text[text.index(after: $0)...]) }
        return (host.isEmpty ? "127.0.0.1" : host, port ?? Self.usualPort(secretText))
    }

    private static func usualPort(_ text: String) -> Int {
        switch text.prefix(while: { $0 != ":" }).lowercased() {
        case "amqps": 5671
        case "mysql", "mariadb": 3306
        case "mongodb", "mongodb+srv": 27017
        default: 5672
        }
    }

    /// The same address with another `host:port`, credentials included; for connecting only.
    package func leading(to address: String) -> String {
        secretText.replacingCharacters(in: authority, with: address)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
