/// The messages of one channel that the broker has not answered yet, in the order they were sent, at most `capacity`.
///
/// Numbers count from 1, as publisher confirms do. A ring: nothing is allocated after the start.
struct InFlightWindow: Sendable {
    struct Message: Sendable, Equatable {
        var sequence: UInt64
        var intendedNanoseconds: Int64
        var sentNanoseconds: Int64 = 0
        var phase: Int32
    }

    let capacity: Int
    private(set) var count = 0
    private var slots: [Message?]
    /// The number of the oldest message not answered.
    private var oldestNumber: UInt64 = 1
    private let mask: UInt64

    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        var size = 1
        while size < capacity { size *= 2 }
        slots = Array(repeating: nil, count: size)
        mask = UInt64(size - 1)
    }

    /// Messages from the oldest unanswered one to the newest, answered ones between them included.
    private var span = 0

    var isFull: Bool { span >= capacity }

    /// How many more it takes.
    var room: Int { capacity - span }

    /// Adds the next message; only while the window is not full.
    mutating func append(_ message: Message) {
        precondition(!isFull)
        slots[Int((oldestNumber + UInt64(span)) & mask)] = message
        span += 1
        count += 1
    }

    /// Takes out the messages that an answer is about and hands each to `body`.
    ///
    /// Returns false where the number was never sent or has been answered before: the broker's mistake.
    mutating func answer(_ number: UInt64, multiple: Bool, _ body: (Message) -> Void) -> Bool {
        let newest = oldestNumber + UInt64(span)
        // A multiple answer for 0 means all, as in basic.ack.
        let last = multiple && number == 0 ? newest - 1 : number
        guard last < newest, last >= oldestNumber else { return multiple && last &+ 1 == oldestNumber }
        var known = true
        if multiple {
            for number in oldestNumber...last { _ = take(number, body) }
        } else {
            known = take(last, body)
        }
        while span > 0, slots[Int(oldestNumber & mask)] == nil {
            oldestNumber += 1
            span -= 1
        }
        return known
    }

    /// Forgets everything, hands what had no answer to `body`, and counts from 1 again: the connection was lost.
    mutating func reset(_ body: (Message) -> Void = { _ in }) {
        for index in slots.indices {
            if let message = slots[index] { body(message) }
            slots[index] = nil
        }
        oldestNumber = 1
        span = 0
        count = 0
    }

    private mutating func take(_ number: UInt64, _ body: (Message) -> Void) -> Bool {
        let index = Int(number & mask)
        guard let message = slots[index] else { return false }
        slots[index] = nil
        count -= 1
        body(message)
        return true
    }
}
