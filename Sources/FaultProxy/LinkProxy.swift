package import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A TCP proxy whose link can be slowed down, stalled, cut and closed while it runs.
package final class LinkProxy: Sendable {
    /// Why a proxy cannot do what it is told.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The address cannot be listened on.
        case cannotListen(host: String, port: Int, reason: String)

        package var description: String {
            switch self {
            case .cannotListen(let host, let port, let reason):
                "cannot listen on \(host):\(port): \(reason); choose another address or port with --listen"
            }
        }
    }

    private let eventLoop: any EventLoop
    private let link: ProxiedLink
    private let state = Mutex(State())

    private struct State {
        var host = "127.0.0.1"
        var port = 0
        /// Keeps the port while nobody listens on it; negative before the start.
        var reservation: Int32 = -1
        var listener: (any Channel)?
        /// What it was told last.
        var latest: Task<Void, any Error>?
    }

    /// A proxy to a server; `seed` decides the jitter.
    package init(to host: String, port: Int, seed: UInt64, group: any EventLoopGroup) {
        eventLoop = group.next()
        link = ProxiedLink(host: host, port: port, seed: seed, eventLoop: eventLoop)
    }

    /// Listens and returns the port.
    package func start(host: String, port: Int) async throws -> Int {
        let reserved = try PortReservation.reserve(host: host, port: port)
        state.withLock { state in
            state.host = host
            state.port = reserved.port
            state.reservation = reserved.descriptor
        }
        try await listen()
        return reserved.port
    }

    private func listen() async throws {
        let (host, port) = state.withLock { ($0.host, $0.port) }
        let link = link
        do {
            let listener = try await ServerBootstrap(group: eventLoop, childGroup: eventLoop)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: 1)
                .childChannelOption(.autoRead, value: false)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try link.accept(channel) }
                }
                .bind(host: host, port: port).get()
            state.withLock { $0.listener = listener }
        } catch let error as IOError {
            throw Failure.cannotListen(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
        }
    }

    /// Does what it is told, one thing after the other; returns when it is done.
    package func carryOut(_ command: ProxyCommand) async throws {
        let task = state.withLock { state in
            let before = state.latest
            let task = Task {
                _ = await before?.result
                try await self.perform(command)
            }
            state.latest = task
            return task
        }
        try await task.value
    }

    private func perform(_ command: ProxyCommand) async throws {
        switch command {
        case .refuse: try await state.withLock { $0.listener.take() }?.close()
        case .clear(let what) where what == nil || what == .refuse:
            if state.withLock({ $0.listener == nil }) { try await listen() }
        default: break
        }
        let link = link
        try await eventLoop.submit { link.apply(command) }.get()
    }

    /// What it has seen so far, and what is in effect now.
    package func statistics() async -> ProxyStatistics {
        let link = link
        return (try? await eventLoop.submit { link.statistics }.get()) ?? ProxyStatistics()
    }

    /// Stops listening and ends every connection.
    package func stop() async {
        let (listener, reservation) = state.withLock { state in
            defer { state.reservation = -1 }
            return (state.listener.take(), state.reservation)
        }
        try? await listener?.close()
        let link = link
        try? await eventLoop.submit { link.apply(.cut(reset: false)) }.get()
        if reservation >= 0 { close(reservation) }
    }
}

/// Keeps a port for a proxy that does not listen for a while, so that it is refused there and nobody else gets it.
private enum PortReservation {
    static func reserve(host: String, port: Int) throws -> (descriptor: Int32, port: Int) {
        func failure() -> LinkProxy.Failure {
            .cannotListen(host: host, port: port, reason: String(cString: strerror(errno)))
        }
        let address: SocketAddress
        do {
            address = try SocketAddress(ipAddress: host, port: port)
        } catch {
            throw LinkProxy.Failure.cannotListen(host: host, port: port, reason: "not an IP address")
        }
        let family = host.contains(":") ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure() }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<Int32>.size))
        let bound = address.withSockAddr { pointer, length in bind(descriptor, pointer, socklen_t(length)) }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &length) }
        }
        guard bound == 0, named == 0 else {
            defer { close(descriptor) }
            throw failure()
        }
        // The port stands at the same place in both families (RFC 3493, 3.3).
        let number = withUnsafeBytes(of: storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        return (descriptor, Int(UInt16(bigEndian: number)))
    }
}
