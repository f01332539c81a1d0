/// What a peer saw and did, by the clock that the generator uses too: the truth that its figures are held against.
struct PeerRecord: Sendable {
    /// A moment between two looks at the clock, one before and one behind the write to the socket.
    struct Moment: Sendable {
        var before: Int64
        var after: Int64
    }

    /// One message of the run.
    struct Message: Sendable {
        /// The intended time that it carried.
        var intended: Int64 = 0
        /// When it was read; 0 for one that never came.
        var received: Int64 = 0
        /// What was sent about it.
        var sent: PeerPlan.Fate = []
        /// When its answer was sent.
        var answered: Moment?
        /// When its first outcome was sent.
        var outcome: Moment?
        /// Routing, properties and body as they came.
        var bytes: [UInt8] = []
        /// The connection it came on, counted from 0 over those that published.
        var connection = 0
    }

    /// By sequence number.
    var messages: [Message] = []
    /// When the peer stood still.
    var stall: Range<Int64>?
    /// Connections that published, lost ones included.
    var publishingConnections = 0
    /// Deliveries that were sent once more since their connection was lost before it acknowledged them.
    var redeliveries = 0

    /// The messages that came.
    var received: [Message] { messages.filter { $0.received > 0 } }
}
