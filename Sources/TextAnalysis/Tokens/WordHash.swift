/// The 64-bit hash by which words are told apart: 8 bytes a step, one wide multiplication each.
///
/// Words are compared by this hash alone. Two of a million distinct words collide with a probability of 3 · 10⁻⁸.
enum WordHash {
    private static let first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let second: UInt64 = 0xD6E8_FEB8_6659_FD93

    /// The hash of `count` bytes; up to 8 bytes behind them must be readable.
    @inline(__always)
    static func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        let raw = UnsafeRawPointer(bytes)
        var state = second &+ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while count &- offset > 8 {
            state = fold(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ first, state)
            offset &+= 8
        }
        let tailBits = UInt64(truncatingIfNeeded: 8 &* (count &- offset))
        let tail = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let mask: UInt64 = tailBits == 0 ? 0 : UInt64.max >> (64 &- tailBits)
        return fold((tail & mask) ^ first, state)
    }

    /// The hash of an array, for building tables.
    static func hash(_ bytes: [UInt8]) -> UInt64 {
        (bytes + [UInt8](repeating: 0, count: 8)).withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { hash($0, count: bytes.count) } ?? 0
        }
    }

    @inline(__always)
    private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        // The sum of the inputs keeps a factor of 0 from swallowing the other one.
        return (product.high ^ product.low) &+ (a ^ (b >> 32))
    }
}
