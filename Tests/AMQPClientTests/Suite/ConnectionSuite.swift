import AMQPClient
import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConnectionSuite {
    @Test(arguments: SuiteServer.available)
    func negotiatesLimits(_ server: SuiteServer) async throws {
        try await server.withConnection {
            $0.channelMax = 5
            $0.frameMaxBytes = 8192
            $0.heartbeat = .seconds(7)
            $0.connectionName = "limits"
        } _: { connection in
            #expect(connection.tune == ConnectionLimits(channelMax: 5, frameMaxBytes: 8192, heartbeatSeconds: 7))
            #expect(connection.serverProduct != "unknown")
            #expect(connection.serverVersion != "unknown")
            // Frames are split for those limits, and what comes back is put together again.
            let channel = try await connection.openChannel()
            let queue = try await channel.queueDeclare(exclusive: true).queue
            let body = ByteBuffer(repeating: 9, count: 30_000)
            try await channel.publish(body, routingKey: queue)
            let message = try await eventually("the message") { try await channel.get(queue, noAck: true) }
            #expect(message.body == body)
            for _ in 2...5 { _ = try await connection.openChannel() }
            await #expect(throws: AMQPClientError.noFreeChannel(maximum: 5)) { try await connection.openChannel() }
        }
    }

    @Test(arguments: SuiteServer.available)
    func leavesLimitsToTheServer(_ server: SuiteServer) async throws {
        try await server.withConnection {
            $0.channelMax = 0
            $0.frameMaxBytes = 0
            $0.heartbeat = .zero
        } _: { connection in
            #expect(connection.tune.channelMax > 0)
            #expect(connection.tune.frameMaxBytes == 0 || connection.tune.frameMaxBytes >= 4096)
        }
    }

    @Test(arguments: SuiteServer.available)
    func refusesAWrongPassword(_ server: SuiteServer) async throws {
        var configuration = try await server.configuration()
        configuration.credentials = .plain(user: "guest", password: "s3cret")
        do {
            _ = try await AMQPConnection.connect(configuration, on: anyLoop(), logger: quiet)
            Issue.record("let in")
        } catch {
            guard case .refusedCredentials(_, user: "guest", let text) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(text.contains("ACCESS_REFUSED"))
            #expect(!"\(error)".contains("s3cret"))
        }
    }

    @Test(arguments: SuiteServer.available)
    func refusesAnUnknownVirtualHost(_ server: SuiteServer) async throws {
        var configuration = try await server.configuration()
        configuration.virtualHost = "nowhere"
        do {
            _ = try await AMQPConnection.connect(configuration, on: anyLoop(), logger: quiet)
            Issue.record("let in")
        } catch {
            guard case .refusedVirtualHost(name: "nowhere", let text) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(text.contains("nowhere"))
        }
    }

    @Test func refusesAClosedPort() async throws {
        let port = try freePort()
        await #expect(throws: AMQPClientError.connectionRefused(address: "127.0.0.1:\(port)")) {
            try await AMQPConnection.connect(
                AMQPConfiguration(host: "127.0.0.1", port: port), on: anyLoop(), logger: quiet)
        }
    }

    @Test func refusesAnUnknownHost() async {
        await #expect(throws: AMQPClientError.unknownHost("no-such-host.invalid")) {
            try await AMQPConnection.connect(
                AMQPConfiguration(host: "no-such-host.invalid"), on: anyLoop(), logger: quiet)
        }
    }

    @Test(arguments: SuiteServer.available)
    func speaksOnManyChannels(_ server: SuiteServer) async throws {
        try await server.withConnection { connection in
            try await withThrowingTaskGroup(of: UInt16.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let channel = try await connection.openChannel()
                        let queue = try await channel.queueDeclare(exclusive: true, autoDelete: true).queue
                        try await channel.confirmSelect()
                        try await channel.publish(ByteBuffer(string: "\(index)"), routingKey: queue)
                        let message = try await eventually("message \(index)") { try await channel.get(queue) }
                        #expect(String(buffer: message.body) == "\(index)")
                        channel.ack(message.deliveryTag)
                        await channel.close()
                        return channel.number
                    }
                }
                for try await number in group { #expect((1...100).contains(number)) }
            }
            // Closed numbers are used again.
            #expect(try await connection.openChannel().number <= 100)
        }
    }

    @Test(arguments: SuiteServer.available)
    func countsBytes(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let before = connection.bytes
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.confirmSelect()
            try await channel.publish(ByteBuffer(repeating: 1, count: 5000), routingKey: queue)
            _ = try await channel.get(queue, noAck: true)
            #expect(connection.bytes.sent > before.sent + 5000)
            #expect(connection.bytes.received > before.received + 5000)
        }
    }

    @Test(arguments: SuiteServer.available)
    func aHardErrorEndsTheConnectionWithTheServersWords(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            var properties = BasicProperties()
            properties.contentType = "text/plain"
            // `immediate` is what RabbitMQ no longer knows.
            let template = try PublishTemplate(
                exchange: "", routingKey: queue, properties: properties, body: [], frameMaxBytes: 4096)
            var bytes = template.bytes
            let bits = template.bytes.firstIndex(of: AMQP.frameEnd).map { $0 - 1 }
            bytes[try #require(bits)] = 2
            let frames = ByteBuffer(bytes: bytes)
            _ = try await channel.eventLoop.submit { channel.writePublishes(frames, count: 1) }.get()
            let reason = await connection.waitUntilClosed()
            guard case .failed(.connectionClosed(let code, let text, let method)) = reason else {
                Issue.record("ended otherwise: \(reason)")
                return
            }
            #expect(code == .notImplemented)
            #expect(text.contains("immediate"))
            #expect(method == .basicPublish)
            await #expect(throws: AMQPClientError.self) { try await connection.openChannel() }
        }
    }
}
