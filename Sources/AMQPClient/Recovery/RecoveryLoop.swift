import AMQPProtocol
import Logging
import NIOCore
import Synchronization

/// The way into a recovery loop, and what of it other threads may see.
final class RecoveryMailbox: Sendable {
    typealias Answer<T> = CheckedContinuation<Result<T, AMQPClientError>, Never>

    /// What the loop carries out, one after the other.
    enum Command: Sendable {
        case start(Answer<Void>)
        case declare(Topology, Answer<[String: QueueDeclareOk]>)
        case addChannel((any AMQPChannelDelegate)?, RecoveringChannel.SetUp, Answer<RecoveringChannel>)
        case restartChannel(identifier: Int)
        case connectionEnded(AMQPConnection, AMQPCloseReason)
        case channelEnded(identifier: Int, AMQPChannel, AMQPCloseReason)
        case waited
        case channelWaited(identifier: Int)
    }

    /// What other threads see.
    struct Shared {
        var connection: AMQPConnection?
        var recoveries = 0
        var lastError: AMQPClientError?
        var isLaunched = false
        var isEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let shared = Mutex(Shared())
    private let stream: AsyncStream<Command>
    private let continuation: AsyncStream<Command>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send(_ command: Command) { continuation.yield(command) }

    /// Sends a command that is answered; fails where the loop has ended.
    func ask<T: Sendable>(_ command: (Answer<T>) -> Command) async -> Result<T, AMQPClientError> {
        await withCheckedContinuation { answer in
            let (isLaunched, isEnded) = shared.withLock { ($0.isLaunched, $0.isEnded) }
            guard isLaunched else { return answer.resume(returning: .failure(.notConnected)) }
            if !isEnded, case .enqueued = continuation.yield(command(answer)) { return }
            answer.resume(returning: .failure(.closedByClient))
        }
    }

    /// Runs the loop, once.
    func launch(_ loop: sending RecoveryLoop) {
        let isFirst = shared.withLock { shared in
            defer { shared.isLaunched = true }
            return !shared.isLaunched
        }
        guard isFirst else { return }
        Task { [stream] in
            var loop = loop
            for await command in stream { await loop.carryOut(command) }
        }
    }

    /// Takes no more commands; the connection that was there last.
    func end() -> AMQPConnection? {
        continuation.finish()
        let (connection, waiters) = shared.withLock { shared in
            shared.isEnded = true
            defer { (shared.connection, shared.endWaiters) = (nil, []) }
            return (shared.connection, shared.endWaiters)
        }
        for waiter in waiters { waiter.resume() }
        return connection
    }

    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let isEnded = shared.withLock { shared in
                if !shared.isEnded { shared.endWaiters.append(continuation) }
                return shared.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }
}

/// Carries out what `RecoveryState` decides: connects, waits, declares and sets channels up.
struct RecoveryLoop {
    typealias Answer<T> = RecoveryMailbox.Answer<T>

    private let configurations: [AMQPConfiguration]
    private let policy: RecoveryPolicy
    private let eventLoop: any EventLoop
    private let chance: @Sendable () -> Double
    private let logger: Logger
    private let mailbox: RecoveryMailbox
    private var state: RecoveryState
    private var topology = Topology()
    private var channels: [Entry] = []
    private var nextIdentifier = 0

    private struct Entry {
        let channel: RecoveringChannel
        var failuresInRow = 0
    }

    init(
        _ configurations: [AMQPConfiguration], _ policy: RecoveryPolicy, _ eventLoop: any EventLoop,
        _ chance: @escaping @Sendable () -> Double, _ logger: Logger, _ mailbox: RecoveryMailbox
    ) {
        self.configurations = configurations
        self.policy = policy
        self.eventLoop = eventLoop
        self.chance = chance
        self.logger = logger
        self.mailbox = mailbox
        self.state = RecoveryState(nodeCount: configurations.count, policy: policy)
    }

    private var connection: AMQPConnection? { mailbox.shared.withLock { $0.connection } }
    private var isEnded: Bool { mailbox.shared.withLock { $0.isEnded } }

    mutating func carryOut(_ command: RecoveryMailbox.Command) async {
        switch command {
        case .start(let answer): await start(answer)
        case .declare(let topology, let answer): await declare(topology, answer)
        case .addChannel(let delegate, let setUp, let answer): await addChannel(delegate, setUp, answer)
        case .restartChannel(let identifier): await restartChannel(identifier)
        case .connectionEnded(let ended, let reason):
            guard ended === connection else { return }
            await connectionEnded(reason)
        case .channelEnded(let identifier, let ended, let reason):
            await channelEnded(identifier, ended, reason)
        case .waited: await follow(state.waited())
        case .channelWaited(let identifier): await reopenChannel(identifier)
        }
    }

    // MARK: The connection

    private mutating func start(_ answer: Answer<Void>) async {
        await follow(state.start())
        let error = mailbox.shared.withLock { $0.connection == nil ? $0.lastError ?? .closedByClient : nil }
        answer.resume(returning: error.map { .failure($0) } ?? .success(()))
    }

    private mutating func follow(_ first: RecoveryState.Action) async {
        var action = first
        while true {
            switch action {
            case .connect(let node):
                if isEnded { return }
                do throws(AMQPClientError) {
                    try await connect(configurations[node])
                    state.connected()
                    return
                } catch {
                    mailbox.shared.withLock { $0.lastError = error }
                    logger.warning("no connection: \(error)")
                    action = state.failed(chance: chance())
                }
            case .wait(let duration):
                after(duration, .waited)
                return
            case .giveUp:
                _ = mailbox.end()
                return
            case .nothing: return
            }
        }
    }

