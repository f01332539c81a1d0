package import Foundation

/// A RabbitMQ node that `scripts/rabbitmq` starts (about 5 s), or the one that `RAFALE_TEST_RABBITMQ_URL` names.
///
/// Mark a test of the shared one with `.needsRabbitMQ`, of any other with `.needsOwnRabbitMQ`; take names from
/// ``uniqueName(_:)``.
package struct RabbitMQServer: ScriptedServer {
    package static let scriptName = "rabbitmq"
    package static let urlVariable = "RAFALE_TEST_RABBITMQ_URL"
    package static let sharedStart: Task<RabbitMQServer, any Error> = Task { try await RabbitMQServer.start() }

    /// `amqp://guest:guest@127.0.0.1:<port>/`.
    package let url: String
    /// The same over TLS; the certificates are in ``certificates``.
    package let tlsURL: String?
    package let folder: URL?

    package init(url: String, tlsURL: String?, folder: URL?) {
        self.url = url
        self.tlsURL = tlsURL
        self.folder = folder
    }

    /// Where ca.pem, client.pem and client.key of a node with TLS are.
    package var certificates: URL? { folder?.appending(path: "certificates") }

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

    /// What tells `scripts/rabbitmq` that this node is meant, for programs that control it themselves.
    package var environment: [String: String?] { folder.map { ["RABBITMQ_STATE": $0.path] } ?? [:] }

    /// Runs `rabbitmqctl` on this node and returns what it printed.
    package func control(_ arguments: String...) async throws -> String {
        try await script(["ctl", "--quiet"] + arguments)
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
