import Foundation
import TestSupport
import Testing

@testable import AMQPBroker

/// Clients of other people, against the embedded broker and, so that the checks themselves are right, against RabbitMQ.
@Suite struct ThirdPartyClientTests {
    private static let folder = Places.packageRoot.appending(path: "Tests/ThirdPartyClients")

    private func check(_ script: String, _ url: String) async throws {
        let outcome = try await run(
            Places.python, [Self.folder.appending(path: script).path, url],
            environment: ["PYTHONDONTWRITEBYTECODE": "1"], limit: .seconds(180))
        #expect(outcome.exitCode == 0, "\(script) on \(url)\n\(outcome)")
    }

    @Test(.needsPythonClients, arguments: ["pika_checks.py", "aio_pika_checks.py"])
    func pythonClientsAreAtHome(script: String) async throws {
        try await withBroker { broker, port in
            try await check(script, "amqp://guest:guest@127.0.0.1:\(port)/")
            let left = try await eventually("the clients' connections to end") {
                let statistics = await broker.statistics()
                return statistics.connections == 0 ? statistics : nil
            }
            #expect(left.unacknowledged == 0 && left.consumers == 0)
            #expect(left.ready == 0 && left.memoryBytes == 0, "exclusive queues and what was in them are gone")
        }
    }

    @Test(.needsPythonClients, .needsRabbitMQ, arguments: ["pika_checks.py", "aio_pika_checks.py"])
    func theChecksHoldOnRabbitMQToo(script: String) async throws {
        try await check(script, try await RabbitMQServer.shared().url)
    }

    @Test(.needs(tool: "amqp-publish", package: "amqp-tools"))
    func amqpToolsPublishAndConsume() async throws {
        try await withBroker { broker, port in
            func tool(_ name: String, _ arguments: String...) async throws -> ProgramOutcome {
                let executable = try #require(Places.tool(name), "\(name) is missing (Debian package amqp-tools)")
                return try await run(
                    executable, ["--url=amqp://guest:guest@127.0.0.1:\(port)"] + arguments, limit: .seconds(20))
            }
            let declared = try await tool("amqp-declare-queue", "--queue=tools", "--durable")
            #expect(declared.output == "tools\n", "\(declared)")
            for body in ["one", "two", "three"] {
                let published = try await tool(
                    "amqp-publish", "--routing-key=tools", "--persistent", "--content-type=text/plain",
                    "--body=\(body)")
                #expect(published.exitCode == 0, "\(published)")
            }
            let got = try await tool("amqp-get", "--queue=tools")
            #expect(got.output == "one" && got.exitCode == 0, "\(got)")
            let consumed = try await tool("amqp-consume", "--queue=tools", "--count=2", "cat")
            #expect(consumed.output == "twothree", "\(consumed)")
            #expect(try await tool("amqp-get", "--queue=tools").exitCode == 2, "2 stands for an empty queue")
            _ = try await tool("amqp-publish", "--routing-key=tools", "--body=left over")
            let deleted = try await tool("amqp-delete-queue", "--queue=tools")
            #expect(deleted.output == "1\n", "\(deleted)")
            let refused = try await tool("amqp-get", "--queue=tools")
            #expect(refused.exitCode == 1 && refused.errors.contains("404"), "\(refused)")
            #expect(await broker.statistics().queues == 0)
        }
    }

    @Test(.needs(tool: "amqp-publish", package: "amqp-tools"))
    func amqpToolsAreRefusedWithAWrongPassword() async throws {
        try await withBroker { _, port in
            let executable = try #require(Places.tool("amqp-publish"))
            let refused = try await run(
                executable, ["--url=amqp://guest:wrong@127.0.0.1:\(port)", "--routing-key=q", "--body=b"])
            #expect(refused.exitCode == 1 && refused.errors.contains("ACCESS_REFUSED"), "\(refused)")
        }
    }
}
