import AMQPProtocol
import Logging
import NIOCore

/// One client's socket: parses what comes, has the broker decide, writes what follows in one piece a burst.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let core: BrokerCore
    @exclusivity(unchecked) var state: ServerConnectionState
    /// Who has logged in.
    var user = ""
    /// Nil until connection.open.
    var connectionID: ConnectionID?
    /// By channel number.
    @exclusivity(unchecked) var peers: [ChannelPeer] = []

    @exclusivity(unchecked) private var context: ChannelHandlerContext?
    /// The beginning of a frame whose rest has not come.
    private var partial = ByteBuffer()
    private var hasHeader = false
    @exclusivity(unchecked) var out = ByteBuffer()
    @exclusivity(unchecked) private var isDirty = false
    /// Channels with publishes to confirm.
    @exclusivity(unchecked) private var confirming: [UInt16] = []
    @exclusivity(unchecked) private var hasPublished = false
    private var isHeldUp = false
    /// Whether it asks for answers and does not take them.
    private var isOverfull = false
    private var heartbeats: RepeatedTask?
    private var closing: Scheduled<Void>?
    @exclusivity(unchecked) private var lastReadNanoseconds: Int64 = 0
    private var hasWritten = false
    /// What the state allows, looked up for every frame: kept beside it by `stateChanged()`.
    @exclusivity(unchecked) private var isOpen = false
    @exclusivity(unchecked) private var frameMaxBytes = AMQP.minimumFrameMaxBytes
    /// The most that one frame may carry to this client.
    @exclusivity(unchecked) var payloadMaxBytes = Int(AMQP.minimumFrameMaxBytes) - AMQP.frameOverheadBytes

    /// Whether published messages are dropped.
    private let discards: Bool

    init(core: BrokerCore) {
        self.core = core
        discards = core.configuration.discardsMessages
        state = ServerConnectionState(offer: core.offer)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        core.added(self)
        closeSocket(afterSeconds: core.configuration.handshakeTimeoutSeconds)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        state.socketClosed()
        closing?.cancel()
        heartbeats?.cancel()
        self.context = nil
        core.removed(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        core.logger.debug("connection lost", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        core.bytesReceived += UInt64(bytes.readableBytes)
        core.beginBurst()
        lastReadNanoseconds = core.now.nanoseconds
        if partial.readableBytes > 0 {
            // Out of the property, so that the bytes are not copied.
            swap(&bytes, &partial)
            bytes.discardReadBytes()
            bytes.writeImmutableBuffer(partial)
            partial = ByteBuffer()
        }
        do throws(WireError) {
            let consumed = try bytes.withUnsafeReadableBytes { self.parse($0) }.get()
            bytes.moveReaderIndex(forwardBy: consumed)
            // A copy of the few bytes left: a slice would keep the whole read buffer from being used again.
            if bytes.readableBytes > 0 { partial = ByteBuffer(bytes: bytes.readableBytesView) }
        } catch {
            fail(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { core.endBurst() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if let connectionID {
            core.beginBurst()
            core.host.setWritable(context.channel.isWritable, connectionID)
            if context.channel.isWritable { core.endBurst() }
        }
        if context.channel.isWritable, isOverfull {
            isOverfull = false
            readOrNot()
        }
    }

    /// Handles the whole frames of these bytes and returns how many bytes they were.
    private func parse(_ bytes: UnsafeRawBufferPointer) -> Result<Int, WireError> {
        var consumed = 0
        if !hasHeader {
            let header = bytes.prefix(AMQP.protocolHeader.count)
            guard header.count == AMQP.protocolHeader.count || !AMQP.protocolHeader.starts(with: header) else {
                return .success(0)
            }
            consumed = header.count
            hasHeader = true
            switch state.received(header: header) {
            case .send(let method): write(method)
            case .sendHeaderAndClose(let answer):
                out.writeBytes(answer)
                markDirty()
                closeAfterFlush()
            }
        }
        do throws(WireError) {
            while state.phase != .closed {
                let frameMaxBytes = frameMaxBytes
                var scanner = FrameScanner(
                    UnsafeRawBufferPointer(rebasing: bytes[consumed...]), frameMaxBytes: frameMaxBytes)
                defer { consumed += scanner.consumedBytes }
                // A scan ends early where the frame size is negotiated anew.
                while self.frameMaxBytes == frameMaxBytes {
                    guard let frame = try scanner.next() else { return .success(consumed + scanner.consumedBytes) }
                    try handle(frame)
                }
            }
            return .success(bytes.count)
        } catch {
            return .failure(error)
        }
    }

    private func handle(_ frame: RawFrame) throws(WireError) {
        if frame.type == .heartbeat { return }
        if frame.channel == 0 {
            guard frame.type == .method else {
                if state.phase == .closing { return }
                throw WireError(.commandInvalid, "content frame on channel 0")
            }
            return try handleConnection(try frame.decodeMethod())
        }
        let number = Int(frame.channel)
        if !isOpen || number >= peers.count {
            guard try state.acceptsChannelFrame() else { return }
            try addPeers(upTo: frame.channel)
        }
        do throws(ChannelFailure) {
            if discards, try discard(frame, onChannel: number) { return }
            try handle(frame, onChannel: number)
        } catch {
            switch error {
            case .wire(let error): throw error
            case .refusal(let refusal, let method):
                guard refusal.code.isHard else { return refuse(refusal, method, onChannel: number) }
                throw WireError(refusal.code, refusal.text, method: method)
            }
        }
    }

    private func addPeers(upTo number: UInt16) throws(WireError) {
        let limit = state.tuning.channelMax
        guard limit == 0 || number <= limit else {
            throw WireError(
                .channelError, "channel number \(number) is beyond the negotiated channel_max (\(limit))")
        }
        while peers.count <= Int(number) { peers.append(ChannelPeer()) }
    }

    private func stateChanged() {
        isOpen = state.phase == .open
        frameMaxBytes = state.tuning.frameMaxBytes
    }

    /// Why a method on a channel was not carried out.
    enum ChannelFailure: Error {
        case wire(WireError)
        case refusal(Refusal, MethodID?)
    }

    /// A soft error: the channel closes, its connection stays.
    private func refuse(_ refusal: Refusal, _ method: MethodID?, onChannel number: Int) {
        core.logger.debug("channel closed", metadata: ["channel": "\(number)", "reason": "\(refusal)"])
        release(channel: number)
        peers[number].state.failed()
        write(.channelClose(ChannelClose(refusal.code, refusal.text, method: method)), on: UInt16(number))
    }

    /// Gives back to the broker what a channel holds.
    func release(channel number: Int) {
        guard let id = peers[number].id else { return }
        core.writeDeliveries()
        writeConfirms(of: number)
        core.host.closeChannel(id, now: core.now)
        peers[number].forget()
    }
}

// MARK: The connection's own methods

extension ConnectionHandler {
    private func handleConnection(_ method: Method) throws(WireError) {
        defer { stateChanged() }
        switch try state.received(method) {
        case .ignore: break
        case .send(let answer): write(answer)
        case .authenticate(let user, let password):
            if core.accepts(user: user, password: password) {
                self.user = user
                write(state.authenticated())
            } else {
                core.logger.warning("login refused", metadata: ["user": "\(user)"])
                perform(state.refused())
            }
        case .tuned(let tuning): tuned(tuning)
        case .openVirtualHost(let name): try open(name)
        case .sendAndCloseSocket(let answer):
            releaseAll()
            write(answer)
            closeAfterFlush()
        case .closeSocket: closeAfterFlush()
        }
    }

    private func tuned(_ tuning: ServerConnectionState.Tuning) {
        let frameMax = tuning.frameMaxBytes == 0 ? AMQP.defaultFrameMaxBytes : tuning.frameMaxBytes
        payloadMaxBytes = Int(frameMax) - AMQP.frameOverheadBytes
        guard tuning.heartbeatSeconds > 0, let context else { return }
        let seconds = Int64(tuning.heartbeatSeconds)
        // Twice an interval, so that a silence is noticed in good time on both sides (specification 4.2.7).
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        heartbeats = context.eventLoop.scheduleRepeatedTask(
            initialDelay: .milliseconds(seconds * 500), delay: .milliseconds(seconds * 500)
        ) { _ in bound.value.beat(seconds: seconds) }
    }

    private func beat(seconds: Int64) {
        core.beginBurst()
        let silence = core.now.nanoseconds - lastReadNanoseconds
        if silence > seconds * 2_000_000_000, !isHeldUp, !isOverfull {
            core.logger.warning("missed heartbeats from client, timeout: \(seconds)s")
            return closeSocket()
        }
        if !hasWritten {
            out.writeBytes([FrameType.heartbeat.rawValue, 0, 0, 0, 0, 0, 0, AMQP.frameEnd])
            markDirty()
            flush()
        }
        hasWritten = false
    }

    private func open(_ virtualHost: String) throws(WireError) {
        guard virtualHost == "/" else {
            throw WireError(.notAllowed, "vhost \(virtualHost) not found", method: .connectionOpen)
        }
        do throws(Refusal) {
            let id = try core.host.connect(user: user)
            connectionID = id
            core.register(self, as: id)
        } catch {
            throw WireError(error.code, error.text, method: .connectionOpen)
        }
        closing?.cancel()
        write(state.opened())
    }

    private func releaseAll() {
        for number in peers.indices { release(channel: number) }
    }

    /// An error of the whole connection.
    func fail(_ error: WireError) {
        defer { stateChanged() }
        core.logger.debug("connection closed", metadata: ["reason": "\(error)"])
        perform(state.fail(error))
    }

    private func perform(_ action: ServerConnectionState.FailureAction) {
        switch action {
        case .ignore: break
        case .sendClose(let method):
            releaseAll()
            write(method)
            closeSocket(afterSeconds: core.configuration.handshakeTimeoutSeconds)
            // What the client still has to say must be read, though nobody listens.
            partial = ByteBuffer()
        case .closeSocket: closeAfterFlush()
        }
    }
}

// MARK: Writing and closing

extension ConnectionHandler {
    /// Appends a method's frame to what is written at the end of the burst.
    func write(_ method: Method, on channel: UInt16 = 0) {
        do throws(WireError) {
            try out.writeFrame(.method(method, on: channel))
        } catch {
            // Only a name longer than a short string, which no peer can have sent.
            core.logger.error("cannot encode \(method.id): \(error)")
        }
        markDirty()
    }

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        core.markDirty(self)
    }

    /// Notes a publish to confirm at the end of the burst.
    func confirmLater(on channel: Int) {
        if confirming.last != UInt16(channel) { confirming.append(UInt16(channel)) }
        markDirty()
    }

    /// Writes the confirmations of one channel that are due.
    func writeConfirms(of number: Int) {
        guard let id = peers[number].id else { return }
        for run in core.host.channels[id].confirmations.take() {
            out.writeSettlement(
                RawSettlement(run.isNack ? .nack : .ack, deliveryTag: run.tag, multiple: run.isMultiple),
                channel: UInt16(number))
        }
    }

    /// Writes all that has gathered.
    func flush() {
        isDirty = false
        for channel in confirming { writeConfirms(of: Int(channel)) }
        confirming.removeAll(keepingCapacity: true)
        send()
    }

    /// Writes what has gathered where it is much already, so that the socket works while more is made.
    func flushIfLarge() {
        if out.readableBytes >= 128 * 1024 { send() }
    }

    private func send() {
        guard out.readableBytes > 0 else { return }
        guard let context else { return out.clear() }
        core.bytesSent += UInt64(out.readableBytes)
        hasWritten = true
        context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        // Uses the same bytes again where the socket took them all at once.
        if out.capacity > 4 << 20 { out = ByteBuffer() } else { out.clear() }
        checkAnswers(context)
    }

    private func closeAfterFlush() {
        flush()
        closeSocket()
    }

    /// Closes without a word.
    func closeSocket() {
        state.socketClosed()
        stateChanged()
        context?.close(promise: nil)
    }

    private func closeSocket(afterSeconds seconds: Int64) {
        guard let context else { return }
        closing?.cancel()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        closing = context.eventLoop.scheduleTask(in: .seconds(seconds)) { bound.value.closeSocket() }
    }

    /// Tells a capable client that its consumer is gone.
    func consumerCancelled(_ tag: String, on channel: UInt16) {
        guard state.capabilities.consumerCancelNotify, state.phase == .open else { return }
        write(.basicCancel(BasicCancel(consumerTag: tag, noWait: true)), on: channel)
    }

    /// The first publish of a connection: from now on it may be held up.
    func noteFirstPublish() {
        guard !hasPublished else { return }
        hasPublished = true
        if core.alarm > .none { memoryAlarmChanged() }
    }

    /// Stops or restarts reading from a publisher (RabbitMQ's connection.blocked).
    func memoryAlarmChanged() {
        guard hasPublished, state.phase == .open else { return }
        let consumes = peers.contains { peer in peer.id.map { !core.host.channels[$0].consumers.isEmpty } ?? false }
        let mustWait = core.alarm == .all || (core.alarm == .publishers && !consumes)
        guard mustWait != isHeldUp else { return }
        isHeldUp = mustWait
        if state.capabilities.connectionBlocked {
            write(mustWait ? .connectionBlocked(ConnectionBlocked(reason: "low on memory")) : .connectionUnblocked)
        }
        readOrNot()
    }

    /// Stops or restarts reading, as memory and the client's own reading allow.
    private func readOrNot() {
        guard let context else { return }
        // The time of silence was ours.
        lastReadNanoseconds = core.now.nanoseconds
        let isReading = !isHeldUp && !isOverfull
        do {
            try context.channel.syncOptions?.setOption(.autoRead, value: isReading)
        } catch {
            core.logger.error("cannot \(isReading ? "restart" : "stop") reading: \(error)")
        }
    }

    /// Deliveries stop at the socket's mark; answers to a client's own requests stop when it is not read any more.
    private func checkAnswers(_ context: ChannelHandlerContext) {
        guard !isOverfull, !context.channel.isWritable else { return }
        let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        guard waiting > Self.maxWaitingBytes else { return }
        isOverfull = true
        readOrNot()
    }

    /// What may wait for a client that asks and does not read; far more than deliveries alone can make.
    private static let maxWaitingBytes = 64 << 20
}
