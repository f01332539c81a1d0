/// Any method of AMQP 0-9-1 or of RabbitMQ's extensions to it, with its fields.
package enum Method: Sendable, Equatable {
    case connectionStart(ConnectionStart)
    case connectionStartOk(ConnectionStartOk)
    case connectionSecure(ConnectionSecure)
    case connectionSecureOk(ConnectionSecureOk)
    case connectionTune(ConnectionTune)
    case connectionTuneOk(ConnectionTuneOk)
    case connectionOpen(ConnectionOpen)
    case connectionOpenOk
    case connectionClose(ConnectionClose)
    case connectionCloseOk
    case connectionBlocked(ConnectionBlocked)
    case connectionUnblocked
    case connectionUpdateSecret(ConnectionUpdateSecret)
    case connectionUpdateSecretOk

    case channelOpen
    case channelOpenOk
    case channelFlow(ChannelFlow)
    case channelFlowOk(ChannelFlowOk)
    case channelClose(ChannelClose)
    case channelCloseOk

    case accessRequest(AccessRequest)
    case accessRequestOk(AccessRequestOk)

    case exchangeDeclare(ExchangeDeclare)
    case exchangeDeclareOk
    case exchangeDelete(ExchangeDelete)
    case exchangeDeleteOk
    case exchangeBind(ExchangeBind)
    case exchangeBindOk
    case exchangeUnbind(ExchangeUnbind)
    case exchangeUnbindOk

    case queueDeclare(QueueDeclare)
    case queueDeclareOk(QueueDeclareOk)
    case queueBind(QueueBind)
    case queueBindOk
    case queuePurge(QueuePurge)
    case queuePurgeOk(QueuePurgeOk)
    case queueDelete(QueueDelete)
    case queueDeleteOk(QueueDeleteOk)
    case queueUnbind(QueueUnbind)
    case queueUnbindOk

    case basicQos(BasicQos)
    case basicQosOk
    case basicConsume(BasicConsume)
    case basicConsumeOk(BasicConsumeOk)
    case basicCancel(BasicCancel)
    case basicCancelOk(BasicCancelOk)
    case basicPublish(BasicPublish)
    case basicReturn(BasicReturn)
    case basicDeliver(BasicDeliver)
    case basicGet(BasicGet)
    case basicGetOk(BasicGetOk)
    case basicGetEmpty
    case basicAck(BasicAck)
    case basicReject(BasicReject)
    case basicRecoverAsync(BasicRecoverAsync)
    case basicRecover(BasicRecover)
    case basicRecoverOk
    case basicNack(BasicNack)

    case confirmSelect(ConfirmSelect)
    case confirmSelectOk

    case txSelect
    case txSelectOk
    case txCommit
    case txCommitOk
    case txRollback
    case txRollbackOk
}

