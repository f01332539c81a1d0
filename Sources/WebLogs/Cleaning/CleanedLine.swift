/// What the fields of a line say, cleaned: escapes undone, `-` and nothing become nil, all text is UTF-8.
///
/// | member | from |
/// |---|---|
/// | `ip` | the client, without brackets; a name where the server looked names up |
/// | `url` | the request's target, made absolute by the virtual host where the line has one |
/// | `schema`, `host` | the target if that is absolute, else the virtual host; in lower case |
/// | `domain` | the host's last two labels, three below the likes of `co.uk`; none of an address |
/// | `path` | the target's path, without the query, its `%HH` as they are |
/// | `session` | the first of the URL's parameters that is named as sessions are: `jsessionid`, `PHPSESSID`, `sid` … |
///
/// A request that is none (a scanner's bytes, TLS on a plain port) leaves all that comes from it nil.
package struct CleanedLine: Sendable, Equatable {
    package private(set) var time: LogTime
    package private(set) var ip: [UInt8]?
    package private(set) var user: [UInt8]?
    package private(set) var method: [UInt8]?
    package private(set) var url: [UInt8]?
    package private(set) var schema: [UInt8]?
    package private(set) var host: [UInt8]?
    package private(set) var domain: [UInt8]?
    package private(set) var path: [UInt8]?
    package private(set) var status: Int?
    package private(set) var size: Int64?
    package private(set) var referer: [UInt8]?
    package private(set) var userAgent: [UInt8]?
    package private(set) var session: [UInt8]?
    package private(set) var httpVersion: [UInt8]?

    /// Cleans a line whose fields stand in `bytes` as `line` says.
    package init(_ line: AccessLogLine, in bytes: UnsafeRawBufferPointer) {
        func text(_ field: Range<Int>?) -> [UInt8]? {
            guard let field, !field.isEmpty else { return nil }
            let content = UnsafeRawBufferPointer(rebasing: bytes[field])
            if content.count == 1, content[0] == Character.ASCII.hyphen.rawValue { return nil }
            return LogText.unescaped(content)
        }
        time = line.time
        (status, size) = (line.status, line.size)
        ip = text(HostName.unbracketed(LineBytes(bytes), line.client))
        // Apache writes an empty user as two quotes.
        user = text(line.user).flatMap { $0.elementsEqual([0x22, 0x22]) ? nil : $0 }
        (referer, userAgent) = (text(line.referer), text(line.agent))
        let request = RequestLine(bytes, line.request)
        (method, httpVersion) = (text(request.method), text(request.version))
        // A target may be a hyphen.
        let target = request.target.map { LogText.unescaped(UnsafeRawBufferPointer(rebasing: bytes[$0])) }
        let goal = RequestURL(
            target: target, isConnect: method?.elementsEqual("CONNECT".utf8) ?? false, vhost: text(line.vhost))
        (url, schema, host, path, session) = (goal.url, goal.schema, goal.host, goal.path, goal.session)
        domain = goal.host.flatMap(HostName.registrable)
    }
}
