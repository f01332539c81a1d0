import Synchronization

/// What became of every message of a run: one byte each, set from any thread, counted at the end.
///
/// The books are closed by reading the bytes, not by adding up counters kept on the way, so that they cannot disagree
/// with what was seen. Memory is one byte a message, in chunks that are made when first touched.
package final class Ledger: Sendable {
    /// What was seen of a message.
    package struct Marks: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Handed to the socket.
        package static let published = Marks(rawValue: 1)
        /// The broker took responsibility for it.
        package static let confirmed = Marks(rawValue: 2)
        /// The broker refused it.
        package static let nacked = Marks(rawValue: 4)
        /// The broker could not route it.
        package static let returned = Marks(rawValue: 8)
        /// Its result was read back.
        package static let processed = Marks(rawValue: 16)
        /// It was read back from the failed queue.
        package static let failed = Marks(rawValue: 32)
        /// An outcome of it was read back more than once.
        package static let duplicated = Marks(rawValue: 64)
    }

    private static let chunkShift = 16
    private static let chunkLength = 1 << chunkShift
    /// Chunks that a ledger can hold: room for four thousand million messages.
    private static let chunkLimit = 1 << 16
    package static let capacity = UInt64(chunkLimit) << UInt64(chunkShift)

    private typealias Cell = Atomic<UInt8>

    /// Pointers to the chunks.
    ///
    /// Freed with the ledger only, so a pointer once read stays good.
    private let directory: Directory

    private struct Directory: @unchecked Sendable {
        // Reason: the pointer never changes and everything behind it is atomic.
        let chunks: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
    }

    package init() {
        let chunks = UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>.allocate(capacity: Self.chunkLimit)
        for index in 0..<Self.chunkLimit { (chunks + index).initialize(to: Atomic(nil)) }
        directory = Directory(chunks: chunks)
    }

    deinit {
        for index in 0..<Self.chunkLimit {
            if let chunk = directory.chunks[index].load(ordering: .acquiring) { chunk.deallocate() }
        }
        directory.chunks.deallocate()
    }

    /// Adds marks to a message and returns those it had before; nil for a number beyond the capacity.
    @discardableResult
    package func add(_ marks: Marks, to sequence: UInt64) -> Marks? {
        guard sequence < Self.capacity else { return nil }
        let cell = chunk(Int(sequence >> UInt64(Self.chunkShift))) + Int(sequence) & (Self.chunkLength - 1)
        return Marks(rawValue: cell.pointee.bitwiseOr(marks.rawValue, ordering: .relaxed).oldValue)
    }

    /// The marks of a message; none for one never touched.
    package func marks(of sequence: UInt64) -> Marks {
        guard sequence < Self.capacity, let chunk = existingChunk(Int(sequence >> UInt64(Self.chunkShift))) else {
            return []
        }
        return Marks(rawValue: (chunk + Int(sequence) & (Self.chunkLength - 1)).pointee.load(ordering: .relaxed))
    }

    /// How many messages of a range carry each combination of marks; the index is the marks' raw value.
    package func census(of range: Range<UInt64>) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: 256)
        var sequence = range.lowerBound
        while sequence < Swift.min(range.upperBound, Self.capacity) {
            let index = Int(sequence >> UInt64(Self.chunkShift))
            let end = Swift.min(range.upperBound, UInt64(index + 1) << UInt64(Self.chunkShift))
            if let chunk = existingChunk(index) {
                for number in sequence..<end {
                    counts[Int((chunk + Int(number) & (Self.chunkLength - 1)).pointee.load(ordering: .relaxed))] += 1
                }
            } else {
                counts[0] += end - sequence
            }
            sequence = end
        }
        return counts
    }

    private func existingChunk(_ index: Int) -> UnsafeMutablePointer<Cell>? {
        directory.chunks[index].load(ordering: .acquiring)?.assumingMemoryBound(to: Cell.self)
    }

    private func chunk(_ index: Int) -> UnsafeMutablePointer<Cell> {
        if let chunk = existingChunk(index) { return chunk }
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkLength, alignment: 64)
        fresh.initializeMemory(as: UInt8.self, repeating: 0, count: Self.chunkLength)
        let (exchanged, original) = directory.chunks[index].compareExchange(
            expected: nil, desired: fresh, ordering: .acquiringAndReleasing)
        if !exchanged { fresh.deallocate() }
        // Another thread's chunk where it was quicker; its bytes are Atomic<UInt8>, which is one byte of the same layout.
        return (exchanged ? fresh : original ?? fresh).assumingMemoryBound(to: Cell.self)
    }
}
