import DequeModule

typealias ConnectionID = SlotMap<ConnectionSession>.ID
typealias ChannelID = SlotMap<ChannelSession>.ID
typealias ConsumerID = SlotMap<Consumer>.ID

/// What the broker knows of a connection.
struct ConnectionSession {
    var user = ""
    /// Whether its socket takes more deliveries.
    var isWritable = true
    var channels: [ChannelID] = []
    var exclusiveQueues: Set<QueueID> = []
}

/// What the broker knows of a channel.
struct ChannelSession {
    enum Mode { case plain, confirm, transaction }

    let connection: ConnectionID
    let number: UInt16
    var mode = Mode.plain
    /// The number of the next publish in confirm mode.
    var nextPublishTag: UInt64 = 1
    var confirmations = Confirmations()
    var transaction = Transaction()
    /// For consumers to come; 0 for no limit.
    var consumerPrefetch = 0
    /// Over all consumers of the channel; 0 for no limit.
    var globalPrefetch = 0
    var unacked = UnackedDeliveries()
    var consumers: [String: ConsumerID] = [:]
    /// The queue declared last: what an empty queue name means.
    var lastQueue: String?
    var isFlowing = true
}

/// What one consumer may still get.
struct Consumer {
    let channel: ChannelID
    let connection: ConnectionID
    let channelNumber: UInt16
    let queue: QueueID
    let tag: String
    /// The tag as a short string, for deliveries.
    let encodedTag: [UInt8]
    let noAck: Bool
    let isExclusive: Bool
    let priority: Int64
    /// 0 for no limit.
    let prefetch: Int
    var unackedCount = 0
}

extension ConnectionSession: Vacatable {
    static var vacant: ConnectionSession { ConnectionSession() }
}

extension ChannelSession: Vacatable {
    static var vacant: ChannelSession { ChannelSession(connection: .none, number: 0) }
}

extension Consumer: Vacatable {
    static var vacant: Consumer {
        Consumer(
            channel: .none, connection: .none, channelNumber: 0, queue: .none, tag: "", encodedTag: [], noAck: true,
            isExclusive: false, priority: 0, prefetch: 0)
    }
}

/// A delivery that its consumer has not settled.
struct Unacked {
    let deliveryTag: UInt64
    let queue: QueueID
    /// Nil for a basic.get.
    let consumer: ConsumerID?
    /// Nil once it is settled, while an older delivery is not.
    var entry: QueuedMessage?
}

/// The unsettled deliveries of a channel in the order of their tags.
///
/// Settling the oldest is the common case and costs nothing; any other is found by halving and leaves a hole that goes
/// when the ones before it do, or when holes are the greater part.
struct UnackedDeliveries {
    private var deliveries = Deque<Unacked>()
    private var holes = 0
    private(set) var nextTag: UInt64 = 1

    var count: Int { deliveries.count - holes }

    /// The tag for the next delivery.
    mutating func takeTag() -> UInt64 {
        defer { nextTag &+= 1 }
        return nextTag
    }

    mutating func append(_ delivery: Unacked) { deliveries.append(delivery) }

    /// Whether that delivery is not settled yet.
    func contains(_ tag: UInt64) -> Bool {
        let index = firstIndex(of: tag)
        return index < deliveries.count && deliveries[index].deliveryTag == tag && deliveries[index].entry != nil
    }

    /// Where the first delivery of at least that tag stands.
    private func firstIndex(of tag: UInt64) -> Int {
        var low = 0
        var high = deliveries.count
        while low < high {
            let middle = (low + high) / 2
            if deliveries[middle].deliveryTag < tag { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Takes out one delivery; nil where that tag is not open.
    mutating func remove(_ tag: UInt64) -> Unacked? {
        guard let first = deliveries.first else { return nil }
        if first.deliveryTag == tag {
            let taken = deliveries.removeFirst()
            dropLeadingHoles()
            return taken.entry == nil ? nil : taken
        }
        let low = firstIndex(of: tag)
        guard low < deliveries.count, deliveries[low].deliveryTag == tag, deliveries[low].entry != nil else {
            return nil
        }
        let taken = deliveries[low]
        deliveries[low].entry = nil
        holes += 1
        if holes > 64, holes > deliveries.count / 2 {
            deliveries.removeAll { $0.entry == nil }
            holes = 0
        }
        return taken
    }

    /// Takes out the oldest delivery if its tag is at most `tag`.
    mutating func removeFirst(through tag: UInt64) -> Unacked? {
        guard let first = deliveries.first, first.deliveryTag <= tag else { return nil }
        deliveries.removeFirst()
        dropLeadingHoles()
        return first
    }

    /// Takes out all, newest first: the order for putting messages back.
    mutating func removeAll() -> [Unacked] {
        defer {
            deliveries.removeAll()
            holes = 0
        }
        return deliveries.reversed().filter { $0.entry != nil }
    }

    private mutating func dropLeadingHoles() {
        while holes > 0, let first = deliveries.first, first.entry == nil {
            deliveries.removeFirst()
            holes -= 1
        }
    }
}

/// Publishes settled but not yet told to the publisher, joined where they follow each other.
struct Confirmations {
    struct Run: Equatable {
        var tag: UInt64
        var isMultiple: Bool
        let isNack: Bool
    }

    private(set) var runs: [Run] = []

    mutating func settle(_ tag: UInt64, isNack: Bool) {
        if let last = runs.indices.last, runs[last].isNack == isNack, !isNack {
            runs[last].tag = tag
            runs[last].isMultiple = true
        } else {
            runs.append(Run(tag: tag, isMultiple: false, isNack: isNack))
        }
    }

    /// What to tell, which is then told.
    mutating func take() -> [Run] {
        defer { runs.removeAll(keepingCapacity: true) }
        return runs
    }
}

/// What a transactional channel has asked for since its last commit.
struct Transaction {
    struct Publish {
        let message: Message
        let mandatory: Bool
    }

    enum Outcome { case ack, reject, requeue }

    var publishes: [Publish] = []
    /// Deliveries taken out of the channel's unsettled ones, to settle or to put back.
    var settlements: [(delivery: Unacked, outcome: Outcome)] = []
}
