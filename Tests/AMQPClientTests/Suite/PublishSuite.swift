import AMQPClient
import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct PublishSuite {
    @Test(arguments: SuiteServer.available)
    func publishesConfirmsAndConsumes(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, _ in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.confirmSelect()
            let outcome = try await channel.publish(ByteBuffer(string: "hello"), routingKey: queue)
            #expect(outcome == .confirmed)
            let tag = try await channel.consume(queue: queue, tag: "me")
            #expect(tag == "me")
            let message = try await recorder.messages(1)[0]
            #expect(message.text == "hello")
            #expect(message.consumerTag == "me")
            #expect(message.exchange == "")
            #expect(message.routingKey == queue)
            #expect(message.deliveryTag == 1)
            #expect(message.redelivered == false)
            channel.ack(message.deliveryTag)
            await channel.close()
            #expect(recorder.now.closed == [.byClient])
        }
    }

    /// The hot path: templates patched and written in batches, a window of confirms single and multiple.
    @Test(arguments: SuiteServer.available)
    func publishesTemplatesInWindows(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.confirmSelect()
            var properties = BasicProperties()
            properties.messageID = "00000000"
            properties.headers = ["x-rafale-intended": .int64(0)]
            var template = try PublishTemplate(
                exchange: "", routingKey: queue, properties: properties, body: Array("body".utf8),
                frameMaxBytes: channel.frameMaxBytes)
            template.setChannel(channel.number)
            let headerOffset = try #require(template.headerOffset("x-rafale-intended"))
            let (batches, batchCount) = (10, 100)
            for batch in 0..<batches {
                var frames = ByteBuffer()
                for index in 0..<batchCount {
                    let start = frames.writerIndex
                    frames.writeBytes(template.bytes)
                    frames.setInteger(Int64(batch * batchCount + index), at: start + headerOffset)
                }
                let whole = frames
                let first = try await channel.eventLoop.submit {
                    channel.writePublishes(whole, count: batchCount)
                }.get()
                #expect(first == UInt64(batch * batchCount + 1))
            }
            let total = UInt64(batches * batchCount)
            // Multiple confirms come in order of tags, or else each is told once: together they are everything.
            _ = try await recorder.wait(for: "every confirm") { log in
                var open = Set(1...total)
                for confirm in log.confirms {
                    if confirm.multiple {
                        open = open.filter { $0 > confirm.tag }
                    } else {
                        open.remove(confirm.tag)
                    }
                }
                return open.isEmpty && !log.confirms.contains { $0.nack } ? true : nil
            }
            try await channel.consume(queue: queue, noAck: true)
            let messages = try await recorder.messages(Int(total))
            #expect(
                messages.map { $0.properties.headers?["x-rafale-intended"] }
                    == (0..<Int64(total)).map { .int64($0) })
            #expect(messages.map(\.deliveryTag) == Array(1...total))
            _ = connection
        }
    }

    @Test(arguments: SuiteServer.available)
    func bodiesOfAnySizeRoundTrip(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.consume(queue: queue, noAck: true)
            let frame = Int(connection.tune.frameMaxBytes) - AMQP.frameOverheadBytes
            let sizes = [0, 1, 255, 4096, frame - 1, frame, frame + 1, 2 * frame, 2 * frame + 1, 1_048_576]
            for size in sizes {
                var body = ByteBuffer()
                body.writeBytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
                try await channel.publish(body, routingKey: queue)
                let count = sizes.firstIndex(of: size).map { $0 + 1 } ?? 0
                let message = try await recorder.messages(count)[count - 1]
                #expect(message.body == body, "\(size) bytes")
                let fetched = try await fetch(body, through: channel)
                #expect(fetched == body, "\(size) bytes")
            }
        }
    }

    private func fetch(_ body: ByteBuffer, through channel: AMQPChannel) async throws -> ByteBuffer? {
        let queue = try await channel.queueDeclare(exclusive: true).queue
        try await channel.publish(body, routingKey: queue)
        return try await eventually("the message") { try await channel.get(queue, noAck: true) }.body
    }

    @Test(arguments: SuiteServer.available)
    func everyPropertyRoundTrips(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            var all = BasicProperties()
            all.contentType = "application/json"
            all.contentEncoding = "gzip"
            all.headers = ["a": .string("b")]
            all.deliveryMode = 2
            all.priority = 9
            all.correlationID = "correlation"
            all.replyTo = "reply"
            all.expiration = "600000"
            all.messageID = "message"
            all.timestamp = 1_763_700_000
            all.type = "type"
            all.userID = "guest"
            all.appID = "app"
            all.clusterID = "cluster"
            var one = BasicProperties()
            one.appID = "été"
            for properties in [all, one, BasicProperties()] {
                try await channel.publish(ByteBuffer(string: "x"), properties: properties, routingKey: queue)
                let message = try await eventually("the message") { try await channel.get(queue, noAck: true) }
                #expect(message.properties == properties)
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func everyHeaderTypeRoundTrips(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            var properties = BasicProperties()
            properties.headers = [
                "bool": .bool(true), "false": .bool(false), "int8": .int8(-8), "uint8": .uint8(200),
                "int16": .int16(-1600), "uint16": .uint16(60_000), "int32": .int32(-32), "uint32": .uint32(.max),
                "int64": .int64(.min), "float": .float(1.5), "double": .double(-2.25),
                "decimal": .decimal(scale: 2, value: 314), "string": .string("Привет, 世界"),
                "binary": .binaryString([0xFF, 0, 0xFE]), "bytes": .bytes([1, 2, 3]),
                "array": .array([.int32(1), .string("two"), .array([]), .void]), "timestamp": .timestamp(1_763_700_000),
                "table": .table(["inner": .table(["deep": .int64(1)]), "empty": .table([:])]), "void": .void,
            ]
            try await channel.publish(ByteBuffer(), properties: properties, routingKey: queue)
            let message = try await eventually("the message") { try await channel.get(queue, noAck: true) }
            let headers = try #require(message.properties.headers)
            for (name, value) in properties.headers?.fields ?? [] { #expect(headers[name] == value, "\(name)") }
            #expect(headers.count == properties.headers?.count)
        }
    }

    @Test(arguments: SuiteServer.available)
    func transactionsCommitAndRollBack(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.txSelect()
            try await channel.publish(ByteBuffer(string: "dropped"), routingKey: queue)
            try await channel.txRollback()
            try await channel.publish(ByteBuffer(string: "kept"), routingKey: queue)
            #expect(try await channel.queueDeclare(queue, passive: true).messageCount == 0)
            try await channel.txCommit()
            let message = try #require(try await channel.get(queue))
            #expect(String(buffer: message.body) == "kept")
            channel.ack(message.deliveryTag)
            try await channel.txRollback()
            channel.nack(message.deliveryTag, requeue: true)
            try await channel.txCommit()
            // RabbitMQ puts it back behind the answer to the commit.
            try await eventually("the message is back in its queue") {
                try await channel.queueDeclare(queue, passive: true).messageCount == 1 ? true : nil
            }
            // A channel is transactional or confirms, not both.
            do {
                try await channel.confirmSelect()
                Issue.record("confirms on a transactional channel")
            } catch AMQPClientError.channelClosed(let code, _, _) {
                #expect(code == .preconditionFailed)
            }
            let plain = try await connection.openChannel()
            do {
                try await plain.txCommit()
                Issue.record("commit without a transaction")
            } catch AMQPClientError.channelClosed(let code, _, _) {
                #expect(code == .preconditionFailed)
            }
        }
    }
}
