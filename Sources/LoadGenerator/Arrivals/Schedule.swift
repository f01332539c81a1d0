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

    package static let blockLength = 4096
    private static let cachedBlocks = 16

    /// A place in the sequence from which all that follows can be made.
    private struct Cursor: Sendable {
        /// Nil in a closed loop, whose times are made when it sends.
        var arrivals: ArrivalSequence?
        var planner: MessagePlanner

        mutating func nextBlock() -> [Entry] {
            var entries: [Entry] = []
            entries.reserveCapacity(Schedule.blockLength)
            while entries.count < Schedule.blockLength {
                var arrival = ArrivalSequence.Arrival(offsetNanoseconds: 0, phase: 0)
                if arrivals != nil {
                    guard let next = arrivals?.next() else { break }
                    arrival = next
                }
                let plan = planner.next()
                entries.append(
                    Entry(
                        offsetNanoseconds: arrival.offsetNanoseconds, documentSequence: plan.documentSequence,
                        template: plan.template, phase: UInt16(arrival.phase)))
            }
            return entries
        }
    }

    private struct State: Sendable {
        /// The cursor at the start of each block made so far, and behind the last of them.
        var cursors: [Cursor]
        var cache: [Int: [Entry]] = [:]
        var order: [Int] = []
    }

    private let state: Mutex<State>

    /// An open loop where `arrivals` is given, else a closed one without end.
    package init(arrivals: ArrivalSequence?, planner: MessagePlanner) {
        state = Mutex(State(cursors: [Cursor(arrivals: arrivals, planner: planner)]))
    }

    /// The entries of block `index`; fewer than `blockLength` in the last, none behind it.
    package func block(_ index: Int) -> [Entry] {
        state.withLock { state in
            if let block = state.cache[index] { return block }
            var block: [Entry] = []
            let first = min(index, state.cursors.count - 1)
            for number in first...index {
                var cursor = state.cursors[number]
                block = cursor.nextBlock()
                if number + 1 == state.cursors.count { state.cursors.append(cursor) }
            }
            state.cache[index] = block
            state.order.append(index)
            if state.order.count > Self.cachedBlocks { state.cache[state.order.removeFirst()] = nil }
            return block
        }
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
