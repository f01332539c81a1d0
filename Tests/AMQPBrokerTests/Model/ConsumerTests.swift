import AMQPProtocol
import Testing

@testable import AMQPBroker

@Suite struct ConsumerTests {
    @Test func prefetchIsPerConsumerAndRestoredByAcks() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        for number in 1...10 { try test.publish("\(number)", "q", on: channel) }
        try test.host.setPrefetch(BasicQos(prefetchBytes: 0, prefetchCount: 3), on: channel)
        try test.consume("q", on: channel)
        #expect(test.deliveredBodies() == ["1", "2", "3"])
        #expect(test.deliveredBodies() == [])
        try test.settle(.ack, 2, on: channel)
        #expect(test.deliveredBodies() == ["4"])
        try test.settle(.ack, 4, multiple: true, on: channel)
        #expect(test.deliveredBodies() == ["5", "6", "7"])
        try test.settle(.nack, 0, multiple: true, on: channel)
        #expect(test.deliveredBodies() == ["8", "9", "10"])
        #expect(throws: Refusal(.notImplemented, "prefetch_size!=0 (1)")) {
            try test.host.setPrefetch(BasicQos(prefetchBytes: 1, prefetchCount: 0), on: channel)
        }
    }

    @Test func globalPrefetchIsSharedByTheChannel() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        for queue in ["a", "b"] {
            try test.queue(queue, on: channel)
            for number in 1...5 { try test.publish("\(queue)\(number)", queue, on: channel) }
        }
        try test.host.setPrefetch(BasicQos(prefetchBytes: 0, prefetchCount: 4, global: true), on: channel)
        try test.consume("a", on: channel)
        try test.consume("b", on: channel)
        #expect(test.deliveries().count == 4)
        try test.settle(.ack, 4, multiple: true, on: channel)
        #expect(test.deliveries().count == 4)
        try test.host.setPrefetch(BasicQos(prefetchBytes: 0, prefetchCount: 0, global: true), on: channel)
        #expect(test.deliveries().count == 2)
    }

    @Test func consumersTakeTurnsWithinTheHighestPriority() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        for (tag, priority) in [("low", Int32(-1)), ("a", 5), ("b", 5)] {
            try test.consume("q", tag: tag, ["x-priority": .int32(priority)], on: channel)
        }
        for number in 1...6 { try test.publish("\(number)", "q", on: channel) }
        let tags = test.deliveries().map { test.host.consumers[$0.consumer].tag }
        #expect(tags == ["a", "b", "a", "b", "a", "b"])
    }

    @Test func aSingleActiveConsumerIsFollowedByTheNext() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", ["x-single-active-consumer": .bool(true)], on: channel)
        for tag in ["a", "b"] { try test.consume("q", tag: tag, noAck: true, on: channel) }
        for number in 1...3 { try test.publish("\(number)", "q", on: channel) }
        #expect(test.deliveries().map { test.host.consumers[$0.consumer].tag } == ["a", "a", "a"])
        test.host.cancel("a", on: channel, now: test.now)
        try test.publish("4", "q", on: channel)
        #expect(test.deliveries().map { test.host.consumers[$0.consumer].tag } == ["b"])
    }

    @Test func aFullSocketAndAStoppedChannelGetNothing() throws {
        let test = HostUnderTest()
        let connection = try test.connect()
        let channel = try test.channel(on: connection)
        try test.queue("q", on: channel)
        try test.consume("q", noAck: true, on: channel)
        test.host.setWritable(false, connection)
        try test.publish("m", "q", on: channel)
        #expect(test.deliveries().isEmpty)
        test.host.setWritable(true, connection)
        #expect(test.deliveries().count == 1)
        test.host.setFlow(false, channel)
        try test.publish("m", "q", on: channel)
        #expect(test.deliveries().isEmpty)
        test.host.setFlow(true, channel)
        #expect(test.deliveries().count == 1)
    }

    @Test func oneDispatchIsBounded() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        try test.consume("q", noAck: true, on: channel)
        for _ in 0..<10 { try test.publish("0123456789", "q", on: channel) }
        #expect(test.dispatch(count: 3, bytes: 1000))
        #expect(test.host.deliveries.count == 3)
        #expect(test.dispatch(count: 100, bytes: 15))
        #expect(test.host.deliveries.count == 5)
        #expect(!test.dispatch(count: 100, bytes: 1000))
        #expect(test.host.deliveries.count == 10)
    }

    @Test func exclusiveAndRepeatedTagsAreRefused() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        try test.consume("q", tag: "t", exclusive: true, on: channel)
        let inUse = Refusal(.accessRefused, "queue 'q' in vhost '/' in exclusive use")
        #expect(throws: inUse) { try test.consume("q", on: channel) }
        #expect(throws: Refusal(.notAllowed, "attempt to reuse consumer tag 't'")) {
            try test.consume("q", tag: "t", on: channel)
        }
        test.host.cancel("t", on: channel, now: test.now)
        test.host.cancel("unknown tags are no error", on: channel, now: test.now)
        try test.consume("q", on: channel)
        #expect(throws: inUse) { try test.consume("q", exclusive: true, on: channel) }
    }

    @Test func aClosedConnectionGivesBackAndTakesItsOwnAlong() throws {
        let test = HostUnderTest()
        let connection = try test.connect()
        let channel = try test.channel(on: connection)
        let other = try test.channel()
        try test.queue("shared", on: other)
        try test.queue("mine", exclusive: true, on: channel)
        try test.queue("auto", autoDelete: true, on: channel)
        #expect(throws: Refusal.locked("mine")) { try test.get("mine", on: other) }
        for body in ["a", "b", "c"] { try test.publish(body, "shared", on: channel) }
        try test.publish("m", "mine", on: channel)
        try test.consume("auto", on: channel)
        try test.consume("shared", on: channel)
        #expect(test.deliveries().count == 3)
        #expect(test.count("shared") == 0)
        test.host.disconnect(connection, now: test.now)
        #expect(test.count("shared") == 3)
        #expect(test.count("mine") == -1)
        #expect(test.count("auto") == -1)
        let again = try #require(try test.get("shared", on: other))
        #expect(again.entry.message.text == "a" && again.entry.redelivered)
        #expect(test.host.consumers.count == 0 && test.host.channels.count == 1 && test.host.connections.count == 1)
    }

    @Test func recoverGivesEverythingBack() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        for body in ["a", "b"] { try test.publish(body, "q", on: channel) }
        try test.consume("q", on: channel)
        #expect(test.deliveredBodies() == ["a", "b"])
        try test.host.recover(requeue: true, on: channel)
        let again = test.deliveries()
        #expect(again.map(\.message.text) == ["a", "b"] && again.allSatisfy(\.redelivered))
        #expect(again.map(\.deliveryTag) == [3, 4])
        #expect(throws: Refusal(.notImplemented, "requeue=false")) {
            try test.host.recover(requeue: false, on: channel)
        }
    }
}

