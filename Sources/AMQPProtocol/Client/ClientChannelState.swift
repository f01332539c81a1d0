/// The client's side of one channel: which answers are due, in which order, and how it ends (specification 1.5).
///
/// A server answers the synchronous methods of a channel in the order they were sent, so the answers due form a queue and
/// calls may be pipelined. Deliveries, confirms and the like come between them.
///
///     opening ─open-ok─► open ─close()─► closing ─close-ok─► closed
///                          └────── server's close ─────────────┘
package struct ClientChannelState: Sendable {
    /// Where in its life the channel is.
    package enum Phase: Sendable, Equatable {
        case opening
        case open
        case closing
        case closed
    }

    /// What a method from the server asks of the channel.
    package enum Action: Sendable, Equatable {
        /// The answer to the oldest call.
        case answer(Method)
        /// Content follows that answers the oldest call.
        case answerWithContent(BasicGetOk)
        /// Content follows.
        case deliver
        /// Content follows.
        case returned(BasicReturn)
        /// The server ended a consumer; nothing is owed to it unless `reply` is there.
        case consumerCancelled(tag: String, reply: Method?)
        /// Send the reply.
        case flow(active: Bool, reply: Method)
        case confirmed(ChannelConfirm)
        /// Send close-ok; fail this many calls.
        case closedByServer(ChannelClose, failedCalls: Int)
        /// The server closed while we did: send close-ok; ours is still to be answered.
        case closeCrossed(ChannelClose)
        /// Our own close was answered.
        case closed(failedCalls: Int)
        case ignore
    }

    package private(set) var phase = Phase.opening
    /// Whether the server confirms what is published here.
    package private(set) var isConfirming = false
    /// Messages published since confirms were asked for; the last one's delivery tag.
    package private(set) var publishedCount: UInt64 = 0
    /// The answers due, oldest first.
    private var due: [DueAnswer] = [.channelOpenOk]

    package init() {}

    /// Notes that a method is to be sent; false where the channel takes none any more.
    package mutating func call(_ method: Method) -> Bool {
        guard phase == .open, let answer = DueAnswer(to: method) else { return false }
        due.append(answer)
        if answer == .confirmSelectOk, !isConfirming {
            // Counted from here: the server numbers what comes behind confirm.select.
            isConfirming = true
            publishedCount = 0
        }
        return true
    }

    /// Notes `count` publishes; the delivery tag of the first, 0 without confirms, nil where the channel is not open.
    package mutating func published(_ count: Int) -> UInt64? {
        guard phase == .open, count > 0 else { return nil }
        guard isConfirming else { return 0 }
        defer { publishedCount += UInt64(count) }
        return publishedCount + 1
    }

    /// Begins to close; nil where the channel is closing or closed already.
    package mutating func close() -> Method? {
        guard phase == .open || phase == .opening else { return nil }
        phase = .closing
        return .channelClose(
            ChannelClose(
                replyCode: ReplyCode.success.rawValue, replyText: "Goodbye", failingClassID: 0, failingMethodID: 0))
    }

    /// The connection is gone: how many calls fail with it.
    package mutating func connectionEnded() -> Int {
        phase = .closed
        defer { due = [] }
        return due.count
    }

    /// Checks a confirm against what was published; for the hot path, which decodes it by itself.
    package func confirmed(_ confirm: ChannelConfirm) throws(WireError) {
        guard confirm.tag <= publishedCount, confirm.tag > 0 || confirm.multiple else {
            throw WireError(
                .commandInvalid, "confirm of delivery \(confirm.tag), published only \(publishedCount)",
                method: confirm.isNack ? .basicNack : .basicAck)
        }
    }

    /// Takes a method of the server's and says what follows from it.
    package mutating func received(_ method: Method) throws(WireError) -> Action {
        switch phase {
        case .closed: return .ignore
        case .closing: return receivedWhileClosing(method)
        case .opening, .open: break
        }
        switch method {
        case .basicDeliver where phase == .opening: return try answered(method)
        case .basicDeliver: return .deliver
        case .basicReturn(let returned): return .returned(returned)
        case .basicAck(let ack):
            let confirm = ChannelConfirm(tag: ack.deliveryTag, multiple: ack.multiple, isNack: false)
            try confirmed(confirm)
            return .confirmed(confirm)
        case .basicNack(let nack):
            let confirm = ChannelConfirm(tag: nack.deliveryTag, multiple: nack.multiple, isNack: true)
            try confirmed(confirm)
            return .confirmed(confirm)
        case .basicCancel(let cancel):
            let reply = Method.basicCancelOk(BasicCancelOk(consumerTag: cancel.consumerTag))
            return .consumerCancelled(tag: cancel.consumerTag, reply: cancel.noWait ? nil : reply)
        case .channelFlow(let flow):
            return .flow(active: flow.active, reply: .channelFlowOk(ChannelFlowOk(active: flow.active)))
        case .channelClose(let close):
            phase = .closed
            defer { due = [] }
            return .closedByServer(close, failedCalls: due.count)
        default: return try answered(method)
        }
    }

    private mutating func answered(_ method: Method) throws(WireError) -> Action {
        guard let oldest = due.first, oldest.accepts(method) else {
            let expected = due.first.map { "\($0.rawValue) was due" } ?? "no answer was due"
            throw WireError(.commandInvalid, "\(method.id) from the server, \(expected)", method: method.id)
        }
        due.removeFirst()
        if oldest == .channelOpenOk { phase = .open }
        if case .basicGetOk(let getOk) = method { return .answerWithContent(getOk) }
        return .answer(method)
    }

    private mutating func receivedWhileClosing(_ method: Method) -> Action {
        switch method {
        case .channelCloseOk:
            phase = .closed
            defer { due = [] }
            return .closed(failedCalls: due.count)
        case .channelClose(let close):
            // The server answers our close all the same; until then the number is not free.
            return .closeCrossed(close)
        default: return .ignore
        }
    }
}

