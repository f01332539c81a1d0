/// The class and method numbers that open a method frame (specification 2.3.5.1).
package struct MethodID: Sendable, Hashable {
    /// Both as they stand on the wire, so that comparing two is one instruction.
    private let number: UInt32

    /// The class, such as 60 for basic.
    package var classID: UInt16 { UInt16(truncatingIfNeeded: number >> 16) }
    /// The method within its class.
    package var methodID: UInt16 { UInt16(truncatingIfNeeded: number) }

    /// Joins both numbers.
    package init(classID: UInt16, methodID: UInt16) { number = UInt32(classID) << 16 | UInt32(methodID) }

    /// Takes both numbers as the four bytes on the wire hold them.
    init(number: UInt32) { self.number = number }

    init(from reader: inout WireReader) throws(WireError) {
        let classID = try reader.readInteger(as: UInt16.self)
        self.init(classID: classID, methodID: try reader.readInteger())
    }

    func encode(into writer: inout WireWriter) {
        writer.writeInteger(classID)
        writer.writeInteger(methodID)
    }
}

extension MethodID {
    package static let connectionStart = MethodID(classID: 10, methodID: 10)
    package static let connectionStartOk = MethodID(classID: 10, methodID: 11)
    package static let connectionSecure = MethodID(classID: 10, methodID: 20)
    package static let connectionSecureOk = MethodID(classID: 10, methodID: 21)
    package static let connectionTune = MethodID(classID: 10, methodID: 30)
    package static let connectionTuneOk = MethodID(classID: 10, methodID: 31)
    package static let connectionOpen = MethodID(classID: 10, methodID: 40)
    package static let connectionOpenOk = MethodID(classID: 10, methodID: 41)
    package static let connectionClose = MethodID(classID: 10, methodID: 50)
    package static let connectionCloseOk = MethodID(classID: 10, methodID: 51)
    package static let connectionBlocked = MethodID(classID: 10, methodID: 60)
    package static let connectionUnblocked = MethodID(classID: 10, methodID: 61)
    package static let connectionUpdateSecret = MethodID(classID: 10, methodID: 70)
    package static let connectionUpdateSecretOk = MethodID(classID: 10, methodID: 71)

    package static let channelOpen = MethodID(classID: 20, methodID: 10)
    package static let channelOpenOk = MethodID(classID: 20, methodID: 11)
    package static let channelFlow = MethodID(classID: 20, methodID: 20)
    package static let channelFlowOk = MethodID(classID: 20, methodID: 21)
    package static let channelClose = MethodID(classID: 20, methodID: 40)
    package static let channelCloseOk = MethodID(classID: 20, methodID: 41)

    package static let accessRequest = MethodID(classID: 30, methodID: 10)
    package static let accessRequestOk = MethodID(classID: 30, methodID: 11)

    package static let exchangeDeclare = MethodID(classID: 40, methodID: 10)
    package static let exchangeDeclareOk = MethodID(classID: 40, methodID: 11)
    package static let exchangeDelete = MethodID(classID: 40, methodID: 20)
    package static let exchangeDeleteOk = MethodID(classID: 40, methodID: 21)
    package static let exchangeBind = MethodID(classID: 40, methodID: 30)
    package static let exchangeBindOk = MethodID(classID: 40, methodID: 31)
    package static let exchangeUnbind = MethodID(classID: 40, methodID: 40)
    package static let exchangeUnbindOk = MethodID(classID: 40, methodID: 51)

    package static let queueDeclare = MethodID(classID: 50, methodID: 10)
    package static let queueDeclareOk = MethodID(classID: 50, methodID: 11)
    package static let queueBind = MethodID(classID: 50, methodID: 20)
    package static let queueBindOk = MethodID(classID: 50, methodID: 21)
    package static let queuePurge = MethodID(classID: 50, methodID: 30)
    package static let queuePurgeOk = MethodID(classID: 50, methodID: 31)
    package static let queueDelete = MethodID(classID: 50, methodID: 40)
    package static let queueDeleteOk = MethodID(classID: 50, methodID: 41)
    package static let queueUnbind = MethodID(classID: 50, methodID: 50)
    package static let queueUnbindOk = MethodID(classID: 50, methodID: 51)

