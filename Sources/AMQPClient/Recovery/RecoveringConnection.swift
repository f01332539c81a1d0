package import AMQPProtocol
package import Logging
package import NIOCore
import Synchronization

/// A connection that comes back: nodes tried in turn, waits that grow, topology and channels as they were.
///
///     start, declare, addChannel, close ─► commands ─► RecoveryLoop, one after the other
///     connection or channel ended, waited ──┘             └─► RecoveryState says what to do
package final class RecoveringConnection: Sendable {
    private let mailbox = RecoveryMailbox()
    private let makeLoop: @Sendable (RecoveryMailbox) -> RecoveryLoop

    /// Does nothing before `start`.
    ///
    /// - Parameters:
    ///   - configurations: The nodes, tried in turn; at least one.
    ///   - policy: How long to wait between attempts.
    ///   - eventLoop: Where every connection lives.
    ///   - chance: A number from 0 up to 1 for each wait, for its jitter.
    ///   - logger: Gets a warning at each loss and a line at each recovery.
    package init(
        _ configurations: [AMQPConfiguration], policy: RecoveryPolicy = RecoveryPolicy(), on eventLoop: any EventLoop,
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }, logger: Logger
    ) {
        makeLoop = { RecoveryLoop(configurations, policy, eventLoop, chance, logger, $0) }
    }

    /// Connects for the first time; every node is tried once.
    ///
    /// - Throws: Why the last node would not have us.
    package func start() async throws(AMQPClientError) {
        mailbox.launch(makeLoop(mailbox))
        try await mailbox.ask { .start($0) }.get()
    }

    /// Declares, and declares again after every recovery; what is refused is not kept.
    ///
    /// - Parameter topology: Exchanges, queues and bindings.
    /// - Returns: What the server said of each queue, by name.
    /// - Throws: The refusal, or why there is no connection.
    @discardableResult
    package func declare(_ topology: Topology) async throws(AMQPClientError) -> [String: QueueDeclareOk] {
        try await mailbox.ask { .declare(topology, $0) }.get()
    }

    /// Opens a channel and sets it up, and again after every recovery of it or of the connection.
    ///
    /// - Parameters:
    ///   - delegate: Told of all the channels that follow each other.
    ///   - setup: Runs on each fresh channel before it becomes `current`.
    /// - Returns: The channel that stays.
    /// - Throws: Why the first channel could not be set up; it is not kept then.
    package func addChannel(
        delegate: (any AMQPChannelDelegate)? = nil, setup: @escaping RecoveringChannel.SetUp
    ) async throws(AMQPClientError) -> RecoveringChannel {
        try await mailbox.ask { .addChannel(delegate, setup, $0) }.get()
    }

    /// How often a lost connection was made good.
    package var recoveries: Int { mailbox.shared.withLock { $0.recoveries } }

    /// The connection that is open now; nil while there is none.
    package var current: AMQPConnection? { mailbox.shared.withLock { $0.connection } }

    /// Why the last attempt or the last connection failed; nil when none did.
    package var lastError: AMQPClientError? { mailbox.shared.withLock { $0.lastError } }

    /// Ends the connection for good, in good order where there is one.
    package func close() async { await mailbox.end()?.close() }

    /// Returns when it was closed, or given up after the policy's last round.
    package func waitUntilEnded() async { await mailbox.waitUntilEnded() }
}
