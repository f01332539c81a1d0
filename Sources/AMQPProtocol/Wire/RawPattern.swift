/// Bytes that came before, and the places where later ones may differ: what looks the same need not be parsed again.
///
/// A stream's messages mostly differ in a few numbers at fixed places. Comparing the rest, eight bytes at a time, takes a
/// tenth of the time of walking over its fields.
package struct RawPattern: Sendable {
    private let count: Int
    /// What to compare of each word of the bytes, and what it must be; the last word ends with the bytes.
    private var masks: [UInt64]
    private var values: [UInt64]

    /// Bytes of which those in `varying` may differ; shorter ones than a word match nothing.
    package init(_ bytes: UnsafeRawBufferPointer, varying: [Range<Int>]) {
        count = bytes.count
        masks = []
        values = []
        guard count >= 8 else { return }
        var fixed = [UInt8](repeating: 0xFF, count: count)
        for range in varying { for index in range.clamped(to: 0..<count) { fixed[index] = 0 } }
        for offset in Self.offsets(count) {
            let mask = fixed.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
            masks.append(mask)
            values.append(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & mask)
        }
    }

    /// Whether these are as many bytes, and the same but where they may differ.
    package func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == count, count >= 8, let base = bytes.baseAddress else { return false }
        let last = masks.count - 1
        return masks.withUnsafeBufferPointer { masks in
            values.withUnsafeBufferPointer { values in
                let word = base.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
                var difference = word & masks[last] ^ values[last]
                for index in 0..<last {
                    let word = base.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
                    difference |= word & masks[index] ^ values[index]
                }
                return difference == 0
            }
        }
    }

    /// Where the words begin: one behind the other, the last so that it ends with the bytes.
    private static func offsets(_ count: Int) -> [Int] { Array(stride(from: 0, to: count - 8, by: 8)) + [count - 8] }
}