    /// Connects, declares, sets the channels up; all of it or nothing.
    private mutating func connect(_ configuration: AMQPConfiguration) async throws(AMQPClientError) {
        let connection = try await AMQPConnection.connect(configuration, on: eventLoop, logger: logger)
        do throws(AMQPClientError) {
            try await declareAll(on: connection)
            for entry in channels { try await open(entry.channel, on: connection) }
        } catch {
            await connection.close()
            throw error
        }
        for index in channels.indices { channels[index].failuresInRow = 0 }
        let recoveries = state.isRecovering ? state.recoveries + 1 : state.recoveries
        let isEnded = mailbox.shared.withLock { shared in
            if !shared.isEnded {
                shared.connection = connection
                shared.recoveries = recoveries
            }
            return shared.isEnded
        }
        if isEnded {
            await connection.close()
            throw .closedByClient
        }
        logger.info("connected", metadata: ["broker": "\(configuration.redactedURI)", "recoveries": "\(recoveries)"])
        Task { [mailbox] in mailbox.send(.connectionEnded(connection, await connection.waitUntilClosed())) }
    }

    private func declareAll(on connection: AMQPConnection) async throws(AMQPClientError) {
        guard topology != Topology() else { return }
        let channel = try await connection.openChannel()
        try await topology.declare(on: channel)
        await channel.close()
    }

    private mutating func connectionEnded(_ reason: AMQPCloseReason) async {
        mailbox.shared.withLock { shared in
            shared.connection = nil
            shared.lastError = reason.error
        }
        for entry in channels { entry.channel.endedAll() }
        logger.warning("connection lost, trying again: \(reason)")
        await follow(state.lost(chance: chance()))
    }

    private func after(_ duration: Duration, _ command: RecoveryMailbox.Command) {
        eventLoop.scheduleTask(in: TimeAmount(duration)) { [mailbox] in mailbox.send(command) }
    }

    // MARK: Topology and channels

    private mutating func declare(_ topology: Topology, _ answer: Answer<[String: QueueDeclareOk]>) async {
        do throws(AMQPClientError) {
            guard let connection else { throw .notConnected }
            let channel = try await connection.openChannel()
            let declared = try await topology.declare(on: channel)
            await channel.close()
            self.topology.merge(topology)
            answer.resume(returning: .success(declared))
        } catch {
            answer.resume(returning: .failure(error))
        }
    }

    private mutating func addChannel(
        _ delegate: (any AMQPChannelDelegate)?, _ setUp: @escaping RecoveringChannel.SetUp,
        _ answer: Answer<RecoveringChannel>
    ) async {
        let identifier = nextIdentifier
        nextIdentifier += 1
        let channel = RecoveringChannel(identifier: identifier, delegate: delegate, setUp: setUp) { [mailbox] in
            mailbox.send(.restartChannel(identifier: identifier))
        }
        do throws(AMQPClientError) {
            guard let connection else { throw .notConnected }
            try await open(channel, on: connection)
            channels.append(Entry(channel: channel))
            answer.resume(returning: .success(channel))
        } catch {
            answer.resume(returning: .failure(error))
        }
    }

    private func open(_ recovering: RecoveringChannel, on connection: AMQPConnection) async throws(AMQPClientError) {
        let channel = try await connection.openChannel(delegate: recovering.delegate)
        do {
            try await recovering.setUp(channel)
        } catch {
            await channel.close()
            throw (error as? AMQPClientError) ?? .setUpFailed("\(error)")
        }
        recovering.began(channel)
        let identifier = recovering.identifier
        Task { [mailbox] in
            mailbox.send(.channelEnded(identifier: identifier, channel, await channel.waitUntilClosed()))
        }
    }

    private mutating func restartChannel(_ identifier: Int) async {
        // Its end is what brings the new one.
        await channels.first { $0.channel.identifier == identifier }?.channel.current?.close()
    }

    private mutating func channelEnded(_ identifier: Int, _ ended: AMQPChannel, _ reason: AMQPCloseReason) async {
        guard let index = channels.firstIndex(where: { $0.channel.identifier == identifier }) else { return }
        channels[index].channel.ended(ended)
        // With its connection it comes back by itself.
        guard let connection, connection.closeReason == nil else { return }
        if reason != .byClient { logger.warning("channel lost, opening it again: \(reason)") }
        if reason == .byClient, channels[index].failuresInRow == 0 { return await reopenChannel(identifier) }
        after(
            policy.delay(round: channels[index].failuresInRow, chance: chance()), .channelWaited(identifier: identifier)
        )
    }

    private mutating func reopenChannel(_ identifier: Int) async {
        guard let index = channels.firstIndex(where: { $0.channel.identifier == identifier }), let connection,
            connection.closeReason == nil, channels[index].channel.current == nil
        else { return }
        do throws(AMQPClientError) {
            try await open(channels[index].channel, on: connection)
            channels[index].failuresInRow = 0
        } catch {
            channels[index].failuresInRow += 1
            logger.warning("channel not open again: \(error)")
            mailbox.shared.withLock { $0.lastError = error }
            let delay = policy.delay(round: channels[index].failuresInRow, chance: chance())
            after(delay, .channelWaited(identifier: identifier))
        }
    }
}
