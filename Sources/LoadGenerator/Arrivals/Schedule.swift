import Synchronization

/// What to send and when, for a stretch of phases, shared by the connections of a run.
///
/// Message k of the stretch goes to connection k mod n. The times and plans are made once, in blocks, and can be made
/// again: the state at the start of each block is kept, so a connection that falls behind costs no memory.
package final class Schedule: Sendable {
    /// One message to send.
    package struct Entry: Sendable, Equatable {
        /// Nanoseconds since the start of the stretch; 0 throughout a closed loop.
        package var offsetNanoseconds: Int64
        package var documentSequence: UInt64
        package var template: UInt32
        /// Phase of the stretch.
        package var phase: UInt16
    }

    /// A run of entries, made anew in place when nobody looks at it any more.
    package final class Block: @unchecked Sendable {
        // Reason: written by its schedule alone, under the lock, while nobody else holds it. Behind a pointer that never
        // changes, so that reading an entry is a load and not an access to a variable of a class.
        private let space: UnsafeMutablePointer<Entry>
        package private(set) var count = 0

        fileprivate init() { space = .allocate(capacity: Schedule.blockLength) }

        deinit { space.deallocate() }

        /// The entries; good as long as the block is held.
        package var entries: UnsafeBufferPointer<Entry> { UnsafeBufferPointer(start: space, count: count) }

        fileprivate func fill(_ next: () -> Entry?) {
            var count = 0
            while count < Schedule.blockLength, let entry = next() {
                space[count] = entry
                count += 1
            }
            self.count = count
        }
    }

    package static let blockLength = 4096
    private static let cachedBlocks = 16

    /// A place in the sequence from which all that follows can be made.
    private struct Cursor: Sendable {
        /// Nil in a closed loop, whose times are made when it sends.
        var arrivals: ArrivalSequence?
        var planner: MessagePlanner
        let broken: BrokenStretches

        mutating func next() -> Entry? {
            var arrival = ArrivalSequence.Arrival(offsetNanoseconds: 0, phase: 0)
            if arrivals != nil {
                guard let next = arrivals?.next() else { return nil }
                arrival = next
            }
            let sequence = planner.sequence
            let plan = planner.next()
            if let template = broken.template(of: sequence, at: arrival.offsetNanoseconds) {
                return Entry(
                    offsetNanoseconds: arrival.offsetNanoseconds, documentSequence: sequence, template: template,
                    phase: UInt16(arrival.phase))
            }
            return Entry(
                offsetNanoseconds: arrival.offsetNanoseconds, documentSequence: plan.documentSequence,
                template: plan.template, phase: UInt16(arrival.phase))
        }
    }

    private struct State: Sendable {
        /// The cursor at the start of each block made so far, and behind the last of them.
        var cursors: [Cursor]
        var cache: [(index: Int, block: Block)] = []
        /// The place in the cache that is used next.
        var oldest = 0
        /// The first time of each block made so far.
        var starts: [Int64] = []
        /// The number of each phase's first message, as far as the blocks made so far tell.
        var phaseStarts: [UInt64] = []
        /// Known once the last block is made.
        var count: UInt64?

        mutating func block(_ index: Int) -> Block {
            if let cached = cache.first(where: { $0.index == index }) { return cached.block }
            // Blocks are made in their order, but for those made before, each of which can be made again alone.
            while starts.count < index, count == nil { _ = make(starts.count) }
            return index < cursors.count ? make(index) : Schedule.empty
        }

        private mutating func make(_ index: Int) -> Block {
            let block = vacantBlock()
            var cursor = cursors[index]
            block.fill { cursor.next() }
            cache[oldest] = (index, block)
            oldest = (oldest + 1) % Schedule.cachedBlocks
            if index == starts.count { enter(block, behind: cursor) }
            return block
        }

        /// Makes the next block if it may begin before that time; returns whether it did.
        mutating func makeNext(before offsetNanoseconds: Int64) -> Bool {
            guard count == nil, starts.last ?? .min < offsetNanoseconds else { return false }
            _ = make(starts.count)
            return true
        }

        mutating func counts(before offsetNanoseconds: Int64, phases: Int) -> [UInt64] {
            var due: UInt64 = 0
            // The last block that begins before that time holds the border.
            let begun = starts.partitioningIndex { $0 >= offsetNanoseconds }
            if begun > 0 {
                due = UInt64((begun - 1) * Schedule.blockLength)
                due += UInt64(
                    block(begun - 1).entries.partitioningIndex { $0.offsetNanoseconds >= offsetNanoseconds })
            }
            let borders = (0...phases).map { $0 < phaseStarts.count ? min(phaseStarts[$0], due) : due }
            return (0..<phases).map { borders[$0 + 1] - borders[$0] }
        }

        /// A block to fill: the oldest of the cache, unless somebody holds it still.
        private mutating func vacantBlock() -> Block {
            if cache.count < Schedule.cachedBlocks {
                oldest = cache.count
                cache.append((-1, Block()))
            } else if !isKnownUniquelyReferenced(&cache[oldest].block) {
                cache[oldest].block = Block()
            }
            cache[oldest].index = -1
            return cache[oldest].block
        }

        private mutating func enter(_ block: Block, behind cursor: Cursor) {
            let first = UInt64(starts.count * Schedule.blockLength)
            if block.count < Schedule.blockLength { count = first + UInt64(block.count) }
            guard let start = block.entries.first, let last = block.entries.last else { return }
            while phaseStarts.count <= Int(last.phase) {
                let phase = phaseStarts.count
                let offset = block.entries.firstIndex { $0.phase >= phase } ?? block.count
                phaseStarts.append(first + UInt64(offset))
            }
            starts.append(start.offsetNanoseconds)
            cursors.append(cursor)
        }
    }

    private static let empty = Block()
    private let arrivals: ArrivalSequence?
    private let state: Mutex<State>

    /// An open loop where `arrivals` is given, else a closed one without end.
    package init(arrivals: ArrivalSequence?, planner: MessagePlanner, broken: BrokenStretches = BrokenStretches()) {
        self.arrivals = arrivals
        state = Mutex(State(cursors: [Cursor(arrivals: arrivals, planner: planner, broken: broken)]))
    }

    /// The entries of block `index`; fewer than `blockLength` in the last, none behind it.
    package func block(_ index: Int) -> Block { state.withLock { $0.block(index) } }

    /// What entry `number` sends; nil behind the last one.
    func plan(_ number: Int) -> MessagePlanner.Plan? {
        let block = block(number / Self.blockLength)
        return withExtendedLifetime(block) {
            guard number % Self.blockLength < block.count else { return nil }
            let entry = block.entries[number % Self.blockLength]
            return MessagePlanner.Plan(template: entry.template, documentSequence: entry.documentSequence)
        }
    }

    /// How many messages of each phase are due before that time, in nanoseconds since the start of the stretch.
    package func counts(before offsetNanoseconds: Int64, phases: Int) -> [UInt64] {
        if let counts = arrivals?.counts(before: offsetNanoseconds) { return counts }
        // A block at a time, so that no connection waits long for its own.
        while state.withLock({ $0.makeNext(before: offsetNanoseconds) }) {}
        return state.withLock { $0.counts(before: offsetNanoseconds, phases: phases) }
    }

    /// The planner behind the first `count` entries: where the next stretch goes on.
    package func planner(after count: UInt64) -> MessagePlanner {
        let index = Int(count) / Self.blockLength
        _ = block(index)
        var cursor = state.withLock { $0.cursors[min(index, $0.cursors.count - 1)] }
        for _ in 0..<Int(count) % Self.blockLength { _ = cursor.planner.next() }
        return cursor.planner
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element belongs to the second part, of a collection from 0 on that is partitioned already.
    fileprivate func partitioningIndex(where belongsInSecondPart: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongsInSecondPart(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
