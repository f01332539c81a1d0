package import NIOCore

/// What a load run needs of a messaging system (or of a store that is filled directly).
///
/// Publishers and collectors live on an event loop each; their delegates are called there and nowhere else.
package protocol LoadDriver: Sendable {
    /// Product and version of the system under load, as it calls itself.
    var system: SystemIdentity { get async }

    /// Where the system is, without passwords; none where it has no addresses.
    var addresses: [String] { get }

    /// Creates what the run needs and checks that it would touch nothing of anybody else's.
    func prepare(_ topology: LoadTopology, purge: Bool) async throws(DriverError)

    /// Opens a connection that publishes on `channels` channels.
    func openPublisher(
        _ settings: PublisherSettings, delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> any LoadPublisher

    /// Opens a connection that reads the outcomes back, or nil where the system reports every outcome to the publisher.
    func openCollector(
        _ settings: CollectorSettings, delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> (any LoadCollector)?

    /// How many messages wait in each queue of the run, by role.
    ///
    /// Where there are many queues, an inexact answer may be a moment old for most of them.
    func queueDepths(exact: Bool) async throws(DriverError) -> QueueDepths

    /// How many consumers the incoming queues have together; nil where the system does not say.
    func consumerCount() async throws(DriverError) -> Int?

    /// Deletes what `prepare` created and nobody needs any more; returns notes for the report on what was left.
    func cleanUp() async -> [String]
}

extension LoadDriver {
    /// None.
    package var addresses: [String] { [] }

    /// Unknown.
    package func consumerCount() async throws(DriverError) -> Int? { nil }
}

/// What a system calls itself.
package struct SystemIdentity: Sendable, Equatable {
    package var product: String
    package var version: String

    package init(product: String, version: String) {
        self.product = product
        self.version = version
    }
}

/// The queues of a run by role.
package enum QueueRole: Int, Sendable, CaseIterable {
    case incoming, processed, failed
}

/// Messages ready in each queue; nil where the queue cannot be asked.
package struct QueueDepths: Sendable, Equatable {
    package var incoming: UInt64?
    package var processed: UInt64?
    package var failed: UInt64?
    /// The same of each branch of the pipeline, where it has several: the figures above are their sums.
    package var branches: [QueueDepths] = []

    package init(incoming: UInt64? = nil, processed: UInt64? = nil, failed: UInt64? = nil) {
        self.incoming = incoming
        self.processed = processed
        self.failed = failed
    }

    /// The messages in the queue of a role.
    package subscript(role: QueueRole) -> UInt64? {
        get {
            switch role {
            case .incoming: incoming
            case .processed: processed
            case .failed: failed
            }
        }
        set {
            switch role {
            case .incoming: incoming = newValue
            case .processed: processed = newValue
            case .failed: failed = newValue
            }
        }
    }

    /// The messages in all queues that could be asked.
    package var total: UInt64 { (incoming ?? 0) + (processed ?? 0) + (failed ?? 0) }
}

/// A queue as the run wants it.
package struct QueuePlan: Sendable, Equatable {
    /// The queue's type, as RabbitMQ names it.
    package enum Kind: String, Sendable { case classic, quorum, stream }

    package var name: String
    package var kind: Kind
    package var durable: Bool
    /// Whether the broker deletes it with its last consumer.
    package var autoDelete: Bool
    package var arguments: [NamedValue]

    package init(
        name: String, kind: Kind = .classic, durable: Bool, autoDelete: Bool = false, arguments: [NamedValue] = []
    ) {
        self.name = name
        self.kind = kind
        self.durable = durable
        self.autoDelete = autoDelete
        self.arguments = arguments
    }
}

/// A named value of an argument or header table, in its order.
package struct NamedValue: Sendable, Equatable {
    /// What an argument may hold.
    package indirect enum Value: Sendable, Equatable {
        case string(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
        case null
        case list([Value])
        case table([NamedValue])
    }

    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

/// A route from the run's exchange to an incoming queue.
package struct BindingPlan: Sendable, Equatable {
    package var queue: String
    package var key: String
    package var arguments: [NamedValue]

    package init(queue: String, key: String, arguments: [NamedValue] = []) {
        self.queue = queue
        self.key = key
        self.arguments = arguments
    }
}

/// The exchange and the queues of a run.
package struct LoadTopology: Sendable, Equatable {
    /// Where the load is published; an empty name is the default exchange, which needs no declaration.
    package var exchange: String
    package var exchangeKind: String
    package var exchangeDurable: Bool
    package var exchangeAutoDelete: Bool
    package var exchangeArguments: [NamedValue]
    /// Routes from the exchange; none of the default exchange.
    package var bindings: [BindingPlan]
    /// What the workers consume; at least one.
    package var incoming: [QueuePlan]
    /// Where the workers' results arrive, and what they could not process: a queue each for every branch.
    package var processed: [QueuePlan]
    package var failed: [QueuePlan]
    /// The names of the pipeline's branches where it has several: the queues of each role are then one a branch, in this
    /// order.
    package var branches: [String]
    /// Whether somebody else's workers consume: their queues then outlive the run.
    package var keepQueues: Bool
    /// Whether other processes publish to the run's queues or consume them at the same time.
    package var isShared = false
    /// Whether the run itself consumes the incoming queue: it then has no other consumers, and no results come back.
    package var isSelfConsumed = false

    /// The roles that have a queue in this run.
    package var roles: [QueueRole] {
        // Results that nobody reads need no queue, unless the run makes it.
        if !declares, !readsOutcomes { return [.incoming] }
        return isSelfConsumed ? [.incoming, .failed] : QueueRole.allCases
    }

    /// How many branches answer each message.
    package var branchCount: Int { max(1, branches.count) }

    /// The branch to which the queue of a role belongs that has this number.
    package func branch(ofQueue number: Int) -> Int { branches.isEmpty ? 0 : number }

    /// The queues of a role.
    package func queues(_ role: QueueRole) -> [QueuePlan] {
        switch role {
        case .incoming: incoming
        case .processed: processed
        case .failed: failed
        }
    }

    /// Whether the run declares all this; otherwise it must exist.
    package var declares: Bool
    /// Whether outcomes are read back: only then must queues for them exist that the run does not declare.
    package var readsOutcomes: Bool

    package init(
        exchange: String, exchangeKind: String, exchangeDurable: Bool, exchangeAutoDelete: Bool = false,
        exchangeArguments: [NamedValue], bindings: [BindingPlan] = [], incoming: [QueuePlan], processed: [QueuePlan],
        failed: [QueuePlan], branches: [String] = [], keepQueues: Bool, declares: Bool = true,
        readsOutcomes: Bool = true
    ) {
        self.branches = branches
        self.exchange = exchange
        self.exchangeKind = exchangeKind
        self.exchangeDurable = exchangeDurable
        self.exchangeAutoDelete = exchangeAutoDelete
        self.exchangeArguments = exchangeArguments
        self.bindings = bindings
        self.declares = declares
        self.readsOutcomes = readsOutcomes
        self.incoming = incoming
        self.processed = processed
        self.failed = failed
        self.keepQueues = keepQueues
    }
}

/// A message that is the same but for its stamps, prepared once and sent many times.
package struct MessageTemplate: Sendable {
    package var body: [UInt8]
    /// Where the 25 bytes of the document's id stand in the body.
    package var documentIDOffset: Int?
    /// Where the bytes of the timestamp stand in the body, 24 or 26 by its form.
    package var timestampOffset: Int?
    package var timestampForm = TimestampText.Form.iso8601
    /// Whether the message removes its document rather than writing it.
    package var deletes: Bool
    /// The routing key; nil for the one of the publisher's settings.
    package var routingKey: String?

    package init(
        body: [UInt8], documentIDOffset: Int?, timestampOffset: Int?, deletes: Bool, routingKey: String? = nil
    ) {
        self.routingKey = routingKey
        self.body = body
        self.documentIDOffset = documentIDOffset
        self.timestampOffset = timestampOffset
        self.deletes = deletes
    }
}

/// What differs from message to message.
package struct MessageStamp: Sendable {
    /// The number of the message in its run.
    package var sequence: UInt64
    /// The number of the message whose document this one writes or deletes.
    package var documentSequence: UInt64
    /// When it should be sent, in monotonic nanoseconds.
    package var intendedNanoseconds: Int64

    package init(sequence: UInt64, documentSequence: UInt64, intendedNanoseconds: Int64) {
        self.sequence = sequence
        self.documentSequence = documentSequence
        self.intendedNanoseconds = intendedNanoseconds
    }
}

/// A message to send: a template and what differs from message to message.
package struct OutgoingMessage: Sendable {
    package var stamp: MessageStamp
    /// Index into the templates of the settings.
    package var template: UInt32

    package init(template: UInt32, stamp: MessageStamp) {
        self.template = template
        self.stamp = stamp
    }
}

/// How a publisher connection publishes.
package struct PublisherSettings: Sendable {
    package var run: RunID
    package var exchange: String
    package var routingKey: String
    package var templates: [MessageTemplate]
    package var channels: Int
    /// Whether the broker confirms each message.
    package var confirms: Bool
    /// Messages in one transaction of a channel, whose commit then stands for the confirms; nil for none.
    package var transactionSize: Int?
    package var mandatory: Bool
    package var properties: FixedProperties
    /// Bodies that take the place of the templates' own, one for each message; nil for none.
    package var recorded: (any RecordedBodies)?

    package init(
        run: RunID, exchange: String, routingKey: String, templates: [MessageTemplate], channels: Int = 1,
        confirms: Bool = true, mandatory: Bool = true, properties: FixedProperties = FixedProperties()
    ) {
        self.run = run
        self.exchange = exchange
        self.routingKey = routingKey
        self.templates = templates
        self.channels = channels
        self.confirms = confirms
        self.mandatory = mandatory
        self.properties = properties
    }
}

/// What all messages of a run say of themselves; nil leaves a property out.
package struct FixedProperties: Sendable, Equatable {
    package var persistent = true
    package var priority: UInt8?
    package var expirationMilliseconds: UInt64?
    package var contentType: String? = "application/json"
    package var contentEncoding: String?
    package var type: String?
    package var appID: String?
    package var userID: String?
    package var replyTo: String?
    package var correlationID: String?
    /// Seconds since 1970.
    package var timestamp: UInt64?
    /// Headers beside the stamps.
    package var headers: [NamedValue] = []

    package init() {}
}

/// One publishing connection.
///
/// Every member is used on its event loop only.
package protocol LoadPublisher: AnyObject, Sendable {
    var eventLoop: any EventLoop { get }

    /// Whether more should be written now: connected, not blocked, and the socket takes bytes.
    var isWritable: Bool { get }

    /// Messages that one `send` should carry at most.
    var batchLimit: Int { get }

    /// Sends messages on a channel (0 to channels − 1), in this order, with one write. Only while `isWritable`.
    func send(_ messages: Span<OutgoingMessage>, channel: Int)

    /// Asks for the broker's answer to what was sent and would wait for more: a transaction that is not full.
    func settle()

    /// Bytes written but not yet taken by the socket.
    var unsentBytes: Int { get }

    func close() async
}

extension LoadPublisher {
    /// Nothing to ask for: each message is answered by itself.
    package func settle() {}

    /// Enough that the costs of a batch do not count.
    package var batchLimit: Int { 256 }
}

/// What happens to published messages; called on the publisher's event loop.
package protocol LoadPublisherDelegate: AnyObject, Sendable {
    /// The broker answered for messages of a channel, which are numbered from 1 in the order they were sent
    /// since the last `publisherLost`.
    func publisher(channel: Int, confirmed number: UInt64, multiple: Bool, accepted: Bool)

    /// A message could not be routed and came back.
    func publisher(returned id: MessageID?)

    /// More may be written, or no more for now.
    func publisher(isWritable: Bool)

    /// The broker asks for no more messages (its reason), or for more again (nil).
    func publisher(blocked reason: String?)

    /// The connection was lost, and with it every answer not yet received; it recovers by itself.
    func publisherLost(_ reason: String)

    /// The connection is back; numbering starts from 1 again.
    func publisherRecovered()

    /// The connection cannot be recovered.
    func publisherFailed(_ error: DriverError)
}

/// A connection that reads queues of the run back.
package protocol LoadCollector: AnyObject, Sendable {
    var eventLoop: any EventLoop { get }

    /// Messages received and not yet settled; asked on its event loop.
    var unsettled: Int { get }

    /// Stops consuming and closes; what was not recognised goes back to its queue.
    func close() async
}

extension LoadCollector {
    /// None: what is received is settled at once.
    package var unsettled: Int { 0 }
}

/// An outcome read back.
package struct CollectedMessage: Sendable {
    /// What is known of the times that a message carries.
    package enum Origin: Sendable {
        /// They are of this process's clock.
        case ownClock
        /// They are of another clock, or of one that the message does not name: left out.
        case otherClock
        /// It was sent by no generator and carries none.
        case foreign
    }

    package var origin = Origin.ownClock
    package var role: QueueRole
    /// The branch of the pipeline whose outcome it is.
    package var branch: UInt8
    package var sequence: UInt64
    /// The intended time that the message carries, where it still does.
    package var intendedNanoseconds: Int64?
    /// When the worker received it, by the worker's clock.
    package var receivedNanoseconds: Int64?
    /// How long the worker took, in nanoseconds.
    package var serviceNanoseconds: Int64?
    /// Whether the broker may have handed us this very message before: our connection's doing, not the pipeline's.
    package var redelivered: Bool

    package init(
        role: QueueRole, branch: UInt8 = 0, sequence: UInt64, intendedNanoseconds: Int64?,
        receivedNanoseconds: Int64?, serviceNanoseconds: Int64?, redelivered: Bool = false
    ) {
        self.branch = branch
        self.redelivered = redelivered
        self.role = role
        self.sequence = sequence
        self.intendedNanoseconds = intendedNanoseconds
        self.receivedNanoseconds = receivedNanoseconds
        self.serviceNanoseconds = serviceNanoseconds
    }
}

/// What a collector reads; called on the collector's event loop.
package protocol LoadCollectorDelegate: AnyObject, Sendable {
    /// Messages of this run, in the order they were read; `collectorReadComplete` follows when the read is over.
    func collector(received messages: Span<CollectedMessage>)

    /// A message of an earlier run of ours: taken from the queue, not counted as an outcome.
    func collectorIgnoredLeftover()

    /// The clocks that workers say their times are of, all seen so far; nil among them for one that is not named.
    ///
    /// Told before the first message with times of a clock.
    func collectorSawClocks(_ clocks: [Int64?])

    /// An outcome that does not say which message it is of: taken from the queue, and counted.
    func collectorSawUncorrelated()

    /// A message nobody here sent: it goes back to its queue at the end.
    func collectorSawForeign()

    /// A message was refused: it goes back to its queue, or else to the failed one.
    func collectorRefused(requeued: Bool)

    /// The end of one read: the moment for what is done for many messages at once.
    func collectorReadComplete()

    func collectorLost(_ reason: String)
    func collectorRecovered()
    func collectorFailed(_ error: DriverError)
}

/// Why a system cannot be used, in one line that says what to do.
package struct DriverError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is: it decides the exit code.
    package enum Kind: Sendable, Equatable {
        /// Nobody answers at that address, or the connection broke for good.
        case unreachable
        /// The user name, password, certificate or a permission was refused.
        case refused
        /// Something exists that differs from what the run needs, or holds somebody else's messages.
        case precondition
        /// The system did what it should not.
        case protocolViolation
        /// The settings cannot work, such as a malformed URI.
        case configuration
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
