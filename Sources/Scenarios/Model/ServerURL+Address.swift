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

    /// The option of that name; nil where the address has none.
    private func option(_ name: String) -> String? {
        guard let query = secretText[authority.upperBound...].firstIndex(of: "?") else { return nil }
        for pair in secretText[secretText.index(after: query)...].split(whereSeparator: { "&;".contains($0) }) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0].lowercased() == name else { continue }
            return parts.count > 1 ? String(parts[1]) : ""
        }
        return nil
    }

    /// Why the connections to this store would not lead through a proxy, and what to do; nil where they do.
    package var reasonAgainstProxy: String? {
        let scheme = secretText.prefix { $0 != ":" }.lowercased()
        let named = "a certificate names the store and not the proxy before it; "
        switch scheme {
        case "mysql", "mariadb":
            if option("socket") != nil { return "no connection of the network leads to a socket; remove 'socket'" }
            if option("tls") == "verify" { return named + "use 'tls=require' or none" }
        case "mongodb+srv":
            return "its servers are looked up by name and no proxy stands before them; use a mongodb:// address"
        case "mongodb":
            if secretText[authority].contains(",") { return "the proxy stands before one address; give store.url one" }
            if option("replicaset") != nil {
                return "a replica set names its members, past the proxy; use 'directConnection=true' in place of "
                    + "'replicaSet'"
            }
            let isEncrypted = [option("tls"), option("ssl")].contains { $0 == "true" }
            let checksName = !["tlsinsecure", "tlsallowinvalidhostnames", "tlsallowinvalidcertificates"]
                .contains { option($0) == "true" }
            if isEncrypted, checksName { return named + "add 'tlsAllowInvalidHostnames=true'" }
        default: break
        }
        return nil
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
