import Foundation
import Testing

@testable import LoadMetrics

@Suite(.serialized) struct AllocatorTests {
    /// Allocates and frees again, so that the thread's cache serves most of it.
    private static func allocate(_ arrays: Int) -> Int {
        var sum = 0
        for _ in 0..<arrays {
            let array = [UInt8](repeating: 1, count: 4_000)
            sum &+= array.count
        }
        return sum
    }

    @Test func countsWhatIsAllocatedAndFreedAgain() {
        Allocator.countThisThread()
        let before = Allocator.allocatedBytes()
        let threadBefore = Allocator.threadAllocatedBytes()
        #expect(Self.allocate(20_000) == 80_000_000)
        #expect(Allocator.threadAllocatedBytes() - threadBefore >= 80_000_000)
        #expect(Allocator.allocatedBytes() - before >= 80_000_000)
        #expect(Allocator.liveBytes() > 0)
    }

    @Test func keepsTheBytesOfAThreadThatEnded() {
        Allocator.countThisThread()
        let before = Allocator.allocatedBytes()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            Allocator.countThisThread()
            Allocator.countThisThread()
            _ = Self.allocate(20_000)
            done.signal()
        }
        thread.start()
        done.wait()
        let whileAlive = Allocator.allocatedBytes()
        #expect(whileAlive - before >= 80_000_000)
        while !thread.isFinished { sched_yield() }
        #expect(Allocator.allocatedBytes() >= whileAlive)
    }
}