extension Method {
    /// The class and method numbers that open this method's frame.
    package var id: MethodID {
        switch self {
        case .connectionStart: .connectionStart
        case .connectionStartOk: .connectionStartOk
        case .connectionSecure: .connectionSecure
        case .connectionSecureOk: .connectionSecureOk
        case .connectionTune: .connectionTune
        case .connectionTuneOk: .connectionTuneOk
        case .connectionOpen: .connectionOpen
        case .connectionOpenOk: .connectionOpenOk
        case .connectionClose: .connectionClose
        case .connectionCloseOk: .connectionCloseOk
        case .connectionBlocked: .connectionBlocked
        case .connectionUnblocked: .connectionUnblocked
        case .connectionUpdateSecret: .connectionUpdateSecret
        case .connectionUpdateSecretOk: .connectionUpdateSecretOk
        case .channelOpen: .channelOpen
        case .channelOpenOk: .channelOpenOk
        case .channelFlow: .channelFlow
        case .channelFlowOk: .channelFlowOk
        case .channelClose: .channelClose
        case .channelCloseOk: .channelCloseOk
        case .accessRequest: .accessRequest
        case .accessRequestOk: .accessRequestOk
        case .exchangeDeclare: .exchangeDeclare
        case .exchangeDeclareOk: .exchangeDeclareOk
        case .exchangeDelete: .exchangeDelete
        case .exchangeDeleteOk: .exchangeDeleteOk
        case .exchangeBind: .exchangeBind
        case .exchangeBindOk: .exchangeBindOk
        case .exchangeUnbind: .exchangeUnbind
        case .exchangeUnbindOk: .exchangeUnbindOk
        case .queueDeclare: .queueDeclare
        case .queueDeclareOk: .queueDeclareOk
        case .queueBind: .queueBind
        case .queueBindOk: .queueBindOk
        case .queuePurge: .queuePurge
        case .queuePurgeOk: .queuePurgeOk
        case .queueDelete: .queueDelete
        case .queueDeleteOk: .queueDeleteOk
        case .queueUnbind: .queueUnbind
        case .queueUnbindOk: .queueUnbindOk
        case .basicQos: .basicQos
        case .basicQosOk: .basicQosOk
        case .basicConsume: .basicConsume
        case .basicConsumeOk: .basicConsumeOk
        case .basicCancel: .basicCancel
        case .basicCancelOk: .basicCancelOk
        case .basicPublish: .basicPublish
        case .basicReturn: .basicReturn
        case .basicDeliver: .basicDeliver
        case .basicGet: .basicGet
        case .basicGetOk: .basicGetOk
        case .basicGetEmpty: .basicGetEmpty
        case .basicAck: .basicAck
        case .basicReject: .basicReject
        case .basicRecoverAsync: .basicRecoverAsync
        case .basicRecover: .basicRecover
        case .basicRecoverOk: .basicRecoverOk
        case .basicNack: .basicNack
        case .confirmSelect: .confirmSelect
        case .confirmSelectOk: .confirmSelectOk
        case .txSelect: .txSelect
        case .txSelectOk: .txSelectOk
        case .txCommit: .txCommit
        case .txCommitOk: .txCommitOk
        case .txRollback: .txRollback
        case .txRollbackOk: .txRollbackOk
        }
    }

