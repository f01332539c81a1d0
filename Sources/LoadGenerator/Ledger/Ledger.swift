import Synchronization

/// What became of every message of a run: marks set from any thread and counted at the end, and how late each was sent.
///
/// ```
///  sequence ──► marks   2 bytes each   65 536 to a chunk ─ all final and alike ─► one word
///           └─► lags    4 bytes each   65 536 to a chunk ─ all final ───────────► nothing
/// ```
///
/// The books are closed by reading the marks, not by adding up counters kept on the way, so that they cannot disagree
/// with what was seen. A chunk is made when it is first touched; ``retire(isFinal:)`` takes back those of which nothing
/// more is to come, so that a run of any length needs room for its backlog alone. A retired chunk still answers for
/// every message, and is made again should one of its messages change.
package final class Ledger: Sendable {
    /// What was seen of a message: what the broker said of it, and what each branch of the pipeline answered.
    ///
    /// ```
    ///   bit  0          1 2               3         4 5 6                           7 8 9 …
    ///        published  broker's answer   returned  processed, failed, duplicated   the same of the next branch
    /// ```
    package struct Marks: OptionSet, Sendable, Hashable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Handed to the socket.
        package static let published = Marks(rawValue: 1)
        /// The broker took responsibility for it.
        package static let confirmed = Marks(rawValue: 2)
        /// The broker refused it.
        package static let nacked = Marks(rawValue: 4)
        /// Its connection was lost before its answer came: a closed loop waits for it no longer.
        ///
        /// Both bits of the answer, for one that was lost can be neither a yes nor a no.
        package static let writtenOff: Marks = [confirmed, nacked]
        /// The broker could not route it.
        package static let returned = Marks(rawValue: 8)
        /// Its result was read back.
        package static let processed = processed(0)
        /// It was read back from the failed queue.
        package static let failed = failed(0)
        /// An outcome of it was read back more than once.
        package static let duplicated = duplicated(0)

        /// A branch's result was read back.
        package static func processed(_ branch: Int) -> Marks { Marks(rawValue: 1 &<< bits(branch)) }
        /// It was read back from a branch's failed queue.
        package static func failed(_ branch: Int) -> Marks { Marks(rawValue: 2 &<< bits(branch)) }
        /// An outcome of a branch was read back more than once.
        package static func duplicated(_ branch: Int) -> Marks { Marks(rawValue: 4 &<< bits(branch)) }

        private static func bits(_ branch: Int) -> UInt16 { 4 + 3 * UInt16(truncatingIfNeeded: branch) }

        /// Branches that there is room for.
        package static let branchLimit = 4

        /// The broker's word, where it came.
        private var answer: Marks { intersection(.writtenOff) }
        /// Whether the broker took responsibility for it.
        package var isConfirmed: Bool { answer == .confirmed }
        /// Whether the broker refused it.
        package var isNacked: Bool { answer == .nacked }

        /// The lowest bit of each of so many branches.
        private static func lowest(_ branches: Int) -> UInt16 {
            0b0010_0100_1001 & ((1 << (3 * UInt16(truncatingIfNeeded: branches))) &- 1)
        }
        /// Whether each of so many branches has answered.
        package func isAnswered(branches: Int) -> Bool {
            let lowest = Self.lowest(branches)
            return (rawValue >> 4 | rawValue >> 5) & lowest == lowest
        }
        /// Whether a branch has answered.
        package func isAnswered(by branch: Int) -> Bool {
            !isDisjoint(with: .processed(branch).union(.failed(branch)))
        }
        /// Whether one of so many branches has answered that it failed, and not that it was processed as well.
        package func isFailed(branches: Int) -> Bool { rawValue >> 5 & ~(rawValue >> 4) & Self.lowest(branches) != 0 }
    }

    private static let chunkShift = 16
    private static let chunkLength = 1 << chunkShift
    /// Chunks that a ledger can hold: room for four thousand million messages.
    private static let chunkLimit = 1 << 16
    package static let capacity = UInt64(chunkLimit) << UInt64(chunkShift)

    private typealias Mark = Atomic<UInt16>
    private typealias Lag = Atomic<UInt32>

    /// A chunk of marks as one word: 0 where there is none, an odd number where all are alike, else where it lies.
    private struct Place {
        var word: UInt

        init(word: UInt) { self.word = word }
        init(_ chunk: UnsafeMutableRawPointer) { word = UInt(bitPattern: chunk) }
        init(alike marks: Marks) { word = UInt(marks.rawValue) << 1 | 1 }

        var alike: Marks? { word & 1 == 1 ? Marks(rawValue: UInt16(truncatingIfNeeded: word >> 1)) : nil }
        var chunk: UnsafeMutablePointer<Mark>? {
            word & 1 == 1 ? nil : UnsafeMutableRawPointer(bitPattern: word)?.assumingMemoryBound(to: Mark.self)
        }
    }

    private let directory: Directory
    private let memory = Mutex(Memory())

    // Unchecked: the pointers never change and everything behind them is atomic.
    private struct Directory: @unchecked Sendable {
        let marks: UnsafeMutablePointer<Atomic<UInt>>
        let lags: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
    }

    /// Chunks that are not in the directory; unchecked, since the mutex that holds it guards it.
    private struct Memory: @unchecked Sendable {
        var freeMarks: [UnsafeMutableRawPointer] = []
        var freeLags: [UnsafeMutableRawPointer] = []
        /// Taken out of the directory, while some thread may still write to them.
        var retiredMarks: [(index: Int, chunk: UnsafeMutableRawPointer, marks: Marks)] = []
        var retiredLags: [UnsafeMutableRawPointer] = []
        /// Chunks whose messages are all final and not alike: they stay, and need not be looked at again.
        var mixed: Set<Int> = []
        /// No chunk below this one has anything left to retire.
        var firstOpen = 0
        /// No chunk from this one on was ever made.
        var end = 0
    }

    package init() {
        let marks = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: Self.chunkLimit)
        let lags = UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>.allocate(capacity: Self.chunkLimit)
        for index in 0..<Self.chunkLimit {
            (marks + index).initialize(to: Atomic(0))
            (lags + index).initialize(to: Atomic(nil))
        }
        directory = Directory(marks: marks, lags: lags)
    }

    deinit {
        memory.withLock { memory in
            for index in 0..<memory.end {
                if let chunk = place(index).chunk { UnsafeMutableRawPointer(chunk).deallocate() }
                directory.lags[index].load(ordering: .acquiring)?.deallocate()
            }
            for chunk in memory.freeMarks + memory.freeLags + memory.retiredLags { chunk.deallocate() }
            for retired in memory.retiredMarks { retired.chunk.deallocate() }
        }
        directory.marks.deallocate()
        directory.lags.deallocate()
    }

    // MARK: - Entering

    /// Adds marks to a message and returns those it had before; nil for a number beyond the capacity.
    @discardableResult
    package func add(_ marks: Marks, to sequence: UInt64) -> Marks? {
        guard sequence < Self.capacity else { return nil }
        let index = Int(sequence >> UInt64(Self.chunkShift))
        let place = place(index)
        if let alike = place.alike, alike.isSuperset(of: marks) { return alike }
        let chunk = place.chunk ?? makeMarks(index)
        let cell = chunk + Int(sequence) & (Self.chunkLength - 1)
        return Marks(rawValue: cell.pointee.bitwiseOr(marks.rawValue, ordering: .relaxed).oldValue)
    }

    /// Marks messages as published at a time, each so late after its intended one.
    ///
    /// One thread sends a message, and nobody else marks it before it was sent: its first mark is written, not added.
    func sent(_ messages: Span<InFlightWindow.Message>, at now: Int64) {
        var open = -1
        var lags: UnsafeMutablePointer<Lag>?
        var marks: UnsafeMutablePointer<Mark>?
        for position in messages.indices where messages[position].sequence < Self.capacity {
            let sequence = messages[position].sequence
            let index = Int(sequence >> UInt64(Self.chunkShift))
            if index != open {
                open = index
                lags =
                    directory.lags[index].load(ordering: .acquiring)?.assumingMemoryBound(to: Lag.self)
                    ?? makeLags(index)
                marks = place(index).chunk ?? makeMarks(index)
            }
            guard let lags, let marks else { continue }
            let cell = Int(sequence) & (Self.chunkLength - 1)
            // A Float is exact to 0.06 ppm however long it is; the complement sets zero apart from never written.
            (lags + cell).pointee.store(
                ~Float(now - messages[position].intendedNanoseconds).bitPattern, ordering: .relaxed)
            if (marks + cell).pointee.load(ordering: .relaxed) == 0 {
                (marks + cell).pointee.store(Marks.published.rawValue, ordering: .relaxed)
            } else {
                add(.published, to: sequence)
            }
        }
    }

    // MARK: - Reading

    /// The marks of a message; none for one never touched.
    package func marks(of sequence: UInt64) -> Marks {
        guard sequence < Self.capacity else { return [] }
        let place = place(Int(sequence >> UInt64(Self.chunkShift)))
        if let alike = place.alike { return alike }
        guard let chunk = place.chunk else { return [] }
        return Marks(rawValue: (chunk + Int(sequence) & (Self.chunkLength - 1)).pointee.load(ordering: .relaxed))
    }

    /// How late a message was sent, in nanoseconds; nil for one not sent, and where its chunk was retired.
    package func lagNanoseconds(of sequence: UInt64) -> Int64? {
        guard sequence < Self.capacity,
            let chunk = directory.lags[Int(sequence >> UInt64(Self.chunkShift))].load(ordering: .acquiring)
        else { return nil }
        let cell = chunk.assumingMemoryBound(to: Lag.self) + Int(sequence) & (Self.chunkLength - 1)
        let bits = cell.pointee.load(ordering: .relaxed)
        return bits == 0 ? nil : Int64(Float(bitPattern: ~bits))
    }

    /// Up to this length a range's messages are looked up one by one: a counter for each combination would cost more.
    private static let smallRange = 4_096

    /// How many messages of a range carry each combination of marks, of those that some carry.
    package func tally(of range: Range<UInt64>) -> [Marks: UInt64] {
        var tally: [Marks: UInt64] = [:]
        guard range.count > Self.smallRange else {
            for number in range { tally[marks(of: number), default: 0] += 1 }
            return tally
        }
        for (rawValue, messages) in census(of: range).enumerated() where messages > 0 {
            tally[Marks(rawValue: UInt16(rawValue))] = messages
        }
        return tally
    }

    /// How many messages of a range carry each combination of marks; the index is the marks' raw value.
    package func census(of range: Range<UInt64>) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: 1 << 16)
        var sequence = range.lowerBound
        while sequence < Swift.min(range.upperBound, Self.capacity) {
            let index = Int(sequence >> UInt64(Self.chunkShift))
            let end = Swift.min(range.upperBound, UInt64(index + 1) << UInt64(Self.chunkShift))
            let place = place(index)
            if let chunk = place.chunk {
                for number in sequence..<end {
                    counts[Int((chunk + Int(number) & (Self.chunkLength - 1)).pointee.load(ordering: .relaxed))] += 1
                }
            } else {
                counts[Int(place.alike?.rawValue ?? 0)] += end - sequence
            }
            sequence = end
        }
        return counts
    }

    // MARK: - Chunks

    private func place(_ index: Int) -> Place { Place(word: directory.marks[index].load(ordering: .acquiring)) }

    private func makeMarks(_ index: Int) -> UnsafeMutablePointer<Mark> {
        memory.withLock { memory in
            let place = place(index)
            if let chunk = place.chunk { return chunk }
            let chunk =
                memory.freeMarks.popLast()
                ?? .allocate(byteCount: Self.chunkLength * MemoryLayout<Mark>.stride, alignment: 64)
            chunk.initializeMemory(as: UInt16.self, repeating: place.alike?.rawValue ?? 0, count: Self.chunkLength)
            directory.marks[index].store(Place(chunk).word, ordering: .releasing)
            memory.end = max(memory.end, index + 1)
            memory.firstOpen = min(memory.firstOpen, index)
            return chunk.assumingMemoryBound(to: Mark.self)
        }
    }

    private func makeLags(_ index: Int) -> UnsafeMutablePointer<Lag> {
        memory.withLock { memory in
            if let chunk = directory.lags[index].load(ordering: .acquiring) {
                return chunk.assumingMemoryBound(to: Lag.self)
            }
            let chunk =
                memory.freeLags.popLast()
                ?? .allocate(byteCount: Self.chunkLength * MemoryLayout<Lag>.stride, alignment: 64)
            chunk.initializeMemory(as: UInt32.self, repeating: 0, count: Self.chunkLength)
            directory.lags[index].store(chunk, ordering: .releasing)
            memory.end = max(memory.end, index + 1)
            return chunk.assumingMemoryBound(to: Lag.self)
        }
    }
}

