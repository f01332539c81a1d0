import Testing

@testable import PipelineWorker

@Suite("Ordered batcher")
struct OrderedBatcherTests {
    private typealias Batcher = OrderedBatcher<Int>

    /// What an action is, to be compared.
    private func name(_ action: Batcher.Action) -> String {
        switch action {
        case .none: "none"
        case .deliver(let elements): "deliver \(elements)"
        case .wait(let nanoseconds): "wait \(nanoseconds)"
        case .finish: "finish"
        }
    }

    @Test("delivers a full batch at once")
    func full() {
        var batcher = Batcher(batchCount: 2, delayNanoseconds: 100)
        let slot = batcher.open()
        #expect(name(batcher.request(nowNanoseconds: 0)) == "none")
        #expect(name(batcher.fill(slot, with: [1, 2], nowNanoseconds: 0)) == "deliver [1, 2]")
    }

    @Test("delivers what there is when the first element has waited long enough, whenever that is noticed")
    func delay() {
        var batcher = Batcher(batchCount: 10, delayNanoseconds: 100)
        let (first, second) = (batcher.open(), batcher.open())
        #expect(name(batcher.request(nowNanoseconds: 0)) == "none")
        #expect(name(batcher.fill(first, with: [1], nowNanoseconds: 5)) == "wait 105")
        #expect(name(batcher.fill(second, with: [2], nowNanoseconds: 50)) == "wait 105")
        #expect(name(batcher.tick(nowNanoseconds: 104)) == "wait 105")
        #expect(name(batcher.tick(nowNanoseconds: 105)) == "deliver [1, 2]")
        #expect(name(batcher.tick(nowNanoseconds: 500)) == "none")
    }

    @Test("delivers at once what waited while nobody asked")
    func overdue() {
        var batcher = Batcher(batchCount: 10, delayNanoseconds: 100)
        let slot = batcher.open()
        #expect(name(batcher.fill(slot, with: [1], nowNanoseconds: 0)) == "none")
        #expect(name(batcher.request(nowNanoseconds: 200)) == "deliver [1]")
    }

    @Test("keeps the order of arrival however the places are filled")
    func order() {
        var batcher = Batcher(batchCount: 3, delayNanoseconds: 0)
        let slots = (0..<3).map { _ in batcher.open() }
        #expect(name(batcher.request(nowNanoseconds: 0)) == "none")
        #expect(name(batcher.fill(slots[2], with: [3], nowNanoseconds: 0)) == "none")
        #expect(name(batcher.fill(slots[1], with: [2], nowNanoseconds: 0)) == "none")
        #expect(name(batcher.fill(slots[0], with: [1], nowNanoseconds: 0)) == "deliver [1, 2, 3]")
    }

    @Test("cuts between slices, and a slice that is too long only there")
    func cuts() {
        var batcher = Batcher(batchCount: 3, delayNanoseconds: 0)
        for slice in [[1, 2], [3, 4], [5, 6, 7, 8]] {
            let slot = batcher.open()
            _ = batcher.fill(slot, with: slice, nowNanoseconds: 0)
        }
        #expect(name(batcher.request(nowNanoseconds: 0)) == "deliver [1, 2]")
        #expect(name(batcher.request(nowNanoseconds: 0)) == "deliver [3, 4]")
        #expect(name(batcher.request(nowNanoseconds: 0)) == "deliver [5, 6, 7, 8]")
    }

    @Test("passes over empty slices")
    func empty() {
        var batcher = Batcher(batchCount: 1, delayNanoseconds: 0)
        let (first, second) = (batcher.open(), batcher.open())
        _ = batcher.request(nowNanoseconds: 0)
        #expect(name(batcher.fill(first, with: [], nowNanoseconds: 0)) == "none")
        #expect(name(batcher.fill(second, with: [2], nowNanoseconds: 0)) == "deliver [2]")
    }

    @Test("after the end delivers what is open without waiting, then finishes")
    func end() {
        var batcher = Batcher(batchCount: 10, delayNanoseconds: 1_000_000)
        let (first, second) = (batcher.open(), batcher.open())
        _ = batcher.fill(first, with: [1], nowNanoseconds: 0)
        #expect(name(batcher.request(nowNanoseconds: 0)) == "wait 1000000")
        #expect(name(batcher.end(nowNanoseconds: 1)) == "wait 1000000")
        #expect(name(batcher.fill(second, with: [2], nowNanoseconds: 2)) == "deliver [1, 2]")
        #expect(name(batcher.request(nowNanoseconds: 3)) == "finish")
        #expect(name(batcher.request(nowNanoseconds: 4)) == "finish")
    }

    @Test("ends at once when nothing was opened")
    func endsEmpty() {
        var batcher = Batcher(batchCount: 10, delayNanoseconds: 100)
        _ = batcher.request(nowNanoseconds: 0)
        #expect(name(batcher.end(nowNanoseconds: 0)) == "finish")
    }

    @Test("aborted, delivers nothing more")
    func abort() {
        var batcher = Batcher(batchCount: 10, delayNanoseconds: 100)
        let slot = batcher.open()
        _ = batcher.request(nowNanoseconds: 0)
        #expect(name(batcher.abort()) == "finish")
        #expect(name(batcher.fill(slot, with: [1], nowNanoseconds: 0)) == "none")
        #expect(name(batcher.request(nowNanoseconds: 500)) == "finish")
    }
}
