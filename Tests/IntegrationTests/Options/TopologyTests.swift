import AMQPClient
import AMQPProtocol
import Drivers
import LoadGenerator
import LoadMetrics
import Testing

/// An exchange, queues and routes as a scenario writes them, and which queue then gets how much.
struct RoutingCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Below `topology:`.
    var topology: String
    /// Below `load:`.
    var load = "mandatory: true"
    /// Messages in each queue of 600, by the queue's name without the test's prefix.
    var expected: [String: ClosedRange<Int>]
    /// Messages that no queue takes.
    var returned: UInt64 = 0
}

@Suite("Topologies and routing")
struct TopologyTests {
    static let routings = [
        RoutingCase(
            testDescription: "many queues, by message", topology: "incoming: {name: '${Q}-%02d', count: 6, from: 9}",
            expected: Dictionary(uniqueKeysWithValues: (9...14).map { ($0 < 10 ? "-0\($0)" : "-\($0)", 60...140) })),
        RoutingCase(
            testDescription: "many queues, by connection", topology: "incoming: {name: '${Q}-%d', count: 3}",
            load: "connections: 6, routing: connection",
            expected: ["-1": 200...200, "-2": 200...200, "-3": 200...200]),
        RoutingCase(
            testDescription: "a direct exchange, each queue by its name",
            topology: "exchange: {name: '${Q}', auto_delete: true}, incoming: {name: '${Q}-%d', count: 2}",
            expected: ["-1": 240...360, "-2": 240...360]),
        RoutingCase(
            testDescription: "a fanout exchange",
            topology: "exchange: {name: '${Q}', type: fanout}, incoming: {name: '${Q}-%d', count: 2}",
            expected: ["-1": 600...600, "-2": 600...600]),
        RoutingCase(
            testDescription: "a topic exchange with named keys",
            topology: """
                exchange: {name: "${Q}", type: topic}, incoming: {name: "${Q}-%d", count: 2},
                bindings: [{queue: "${Q}-1", key: "*.eu"}, {queue: "${Q}-2", key: "#"}]
                """,
            load: "routing_keys: [a.eu, a.us, b.us]", expected: ["-1": 140...260, "-2": 600...600]),
        RoutingCase(
            testDescription: "a headers exchange",
            topology: """
                exchange: {name: "${Q}", type: headers}, incoming: {name: "${Q}-%d", count: 2},
                bindings: [
                  {queue: "${Q}-1", arguments: {x-match: all, region: eu, level: 3}},
                  {queue: "${Q}-2", arguments: {x-match: all, region: us}}]
                """,
            load: "headers: {region: eu, level: 3}", expected: ["-1": 600...600, "-2": 0...0]),
        RoutingCase(
            testDescription: "no bindings", topology: "exchange: {name: '${Q}'}, bindings: [], incoming: '${Q}-1'",
            expected: ["-1": 0...0], returned: 600),
    ]

    @Test("messages reach the queues they are meant for", arguments: routings, OptionServer.available)
    func routing(routing: RoutingCase, server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let ending = try await experiment.run(topology: routing.topology, load: routing.load)
        #expect(ending.outcome.phases[0].books.confirmed == 600)
        #expect(ending.outcome.phases[0].books.returned == routing.returned)
        let isQueued = routing.returned == 0
        #expect(ending.notes.count == (isQueued ? 1 : 0), "\(ending.notes)")
        var total = 0
        for (suffix, range) in routing.expected {
            if range.upperBound == 0 {
                #expect(try await !experiment.exists(experiment.prefix + suffix), "it is empty, so it was deleted")
                continue
            }
            let found = try await experiment.drain(experiment.prefix + suffix).count
            #expect(range.contains(found), "\(suffix): \(found)")
            total += found
        }
        #expect(ending.outcome.stillQueued == UInt64(total))
        try await experiment.deleteExchange()
    }

    @Test("random routing keys, as many as asked for", arguments: OptionServer.available)
    func randomKeys(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        _ = try await experiment.run(
            topology: "exchange: {name: '${Q}', type: topic}, incoming: '${Q}-1', bindings: [{key: '#'}]",
            load: "routing_keys: 20")
        let keys = try await experiment.drain("\(experiment.prefix)-1").map(\.routingKey)
        #expect(keys.count == 600 && Set(keys).count == 20)
        try await experiment.deleteExchange()
    }

    /// Keys of a queue, and the arguments its declaration must then have had.
    static let optionArguments: [(keys: String, arguments: FieldTable, rabbitMQOnly: Bool)] = [
        ("lazy: true", ["x-queue-mode": .string("lazy")], false),
        ("priorities: 9", ["x-max-priority": .int64(9)], false),
        ("message_ttl: 90s, expires: 1h", ["x-message-ttl": .int64(90_000), "x-expires": .int64(3_600_000)], false),
        (
            "max_length: 1k, max_length_bytes: 1MiB, overflow: reject-publish",
            [
                "x-max-length": .int64(1000), "x-max-length-bytes": .int64(1_048_576),
                "x-overflow": .string("reject-publish"),
            ], false
        ),
        (
            "type: quorum, max_length: 1M, message_ttl: 1d",
            [
                "x-queue-type": .string("quorum"), "x-max-length": .int64(1_000_000),
                "x-message-ttl": .int64(86_400_000),
            ], false
        ),
        (
            "type: quorum, leader_locator: balanced",
            ["x-queue-type": .string("quorum"), "x-queue-leader-locator": .string("balanced")], true
        ),
        (
            "type: stream, max_age: 7h, max_length_bytes: 1GiB, leader_locator: client-local",
            [
                "x-queue-type": .string("stream"), "x-max-age": .string("25200s"),
                "x-max-length-bytes": .int64(1_073_741_824), "x-queue-leader-locator": .string("client-local"),
            ], true
        ),
        ("arguments: {x-single-active-consumer: true}", ["x-single-active-consumer": .bool(true)], false),
    ]

