import Foundation
import TestSupport
import Testing

@Suite("The tests' own RabbitMQ")
struct RabbitMQServerTests {
    @Test("is shared, and answers", .needsRabbitMQ, .enabled(if: Places.environment("RAFALE_TEST_RABBITMQ_URL") == nil))
    func shared() async throws {
        async let first = RabbitMQServer.shared()
        async let second = RabbitMQServer.shared()
        let (one, other) = (try await first, try await second)
        #expect(one.url == other.url)
        #expect(try await one.control("list_users").contains("guest"))
    }

    @Test("survives a crash with its data, on the same port", .needsOwnRabbitMQ)
    func crash() async throws {
        try await RabbitMQServer.withOwn(tls: true) { server in
            let certificates = try #require(server.certificates)
            #expect(FileManager.default.fileExists(atPath: certificates.appending(path: "ca.pem").path))
            #expect(server.tlsURL?.hasPrefix("amqps://guest:guest@localhost:") == true)
            _ = try await server.control("add_vhost", "kept")
            try await server.crash()
            try await server.restart()
            #expect(try await server.control("list_vhosts").contains("kept"))
        }
    }

    @Test("a deadline ends the wait for a program that hangs")
    func deadline() async throws {
        let tail = try #require(Places.tool("tail"))
        await #expect(throws: DeadlineExceeded.self) {
            try await run(tail, ["-f", "/dev/null"], limit: .milliseconds(200))
        }
        await #expect(throws: DeadlineExceeded.self) {
            try await withTimeout(.milliseconds(20)) {
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            }
        }
    }

    @Test("a program's outputs, exit code and signal are told apart")
    func outcome() async throws {
        let shell = try #require(Places.tool("sh"))
        let outcome = try await run(shell, ["-c", "echo out; echo err >&2; exit 3"])
        #expect(outcome.output == "out\n" && outcome.errors == "err\n" && outcome.exitCode == 3)
        let stopped = try await run(shell, ["-c", "echo ready; exec tail -f /dev/null"]) { program in
            try await program.waitForText("ready")
            program.send(signal: SIGTERM)
        }
        #expect(stopped.signal == SIGTERM && stopped.exitCode == nil)
    }
}
