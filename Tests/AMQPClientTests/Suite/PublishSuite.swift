import AMQPClient
import AMQPProtocol
import NIOCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct PublishSuite {
    @Test(arguments: SuiteServer.available)
    func publishesConfirmsAndConsumes(_ server: SuiteServer) async throws {
        let recorder = Recorder()
        try await server.withChannel(delegate: recorder) { channel, connection in
            #expect(connection.serverProduct.isEmpty == false)
            let queue = try await channel.queueDeclare(exclusive: true).queue
            try await channel.confirmSelect()
            let outcome = try await channel.publish(ByteBuffer(string: "hello"), routingKey: queue)
            #expect(outcome == .confirmed)
            try await channel.consume(queue: queue)
            let message = try await recorder.messages(1)[0]
            #expect(message.text == "hello")
            channel.ack(message.deliveryTag)
            await channel.close()
            #expect(recorder.now.closed == [.byClient])
        }
    }
}
