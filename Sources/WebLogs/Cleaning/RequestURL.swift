/// What a request's target says: where it goes, by its own words or by the virtual host's.
struct RequestURL {
    private(set) var url: [UInt8]?
    private(set) var schema: [UInt8]?
    private(set) var host: [UInt8]?
    private(set) var path: [UInt8]?
    private(set) var session: [UInt8]?

    /// A target without its escapes, and the line's virtual host, if it has one, with a port or without.
    ///
    /// - An absolute target says everything itself.
    /// - A path is completed by the virtual host; its port 443 or 80 says the schema, otherwise the URL is one without a
    ///   schema, `//host/path`. Without a virtual host the URL is the target as it is.
    /// - `CONNECT` names a host and a port, and nothing more.
    init(target: [UInt8]?, isConnect: Bool, vhost: [UInt8]?) {
        let site = vhost.flatMap(Self.hostAndPort)
        (host, schema) = (site?.host, site.flatMap { Self.schemas[$0.port] })
        guard let target else { return }
        if isConnect {
            let other = Self.hostAndPort(target)
            (url, host, schema) = (target, other?.host, nil)
        } else if target.first == 0x2F {
            let bounds = Self.pathBounds(target, from: 0)
            path = Array(target[bounds])
            session = Self.session(target, from: 0)
            url = site.map { Self.absolute(target, of: $0) } ?? target
        } else if let colon = Self.schemaEnd(target) {
            url = target
            schema = target[..<colon].map { Self.lowercased($0) }
            let start = colon + 3
            let end = target[start...].firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? target.count
            let authority = target[start..<end]
            let afterUser = authority.lastIndex(of: 0x40).map { $0 + 1 } ?? start
            host = Self.hostAndPort(Array(target[afterUser..<end]))?.host
            let bounds = Self.pathBounds(target, from: end)
            path = bounds.isEmpty ? [0x2F] : Array(target[bounds])
            session = Self.session(target, from: end)
        } else {
            // `*`, or what a confused client sent.
            url = target
        }
    }

    private static let schemas: [Int: [UInt8]] = [80: Array("http".utf8), 443: Array("https".utf8)]

    /// The place of the colon behind a schema, where an absolute URL begins with one.
    private static func schemaEnd(_ target: [UInt8]) -> Int? {
        guard let colon = target.firstIndex(of: 0x3A), colon > 0, target[colon...].starts(with: "://".utf8) else {
            return nil
        }
        let isSchema = target[..<colon].allSatisfy { byte in
            lowercased(byte) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2B || byte == 0x2D || byte == 0x2E
        }
        return isSchema ? colon : nil
    }

    /// The path of a target up to its query or fragment.
    private static func pathBounds(_ target: [UInt8], from start: Int) -> Range<Int> {
        start..<(target[start...].firstIndex { $0 == 0x3F || $0 == 0x23 } ?? target.count)
    }

    // MARK: - Hosts

    private struct Site {
        /// In lower case, without brackets and without a dot at its end.
        var host: [UInt8]
        /// 0 for none.
        var port: Int
        /// As it was written, but for a port that the schema says.
        var authority: [UInt8]
    }

    /// A host and its port; nil where there is no host.
    private static func hostAndPort(_ authority: [UInt8]) -> Site? {
        var name = authority[...]
        var port = 0
        let colons = authority.count { $0 == 0x3A }
        let isBracketed = authority.first == 0x5B
        // Without brackets more than one colon are an IPv6 address's own.
        if isBracketed || colons == 1, let colon = authority.lastIndex(of: 0x3A),
            !isBracketed || (colon > 0 && authority[colon - 1] == 0x5D)
        {
            name = authority[..<colon]
            let digits = authority[(colon + 1)...]
            guard digits.count <= 5, digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
            port = digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        }
        let written = schemas[port] == nil ? authority : Array(name)
        if name.count > 2, name.first == 0x5B, name.last == 0x5D { name = name.dropFirst().dropLast() }
        if name.count > 1, name.last == 0x2E { name = name.dropLast() }
        guard !name.isEmpty, !name.elementsEqual([0x2D]) else { return nil }
        return Site(host: name.map(lowercased), port: port, authority: written)
    }

    /// A path on a site, with its schema where that is known.
    private static func absolute(_ path: [UInt8], of site: Site) -> [UInt8] {
        var url = schemas[site.port] ?? []
        if !url.isEmpty { url.append(0x3A) }
        url += [0x2F, 0x2F]
        url += site.authority
        url += path
        return url
    }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    // MARK: - Sessions

    private static let sessionNames = ["jsessionid", "phpsessid", "sid", "session", "sessionid", "session_id"]
        .map { Array($0.utf8) }

    /// The value of the first parameter of the path (`;jsessionid=`) or of the query that is named as sessions are.
    private static func session(_ target: [UInt8], from start: Int) -> [UInt8]? {
        let end = target[start...].firstIndex(of: 0x23) ?? target.count
        let query = target[start..<end].firstIndex(of: 0x3F) ?? end
        var place = start
        while let separator = target[place..<end].firstIndex(where: { $0 == 0x3B || $0 == 0x3F || $0 == 0x26 }) {
            let next = target[(separator + 1)..<end].indices.first { ends(target[$0], isPath: $0 < query) }
            place = next ?? end
            let parameter = target[(separator + 1)..<place]
            guard let equals = parameter.firstIndex(of: 0x3D), equals + 1 < place else { continue }
            let name = parameter[..<equals]
            if sessionNames.contains(where: { $0.elementsEqual(name.lazy.map(lowercased)) }) {
                return Array(parameter[(equals + 1)...])
            }
        }
        return nil
    }

    /// What ends a parameter: the next one, the query, and within the path its next segment.
    private static func ends(_ byte: UInt8, isPath: Bool) -> Bool {
        byte == 0x3B || byte == 0x3F || byte == 0x26 || isPath && byte == 0x2F
    }
}
