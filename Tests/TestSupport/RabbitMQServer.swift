package import Foundation
import Synchronization

/// A real RabbitMQ node: the one that all tests of this process share, or one of a test's own that it may crash.
///
/// The nodes are processes that `scripts/rabbitmq` starts on loopback; they end with the test process, however it ends.
/// `RAFALE_TEST_RABBITMQ_URL` names a server to share instead.
package struct RabbitMQServer: Sendable {
    /// `amqp://guest:guest@127.0.0.1:<port>/`.
    package let url: String
    /// The same over TLS, for a node started with it; the certificates are in ``certificates``.
    package let tlsURL: String?
    /// The node's folder; nil for a server that somebody else started.
    private let folder: URL?

    /// Where ca.pem, client.pem and client.key of a node with TLS are.
    package var certificates: URL? { folder?.appending(path: "certificates") }

    /// The node that the tests of this process share, started at the first call (about 5 s).
    ///
    /// Use names from ``uniqueName(_:)``, and leave it as it was. Mark the test with `.needsRabbitMQ`.
    package static func shared() async throws -> RabbitMQServer {
        let start: Task<RabbitMQServer, any Error> = sharedStart.withLock { task in
            if let task { return task }
            let new = Task {
                if let url = Places.environment("RAFALE_TEST_RABBITMQ_URL") {
                    return RabbitMQServer(url: url, tlsURL: nil, folder: nil)
                }
                return try await RabbitMQServer.start()
            }
            task = new
            return new
        }
        return try await start.value
    }

    /// Runs the body with a node of its own, to crash, restart and pause; the node is gone afterwards.
    package static func withOwn<Result>(
        tls: Bool = false, _ body: (RabbitMQServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(tls: tls)
        do {
            let result = try await body(server)
            _ = try? await server.script("destroy")
            return result
        } catch {
            _ = try? await server.script("destroy")
            throw error
        }
    }

    /// Kills the node as a power cut would; what was persistent survives on its disk.
    package func crash() async throws { _ = try await script("crash") }

    /// Starts it again on the same ports and data, after a crash or in good order when it runs.
    package func restart() async throws { _ = try await script("restart", "--keep") }

    /// Stops it in good order.
    package func stop() async throws { _ = try await script("stop") }

    /// Freezes the process: connections stay open, and nothing answers.
    package func pause() async throws { _ = try await script("pause") }

    /// Lets a frozen process go on.
    package func resume() async throws { _ = try await script("resume") }

    /// Runs `rabbitmqctl` on this node and returns what it printed.
    package func control(_ arguments: String...) async throws -> String {
        try await script("ctl", ["--quiet"] + arguments)
    }

    // MARK: - The script

    private static let sharedStart = Mutex<Task<RabbitMQServer, any Error>?>(nil)
    private static let started = Atomic<Int>(0)

    private static func start(tls: Bool = false) async throws -> RabbitMQServer {
        let number = started.add(1, ordering: .relaxed).newValue
        let name = "test-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
        let folder = Places.packageRoot.appending(path: ".services/\(name)")
        let printed = try await script(["up"] + (tls ? ["--tls"] : []), in: folder)
        let urls = printed.split(separator: "\n").map(String.init)
        guard let url = urls.first(where: { $0.hasPrefix("amqp:") }) else {
            throw ServerError(what: "scripts/rabbitmq up printed no URL: \(printed)")
        }
        return RabbitMQServer(url: url, tlsURL: urls.first { $0.hasPrefix("amqps:") }, folder: folder)
    }

    private func script(_ command: String, _ arguments: String...) async throws -> String {
        try await script(command, arguments)
    }

    private func script(_ command: String, _ arguments: [String]) async throws -> String {
        guard let folder else {
            throw ServerError(what: "RAFALE_TEST_RABBITMQ_URL names a server that the tests may not \(command)")
        }
        return try await Self.script([command] + arguments, in: folder)
    }

    private static func script(_ arguments: [String], in folder: URL) async throws -> String {
        let owner = String(ProcessInfo.processInfo.processIdentifier)
        let outcome = try await run(
            Places.script("rabbitmq"), arguments,
            environment: ["RABBITMQ_STATE": folder.path, "RABBITMQ_OWNER_PID": owner], limit: .seconds(180))
        guard outcome.exitCode == 0 else {
            throw ServerError(what: "scripts/rabbitmq \(arguments.joined(separator: " ")): \(outcome)")
        }
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// A server that a test needs could not be had, or refused what the test asked of it.
package struct ServerError: Error, CustomStringConvertible {
    /// What went wrong.
    package let what: String
    /// The same.
    package var description: String { what }
}
