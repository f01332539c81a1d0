import AMQPProtocol
import NIOCore

/// One channel on its connection's event loop: state, waiting calls, content that arrives in pieces.
final class ChannelCore {
    let number: UInt16
    private(set) var state = ClientChannelState()
    private(set) var isFlowing = true
    /// Set once, right after the channel is made; nil again at the end, which breaks the circle.
    private(set) var channel: AMQPChannel?
    private(set) var delegate: (any AMQPChannelDelegate)?
    /// Whether a delivery or confirm came since the last `channelReadComplete`.
    var isTouched = false
    /// Content of which not all has come.
    private var partial: PartialContent? {
        didSet { hasPartial = partial != nil }
    }
    /// Whether there is such content: a bit of its own, since it is asked for every message.
    private(set) var hasPartial = false

    private let handler: ConnectionHandler
    private var calls: [CallContinuation] = []
    private var confirmWaiters: [(tag: UInt64, continuation: CheckedContinuation<ConfirmResult, Never>)] = []
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []
    private var endWaiters: [CheckedContinuation<AMQPCloseReason, Never>] = []
    private(set) var endedBecause: AMQPCloseReason?
    private var crossedClose: AMQPClientError?

    typealias CallResult = Result<CallAnswer, AMQPClientError>
    typealias CallContinuation = CheckedContinuation<CallResult, Never>
    typealias ConfirmResult = Result<PublishOutcome, AMQPClientError>

    init(number: UInt16, handler: ConnectionHandler) {
        self.number = number
        self.handler = handler
    }

    /// Whether a delivery may begin now.
    var acceptsDelivery: Bool {
        if case .open = state.phase { !hasPartial } else { false }
    }

    // MARK: What this program asks for

    /// Sends channel.open; the continuation gets its answer.
    func open(_ channel: AMQPChannel, delegate: (any AMQPChannelDelegate)?, _ continuation: CallContinuation) {
        self.channel = channel
        self.delegate = delegate
        calls.append(continuation)
        _ = handler.send(.channelOpen, on: number)
    }

    func call(_ method: Method, _ continuation: CallContinuation) {
        guard state.phase == .open else { return continuation.resume(returning: .failure(refusal)) }
        let mark = handler.outboundMark
        if let error = handler.send(method, on: number) {
            return continuation.resume(returning: .failure(.wire(error)))
        }
        guard state.call(method) else {
            handler.dropOutbound(to: mark)
            return continuation.resume(returning: .failure(refusal))
        }
        calls.append(continuation)
    }

    /// Sends a method that has no answer.
    func send(_ method: Method) {
        guard state.phase == .open else { return }
        _ = handler.send(method, on: number)
    }

    func settle(_ settlement: RawSettlement) {
        guard state.phase == .open else { return }
        handler.append(settlement, on: number)
    }

    /// Takes whole frames of `count` messages; the delivery tag of the first, 0 without confirms or when closed.
    func writePublishes(_ frames: ByteBuffer, count: Int) -> UInt64 {
        guard let tag = state.published(count) else { return 0 }
        handler.writeThrough(frames)
        return tag
    }

    func publish(_ frames: ByteBuffer, _ continuation: CheckedContinuation<ConfirmResult, Never>) {
        guard let tag = state.published(1) else { return continuation.resume(returning: .failure(refusal)) }
        handler.append(frames)
        if tag == 0 {
            continuation.resume(returning: .success(.sent))
        } else {
            confirmWaiters.append((tag, continuation))
        }
    }

    /// Whether a publish should wait: the socket is full or the server asked for a pause.
    var isWritable: Bool { isFlowing && handler.isWritable }

    func waitUntilWritable(_ continuation: CheckedContinuation<Void, Never>) {
        if isWritable || state.phase != .open {
            continuation.resume()
        } else {
            handler.writableWaiters.append(continuation)
        }
    }

    func waitUntilClosed(_ continuation: CheckedContinuation<AMQPCloseReason, Never>) {
        if let endedBecause { continuation.resume(returning: endedBecause) } else { endWaiters.append(continuation) }
    }

    func close(_ continuation: CheckedContinuation<Void, Never>) {
        if state.phase == .closed { return continuation.resume() }
        closeWaiters.append(continuation)
        guard let method = state.close() else { return }
        // The rest of a message that is on its way is passed over.
        partial = nil
        _ = handler.send(method, on: number)
    }

    private var refusal: AMQPClientError { endedBecause?.error ?? .closedByClient }

    // MARK: What the server sends

    /// A confirm that the hot path decoded.
    func received(_ confirm: ChannelConfirm) throws(WireError) {
        switch state.phase {
        case .open:
            try state.confirmed(confirm)
            deliver(confirm)
        case .opening:
            throw WireError(.commandInvalid, "confirm on a channel that is not open", method: .basicAck)
        case .closing, .closed: break
        }
    }

