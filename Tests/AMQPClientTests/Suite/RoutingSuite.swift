import AMQPClient
import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct RoutingSuite {
    /// Publishes the keys to the exchange and gives what each queue then holds, by body.
    private func route(
        _ keys: [String], to exchange: String, _ queues: [String], on channel: AMQPChannel
    ) async throws -> [[String]] {
        try await channel.confirmSelect()
        for key in keys { try await channel.publish(ByteBuffer(string: key), exchange: exchange, routingKey: key) }
        var held: [[String]] = []
        for queue in queues {
            var bodies: [String] = []
            while let message = try await channel.get(queue, noAck: true) {
                bodies.append(String(buffer: message.body))
                #expect(message.exchange == exchange)
                #expect(message.routingKey == String(buffer: message.body))
            }
            held.append(bodies)
        }
        return held
    }

    private func queues(_ count: Int, on channel: AMQPChannel) async throws -> [String] {
        var names: [String] = []
        for _ in 0..<count { names.append(try await channel.queueDeclare(exclusive: true).queue) }
        return names
    }

    @Test(arguments: SuiteServer.available)
    func routesDirectFanoutAndTopic(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            let names = try await queues(3, on: channel)
            let direct = uniqueName("direct")
            try await channel.exchangeDeclare(direct, kind: "direct", autoDelete: true)
            try await channel.queueBind(names[0], exchange: direct, routingKey: "a")
            try await channel.queueBind(names[1], exchange: direct, routingKey: "a")
            try await channel.queueBind(names[1], exchange: direct, routingKey: "b")
            try await channel.queueBind(names[1], exchange: direct, routingKey: "b")
            #expect(
                try await route(["a", "b", "c"], to: direct, names, on: channel) == [["a"], ["a", "b"], []])

            let fanout = uniqueName("fanout")
            try await channel.exchangeDeclare(fanout, kind: "fanout", autoDelete: true)
            for name in names.prefix(2) { try await channel.queueBind(name, exchange: fanout, routingKey: "ignored") }
            #expect(try await route(["x"], to: fanout, names, on: channel) == [["x"], ["x"], []])

            let topic = uniqueName("topic")
            try await channel.exchangeDeclare(topic, kind: "topic", autoDelete: true)
            try await channel.queueBind(names[0], exchange: topic, routingKey: "*.b.#")
            try await channel.queueBind(names[1], exchange: topic, routingKey: "#")
            try await channel.queueBind(names[2], exchange: topic, routingKey: "a.*")
            try await channel.queueBind(names[2], exchange: topic, routingKey: "#.c")
            let keys = ["a.b", "a.b.c", "b", "", "a", "x.b.y.z", "a.c"]
            #expect(
                try await route(keys, to: topic, names, on: channel)
                    == [["a.b", "a.b.c", "x.b.y.z"], keys, ["a.b", "a.b.c", "a.c"]])
        }
    }

    @Test(arguments: SuiteServer.available)
    func routesByHeaders(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            let names = try await queues(2, on: channel)
            let exchange = uniqueName("headers")
            try await channel.exchangeDeclare(exchange, kind: "headers", autoDelete: true)
            try await channel.queueBind(
                names[0], exchange: exchange,
                arguments: ["x-match": .string("all"), "lang": .string("fr"), "size": .int32(3)])
            try await channel.queueBind(
                names[1], exchange: exchange,
                arguments: ["x-match": .string("any"), "lang": .string("fr"), "size": .int32(3)])
            try await channel.confirmSelect()
            let messages: [(String, FieldTable)] = [
                ("both", ["lang": .string("fr"), "size": .int32(3), "more": .void]),
                ("one", ["lang": .string("fr"), "size": .int32(4)]), ("none", ["lang": .string("en")]), ("empty", [:]),
            ]
            for (body, headers) in messages {
                var properties = BasicProperties()
                properties.headers = headers
                try await channel.publish(
                    ByteBuffer(string: body), properties: properties, exchange: exchange, routingKey: "")
            }
            var held: [[String]] = []
            for name in names {
                var bodies: [String] = []
                while let message = try await channel.get(name, noAck: true) {
                    bodies.append(String(buffer: message.body))
                }
                held.append(bodies)
            }
            #expect(held == [["both"], ["both", "one"]])
        }
    }

    @Test(arguments: SuiteServer.available)
    func routesFromExchangeToExchange(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            let names = try await queues(1, on: channel)
            let (source, destination) = (uniqueName("source"), uniqueName("destination"))
            try await channel.exchangeDeclare(source, kind: "topic")
            try await channel.exchangeDeclare(destination, kind: "fanout", autoDelete: true, isInternal: true)
            try await channel.exchangeBind(destination: destination, source: source, routingKey: "a.#")
            try await channel.queueBind(names[0], exchange: destination)
            #expect(try await route(["a.b", "b.a"], to: source, names, on: channel) == [["a.b"]])
            try await channel.exchangeUnbind(destination: destination, source: source, routingKey: "a.#")
            #expect(try await route(["a.b"], to: source, names, on: channel) == [[]])
            try await channel.exchangeDelete(source)
        }
    }

    @Test(arguments: SuiteServer.available)
    func fallsBackToTheAlternateExchange(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, _ in
            let names = try await queues(1, on: channel)
            let (main, alternate) = (uniqueName("main"), uniqueName("alternate"))
            try await channel.exchangeDeclare(alternate, kind: "fanout")
            try await channel.exchangeDeclare(
                main, kind: "direct", arguments: ["alternate-exchange": .string(alternate)])
            try await channel.queueBind(names[0], exchange: alternate)
            try await channel.confirmSelect()
            try await channel.publish(ByteBuffer(string: "lost"), exchange: main, routingKey: "none", mandatory: true)
            let message = try #require(try await channel.get(names[0], noAck: true))
            #expect(message.exchange == main)
            #expect(recorder.now.returned.isEmpty)
            try await channel.exchangeDelete(main)
            try await channel.exchangeDelete(alternate)
        }
    }

    @Test(arguments: SuiteServer.available)
    func returnsMandatoryMessagesBeforeTheirConfirm(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, _ in
            try await channel.confirmSelect()
            var properties = BasicProperties()
            properties.messageID = "lost-1"
            let outcome = try await channel.publish(
                ByteBuffer(string: "lost"), properties: properties, exchange: "amq.direct",
                routingKey: uniqueName("nowhere"), mandatory: true)
            #expect(outcome == .confirmed)
            let returned = try #require(recorder.now.returned.first)
            #expect(returned.replyCode == .noRoute)
            #expect(returned.exchange == "amq.direct")
            #expect(returned.properties.messageID == "lost-1")
            #expect(returned.body == ByteBuffer(string: "lost"))
            // Without the flag it is dropped, and confirmed as well.
            #expect(try await channel.publish(ByteBuffer(), routingKey: uniqueName("nowhere")) == .confirmed)
            #expect(recorder.now.returned.count == 1)
        }
    }

    @Test(arguments: SuiteServer.available)
    func publishingToAMissingExchangeEndsTheChannel(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let name = uniqueName("missing")
            try await channel.confirmSelect()
            do {
                try await channel.publish(ByteBuffer(string: "x"), exchange: name, routingKey: "k")
                Issue.record("taken")
            } catch AMQPClientError.channelClosed(let code, let text, let method) {
                #expect(code == .notFound)
                #expect(text.contains(name))
                #expect(method == .basicPublish)
            }
            // The connection lives on.
            _ = try await connection.openChannel().queueDeclare(exclusive: true)
        }
    }
}
