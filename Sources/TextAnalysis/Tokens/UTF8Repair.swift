/// Says whether bytes are UTF-8.
package enum WellFormedUTF8 {
    /// Whether there is no ill-formed sequence in the bytes; looks at sixteen at a time.
    package static func holds(_ bytes: UnsafeRawBufferPointer) -> Bool {
        UTF8Repair.scan(bytes.assumingMemoryBound(to: UInt8.self)).isValid
    }

    /// Of the sequence at an index its length and whether it is well-formed; if not, the length of its maximal subpart.
    package static func sequence(in bytes: UnsafeRawBufferPointer, at index: Int) -> (length: Int, isValid: Bool) {
        guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return (0, true) }
        return UTF8Repair.sequence(start, at: index, count: bytes.count)
    }
}

/// Well-formedness of UTF-8 after the Unicode Standard, table 3-7, and the repair that its section 3.9 recommends.
///
/// Each maximal subpart of an ill-formed sequence becomes one U+FFFD, so that everything behind it may take valid UTF-8
/// for granted.
enum UTF8Repair {
    /// Whether all bytes are well-formed, and the number of Unicode scalars if they are.
    ///
    /// Nothing branches on a byte, so that the compiler looks at 16 at once: each is judged by the three before it.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> (isValid: Bool, scalars: Int) {
        guard let start = bytes.baseAddress, bytes.count >= 3 else { return scanShort(bytes) }
        var faults = edgeFaults(bytes)
        var special: UInt8 = 0
        var continuations = 0
        var chunk = 0
        while chunk < bytes.count {
            // The sum of 128 bytes stays in a byte.
            let end = min(chunk &+ 128, bytes.count)
            var sum: UInt8 = 0
            for index in max(chunk, 3)..<max(end, 3) {
                faults |= fault(start[index], start[index &- 1], start[index &- 2], start[index &- 3])
            }
            for index in chunk..<end { special |= specialLead(start[index]) }
            for index in chunk..<end { sum &+= continues(start[index]) &>> 7 }
            continuations &+= Int(sum)
            chunk = end
        }
        let isValid = faults & 0x80 == 0 && (special & 0x80 == 0 || specialLeadsAreValid(bytes))
        return (isValid, bytes.count &- continuations)
    }

    /// As `scan`, for a text of less than three bytes.
    private static func scanShort(_ bytes: UnsafeBufferPointer<UInt8>) -> (isValid: Bool, scalars: Int) {
        guard let start = bytes.baseAddress else { return (true, 0) }
        var index = 0
        var scalars = 0
        while index < bytes.count {
            let (length, isValid) = sequence(start, at: index, count: bytes.count)
            guard isValid else { return (false, 0) }
            index += length
            scalars += 1
        }
        return (true, scalars)
    }

    /// The faults of the first three bytes and of a sequence that the end cuts off; of a text of three bytes at least.
    private static func edgeFaults(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8 {
        let (first, second, third) = (bytes[0], bytes[1], bytes[2])
        let end = bytes.count
        let (last, beforeLast, beforeThat) = (bytes[end - 1], bytes[end - 2], bytes[end - 3])
        return fault(first, 0, 0, 0) | fault(second, first, 0, 0) | fault(third, second, first, 0)
            | fault(0, last, beforeLast, beforeThat) | fault(0, 0, last, beforeLast) | fault(0, 0, 0, last)
    }

    /// Has the highest bit where a byte continues no sequence and should, or should not and does, by the three before it, the
    /// nearest first.
    @inline(__always)
    private static func fault(_ byte: UInt8, _ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8 {
        let afterTwo = first & first &<< 1
        let afterThree = second & second &<< 1 & second &<< 2
        let afterFour = third & third &<< 1 & third &<< 2 & third &<< 3
        return (afterTwo | afterThree | afterFour) ^ continues(byte)
    }

    /// Has the highest bit for bytes that continue a sequence: those in which only the highest of the first two is set.
    @inline(__always)
    private static func continues(_ byte: UInt8) -> UInt8 { byte & ~(byte &<< 1) }

    /// Has the highest bit for C0, C1, E0, ED and from F0 on.
    @inline(__always)
    private static func specialLead(_ byte: UInt8) -> UInt8 {
        let fromF0 = byte & byte &<< 1 & byte &<< 2 & byte &<< 3
        let isNone: UInt8 = byte & 0xFE == 0xC0 ? 0x80 : 0
        let isThree: UInt8 = byte & 0xF2 == 0xE0 ? 0x80 : 0
        return fromF0 | isNone | isThree
    }

    /// Whether the sequences are well-formed whose second byte has narrower bounds, or that no first byte begins; the lengths of
    /// all are known to be right.
    private static func specialLeadsAreValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        for index in bytes.indices {
            let byte = start[index]
            if specialLead(byte) & 0x80 != 0, !sequence(start, at: index, count: bytes.count).isValid { return false }
        }
        return true
    }

    /// Copies the text with every maximal subpart of an ill-formed sequence replaced by U+FFFD; returns how many those were.
    static func repair(_ bytes: UnsafeBufferPointer<UInt8>, into repaired: inout [UInt8]) -> Int {
        repaired.removeAll(keepingCapacity: true)
        guard let start = bytes.baseAddress else { return 0 }
        var replacements = 0
        var index = 0
        var validStart = 0
        while index < bytes.count {
            let (length, isValid) = sequence(start, at: index, count: bytes.count)
            if !isValid {
                repaired.append(contentsOf: bytes[validStart..<index])
                repaired.append(0xEF)
                repaired.append(0xBF)
                repaired.append(0xBD)
                replacements += 1
                validStart = index + length
            }
            index += length
        }
        repaired.append(contentsOf: bytes[validStart...])
        return replacements
    }

    /// Length of the sequence at `index` and whether it is well-formed; if not, the length of its maximal subpart.
    static func sequence(
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
