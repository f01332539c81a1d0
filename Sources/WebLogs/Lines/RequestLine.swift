/// Where the parts of a request stand, `GET /path HTTP/1.1`; what is no request has none.
///
/// Anything may stand between a line's quotes: what a port scanner sent, or the first bytes of TLS. That is no fault of
/// the line.
package struct RequestLine: Sendable, Equatable {
    package private(set) var method: Range<Int>?
    package private(set) var target: Range<Int>?
    /// Behind `HTTP/`: `1.1`, `2.0`.
    package private(set) var version: Range<Int>?

    /// Reads the request field of a line.
    package init(_ bytes: UnsafeRawBufferPointer, _ field: Range<Int>) {
        let line = LineBytes(UnsafeRawBufferPointer(rebasing: bytes[..<field.upperBound]))
        var end = field.lowerBound
        while end < field.upperBound, Self.isOfMethod(line.bytes[end]) { end &+= 1 }
        guard end > field.lowerBound, line.has(.space, at: end), end &+ 1 < field.upperBound else { return }
        let version = Self.version(line, after: end)
        let targetEnd = version.map { $0.lowerBound &- 6 } ?? field.upperBound
        guard end &+ 1 < targetEnd else { return }
        method = field.lowerBound..<end
        target = end &+ 1..<targetEnd
        self.version = version
    }

    /// The numbers behind a last ` HTTP/`.
    private static func version(_ line: LineBytes, after methodEnd: Int) -> Range<Int>? {
        var start = line.count
        while start > methodEnd, line.digit(start &- 1) != nil || line.at(start &- 1) == 0x2E { start &-= 1 }
        guard start < line.count, start &- 6 >= methodEnd, line.bytes[start &- 6..<start].elementsEqual(" HTTP/".utf8)
        else { return nil }
        return start..<line.count
    }

    /// Capitals, and the underscore and hyphen of extensions.
    private static func isOfMethod(_ byte: UInt8) -> Bool {
        byte &- 0x41 < 26 || byte == 0x5F || byte == 0x2D
    }
}
