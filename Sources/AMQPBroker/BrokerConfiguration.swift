import AMQPProtocol

/// How an embedded broker listens and how much it takes.
package struct BrokerConfiguration: Sendable {
    /// An address of this machine, or a name of it.
    package var host = "127.0.0.1"
    /// 0 for any free port.
    package var port = 0
    /// Passwords by user; where empty, guest with password guest may connect over loopback.
    package var users: [String: String] = [:]
    /// What all messages may cost before publishers are held up.
    package var memoryLimitBytes = 1 << 30
    package var frameMaxBytes = AMQP.defaultFrameMaxBytes
    /// Channels of one connection.
    package var channelMax: UInt16 = 2047
    /// Proposed to clients; 0 for none.
    package var heartbeatSeconds: UInt16 = 60
    /// The largest body.
    package var maxMessageBytes = 128 << 20
    package var maxConnections = 1_000
    /// Channels of all connections.
    package var maxChannels = 20_000
    package var maxQueues = 10_000
    package var maxExchanges = 10_000
    package var maxBindings = 100_000
    /// How long a client has to finish its handshake, and later to answer connection.close.
    package var handshakeTimeoutSeconds: Int64 = 10

    /// Whether published messages are confirmed and dropped, whatever their route: a sink to measure publishers with.
    package var discardsMessages = false

    /// Loopback, any port, guest.
    package init() {}

    /// Whether the host is one that only this machine reaches.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || (host.hasPrefix("127.") && host.isIPv4)
    }

    /// Passwords by user, the default one included.
    var effectiveUsers: [String: String] { users.isEmpty ? ["guest": "guest"] : users }

    func check() throws(BrokerConfigurationError) {
        if !isLoopback, users.isEmpty || users["guest"] == "guest" {
            throw .needsCredentials(host: host)
        }
        if let name = users.first(where: { $0.key.isEmpty || $0.value.isEmpty })?.key {
            throw .emptyCredentials(user: name)
        }
        guard (0...65_535).contains(port) else { throw .badPort(port) }
        guard memoryLimitBytes >= 1 << 20 else { throw .memoryLimitTooSmall(memoryLimitBytes) }
        guard frameMaxBytes >= AMQP.minimumFrameMaxBytes else { throw .frameMaxTooSmall(frameMaxBytes) }
        guard channelMax > 0 else { throw .noChannels }
    }
}

/// Why a broker would not start with a configuration.
package enum BrokerConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    case needsCredentials(host: String)
    case emptyCredentials(user: String)
    case badPort(Int)
    case memoryLimitTooSmall(Int)
    case frameMaxTooSmall(UInt32)
    case noChannels

    package var description: String {
        switch self {
        case .needsCredentials(let host):
            "refusing to listen on \(host), beyond loopback, with default credentials: give --user NAME:PASSWORD of your own"
        case .emptyCredentials(let user): "user '\(user)': neither name nor password may be empty; give NAME:PASSWORD"
        case .badPort(let port): "port \(port) is not one: use 0 (any free one) to 65535"
        case .memoryLimitTooSmall(let bytes): "memory limit of \(bytes) bytes is too small: at least 1 MiB"
        case .frameMaxTooSmall(let bytes):
            "frame max of \(bytes) bytes is too small: at least \(AMQP.minimumFrameMaxBytes)"
        case .noChannels: "channel max of 0 leaves no channel: at least 1"
        }
    }
}

/// Figures of a broker since its start, and what it holds now.
package struct BrokerStatistics: Sendable, Equatable {
    package var published: UInt64 = 0
    package var delivered: UInt64 = 0
    package var acknowledged: UInt64 = 0
    package var requeued: UInt64 = 0
    package var unroutable: UInt64 = 0
    package var rejectedByFullQueue: UInt64 = 0
    package var dropped: UInt64 = 0
    package var expired: UInt64 = 0
    package var deadLettered: UInt64 = 0
    package var bytesReceived: UInt64 = 0
    package var bytesSent: UInt64 = 0
    /// Times that publishers were held up for want of memory.
    package var memoryAlarms: UInt64 = 0

    package var connections = 0
    package var channels = 0
    package var consumers = 0
    package var queues = 0
    /// Messages in queues.
    package var ready = 0
    /// Messages delivered and not settled.
    package var unacknowledged = 0
    package var memoryBytes = 0
    package var isBlocked = false

    /// All zero.
    package init() {}

    /// By name, for a role's snapshot.
    package var counters: [String: UInt64] {
        [
            "published": published, "delivered": delivered, "acknowledged": acknowledged, "requeued": requeued,
            "unroutable": unroutable, "rejected_by_full_queue": rejectedByFullQueue, "dropped": dropped,
            "expired": expired, "dead_lettered": deadLettered, "bytes_received": bytesReceived,
            "bytes_sent": bytesSent, "memory_alarms": memoryAlarms, "connections": UInt64(clamping: connections),
            "channels": UInt64(clamping: channels), "consumers": UInt64(clamping: consumers),
            "queues": UInt64(clamping: queues), "ready": UInt64(clamping: ready),
            "unacknowledged": UInt64(clamping: unacknowledged), "memory_bytes": UInt64(clamping: memoryBytes),
            "blocked": isBlocked ? 1 : 0,
        ]
    }
}

extension String {
    /// Whether it is four numbers up to 255.
    fileprivate var isIPv4: Bool {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
