/// The batches of a publisher that are not wholly confirmed, in the order they were sent; pure.
///
///     append ─► sent, with numbers ─► confirm · noteReturn ─► takeFinished
///       ▲                │      └───► refuse
///       └── unsendAll ◄──┘ a lost connection
///
/// Before the broker confirms a message that no queue takes, it sends it back, and does not say its number: the message
/// itself tells whose it is.
struct PublishedBatches<Waiter> {
    /// How a batch ended.
    enum Ending: Equatable {
        case confirmed
        /// The broker sent at least one of its messages back.
        case returned
    }

    /// Messages that are published together.
    struct Batch {
        let messages: PublishedMessages
        let destination: String
        let waiter: Waiter
        /// Confirm numbers of its messages on the current connection; empty while it waits to be sent.
        private(set) var numbers: Range<UInt64> = 0..<0
        /// Which of them the broker has answered for, and how many it has not.
        private var answered: [Bool] = []
        private var unanswered = 0
        fileprivate var isReturned = false

        init(_ messages: PublishedMessages, to destination: String, waiter: Waiter) {
            self.messages = messages
            self.destination = destination
            self.waiter = waiter
        }

        fileprivate var isSent: Bool { !numbers.isEmpty }
        fileprivate var isAnswered: Bool { isSent && unanswered == 0 }

        fileprivate mutating func unsend() { numbers = 0..<0 }

        fileprivate mutating func send(from first: UInt64) {
            numbers = first..<first + UInt64(messages.count)
            answered = Array(repeating: false, count: messages.count)
            unanswered = messages.count
            isReturned = false
        }

        fileprivate mutating func confirm(_ tags: ClosedRange<UInt64>) {
            for tag in tags.clamped(to: numbers.lowerBound...numbers.upperBound - 1) where numbers.contains(tag) {
                let index = Int(tag - numbers.lowerBound)
                if !answered[index] { unanswered -= 1 }
                answered[index] = true
            }
        }

        fileprivate func holds(_ messageID: String?) -> Bool {
            guard let messageID else { return false }
            return messages.contain(messageID)
        }
    }

    /// Those behind the first that is not sent wait for a connection as well.
    private var batches: [Batch] = []

    subscript(index: Int) -> Batch { batches[index] }

    /// The place of the first batch that is not sent on the current connection.
    var firstUnsent: Int? { batches.firstIndex { !$0.isSent } }

    /// Adds a batch behind the others.
    mutating func append(_ batch: Batch) { batches.append(batch) }

    /// A batch was written, its first message with that number.
    mutating func send(_ index: Int, from first: UInt64) { batches[index].send(from: first) }

    /// A new connection knows none of them: all are to be sent again.
    mutating func unsendAll() {
        for index in batches.indices { batches[index].unsend() }
    }

    /// Takes a batch out, for one that cannot be sent.
    mutating func remove(at index: Int) -> Waiter { batches.remove(at: index).waiter }

    /// Takes all of them out.
    mutating func removeAll() -> [Waiter] {
        defer { batches = [] }
        return batches.map(\.waiter)
    }

    /// The broker took charge of the messages of these numbers.
    mutating func confirm(_ tags: ClosedRange<UInt64>) {
        for index in batches.indices where batches[index].isSent && batches[index].numbers.overlaps(tags) {
            batches[index].confirm(tags)
        }
    }

    /// The broker could not take charge of them: takes out the batches that hold one.
    mutating func refuse(_ tags: ClosedRange<UInt64>) -> [Batch] {
        let refused = batches.filter { $0.numbers.overlaps(tags) }
        batches.removeAll { $0.numbers.overlaps(tags) }
        return refused
    }

    /// The broker sent a message back; its confirm comes behind it.
    ///
    /// A message that does not tell its batch is taken for one of each that may hold it: what is published again does
    /// no harm, what counts as published and is not is lost.
    mutating func noteReturn(of messageID: String?, from destination: String) {
        let waiting = batches.indices.filter {
            batches[$0].isSent && !batches[$0].isAnswered && batches[$0].destination == destination
        }
        let holders = waiting.filter { batches[$0].holds(messageID) }
        for index in holders.isEmpty ? waiting : holders { batches[index].isReturned = true }
    }

    /// Takes out those that are answered for, up to the first that is not.
    mutating func takeFinished() -> [(batch: Batch, ending: Ending)] {
        let finished = batches.prefix { $0.isAnswered }
        guard !finished.isEmpty else { return [] }
        batches.removeFirst(finished.count)
        return finished.map { ($0, $0.isReturned ? .returned : .confirmed) }
    }
}

/// The messages of a batch.
enum PublishedMessages {
    case results([OutboundMessage])
    case failed([FailedMessage])

    var count: Int {
        switch self {
        case .results(let messages): messages.count
        case .failed(let messages): messages.count
        }
    }

    func contain(_ messageID: String) -> Bool {
        switch self {
        case .results(let messages): messages.contains { $0.messageID == messageID }
        case .failed(let messages): messages.contains { $0.message.messageID == messageID }
        }
    }
}
