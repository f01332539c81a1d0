/// Why bytes are not JSON.
enum JSONError: Error, Equatable, CustomStringConvertible {
    /// Something else was expected at this offset.
    case unexpected(offset: Int)
    /// The bytes ended within a value.
    case truncated
    /// A string's bytes are not UTF-8, or an escape names half a character.
    case invalidUTF8(offset: Int)
    /// Arrays and objects are nested deeper than is read.
    case tooDeep(maximum: Int)

    var description: String {
        switch self {
        case .unexpected(let offset): "not JSON at byte \(offset)"
        case .truncated: "the JSON ends too early"
        case .invalidUTF8(let offset): "not UTF-8 at byte \(offset)"
        case .tooDeep(let maximum): "JSON nested deeper than \(maximum)"
        }
    }
}

/// A string as it stands in the bytes, without its quotes.
struct JSONString: Sendable, Equatable {
    let range: Range<Int>
    /// Whether escapes must be resolved; if not, the range is the text.
    let hasEscapes: Bool
}

/// A value as it stands in the bytes.
enum JSONValue: Sendable, Equatable {
    case string(JSONString)
    /// A number that is a whole one without fraction or exponent, where it fits.
    case integer(Int64)
    /// Any other number.
    case number(Range<Int>)
    case boolean(Bool)
    case null
    /// An array or object, checked but not looked into.
    case container(Range<Int>)
}

/// Walks JSON text (RFC 8259, strictly) without allocating; what a caller does not ask for is checked and passed over.
///
/// Foundation's decoder takes tens of microseconds for a message of a kilobyte; this takes about one. A byte-order
/// mark, comments, trailing commas and lone surrogates are errors. Every read is checked against `bytes.count`.
struct JSONScanner {
    /// How deep arrays and objects may nest: one bit of the stack each.
    static let depthMaximum = 64

    let bytes: UnsafeRawBufferPointer
    /// Where the next byte is read.
    var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Walks the members of the one object that the bytes are, in order; duplicate names are the caller's affair.
    ///
    /// Returns false, when the bytes are JSON of another kind.
    mutating func readObject(
        _ member: (_ name: JSONString, _ value: JSONValue) -> Void
    ) throws(JSONError) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: "{") else {
            _ = try readWhole()
            return false
        }
        offset += 1
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            offset += 1
        } else {
            var more = true
            while more {
                let name = try readName()
                member(name, try readValue(depth: 1))
                more = try readSeparator(closing: UInt8(ascii: "}"))
            }
        }
        try expectEnd()
        return true
    }

    /// Reads the one value that the bytes are.
    mutating func readWhole() throws(JSONError) -> JSONValue {
        let value = try readValue()
        try expectEnd()
        return value
    }

    /// Reads the value that starts here; of an array or object only the extent.
    mutating func readValue(depth: Int = 0) throws(JSONError) -> JSONValue {
        skipSpace()
        guard let first = peek() else { throw .truncated }
        switch first {
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .container(try skipContainer(depth: depth))
        default: return try readScalar(first)
        }
    }

    private mutating func readScalar(_ first: UInt8) throws(JSONError) -> JSONValue {
        switch first {
        case UInt8(ascii: "t"):
            try readWord("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try readWord("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try readWord("null")
            return .null
        default:
            return try readNumber()
        }
    }

    // MARK: Structure

    /// Walks an array or object with a stack of bits: 1 for an object.
    private mutating func skipContainer(depth outer: Int) throws(JSONError) -> Range<Int> {
        let start = offset
        var objects: UInt64 = 0
        var depth = 0
        repeat {
            // Here a value starts, its name read already.
            skipSpace()
            guard let first = peek() else { throw .truncated }
            if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                let isObject = first == UInt8(ascii: "{")
                depth += 1
                guard outer + depth <= Self.depthMaximum else { throw .tooDeep(maximum: Self.depthMaximum) }
                objects = objects << 1 | (isObject ? 1 : 0)
                offset += 1
                skipSpace()
                if peek() != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    if isObject { _ = try readName() }
                    continue
                }
                offset += 1
                depth -= 1
                objects >>= 1
            } else if first == UInt8(ascii: "\"") {
                _ = try readString()
            } else {
                _ = try readScalar(first)
            }
            // Here a value has ended: close what it was the last of.
            while depth > 0 {
                let isObject = objects & 1 == 1
                if try readSeparator(closing: isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    if isObject { _ = try readName() }
                    break
                }
                depth -= 1
                objects >>= 1
            }
        } while depth > 0
        return start..<offset
    }

    /// Reads `"name" :`.
    private mutating func readName() throws(JSONError) -> JSONString {
        skipSpace()
        guard let first = peek() else { throw .truncated }
        guard first == UInt8(ascii: "\"") else { throw .unexpected(offset: offset) }
        let name = try readString()
        skipSpace()
        guard let colon = peek() else { throw .truncated }
        guard colon == UInt8(ascii: ":") else { throw .unexpected(offset: offset) }
        offset += 1
        return name
    }

    /// Reads a comma (true) or the closing bracket (false).
    private mutating func readSeparator(closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard let byte = peek() else { throw .truncated }
        guard byte == closing || byte == UInt8(ascii: ",") else { throw .unexpected(offset: offset) }
        offset += 1
        return byte != closing
    }

    private mutating func expectEnd() throws(JSONError) {
        skipSpace()
        guard offset == bytes.count else { throw .unexpected(offset: offset) }
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    private func peek() -> UInt8? {
        offset < bytes.count ? bytes[offset] : nil
    }

    // MARK: Words and numbers

    private mutating func readWord(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard let byte = peek() else { throw .truncated }
            guard byte == word.utf8Start[index] else { throw .unexpected(offset: offset) }
            offset += 1
        }
    }

    private mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = offset
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let digits = offset
        // Gathered below zero, where there is one more number.
        var value: Int64? = 0
        try readDigits { digit in
            let (product, overflowed) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, overflowedToo) = product.subtractingReportingOverflow(Int64(digit))
            value = value == nil || overflowed || overflowedToo ? nil : sum
        }
        guard bytes[digits] != UInt8(ascii: "0") || offset == digits + 1 else { throw .unexpected(offset: digits + 1) }
        var isWhole = true
        if peek() == UInt8(ascii: ".") {
            isWhole = false
            offset += 1
            try readDigits { _ in }
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            offset += 1
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { offset += 1 }
            try readDigits { _ in }
        }
        guard isWhole, let value, isNegative || value != .min else { return .number(start..<offset) }
        return .integer(isNegative ? value : -value)
    }

    /// Reads one digit or more.
    private mutating func readDigits(_ digit: (UInt8) -> Void) throws(JSONError) {
        guard let first = peek() else { throw .truncated }
        guard first &- 0x30 < 10 else { throw .unexpected(offset: offset) }
        while let byte = peek(), byte &- 0x30 < 10 {
            digit(byte &- 0x30)
            offset += 1
        }
    }
}
