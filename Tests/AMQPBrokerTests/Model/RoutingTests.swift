import AMQPProtocol
import Testing

@testable import AMQPBroker

@Suite struct RoutingTests {
    @Test(arguments: [
        ("a.b", "a.b", true), ("a.b", "a.c", false), ("a.b", "a", false), ("*", "a", true), ("*", "", false),
        ("*", "a.b", false), ("a.*", "a.b", true), ("a.*", "a", false), ("a.*", "a.", true), ("#", "", true),
        ("#", "a.b.c", true), ("a.#", "a", true), ("a.#", "a.b.c", true), ("a.#", "b", false), ("#.c", "c", true),
        ("#.c", "a.b.c", true), ("#.c", "a.c.b", false), ("a.#.z", "a.z", true), ("a.#.z", "a.b.c.z", true),
        ("a.#.z", "a.b.c", false), ("#.#", "", true), ("#.*", "a", true), ("#.*", "", false), ("*.#", "a.b", true),
        ("*.#", "", false), ("", "", true), ("", "a", false), ("a..b", "a..b", true), ("a.*.b", "a..b", true),
        ("#.a.#", "x.a.y", true), ("#.a.#", "x.y", false), ("*.*.*", "a.b.c", true), ("*.*.*", "a.b", false),
    ])
    func topicPatterns(pattern: String, key: String, matches: Bool) {
        var trie = TopicTrie<Int>()
        trie.insert(1, pattern: pattern)
        var found = 0
        trie.match(key) { _ in found += 1 }
        #expect((found > 0) == matches)
    }

    /// Tried one way after another, this would take longer than the universe has.
    @Test func manyHashesDoNotExplode() {
        var trie = TopicTrie<Int>()
        trie.insert(1, pattern: Array(repeating: "#.a", count: 60).joined(separator: ".") + ".b")
        trie.insert(2, pattern: Array(repeating: "#", count: 100).joined(separator: "."))
        var found: [Int] = []
        trie.match(Array(repeating: "a", count: 127).joined(separator: ".")) { found.append($0) }
        #expect(found == [2])
    }

