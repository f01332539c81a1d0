// Drivers: what a run and a worker need of a messaging system, as protocols; one folder an implementation.
//
//   load generator ─► LoadDriver    ─► AMQP/
//   worker         ─► MessageSource ─┤
//                     MessageSink  ──┘

package import NIOCore

/// A message as a worker receives it.
package struct InboundMessage: Sendable {
    /// The payload, a slice of what the socket delivered.
    package var body: ByteBuffer
    /// The producer's identifier of the message, where it set one.
    package var messageID: String?
    /// When the producer meant to send it (`x-rafale-intended`), in monotonic nanoseconds of the producer's host.
    package var intendedNanoseconds: Int64?
    /// When it left the socket, in monotonic nanoseconds.
    package var receivedNanoseconds: Int64
    package var redelivered: Bool
    /// Names the delivery when it is settled.
    package var token: DeliveryToken

    package init(
        body: ByteBuffer, messageID: String? = nil, intendedNanoseconds: Int64? = nil, receivedNanoseconds: Int64,
        redelivered: Bool = false, token: DeliveryToken
    ) {
        self.body = body
        self.messageID = messageID
        self.intendedNanoseconds = intendedNanoseconds
        self.receivedNanoseconds = receivedNanoseconds
        self.redelivered = redelivered
        self.token = token
    }
}

/// Names one delivery of one session; a token of a lost session settles nothing, its message comes again.
package struct DeliveryToken: Sendable, Hashable {
    /// Which connection since the start, counted from 0.
    package let session: Int
    /// The number of the delivery in that session.
    package let number: UInt64

    package init(session: Int, number: UInt64) {
        self.session = session
        self.number = number
    }
}

/// A message as a worker publishes it.
package struct OutboundMessage: Sendable {
    package var body: ByteBuffer
    package var messageID: String?
    package var correlationID: String?
    package var contentType: String?
    /// Headers with integer values, in wire order.
    package var integerHeaders: [(name: String, value: Int64)]
    package var persistent: Bool

    package init(
        body: ByteBuffer, messageID: String? = nil, correlationID: String? = nil, contentType: String? = nil,
        integerHeaders: [(name: String, value: Int64)] = [], persistent: Bool = true
    ) {
        self.body = body
        self.messageID = messageID
        self.correlationID = correlationID
        self.contentType = contentType
        self.integerHeaders = integerHeaders
        self.persistent = persistent
    }
}

/// How one delivery ends.
package enum Settlement: Sendable, Equatable {
    /// Done: the broker may forget it.
    case accept
    /// Cannot be processed: the broker dead-letters it.
    case reject
    /// Not done: the broker delivers it again.
    case requeue
}

/// Where a worker's messages come from.
///
/// Recovers by itself; lost deliveries come again.
package protocol MessageSource: Sendable {
    /// The messages that arrived since the last call, at least one; nil once consuming has stopped and none is left.
    ///
    /// At most the prefetch count is unsettled at any time. Throws only what recovery cannot mend.
    func nextBatch() async throws -> [InboundMessage]?

    /// Settles deliveries; those of a lost session are ignored. Returns at once, the broker is told in batches.
    func settle(_ tokens: [DeliveryToken], _ settlement: Settlement)

    /// Asks the broker for no more; what has already arrived still comes out of `nextBatch`.
    func stopConsuming() async

    /// Flushes settlements and closes the connection.
    func close() async
}

/// Where a worker's results go.
package protocol MessageSink: Sendable {
    /// Publishes and returns when the broker has confirmed every message; the messages may have been sent twice
    /// when the connection was lost between.
    func publish(_ messages: [OutboundMessage], to destination: String) async throws

    func close() async
}

/// The headers by which a message carries its times; values are monotonic nanoseconds.
package enum StampHeader {
    package static let intended = "x-rafale-intended"
    package static let received = "x-rafale-received"
    package static let service = "x-rafale-service"
    /// Whose clock the times are of, as a number; only where sender and reader may be different processes.
    package static let clock = "x-rafale-clock"
}