    /// Decodes the payload of one method frame.
    ///
    /// Throws 501 for a truncated payload, 502 for a malformed field and 540 for a method nobody knows.
    package init(from reader: inout WireReader) throws(WireError) {
        let id = try MethodID(from: &reader)
        switch id {
        case .connectionStart: self = .connectionStart(try ConnectionStart(from: &reader))
        case .connectionStartOk: self = .connectionStartOk(try ConnectionStartOk(from: &reader))
        case .connectionSecure: self = .connectionSecure(try ConnectionSecure(from: &reader))
        case .connectionSecureOk: self = .connectionSecureOk(try ConnectionSecureOk(from: &reader))
        case .connectionTune: self = .connectionTune(try ConnectionTune(from: &reader))
        case .connectionTuneOk: self = .connectionTuneOk(try ConnectionTuneOk(from: &reader))
        case .connectionOpen: self = .connectionOpen(try ConnectionOpen(from: &reader))
        case .connectionOpenOk:
            _ = try ConnectionOpenOk(from: &reader)
            self = .connectionOpenOk
        case .connectionClose: self = .connectionClose(try ConnectionClose(from: &reader))
        case .connectionCloseOk: self = .connectionCloseOk
        case .connectionBlocked: self = .connectionBlocked(try ConnectionBlocked(from: &reader))
        case .connectionUnblocked: self = .connectionUnblocked
        case .connectionUpdateSecret: self = .connectionUpdateSecret(try ConnectionUpdateSecret(from: &reader))
        case .connectionUpdateSecretOk: self = .connectionUpdateSecretOk
        case .channelOpen:
            _ = try ChannelOpen(from: &reader)
            self = .channelOpen
        case .channelOpenOk:
            _ = try ChannelOpenOk(from: &reader)
            self = .channelOpenOk
        case .channelFlow: self = .channelFlow(try ChannelFlow(from: &reader))
        case .channelFlowOk: self = .channelFlowOk(try ChannelFlowOk(from: &reader))
        case .channelClose: self = .channelClose(try ChannelClose(from: &reader))
        case .channelCloseOk: self = .channelCloseOk
        case .accessRequest: self = .accessRequest(try AccessRequest(from: &reader))
        case .accessRequestOk: self = .accessRequestOk(try AccessRequestOk(from: &reader))
        case .exchangeDeclare: self = .exchangeDeclare(try ExchangeDeclare(from: &reader))
        case .exchangeDeclareOk: self = .exchangeDeclareOk
        case .exchangeDelete: self = .exchangeDelete(try ExchangeDelete(from: &reader))
        case .exchangeDeleteOk: self = .exchangeDeleteOk
        case .exchangeBind: self = .exchangeBind(try ExchangeBind(from: &reader))
        case .exchangeBindOk: self = .exchangeBindOk
        case .exchangeUnbind: self = .exchangeUnbind(try ExchangeUnbind(from: &reader))
        case .exchangeUnbindOk: self = .exchangeUnbindOk
        case .queueDeclare: self = .queueDeclare(try QueueDeclare(from: &reader))
        case .queueDeclareOk: self = .queueDeclareOk(try QueueDeclareOk(from: &reader))
        case .queueBind: self = .queueBind(try QueueBind(from: &reader))
        case .queueBindOk: self = .queueBindOk
        case .queuePurge: self = .queuePurge(try QueuePurge(from: &reader))
        case .queuePurgeOk: self = .queuePurgeOk(try QueuePurgeOk(from: &reader))
        case .queueDelete: self = .queueDelete(try QueueDelete(from: &reader))
        case .queueDeleteOk: self = .queueDeleteOk(try QueueDeleteOk(from: &reader))
        case .queueUnbind: self = .queueUnbind(try QueueUnbind(from: &reader))
        case .queueUnbindOk: self = .queueUnbindOk
        case .basicQos: self = .basicQos(try BasicQos(from: &reader))
        case .basicQosOk: self = .basicQosOk
        case .basicConsume: self = .basicConsume(try BasicConsume(from: &reader))
        case .basicConsumeOk: self = .basicConsumeOk(try BasicConsumeOk(from: &reader))
        case .basicCancel: self = .basicCancel(try BasicCancel(from: &reader))
        case .basicCancelOk: self = .basicCancelOk(try BasicCancelOk(from: &reader))
        case .basicPublish: self = .basicPublish(try BasicPublish(from: &reader))
        case .basicReturn: self = .basicReturn(try BasicReturn(from: &reader))
        case .basicDeliver: self = .basicDeliver(try BasicDeliver(from: &reader))
        case .basicGet: self = .basicGet(try BasicGet(from: &reader))
        case .basicGetOk: self = .basicGetOk(try BasicGetOk(from: &reader))
        case .basicGetEmpty:
            _ = try BasicGetEmpty(from: &reader)
            self = .basicGetEmpty
        case .basicAck: self = .basicAck(try BasicAck(from: &reader))
        case .basicReject: self = .basicReject(try BasicReject(from: &reader))
        case .basicRecoverAsync: self = .basicRecoverAsync(try BasicRecoverAsync(from: &reader))
        case .basicRecover: self = .basicRecover(try BasicRecover(from: &reader))
        case .basicRecoverOk: self = .basicRecoverOk
        case .basicNack: self = .basicNack(try BasicNack(from: &reader))
        case .confirmSelect: self = .confirmSelect(try ConfirmSelect(from: &reader))
        case .confirmSelectOk: self = .confirmSelectOk
        case .txSelect: self = .txSelect
        case .txSelectOk: self = .txSelectOk
        case .txCommit: self = .txCommit
        case .txCommitOk: self = .txCommitOk
        case .txRollback: self = .txRollback
        case .txRollbackOk: self = .txRollbackOk
        default: throw WireError.unknownMethod(id)
        }
    }