    @Test("queue options become arguments", arguments: optionArguments.indices, OptionServer.available)
    func queueOptions(index: Int, server: OptionServer) async throws {
        let (keys, arguments, rabbitMQOnly) = Self.optionArguments[index]
        guard server == .rabbitMQ || !rabbitMQOnly else { return }
        let experiment = try await Experiment(server)
        let queue = "\(experiment.prefix)-1"
        let ending = try await experiment.run(topology: "incoming: {name: '${Q}-1', \(keys)}")
        #expect(ending.outcome.phases[0].books.confirmed == 600)
        #expect(ending.outcome.stillQueued == 600)
        var expected = arguments
        if arguments["x-queue-type"] != .string("stream") {
            expected["x-dead-letter-exchange"] = .string("")
            expected["x-dead-letter-routing-key"] = .string("\(experiment.prefix)-bad")
        }
        // The same arguments are taken again, and any one less is not: the broker compares them.
        try await experiment.withChannel { _ = try await $0.queueDeclare(queue, durable: true, arguments: expected) }
        for name in arguments.fields.map(\.name) where name != "x-queue-leader-locator" {
            var other = expected
            other[name] = nil
            await #expect(throws: AMQPClientError.self, "\(name)") {
                try await experiment.withChannel { [other] channel in
                    _ = try await channel.queueDeclare(queue, durable: true, arguments: other)
                }
            }
        }
        try await experiment.withChannel { _ = try await $0.queueDelete(queue) }
    }

    @Test("a full queue that refuses, counted", arguments: OptionServer.available)
    func fullQueue(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let ending = try await experiment.run(
            topology: "incoming: {name: '${Q}-1', max_length: 50, overflow: reject-publish}",
            load: "confirm_window: 1")
        #expect(ending.outcome.phases[0].books.nacked == 550)
        #expect(try await experiment.drain("\(experiment.prefix)-1").count == 50)
    }

    @Test("queues that go with their last consumer leave no question open", arguments: OptionServer.available)
    func autoDelete(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let ending = try await experiment.run(
            topology: "incoming: {name: '${Q}-%d', count: 2, auto_delete: true}"
        ) {
            try await experiment.withChannel { channel in
                _ = try await channel.consume(queue: "\(experiment.prefix)-1", tag: "t")
                try await channel.cancel("t")
            }
        }
        #expect((240...360).contains(ending.outcome.phases[0].books.returned))
        let left = try await experiment.drain("\(experiment.prefix)-2").count
        #expect(ending.outcome.stillQueued == UInt64(left))
    }

    @Test("workers share many queues, and none is forgotten", arguments: [2, 5])
    func workers(queues: Int) async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(
                rate: 200, seconds: 2,
                more: "topology: {incoming: {name: 'in-%02d', count: \(queues)}}\nthresholds: [processed == 100%]")
            let outcome = try await rafale("run", file, "--set", "workers.count=3", "--set", "workers.prefetch=4")
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(result.books.processed == 400)
        }
    }

    @Test("what exists already is used and left; what does not is named", arguments: OptionServer.available)
    func predeclared(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let queue = "\(experiment.prefix)-1"
        let topology = "declare: false, exchange: {name: '${Q}', type: fanout}, incoming: '${Q}-1'"
        for (what, declare) in [
            ("queue \(queue)", { @Sendable channel in _ = try await channel.queueDeclare(queue) }),
            (
                "exchange \(experiment.prefix)",
                { @Sendable in try await $0.exchangeDeclare(experiment.prefix, kind: "fanout") }
            ),
        ] as [(String, @Sendable (AMQPChannel) async throws -> Void)] {
            let error = await #expect(throws: DriverError.self) { _ = try await experiment.run(topology: topology) }
            #expect(error?.kind == .precondition)
            #expect(error?.description.hasPrefix("\(what) does not exist") == true, "\(error?.description ?? "")")
            try await experiment.withChannel(declare)
        }
        let ending = try await experiment.run(topology: topology)
        #expect(ending.notes.isEmpty && ending.outcome.phases[0].books.returned == 600, "nothing is bound by the run")
        #expect(try await experiment.exists(queue))
        #expect(try await !experiment.exists("\(experiment.prefix)-bad"))
        try await experiment.withChannel { _ = try await $0.queueDelete(queue) }
        try await experiment.deleteExchange()
    }
}

extension Experiment {
    /// Sends 600 small messages; results, which nobody reads, have queues of the test's own.
    func run(
        topology: String, load: String = "mandatory: true", during: () async throws -> Void = {}
    ) async throws -> Ending {
        try await run(
            """
            broker: {url: "\(uri)"}
            phases: [{rate: 6k/s, count: 600}]
            mix: {opaque: 1}
            topology: {processed: "${Q}-out", failed: "${Q}-bad", \(topology)}
            load: {\(load)}
            """, during: during)
    }

    /// Whether there is such a queue.
    func exists(_ queue: String) async throws -> Bool {
        do {
            try await withChannel { _ = try await $0.queueDeclare(queue, passive: true) }
            return true
        } catch let error as AMQPClientError {
            if case .channelClosed(.notFound, _, _) = error { return false }
            throw error
        }
    }

    /// Deletes the exchange that has the test's prefix for a name, where the run left it.
    func deleteExchange() async throws {
        try await withChannel { channel in try? await channel.exchangeDelete(prefix) }
    }
}
