import NIOCore

/// The messages that one consumer has received and is still working on, one after the other.
///
/// A value without a clock or a timer: `add` says when a message will be done, `takeDone` hands those out that are.
struct ConsumerWork {
    struct Item {
        var tag: UInt64
        /// Its service time counts from its arrival: what stood before it is part of it.
        var message: CollectedMessage
        var doneNanoseconds: Int64
    }

    private let time: ProcessingTime
    private var items = CircularBuffer<Item>()
    private var startNanoseconds: Int64?
    /// When the newest message will be done.
    private(set) var lastDoneNanoseconds = Int64.min

    init(_ time: ProcessingTime) { self.time = time }

    var count: Int { items.count }

    var isEmpty: Bool { items.isEmpty }

    /// When the next message will be done; nil where nothing is left to do.
    var nextDoneNanoseconds: Int64? { items.first?.doneNanoseconds }

    /// Takes a message that arrived now: its work begins when that on the one before it is done.
    mutating func add(
        tag: UInt64, _ message: CollectedMessage, now: Int64,
        using random: inout any RandomNumberGenerator & Sendable
    ) {
        let start = startNanoseconds ?? now
        startNanoseconds = start
        lastDoneNanoseconds =
            max(now, lastDoneNanoseconds) + time.draw(atNanoseconds: now - start, using: &random)
        var message = message
        message.receivedNanoseconds = now
        message.serviceNanoseconds = lastDoneNanoseconds - now
        items.append(Item(tag: tag, message: message, doneNanoseconds: lastDoneNanoseconds))
    }

    /// The oldest message, if it is done.
    mutating func takeDone(now: Int64) -> Item? {
        guard let first = items.first, first.doneNanoseconds <= now else { return nil }
        return items.removeFirst()
    }

    /// Forgets what was under way: its connection is gone, and the broker delivers it again.
    mutating func reset() {
        items.removeAll(keepingCapacity: true)
        lastDoneNanoseconds = .min
    }
}
