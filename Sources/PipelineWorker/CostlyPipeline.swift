package import Drivers
package import LoadMetrics
package import NIOCore
package import Stores
import Synchronization

/// A pipeline that burns more CPU than it needs: a known slow-down for tests of what must notice one.
///
/// A factor of 1.10 makes the whole process use 10 % more than it otherwise would, in user mode, on the lanes: after
/// each slice the lane that did it burns what is due of all that the process has used.
package struct CostlyPipeline: MessagePipeline {
    private let pipeline: any MessagePipeline
    private let tax: CPUTax
    private let clock: CPUClock

    /// Burns beside `pipeline` so that the process uses `factor` times what it would.
    package init(_ pipeline: any MessagePipeline, factor: Double, clock: CPUClock = .system) {
        self.pipeline = pipeline
        self.clock = clock
        tax = CPUTax(factor: factor, processNanoseconds: clock.processNanoseconds())
    }

    /// What the pipeline stores.
    package var collection: StoreCollection { pipeline.collection }

    /// Processes the messages, then burns what is due.
    package func process(_ messages: [InboundMessage], isStopping: () -> Bool) -> [ProcessedMessage] {
        let processed = pipeline.process(messages, isStopping: isStopping)
        let end = clock.threadNanoseconds() + tax.due(processNanoseconds: clock.processNanoseconds())
        while clock.threadNanoseconds() < end {}
        return processed
    }

    /// The result as the pipeline gives it.
    package func result(of work: PipelineWork, outcome: StoreOutcome) -> ByteBuffer? {
        pipeline.result(of: work, outcome: outcome)
    }

    /// As the pipeline does.
    package func stored(_ operations: [StoreOperation], outcomes: [StoreOutcome]) throws {
        try pipeline.stored(operations, outcomes: outcomes)
    }
}

/// What of a share of the CPU used has not been burned yet, shared by all lanes.
final class CPUTax: Sendable {
    private let rate: Double
    private let start: Int64
    private let burned = Mutex<Int64>(0)

    init(factor: Double, processNanoseconds: Int64) {
        rate = max(0, factor - 1)
        start = processNanoseconds
    }

    /// What the caller is to burn now; it counts as burned, so that no other lane burns it too.
    func due(processNanoseconds: Int64) -> Int64 {
        burned.withLock { burned in
            let used = Double(processNanoseconds - start - burned)
            let due = max(0, Int64(used * rate) - burned)
            burned += due
            return due
        }
    }
}
