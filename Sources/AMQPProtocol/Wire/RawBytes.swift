// Questions about raw bytes, answered eight bytes at a time and without a String.

extension UnsafeRawBufferPointer {
    /// Whether the bytes are well-formed UTF-8: the same verdict as `String(validating:as:)`, without its allocation.
    package var isUTF8: Bool { isASCII || isWellFormed }

    /// Whether no byte has its highest bit set; what does not fill a word is read in two overlapping halves.
    private var isASCII: Bool {
        guard let base = baseAddress else { return true }
        if count >= 8 {
            var bits = base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            var offset = 0
            while offset &+ 8 < count {
                bits |= base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                offset &+= 8
            }
            return bits & 0x8080_8080_8080_8080 == 0
        }
        if count >= 4 {
            let first = base.loadUnaligned(as: UInt32.self)
            let last = base.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            return (first | last) & 0x8080_8080 == 0
        }
        var bits: UInt8 = 0
        for offset in 0..<count { bits |= base.load(fromByteOffset: offset, as: UInt8.self) }
        return bits & 0x80 == 0
    }

    private var isWellFormed: Bool {
        var offset = 0
        while offset < count {
            if self[offset] < 0x80 {
                offset &+= 1
            } else {
                guard let length = scalarLength(at: offset) else { return false }
                offset &+= length
            }
        }
        return true
    }

    /// The length of the well-formed multi-byte scalar that starts there (Unicode 16, table 3-7).
    private func scalarLength(at offset: Int) -> Int? {
        let lead = self[offset]
        let length: Int
        let second: ClosedRange<UInt8>
        switch lead {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard count - offset >= length, second.contains(self[offset + 1]) else { return nil }
        for index in offset + 2..<offset + length where self[index] & 0xC0 != 0x80 { return nil }
        return length
    }

    /// Whether both hold the same bytes.
    package func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        var offset = 0
        while offset &+ 8 <= count {
            let leftWord = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let rightWord = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if leftWord != rightWord { return false }
            offset &+= 8
        }
        while offset < count {
            if self[offset] != other[offset] { return false }
            offset &+= 1
        }
        return true
    }

    /// Whether these are the bytes of that literal.
    package func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        return literal.withUTF8Buffer { equals(UnsafeRawBufferPointer($0)) }
    }
}
