import AMQPProtocol
import Testing

@Suite struct ClientChannelStateTests {
    private static let serverClose = ChannelClose(
        replyCode: 404, replyText: "NOT_FOUND - no queue", failingClassID: 50, failingMethodID: 10)

    private func open() throws -> ClientChannelState {
        var state = ClientChannelState()
        #expect(try state.received(.channelOpenOk) == .answer(.channelOpenOk))
        return state
    }

    @Test func opens() throws {
        var state = ClientChannelState()
        #expect(state.phase == .opening)
        #expect(state.call(.txSelect) == false)
        #expect(state.published(1) == nil)
        #expect(try state.received(.channelOpenOk) == .answer(.channelOpenOk))
        #expect(state.phase == .open)
    }

    /// Every synchronous method with its answer.
    private static let pairs: [(Method, Method)] = [
        (.channelFlow(ChannelFlow(active: true)), .channelFlowOk(ChannelFlowOk(active: true))),
        (.exchangeDeclare(ExchangeDeclare(exchange: "e", kind: "direct")), .exchangeDeclareOk),
        (.exchangeDelete(ExchangeDelete(exchange: "e")), .exchangeDeleteOk),
        (.exchangeBind(ExchangeBind(destination: "a", source: "b", routingKey: "")), .exchangeBindOk),
        (.exchangeUnbind(ExchangeUnbind(destination: "a", source: "b", routingKey: "")), .exchangeUnbindOk),
        (
            .queueDeclare(QueueDeclare(queue: "q")),
            .queueDeclareOk(QueueDeclareOk(queue: "q", messageCount: 1, consumerCount: 2))
        ),
        (.queueBind(QueueBind(queue: "q", exchange: "e", routingKey: "")), .queueBindOk),
        (.queuePurge(QueuePurge(queue: "q")), .queuePurgeOk(QueuePurgeOk(messageCount: 3))),
        (.queueDelete(QueueDelete(queue: "q")), .queueDeleteOk(QueueDeleteOk(messageCount: 3))),
        (.queueUnbind(QueueUnbind(queue: "q", exchange: "e", routingKey: "")), .queueUnbindOk),
        (.basicQos(BasicQos(prefetchBytes: 0, prefetchCount: 1)), .basicQosOk),
        (
            .basicConsume(BasicConsume(queue: "q", consumerTag: "")),
            .basicConsumeOk(BasicConsumeOk(consumerTag: "c"))
        ),
        (.basicCancel(BasicCancel(consumerTag: "c")), .basicCancelOk(BasicCancelOk(consumerTag: "c"))),
        (.basicGet(BasicGet(queue: "q")), .basicGetEmpty),
        (.basicRecover(BasicRecover(requeue: true)), .basicRecoverOk),
        (.confirmSelect(ConfirmSelect()), .confirmSelectOk),
        (.txSelect, .txSelectOk),
        (.txCommit, .txCommitOk),
        (.txRollback, .txRollbackOk),
    ]

