import AMQPProtocol
import Logging
import NIOCore
import NIOSSL

/// One connection on its event loop: bytes in and out, the state machines' actions carried out.
///
/// Reading is in `ConnectionHandler+Reading.swift`. What the control path writes gathers in `outbound` and goes out once at
/// the end of a socket read, or else once in the next turn of the loop.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let eventLoop: any EventLoop
    let configuration: AMQPConfiguration
    let status: ConnectionStatus
    private let logger: Logger
    private let openPromise: EventLoopPromise<Void>

    private(set) var state: ClientConnectionState
    private(set) var limits = ConnectionLimits(
        channelMax: 0, frameMaxBytes: AMQP.minimumFrameMaxBytes, heartbeatSeconds: 0)
    /// By number; 0 stays empty.
    private var channels: [ChannelCore?] = [nil]
    private var heartbeat = HeartbeatState()
    private var heartbeatTask: Scheduled<Void>?
    private var closeTask: Scheduled<Void>?
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []
    private var secretWaiters: [CheckedContinuation<Result<Void, AMQPClientError>, Never>] = []
    var writableWaiters: [CheckedContinuation<Void, Never>] = []

    private(set) var context: ChannelHandlerContext?
    private var outbound = ByteBuffer()
    /// The memory of what was written before it.
    private var spareOutbound = ByteBuffer()
    private var isFlushScheduled = false
    private var isReading = false
    /// The channels that something came for in this socket read.
    private var touched: [ChannelCore] = []
    /// The beginning of a frame or of a delivery.
    var leftover = ByteBuffer()
    /// What the deliveries before looked like.
    var patterns = DeliveryPatterns()
    /// Space for the deliveries of a run.
    var knownDeliveries: [KnownDelivery] = []
    /// The memory of the leftover before it.
    var spareLeftover = ByteBuffer()
    private(set) var endedBecause: AMQPCloseReason?

    init(
        eventLoop: any EventLoop, configuration: AMQPConfiguration, offer: ClientConnectionState.Offer,
        status: ConnectionStatus,
        openPromise: EventLoopPromise<Void>, logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.status = status
        self.openPromise = openPromise
        self.logger = logger
        self.state = ClientConnectionState(offer: offer)
    }

    // MARK: The socket's life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) { begin(context) }

    private func begin(_ context: ChannelHandlerContext) {
        append(ByteBuffer(bytes: AMQP.protocolHeader))
        flushOutbound()
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch state.socketClosed() {
        case .closing: end(endedBecause ?? .byClient)
        case .closed: end(endedBecause ?? .failed(lost("the server closed the socket")))
        case .awaitingTune:
            // Without authentication_failure_close a server hangs up on a wrong password.
            end(
                .failed(
                    .refusedCredentials(
                        address: configuration.address, user: configuration.credentials.user,
                        text: "the server closed the socket during authentication")))
        case .awaitingStart, .awaitingOpenOk, .open: end(.failed(lost("the server closed the socket")))
        }
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(.failed(lost("the handler was removed")))
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure: AMQPClientError =
            switch error {
            case let wire as WireError: .wire(wire)
            case is NIOSSLError where state.phase == .open: lost(TLS.reason(error))
            case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
                .tls(address: configuration.address, reason: TLS.reason(error))
            default: lost(ConnectFailure.reason(error))
            }
        end(.failed(failure))
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        forEachChannel { core in
            if let channel = core.channel { core.delegate?.channelWritabilityChanged(channel, isWritable: isWritable) }
        }
        if isWritable { resumeWritableWaiters() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard endedBecause == nil else { return }
        isReading = true
        heartbeat.noteRead()
        let bytes = unwrapInboundIn(data)
        status.addReceived(bytes.readableBytes)
        do throws(WireError) {
            try received(bytes)
        } catch {
            protocolError(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        for core in touched {
            core.isTouched = false
            if let channel = core.channel { core.delegate?.channelReadComplete(channel) }
        }
        touched.removeAll(keepingCapacity: true)
        isReading = false
        flushOutbound()
        context.fireChannelReadComplete()
    }

    /// Notes that something came for a channel, once a socket read.
    func touch(_ core: ChannelCore) {
        guard !core.isTouched else { return }
        core.isTouched = true
        touched.append(core)
    }

    /// A method on channel 0.
    func received(_ method: Method) throws(WireError) {
        switch try state.received(method) {
        case .send(let reply): _ = send(reply, on: 0)
        case .sendTuneOkAndOpen(let tuneOk, let open, let limits):
            self.limits = limits
            _ = send(.connectionTuneOk(tuneOk), on: 0)
            _ = send(.connectionOpen(open), on: 0)
            scheduleHeartbeat()
        case .opened:
            status.opened(serverProperties: state.serverProperties, limits: limits)
            logger.debug("connected", metadata: ["broker": "\(configuration.redactedURI)"])
            openPromise.succeed(())
        case .mechanismRefused(let offered):
            end(.failed(.mechanismNotOffered(configuration.credentials.mechanism, offered: offered)))
            context?.close(promise: nil)
        case .blocked(let reason): blockedChanged(reason)
        case .unblocked: blockedChanged(nil)
        case .secretUpdated:
            if !secretWaiters.isEmpty { secretWaiters.removeFirst().resume(returning: .success(())) }
        case .closedByServer(let close, let phase):
            _ = send(.connectionCloseOk, on: 0)
            flushOutbound()
            end(phase == .closing ? .byClient : .failed(refusal(close, during: phase)))
            context?.close(promise: nil)
        case .closed:
            end(endedBecause ?? .byClient)
            context?.close(promise: nil)
        case .ignore: break
        }
    }

    private func refusal(_ close: ConnectionClose, during phase: ClientConnectionState.Phase) -> AMQPClientError {
        let code = ReplyCode(rawValue: close.replyCode)
        switch phase {
        case .awaitingTune where code == .accessRefused:
            return .refusedCredentials(
                address: configuration.address, user: configuration.credentials.user, text: close.replyText)
        case .awaitingOpenOk where [.notAllowed, .accessRefused, .invalidPath, .notFound].contains(code):
            return .refusedVirtualHost(name: configuration.virtualHost, text: close.replyText)
        default: return AMQPClientError(close)
        }
    }

    private func blockedChanged(_ reason: String?) {
        status.blockedReason = reason
        logger.debug("blocked: \(reason ?? "no longer")", metadata: ["broker": "\(configuration.address)"])
        forEachChannel { core in
            if let channel = core.channel { core.delegate?.channel(channel, connectionBlocked: reason) }
        }
    }

    /// The server broke the protocol: tell it and hang up.
    private func protocolError(_ error: WireError) {
        if case .send(let close) = state.close(error.replyCode, error.text) { _ = send(close, on: 0) }
        flushOutbound()
        end(.failed(.wire(error)))
        context?.close(promise: nil)
    }

    /// The server did not even begin in AMQP 0-9-1.
    func protocolMismatch(_ received: String) {
        end(.failed(.protocolMismatch(address: configuration.address, received: received)))
        context?.close(promise: nil)
    }

    // MARK: Channels

    func channel(_ number: UInt16) -> ChannelCore? {
        let index = Int(number)
        return index < channels.count ? channels[index] : nil
    }

    /// A channel with the lowest free number.
    func makeChannel() throws(AMQPClientError) -> ChannelCore {
        guard state.phase == .open, endedBecause == nil else { throw endedBecause?.error ?? .notConnected }
        let index = channels.dropFirst().firstIndex { $0 == nil } ?? channels.count
        guard index <= Int(limits.channelMax), let number = UInt16(exactly: index) else {
            throw .noFreeChannel(maximum: Int(limits.channelMax))
        }
        let core = ChannelCore(number: number, handler: self)
        if index == channels.count { channels.append(core) } else { channels[index] = core }
        return core
    }

    func remove(_ core: ChannelCore) {
        let index = Int(core.number)
        if index < channels.count, channels[index] === core { channels[index] = nil }
    }

    private func forEachChannel(_ body: (ChannelCore) -> Void) {
        for core in channels { if let core { body(core) } }
    }

    // MARK: Writing

    /// How much the control path has gathered.
    var outboundMark: Int { outbound.writerIndex }

    func dropOutbound(to mark: Int) { if mark <= outbound.writerIndex { outbound.moveWriterIndex(to: mark) } }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Bytes written here that the socket has not taken yet.
    var pendingBytes: Int {
        let buffered = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return (buffered ?? 0) + outbound.readableBytes
    }

    /// Gathers a method; nil, or why it cannot be encoded.
    func send(_ method: Method, on number: UInt16) -> WireError? {
        do throws(WireError) {
            try outbound.writeFrame(.method(method, on: number))
        } catch {
            return error
        }
        flushSoon()
        return nil
    }

    /// Gathers bytes of whole frames.
    func append(_ frames: ByteBuffer) {
        outbound.writeImmutableBuffer(frames)
        flushSoon()
    }

    /// Gathers one basic.ack, basic.nack or basic.reject.
    func append(_ settlement: RawSettlement, on number: UInt16) {
        let bits: UInt8 =
            settlement.kind == .reject
            ? (settlement.requeue ? 1 : 0) : (settlement.multiple ? 1 : 0) | (settlement.requeue ? 2 : 0)
        let id = settlement.kind.methodID
        outbound.writeMultipleIntegers(
            FrameType.method.rawValue, number, UInt32(13), id.classID, id.methodID, settlement.deliveryTag, bits,
            AMQP.frameEnd)
        flushSoon()
    }

    /// Writes whole frames at once, behind what was gathered before, and flushes.
    func writeThrough(_ frames: ByteBuffer) {
        guard let context, endedBecause == nil else { return }
        takeOutbound(context)
        status.addSent(frames.readableBytes)
        heartbeat.noteWrite()
        context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
    }

    private func flushSoon() {
        guard !isReading, !isFlushScheduled, let context else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            self.flushOutbound()
        }
    }

    func flushOutbound() {
        guard let context, outbound.readableBytes > 0 else { return }
        takeOutbound(context)
        heartbeat.noteWrite()
        context.flush()
    }

    private func takeOutbound(_ context: ChannelHandlerContext) {
        guard outbound.readableBytes > 0 else { return }
        status.addSent(outbound.readableBytes)
        context.write(wrapOutboundOut(outbound), promise: nil)
        swap(&outbound, &spareOutbound)
        outbound.clear(minimumCapacity: 1024)
    }

    func resumeWritableWaiters() {
        let waiters = writableWaiters
        writableWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    // MARK: Heartbeats

    private func scheduleHeartbeat() {
        guard limits.heartbeatSeconds > 0, endedBecause == nil, let context else { return }
        let half = TimeAmount.milliseconds(Int64(limits.heartbeatSeconds) * 500)
        heartbeatTask = context.eventLoop.assumeIsolated().scheduleTask(in: half) { self.heartbeatTick() }
    }

    private func heartbeatTick() {
        switch heartbeat.tick() {
        case .nothing: break
        case .sendHeartbeat:
            // Not noted as a write, or else every other one would be left out.
            if let context {
                try? outbound.writeFrame(.heartbeat)
                takeOutbound(context)
                context.flush()
            }
        case .peerLost:
            let seconds = Int(limits.heartbeatSeconds)
            end(.failed(.heartbeatMissed(address: configuration.address, seconds: seconds)))
            context?.close(mode: .all, promise: nil)
        }
        scheduleHeartbeat()
    }

    // MARK: The end

    func updateSecret(
        _ secret: [UInt8], reason: String, _ waiter: CheckedContinuation<Result<Void, AMQPClientError>, Never>
    ) {
        guard state.phase == .open else {
            return waiter.resume(returning: .failure(endedBecause?.error ?? .notConnected))
        }
        let method = Method.connectionUpdateSecret(ConnectionUpdateSecret(newSecret: secret, reason: reason))
        if let error = send(method, on: 0) { return waiter.resume(returning: .failure(.wire(error))) }
        secretWaiters.append(waiter)
    }

    /// Says goodbye and waits for the answer, at most `closeTimeout`.
    func close(_ waiter: CheckedContinuation<Void, Never>) {
        guard endedBecause == nil, let context else { return waiter.resume() }
        closeWaiters.append(waiter)
        switch state.close() {
        case .send(let close):
            _ = send(close, on: 0)
            closeTask = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(configuration.closeTimeout)) {
                self.end(.byClient)
                self.context?.close(promise: nil)
            }
        case .closed:
            end(.byClient)
            context.close(promise: nil)
        default: break
        }
    }

    /// The handshake took too long.
    func handshakeTimedOut() {
        guard state.phase != .open, endedBecause == nil else { return }
        let what = configuration.tls == nil ? "the AMQP handshake" : "the TLS and AMQP handshake"
        end(
            .failed(
                .timedOut(address: configuration.address, after: configuration.connectTimeout, during: what)))
        context?.close(promise: nil)
    }

    private func lost(_ reason: String) -> AMQPClientError {
        .connectionLost(address: configuration.address, reason: reason)
    }

    /// Ends every channel and everything that waits; once.
    func end(_ reason: AMQPCloseReason) {
        guard endedBecause == nil else { return }
        endedBecause = reason
        _ = state.socketClosed()
        heartbeatTask?.cancel()
        closeTask?.cancel()
        openPromise.fail(reason.error)
        logger.debug("disconnected: \(reason)", metadata: ["broker": "\(configuration.address)"])
        status.ended(reason)
        let cores = channels
        channels = [nil]
        touched = []
        (leftover, spareLeftover) = (ByteBuffer(), ByteBuffer())
        for core in cores { core?.end(reason) }
        resumeWritableWaiters()
        for waiter in closeWaiters { waiter.resume() }
        for waiter in secretWaiters { waiter.resume(returning: .failure(reason.error)) }
        (closeWaiters, secretWaiters) = ([], [])
    }
}
