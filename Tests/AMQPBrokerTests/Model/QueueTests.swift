import AMQPProtocol
import Testing

@testable import AMQPBroker

@Suite struct QueueTests {
    @Test func messagesComeInOrderAndGoBackToTheirPlace() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        for body in ["a", "b", "c", "d", "e"] { try test.publish(body, "q", on: channel) }
        for _ in 0..<4 { _ = try test.get("q", noAck: false, on: channel) }
        try test.settle(.nack, 3, requeue: true, on: channel)
        try test.settle(.reject, 1, requeue: true, on: channel)
        try test.settle(.nack, 4, multiple: true, requeue: true, on: channel)
        var redelivered: [Bool] = []
        var bodies: [String] = []
        while let fetched = try test.get("q", on: channel) {
            redelivered.append(fetched.entry.redelivered)
            bodies.append(fetched.entry.message.text)
        }
        #expect(bodies == ["a", "b", "c", "d", "e"])
        #expect(redelivered == [true, true, true, true, false])
    }

    @Test func prioritiesComeFirstAndOldOnesFirstAmongEquals() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", ["x-max-priority": .int32(5)], on: channel)
        for (body, priority) in [("1", UInt8(1)), ("5", 5), ("0", 0), ("9", 9), ("5 too", 5)] {
            try test.publish(body, "q", .with { $0.priority = priority }, on: channel)
        }
        try test.publish("none", "q", on: channel)
        #expect(try test.drain("q", on: channel) == ["5", "9", "5 too", "1", "0", "none"])
    }

    struct LimitCase: Sendable, CustomTestStringConvertible {
        let arguments: FieldTable
        let kept: [String]
        let refused: Int
        let dead: [String]
        var testDescription: String { "\(arguments.fields)" }
    }

    @Test(arguments: [
        LimitCase(arguments: ["x-max-length": .int32(2)], kept: ["d", "e"], refused: 0, dead: ["aaaa", "bbb", "cc"]),
        LimitCase(arguments: ["x-max-length": .int32(0)], kept: [], refused: 0, dead: ["aaaa", "bbb", "cc", "d", "e"]),
        LimitCase(
            arguments: ["x-max-length-bytes": .int32(4)], kept: ["cc", "d", "e"], refused: 0, dead: ["aaaa", "bbb"]),
        LimitCase(
            arguments: ["x-max-length": .int32(2), "x-overflow": .string("drop-head")], kept: ["d", "e"], refused: 0,
            dead: ["aaaa", "bbb", "cc"]),
        LimitCase(
            arguments: ["x-max-length": .int32(2), "x-overflow": .string("reject-publish")], kept: ["aaaa", "bbb"],
            refused: 3, dead: []),
        LimitCase(
            arguments: ["x-max-length": .int32(2), "x-overflow": .string("reject-publish-dlx")],
            kept: ["aaaa", "bbb"], refused: 3, dead: ["cc", "d", "e"]),
    ])
    func limits(test limit: LimitCase) throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("dead", on: channel)
        var arguments = limit.arguments
        arguments["x-dead-letter-exchange"] = .string("")
        arguments["x-dead-letter-routing-key"] = .string("dead")
        try test.queue("q", arguments, on: channel)
        var refused = 0
        for body in ["aaaa", "bbb", "cc", "d", "e"]
        where try test.publish(body, "q", on: channel) == .refused { refused += 1 }
        #expect(try test.drain("q", on: channel) == limit.kept)
        #expect(refused == limit.refused)
        #expect(try test.drain("dead", on: channel) == limit.dead)
    }

    @Test func aWaitingConsumerComesBeforeALimit() throws {
        for overflow in ["drop-head", "reject-publish"] {
            let test = HostUnderTest()
            let channel = try test.channel()
            try test.queue("q", ["x-max-length": .int32(1), "x-overflow": .string(overflow)], on: channel)
            try test.consume("q", noAck: true, on: channel)
            for number in 0..<5 {
                #expect(try test.publish("\(number)", "q", on: channel) == .accepted)
            }
            #expect(test.deliveredBodies() == ["0", "1", "2", "3", "4"])
        }
    }

    @Test func messagesExpireByQueueAndByThemselves() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", ["x-message-ttl": .int32(100)], on: channel)
        try test.publish("queue's", "q", on: channel)
        try test.publish("own", "q", .with { $0.expiration = "50" }, on: channel)
        try test.publish("longer than the queue's", "q", .with { $0.expiration = "500" }, on: channel)
        #expect(test.host.nextDeadlineNanoseconds == test.now.nanoseconds + 50_000_000)
        test.advance(milliseconds: 60)
        #expect(test.count("q") == 3, "a message expires at the head only")
        #expect(test.host.nextDeadlineNanoseconds == test.now.nanoseconds + 40_000_000)
        test.advance(milliseconds: 40)
        #expect(test.count("q") == 0)
        #expect(test.host.counters.expired == 3)
        #expect(test.host.memoryBytes == 0)
        #expect(test.host.nextDeadlineNanoseconds == .max)
    }

    @Test func aTimeToLiveOfZeroReachesWaitingConsumersOnly() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        try test.publish("nobody waits", "q", .with { $0.expiration = "0" }, on: channel)
        #expect(test.count("q") == 0)
        try test.consume("q", noAck: true, on: channel)
        try test.publish("somebody waits", "q", .with { $0.expiration = "0" }, on: channel)
        #expect(test.deliveredBodies() == ["somebody waits"])
    }

    @Test func aDeliveredMessageDoesNotExpireUntilItIsBack() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", ["x-message-ttl": .int32(10)], on: channel)
        try test.publish("m", "q", on: channel)
        _ = try test.get("q", noAck: false, on: channel)
        test.advance(milliseconds: 50)
        #expect(test.host.counters.expired == 0)
        try test.settle(.nack, 1, requeue: true, on: channel)
        test.advance(milliseconds: 0)
        #expect(test.host.counters.expired == 1)
    }

    @Test func aQueueThatNobodyUsesExpires() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", ["x-expires": .int32(100)], on: channel)
        test.advance(milliseconds: 90)
        _ = try test.get("q", on: channel)
        test.advance(milliseconds: 90)
        let tag = try test.consume("q", on: channel)
        test.advance(milliseconds: 500)
        #expect(test.count("q") == 0, "it has a consumer")
        test.host.cancel(tag, on: channel, now: test.now)
        test.advance(milliseconds: 99)
        #expect(test.count("q") == 0)
        test.advance(milliseconds: 1)
        #expect(test.count("q") == -1)
    }

    @Test func purgeAndDeleteCount() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        for body in ["a", "b", "c"] { try test.publish(body, "q", on: channel) }
        _ = try test.get("q", noAck: false, on: channel)
        #expect(try test.host.purge(QueuePurge(queue: "q"), on: channel) == 2)
        try test.settle(.nack, 1, requeue: true, on: channel)
        #expect(throws: Refusal.notEmpty(.queue("q"))) {
            try test.host.delete(QueueDelete(queue: "q", ifEmpty: true), on: channel, now: test.now)
        }
        let tag = try test.consume("q", on: channel)
        #expect(throws: Refusal.inUse(.queue("q"))) {
            try test.host.delete(QueueDelete(queue: "q", ifUnused: true), on: channel, now: test.now)
        }
        test.host.cancel(tag, on: channel, now: test.now)
        #expect(try test.host.delete(QueueDelete(queue: "q", ifUnused: true), on: channel, now: test.now) == 1)
        #expect(try test.host.delete(QueueDelete(queue: "q"), on: channel, now: test.now) == 0)
        #expect(test.host.memoryBytes == 0)
    }

    @Test func consumersOfADeletedQueueAreTold() throws {
        let test = HostUnderTest()
        let connection = try test.connect()
        let channel = try test.channel(7, on: connection)
        try test.queue("q", on: channel)
        try test.consume("q", tag: "t", on: channel)
        try test.publish("m", "q", on: channel)
        #expect(test.deliveries().count == 1)
        _ = try test.host.delete(QueueDelete(queue: "q"), on: channel, now: test.now)
        #expect(test.host.notices == [.consumerCancelled(connection: connection, channel: 7, tag: "t")])
        // Its deliveries may still be settled, to no effect.
        try test.settle(.nack, 1, requeue: true, on: channel)
        #expect(test.host.memoryBytes == 0)
        #expect(test.host.consumers.count == 0)
    }

    @Test func serverNamedQueuesAreUniqueAndRemembered() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        let first = try test.host.declare(QueueDeclare(queue: ""), on: channel, now: test.now)
        let second = try test.host.declare(QueueDeclare(queue: ""), on: channel, now: test.now)
        #expect([first.queue, second.queue] == ["amq.gen-1", "amq.gen-2"])
        try test.host.bind(QueueBind(queue: "", exchange: "amq.direct", routingKey: ""), on: channel)
        try test.publish("m", to: "amq.direct", "amq.gen-2", on: channel)
        #expect(try test.drain("", on: channel) == ["m"])
        let other = try test.channel()
        #expect(throws: Refusal(.notFound, "no previously declared queue")) { try test.get("", on: other) }
    }
}

