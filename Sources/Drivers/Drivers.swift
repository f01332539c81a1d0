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
    /// How many bytes from the beginning of that slice, in front of the payload, are the message's properties, in the
    /// system's own form: with them it can be sent on as it came.
    package var propertiesBytes: Int
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
        body: ByteBuffer, propertiesBytes: Int = 0, messageID: String? = nil, intendedNanoseconds: Int64? = nil,
        receivedNanoseconds: Int64, redelivered: Bool = false, token: DeliveryToken
    ) {
        self.body = body
        self.propertiesBytes = propertiesBytes
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

/// A message that cannot be processed, as it is put aside: as it came, with the reason in its headers.
package struct FailedMessage: Sendable {
    package var message: InboundMessage
    /// Why, in one line (`x-rafale-reason`).
    package var reason: String
    /// The number of the byte at which reading it stopped, counted from 1 (`x-rafale-column`).
    package var column: Int?

    package init(_ message: InboundMessage, reason: String, column: Int?) {
        self.message = message
        self.reason = reason
        self.column = column
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

    /// Puts messages that cannot be processed into a queue; true once the broker has confirmed every one.
    ///
    /// False where that is not possible: there is no such queue, or a message has no room for its reason. Then none of
    /// them counts as put aside. They may have been sent twice when the connection was lost between.
    func putAside(_ messages: [FailedMessage], in queue: String) async throws -> Bool

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

/// The headers by which a message says why it could not be processed.
package enum FailureHeader {
    /// The reason, in one line of text.
    package static let reason = "x-rafale-reason"
    /// The number of the byte at which reading stopped, from 1; only where it stopped at one.
    package static let column = "x-rafale-column"
}
