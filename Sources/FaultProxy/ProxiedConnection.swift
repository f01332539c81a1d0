import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One connection through a proxy: two channels, and what is on its way between them.
///
/// Lives on the proxy's event loop.
final class ProxiedConnection {
    /// An end of the connection, seen from the proxy.
    enum Side {
        case client, server

        var other: Side { self == .client ? .server : .client }
        /// The way that bytes from this side go.
        var way: ProxiedLink.Way { self == .client ? .up : .down }
    }

    /// What one direction may hold where the link is slow: as much as a socket would.
    static let heldBytes = 262_144
    /// What it may hold where a delay alone keeps it: enough for a delay of 100 ms at 300 MB/s.
    static let delayedBytes = 33_554_432

    private struct Flow {
        var line = DelayLine()
        var reservation: (bytes: Int, atNanoseconds: Int64)?
        var timer: Scheduled<Void>?
        /// The source has said that no more comes.
        var hasEnded = false
        /// Everything was handed to the target, whose output closes behind it; and it has.
        var isClosing = false
        var isClosed = false
    }

    private let link: ProxiedLink
    private var client: (any Channel)?
    private var server: (any Channel)?
    private var up = Flow()
    private var down = Flow()
    private var isOver = false

    init(client: any Channel, link: ProxiedLink) {
        self.client = client
        self.link = link
    }

    private func channel(_ side: Side) -> (any Channel)? { side == .client ? client : server }

    private func withFlow<T>(from side: Side, _ body: (inout Flow) -> T) -> T {
        side == .client ? body(&up) : body(&down)
    }

    // MARK: - Events

    /// The server's end is there: bytes may flow.
    func connected(_ channel: any Channel) {
        guard !isOver else { return channel.close(promise: nil) }
        server = channel
        // With what came before, were it the end alone.
        pump(from: .client)
        pump(from: .server)
    }

    func received(_ bytes: ByteBuffer, from side: Side) {
        guard !isOver else { return }
        let now = ProxiedLink.now
        let due = link.due(side.way, now: now)
        withFlow(from: side) { $0.line.append(bytes, dueNanoseconds: due) }
        pump(from: side)
    }

    /// No more comes from a side, in good order.
    func inputEnded(_ side: Side) {
        withFlow(from: side) { $0.hasEnded = true }
        pump(from: side)
    }

    /// A side is gone.
    func closed(_ side: Side) {
        guard !isOver else { return }
        withFlow(from: side) { $0.hasEnded = true }
        // What is on its way to it has nowhere to go.
        withFlow(from: side.other) { flow in
            flow.line.removeAll()
            (flow.isClosing, flow.isClosed) = (true, true)
        }
        finishIfBothClosed()
        pump(from: side)
    }

    /// A side was reset: so is the other.
    func failed(_ side: Side) { cut(reset: true) }

    func becameWritable(_ side: Side) {
        pump(from: side.other)
    }

    func conditionsChanged() {
        for side in [Side.client, .server] {
            withFlow(from: side) { $0.reservation = nil }
            pump(from: side)
        }
    }

    /// Ends both sides at once; what is on its way is gone.
    func cut(reset: Bool) {
        guard !isOver else { return }
        isOver = true
        for side in [Side.client, .server] {
            withFlow(from: side) { flow in
                flow.timer?.cancel()
                flow.line.removeAll()
            }
            guard let channel = channel(side) else { continue }
            if reset { Self.lingerNot(channel) }
            channel.close(promise: nil)
        }
        link.ended(self)
        (client, server) = (nil, nil)
    }

    /// Has the kernel answer the other end with a reset when the channel is closed.
    private static func lingerNot(_ channel: any Channel) {
        guard let options = channel as? any SocketOptionProvider else { return }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
    }

    // MARK: - Moving bytes

    /// Passes on from a side what may go by now.
    private func pump(from side: Side) {
        guard !isOver, let target = channel(side.other), channel(side) != nil, !link.conditions(side.way).isStalled
        else { return updateReading(from: side) }
        let now = ProxiedLink.now
        var written = 0
        while target.isWritable, let due = withFlow(from: side, { $0.line.nextDueNanoseconds }) {
            guard due <= now else {
                wake(from: side, at: due)
                break
            }
            var most = Int.max
            if link.isLimited(side.way) {
                guard let granted = reservation(from: side, now: now) else { break }
                most = granted
            }
            guard let bytes = withFlow(from: side, { $0.line.take(most: most, now: now) }) else { break }
            written += bytes.readableBytes
            target.write(bytes, promise: nil)
        }
        if written > 0 {
            link.carried(side.way, written)
            target.flush()
        }
        let isDone = withFlow(from: side) { flow in
            guard flow.hasEnded, flow.line.isEmpty, !flow.isClosing else { return false }
            flow.isClosing = true
            return true
        }
        if isDone { closeOutput(of: target, from: side) }
        updateReading(from: side)
    }

    /// Passes the end of a side's bytes on, behind the last of them.
    private func closeOutput(of target: any Channel, from side: Side) {
        target.writeAndFlush(ByteBuffer()).assumeIsolated().whenComplete { _ in
            target.close(mode: .output, promise: nil)
            self.withFlow(from: side) { $0.isClosed = true }
            self.finishIfBothClosed()
        }
    }

    /// How much of the piece at the head may go now; nil where its turn is later, for which a timer is set.
    private func reservation(from side: Side, now: Int64) -> Int? {
        let head = withFlow(from: side) { $0.line.headBytes }
        let reserved = withFlow(from: side) { $0.reservation } ?? link.reserve(side.way, head, now: now)
        guard let reserved else { return Int.max }
        guard reserved.atNanoseconds <= now else {
            withFlow(from: side) { $0.reservation = reserved }
            wake(from: side, at: reserved.atNanoseconds)
            return nil
        }
        withFlow(from: side) { $0.reservation = nil }
        return reserved.bytes
    }

    private func wake(from side: Side, at nanoseconds: Int64) {
        let delay = TimeAmount.nanoseconds(max(0, nanoseconds - ProxiedLink.now))
        let timer = link.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.pump(from: side) }
        withFlow(from: side) { flow in
            flow.timer?.cancel()
            flow.timer = timer
        }
    }

    private func finishIfBothClosed() {
        guard !isOver, up.isClosed, down.isClosed else { return }
        isOver = true
        link.ended(self)
        for channel in [client, server].compactMap(\.self) { channel.close(promise: nil) }
        (client, server) = (nil, nil)
    }

    /// Reads from a side only while there is room for what it sends.
    private func updateReading(from side: Side) {
        guard !isOver, server != nil, let source = channel(side), let target = channel(side.other) else { return }
        let conditions = link.conditions(side.way)
        let isSlow = conditions.isStalled || link.isLimited(side.way)
        let held = withFlow(from: side) { $0.line.heldBytes }
        let reads =
            isSlow
            ? held < Self.heldBytes
            : conditions.delays ? held < Self.delayedBytes : target.isWritable && held < Self.heldBytes
        try? source.syncOptions?.setOption(.autoRead, value: reads)
    }
}

/// Tells a proxied connection what happens at one of its ends.
final class SideHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ProxiedConnection
    private let side: ProxiedConnection.Side

    init(_ connection: ProxiedConnection, side: ProxiedConnection.Side) {
        self.connection = connection
        self.side = side
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.received(unwrapInboundIn(data), from: side)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection.becameWritable(side) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { connection.inputEnded(side) }
    }

    func channelInactive(context: ChannelHandlerContext) { connection.closed(side) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { connection.failed(side) }
}
