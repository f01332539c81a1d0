import Synchronization

/// When each message under way should have been sent: for outcomes that do not carry that time themselves.
///
/// ```
///  sequence ──► times   8 bytes each, 4 096 to a chunk ─ all final ─► given back
/// ```
///
/// Kept for workers of the user's own alone, a batch at a time. A closed loop has no schedule to read a time from, so
/// what was sent is kept, and room is needed for the backlog only, however long the run is.
final class IntendedTimes: Sendable {
    static let chunkLength: UInt64 = 4_096

    private struct State: Sendable {
        /// By the number of the first message over the chunk's length; 0 is a message that was not sent.
        var chunks: [UInt64: [Int64]] = [:]
        var free: [[Int64]] = []

        mutating func vacant() -> [Int64] {
            free.popLast() ?? Array(repeating: 0, count: Int(IntendedTimes.chunkLength))
        }
    }

    private let state = Mutex(State())

    init() {}

    /// Enters what is about to be sent.
    func enter(_ messages: [InFlightWindow.Message]) {
        state.withLock { state in
            var start = 0
            while start < messages.count {
                // Out of the dictionary while it is written to: one look-up for all of a batch that lie in it.
                let chunk = messages[start].sequence / Self.chunkLength
                var times = state.chunks.removeValue(forKey: chunk) ?? state.vacant()
                while start < messages.count, messages[start].sequence / Self.chunkLength == chunk {
                    times[Int(messages[start].sequence % Self.chunkLength)] = messages[start].intendedNanoseconds
                    start += 1
                }
                state.chunks[chunk] = times
            }
        }
    }

    /// When a message should have been sent; nil for one never sent, and for one of a chunk that was given back.
    func intendedNanoseconds(of sequence: UInt64) -> Int64? {
        state.withLock { state in
            let time = state.chunks[sequence / Self.chunkLength]?[Int(sequence % Self.chunkLength)]
            return time == 0 ? nil : time
        }
    }

    /// Gives back the chunks whose messages are all final.
    func retire(isFinal: (UInt64) -> Bool) {
        // Looked at without the lock, for which an event loop may wait: a message that is final stays so.
        let done = state.withLock { Array($0.chunks.keys) }.filter { chunk in
            (chunk * Self.chunkLength..<(chunk + 1) * Self.chunkLength).allSatisfy(isFinal)
        }
        state.withLock { state in
            for chunk in done {
                guard var times = state.chunks.removeValue(forKey: chunk) else { continue }
                for index in times.indices { times[index] = 0 }
                state.free.append(times)
            }
        }
    }

    /// Messages that there is room for now.
    var capacity: Int { state.withLock { ($0.chunks.count + $0.free.count) * Int(Self.chunkLength) } }
}
