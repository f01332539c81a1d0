import AMQPProtocol
import Synchronization

/// What is known of a connection, for any thread.
final class ConnectionStatus: Sendable {
    private struct State {
        var serverProperties = FieldTable()
        var limits = ConnectionLimits(channelMax: 0, frameMaxBytes: 0, heartbeatSeconds: 0)
        var blockedReason: String?
        var closeReason: AMQPCloseReason?
        var sentBytes: UInt64 = 0
        var receivedBytes: UInt64 = 0
        var waiters: [CheckedContinuation<AMQPCloseReason, Never>] = []
    }

    private let state = Mutex(State())

    var serverProperties: FieldTable { state.withLock { $0.serverProperties } }
    var limits: ConnectionLimits { state.withLock { $0.limits } }
    var closeReason: AMQPCloseReason? { state.withLock { $0.closeReason } }
    var bytes: (sent: UInt64, received: UInt64) { state.withLock { ($0.sentBytes, $0.receivedBytes) } }

    var blockedReason: String? {
        get { state.withLock { $0.blockedReason } }
        set { state.withLock { $0.blockedReason = newValue } }
    }

    func opened(serverProperties: FieldTable, limits: ConnectionLimits) {
        state.withLock {
            $0.serverProperties = serverProperties
            $0.limits = limits
        }
    }

    func addSent(_ count: Int) { state.withLock { $0.sentBytes += UInt64(count) } }

    func addReceived(_ count: Int) { state.withLock { $0.receivedBytes += UInt64(count) } }

    func ended(_ reason: AMQPCloseReason) {
        let waiters = state.withLock { state in
            state.closeReason = reason
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: reason) }
    }

    func waitUntilClosed() async -> AMQPCloseReason {
        await withCheckedContinuation { continuation in
            let reason = state.withLock { state in
                if state.closeReason == nil { state.waiters.append(continuation) }
                return state.closeReason
            }
            if let reason { continuation.resume(returning: reason) }
        }
    }
}
