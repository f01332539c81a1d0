/// Well-formedness of UTF-8 after the Unicode Standard, table 3-7, and the repair that its section 3.9 recommends.
///
/// Each maximal subpart of an ill-formed sequence becomes one U+FFFD, so that everything behind it may take valid UTF-8
/// for granted.
enum UTF8Repair {
    /// The number of bytes before the first ill-formed sequence: all of them in valid text.
    static func validPrefix(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let start = bytes.baseAddress else { return 0 }
        let raw = UnsafeRawPointer(start)
        let count = bytes.count
        var index = 0
        while index < count {
            if count &- index >= 8 {
                let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if word & 0x8080_8080_8080_8080 == 0 {
                    index &+= 8
                    continue
                }
                // Four two-byte sequences with leads of D0 … DF: Cyrillic, Hebrew, Arabic.
                if UInt64(littleEndian: word) & 0xC0F0_C0F0_C0F0_C0F0 == 0x80D0_80D0_80D0_80D0 {
                    index &+= 8
                    continue
                }
            }
            let byte = start[index]
            if byte < 0x80 {
                index &+= 1
                continue
            }
            // Runs of two-byte sequences are all there is in Arabic between two spaces.
            if byte >= 0xC2, byte < 0xE0, index &+ 1 < count, start[index &+ 1] & 0xC0 == 0x80 {
                index &+= 2
                continue
            }
            let (length, isValid) = sequence(start, at: index, count: count)
            guard isValid else { return index }
            index &+= length
        }
        return count
    }

    /// Copies the text with every maximal subpart of an ill-formed sequence replaced by U+FFFD; returns how many those were.
    static func repair(
        _ bytes: UnsafeBufferPointer<UInt8>, validPrefix: Int, into repaired: inout [UInt8]
    ) -> Int {
        repaired.removeAll(keepingCapacity: true)
        guard let start = bytes.baseAddress else { return 0 }
        var replacements = 0
        var index = validPrefix
        repaired.append(contentsOf: bytes[..<validPrefix])
        while index < bytes.count {
            let (length, isValid) = sequence(start, at: index, count: bytes.count)
            if isValid {
                repaired.append(contentsOf: bytes[index..<(index + length)])
            } else {
                replacements += 1
                repaired.append(0xEF)
                repaired.append(0xBF)
                repaired.append(0xBD)
            }
            index += length
        }
        return replacements
    }

    /// The number of Unicode scalars: bytes that do not continue a sequence.
    static func scalarCount(ofValid text: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        // Inner sums of 128 bytes stay in a byte, so that the compiler can add 16 or 32 at once.
        var index = 0
        while index < text.count {
            let end = min(index &+ 128, text.count)
            var sum: UInt8 = 0
            while index < end {
                sum &+= (text[index] & 0xC0) == 0x80 ? 0 : 1
                index &+= 1
            }
            count &+= Int(sum)
        }
        return count
    }

    /// Length of the sequence at `index` and whether it is well-formed; if not, the length of its maximal subpart.
    private static func sequence(
        _ bytes: UnsafePointer<UInt8>, at index: Int, count: Int
    ) -> (length: Int, isValid: Bool) {
        let lead = bytes[index]
        var length = 0
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0x00...0x7F: return (1, true)
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return (1, false)
        }
        var allowed = second
        for offset in 1..<length {
            guard index + offset < count, allowed.contains(bytes[index + offset]) else { return (offset, false) }
            allowed = 0x80...0xBF
        }
        return (length, true)
    }
}