/// A publisher confirm: of one message, or of all up to it; tag 0 with multiple is all there are.
package struct ChannelConfirm: Sendable, Equatable {
    package var tag: UInt64
    package var multiple: Bool
    package var isNack: Bool

    package init(tag: UInt64, multiple: Bool, isNack: Bool) {
        self.tag = tag
        self.multiple = multiple
        self.isNack = isNack
    }
}

/// The answer that a method of the client waits for.
private enum DueAnswer: String, Sendable {
    case channelOpenOk = "channel.open-ok"
    case channelFlowOk = "channel.flow-ok"
    case accessRequestOk = "access.request-ok"
    case exchangeDeclareOk = "exchange.declare-ok"
    case exchangeDeleteOk = "exchange.delete-ok"
    case exchangeBindOk = "exchange.bind-ok"
    case exchangeUnbindOk = "exchange.unbind-ok"
    case queueDeclareOk = "queue.declare-ok"
    case queueBindOk = "queue.bind-ok"
    case queuePurgeOk = "queue.purge-ok"
    case queueDeleteOk = "queue.delete-ok"
    case queueUnbindOk = "queue.unbind-ok"
    case basicQosOk = "basic.qos-ok"
    case basicConsumeOk = "basic.consume-ok"
    case basicCancelOk = "basic.cancel-ok"
    case basicGetAnswer = "basic.get-ok or basic.get-empty"
    case basicRecoverOk = "basic.recover-ok"
    case confirmSelectOk = "confirm.select-ok"
    case txSelectOk = "tx.select-ok"
    case txCommitOk = "tx.commit-ok"
    case txRollbackOk = "tx.rollback-ok"

    /// Nil for a method that has no answer, or that a client does not send.
    init?(to method: Method) {
        switch method {
        case .channelFlow: self = .channelFlowOk
        case .accessRequest: self = .accessRequestOk
        case .exchangeDeclare: self = .exchangeDeclareOk
        case .exchangeDelete: self = .exchangeDeleteOk
        case .exchangeBind: self = .exchangeBindOk
        case .exchangeUnbind: self = .exchangeUnbindOk
        case .queueDeclare: self = .queueDeclareOk
        case .queueBind: self = .queueBindOk
        case .queuePurge: self = .queuePurgeOk
        case .queueDelete: self = .queueDeleteOk
        case .queueUnbind: self = .queueUnbindOk
        case .basicQos: self = .basicQosOk
        case .basicConsume: self = .basicConsumeOk
        case .basicCancel: self = .basicCancelOk
        case .basicGet: self = .basicGetAnswer
        case .basicRecover: self = .basicRecoverOk
        case .confirmSelect: self = .confirmSelectOk
        case .txSelect: self = .txSelectOk
        case .txCommit: self = .txCommitOk
        case .txRollback: self = .txRollbackOk
        default: return nil
        }
    }

    func accepts(_ method: Method) -> Bool {
        switch (self, method) {
        case (.channelOpenOk, .channelOpenOk), (.channelFlowOk, .channelFlowOk),
            (.accessRequestOk, .accessRequestOk), (.exchangeDeclareOk, .exchangeDeclareOk),
            (.exchangeDeleteOk, .exchangeDeleteOk), (.exchangeBindOk, .exchangeBindOk),
            (.exchangeUnbindOk, .exchangeUnbindOk), (.queueDeclareOk, .queueDeclareOk),
            (.queueBindOk, .queueBindOk), (.queuePurgeOk, .queuePurgeOk), (.queueDeleteOk, .queueDeleteOk),
            (.queueUnbindOk, .queueUnbindOk), (.basicQosOk, .basicQosOk), (.basicConsumeOk, .basicConsumeOk),
            (.basicCancelOk, .basicCancelOk), (.basicGetAnswer, .basicGetOk), (.basicGetAnswer, .basicGetEmpty),
            (.basicRecoverOk, .basicRecoverOk), (.confirmSelectOk, .confirmSelectOk), (.txSelectOk, .txSelectOk),
            (.txCommitOk, .txCommitOk), (.txRollbackOk, .txRollbackOk):
            true
        default: false
        }
    }
}
