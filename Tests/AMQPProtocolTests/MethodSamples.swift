import AMQPProtocol

/// Every method with the payload that the specification gives it, written out by hand.
enum MethodSamples {
    static let table: FieldTable = ["a": .bool(true)]

    static let all: [(method: Method, payload: String)] = connection + channel + exchange + queue + basic + others

    private static let connection: [(method: Method, payload: String)] = [
        (
            .connectionStart(
                ConnectionStart(
                    versionMajor: 0, versionMinor: 9, serverProperties: table, mechanisms: "PLAIN AMQPLAIN",
                    locales: "en_US")),
            "000A 000A 00 09 00000004 01\"a\" 74 01 0000000E \"PLAIN AMQPLAIN\" 00000005 \"en_US\""
        ),
        (
            .connectionStartOk(
                ConnectionStartOk(
                    clientProperties: FieldTable(), mechanism: "PLAIN", response: [0, 0x67, 0, 0x70], locale: "en_US")),
            "000A 000B 00000000 05 \"PLAIN\" 00000004 00 67 00 70 05 \"en_US\""
        ),
        (.connectionSecure(ConnectionSecure(challenge: [0xFF, 0])), "000A 0014 00000002 FF00"),
        (.connectionSecureOk(ConnectionSecureOk(response: [])), "000A 0015 00000000"),
        (
            .connectionTune(ConnectionTune(channelMax: 2047, frameMaxBytes: 131_072, heartbeatSeconds: 60)),
            "000A 001E 07FF 00020000 003C"
        ),
        (
            .connectionTuneOk(ConnectionTuneOk(channelMax: 1, frameMaxBytes: 4096, heartbeatSeconds: 0)),
            "000A 001F 0001 00001000 0000"
        ),
        (.connectionOpen(ConnectionOpen(virtualHost: "/")), "000A 0028 01 \"/\" 00 00"),
        (.connectionOpenOk, "000A 0029 00"),
        (
            .connectionClose(
                ConnectionClose(replyCode: 501, replyText: "FRAME_ERROR", failingClassID: 60, failingMethodID: 40)),
            "000A 0032 01F5 0B \"FRAME_ERROR\" 003C 0028"
        ),
        (.connectionCloseOk, "000A 0033"),
        (.connectionBlocked(ConnectionBlocked(reason: "low on memory")), "000A 003C 0D \"low on memory\""),
        (.connectionUnblocked, "000A 003D"),
        (
            .connectionUpdateSecret(ConnectionUpdateSecret(newSecret: [1, 2], reason: "r")),
            "000A 0046 00000002 0102 01 \"r\""
        ),
        (.connectionUpdateSecretOk, "000A 0047"),
    ]

    private static let channel: [(method: Method, payload: String)] = [
        (.channelOpen, "0014 000A 00"),
        (.channelOpenOk, "0014 000B 00000000"),
        (.channelFlow(ChannelFlow(active: true)), "0014 0014 01"),
        (.channelFlowOk(ChannelFlowOk(active: false)), "0014 0015 00"),
        (
            .channelClose(
                ChannelClose(replyCode: 404, replyText: "NOT_FOUND", failingClassID: 50, failingMethodID: 10)),
            "0014 0028 0194 09 \"NOT_FOUND\" 0032 000A"
        ),
        (.channelCloseOk, "0014 0029"),
    ]

    private static let exchange: [(method: Method, payload: String)] = [
        (
            .exchangeDeclare(
                ExchangeDeclare(
                    exchange: "ex", kind: "topic", passive: true, durable: false, autoDelete: true, isInternal: false,
                    noWait: true, arguments: table)),
            "0028 000A 0000 02 \"ex\" 05 \"topic\" 15 00000004 01\"a\" 74 01"
        ),
        (.exchangeDeclareOk, "0028 000B"),
        (.exchangeDelete(ExchangeDelete(exchange: "ex", ifUnused: true, noWait: true)), "0028 0014 0000 02 \"ex\" 03"),
        (.exchangeDeleteOk, "0028 0015"),
        (
            .exchangeBind(
                ExchangeBind(destination: "to", source: "from", routingKey: "k", noWait: true, arguments: [:])),
            "0028 001E 0000 02 \"to\" 04 \"from\" 01 \"k\" 01 00000000"
        ),
        (.exchangeBindOk, "0028 001F"),
        (
            .exchangeUnbind(ExchangeUnbind(destination: "to", source: "from", routingKey: "k")),
            "0028 0028 0000 02 \"to\" 04 \"from\" 01 \"k\" 00 00000000"
        ),
        (.exchangeUnbindOk, "0028 0033"),
    ]

