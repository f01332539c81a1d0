import Synchronization

/// The `OrderedBatcher` between the lanes, which fill it from their threads, and the one task that takes batches.
final class BatchQueue<Element: Sendable>: Sendable {
    private struct State {
        var batcher: OrderedBatcher<Element>
        var waiter: CheckedContinuation<[Element]?, Never>?
        var deadlineNanoseconds: Int64?
    }

    private let state: Mutex<State>
    private let clock: WorkerClock
    private let deadlines: AsyncStream<Int64>
    private let deadlineSink: AsyncStream<Int64>.Continuation

    init(batchCount: Int, delayNanoseconds: Int64, clock: WorkerClock) {
        state = Mutex(State(batcher: OrderedBatcher(batchCount: batchCount, delayNanoseconds: delayNanoseconds)))
        self.clock = clock
        // Only the latest deadline counts, and it is never before an earlier one.
        (deadlines, deadlineSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes the next place in the order.
    func open() -> Int {
        state.withLock { $0.batcher.open() }
    }

    /// Fills a place; called from any thread.
    func fill(_ slot: Int, with elements: [Element]) {
        let now = clock.nowNanoseconds()
        step { $0.fill(slot, with: elements, nowNanoseconds: now) }
    }

    /// Nothing more will be opened.
    func end() {
        let now = clock.nowNanoseconds()
        step { $0.end(nowNanoseconds: now) }
    }

    /// Makes `next` answer nil from now on.
    func abort() {
        step { $0.abort() }
    }

    /// The next batch; nil when there is none any more, or the task was cancelled.
    func next() async -> [Element]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = clock.nowNanoseconds()
                step(waiter: continuation) { $0.request(nowNanoseconds: now) }
            }
        } onCancel: {
            abort()
        }
    }

    /// Delivers batches that are due though not full; runs beside the queue until that is finished.
    func keepTime() async {
        for await deadline in deadlines {
            var now = clock.nowNanoseconds()
            while now < deadline {
                guard (try? await clock.sleep(.nanoseconds(deadline - now))) != nil else { return }
                now = clock.nowNanoseconds()
            }
            step { [now] batcher in batcher.tick(nowNanoseconds: now) }
        }
    }

    private func step(
        waiter: CheckedContinuation<[Element]?, Never>? = nil,
        _ event: (inout OrderedBatcher<Element>) -> OrderedBatcher<Element>.Action
    ) {
        // Resumed after unlocking.
        var resumed: (CheckedContinuation<[Element]?, Never>, [Element]?)?
        var deadline: Int64?
        var isFinished = false
        state.withLock { state in
            if let waiter { state.waiter = waiter }
            switch event(&state.batcher) {
            case .none:
                break
            case .deliver(let batch):
                resumed = state.waiter.map { ($0, batch) }
                state.waiter = nil
                state.deadlineNanoseconds = nil
            case .wait(let untilNanoseconds):
                if state.deadlineNanoseconds != untilNanoseconds { deadline = untilNanoseconds }
                state.deadlineNanoseconds = untilNanoseconds
            case .finish:
                resumed = state.waiter.map { ($0, nil) }
                state.waiter = nil
                isFinished = true
            }
        }
        if let deadline { deadlineSink.yield(deadline) }
        if isFinished { deadlineSink.finish() }
        resumed?.0.resume(returning: resumed?.1)
    }
}