// MARK: - Retiring

extension Ledger {
    /// Takes the chunks out of the directory whose messages are all final, and says whether there were any.
    ///
    /// `reuse()` gives their memory free again; call it when every thread that enters messages has done something else
    /// since, so that none of them still writes to a chunk it looked up before.
    package func retire(isFinal: (Marks) -> Bool) -> Bool {
        let open = memory.withLock { memory in
            (memory.firstOpen..<max(memory.end, memory.firstOpen)).filter { !memory.mixed.contains($0) }
        }
        // Without the lock, for which an event loop may wait: nobody else takes chunks out.
        let found = open.compactMap { index in
            place(index).chunk.flatMap { chunk in settled(chunk, isFinal).map { (index, chunk, $0.alike) } }
        }
        return memory.withLock { memory in
            for (index, chunk, alike) in found {
                if let lags = directory.lags[index].exchange(nil, ordering: .acquiringAndReleasing) {
                    memory.retiredLags.append(lags)
                }
                if let marks = alike {
                    directory.marks[index].store(Place(alike: marks).word, ordering: .releasing)
                    memory.retiredMarks.append((index, UnsafeMutableRawPointer(chunk), marks))
                } else {
                    memory.mixed.insert(index)
                }
            }
            while memory.firstOpen < memory.end,
                place(memory.firstOpen).alike != nil || memory.mixed.contains(memory.firstOpen)
            { memory.firstOpen += 1 }
            return !memory.retiredMarks.isEmpty || !memory.retiredLags.isEmpty
        }
    }

