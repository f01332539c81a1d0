import Drivers
import LoadMetrics
import NIOCore
import Stores
import Synchronization
import Testing

@testable import PipelineWorker

@Suite("A pipeline made slower for a test")
struct CostlyPipelineTests {
    @Test("a tenth of what is used is due, once, and what was burned is not taxed")
    func due() {
        let tax = CPUTax(factor: 1.1, processNanoseconds: 5_000)
        #expect(tax.due(processNanoseconds: 15_000) == 1_000)
        // Nothing was used since: the process has burned what was due.
        #expect(tax.due(processNanoseconds: 16_000) == 0)
        #expect(tax.due(processNanoseconds: 26_000) == 1_000)
        // Another lane's is not burned yet, and not due a second time.
        #expect(tax.due(processNanoseconds: 26_000) == 0)
    }

    @Test("no factor below one pays back")
    func none() {
        #expect(CPUTax(factor: 0.5, processNanoseconds: 0).due(processNanoseconds: 1_000_000) == 0)
        #expect(CPUTax(factor: 1, processNanoseconds: 0).due(processNanoseconds: 1_000_000) == 0)
    }

    @Test("it burns on the thread that worked, and hands on what the pipeline made")
    func burns() {
        let clocks = FakeCPU()
        let pipeline = CostlyPipeline(
            WorkingPipeline(clocks: clocks), factor: 1.5,
            clock: CPUClock(processNanoseconds: clocks.now, threadNanoseconds: clocks.tick))
        for _ in 1...10 { #expect(pipeline.process([], isStopping: { false }).isEmpty) }
        // Ten slices of 1000 ns each, and half as much burned, to within the steps of the clock.
        #expect((15_000...15_100).contains(clocks.now()))
        #expect(pipeline.collection.name == "none")
    }
}

/// A CPU whose every look takes 1 ns.
private final class FakeCPU: Sendable {
    private let nanoseconds = Mutex<Int64>(0)

    @Sendable func now() -> Int64 { nanoseconds.withLock { $0 } }

    @Sendable func tick() -> Int64 { work(1) }

    @discardableResult
    func work(_ amount: Int64) -> Int64 {
        nanoseconds.withLock { nanoseconds in
            nanoseconds += amount
            return nanoseconds
        }
    }
}

private struct WorkingPipeline: MessagePipeline {
    let clocks: FakeCPU
    let collection = StoreCollection(name: "none", columns: [])

    func process(_ messages: [InboundMessage], isStopping: () -> Bool) -> [ProcessedMessage] {
        clocks.work(1_000)
        return []
    }

    func result(of work: PipelineWork, outcome: StoreOutcome) -> ByteBuffer? { nil }
}