@Suite struct DeadLetterTests {
    private func deaths(_ message: Message) -> [FieldTable] {
        guard case .array(let values)? = message.decodeProperties().headers?["x-death"] else { return [] }
        return values.compactMap { if case .table(let table) = $0 { table } else { nil } }
    }

    @Test func deathsAreRecordedNewestFirstAndCounted() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("dead", on: channel)
        let letters: FieldTable = [
            "x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string("dead"),
        ]
        try test.queue("q", letters, on: channel)
        try test.queue("other", letters, on: channel)
        try test.publish(
            "m", "q",
            .with {
                $0.expiration = "10"
                $0.headers = ["mine": .int32(1)]
                $0.messageID = "id"
            }, on: channel)
        test.advance(milliseconds: 10)
        let first = try #require(try test.get("dead", on: channel)).entry.message
        let properties = first.decodeProperties()
        #expect(first.text == "m" && properties.messageID == "id" && properties.headers?["mine"] == .int32(1))
        #expect(properties.expiration == nil)
        #expect(
            deaths(first) == [
                [
                    "count": .int64(1), "reason": .string("expired"), "queue": .string("q"),
                    "time": .timestamp(1_700_000_000), "exchange": .string(""),
                    "routing-keys": .array([.string("q")]), "original-expiration": .string("10"),
                ]
            ])
        #expect(properties.headers?["x-first-death-reason"] == .string("expired"))
        #expect(properties.headers?["x-first-death-queue"] == .string("q"))
        #expect(properties.headers?["x-first-death-exchange"] == .string(""))
        var latest = first
        for expected in [[("other", 1), ("q", 1)], [("other", 2), ("q", 1)]] {
            try test.publish("m", "other", latest.decodeProperties(), on: channel)
            let fetched = try #require(try test.get("other", noAck: false, on: channel))
            try test.settle(.reject, fetched.deliveryTag, on: channel)
            latest = try #require(try test.get("dead", on: channel)).entry.message
            #expect(deaths(latest).map { $0["queue"]?.string } == expected.map(\.0))
            #expect(deaths(latest).map { $0["count"]?.integer } == expected.map { Int64($0.1) })
            #expect(latest.decodeProperties().headers?["x-first-death-reason"] == .string("expired"))
        }
        #expect(test.host.memoryBytes == 0)
    }

    @Test func anAutomaticCycleEndsAndARejectedOneGoesOn() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        let itself: FieldTable = ["x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string("q")]
        var expiring = itself
        expiring["x-message-ttl"] = .int32(10)
        try test.queue("q", expiring, on: channel)
        try test.publish("m", "q", on: channel)
        test.advance(milliseconds: 10)
        #expect(test.count("q") == 0)
        _ = try test.host.delete(QueueDelete(queue: "q"), on: channel, now: test.now)
        try test.queue("q", itself, on: channel)
        try test.publish("m", "q", on: channel)
        for round in 1...3 {
            let fetched = try #require(try test.get("q", noAck: false, on: channel))
            #expect(deaths(fetched.entry.message).first?["count"]?.integer ?? 0 == Int64(round - 1))
            try test.settle(.nack, fetched.deliveryTag, on: channel)
        }
        #expect(test.count("q") == 1)
    }

    @Test func withoutItsExchangeADeadLetterIsGone() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", ["x-dead-letter-exchange": .string("nowhere"), "x-max-length": .int32(0)], on: channel)
        #expect(try test.publish("m", "q", on: channel) == .accepted)
        #expect(test.host.memoryBytes == 0)
        #expect(test.host.counters.deadLettered == 0)
    }

    @Test func theKeyIsKeptWhereTheQueueNamesNone() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.exchange("dlx", "topic")
        try test.queue("dead", on: channel)
        try test.bind("dead", "dlx", "some.#", on: channel)
        try test.queue("q", ["x-dead-letter-exchange": .string("dlx"), "x-max-length": .int32(0)], on: channel)
        try test.exchange("e", "fanout")
        try test.bind("q", "e", "", on: channel)
        try test.publish("m", to: "e", "some.key", on: channel)
        let dead = try #require(try test.get("dead", on: channel)).entry.message
        #expect(dead.route.exchange == "dlx" && dead.route.routingKey == "some.key")
        #expect(deaths(dead).first?["exchange"] == .string("e"))
    }
}
