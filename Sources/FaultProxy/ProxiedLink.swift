import NIOCore
import NIOPosix

/// The link of a proxy: what is done to it, and the connections on it.
///
/// Lives on the proxy's event loop.
final class ProxiedLink: @unchecked Sendable {
    // Reason: all state is touched on `eventLoop` only.

    let eventLoop: any EventLoop
    private let host: String
    private let port: Int
    private var chance: Chance
    private var conditions: [Way: Conditions] = [.up: Conditions(), .down: Conditions()]
    private var limits: [Way: RateLimit] = [:]
    private var isRefusing = false
    private var connections: [ObjectIdentifier: ProxiedConnection] = [:]
    private var seen = ProxyStatistics()

    /// One of the two directions.
    enum Way: Hashable {
        case up, down
    }

    init(host: String, port: Int, seed: UInt64, eventLoop: any EventLoop) {
        self.host = host
        self.port = port
        self.eventLoop = eventLoop
        chance = Chance(seed: seed)
    }

    // MARK: - Connections

    /// Takes a new connection, and opens the one behind it.
    func accept(_ channel: any Channel) throws {
        eventLoop.assertInEventLoop()
        let connection = ProxiedConnection(client: channel, link: self)
        seen.accepted += 1
        connections[ObjectIdentifier(connection)] = connection
        try channel.pipeline.syncOperations.addHandler(SideHandler(connection, side: .client))
        ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(10))
            .connect(host: host, port: port)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let server):
                    do {
                        try server.pipeline.syncOperations.addHandler(SideHandler(connection, side: .server))
                        connection.connected(server)
                    } catch {
                        server.close(promise: nil)
                        connection.cut(reset: true)
                    }
                case .failure:
                    self.seen.unreachable += 1
                    connection.cut(reset: true)
                }
            }
    }

    func ended(_ connection: ProxiedConnection) { connections[ObjectIdentifier(connection)] = nil }

    // MARK: - What is done to it

    func conditions(_ way: Way) -> Conditions { conditions[way] ?? Conditions() }

    /// The time at which what came now may go on.
    func due(_ way: Way, now: Int64) -> Int64 {
        let conditions = conditions(way)
        guard conditions.delays else { return now }
        let jitter = conditions.jitterNanoseconds > 0 ? Double(conditions.jitterNanoseconds) * chance.around() : 0
        return now &+ max(0, conditions.delayNanoseconds &+ Int64(jitter))
    }

    func isLimited(_ way: Way) -> Bool { limits[way] != nil }

    /// How many bytes of a piece go next, and when; nil without a limit.
    func reserve(_ way: Way, _ bytes: Int, now: Int64) -> (bytes: Int, atNanoseconds: Int64)? {
        guard let pieceBytes = limits[way]?.pieceBytes else { return nil }
        let granted = min(bytes, pieceBytes)
        guard let time = limits[way]?.reserve(granted, now: now) else { return nil }
        return (granted, time)
    }

    func carried(_ way: Way, _ bytes: Int) {
        switch way {
        case .up: seen.bytesUp &+= UInt64(bytes)
        case .down: seen.bytesDown &+= UInt64(bytes)
        }
    }

    /// Does what concerns connections that are open.
    func apply(_ command: ProxyCommand) {
        eventLoop.assertInEventLoop()
        switch command {
        case .delay(let direction, let delay, let jitter):
            for way in direction.ways {
                conditions[way, default: Conditions()].delayNanoseconds = delay
                conditions[way, default: Conditions()].jitterNanoseconds = jitter
            }
        case .limit(let direction, let rate):
            let now = Self.now
            for way in direction.ways { limits[way] = RateLimit(bytesPerSecond: rate, now: now) }
        case .stall(let direction):
            for way in direction.ways { conditions[way, default: Conditions()].isStalled = true }
        case .refuse: isRefusing = true
        case .cut(let reset):
            seen.cut += UInt64(connections.count)
            for connection in Array(connections.values) { connection.cut(reset: reset) }
        case .clear(let what): clear(what)
        }
        for connection in Array(connections.values) { connection.conditionsChanged() }
    }

    private func clear(_ what: ProxyCommand.Condition?) {
        for way in [Way.up, .down] {
            if what == nil || what == .delay {
                conditions[way, default: Conditions()].delayNanoseconds = 0
                conditions[way, default: Conditions()].jitterNanoseconds = 0
            }
            if what == nil || what == .limit { limits[way] = nil }
            if what == nil || what == .stall { conditions[way, default: Conditions()].isStalled = false }
        }
        if what == nil || what == .refuse { isRefusing = false }
    }

    var statistics: ProxyStatistics {
        var statistics = seen
        statistics.open = UInt64(connections.count)
        for (way, direction) in [(Way.up, ProxyCommand.Direction.up), (.down, .down)] {
            let conditions = conditions(way)
            if conditions.delays {
                statistics.inEffect.append(
                    ProxyCommand.delay(
                        direction, nanoseconds: conditions.delayNanoseconds,
                        jitterNanoseconds: conditions.jitterNanoseconds
                    ).line)
            }
            if let limit = limits[way] {
                statistics.inEffect.append(
                    ProxyCommand.limit(direction, bytesPerSecond: limit.bytesPerSecond).line)
            }
            if conditions.isStalled { statistics.inEffect.append(ProxyCommand.stall(direction).line) }
        }
        if isRefusing { statistics.inEffect.append(ProxyCommand.refuse.line) }
        return statistics
    }

    static var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }
}

extension ProxyCommand.Direction {
    fileprivate var ways: [ProxiedLink.Way] {
        switch self {
        case .up: [.up]
        case .down: [.down]
        case .both: [.up, .down]
        }
    }
}
