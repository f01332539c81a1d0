import AMQPProtocol
import NIOCore
import NIOEmbedded
import Testing

@testable import AMQPClient

@Suite(.timeLimit(.minutes(1))) struct ChannelTrafficTests {
    private func expect(_ recorder: Recorder, _ bodies: [String]) {
        let messages = recorder.now.messages
        #expect(messages.map(\.text) == bodies)
        for (index, message) in messages.enumerated() {
            let tag = UInt64(index + 1)
            #expect(message.deliveryTag == tag)
            #expect(message.redelivered == (tag % 2 == 0))
            #expect(message.consumerTag == "c")
            #expect(message.exchange == "e")
            #expect(message.routingKey == "k")
            #expect(message.properties.messageID == "m\(tag)")
            #expect(message.properties.headers?["x-number"] == .int64(Int64(tag)))
        }
    }

    @Test func manyDeliveriesInOneReadAreOneBatch() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        _ = try await wire.openChannel(delegate: recorder)
        try await wire.server((1...100).flatMap { Wire.delivery(UInt64($0), "body \($0)") })
        expect(recorder, (1...100).map { "body \($0)" })
        #expect(recorder.now.reads == 1)
    }

    @Test func deliveriesSurviveAnyCut() async throws {
        let bodies = ["", "first", String(repeating: "x", count: 9000), "last"]
        let frames = bodies.enumerated().flatMap { index, body in
            Wire.delivery(UInt64(index + 1), body, pieces: 4088)
        }
        let bytes = try Wire.bytes(frames)
        var cuts = Array(stride(from: 1, to: bytes.readableBytes, by: 97))
        cuts += Array(1..<400)
        for cut in cuts {
            let wire = try await Wire.open()
            let recorder = Recorder()
            _ = try await wire.openChannel(delegate: recorder)
            var rest = bytes
            let head = rest.readSlice(length: cut) ?? ByteBuffer()
            try await wire.channel.writeInbound(head)
            try await wire.channel.writeInbound(rest)
            expect(recorder, bodies)
        }
    }

    @Test func deliveriesComeByteByByte() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        _ = try await wire.openChannel(delegate: recorder)
        let bodies = ["one", "", "three", String(repeating: "y", count: 50)]
        let frames = bodies.enumerated().flatMap { Wire.delivery(UInt64($0 + 1), $1, pieces: 20) }
        for byte in try Wire.bytes(frames).readableBytesView {
            try await wire.channel.writeInbound(ByteBuffer(bytes: [byte]))
        }
        expect(recorder, bodies)
    }

    @Test func contentMayBeMixedWithOtherChannels() async throws {
        let wire = try await Wire.open()
        let recorders = [Recorder(), Recorder()]
        let first = try await wire.openChannel(1, delegate: recorders[0])
        _ = try await wire.openChannel(2, delegate: recorders[1])
        let one = Wire.delivery(1, "abcdef", pieces: 2, on: 1)
        let two = Wire.delivery(1, "uvwxyz", pieces: 3, on: 2)
        try await wire.server([one[0], two[0], two[1], one[1], one[2], two[2], one[3], .heartbeat, two[3], one[4]])
        expect(recorders[0], ["abcdef"])
        expect(recorders[1], ["uvwxyz"])
        #expect(first.number == 1)
    }

    @Test func keptBodiesOutliveTheRead() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        _ = try await wire.openChannel(delegate: recorder)
        for tag in 1...20 {
            // Each read ends in the middle of the next delivery.
            var bytes = try Wire.bytes(Wire.delivery(UInt64(tag), "body \(tag)"))
            let half = bytes.readSlice(length: 30) ?? ByteBuffer()
            try await wire.channel.writeInbound(half)
            try await wire.channel.writeInbound(bytes)
        }
        expect(recorder, (1...20).map { "body \($0)" })
    }

    @Test func settlementsOfOneReadAreOneWrite() async throws {
        final class Acker: AMQPChannelDelegate {
            func channel(_ channel: AMQPChannel, received delivery: borrowing Delivery) {
                switch delivery.deliveryTag % 3 {
                case 0: channel.ack(delivery.deliveryTag)
                case 1: channel.nack(delivery.deliveryTag, multiple: true, requeue: true)
                default: channel.reject(delivery.deliveryTag, requeue: false)
                }
            }
        }
        let wire = try await Wire.open()
        _ = try await wire.openChannel(delegate: Acker())
        try await wire.server((1...6).flatMap { Wire.delivery(UInt64($0), "") })
        #expect(
            try await wire.nextSent() == [
                .method(.basicNack(BasicNack(deliveryTag: 1, multiple: true, requeue: true)), on: 1),
                .method(.basicReject(BasicReject(deliveryTag: 2, requeue: false)), on: 1),
                .method(.basicAck(BasicAck(deliveryTag: 3)), on: 1),
                .method(.basicNack(BasicNack(deliveryTag: 4, multiple: true, requeue: true)), on: 1),
                .method(.basicReject(BasicReject(deliveryTag: 5, requeue: false)), on: 1),
                .method(.basicAck(BasicAck(deliveryTag: 6)), on: 1),
            ])
    }

    @Test func settlementsComeFromAnyThread() async throws {
        let wire = try await Wire.open()
        let channel = try await wire.openChannel()
        channel.settle((1...5).map { RawSettlement(.ack, deliveryTag: UInt64($0)) })
        var sent: [Frame] = []
        while sent.count < 5 { sent += try await wire.nextSent() }
        #expect(sent == (1...5).map { .method(.basicAck(BasicAck(deliveryTag: UInt64($0))), on: 1) })
    }

    @Test func publishesWholeFramesAndCountsTags() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        let channel = try await wire.openChannel(delegate: recorder)
        try await wire.call(answer: .confirmSelectOk) { try await channel.confirmSelect() }
        var template = try PublishTemplate(
            exchange: "", routingKey: "q", properties: BasicProperties(), body: Array("hello".utf8),
            frameMaxBytes: channel.frameMaxBytes)
        template.setChannel(channel.number)
        let frames = ByteBuffer(bytes: template.bytes + template.bytes)
        let tags = try await wire.channel.testingEventLoop.executeInContext {
            [channel.writePublishes(frames, count: 2), channel.writePublishes(frames, count: 2)]
        }
        #expect(tags == [1, 3])
        #expect(try await wire.nextSent().count == 6)
        try await wire.server(
            .method(.basicAck(BasicAck(deliveryTag: 3, multiple: true)), on: 1),
            .method(.basicNack(BasicNack(deliveryTag: 4)), on: 1))
        #expect(
            recorder.now.confirms == [
                .init(tag: 3, multiple: true, nack: false), .init(tag: 4, multiple: false, nack: true),
            ])
        #expect(recorder.now.reads == 1)
    }

    @Test func awaitsConfirmsSingleAndMultiple() async throws {
        let wire = try await Wire.open()
        let channel = try await wire.openChannel()
        try await wire.call(answer: .confirmSelectOk) { try await channel.confirmSelect() }
        var publishes: [Task<PublishOutcome, any Error>] = []
        for number in 1...4 {
            publishes.append(Task { try await channel.publish(ByteBuffer(string: "\(number)"), routingKey: "q") })
            #expect(try await wire.nextSent().count == 3)
        }
        try await wire.server(.method(.basicNack(BasicNack(deliveryTag: 3)), on: 1))
        try await wire.server(.method(.basicAck(BasicAck(deliveryTag: 2, multiple: true)), on: 1))
        try await wire.server(.method(.basicAck(BasicAck(deliveryTag: 0, multiple: true)), on: 1))
        var outcomes: [PublishOutcome] = []
        for publish in publishes { outcomes.append(try await publish.value) }
        #expect(outcomes == [.confirmed, .confirmed, .refused, .confirmed])
    }

    @Test func splitsABodyOverFrames() async throws {
        let wire = try await Wire.open()
        let channel = try await wire.openChannel()
        let body = ByteBuffer(repeating: 7, count: 10_000)
        let publish = Task { try await channel.publish(body, exchange: "e", routingKey: "k", mandatory: true) }
        let frames = try await wire.nextSent()
        #expect(try await publish.value == .sent)
        #expect(
            frames[0]
                == .method(.basicPublish(BasicPublish(exchange: "e", routingKey: "k", mandatory: true)), on: 1))
        let sizes = frames.dropFirst(2).map { frame in
            if case .body(let piece) = frame.payload { piece.readableBytes } else { -1 }
        }
        #expect(sizes == [4088, 4088, 1824])
    }

    @Test func aSoftErrorEndsItsChannelOnly() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        let channel = try await wire.openChannel(1, delegate: recorder)
        let other = try await wire.openChannel(2)
        let calls = [
            Task { try await channel.queueDeclare("a").queue }, Task { try await channel.queueDeclare("b").queue },
        ]
        var sent: [Frame] = []
        while sent.count < 2 { sent += try await wire.nextSent() }
        try await wire.server(
            .method(
                .channelClose(
                    ChannelClose(
                        replyCode: 406, replyText: "PRECONDITION_FAILED - other arguments", failingClassID: 50,
                        failingMethodID: 10)), on: 1))
        #expect(try await wire.nextSent() == [.method(.channelCloseOk, on: 1)])
        let expected = AMQPClientError.channelClosed(
            .preconditionFailed, text: "PRECONDITION_FAILED - other arguments", method: .queueDeclare)
        for call in calls { await #expect(throws: expected) { try await call.value } }
        #expect(recorder.now.closed == [.failed(expected)])
        await #expect(throws: expected) { try await channel.queuePurge("a") }
        await #expect(throws: expected) { try await channel.publish(ByteBuffer(), routingKey: "q") }
        channel.ack(1)
        await channel.close()
        #expect(await channel.waitUntilClosed() == .failed(expected))
        let purged = try await wire.call(answer: .queuePurgeOk(QueuePurgeOk(messageCount: 3)), on: 2) {
            try await other.queuePurge("q")
        }
        #expect(purged == 3)
        #expect(try await wire.openChannel(1).number == 1)
    }

    @Test func bringsBackReturnedAndFetchedMessages() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        let channel = try await wire.openChannel(delegate: recorder)
        let header = Frame(channel: 1, .header(ContentHeader(bodyBytes: 4, properties: BasicProperties())))
        let body = Frame(channel: 1, .body(ByteBuffer(string: "back")))
        try await wire.server(
            .method(
                .basicReturn(BasicReturn(replyCode: 312, replyText: "NO_ROUTE", exchange: "e", routingKey: "k")), on: 1),
            header, body)
        #expect(
            recorder.now.returned == [
                ReturnedMessage(
                    replyCode: .noRoute, replyText: "NO_ROUTE", exchange: "e", routingKey: "k",
                    properties: BasicProperties(), body: ByteBuffer(string: "back"))
            ])
        let fetch = Task { try await channel.get("q") }
        _ = try await wire.nextSent()
        try await wire.server(
            .method(
                .basicGetOk(
                    BasicGetOk(deliveryTag: 5, redelivered: true, exchange: "e", routingKey: "k", messageCount: 2)),
                on: 1), header, body)
        let message = try #require(try await fetch.value)
        #expect(message.deliveryTag == 5)
        #expect(message.messageCount == 2)
        #expect(message.body == ByteBuffer(string: "back"))
        let nothing = try await wire.call(answer: .basicGetEmpty) { try await channel.get("q") }
        #expect(nothing == nil)
    }

    @Test func heedsCancelAndFlow() async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        let channel = try await wire.openChannel(delegate: recorder)
        try await wire.server(.method(.basicCancel(BasicCancel(consumerTag: "c", noWait: true)), on: 1))
        #expect(recorder.now.cancelled == ["c"])
        try await wire.server(.method(.channelFlow(ChannelFlow(active: false)), on: 1))
        #expect(try await wire.nextSent() == [.method(.channelFlowOk(ChannelFlowOk(active: false)), on: 1)])
        let publish = Task { try await channel.publish(ByteBuffer(string: "late"), routingKey: "q") }
        await wire.channel.testingEventLoop.run()
        #expect(try await wire.channel.readOutbound(as: ByteBuffer.self) == nil)
        try await wire.server(.method(.channelFlow(ChannelFlow(active: true)), on: 1))
        var sent: [Frame] = []
        while sent.count < 4 { sent += try await wire.nextSent() }
        #expect(try await publish.value == .sent)
    }

    @Test(arguments: [
        (
            [
                Frame(channel: 1, .header(ContentHeader(bodyBytes: 2, properties: BasicProperties()))),
                Frame(channel: 1, .body(ByteBuffer(string: "abc"))),
            ], ReplyCode.frameError
        ),
        ([Frame.method(.basicQosOk, on: 1)], .unexpectedFrame),
        ([Frame(channel: 1, .body(ByteBuffer(string: "abc")))], .unexpectedFrame),
        (
            [Frame(channel: 1, .header(ContentHeader(classID: 10, bodyBytes: 2, properties: BasicProperties())))],
            .unexpectedFrame
        ),
    ]) func brokenContentEndsTheConnection(frames: [Frame], code: ReplyCode) async throws {
        let wire = try await Wire.open()
        _ = try await wire.openChannel(delegate: Recorder())
        let deliver = BasicDeliver(consumerTag: "c", deliveryTag: 1, exchange: "", routingKey: "")
        try await wire.server([.method(.basicDeliver(deliver), on: 1)] + frames)
        guard case .failed(.wire(let error)) = await wire.ending() else {
            Issue.record("ended otherwise")
            return
        }
        #expect(error.replyCode == code)
    }

    @Test(arguments: [1, 2, 3, 4]) func closesInTheMiddleOfAMessage(cut: Int) async throws {
        let wire = try await Wire.open()
        let recorder = Recorder()
        let channel = try await wire.openChannel(delegate: recorder)
        let frames = Wire.delivery(1, String(repeating: "z", count: 9000), pieces: 4088)
        try await wire.server(Array(frames.prefix(cut)))
        let closing = Task { await channel.close() }
        _ = try await wire.nextSent()
        try await wire.server(Array(frames.dropFirst(cut)) + Wire.delivery(2, "late"))
        try await wire.server(.method(.channelCloseOk, on: 1))
        await closing.value
        #expect(recorder.now.messages == [])
        #expect(recorder.now.closed == [.byClient])
        #expect(wire.connection.closeReason == nil)
        #expect(try await wire.openChannel(1).number == 1)
    }

    @Test func whatCannotBeEncodedFailsOnlyItsCall() async throws {
        let wire = try await Wire.open()
        let channel = try await wire.openChannel()
        let name = String(repeating: "n", count: 300)
        await #expect(throws: AMQPClientError.self) { try await channel.queueDeclare(name) }
        await #expect(throws: AMQPClientError.self) { try await channel.publish(ByteBuffer(), routingKey: name) }
        let purged = try await wire.call(answer: .queuePurgeOk(QueuePurgeOk(messageCount: 0))) {
            try await channel.queuePurge("q")
        }
        #expect(purged == 0)
    }
}