@Suite struct SettlingTests {
    @Test(arguments: [
        (RawSettlement.Kind.ack, UInt64(9), false), (.ack, 9, true), (.nack, 9, false), (.nack, 9, true),
        (.reject, 9, false), (.ack, 1, false), (.ack, 1, true), (.ack, 0, false),
    ])
    func tagsThatAreNotOpenAreRefused(kind: RawSettlement.Kind, tag: UInt64, multiple: Bool) throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        for body in ["a", "b", "c"] {
            try test.publish(body, "q", on: channel)
            _ = try test.get("q", noAck: false, on: channel)
        }
        try test.settle(.ack, 1, on: channel)
        #expect(throws: Refusal.unknownDeliveryTag(tag)) {
            try test.settle(kind, tag, multiple: multiple, on: channel)
        }
        #expect(test.host.channels[channel].unacked.count == 2)
        // Everything at once is never an error, even where there is nothing.
        try test.settle(.ack, 0, multiple: true, on: channel)
        try test.settle(.ack, 0, multiple: true, on: channel)
        #expect(test.host.memoryBytes == 0)
    }

    @Test func holesAmongTheUnsettledClose() {
        var open = UnackedDeliveries()
        let message = Message.make(
            route: Route(exchange: "", routingKey: ""), properties: .init(start: nil, count: 0), bodyBytes: 0)
        for _ in 0..<1000 {
            open.append(
                Unacked(
                    deliveryTag: open.takeTag(), queue: .none, consumer: nil,
                    entry: QueuedMessage(message: message, position: 0, expiresAtNanoseconds: .max, redelivered: false))
            )
        }
        for tag in stride(from: UInt64(2), through: 1000, by: 2) { #expect(open.remove(tag)?.deliveryTag == tag) }
        for tag in stride(from: UInt64(2), through: 1000, by: 2) {
            #expect(!open.contains(tag))
            #expect(open.remove(tag) == nil)
        }
        #expect(open.count == 500)
        #expect(open.removeFirst(through: 3)?.deliveryTag == 1)
        #expect(open.removeFirst(through: 3)?.deliveryTag == 3)
        #expect(open.removeFirst(through: 3) == nil)
        #expect(open.removeAll().map(\.deliveryTag) == Array(stride(from: UInt64(5), through: 999, by: 2)).reversed())
        #expect(open.count == 0)
    }

    @Test func confirmsAreJoinedAroundNacks() {
        var confirmations = Confirmations()
        for (tag, isNack) in [(1, false), (2, false), (3, true), (4, true), (5, false), (6, false), (7, false)] {
            confirmations.settle(UInt64(tag), isNack: isNack)
        }
        #expect(
            confirmations.take() == [
                .init(tag: 2, isMultiple: true, isNack: false), .init(tag: 3, isMultiple: false, isNack: true),
                .init(tag: 4, isMultiple: false, isNack: true), .init(tag: 7, isMultiple: true, isNack: false),
            ])
        #expect(confirmations.take() == [])
    }

    @Test func everyPublishOfAConfirmChannelIsNumbered() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", ["x-max-length": .int32(1), "x-overflow": .string("reject-publish")], on: channel)
        try test.publish("before", "q", on: channel)
        _ = try test.drain("q", on: channel)
        try test.host.selectConfirms(on: channel)
        #expect(try test.publish("kept", "q", on: channel) == .accepted)
        #expect(try test.publish("no queue", "nowhere", on: channel) == .unroutable)
        #expect(try test.publish("refused", "q", on: channel) == .refused)
        #expect(
            test.host.channels[channel].confirmations.runs == [
                .init(tag: 2, isMultiple: true, isNack: false), .init(tag: 3, isMultiple: false, isNack: true),
            ])
        #expect(throws: Refusal(.preconditionFailed, "cannot switch from confirm to tx mode")) {
            try test.host.selectTransaction(on: channel)
        }
    }

    @Test func transactionsHoldPublishesAndSettlementsBack() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        try test.publish("first", "q", on: channel)
        try test.host.selectTransaction(on: channel)
        #expect(throws: Refusal(.preconditionFailed, "cannot switch from tx to confirm mode")) {
            try test.host.selectConfirms(on: channel)
        }
        try test.publish("second", "q", on: channel)
        try test.publish("lost", "nowhere", mandatory: true, on: channel)
        _ = try test.get("q", noAck: false, on: channel)
        try test.settle(.ack, 1, on: channel)
        #expect(throws: Refusal.unknownDeliveryTag(1)) { try test.settle(.ack, 1, on: channel) }
        #expect(test.count("q") == 0)
        try test.host.rollback(channel)
        #expect(test.host.channels[channel].unacked.contains(1), "the ack was rolled back")
        try test.publish("second", "q", on: channel)
        try test.publish("lost", "nowhere", mandatory: true, on: channel)
        try test.settle(.nack, 1, requeue: true, on: channel)
        let returned = try test.host.commit(channel, now: test.now)
        #expect(returned.map(\.text) == ["lost"])
        #expect(try test.drain("q", on: channel) == ["first", "second"])
        #expect(test.host.memoryBytes == 0)
        let plain = try test.channel()
        for operation in [{ _ = try test.host.commit(plain, now: test.now) }, { try test.host.rollback(plain) }] {
            #expect(throws: Refusal(.preconditionFailed, "channel is not transactional")) { try operation() }
        }
    }

    @Test func aTransactionEndsWithItsChannel() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        try test.publish("m", "q", on: channel)
        try test.host.selectTransaction(on: channel)
        _ = try test.get("q", noAck: false, on: channel)
        try test.settle(.ack, 1, on: channel)
        try test.publish("never committed", "q", on: channel)
        test.host.closeChannel(channel, now: test.now)
        let other = try test.channel()
        #expect(try test.drain("q", on: other) == ["m"])
        #expect(test.host.memoryBytes == 0)
    }
}