    package static let basicQos = MethodID(classID: 60, methodID: 10)
    package static let basicQosOk = MethodID(classID: 60, methodID: 11)
    package static let basicConsume = MethodID(classID: 60, methodID: 20)
    package static let basicConsumeOk = MethodID(classID: 60, methodID: 21)
    package static let basicCancel = MethodID(classID: 60, methodID: 30)
    package static let basicCancelOk = MethodID(classID: 60, methodID: 31)
    package static let basicPublish = MethodID(classID: 60, methodID: 40)
    package static let basicReturn = MethodID(classID: 60, methodID: 50)
    package static let basicDeliver = MethodID(classID: 60, methodID: 60)
    package static let basicGet = MethodID(classID: 60, methodID: 70)
    package static let basicGetOk = MethodID(classID: 60, methodID: 71)
    package static let basicGetEmpty = MethodID(classID: 60, methodID: 72)
    package static let basicAck = MethodID(classID: 60, methodID: 80)
    package static let basicReject = MethodID(classID: 60, methodID: 90)
    package static let basicRecoverAsync = MethodID(classID: 60, methodID: 100)
    package static let basicRecover = MethodID(classID: 60, methodID: 110)
    package static let basicRecoverOk = MethodID(classID: 60, methodID: 111)
    package static let basicNack = MethodID(classID: 60, methodID: 120)

    package static let confirmSelect = MethodID(classID: 85, methodID: 10)
    package static let confirmSelectOk = MethodID(classID: 85, methodID: 11)

    package static let txSelect = MethodID(classID: 90, methodID: 10)
    package static let txSelectOk = MethodID(classID: 90, methodID: 11)
    package static let txCommit = MethodID(classID: 90, methodID: 20)
    package static let txCommitOk = MethodID(classID: 90, methodID: 21)
    package static let txRollback = MethodID(classID: 90, methodID: 30)
    package static let txRollbackOk = MethodID(classID: 90, methodID: 31)
}

extension MethodID: CustomStringConvertible {
    /// The specification's name, such as `basic.publish`.
    package var description: String { Self.names[self] ?? "\(classID).\(methodID)" }

    private static let names: [MethodID: String] = [
        .connectionStart: "connection.start",
        .connectionStartOk: "connection.start-ok",
        .connectionSecure: "connection.secure",
        .connectionSecureOk: "connection.secure-ok",
        .connectionTune: "connection.tune",
        .connectionTuneOk: "connection.tune-ok",
        .connectionOpen: "connection.open",
        .connectionOpenOk: "connection.open-ok",
        .connectionClose: "connection.close",
        .connectionCloseOk: "connection.close-ok",
        .connectionBlocked: "connection.blocked",
        .connectionUnblocked: "connection.unblocked",
        .connectionUpdateSecret: "connection.update-secret",
        .connectionUpdateSecretOk: "connection.update-secret-ok",
        .channelOpen: "channel.open",
        .channelOpenOk: "channel.open-ok",
        .channelFlow: "channel.flow",
        .channelFlowOk: "channel.flow-ok",
        .channelClose: "channel.close",
        .channelCloseOk: "channel.close-ok",
        .accessRequest: "access.request",
        .accessRequestOk: "access.request-ok",
        .exchangeDeclare: "exchange.declare",
        .exchangeDeclareOk: "exchange.declare-ok",
        .exchangeDelete: "exchange.delete",
        .exchangeDeleteOk: "exchange.delete-ok",
        .exchangeBind: "exchange.bind",
        .exchangeBindOk: "exchange.bind-ok",
        .exchangeUnbind: "exchange.unbind",
        .exchangeUnbindOk: "exchange.unbind-ok",
        .queueDeclare: "queue.declare",
        .queueDeclareOk: "queue.declare-ok",
        .queueBind: "queue.bind",
        .queueBindOk: "queue.bind-ok",
        .queuePurge: "queue.purge",
        .queuePurgeOk: "queue.purge-ok",
        .queueDelete: "queue.delete",
        .queueDeleteOk: "queue.delete-ok",
        .queueUnbind: "queue.unbind",
        .queueUnbindOk: "queue.unbind-ok",
        .basicQos: "basic.qos",
        .basicQosOk: "basic.qos-ok",
        .basicConsume: "basic.consume",
        .basicConsumeOk: "basic.consume-ok",
        .basicCancel: "basic.cancel",
        .basicCancelOk: "basic.cancel-ok",
        .basicPublish: "basic.publish",
        .basicReturn: "basic.return",
        .basicDeliver: "basic.deliver",
        .basicGet: "basic.get",
        .basicGetOk: "basic.get-ok",
        .basicGetEmpty: "basic.get-empty",
        .basicAck: "basic.ack",
        .basicReject: "basic.reject",
        .basicRecoverAsync: "basic.recover-async",
        .basicRecover: "basic.recover",
        .basicRecoverOk: "basic.recover-ok",
        .basicNack: "basic.nack",
        .confirmSelect: "confirm.select",
        .confirmSelectOk: "confirm.select-ok",
        .txSelect: "tx.select",
        .txSelectOk: "tx.select-ok",
        .txCommit: "tx.commit",
        .txCommitOk: "tx.commit-ok",
        .txRollback: "tx.rollback",
        .txRollbackOk: "tx.rollback-ok",
    ]
}
