import Synchronization
import Testing

@testable import LoadGenerator

@Suite struct OutstandingTests {
    /// Reserves one at a time until nothing is granted.
    private func fill(_ outstanding: Outstanding, window: Int) -> Int {
        var granted = 0
        while outstanding.reserve(1, of: window) == 1 { granted += 1 }
        return granted
    }

    @Test(arguments: [1, 2, 15, 16, 100, 2000, 1_000_000])
    func neverMoreThanTheWindowIsUnderWay(_ window: Int) {
        let outstanding = Outstanding()
        outstanding.bound(window)
        let granted = outstanding.reserve(.max, of: window)
        #expect(granted == window)
        #expect(outstanding.reserve(.max, of: window) == 0)
        #expect(outstanding.count == window)
    }

    @Test(arguments: [(1, 1), (15, 1), (16, 1), (32, 2), (160, 10), (1024, 64), (20_000, 64)])
    func roomIsWaitedForAndToldOnceThereIsEnough(_ window: Int, _ enough: Int) {
        let outstanding = Outstanding()
        let told = Atomic<Int>(0)
        outstanding.whenReleased { told.wrappingAdd(1, ordering: .relaxed) }
        outstanding.bound(window)
        #expect(outstanding.reserve(.max, of: window) == window)
        for _ in 1..<enough { outstanding.release(1) }
        #expect(told.load(ordering: .relaxed) == 0)
        #expect(outstanding.reserve(.max, of: window) == 0)
        outstanding.release(1)
        #expect(told.load(ordering: .relaxed) == 1)
        #expect(outstanding.reserve(.max, of: window) == enough)
    }

    @Test func aLoopFillsItsWindowFromTheStart() {
        let outstanding = Outstanding()
        outstanding.bound(320)
        // Down to the last room that is enough.
        #expect(fill(outstanding, window: 320) == 320 - 20 + 1)
    }

    @Test func withoutAClosedLoopNobodyIsTold() {
        let outstanding = Outstanding()
        let told = Atomic<Int>(0)
        outstanding.whenReleased { told.wrappingAdd(1, ordering: .relaxed) }
        outstanding.bound(nil)
        outstanding.add(10)
        outstanding.release(10)
        #expect(told.load(ordering: .relaxed) == 0)
        #expect(outstanding.count == 0)
    }
}
