import NIOCore
import Testing

@testable import FaultProxy

@Suite("Delay line and rate limit")
struct DelayLineTests {
    @Test("Pieces go on when they are due, in the order in which they came, whatever the jitter says")
    func order() {
        var line = DelayLine()
        line.append(ByteBuffer(string: "first"), dueNanoseconds: 100)
        line.append(ByteBuffer(string: "second"), dueNanoseconds: 40)
        #expect(line.heldBytes == 11)
        #expect(line.take(now: 99) == nil)
        #expect(line.nextDueNanoseconds == 100)
        #expect(line.take(now: 100).map { String(buffer: $0) } == "first")
        // The second was due earlier and waited for the first.
        #expect(line.nextDueNanoseconds == 100)
        #expect(line.take(now: 100).map { String(buffer: $0) } == "second")
        #expect(line.isEmpty && line.heldBytes == 0)
    }

    @Test("A piece can be taken in parts")
    func parts() {
        var line = DelayLine()
        line.append(ByteBuffer(string: "abcdef"), dueNanoseconds: 0)
        #expect(line.take(most: 4, now: 0).map { String(buffer: $0) } == "abcd")
        #expect(line.headBytes == 2 && line.heldBytes == 2)
        #expect(line.take(most: 4, now: 0).map { String(buffer: $0) } == "ef")
        #expect(line.take(now: 0) == nil)
    }

    @Test("A delay holds nothing back: as many pieces a second leave as come")
    func delayDoesNotThrottle() {
        var line = DelayLine()
        var left = 0
        for millisecond in 0..<1000 {
            let now = Int64(millisecond) * 1_000_000
            line.append(ByteBuffer(repeating: 1, count: 1000), dueNanoseconds: now + 50_000_000)
            while line.take(now: now) != nil { left += 1 }
        }
        #expect(left == 950)
        #expect(line.heldBytes == 50 * 1000)
    }

    @Test("Connections that share a limit get it together, and in turn")
    func limit() {
        var limit = RateLimit(bytesPerSecond: 1_000_000, now: 0)
        #expect(limit.pieceBytes == 10_000)
        let ends = (0..<10).map { _ in limit.reserve(10_000, now: 0) }
        #expect(ends == (1...10).map { Int64($0) * 10_000_000 })
        // Time in which nothing went is not made up for, but for what a timer is late.
        #expect(limit.reserve(10_000, now: 5_000_000_000) == 5_000_000_000)
        #expect(limit.reserve(10_000, now: 5_000_000_000) == 5_010_000_000)
    }

    @Test("Timers that are always late do not make a link slower")
    func lateness() {
        var limit = RateLimit(bytesPerSecond: 1_000_000, now: 0)
        var now: Int64 = 0
        for _ in 0..<100 { now = max(now, limit.reserve(10_000, now: now)) + 700_000 }
        // A second's worth, and the last timer's lateness.
        #expect(now == 1_000_700_000)
    }

    @Test("A slow link's pieces stay small, and a fast one's bounded")
    func pieces() {
        #expect(RateLimit(bytesPerSecond: 1, now: 0).pieceBytes == 256)
        #expect(RateLimit(bytesPerSecond: 1_000_000_000, now: 0).pieceBytes == 65_536)
    }

    @Test("Jitter is the same for the same seed and lies around nothing")
    func jitter() {
        var (one, same, other) = (Chance(seed: 7), Chance(seed: 7), Chance(seed: 8))
        let drawn = (0..<1000).map { _ in one.around() }
        #expect(drawn == (0..<1000).map { _ in same.around() })
        #expect(drawn != (0..<1000).map { _ in other.around() })
        #expect(drawn.allSatisfy { (-1..<1).contains($0) })
        #expect(abs(drawn.reduce(0, +) / 1000) < 0.1)
    }
}