    private static let queue: [(method: Method, payload: String)] = [
        (
            .queueDeclare(
                QueueDeclare(
                    queue: "q", passive: false, durable: true, exclusive: false, autoDelete: true, noWait: false,
                    arguments: table)),
            "0032 000A 0000 01 \"q\" 0A 00000004 01\"a\" 74 01"
        ),
        (
            .queueDeclareOk(QueueDeclareOk(queue: "q", messageCount: 3, consumerCount: 1)),
            "0032 000B 01 \"q\" 00000003 00000001"
        ),
        (
            .queueBind(QueueBind(queue: "q", exchange: "ex", routingKey: "#.a", noWait: true)),
            "0032 0014 0000 01 \"q\" 02 \"ex\" 03 \"#.a\" 01 00000000"
        ),
        (.queueBindOk, "0032 0015"),
        (.queuePurge(QueuePurge(queue: "q", noWait: true)), "0032 001E 0000 01 \"q\" 01"),
        (.queuePurgeOk(QueuePurgeOk(messageCount: 70_000)), "0032 001F 00011170"),
        (
            .queueDelete(QueueDelete(queue: "q", ifUnused: false, ifEmpty: true, noWait: true)),
            "0032 0028 0000 01 \"q\" 06"
        ),
        (.queueDeleteOk(QueueDeleteOk(messageCount: 0)), "0032 0029 00000000"),
        (
            .queueUnbind(QueueUnbind(queue: "q", exchange: "ex", routingKey: "k")),
            "0032 0032 0000 01 \"q\" 02 \"ex\" 01 \"k\" 00000000"
        ),
        (.queueUnbindOk, "0032 0033"),
    ]

    private static let basic: [(method: Method, payload: String)] = [
        (.basicQos(BasicQos(prefetchBytes: 0, prefetchCount: 250, global: true)), "003C 000A 00000000 00FA 01"),
        (.basicQosOk, "003C 000B"),
        (
            .basicConsume(
                BasicConsume(
                    queue: "q", consumerTag: "t", noLocal: true, noAck: false, exclusive: true, noWait: false,
                    arguments: table)),
            "003C 0014 0000 01 \"q\" 01 \"t\" 05 00000004 01\"a\" 74 01"
        ),
        (.basicConsumeOk(BasicConsumeOk(consumerTag: "t")), "003C 0015 01 \"t\""),
        (.basicCancel(BasicCancel(consumerTag: "t", noWait: true)), "003C 001E 01 \"t\" 01"),
        (.basicCancelOk(BasicCancelOk(consumerTag: "t")), "003C 001F 01 \"t\""),
        (
            .basicPublish(BasicPublish(exchange: "ex", routingKey: "é", mandatory: false, immediate: true)),
            "003C 0028 0000 02 \"ex\" 02 C3A9 02"
        ),
        (
            .basicReturn(BasicReturn(replyCode: 312, replyText: "NO_ROUTE", exchange: "", routingKey: "k")),
            "003C 0032 0138 08 \"NO_ROUTE\" 00 01 \"k\""
        ),
        (
            .basicDeliver(
                BasicDeliver(consumerTag: "t", deliveryTag: 1 << 32, redelivered: true, exchange: "", routingKey: "k")),
            "003C 003C 01 \"t\" 0000000100000000 01 00 01 \"k\""
        ),
        (.basicGet(BasicGet(queue: "q", noAck: true)), "003C 0046 0000 01 \"q\" 01"),
        (
            .basicGetOk(
                BasicGetOk(deliveryTag: 2, redelivered: false, exchange: "ex", routingKey: "k", messageCount: 9)),
            "003C 0047 0000000000000002 00 02 \"ex\" 01 \"k\" 00000009"
        ),
        (.basicGetEmpty, "003C 0048 00"),
        (.basicAck(BasicAck(deliveryTag: .max, multiple: true)), "003C 0050 FFFFFFFFFFFFFFFF 01"),
        (.basicReject(BasicReject(deliveryTag: 5, requeue: true)), "003C 005A 0000000000000005 01"),
        (.basicRecoverAsync(BasicRecoverAsync(requeue: true)), "003C 0064 01"),
        (.basicRecover(BasicRecover(requeue: false)), "003C 006E 00"),
        (.basicRecoverOk, "003C 006F"),
        (.basicNack(BasicNack(deliveryTag: 6, multiple: false, requeue: true)), "003C 0078 0000000000000006 02"),
    ]

    private static let others: [(method: Method, payload: String)] = [
        (
            .accessRequest(AccessRequest(realm: "/data", exclusive: true, active: true, read: true)),
            "001E 000A 05 \"/data\" 15"
        ),
        (.accessRequestOk(AccessRequestOk(ticket: 1)), "001E 000B 0001"),
        (.confirmSelect(ConfirmSelect(noWait: true)), "0055 000A 01"),
        (.confirmSelectOk, "0055 000B"),
        (.txSelect, "005A 000A"),
        (.txSelectOk, "005A 000B"),
        (.txCommit, "005A 0014"),
        (.txCommitOk, "005A 0015"),
        (.txRollback, "005A 001E"),
        (.txRollbackOk, "005A 001F"),
    ]
}
