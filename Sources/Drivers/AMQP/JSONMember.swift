/// Finds a text in a JSON object by the names that lead to it, and passes over everything else without decoding it.
///
/// The bytes are looked at once and never copied. Text that is not JSON gives nothing, at the latest at its end.
struct JSONMember: Sendable {
    private let path: [[UInt8]]

    /// Names of members, each within the one before; at least one.
    init(_ path: [String]) {
        self.path = path.map { Array($0.utf8) }
    }

    /// The bytes between the quotes of the text, escapes as they stand; nil where there is none.
    func text(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var reader = Reader(bytes: bytes)
        for (level, name) in path.enumerated() {
            guard reader.enterMember(name) else { return nil }
            if level == path.count - 1 { return reader.string() }
        }
        return nil
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0

        private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

        /// Moves to the value of a member of the object that begins here; false where it has none of that name.
        mutating func enterMember(_ name: [UInt8]) -> Bool {
            guard take(UInt8(ascii: "{")) else { return false }
            while let key = string() {
                guard take(UInt8(ascii: ":")) else { return false }
                if key.elementsEqual(name) { return true }
                guard passValue(), take(UInt8(ascii: ",")) else { return false }
            }
            return false
        }

        /// The contents of the string that begins here.
        mutating func string() -> UnsafeRawBufferPointer? {
            guard take(UInt8(ascii: "\"")) else { return nil }
            let start = position
            while let byte = current {
                position += 1
                if byte == UInt8(ascii: "\"") {
                    return UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1])
                }
                if byte == UInt8(ascii: "\\") { position += 1 }
            }
            return nil
        }

        /// Passes over a value of any kind, however deep; false at the end of the bytes.
        private mutating func passValue() -> Bool {
            var depth = 0
            while true {
                passBlanks()
                guard let byte = current else { return false }
                switch byte {
                case UInt8(ascii: "\""): guard string() != nil else { return false }
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    position += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    guard depth > 0 else { return true }
                    depth -= 1
                    position += 1
                case UInt8(ascii: ","):
                    guard depth > 0 else { return true }
                    position += 1
                default: position += 1
                }
            }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            passBlanks()
            guard current == byte else { return false }
            position += 1
            return true
        }

        private mutating func passBlanks() {
            while let byte = current, byte == 0x20 || (0x09...0x0d).contains(byte) { position += 1 }
        }
    }
}
