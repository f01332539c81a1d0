import AMQPProtocol
import Drivers
import LoadMetrics
import NIOCore

/// One client's socket at a known peer: the protocol, and nothing that a broker would decide.
final class PeerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Something in the buffer whose moment is to be written down.
    enum Unflushed {
        case answer(UInt64)
        case outcome(UInt64)
    }

    struct Unsettled {
        var channel: UInt16
        var tag: UInt64
        var outcome: KnownPeer.Outcome
    }

    private final class PeerChannel {
        var state = ServerChannelState()
        var publishTag: UInt64 = 0
        var deliveryTag: UInt64 = 0
        var confirms = false
        /// Messages not answered yet, where they are answered in blocks.
        var block: [UInt64] = []
        var message: (id: MessageID, intended: Int64)?
        var bytes: [UInt8] = []
    }

    private unowned let peer: KnownPeer
    private var state = ServerConnectionState(
        offer: .init(
            serverProperties: [
                "product": .string("Known peer"), "version": .string("1"),
                "capabilities": .table([
                    "publisher_confirms": .bool(true), "basic.nack": .bool(true), "consumer_cancel_notify": .bool(true),
                    "connection.blocked": .bool(true), "authentication_failure_close": .bool(true),
                ]),
            ], channelMax: 2047, frameMaxBytes: AMQP.defaultFrameMaxBytes, heartbeatSeconds: 0))
    private var channels: [UInt16: PeerChannel] = [:]
    private var context: ChannelHandlerContext?
    private var hasHeader = false
    private var unread = ByteBuffer()
    private var out = ByteBuffer()

    var unflushed: [Unflushed] = []
    /// Deliveries without an acknowledgement, oldest first.
    private(set) var unsettled: [Unsettled] = []
    /// Whether it says nothing more and will be closed.
    private(set) var isSilent = false
    var publishingNumber: Int?
    var messages = 0

    init(peer: KnownPeer) { self.peer = peer }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        peer.lost(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = Monotonic.nowNanoseconds()
        unread.writeImmutableBuffer(unwrapInboundIn(data))
        if !hasHeader {
            guard let header = unread.readBytes(length: AMQP.protocolHeader.count) else { return }
            hasHeader = true
            if case .send(let method) = state.received(header: header) { write(method) }
        }
        let consumed = unread.withUnsafeReadableBytes { bytes -> Int in
            var scanner = FrameScanner(bytes, frameMaxBytes: 0)
            do throws(WireError) {
                while let frame = try scanner.next() { try handle(frame, at: now) }
            } catch {
                // The generator broke the protocol: its run fails on a closed connection, and says why.
                context.close(promise: nil)
            }
            return scanner.consumedBytes
        }
        unread.moveReaderIndex(forwardBy: consumed)
        unread.discardReadBytes()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        peer.sendDue()
    }

    func closeSocket() { context?.close(promise: nil) }

    /// Says nothing more; a moment later says farewell by closing its direction, so that all that was said is heard.
    func fallSilentAndClose() {
        isSilent = true
        guard let context else { return }
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(50)) {
            self.context?.close(mode: .output, promise: nil)
        }
    }

    // MARK: - Reading

    private func handle(_ frame: RawFrame, at now: Int64) throws(WireError) {
        if frame.type == .heartbeat { return }
        if frame.channel == 0 { return try handleConnection(try frame.decodeMethod()) }
        let channel = channels[frame.channel] ?? PeerChannel()
        channels[frame.channel] = channel
        switch frame.type {
        case .method where frame.methodID == .basicPublish:
            _ = try channel.state.receivedPublish()
            channel.bytes = peer.plan.keepsBytes ? [UInt8](frame.payload) : []
        case .header:
            let header = try RawContentHeader(frame.payload)
            let properties = RawProperties(header.properties)
            if let bytes = try properties.messageID(), let id = MessageID(bytes) {
                channel.message = (id, try properties.int64Header("x-rafale-intended") ?? 0)
            }
            if peer.plan.keepsBytes { channel.bytes += header.properties }
            if try channel.state.receivedHeader(header) == true { completed(channel, frame.channel, at: now) }
        case .body:
            if peer.plan.keepsBytes { channel.bytes += frame.payload }
            if try channel.state.receivedBody(bytes: frame.payload.count) == true {
                completed(channel, frame.channel, at: now)
            }
        case .method where frame.methodID == .basicAck:
            _ = try channel.state.received(.basicAck)
            settle(try RawSettlement(frame.payload), on: frame.channel)
        case .method: try handle(try frame.decodeMethod(), channel, number: frame.channel)
        case .heartbeat: break
        }
    }

    private func completed(_ channel: PeerChannel, _ number: UInt16, at now: Int64) {
        guard let message = channel.message else { return }
        channel.message = nil
        channel.publishTag += 1
        channel.block.append(message.id.sequence)
        peer.received(
            message.id, intended: message.intended, bytes: channel.bytes, at: now, on: self, channel: number)
    }

    /// The messages that the next answer is about, once there are as many as the plan wants, and the last one's tag.
    func takeBlock(on number: UInt16) -> (tag: UInt64, block: [UInt64])? {
        guard let channel = channels[number], channel.confirms,
            channel.block.count >= peer.plan.answersInBlocksOf ?? 1
        else { return nil }
        defer { channel.block = [] }
        return (channel.publishTag, channel.block)
    }

    private func settle(_ settlement: RawSettlement, on channel: UInt16) {
        // Too late: what was sent last comes again on the next connection.
        guard !isSilent else { return }
        unsettled.removeAll { entry in
            entry.channel == channel
                && (settlement.multiple ? entry.tag <= settlement.deliveryTag : entry.tag == settlement.deliveryTag)
        }
    }

    private func handleConnection(_ method: Method) throws(WireError) {
        switch try state.received(method) {
        case .ignore, .tuned: break
        case .send(let answer): write(answer)
        case .authenticate: write(state.authenticated())
        case .openVirtualHost: write(state.opened())
        case .sendAndCloseSocket(let answer):
            write(answer)
            flush()
            closeSocket()
        case .closeSocket: closeSocket()
        }
    }

    private func handle(_ method: Method, _ channel: PeerChannel, number: UInt16) throws(WireError) {
        switch try channel.state.received(method.id) {
        case .ignore: return
        case .open: return write(.channelOpenOk, on: number)
        case .close, .forget:
            channels[number] = nil
            return write(.channelCloseOk, on: number)
        case .handle: break
        }
        switch method {
        case .queueDeclare(let declare):
            let found = QueueDeclareOk(queue: declare.queue, messageCount: 0, consumerCount: 0)
            write(.queueDeclareOk(found), on: number)
        case .queueBind: write(.queueBindOk, on: number)
        case .queuePurge: write(.queuePurgeOk(QueuePurgeOk(messageCount: 0)), on: number)
        case .queueDelete: write(.queueDeleteOk(QueueDeleteOk(messageCount: 0)), on: number)
        case .exchangeDeclare: write(.exchangeDeclareOk, on: number)
        case .exchangeDelete: write(.exchangeDeleteOk, on: number)
        case .basicQos: write(.basicQosOk, on: number)
        case .basicGet: write(.basicGetEmpty, on: number)
        case .confirmSelect:
            channel.confirms = true
            write(.confirmSelectOk, on: number)
        case .basicConsume(let consume):
            write(.basicConsumeOk(BasicConsumeOk(consumerTag: consume.consumerTag)), on: number)
            peer.consume(consume.queue, tag: consume.consumerTag, on: self, channel: number)
        case .basicCancel(let cancel):
            write(.basicCancelOk(BasicCancelOk(consumerTag: cancel.consumerTag)), on: number)
        default: throw WireError(.notImplemented, "\(method.id)", method: method.id)
        }
    }

    // MARK: - Writing

    private func write(_ method: Method, on channel: UInt16 = 0) { write(.method(method, on: channel)) }

    private func write(_ frame: Frame) {
        do throws(WireError) { try out.writeFrame(frame) } catch { closeSocket() }
    }

    func writeAnswer(isAck: Bool, tag: UInt64, multiple: Bool, on channel: UInt16) {
        out.writeSettlement(RawSettlement(isAck ? .ack : .nack, deliveryTag: tag, multiple: multiple), channel: channel)
    }

    func writeReturn(of sequence: UInt64, on channel: UInt16) {
        var properties = BasicProperties()
        properties.messageID = MessageID(run: KnownPeer.run, sequence: sequence).description
        let code = ReplyCode.noRoute.rawValue
        write(
            .basicReturn(BasicReturn(replyCode: code, replyText: "NO_ROUTE", exchange: "", routingKey: "none")),
            on: channel)
        write(Frame(channel: channel, .header(ContentHeader(bodyBytes: 0, properties: properties))))
    }

    func writeDelivery(
        _ outcome: KnownPeer.Outcome, of message: PeerRecord.Message, tag: String, on number: UInt16
    ) {
        channels[number]?.deliveryTag += 1
        let deliveryTag = channels[number]?.deliveryTag ?? 0
        var properties = BasicProperties()
        properties.correlationID = MessageID(run: KnownPeer.run, sequence: outcome.sequence).description
        properties.headers = [
            "x-rafale-intended": .int64(message.intended), "x-rafale-received": .int64(message.received),
            "x-rafale-service": .int64(Self.claimedService(of: outcome.sequence)),
        ]
        let body = ByteBuffer(string: "{}")
        write(
            .basicDeliver(
                BasicDeliver(
                    consumerTag: tag, deliveryTag: deliveryTag, redelivered: outcome.redelivered, exchange: "",
                    routingKey: outcome.queue)), on: number)
        write(
            Frame(
                channel: number, .header(ContentHeader(bodyBytes: UInt64(body.readableBytes), properties: properties))))
        write(Frame(channel: number, .body(body)))
        unsettled.append(Unsettled(channel: number, tag: deliveryTag, outcome: outcome))
    }

    /// What the outcome says that a worker needed for the message: a number to find again.
    static func claimedService(of sequence: UInt64) -> Int64 { 1_000_000 + Int64(sequence % 1000) * 10_000 }

    /// Hands everything to the socket and has the moment written down.
    func flush() {
        guard out.readableBytes > 0 else { return }
        guard let context else { return out.clear() }
        let (peer, unflushed) = (peer, unflushed)
        self.unflushed = []
        let done = context.eventLoop.makePromise(of: Void.self)
        let before = Monotonic.nowNanoseconds()
        done.futureResult.assumeIsolated().whenSuccess {
            peer.written(unflushed, PeerRecord.Moment(before: before, after: Monotonic.nowNanoseconds()))
        }
        context.writeAndFlush(wrapOutboundOut(out), promise: done)
        out = ByteBuffer()
    }
}
