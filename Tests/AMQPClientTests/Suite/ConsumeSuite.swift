import AMQPClient
import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConsumeSuite {
    /// A queue of this channel's own that holds the bodies.
    private func filled(_ bodies: [String], on channel: AMQPChannel) async throws -> String {
        let queue = try await channel.queueDeclare(exclusive: true).queue
        try await channel.confirmSelect()
        for body in bodies { try await channel.publish(ByteBuffer(string: body), routingKey: queue) }
        return queue
    }

    /// Waits until the queue holds that many ready messages: RabbitMQ counts past settlements that are on their way.
    private func expect(_ count: UInt32, readyIn queue: String, on channel: AMQPChannel) async throws {
        _ = try await eventually("\(count) ready messages") {
            try await channel.queueDeclare(queue, passive: true).messageCount == count ? true : nil
        }
    }

    @Test(arguments: SuiteServer.available)
    func keepsToThePrefetchCount(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, _ in
            let queue = try await filled((1...10).map { "\($0)" }, on: channel)
            try await channel.qos(prefetchCount: 3)
            try await channel.consume(queue: queue)
            _ = try await recorder.messages(3)
            // Answered behind anything that was on its way.
            try await expect(7, readyIn: queue, on: channel)
            #expect(recorder.now.messages.map(\.text) == ["1", "2", "3"])
            channel.ack(2, multiple: true)
            #expect(try await recorder.messages(5).map(\.text) == ["1", "2", "3", "4", "5"])
            channel.ack(3)
            channel.ack(4)
            channel.ack(5)
            #expect(try await recorder.messages(8).count == 8)
            channel.ack(0, multiple: true)
            #expect(try await recorder.messages(10).map(\.text) == (1...10).map { "\($0)" })
            channel.ack(10, multiple: true)
            #expect(try await channel.queueDelete(queue) == 0)
        }
    }

    @Test(arguments: SuiteServer.available)
    func requeuesWithTheRedeliveredFlag(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let queue = try await filled(["a", "b", "c", "d"], on: channel)
            for body in ["a", "b", "c", "d"] {
                let message = try #require(try await channel.get(queue))
                #expect(String(buffer: message.body) == body)
                #expect(message.redelivered == false)
            }
            channel.reject(1, requeue: false)
            channel.reject(2, requeue: true)
            channel.nack(4, multiple: true, requeue: true)
            try await expect(3, readyIn: queue, on: channel)
            var bodies: [String] = []
            while let message = try await channel.get(queue) {
                #expect(message.redelivered)
                bodies.append(String(buffer: message.body))
                channel.nack(message.deliveryTag, requeue: false)
            }
            #expect(bodies.sorted() == ["b", "c", "d"])
            try await expect(0, readyIn: queue, on: channel)
            // What a closed channel did not settle comes back too.
            try await channel.publish(ByteBuffer(string: "e"), routingKey: queue)
            let other = try await connection.openChannel()
            _ = try await other.get(queue)
            await other.close()
            let again = try #require(try await channel.get(queue))
            #expect(again.redelivered)
        }
    }

    @Test(arguments: SuiteServer.available)
    func fetchesWithCounts(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, _ in
            let queue = try await filled(["a", "b"], on: channel)
            let first = try #require(try await channel.get(queue, noAck: true))
            #expect(first.messageCount == 1)
            #expect(first.routingKey == queue)
            let second = try #require(try await channel.get(queue))
            #expect(second.messageCount == 0)
            #expect(try await channel.get(queue) == nil)
            channel.ack(second.deliveryTag)
        }
    }

    @Test(arguments: SuiteServer.available)
    func settlingAnUnknownTagEndsTheChannel(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, _ in
            channel.ack(77)
            let reason = try await recorder.wait(for: "the channel's end") { $0.closed.first }
            guard case .failed(.channelClosed(let code, let text, let method)) = reason else {
                Issue.record("\(reason)")
                return
            }
            #expect(code == .preconditionFailed)
            #expect(text.contains("77"))
            #expect(method == .basicAck)
        }
    }

    @Test(arguments: SuiteServer.available)
    func tellsOfAConsumerThatTheServerEnded(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            let tag = try await channel.consume(queue: queue)
            #expect(!tag.isEmpty)
            try await connection.openChannel().queueDelete(queue)
            let cancelled = try await recorder.wait(for: "the cancel") { $0.cancelled.first }
            #expect(cancelled == tag)
            // The channel lives on.
            _ = try await channel.queueDeclare(exclusive: true)
        }
    }

    @Test(arguments: SuiteServer.available)
    func cancelsAndConsumesAgain(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, _ in
            let queue = try await filled(["a"], on: channel)
            let tag = try await channel.consume(queue: queue, noAck: true)
            _ = try await recorder.messages(1)
            try await channel.cancel(tag)
            try await channel.publish(ByteBuffer(string: "b"), routingKey: queue)
            try await expect(1, readyIn: queue, on: channel)
            try await channel.consume(queue: queue, noAck: true)
            #expect(try await recorder.messages(2)[1].text == "b")
        }
    }

    @Test(arguments: SuiteServer.available)
    func anExclusiveConsumerIsAlone(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.consume(queue: queue, exclusive: true)
            let other = try await connection.openChannel()
            do {
                try await other.consume(queue: queue)
                Issue.record("a second consumer")
            } catch AMQPClientError.channelClosed(let code, _, let method) {
                #expect(code == .accessRefused)
                #expect(method == .basicConsume)
            }
        }
    }

    @Test(arguments: SuiteServer.available)
    func theSameTagTwiceEndsTheConnection(_ server: SuiteServer) async throws {
        try await server.withChannel { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.consume(queue: queue, tag: "twice")
            do {
                try await channel.consume(queue: queue, tag: "twice")
                Issue.record("taken")
            } catch AMQPClientError.connectionClosed(let code, _, let method) {
                #expect(code == .notAllowed)
                #expect(method == .basicConsume)
            }
            #expect(await connection.waitUntilClosed() != .byClient)
        }
    }

    @Test(arguments: SuiteServer.available)
    func sharesAQueueAmongConsumers(_ server: SuiteServer) async throws {
        let recorders = [Recorder(), Recorder()]
        try await server.withChannel(delegate: recorders[0]) { channel, connection in
            let queue = try await channel.queueDeclare(exclusive: true).queue
            let other = try await connection.openChannel(delegate: recorders[1])
            try await channel.consume(queue: queue, noAck: true)
            try await other.consume(queue: queue, noAck: true)
            let publisher = try await connection.openChannel()
            for index in 0..<20 { try await publisher.publish(ByteBuffer(string: "\(index)"), routingKey: queue) }
            let texts = try await eventually("20 messages") { () -> [String]? in
                let texts = recorders.flatMap { $0.now.messages.map(\.text) }
                return texts.count == 20 ? texts : nil
            }
            #expect(Set(texts) == Set((0..<20).map { "\($0)" }))
            for recorder in recorders { #expect(recorder.now.messages.count == 10) }
        }
    }

    @Test(arguments: SuiteServer.available)
    func recoversUnsettledMessages(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, _ in
            let queue = try await filled(["a", "b"], on: channel)
            try await channel.consume(queue: queue)
            _ = try await recorder.messages(2)
            try await channel.recover(requeue: true)
            let messages = try await recorder.messages(4)
            #expect(messages.map(\.text).sorted() == ["a", "a", "b", "b"])
            #expect(messages.map(\.redelivered) == [false, false, true, true])
        }
    }
}
