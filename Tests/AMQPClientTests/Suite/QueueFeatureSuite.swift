import AMQPClient
import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct QueueFeatureSuite {
    private func bodies(_ queue: String, on channel: AMQPChannel) async throws -> [String] {
        var bodies: [String] = []
        while let message = try await channel.get(queue, noAck: true) { bodies.append(String(buffer: message.body)) }
        return bodies
    }

    private func count(_ queue: String, on channel: AMQPChannel) async throws -> UInt32 {
        try await channel.queueDeclare(queue, passive: true).messageCount
    }

    @Test(arguments: SuiteServer.available)
    func messagesExpire(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            try await channel.confirmSelect()
            let short = try await channel.queueDeclare(exclusive: true, arguments: ["x-message-ttl": .int32(100)]).queue
            let plain = try await channel.queueDeclare(exclusive: true).queue
            var expiring = BasicProperties()
            expiring.expiration = "100"
            try await channel.publish(ByteBuffer(string: "queue's"), routingKey: short)
            try await channel.publish(ByteBuffer(string: "its own"), properties: expiring, routingKey: plain)
            try await channel.publish(ByteBuffer(string: "stays"), routingKey: plain)
            _ = try await eventually("the end of two messages") {
                let counts = (try await count(short, on: channel), try await count(plain, on: channel))
                return counts == (0, 1) ? true : nil
            }
            #expect(try await bodies(plain, on: channel) == ["stays"])
            // TTL 0: delivered at once or never.
            var now = BasicProperties()
            now.expiration = "0"
            try await channel.publish(ByteBuffer(string: "never"), properties: now, routingKey: plain)
            #expect(try await bodies(plain, on: channel) == [])
            var bad = BasicProperties()
            bad.expiration = "soon"
            do {
                try await channel.publish(ByteBuffer(), properties: bad, routingKey: plain)
                Issue.record("taken")
            } catch AMQPClientError.channelClosed(let code, let text, _) {
                #expect(code == .preconditionFailed)
                #expect(text.contains("expiration"))
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func deadLettersTellTheirStory(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            try await channel.confirmSelect()
            let dead = try await channel.queueDeclare(exclusive: true).queue
            let name = uniqueName("work")
            try await channel.queueDeclare(
                name, exclusive: true,
                arguments: [
                    "x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string(dead),
                    "x-message-ttl": .int32(300), "x-max-length": .int32(2),
                ])
            var properties = BasicProperties()
            properties.messageID = "m-1"
            properties.headers = ["x-rafale-intended": .int64(42)]
            try await channel.publish(ByteBuffer(string: "rejected"), properties: properties, routingKey: name)
            let rejected = try #require(try await channel.get(name))
            channel.reject(rejected.deliveryTag)
            let letter = try await eventually("the dead letter") { try await channel.get(dead, noAck: true) }
            #expect(letter.body == ByteBuffer(string: "rejected"))
            #expect(letter.properties.messageID == "m-1")
            #expect(letter.routingKey == dead)
            let headers = try #require(letter.properties.headers)
            #expect(headers["x-rafale-intended"] == .int64(42))
            #expect(headers["x-first-death-reason"] == .string("rejected"))
            #expect(headers["x-first-death-queue"] == .string(name))
            #expect(headers["x-first-death-exchange"] == .string(""))
            guard case .array(let deaths)? = headers["x-death"], case .table(let death)? = deaths.first else {
                Issue.record("no x-death")
                return
            }
            #expect(death["count"]?.integer == 1)
            #expect(death["reason"] == .string("rejected"))
            #expect(death["queue"] == .string(name))
            #expect(death["exchange"] == .string(""))
            #expect(death["routing-keys"] == .array([.string(name)]))
            guard case .timestamp? = death["time"] else {
                Issue.record("no time of death")
                return
            }
            // The oldest falls out of a full queue, the others expire.
            for body in ["1", "2", "3"] { try await channel.publish(ByteBuffer(string: body), routingKey: name) }
            var reasons: [String: String] = [:]
            _ = try await eventually("three dead letters") { () -> Bool? in
                while let message = try await channel.get(dead, noAck: true) {
                    reasons[String(buffer: message.body)] =
                        message.properties.headers?["x-first-death-reason"]?.string
                }
                return reasons.count == 3 ? true : nil
            }
            #expect(reasons == ["1": "maxlen", "2": "expired", "3": "expired"])
        }
    }

    @Test(arguments: SuiteServer.available)
    func countsTheDeathsOfAMessageThatComesBack(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            try await channel.confirmSelect()
            let (work, wait) = (uniqueName("work"), uniqueName("wait"))
            try await channel.queueDeclare(
                work, exclusive: true,
                arguments: ["x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string(wait)])
            try await channel.queueDeclare(
                wait, exclusive: true,
                arguments: [
                    "x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string(work),
                    "x-message-ttl": .int32(20),
                ])
            try await channel.publish(ByteBuffer(string: "again"), routingKey: work)
            for round in 1...3 {
                let message = try await eventually("round \(round)") { try await channel.get(work) }
                if case .array(let deaths)? = message.properties.headers?["x-death"] {
                    let counts = deaths.compactMap { death -> Int64? in
                        if case .table(let table) = death { table["count"]?.integer } else { nil }
                    }
                    #expect(counts == [Int64(round - 1), Int64(round - 1)])
                } else {
                    #expect(round == 1)
                }
                channel.nack(message.deliveryTag, requeue: false)
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func fullQueuesDropTheHeadOrRejectPublishes(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            try await channel.confirmSelect()
            let dropping = try await channel.queueDeclare(
                exclusive: true, arguments: ["x-max-length": .int32(2), "x-overflow": .string("drop-head")]
            ).queue
            for body in ["1", "2", "3"] {
                #expect(try await channel.publish(ByteBuffer(string: body), routingKey: dropping) == .confirmed)
            }
            #expect(try await bodies(dropping, on: channel) == ["2", "3"])
            let rejecting = try await channel.queueDeclare(
                exclusive: true, arguments: ["x-max-length": .int32(2), "x-overflow": .string("reject-publish")]
            ).queue
            var outcomes: [PublishOutcome] = []
            for body in ["1", "2", "3"] {
                outcomes.append(try await channel.publish(ByteBuffer(string: body), routingKey: rejecting))
            }
            #expect(outcomes == [.confirmed, .confirmed, .refused])
            #expect(try await bodies(rejecting, on: channel) == ["1", "2"])
            let bytes = try await channel.queueDeclare(
                exclusive: true, arguments: ["x-max-length-bytes": .int32(10)]
            ).queue
            for body in ["12345", "67890", "abc"] {
                try await channel.publish(ByteBuffer(string: body), routingKey: bytes)
            }
            #expect(try await bodies(bytes, on: channel) == ["67890", "abc"])
        }
    }

    @Test(arguments: SuiteServer.available)
    func higherPrioritiesComeFirst(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            try await channel.confirmSelect()
            let queue = try await channel.queueDeclare(exclusive: true, arguments: ["x-max-priority": .int32(10)]).queue
            for (body, priority) in [("low", UInt8(1)), ("none", 0), ("high", 9), ("high too", 9), ("over", 200)] {
                var properties = BasicProperties()
                properties.priority = priority == 0 ? nil : priority
                try await channel.publish(ByteBuffer(string: body), properties: properties, routingKey: queue)
            }
            #expect(try await bodies(queue, on: channel) == ["over", "high", "high too", "low", "none"])
        }
    }

    @Test(arguments: SuiteServer.available)
    func unusedQueuesExpire(_ server: SuiteServer) async throws {
        try await server.withConnection { connection in
            let name = uniqueName("expires")
            try await connection.openChannel().queueDeclare(name, arguments: ["x-expires": .int32(100)])
            _ = try await eventually("the queue's end") { () -> Bool? in
                // Looking at it is using it: look seldom.
                try await Task.sleep(for: .milliseconds(300))
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