    /// Writes the payload of one method frame: class, method, fields.
    package func encode(into writer: inout WireWriter) throws(WireError) {
        id.encode(into: &writer)
        switch self {
        case .connectionStart(let payload): try payload.encode(into: &writer)
        case .connectionStartOk(let payload): try payload.encode(into: &writer)
        case .connectionSecure(let payload): try payload.encode(into: &writer)
        case .connectionSecureOk(let payload): try payload.encode(into: &writer)
        case .connectionTune(let payload): try payload.encode(into: &writer)
        case .connectionTuneOk(let payload): try payload.encode(into: &writer)
        case .connectionOpen(let payload): try payload.encode(into: &writer)
        case .connectionOpenOk: try ConnectionOpenOk().encode(into: &writer)
        case .connectionClose(let payload): try payload.encode(into: &writer)
        case .connectionBlocked(let payload): try payload.encode(into: &writer)
        case .connectionUpdateSecret(let payload): try payload.encode(into: &writer)
        case .channelOpen: try ChannelOpen().encode(into: &writer)
        case .channelOpenOk: try ChannelOpenOk().encode(into: &writer)
        case .channelFlow(let payload): try payload.encode(into: &writer)
        case .channelFlowOk(let payload): try payload.encode(into: &writer)
        case .channelClose(let payload): try payload.encode(into: &writer)
        case .accessRequest(let payload): try payload.encode(into: &writer)
        case .accessRequestOk(let payload): try payload.encode(into: &writer)
        case .exchangeDeclare(let payload): try payload.encode(into: &writer)
        case .exchangeDelete(let payload): try payload.encode(into: &writer)
        case .exchangeBind(let payload): try payload.encode(into: &writer)
        case .exchangeUnbind(let payload): try payload.encode(into: &writer)
        case .queueDeclare(let payload): try payload.encode(into: &writer)
        case .queueDeclareOk(let payload): try payload.encode(into: &writer)
        case .queueBind(let payload): try payload.encode(into: &writer)
        case .queuePurge(let payload): try payload.encode(into: &writer)
        case .queuePurgeOk(let payload): try payload.encode(into: &writer)
        case .queueDelete(let payload): try payload.encode(into: &writer)
        case .queueDeleteOk(let payload): try payload.encode(into: &writer)
        case .queueUnbind(let payload): try payload.encode(into: &writer)
        case .basicQos(let payload): try payload.encode(into: &writer)
        case .basicConsume(let payload): try payload.encode(into: &writer)
        case .basicConsumeOk(let payload): try payload.encode(into: &writer)
        case .basicCancel(let payload): try payload.encode(into: &writer)
        case .basicCancelOk(let payload): try payload.encode(into: &writer)
        case .basicPublish(let payload): try payload.encode(into: &writer)
        case .basicReturn(let payload): try payload.encode(into: &writer)
        case .basicDeliver(let payload): try payload.encode(into: &writer)
        case .basicGet(let payload): try payload.encode(into: &writer)
        case .basicGetOk(let payload): try payload.encode(into: &writer)
        case .basicGetEmpty: try BasicGetEmpty().encode(into: &writer)
        case .basicAck(let payload): try payload.encode(into: &writer)
        case .basicReject(let payload): try payload.encode(into: &writer)
        case .basicRecoverAsync(let payload): try payload.encode(into: &writer)
        case .basicRecover(let payload): try payload.encode(into: &writer)
        case .basicNack(let payload): try payload.encode(into: &writer)
        case .confirmSelect(let payload): try payload.encode(into: &writer)
        case .connectionCloseOk,
            .connectionUnblocked,
            .connectionUpdateSecretOk,
            .channelCloseOk,
            .exchangeDeclareOk,
            .exchangeDeleteOk,
            .exchangeBindOk,
            .exchangeUnbindOk,
            .queueBindOk,
            .queueUnbindOk,
            .basicQosOk,
            .basicRecoverOk,
            .confirmSelectOk,
            .txSelect,
            .txSelectOk,
            .txCommit,
            .txCommitOk,
            .txRollback,
            .txRollbackOk:
            break
        }
    }
}
