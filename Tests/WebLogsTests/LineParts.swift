import Foundation
import TestSupport

@testable import WebLogs

/// A line taken apart, with its bytes at hand.
struct LineParts {
    let bytes: [UInt8]
    let line: AccessLogLine

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        // The pointer does not outlive the call: a line holds places, not pointers.
        line = try bytes.withUnsafeBytes { try AccessLogLine($0) }
    }

    init(_ text: String) throws { try self.init(Array(text.utf8)) }

    subscript(_ field: Range<Int>?) -> String? { field.map { String(decoding: bytes[$0], as: UTF8.self) } }

    var cleaned: CleanedLine { bytes.withUnsafeBytes { CleanedLine(line, in: $0) } }

    /// The fields with the format's own bytes between them: the line again.
    var joined: [UInt8] { bytes.withUnsafeBytes { LineChecks.joined(line, $0) } }
}

extension Optional<[UInt8]> {
    /// The bytes as text, for a readable comparison.
    var text: String? { map { String(decoding: $0, as: UTF8.self) } }
}

/// The lines of the committed logs of a real nginx (scripts/nginx-log).
enum NginxLogs {
    static let formats = ["combined", "ncsa", "vhost"]

    static func lines(_ format: String, in folder: URL? = nil) throws -> [[UInt8]] {
        let file =
            (folder ?? Places.packageRoot.appending(path: "Tests/Fixtures/nginx")).appending(path: "\(format).log")
        return try Data(contentsOf: file).split(separator: 0x0A).map(Array.init)
    }
}
