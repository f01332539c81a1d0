import AMQPBroker
import AMQPClient
import AMQPProtocol
import Drivers
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycleTestKit
import Stores
import TestSupport
import Testing
import TextAnalysis

@testable import PipelineWorker

@Suite("A worker on the embedded broker and SQLite", .timeLimit(.minutes(1)))
struct WorkerOnBrokerTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    @Test(
        "analyses, stores, publishes, puts aside what fails, and leaves nothing behind when asked to stop",
        arguments: ["failed_texts", "nowhere", nil])
    func endToEnd(failedQueue: String?) async throws {
        try await withBroker { uri, channel, eventLoop in
            try await withTemporaryDirectory { folder in
                let messages = Self.messages
                for (number, body) in messages.enumerated() { try await Self.publish(body, number, on: channel) }

                let worker = try await Self.worker(
                    uri, eventLoop, storePath: folder.appending(path: "run.db").path, failedQueue: failedQueue)
                try await testGracefulShutdown { trigger in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await worker.run() }
                        try await eventually(within: .seconds(30), "all is settled") {
                            worker.statistics.processed + worker.statistics.failedTotal == UInt64(messages.count)
                                ? true : nil
                        }
                        trigger.triggerGracefulShutdown()
                        try await group.waitForAll()
                    }
                }

                let results = try await Self.drain("processed_texts", channel)
                let failed = try await Self.drain("failed_texts", channel)
                #expect(results.count == 90)
                #expect(failed.count == 10)
                #expect(try await channel.queueDeclare("incoming_texts", passive: true).messageCount == 0)
                try Self.check(results)
                try Self.check(failed: failed, isDeadLettered: failedQueue != "failed_texts")

                let store = try await Self.openStore(folder.appending(path: "run.db").path)
                #expect(try await store.count() == 70)
                let document = try #require(try await store.fetch("text-0"))
                #expect(document.values[1] == .text(Array("The food was very good. Un café!".utf8)))
                #expect(try await store.fetch("text-1") == nil)
                await store.close()
            }
        }
    }

    /// 80 updates, of which 10 are deleted again, and 10 messages that nobody can process.
    private static let messages: [String] = (0..<100).map { number in
        switch number % 10 {
        case 8: Body.delete("text-\(number - 7)")
        // The last is too large for one frame.
        case 9: "{ no JSON" + String(repeating: " ", count: number == 99 ? 300_000 : number)
        default: Body.update("text-\(number)", text: "The food was very good. Un café!")
        }
    }

    private static func check(_ results: [FetchedMessage]) throws {
        for result in results {
            #expect(result.properties.correlationID == result.properties.messageID)
            #expect(result.properties.contentType == "application/json")
            let headers = try #require(result.properties.headers)
            guard case .int64(let received) = headers[StampHeader.received],
                case .int64(let service) = headers[StampHeader.service]
            else {
                Issue.record("a result without its times: \(headers)")
                return
            }
            #expect(headers[StampHeader.intended] == .int64(42))
            #expect(received > 0 && service > 0)
            let json = try JSONSerialization.jsonObject(with: Data(result.body.readableBytesView))
            let object = try #require(json as? [String: Any])
            if object["type"] as? String == "update" {
                let analysis = try #require(object["analysis"] as? [String: Any])
                #expect(analysis["words"] as? Int == 7)
                #expect(object["user_id"] as? Int == 7)
            } else {
                #expect(object["deleted"] as? Bool == true)
            }
        }
    }

    private static func check(failed: [FetchedMessage], isDeadLettered: Bool) throws {
        for message in failed {
            let id = try #require(message.properties.messageID)
            let number = try #require(Int(id.dropFirst("message-".count)))
            #expect(String(buffer: message.body) == messages[number])
            #expect(message.properties.contentType == "text/plain")
            #expect(message.properties.expiration == nil)
            let headers = try #require(message.properties.headers)
            #expect(headers[StampHeader.intended] == .int64(42))
            #expect(headers["x-own"] == .array([.bool(true), .string("é")]))
            #expect((headers["x-death"] != nil) == isDeadLettered)
            if !isDeadLettered {
                #expect(headers[FailureHeader.reason] == .string("bad_json: not JSON at byte 2"))
                #expect(headers[FailureHeader.column] == .int64(3))
                #expect(message.properties.userID == nil)
            }
        }
        #expect(Set(failed.map(\.properties.messageID)).count == failed.count)
    }

    // MARK: Parts

    private func withBroker(
        _ body: (_ uri: String, _ channel: AMQPChannel, _ eventLoop: any EventLoop) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let broker = try EmbeddedBroker(configuration: BrokerConfiguration(), group: group, logger: Self.logger)
        let (host, port) = try await broker.start()
        let uri = "amqp://guest:guest@\(host):\(port)/"
        let eventLoop = group.next()
        let connection = try await AMQPConnection.connect(
            AMQPConfiguration(uri: uri), on: eventLoop, logger: Self.logger)
        let channel = try await connection.openChannel()
        _ = try await channel.queueDeclare(
            "incoming_texts",
            arguments: [
                "x-dead-letter-exchange": .string(""), "x-dead-letter-routing-key": .string("failed_texts"),
            ])
        _ = try await channel.queueDeclare("processed_texts")
        _ = try await channel.queueDeclare("failed_texts")
        try await body(uri, channel, eventLoop)
        await connection.close()
        await broker.stop()
    }

    private static func worker(
        _ uri: String, _ eventLoop: any EventLoop, storePath: String, failedQueue: String?
    ) async throws -> Worker {
        let sink = try await AMQPMessageSink.connect(uri: uri, on: eventLoop, logger: logger)
        let source = try await AMQPMessageSource.connect(
            uri: uri, queues: ["incoming_texts"], prefetch: 20, on: eventLoop, logger: logger)
        let configuration = WorkerConfiguration(
            resultDestination: "processed_texts", failedDestination: failedQueue, prefetch: 20, lanes: 2,
            batchCount: 10, batchDelay: .milliseconds(1))
        return Worker(
            source: source, sink: sink, store: try await openStore(storePath),
            pipeline: TextPipeline(analyzer: TextAnalyzer()), configuration: configuration, logger: logger)
    }

    private static func openStore(_ path: String) async throws -> any DocumentStore {
        try await StoreURL.sqlite(path: path).open(TextPipeline(analyse: nil).collection, logger: logger)
    }

    private static func publish(_ body: String, _ number: Int, on channel: AMQPChannel) async throws {
        var properties = BasicProperties()
        properties.messageID = "message-\(number)"
        // What a broker keeps when it dead-letters stays; the time to live does not.
        properties.headers = [StampHeader.intended: .int64(42), "x-own": .array([.bool(true), .string("é")])]
        if number % 10 == 9 {
            properties.contentType = "text/plain"
            properties.userID = "guest"
            properties.expiration = "3600000"
        }
        _ = try await channel.publish(
            ByteBuffer(string: body), properties: properties, routingKey: "incoming_texts")
    }

    private static func drain(_ queue: String, _ channel: AMQPChannel) async throws -> [FetchedMessage] {
        var messages: [FetchedMessage] = []
        while let message = try await channel.get(queue, noAck: true) { messages.append(message) }
        return messages
    }
}
