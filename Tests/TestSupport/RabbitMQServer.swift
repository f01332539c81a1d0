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
        if let url = Places.environment("RAFALE_TEST_RABBITMQ_URL") {
            return RabbitMQServer(url: url, tlsURL: nil, folder: nil)
        }
        return try await sharedOwn()
    }

    /// The same, but always a node that this process started, on which `rabbitmqctl` may be used.
    ///
    /// Mark the test with `.needsOwnRabbitMQ`.
    package static func sharedOwn() async throws -> RabbitMQServer {
        let start: Task<RabbitMQServer, any Error> = sharedStart.withLock { task in
            if let task { return task }
            let new = Task { try await RabbitMQServer.start() }
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

    /// Host and port: `127.0.0.1:<port>`.
    package var address: String {
        guard let parts = URL(string: url), let host = parts.host(), let port = parts.port else { return url }
        return "\(host):\(port)"
    }

    /// Makes a virtual host of the test's own, where its queues meet no others.
    package func makeVirtualHost() async throws -> VirtualHost {
        let name = uniqueName("test")
        _ = try await control("add_vhost", name)
        _ = try await control("set_permissions", "--vhost", name, "guest", ".*", ".*", ".*")
        return VirtualHost(server: self, name: name)
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

    /// What tells `scripts/rabbitmq` that this node is meant, for programs that control it themselves.
    package var environment: [String: String?] { folder.map { ["RABBITMQ_STATE": $0.path] } ?? [:] }

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

/// Part of a node that one test has for itself.
package struct VirtualHost: Sendable {
    private let server: RabbitMQServer
    private let name: String

    fileprivate init(server: RabbitMQServer, name: String) {
        self.server = server
        self.name = name
    }

    /// `amqp://guest:guest@127.0.0.1:<port>/<name>`.
    package var url: String { server.url + name }

    /// The queues, each with the number of its messages.
    package func queues() async throws -> [String: Int] {
        let lines = try await server.control("list_queues", "--vhost", name, "--no-table-headers", "name", "messages")
        return Dictionary(
            lines.split(separator: "\n").compactMap { line in
                let columns = line.split(separator: "\t")
                return columns.count == 2 ? Int(columns[1]).map { (String(columns[0]), $0) } : nil
            }, uniquingKeysWith: max)
    }
}

/// A server that a test needs could not be had, or refused what the test asked of it.
package struct ServerError: Error, CustomStringConvertible {
    /// What went wrong.
    package let what: String
    /// The same.
    package var description: String { what }
}
