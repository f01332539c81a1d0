import AMQPProtocol
import Testing

@testable import AMQPBroker

@Suite struct LimitsTests {
    @Test func everythingCountableHasALimit() throws {
        var limits = VirtualHostLimits()
        limits.maxQueues = 2
        limits.maxExchanges = 7
        limits.maxBindings = 1
        limits.maxChannels = 2
        limits.maxConnections = 2
        let test = HostUnderTest(limits: limits)
        let channel = try test.channel()
        try test.queue("a", on: channel)
        try test.queue("b", on: channel)
        #expect(throws: Refusal.limit("queue", 2)) { try test.queue("c", on: channel) }
        try test.exchange("a", "direct")
        try test.exchange("b", "direct")
        #expect(throws: Refusal.limit("exchange", 7)) { try test.exchange("c", "direct") }
        try test.bind("a", "a", "k", on: channel)
        #expect(throws: Refusal.limit("binding", 1)) { try test.bind("b", "a", "k", on: channel) }
        _ = try test.channel()
        #expect(throws: Refusal(.notAllowed, "connection limit (2) is reached")) { try test.connect() }
        let connection = test.host.channels[channel].connection
        #expect(throws: Refusal(.notAllowed, "channel limit (2) is reached")) {
            try test.channel(3, on: connection)
        }
        // What goes makes room.
        _ = try test.host.delete(QueueDelete(queue: "a"), on: channel, now: test.now)
        try test.queue("c", on: channel)
        try test.bind("b", "a", "k", on: channel)
    }

    @Test func theMemoryAccountFollowsEveryWayOut() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        for queue in ["a", "b"] {
            try test.queue(queue, on: channel)
            try test.bind(queue, "amq.fanout", "", on: channel)
        }
        try test.publish("0123456789", to: "amq.fanout", "", on: channel)
        let cost = 10 + 2 + Message.overheadBytes
        #expect(test.host.memoryBytes == cost, "shared by both queues, counted once")
        try test.consume("a", on: channel)
        #expect(test.deliveries().count == 1)
        #expect(test.host.memoryBytes == cost)
        try test.settle(.ack, 1, on: channel)
        #expect(test.host.memoryBytes == cost)
        _ = try test.host.purge(QueuePurge(queue: "b"), on: channel)
        #expect(test.host.memoryBytes == 0)
        try test.publish("nobody wants it", "nowhere", on: channel)
        #expect(test.host.memoryBytes == 0)
    }

    @Test func slotsAreUsedAgainButNeverTheirNames() {
        struct Thing: Vacatable, Equatable {
            var number: Int
            static var vacant: Thing { Thing(number: -1) }
        }
        var map = SlotMap<Thing>()
        let first = map.insert(Thing(number: 1))
        #expect(map.remove(first) == Thing(number: 1))
        let second = map.insert(Thing(number: 2))
        #expect(first.index == second.index && first != second)
        #expect(!map.contains(first) && map.contains(second) && !map.contains(.none))
        map[second].number = 3
        #expect(map[second].number == 3 && map.count == 1 && map.ids == [second])
    }

    struct ArgumentCase: Sendable, CustomTestStringConvertible {
        let arguments: FieldTable
        let text: String
        var testDescription: String { text }
    }

    @Test(arguments: [
        ArgumentCase(arguments: ["x-message-ttl": .int32(-1)], text: "{value_negative,-1}"),
        ArgumentCase(arguments: ["x-message-ttl": .int64(315_360_000_001)], text: "{value_too_large,315360000001}"),
        ArgumentCase(arguments: ["x-expires": .int32(0)], text: "{value_zero,0}"),
        ArgumentCase(arguments: ["x-max-length": .string("1")], text: "\"expected integer, got longstr\""),
        ArgumentCase(arguments: ["x-max-priority": .int32(256)], text: "{max_value_exceeded,256}"),
        ArgumentCase(arguments: ["x-overflow": .string("explode")], text: "invalid_overflow"),
        ArgumentCase(arguments: ["x-dead-letter-routing-key": .string("k")], text: "routing_key_but_no_dlx_defined"),
        ArgumentCase(arguments: ["x-queue-type": .string("odd")], text: "\"unsupported queue type 'odd'\""),
        ArgumentCase(arguments: ["x-single-active-consumer": .int32(1)], text: "{unacceptable_type,signedint}"),
    ])
    func badArguments(test refused: ArgumentCase) throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        let name = try #require(refused.arguments.fields.first?.name)
        let text = "invalid arg '\(name)' for queue 'q' in vhost '/': \(refused.text)"
        #expect(throws: Refusal(.preconditionFailed, text)) { try test.queue("q", refused.arguments, on: channel) }
        #expect(test.count("q") == -1)
    }

    @Test func queueTypes() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        func declare(_ name: String, _ type: String, durable: Bool) throws {
            _ = try test.host.declare(
                QueueDeclare(queue: name, durable: durable, arguments: ["x-queue-type": .string(type)]), on: channel,
                now: test.now)
        }
        try declare("quorum", "quorum", durable: true)
        try declare("classic", "classic", durable: false)
        try test.queue("classic", on: channel)
        #expect(throws: Refusal.self) { try declare("transient quorum", "quorum", durable: false) }
        let error = #expect(throws: Refusal.self) { try declare("s", "stream", durable: true) }
        #expect(error?.code == .notImplemented)
    }
}