    func received(_ method: Method) throws(WireError) {
        if partial != nil {
            throw WireError(.unexpectedFrame, "\(method.id) where the content of a message was due", method: method.id)
        }
        switch try state.received(method) {
        case .answer(let answer): answerOldest(.method(answer))
        case .answerWithContent(let getOk):
            partial = try PartialContent(.fetched(getOk))
        case .deliver: break  // taken undecoded by `beginDelivery` or the hot path
        case .returned(let returned): partial = try PartialContent(.returned(returned))
        case .consumerCancelled(let tag, let reply):
            if let reply { _ = handler.send(reply, on: number) }
            if let channel { delegate?.channel(channel, consumerCancelled: tag) }
        case .flow(let active, let reply):
            _ = handler.send(reply, on: number)
            isFlowing = active
            if let channel { delegate?.channel(channel, flow: active) }
            if active { handler.resumeWritableWaiters() }
        case .confirmed(let confirm): deliver(confirm)
        case .closedByServer(let close, _):
            _ = handler.send(.channelCloseOk, on: number)
            handler.remove(self)
            end(.failed(AMQPClientError(close)))
        case .closeCrossed(let close):
            crossedClose = AMQPClientError(close)
            _ = handler.send(.channelCloseOk, on: number)
        case .closed:
            handler.remove(self)
            end(crossedClose.map { .failed($0) } ?? .byClient)
        case .ignore: break
        }
    }

    /// Begins a delivery whose content does not lie contiguous in the socket's buffer.
    func beginDelivery(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        partial = try PartialContent(.delivery(ByteBuffer(bytes: payload)))
    }

    func receivedHeader(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        if state.phase == .closing { return }
        guard var content = partial else {
            throw WireError(.unexpectedFrame, "content header on channel \(number) where none was due")
        }
        partial = nil
        if try content.take(header: payload) { try finish(content) } else { partial = content }
    }

    func receivedBody(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        if state.phase == .closing { return }
        guard var content = partial else {
            throw WireError(.unexpectedFrame, "content body on channel \(number) where none was due")
        }
        partial = nil  // so that the body's buffer has one owner and grows in place
        if try content.take(body: payload) { try finish(content) } else { partial = content }
    }

    private func finish(_ content: PartialContent) throws(WireError) {
        handler.touch(self)
        switch content.kind {
        case .delivery(let method): try deliverAssembled(method, content)
        case .returned(let returned):
            let message = ReturnedMessage(
                replyCode: ReplyCode(rawValue: returned.replyCode), replyText: returned.replyText,
                exchange: returned.exchange, routingKey: returned.routingKey,
                properties: try content.decodeProperties(), body: content.body)
            if let channel { delegate?.channel(channel, returned: message) }
        case .fetched(let getOk):
            let message = FetchedMessage(
                deliveryTag: getOk.deliveryTag, redelivered: getOk.redelivered, exchange: getOk.exchange,
                routingKey: getOk.routingKey, messageCount: getOk.messageCount,
                properties: try content.decodeProperties(), body: content.body)
            answerOldest(.message(message))
        }
    }

    private func deliverAssembled(_ method: ByteBuffer, _ content: PartialContent) throws(WireError) {
        guard let channel, let delegate, state.phase == .open else { return }
        let outcome: Result<Void, WireError> = method.withUnsafeReadableBytes { methodBytes in
            content.bytes.withUnsafeReadableBytes { bytes in
                do throws(WireError) {
                    var delivery = Delivery(storage: content.bytes)
                    let properties = UnsafeRawBufferPointer(rebasing: bytes[..<content.propertiesBytes])
                    delivery.set(try RawDeliver(methodBytes), properties: properties)
                    delivery.body = UnsafeRawBufferPointer(rebasing: bytes[content.propertiesBytes...])
                    delivery.propertiesIndex = content.bytes.readerIndex
                    delivery.bodyIndex = content.bytes.readerIndex + content.propertiesBytes
                    delegate.channel(channel, received: delivery)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
        }
        try outcome.get()
    }

    private func answerOldest(_ answer: CallAnswer) {
        guard !calls.isEmpty else { return }
        calls.removeFirst().resume(returning: .success(answer))
    }

    private func deliver(_ confirm: ChannelConfirm) {
        handler.touch(self)
        if !confirmWaiters.isEmpty { resolve(confirm) }
        if let channel {
            delegate?.channel(channel, confirmed: confirm.tag, multiple: confirm.multiple, nack: confirm.isNack)
        }
    }

    private func resolve(_ confirm: ChannelConfirm) {
        let outcome = PublishOutcome.confirmed
        let result: ConfirmResult = .success(confirm.isNack ? .refused : outcome)
        if confirm.multiple {
            let last = confirm.tag == 0 ? UInt64.max : confirm.tag
            let done = confirmWaiters.prefix { $0.tag <= last }
            confirmWaiters.removeFirst(done.count)
            for waiter in done { waiter.continuation.resume(returning: result) }
        } else if let index = confirmWaiters.firstIndex(where: { $0.tag == confirm.tag }) {
            confirmWaiters.remove(at: index).continuation.resume(returning: result)
        }
    }

    // MARK: The end

    /// Fails everything that waits and tells the delegate; once.
    func end(_ reason: AMQPCloseReason) {
        guard endedBecause == nil else { return }
        endedBecause = reason
        _ = state.connectionEnded()
        partial = nil
        // The delegate first: who awaited the end finds it told.
        if let channel { delegate?.channel(channel, closed: reason) }
        let (calls, confirms, closes) = (calls, confirmWaiters, closeWaiters)
        (self.calls, confirmWaiters, closeWaiters) = ([], [], [])
        for call in calls { call.resume(returning: .failure(reason.error)) }
        for confirm in confirms { confirm.continuation.resume(returning: .failure(reason.error)) }
        for close in closes { close.resume() }
        for waiter in endWaiters { waiter.resume(returning: reason) }
        endWaiters = []
        handler.resumeWritableWaiters()
        delegate = nil
        channel = nil
    }
}

/// What answers a call: a method, or a message that was asked for.
enum CallAnswer {
    case method(Method)
    case message(FetchedMessage)
}
