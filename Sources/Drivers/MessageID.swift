/// Names a run in the messages it sends.
package struct RunID: Sendable, Hashable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Eight lower-case hexadecimal digits.
    package var description: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

/// The identity of a message: its run and its number in it; 25 ASCII bytes on the wire,
/// `rrrrrrrr-ssssssssssssssss` in lower-case hexadecimal.
package struct MessageID: Sendable, Hashable, CustomStringConvertible {
    package static let byteCount = 25

    package let run: RunID
    package let sequence: UInt64

    package init(run: RunID, sequence: UInt64) {
        self.run = run
        self.sequence = sequence
    }

    /// Reads an identifier; nil for anything that no run of ours wrote.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount, bytes[8] == UInt8(ascii: "-"),
            let run = Hexadecimal.parse(bytes.loadUnaligned(as: UInt64.self)),
            let sequence = Self.sequence(UnsafeRawBufferPointer(rebasing: bytes[9...]))
        else { return nil }
        self.run = RunID(rawValue: run)
        self.sequence = sequence
    }

    /// Reads the 16 bytes of a sequence number alone.
    package static func sequence(_ bytes: UnsafeRawBufferPointer) -> UInt64? {
        guard bytes.count == 16, let high = Hexadecimal.parse(bytes.loadUnaligned(as: UInt64.self)),
            let low = Hexadecimal.parse(bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    package init?(_ string: String) {
        var string = string
        let parsed = string.withUTF8 { MessageID(UnsafeRawBufferPointer($0)) }
        guard let parsed else { return nil }
        self = parsed
    }

    package var description: String {
        String(unsafeUninitializedCapacity: Self.byteCount) { bytes in
            write(to: UnsafeMutableRawBufferPointer(bytes))
            return Self.byteCount
        }
    }

    /// Writes the 25 bytes at the start of `bytes`.
    package func write(to bytes: UnsafeMutableRawBufferPointer) {
        precondition(bytes.count >= Self.byteCount)
        bytes.storeBytes(of: Hexadecimal.digits(run.rawValue).bigEndian, toByteOffset: 0, as: UInt64.self)
        bytes[8] = UInt8(ascii: "-")
        Self.writeSequence(sequence, to: UnsafeMutableRawBufferPointer(rebasing: bytes[9..<Self.byteCount]))
    }

    /// Writes the 16 bytes of a sequence number alone: what differs between the messages of one run.
    package static func writeSequence(_ sequence: UInt64, to bytes: UnsafeMutableRawBufferPointer) {
        let high = Hexadecimal.digits(UInt32(truncatingIfNeeded: sequence >> 32))
        let low = Hexadecimal.digits(UInt32(truncatingIfNeeded: sequence))
        bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
        bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
}

/// Hexadecimal digits, eight at a time in one word.
enum Hexadecimal {
    /// The eight ASCII digits of a value, the most significant in the highest byte.
    static func digits(_ value: UInt32) -> UInt64 {
        // Spread the nibbles over the bytes of a word.
        var word = UInt64(value)
        word = (word | word << 16) & 0x0000_FFFF_0000_FFFF
        word = (word | word << 8) & 0x00FF_00FF_00FF_00FF
        word = (word | word << 4) & 0x0F0F_0F0F_0F0F_0F0F
        // 0…9 become "0"…"9"; 10…15 need 39 more to become "a"…"f".
        let letters = ((word &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
        return word &+ 0x3030_3030_3030_3030 &+ letters &* 39
    }

    /// The value of eight lower-case digits, the first in the word's lowest byte in memory; nil for other characters.
    static func parse(_ digits: UInt64) -> UInt32? {
        let word = UInt64(bigEndian: digits)
        // Letters have bit 6, and their low nibble counts from 1.
        var value = word & 0x0F0F_0F0F_0F0F_0F0F &+ (word >> 6 & 0x0101_0101_0101_0101) &* 9
        value = (value | value >> 4) & 0x00FF_00FF_00FF_00FF
        value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
        let result = UInt32(truncatingIfNeeded: value | value >> 16)
        // What was no digit does not come back.
        return Self.digits(result) == word ? result : nil
    }
}
