/// Reads AMQP's fields from the bytes of one frame and never past them (specification 4.2.5).
///
/// The bytes must outlive the reader: use it inside `withUnsafeReadableBytes`.
package struct WireReader {
    /// All it may read.
    package let bytes: UnsafeRawBufferPointer
    /// How many of them it has read.
    package private(set) var offset = 0
    /// How many tables and arrays these bytes lie in.
    var nesting = 0

    /// Reads from the first byte on.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Bytes not yet read.
    package var left: Int { bytes.count - offset }

    /// An integer, its most significant byte first.
    @inline(__always)  // a load and a comparison: called out of line it took a third of the time of a delivery
    package mutating func readInteger<T: FixedWidthInteger>(as type: T.Type = T.self) throws(WireError) -> T {
        let size = MemoryLayout<T>.size
        guard left >= size else { throw .truncated(needed: size, left: left) }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
        offset += size
        return T(bigEndian: value)
    }

    /// An octet that packs up to eight bits.
    mutating func readBits() throws(WireError) -> Bits { Bits(octet: try readInteger()) }

    /// Passes a reserved integer, whatever it holds.
    mutating func skipReserved<T: FixedWidthInteger>(_ type: T.Type) throws(WireError) {
        _ = try readInteger(as: type)
    }

    /// The next `count` bytes, not copied.
    @inline(__always)
    package mutating func readBytes(_ count: Int) throws(WireError) -> UnsafeRawBufferPointer {
        guard count >= 0, left >= count else { throw .truncated(needed: count, left: left) }
        guard let base = bytes.baseAddress else { return bytes }
        defer { offset += count }
        return UnsafeRawBufferPointer(start: base + offset, count: count)
    }

    /// The bytes of a short string, not copied; they are UTF-8.
    package mutating func readShortBytes() throws(WireError) -> UnsafeRawBufferPointer {
        let bytes = try readBytes(Int(try readInteger(as: UInt8.self)))
        guard bytes.isUTF8 else { throw .notUTF8("short string", bytes: bytes.count) }
        return bytes
    }

    /// The bytes that follow a 32-bit length, not copied.
    mutating func readLongSlice() throws(WireError) -> UnsafeRawBufferPointer {
        try readBytes(Int(try readInteger(as: UInt32.self)))
    }

    /// Refuses bytes behind the last field.
    func finish() throws(WireError) {
        guard left == 0 else { throw .leftOver(left) }
    }

    /// A string of at most 255 bytes, which must be UTF-8.
    package mutating func readShortString() throws(WireError) -> String {
        let count = Int(try readInteger(as: UInt8.self))
        let bytes = try readBytes(count)
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8("short string", bytes: count)
        }
        return string
    }

    /// A long string that must be UTF-8.
    package mutating func readLongString() throws(WireError) -> String {
        let bytes = try readLongSlice()
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8("long string", bytes: bytes.count)
        }
        return string
    }

    /// A long string of any bytes.
    package mutating func readLongBytes() throws(WireError) -> [UInt8] {
        Array(try readLongSlice())
    }
}

/// Consecutive bit fields of a method, packed into one octet, first bit lowest (specification 4.2.5.2).
struct Bits {
    let octet: UInt8

    /// The bit of that place; bits that no field has are ignored.
    subscript(place: UInt8) -> Bool { octet >> place & 1 != 0 }
}
