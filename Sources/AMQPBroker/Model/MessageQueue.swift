import DequeModule

typealias QueueID = SlotMap<MessageQueue>.ID

/// A message's place in a queue.
struct QueuedMessage {
    let message: Message
    /// Where it stands among the queue's messages, for going back there.
    var position: UInt64
    /// Monotonic; `.max` for never.
    var expiresAtNanoseconds: Int64
    var redelivered: Bool
}

/// One queue: its ready messages in order, by priority where it has priorities, and its consumers.
struct MessageQueue {
    let name: String
    var options: QueueOptions
    /// The connection that alone may use it.
    var exclusiveOwner: ConnectionID?
    /// In the order they are served: by priority, then by age.
    var consumers: [ConsumerID] = []
    var hasExclusiveConsumer = false
    /// Whether it waits in the virtual host's list of queues to dispatch.
    var isScheduled = false
    var lastUsedNanoseconds: Int64 = 0

    private var ready = Deque<QueuedMessage>()
    /// Ready messages of priority 1 and up, by priority − 1; empty for queues without priorities.
    private var readyByPriority: [Deque<QueuedMessage>] = []
    private(set) var readyCount = 0
    private(set) var readyBytes: Int64 = 0
    private var nextPosition: UInt64 = 1

    init(name: String, options: QueueOptions) {
        self.name = name
        self.options = options
        readyByPriority = Array(repeating: Deque(), count: options.maxPriority)
    }

    var isEmpty: Bool { readyCount == 0 }

    /// Puts a new message at the end.
    mutating func append(_ message: Message, expiresAtNanoseconds: Int64) {
        insert(
            QueuedMessage(
                message: message, position: nextPosition, expiresAtNanoseconds: expiresAtNanoseconds,
                redelivered: false), atEnd: true)
        nextPosition &+= 1
    }

    /// Puts a delivered message back where it stood.
    mutating func putBack(_ entry: QueuedMessage) {
        var entry = entry
        entry.redelivered = true
        insert(entry, atEnd: false)
    }

    private mutating func insert(_ entry: QueuedMessage, atEnd: Bool) {
        readyCount += 1
        readyBytes += Int64(entry.message.bodyBytes)
        let priority = readyByPriority.isEmpty ? 0 : min(Int(entry.message.header.priority), readyByPriority.count)
        if priority == 0 {
            ready.insert(entry, atEnd: atEnd)
        } else {
            readyByPriority[priority - 1].insert(entry, atEnd: atEnd)
        }
    }

    /// The next message, most urgent first.
    mutating func popFirst() -> QueuedMessage? {
        var entry: QueuedMessage?
        if !readyByPriority.isEmpty, let urgent = readyByPriority.lastIndex(where: { !$0.isEmpty }) {
            entry = readyByPriority[urgent].popFirst()
        } else {
            entry = ready.popFirst()
        }
        guard let entry else { return nil }
        readyCount -= 1
        readyBytes -= Int64(entry.message.bodyBytes)
        return entry
    }

    /// The message that a full queue gives up: the least urgent, oldest first.
    mutating func popLeastUrgent() -> QueuedMessage? {
        guard ready.isEmpty, let priority = readyByPriority.firstIndex(where: { !$0.isEmpty }) else {
            return popFirstOrdinary()
        }
        return settled(readyByPriority[priority].popFirst())
    }

    private mutating func popFirstOrdinary() -> QueuedMessage? { settled(ready.popFirst()) }

    private mutating func settled(_ entry: QueuedMessage?) -> QueuedMessage? {
        if let entry {
            readyCount -= 1
            readyBytes -= Int64(entry.message.bodyBytes)
        }
        return entry
    }

    /// The next message at the head of its priority whose time is over.
    mutating func popExpired(nowNanoseconds: Int64) -> QueuedMessage? {
        if let first = ready.first, first.expiresAtNanoseconds <= nowNanoseconds { return popFirstOrdinary() }
        for priority in readyByPriority.indices {
            if let first = readyByPriority[priority].first, first.expiresAtNanoseconds <= nowNanoseconds {
                return settled(readyByPriority[priority].popFirst())
            }
        }
        return nil
    }

    /// When the first of its heads expires; `.max` for never.
    var headExpiresAtNanoseconds: Int64 {
        readyByPriority.reduce(ready.first?.expiresAtNanoseconds ?? .max) { earliest, deque in
            min(earliest, deque.first?.expiresAtNanoseconds ?? .max)
        }
    }

    /// Whether it holds more than its limits allow.
    var isOverLimit: Bool { exceeds(count: readyCount, bytes: readyBytes) }

    /// Whether a message of that size has no room any more.
    func isFull(forBodyBytes bytes: Int) -> Bool { exceeds(count: readyCount + 1, bytes: readyBytes + Int64(bytes)) }

    private func exceeds(count: Int, bytes: Int64) -> Bool {
        if let limit = options.maxLength, Int64(count) > limit { return true }
        if let limit = options.maxLengthBytes, bytes > limit { return true }
        return false
    }

    /// Takes a consumer out.
    mutating func remove(_ consumer: ConsumerID) {
        guard let index = consumers.firstIndex(of: consumer) else { return }
        consumers.remove(at: index)
        hasExclusiveConsumer = hasExclusiveConsumer && !consumers.isEmpty
    }
}

extension MessageQueue: Vacatable {
    static var vacant: MessageQueue { MessageQueue(name: "", options: QueueOptions()) }
}

extension Deque<QueuedMessage> {
    /// In order of position, which for a message put back is at or near the head.
    fileprivate mutating func insert(_ entry: QueuedMessage, atEnd: Bool) {
        if atEnd || isEmpty {
            append(entry)
        } else if let first, entry.position < first.position {
            prepend(entry)
        } else {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if self[middle].position < entry.position { low = middle + 1 } else { high = middle }
            }
            insert(entry, at: low)
        }
    }
}
