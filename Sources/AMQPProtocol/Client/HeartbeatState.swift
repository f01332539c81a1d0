/// When to send a heartbeat and when the peer counts as gone (specification 4.2.7).
///
/// The owner calls `tick` every half interval and notes traffic in between; any bytes count, not only heartbeats.
package struct HeartbeatState: Sendable {
    /// What a tick asks for.
    package enum Action: Sendable, Equatable {
        case nothing
        case sendHeartbeat
        /// Nothing came for two whole intervals.
        case peerLost
    }

    private var hasRead = true
    private var hasWritten = true
    private var silentTicks = 0

    package init() {}

    /// Bytes came from the peer since the last tick.
    package mutating func noteRead() { hasRead = true }

    /// Bytes went to the peer since the last tick.
    package mutating func noteWrite() { hasWritten = true }

    /// Half an interval has passed: says whether to send a heartbeat, or that the peer is gone.
    package mutating func tick() -> Action {
        silentTicks = hasRead ? 0 : silentTicks + 1
        let idle = !hasWritten
        hasRead = false
        hasWritten = false
        if silentTicks >= 4 { return .peerLost }
        return idle ? .sendHeartbeat : .nothing
    }
}
