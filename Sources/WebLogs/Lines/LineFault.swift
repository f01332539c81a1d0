/// Why a line is not an access-log line: where reading it stopped, and what should have stood there.
package struct LineFault: Error, Equatable, CustomStringConvertible {
    /// What a line must have in some place.
    package enum Expected: String, Sendable, CaseIterable {
        case client = "the client's address"
        case identity = "the identity field"
        case user = "the user field"
        case bracket = "'[' before the time"
        case time = "a time such as 21/Nov/2026:02:48:49 +0000"
        case bracketEnd = "']' after the time"
        case request = "'\"' before the request"
        case requestEnd = "'\"' after the request"
        case status = "a status of three digits, or '-'"
        case size = "a size in bytes, or '-'"
        case fieldEnd = "a space or the line's end"
        case quoteEnd = "'\"' after a quoted field"
    }

    /// The byte's number in the line, counted from 1; one behind the last where the line broke off.
    package let column: Int
    package let expected: Expected

    package init(column: Int, expected: Expected) {
        self.column = column
        self.expected = expected
    }

    package var description: String { "column \(column): expected \(expected.rawValue)" }
}
