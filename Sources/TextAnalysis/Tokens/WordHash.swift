/// The 64-bit hash by which words are told apart: 8 bytes a step, one wide multiplication each.
///
/// Words are compared by this hash alone. Two of a million distinct words collide with a probability of 3 · 10⁻⁸. The bytes can
/// come in pieces, so that a word is hashed from registers while it is read.
struct WordHash {
    private static let first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let second: UInt64 = 0xD6E8_FEB8_6659_FD93

    private var state = second
    private var pending: UInt64 = 0
    private var pendingBits: UInt64 = 0
    private var count: UInt64 = 0

    /// Adds the `count` low bytes (1 … 8) of `piece`, the first lowest; its other bytes must be 0.
    @inline(__always)
    mutating func add(_ piece: UInt64, count bytes: Int) {
        let bits = UInt64(truncatingIfNeeded: 8 &* bytes)
        pending |= piece &<< pendingBits
        count &+= UInt64(truncatingIfNeeded: bytes)
        let sum = pendingBits &+ bits
        if sum < 64 {
            pendingBits = sum
            return
        }
        state = Self.fold(pending ^ Self.first, state)
        // In two steps, since with nothing pending it is a shift by 64.
        pending = (piece &>> 1) &>> (63 &- pendingBits)
        pendingBits = sum &- 64
    }

    /// The hash of all bytes added.
    @inline(__always)
    func value() -> UInt64 {
        Self.fold(pending ^ Self.first, state &+ count)
    }

    /// The hash of one piece of less than eight bytes, as `add` and `value` would give it.
    @inline(__always)
    static func hash(_ piece: UInt64, count: Int) -> UInt64 {
        fold(piece ^ first, second &+ UInt64(truncatingIfNeeded: count))
    }

    /// The hash of a piece of eight bytes and one of less, `count` bytes together.
    @inline(__always)
    static func hash(_ piece: UInt64, _ rest: UInt64, count: Int) -> UInt64 {
        fold(rest ^ first, fold(piece ^ first, second) &+ UInt64(truncatingIfNeeded: count))
    }

    /// The hash of `count` bytes in memory.
    static func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        let raw = UnsafeRawPointer(bytes)
        var hash = WordHash()
        var offset = 0
        while count &- offset >= 8 {
            hash.add(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)), count: 8)
            offset &+= 8
        }
        var piece: UInt64 = 0
        for index in offset..<count { piece |= UInt64(bytes[index]) &<< UInt64(8 &* (index &- offset)) }
        if offset < count { hash.add(piece, count: count &- offset) }
        return hash.value()
    }

    /// The hash of an array, for building tables.
    static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { hash($0, count: bytes.count) } ?? WordHash().value()
        }
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        // The sum of the inputs keeps a factor of 0 from swallowing the other one.
        return (product.high ^ product.low) &+ (a ^ (b >> 32))
    }
}
