/// Puts what the CPU lanes finish back into the order of arrival and cuts it into batches.
///
///     open 0, 1, 2 ─► lanes ─► fill 1, 0, 2 ─► 0 1 2 │ batch: full, or its first element waited long enough
///
/// Decides only; `BatchQueue` does the waiting. Times are monotonic nanoseconds.
struct OrderedBatcher<Element: Sendable>: Sendable {
    /// What is to be done after an event.
    enum Action {
        case none
        /// Hand this batch to the one who asked.
        case deliver([Element])
        /// Call `tick` at this time: a batch is due then, full or not.
        case wait(untilNanoseconds: Int64)
        /// Tell the one who asked that nothing more will come.
        case finish
    }

    private struct Slice {
        let elements: [Element]
        let filledNanoseconds: Int64
    }

    private let batchCount: Int
    private let delayNanoseconds: Int64
    private var nextSlot = 0
    /// Filled before the slots ahead of them were, by slot.
    private var early: [Int: Slice] = [:]
    /// The slot that the order waits for.
    private var expectedSlot = 0
    private var ready: [Slice] = []
    private var readyCount = 0
    private var isRequested = false
    private var isEnded = false
    private var isAborted = false

    /// Batches of at most `batchCount` elements (or one slice, where that alone is more), each delivered at most
    /// `delayNanoseconds` after its first element was filled in, if it is asked for.
    init(batchCount: Int, delayNanoseconds: Int64) {
        precondition(batchCount > 0 && delayNanoseconds >= 0)
        self.batchCount = batchCount
        self.delayNanoseconds = delayNanoseconds
    }

    /// Takes the next place in the order.
    mutating func open() -> Int {
        precondition(!isEnded, "nothing is opened after the end")
        defer { nextSlot += 1 }
        return nextSlot
    }

    /// Fills a place, once; places may be filled in any order.
    mutating func fill(_ slot: Int, with elements: [Element], nowNanoseconds: Int64) -> Action {
        precondition(slot >= expectedSlot && slot < nextSlot && early[slot] == nil, "a place is filled once")
        early[slot] = Slice(elements: elements, filledNanoseconds: nowNanoseconds)
        while let slice = early.removeValue(forKey: expectedSlot) {
            expectedSlot += 1
            guard !slice.elements.isEmpty else { continue }
            ready.append(slice)
            readyCount += slice.elements.count
        }
        return next(nowNanoseconds)
    }

    /// Asks for a batch; asked again only when the last was delivered.
    mutating func request(nowNanoseconds: Int64) -> Action {
        precondition(!isRequested, "one batch is asked for at a time")
        isRequested = true
        return next(nowNanoseconds)
    }

    /// Time has passed.
    mutating func tick(nowNanoseconds: Int64) -> Action {
        next(nowNanoseconds)
    }

    /// Nothing more will be opened; what is open is still delivered.
    mutating func end(nowNanoseconds: Int64) -> Action {
        isEnded = true
        return next(nowNanoseconds)
    }

    /// Nothing more is delivered.
    mutating func abort() -> Action {
        isAborted = true
        return next(0)
    }

    private mutating func next(_ nowNanoseconds: Int64) -> Action {
        guard isRequested else { return .none }
        let isLast = isEnded && expectedSlot == nextSlot
        if isAborted || isLast && ready.isEmpty {
            isRequested = false
            return .finish
        }
        guard let first = ready.first else { return .none }
        let dueNanoseconds = first.filledNanoseconds + delayNanoseconds
        guard isLast || readyCount >= batchCount || dueNanoseconds <= nowNanoseconds else {
            return .wait(untilNanoseconds: dueNanoseconds)
        }
        isRequested = false
        return .deliver(takeBatch())
    }

    private mutating func takeBatch() -> [Element] {
        var batch: [Element] = []
        batch.reserveCapacity(min(batchCount, readyCount))
        var slices = 0
        for slice in ready {
            guard slices == 0 || batch.count + slice.elements.count <= batchCount else { break }
            batch += slice.elements
            slices += 1
        }
        ready.removeFirst(slices)
        readyCount -= batch.count
        return batch
    }
}
