import NIOCore

/// Bytes on their way, each piece with the time at which it may go on; the order is never changed.
///
/// A delay holds every byte as long: it makes messages late, and never fewer a second.
struct DelayLine {
    private var waiting = CircularBuffer<(dueNanoseconds: Int64, bytes: ByteBuffer)>()
    private var lastDueNanoseconds = Int64.min
    /// What it holds.
    private(set) var heldBytes = 0

    var isEmpty: Bool { waiting.isEmpty }

    /// When the piece at its head may go on.
    var nextDueNanoseconds: Int64? { waiting.first?.dueNanoseconds }

    /// The length of the piece at its head.
    var headBytes: Int { waiting.first?.bytes.readableBytes ?? 0 }

    /// Puts a piece in that may go on at that time, and not before those that came earlier.
    mutating func append(_ bytes: ByteBuffer, dueNanoseconds: Int64) {
        guard bytes.readableBytes > 0 else { return }
        lastDueNanoseconds = max(lastDueNanoseconds, dueNanoseconds)
        heldBytes += bytes.readableBytes
        waiting.append((lastDueNanoseconds, bytes))
    }

    /// Takes up to `most` bytes of the piece at its head, if it may go on by now.
    mutating func take(most: Int = .max, now: Int64) -> ByteBuffer? {
        guard let first = waiting.first, first.dueNanoseconds <= now else { return nil }
        guard first.bytes.readableBytes > most else {
            waiting.removeFirst()
            heldBytes -= first.bytes.readableBytes
            return first.bytes
        }
        guard let part = waiting[waiting.startIndex].bytes.readSlice(length: most) else { return nil }
        heldBytes -= most
        return part
    }

    mutating func removeAll() {
        waiting.removeAll()
        heldBytes = 0
    }
}

/// A bound on bytes a second that several connections share: each asks for its next piece and is told when that is out.
struct RateLimit {
    let bytesPerSecond: Int
    private var freeNanoseconds: Int64

    init(bytesPerSecond: Int, now: Int64) {
        self.bytesPerSecond = bytesPerSecond
        freeNanoseconds = now
    }

    /// The most that goes at once: what the link carries in 10 ms, so that connections take turns.
    var pieceBytes: Int { min(max(bytesPerSecond / 100, 256), 65_536) }

    /// What a timer may be late without making the link slower.
    private static let lateNanoseconds: Int64 = 10_000_000

    /// When the last of these bytes has left; asked once for each piece, in the order in which they go.
    ///
    /// Who asks a moment late, because a timer was, is served as if in time.
    mutating func reserve(_ bytes: Int, now: Int64) -> Int64 {
        freeNanoseconds =
            max(freeNanoseconds, now - Self.lateNanoseconds) &+ Int64(Double(bytes) / Double(bytesPerSecond) * 1e9)
        return freeNanoseconds
    }
}

/// Numbers by chance from a seed: SplitMix64 (Steele, Lea, Flood 2014).
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// From −1 up to 1.
    mutating func around() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        return Double(word >> 11) / Double(1 << 52) - 1
    }
}
