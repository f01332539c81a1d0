import Synchronization

/// A channel that is opened anew, and set up anew, after every loss.
package final class RecoveringChannel: Sendable {
    /// Sets a fresh channel up: confirms, prefetch, consumers.
    package typealias SetUp = @Sendable (AMQPChannel) async throws -> Void

    private struct State {
        var channel: AMQPChannel?
        var session = -1
    }

    let identifier: Int
    let delegate: (any AMQPChannelDelegate)?
    let setUp: SetUp
    private let state = Mutex(State())
    private let restartAction: @Sendable () -> Void

    init(
        identifier: Int, delegate: (any AMQPChannelDelegate)?, setUp: @escaping SetUp,
        restart: @escaping @Sendable () -> Void
    ) {
        self.identifier = identifier
        self.delegate = delegate
        self.setUp = setUp
        self.restartAction = restart
    }

    /// The channel that is open and set up now; nil while there is none.
    package var current: AMQPChannel? { state.withLock { $0.channel } }

    /// The same with the number of its session: 0 for the first channel, one more for each that followed.
    package var currentSession: (channel: AMQPChannel, session: Int)? {
        state.withLock { state in state.channel.map { ($0, state.session) } }
    }

    /// Closes the channel and sets up a new one: what to do when the server cancelled its consumer, for one.
    package func restart() { restartAction() }

    func began(_ channel: AMQPChannel) {
        state.withLock {
            $0.channel = channel
            $0.session += 1
        }
    }

    func ended(_ channel: AMQPChannel) {
        state.withLock { state in
            if state.channel === channel { state.channel = nil }
        }
    }

    func endedAll() { state.withLock { $0.channel = nil } }
}