    @Test(arguments: [
        ("direct", "k", ["k": true, "": false, "K": false]), ("fanout", "k", ["k": true, "": true, "other": true]),
        ("topic", "k.#", ["k": true, "k.x": true, "x": false]),
    ])
    func kinds(kind: String, bound: String, keys: [String: Bool]) throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.exchange("e", kind)
        try test.queue("q", on: channel)
        try test.bind("q", "e", bound, on: channel)
        for (key, isRouted) in keys {
            let outcome = try test.publish("m", to: "e", key, on: channel)
            #expect(outcome == (isRouted ? .accepted : .unroutable), "\(kind) \(key)")
            #expect(try test.drain("q", on: channel).count == (isRouted ? 1 : 0))
        }
    }

    struct HeaderCase: Sendable, CustomTestStringConvertible {
        let arguments: FieldTable
        let headers: FieldTable
        let matches: Bool
        var testDescription: String { "\(arguments.fields) ~ \(headers.fields)" }
    }

    @Test(arguments: [
        HeaderCase(arguments: ["a": .int32(1)], headers: ["a": .int64(1)], matches: true),
        HeaderCase(arguments: ["a": .int32(1)], headers: ["a": .int64(2)], matches: false),
        HeaderCase(arguments: ["a": .void], headers: ["a": .string("x")], matches: true),
        HeaderCase(arguments: ["a": .void], headers: [:], matches: false),
        HeaderCase(arguments: [:], headers: [:], matches: true),
        HeaderCase(arguments: ["x-match": .string("any")], headers: ["a": .int32(1)], matches: false),
        HeaderCase(
            arguments: ["x-match": .string("any"), "a": .int32(1), "b": .int32(2)], headers: ["b": .int32(2)],
            matches: true),
        HeaderCase(
            arguments: ["x-match": .string("all"), "a": .int32(1), "b": .int32(2)], headers: ["b": .int32(2)],
            matches: false),
        HeaderCase(arguments: ["x-own": .int32(1)], headers: [:], matches: true),
        HeaderCase(
            arguments: ["x-match": .string("all-with-x"), "x-own": .int32(1)], headers: [:], matches: false),
        HeaderCase(
            arguments: ["x-match": .string("any-with-x"), "x-own": .int32(1)], headers: ["x-own": .int32(1)],
            matches: true),
    ])
    func headerBindings(test: HeaderCase) {
        let binding = Binding(destination: .queue("q"), routingKey: "", arguments: test.arguments)
        #expect(binding.matches(test.headers) == test.matches)
    }

    @Test func aHeadersExchangeLooksAtEachMessage() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.queue("q", on: channel)
        try test.bind("q", "amq.headers", "", ["a": .int32(1)], on: channel)
        for (value, expected) in [(Int32(1), 1), (2, 0), (1, 1)] {
            try test.publish(
                "m", to: "amq.headers", "", .with { $0.headers = ["a": .int32(value)] }, on: channel)
            #expect(try test.drain("q", on: channel).count == expected)
        }
    }

    @Test func aQueueGetsOneCopyHoweverManyBindingsMatch() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.exchange("e", "topic")
        try test.exchange("inner", "fanout")
        try test.queue("q", on: channel)
        for key in ["#", "a.*", "a.b"] { try test.bind("q", "e", key, on: channel) }
        try test.bind("q", "inner", "", on: channel)
        try test.host.bind(ExchangeBind(destination: "inner", source: "e", routingKey: "#"))
        try test.publish("once", to: "e", "a.b", on: channel)
        #expect(try test.drain("q", on: channel) == ["once"])
    }

    @Test func exchangesMayBeBoundInACircle() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.exchange("a", "fanout")
        try test.exchange("b", "fanout")
        try test.host.bind(ExchangeBind(destination: "b", source: "a", routingKey: ""))
        try test.host.bind(ExchangeBind(destination: "a", source: "b", routingKey: ""))
        try test.queue("q", on: channel)
        try test.bind("q", "b", "", on: channel)
        try test.publish("m", to: "a", "", on: channel)
        #expect(try test.drain("q", on: channel) == ["m"])
    }

    @Test func theAlternateExchangeGetsWhatFindsNoQueue() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.exchange("rest", "fanout")
        try test.exchange("e", "direct", ["alternate-exchange": .string("rest")])
        try test.queue("q", on: channel)
        try test.queue("left", on: channel)
        try test.bind("q", "e", "k", on: channel)
        try test.bind("left", "rest", "", on: channel)
        try test.publish("routed", to: "e", "k", on: channel)
        try test.publish("not routed", to: "e", "x", on: channel)
        #expect(try test.drain("q", on: channel) == ["routed"])
        #expect(try test.drain("left", on: channel) == ["not routed"])
    }

    @Test func cachedRoutesFollowTheTopology() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        #expect(try test.publish("lost", "q", on: channel) == .unroutable)
        try test.queue("q", on: channel)
        #expect(try test.publish("kept", "q", on: channel) == .accepted)
        try test.exchange("e", "direct")
        #expect(try test.publish("lost", to: "e", "k", on: channel) == .unroutable)
        try test.bind("q", "e", "k", on: channel)
        #expect(try test.publish("kept too", to: "e", "k", on: channel) == .accepted)
        try test.host.unbind(QueueUnbind(queue: "q", exchange: "e", routingKey: "k"), on: channel)
        #expect(try test.publish("lost", to: "e", "k", on: channel) == .unroutable)
        try test.host.delete(ExchangeDelete(exchange: "e"))
        #expect(throws: Refusal.notFound(.exchange("e"))) { try test.publish("no", to: "e", "k", on: channel) }
        #expect(try test.drain("q", on: channel) == ["kept", "kept too"])
    }

    @Test func theCacheOfRoutesIsBounded() throws {
        var limits = VirtualHostLimits()
        limits.maxCachedRoutes = 10
        let test = HostUnderTest(limits: limits)
        let channel = try test.channel()
        for number in 0..<100 { try test.publish("m", to: "amq.topic", "key.\(number)", on: channel) }
        #expect(test.host.routes.count <= 10)
    }

    @Test func autoDeleteExchangesGoWithTheirLastBinding() throws {
        let test = HostUnderTest()
        let channel = try test.channel()
        try test.exchange("e", "direct", autoDelete: true)
        try test.exchange("source", "fanout", autoDelete: true)
        try test.host.bind(ExchangeBind(destination: "e", source: "source", routingKey: ""))
        try test.queue("q", on: channel)
        try test.bind("q", "e", "a", on: channel)
        try test.bind("q", "e", "b", on: channel)
        try test.host.unbind(QueueUnbind(queue: "q", exchange: "e", routingKey: "a"), on: channel)
        #expect(test.host.exchanges["e"] != nil)
        _ = try test.host.delete(QueueDelete(queue: "q"), on: channel, now: test.now)
        #expect(test.host.exchanges["e"] == nil)
        #expect(test.host.exchanges["source"] == nil, "its destination was its last binding")
        #expect(test.host.bindingCount == 0)
    }
}