    /// A chunk of which nothing more is to come, with its marks where they are the same throughout.
    private struct Settled {
        var alike: Marks?
    }

    private func settled(_ chunk: UnsafeMutablePointer<Mark>, _ isFinal: (Marks) -> Bool) -> Settled? {
        var seen: Set<Marks> = []
        var last: Marks?
        for number in 0..<Self.chunkLength {
            let marks = Marks(rawValue: chunk[number].load(ordering: .relaxed))
            if marks == last { continue }
            if !seen.contains(marks) {
                guard isFinal(marks) else { return nil }
                seen.insert(marks)
            }
            last = marks
        }
        return Settled(alike: seen.count == 1 ? last : nil)
    }

    /// Gives the retired chunks free again, after entering what was written to them in the meantime.
    package func reuse() {
        let late = memory.withLock { memory in
            var late: [(sequence: UInt64, marks: Marks)] = []
            for retired in memory.retiredMarks {
                let cells = retired.chunk.assumingMemoryBound(to: Mark.self)
                for number in 0..<Self.chunkLength {
                    let marks = Marks(rawValue: cells[number].load(ordering: .relaxed))
                    if marks != retired.marks {
                        late.append((UInt64(retired.index << Self.chunkShift + number), marks))
                    }
                }
                memory.freeMarks.append(retired.chunk)
            }
            memory.retiredMarks = []
            memory.freeLags += memory.retiredLags
            memory.retiredLags = []
            return late
        }
        for (sequence, marks) in late { add(marks, to: sequence) }
    }
}
