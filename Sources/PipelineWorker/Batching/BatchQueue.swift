import Synchronization

/// The `OrderedBatcher` between the lanes, which fill it from their threads, and the one task that takes batches.
final class BatchQueue<Element: Sendable>: Sendable {
    private struct State {
        var batcher: OrderedBatcher<Element>
        var waiter: CheckedContinuation<[Element]?, Never>?
        /// When the batch that is waited for is due, full or not.
        var deadlineNanoseconds: Int64?
    }

    private let state: Mutex<State>
    private let clock: WorkerClock
    /// Says that there is a deadline where there was none, or another one; which, stands in the state alone.
    private let deadlineChanges: AsyncStream<Void>
    private let deadlineSink: AsyncStream<Void>.Continuation

    init(batchCount: Int, delayNanoseconds: Int64, clock: WorkerClock) {
        state = Mutex(State(batcher: OrderedBatcher(batchCount: batchCount, delayNanoseconds: delayNanoseconds)))
        self.clock = clock
        (deadlineChanges, deadlineSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
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
    ///
    /// A deadline that is set while it sleeps for another is looked at when that one has passed: a batch is late by the
    /// difference, if its lane was done before the one that is ahead of it in the order.
    func keepTime() async {
        for await _ in deadlineChanges {
            while let deadline = state.withLock({ $0.deadlineNanoseconds }) {
                let now = clock.nowNanoseconds()
                if now >= deadline {
                    tick(nowNanoseconds: now, deadline: deadline)
                } else if (try? await clock.sleep(.nanoseconds(deadline - now))) == nil {
                    return
                }
            }
        }
    }

    /// The deadline has passed, unless it was replaced; it is forgotten, and the batcher says whether there is another.
    private func tick(nowNanoseconds now: Int64, deadline: Int64) {
        state.withLock { state in
            if state.deadlineNanoseconds == deadline { state.deadlineNanoseconds = nil }
        }
        step { $0.tick(nowNanoseconds: now) }
    }

    private func step(
        waiter: CheckedContinuation<[Element]?, Never>? = nil,
        _ event: (inout OrderedBatcher<Element>) -> OrderedBatcher<Element>.Action
    ) {
        // Resumed after unlocking.
        var resumed: (CheckedContinuation<[Element]?, Never>, [Element]?)?
        var isNewDeadline = false
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
                isNewDeadline = state.deadlineNanoseconds != untilNanoseconds
                state.deadlineNanoseconds = untilNanoseconds
            case .finish:
                resumed = state.waiter.map { ($0, nil) }
                state.waiter = nil
                state.deadlineNanoseconds = nil
                isFinished = true
            }
        }
        if isNewDeadline { deadlineSink.yield() }
        if isFinished { deadlineSink.finish() }
        resumed?.0.resume(returning: resumed?.1)
    }
}