    @Test func takesTheAnswersInOrder() throws {
        var state = try open()
        for (call, _) in Self.pairs { #expect(state.call(call) == true) }
        for (_, answer) in Self.pairs { #expect(try state.received(answer) == .answer(answer)) }
    }

    @Test func refusesTheAnswerToAnotherCall() throws {
        for (index, (call, _)) in Self.pairs.enumerated() {
            for (other, (_, answer)) in Self.pairs.enumerated() where other != index {
                var state = try open()
                #expect(state.call(call) == true)
                #expect(throws: WireError.self, "\(answer.id) for \(call.id)") { try state.received(answer) }
            }
        }
    }

    @Test func refusesAnAnswerNobodyAskedFor() throws {
        var state = try open()
        #expect {
            try state.received(.queueBindOk)
        } throws: { error in
            (error as? WireError)?.replyCode == .commandInvalid
        }
    }

    @Test func takesOnlyOpenOkWhileOpening() {
        for method in [
            Method.queueBindOk,
            .basicDeliver(BasicDeliver(consumerTag: "", deliveryTag: 1, exchange: "", routingKey: "")),
            .basicAck(BasicAck(deliveryTag: 1)),
        ] {
            var state = ClientChannelState()
            #expect(throws: WireError.self) { try state.received(method) }
        }
    }

    @Test func sendsNoMethodsWithoutAnAnswer() throws {
        var state = try open()
        #expect(state.call(.basicAck(BasicAck(deliveryTag: 1))) == false)
        #expect(state.call(.channelOpen) == false)
        #expect(state.call(.connectionOpenOk) == false)
    }

    @Test func announcesContent() throws {
        var state = try open()
        let deliver = BasicDeliver(consumerTag: "c", deliveryTag: 1, exchange: "", routingKey: "q")
        #expect(try state.received(.basicDeliver(deliver)) == .deliver)
        let returned = BasicReturn(replyCode: 312, replyText: "NO_ROUTE", exchange: "e", routingKey: "k")
        #expect(try state.received(.basicReturn(returned)) == .returned(returned))
        let getOk = BasicGetOk(deliveryTag: 1, exchange: "", routingKey: "q", messageCount: 0)
        #expect(throws: WireError.self) { try state.received(.basicGetOk(getOk)) }
        #expect(state.call(.basicGet(BasicGet(queue: "q"))) == true)
        #expect(try state.received(.basicGetOk(getOk)) == .answerWithContent(getOk))
    }

    @Test func numbersPublishesFromConfirmSelectOn() throws {
        var state = try open()
        #expect(state.published(5) == 0)
        #expect(state.call(.confirmSelect(ConfirmSelect())) == true)
        #expect(state.isConfirming)
        #expect(state.published(3) == 1)
        #expect(state.published(2) == 4)
        #expect(state.published(0) == nil)
        #expect(state.publishedCount == 5)
        #expect(try state.received(.confirmSelectOk) == .answer(.confirmSelectOk))
        // Asked for again, as a careless program does: the numbers go on.
        #expect(state.call(.confirmSelect(ConfirmSelect())) == true)
        #expect(state.published(1) == 6)
    }

    @Test func checksConfirms() throws {
        var state = try open()
        _ = state.call(.confirmSelect(ConfirmSelect()))
        _ = try state.received(.confirmSelectOk)
        _ = state.published(3)
        #expect(
            try state.received(.basicAck(BasicAck(deliveryTag: 2, multiple: true)))
                == .confirmed(ChannelConfirm(tag: 2, multiple: true, isNack: false)))
        #expect(
            try state.received(.basicNack(BasicNack(deliveryTag: 3)))
                == .confirmed(ChannelConfirm(tag: 3, multiple: false, isNack: true)))
        #expect(
            try state.received(.basicAck(BasicAck(deliveryTag: 0, multiple: true)))
                == .confirmed(ChannelConfirm(tag: 0, multiple: true, isNack: false)))
        #expect(throws: WireError.self) { try state.received(.basicAck(BasicAck(deliveryTag: 4))) }
        #expect(throws: WireError.self) { try state.received(.basicAck(BasicAck(deliveryTag: 0))) }
    }

    @Test func cancelsAndPauses() throws {
        var state = try open()
        #expect(
            try state.received(.basicCancel(BasicCancel(consumerTag: "c", noWait: true)))
                == .consumerCancelled(tag: "c", reply: nil))
        #expect(
            try state.received(.basicCancel(BasicCancel(consumerTag: "c")))
                == .consumerCancelled(tag: "c", reply: .basicCancelOk(BasicCancelOk(consumerTag: "c"))))
        #expect(
            try state.received(.channelFlow(ChannelFlow(active: false)))
                == .flow(active: false, reply: .channelFlowOk(ChannelFlowOk(active: false))))
    }

    @Test func theServersCloseFailsWhatWaits() throws {
        var state = try open()
        _ = state.call(.queueDeclare(QueueDeclare(queue: "q")))
        _ = state.call(.txSelect)
        #expect(
            try state.received(.channelClose(Self.serverClose))
                == .closedByServer(Self.serverClose, failedCalls: 2))
        #expect(state.phase == .closed)
        #expect(state.call(.txSelect) == false)
        #expect(state.published(1) == nil)
        #expect(state.close() == nil)
        #expect(try state.received(.txSelectOk) == .ignore)
    }

    @Test func closes() throws {
        var state = try open()
        _ = state.call(.txSelect)
        #expect(state.close() != nil)
        #expect(state.close() == nil)
        #expect(state.phase == .closing)
        #expect(try state.received(.txSelectOk) == .ignore)
        #expect(try state.received(.basicAck(BasicAck(deliveryTag: 99))) == .ignore)
        #expect(try state.received(.channelCloseOk) == .closed(failedCalls: 1))
        #expect(state.phase == .closed)
    }

    @Test func bothMayCloseAtOnce() throws {
        var state = try open()
        _ = state.close()
        #expect(try state.received(.channelClose(Self.serverClose)) == .closeCrossed(Self.serverClose))
        #expect(state.phase == .closing)
        #expect(try state.received(.channelCloseOk) == .closed(failedCalls: 0))
    }

    @Test func endsWithTheConnection() throws {
        var state = try open()
        _ = state.call(.txSelect)
        #expect(state.connectionEnded() == 1)
        #expect(state.phase == .closed)
        #expect(state.connectionEnded() == 0)
    }
}
