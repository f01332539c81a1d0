import AMQPClient
import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TopologySuite {
    /// Runs the body and expects a soft error of that code and method with a text that contains `words`.
    private func expectRefusal(
        _ code: ReplyCode, _ method: MethodID, _ words: String, on channel: AMQPChannel,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
            Issue.record("\(method) was not refused")
        } catch AMQPClientError.channelClosed(let gotCode, let text, let gotMethod) {
            #expect(gotCode == code)
            #expect(gotMethod == method)
            #expect(text.contains(words), "\(text)")
        }
        #expect(try await channel.eventLoop.submit { channel.isOpen }.get() == false)
    }

    @Test(arguments: SuiteServer.available)
    func declaresQueues(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let name = uniqueName("declare")
            let declared = try await channel.queueDeclare(name, exclusive: true)
            #expect(declared == QueueDeclareOk(queue: name, messageCount: 0, consumerCount: 0))
            #expect(try await channel.queueDeclare(name, exclusive: true) == declared)
            try await channel.confirmSelect()
            try await channel.publish(ByteBuffer(string: "x"), routingKey: name)
            #expect(try await channel.queueDeclare(name, passive: true).messageCount == 1)
            try await channel.consume(queue: name, noAck: true)
            #expect(try await channel.queueDeclare(name, passive: true).consumerCount == 1)
            let served = try await channel.queueDeclare(exclusive: true).queue
            #expect(served.hasPrefix("amq.gen"))
            let missing = try await connection.openChannel()
            try await expectRefusal(.notFound, .queueDeclare, "no queue", on: missing) {
                try await missing.queueDeclare(uniqueName("missing"), passive: true)
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func refusesOtherPropertiesOfTheSameQueue(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let name = uniqueName("mismatch")
            try await channel.queueDeclare(name, exclusive: true, arguments: ["x-max-length": .int32(5)])
            // The same number in another integer type is the same argument.
            try await channel.queueDeclare(name, exclusive: true, arguments: ["x-max-length": .int64(5)])
            let second = try await connection.openChannel()
            try await expectRefusal(.preconditionFailed, .queueDeclare, "x-max-length", on: second) {
                try await second.queueDeclare(name, exclusive: true, arguments: ["x-max-length": .int32(6)])
            }
            let third = try await connection.openChannel()
            try await expectRefusal(.preconditionFailed, .queueDeclare, "auto_delete", on: third) {
                try await third.queueDeclare(
                    name, exclusive: true, autoDelete: true, arguments: ["x-max-length": .int32(5)])
            }
            // The first channel did not suffer.
            #expect(try await channel.queueDeclare(name, passive: true).messageCount == 0)
        }
    }

    @Test(arguments: SuiteServer.available)
    func refusesReservedNamesAndBadArguments(_ server: SuiteServer) async throws {
        try await server.withConnection { connection in
            let first = try await connection.openChannel()
            try await expectRefusal(.accessRefused, .queueDeclare, "amq.", on: first) {
                try await first.queueDeclare("amq.mine")
            }
            let second = try await connection.openChannel()
            try await expectRefusal(.accessRefused, .exchangeDeclare, "amq.", on: second) {
                try await second.exchangeDeclare("amq.mine")
            }
            let third = try await connection.openChannel()
            try await expectRefusal(.preconditionFailed, .queueDeclare, "x-message-ttl", on: third) {
                try await third.queueDeclare(exclusive: true, arguments: ["x-message-ttl": .string("soon")])
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func declaresAndDeletesExchanges(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let name = uniqueName("exchange")
            try await channel.exchangeDeclare(name, kind: "topic")
            try await channel.exchangeDeclare(name, kind: "topic")
            try await channel.exchangeDeclare(name, passive: true)
            try await channel.exchangeDeclare("amq.topic", passive: true)
            let second = try await connection.openChannel()
            try await expectRefusal(.preconditionFailed, .exchangeDeclare, "type", on: second) {
                try await second.exchangeDeclare(name, kind: "fanout")
            }
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.queueBind(queue, exchange: name, routingKey: "#")
            let third = try await connection.openChannel()
            try await expectRefusal(.preconditionFailed, .exchangeDelete, "in use", on: third) {
                try await third.exchangeDelete(name, ifUnused: true)
            }
            try await channel.queueUnbind(queue, exchange: name, routingKey: "#")
            try await channel.exchangeDelete(name, ifUnused: true)
            let fourth = try await connection.openChannel()
            try await expectRefusal(.notFound, .exchangeDeclare, "no exchange", on: fourth) {
                try await fourth.exchangeDeclare(name, passive: true)
            }
            // Deleting what is not there is no error in RabbitMQ.
            try await channel.exchangeDelete(name)
            try await channel.queueDelete(uniqueName("missing"))
        }
    }

    @Test(arguments: SuiteServer.available)
    func refusesBindingsOfWhatIsNotThere(_ server: SuiteServer) async throws {
        try await server.withConnection { connection in
            let first = try await connection.openChannel()
            let queue = try await first.queueDeclare(exclusive: true).queue
            try await expectRefusal(.notFound, .queueBind, "no exchange", on: first) {
                try await first.queueBind(queue, exchange: uniqueName("missing"), routingKey: "k")
            }
            let second = try await connection.openChannel()
            try await expectRefusal(.notFound, .queueBind, "no queue", on: second) {
                try await second.queueBind(uniqueName("missing"), exchange: "amq.direct", routingKey: "k")
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func purgesAndDeletesWithCounts(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.confirmSelect()
            for _ in 0..<7 { try await channel.publish(ByteBuffer(string: "x"), routingKey: queue) }
            #expect(try await channel.queuePurge(queue) == 7)
            #expect(try await channel.queuePurge(queue) == 0)
            for _ in 0..<3 { try await channel.publish(ByteBuffer(string: "x"), routingKey: queue) }
            let second = try await connection.openChannel()
            try await expectRefusal(.preconditionFailed, .queueDelete, "not empty", on: second) {
                try await second.queueDelete(queue, ifEmpty: true)
            }
            #expect(try await channel.queueDelete(queue) == 3)
            let used = try await channel.queueDeclare(exclusive: true).queue
            try await channel.consume(queue: used)
            let third = try await connection.openChannel()
            try await expectRefusal(.preconditionFailed, .queueDelete, "in use", on: third) {
                try await third.queueDelete(used, ifUnused: true)
            }
            let fourth = try await connection.openChannel()
            try await expectRefusal(.notFound, .queuePurge, "no queue", on: fourth) {
                try await fourth.queuePurge(uniqueName("missing"))
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func exclusiveQueuesAreTheirConnectionsOwn(_ server: SuiteServer) async throws {
        try await server.withConnection { other in
            let name = uniqueName("exclusive")
            try await server.withChannel { channel, _ in
                try await channel.queueDeclare(name, exclusive: true)
                let stranger = try await other.openChannel()
                try await expectRefusal(.resourceLocked, .queueDeclare, "exclusive", on: stranger) {
                    try await stranger.queueDeclare(name, passive: true)
                }
            }
            // It went with its connection.
            _ = try await eventually("the queue's end") { () -> Bool? in
                let channel = try await other.openChannel()
                do {
                    try await channel.queueDeclare(name, passive: true)
                } catch AMQPClientError.channelClosed(.notFound, _, _) {
                    return true
                } catch AMQPClientError.channelClosed(.resourceLocked, _, _) {
                    return nil
                }
                return nil
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func autoDeleteQueuesGoWithTheirLastConsumer(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let name = uniqueName("auto-delete")
            try await channel.queueDeclare(name, autoDelete: true)
            let tag = try await channel.consume(queue: name)
            try await channel.cancel(tag)
            _ = try await eventually("the queue's end") { () -> Bool? in
                let probe = try await connection.openChannel()
                do {
                    try await probe.queueDeclare(name, passive: true)
                    await probe.close()
                    return nil
                } catch AMQPClientError.channelClosed(.notFound, _, _) {
                    return true
                }
            }
        }
    }
}
