import AMQPProtocol
import NIOCore

// Everything on a channel that does not come with every message.

extension ConnectionHandler {
    /// A method other than basic.publish and the acks.
    func method(_ frame: RawFrame, _ id: MethodID, onChannel number: Int) throws(ChannelFailure) {
        core.writeDeliveries()
        // Decoded before anything else: a malformed method is an error of the connection, whatever the channel.
        let method = try wire { () throws(WireError) in try frame.decodeMethod() }
        switch try wire({ () throws(WireError) in try peers[number].state.received(id) }) {
        case .ignore, .forget: break
        case .open:
            peers[number].id = try refusing(id) { () throws(Refusal) in
                guard let connectionID else { throw Refusal(.channelError, "connection is not open") }
                return try core.host.openChannel(UInt16(number), on: connectionID)
            }
            write(.channelOpenOk, on: UInt16(number))
        case .close:
            release(channel: number)
            write(.channelCloseOk, on: UInt16(number))
        case .handle:
            guard let channel = peers[number].id else { return }
            do throws(Refusal) {
                try handle(method, channel, number: UInt16(number))
            } catch {
                throw .refusal(error, id)
            }
        }
    }

    private func handle(_ method: Method, _ channel: ChannelID, number: UInt16) throws(Refusal) {
        switch method {
        case .channelFlow(let flow):
            core.host.setFlow(flow.active, channel)
            write(.channelFlowOk(ChannelFlowOk(active: flow.active)), on: number)
        case .accessRequest: write(.accessRequestOk(AccessRequestOk(ticket: 1)), on: number)
        case .exchangeDeclare, .exchangeDelete, .exchangeBind, .exchangeUnbind:
            try handleExchange(method, number: number)
        case .queueDeclare, .queueBind, .queuePurge, .queueDelete, .queueUnbind:
            try handleQueue(method, channel, number: number)
        case .basicQos, .basicConsume, .basicCancel, .basicGet, .basicRecover, .basicRecoverAsync:
            try handleBasic(method, channel, number: number)
        case .confirmSelect(let select):
            try core.host.selectConfirms(on: channel)
            if !select.noWait { write(.confirmSelectOk, on: number) }
        case .txSelect, .txCommit, .txRollback: try handleTransaction(method, channel, number: number)
        default: throw Refusal(.commandInvalid, "unimplemented method \(method.id)")
        }
    }

    private func handleExchange(_ method: Method, number: UInt16) throws(Refusal) {
        switch method {
        case .exchangeDeclare(let declare):
            try core.host.declare(declare)
            if !declare.noWait { write(.exchangeDeclareOk, on: number) }
        case .exchangeDelete(let delete):
            try core.host.delete(delete)
            if !delete.noWait { write(.exchangeDeleteOk, on: number) }
        case .exchangeBind(let bind):
            try core.host.bind(bind)
            if !bind.noWait { write(.exchangeBindOk, on: number) }
        case .exchangeUnbind(let unbind):
            try core.host.unbind(unbind)
            if !unbind.noWait { write(.exchangeUnbindOk, on: number) }
        default: break
        }
    }

    private func handleQueue(_ method: Method, _ channel: ChannelID, number: UInt16) throws(Refusal) {
        switch method {
        case .queueDeclare(let declare):
            let answer = try core.host.declare(declare, on: channel, now: core.now)
            if !declare.noWait { write(.queueDeclareOk(answer), on: number) }
        case .queueBind(let bind):
            try core.host.bind(bind, on: channel)
            if !bind.noWait { write(.queueBindOk, on: number) }
        case .queueUnbind(let unbind):
            try core.host.unbind(unbind, on: channel)
            write(.queueUnbindOk, on: number)
        case .queuePurge(let purge):
            let count = try core.host.purge(purge, on: channel)
            if !purge.noWait { write(.queuePurgeOk(QueuePurgeOk(messageCount: count)), on: number) }
        case .queueDelete(let delete):
            let count = try core.host.delete(delete, on: channel, now: core.now)
            if !delete.noWait { write(.queueDeleteOk(QueueDeleteOk(messageCount: count)), on: number) }
        default: break
        }
    }

    private func handleBasic(_ method: Method, _ channel: ChannelID, number: UInt16) throws(Refusal) {
        switch method {
        case .basicQos(let qos):
            try core.host.setPrefetch(qos, on: channel)
            write(.basicQosOk, on: number)
        case .basicConsume(let consume):
            let tag = try core.host.consume(consume, on: channel)
            if !consume.noWait { write(.basicConsumeOk(BasicConsumeOk(consumerTag: tag)), on: number) }
        case .basicCancel(let cancel):
            core.host.cancel(cancel.consumerTag, on: channel, now: core.now)
            if !cancel.noWait { write(.basicCancelOk(BasicCancelOk(consumerTag: cancel.consumerTag)), on: number) }
        case .basicGet(let get):
            if let fetched = try core.host.get(get, on: channel, now: core.now) {
                write(fetched, on: number)
            } else {
                write(.basicGetEmpty, on: number)
            }
        case .basicRecover(let recover):
            try core.host.recover(requeue: recover.requeue, on: channel)
            write(.basicRecoverOk, on: number)
        case .basicRecoverAsync(let recover): try core.host.recover(requeue: recover.requeue, on: channel)
        default: break
        }
    }

    private func handleTransaction(_ method: Method, _ channel: ChannelID, number: UInt16) throws(Refusal) {
        switch method {
        case .txSelect:
            try core.host.selectTransaction(on: channel)
            write(.txSelectOk, on: number)
        case .txCommit:
            for message in try core.host.commit(channel, now: core.now) { writeReturn(of: message, on: number) }
            write(.txCommitOk, on: number)
        case .txRollback:
            try core.host.rollback(channel)
            write(.txRollbackOk, on: number)
        default: break
        }
    }
}
