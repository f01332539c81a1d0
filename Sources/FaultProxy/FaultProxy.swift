// FaultProxy: a TCP proxy that stands on a link of a run and does to it what networks do on bad days.
//
//   client ══► accepted ─ delay line ─ limit ──► connected ══► server        up
//   client ◄══ accepted ◄── limit ─ delay line ─ connected ◄══ server        down
//                 ▲ what is held is bounded: then nothing more is read, and the sender's own window closes
//
// DelayLine and RateLimit are pure; a ProxiedConnection moves bytes between two channels; ProxyCommand is what a person
// or a run says to it. All of a proxy lives on one event loop, so that a link's limit is shared without a lock.

/// What is done to the bytes of one direction.
struct Conditions: Sendable, Equatable {
    var delayNanoseconds: Int64 = 0
    var jitterNanoseconds: Int64 = 0
    var isStalled = false

    var delays: Bool { delayNanoseconds > 0 || jitterNanoseconds > 0 }
}

/// What a proxy has seen.
package struct ProxyStatistics: Sendable, Equatable {
    /// Connections taken, and those that are open now.
    package var accepted: UInt64 = 0
    package var open: UInt64 = 0
    /// Connections that the proxy ended because it was told to, and those whose server could not be reached.
    package var cut: UInt64 = 0
    package var unreachable: UInt64 = 0
    package var bytesUp: UInt64 = 0
    package var bytesDown: UInt64 = 0
    /// What is in effect, as commands.
    package var inEffect: [String] = []

    /// By name, for the statistics of a role.
    package var counters: [String: UInt64] {
        [
            "connections": accepted, "connections.open": open, "connections.cut": cut,
            "connections.unreachable": unreachable, "bytes.up": bytesUp, "bytes.down": bytesDown,
        ]
    }
}
