import AMQPClient
import Logging
import NIOCore

/// The nodes of a broker as a load driver reaches them, and its own connection to them.
struct AMQPNodes: Sendable {
    private let configurations: [AMQPConfiguration]
    private let policy: ConnectionPolicy
    /// What declares, asks and cleans up; connects when it is started.
    let control: RecoveringConnection
    let logger: Logger

    /// Reads the nodes' URIs.
    init(
        uris: [String], policy: ConnectionPolicy, on eventLoop: any EventLoop, logger: Logger
    ) throws(DriverError) {
        configurations = try uris.map { uri throws(DriverError) in try AMQPConfiguration(node: uri) }
        self.policy = policy
        self.logger = logger
        control = RecoveringConnection(configurations, role: "rafale control", on: eventLoop, logger: logger)
    }

    /// The nodes' addresses without passwords.
    var addresses: [String] { configurations.map(\.redactedURI) }

    /// What the broker says it is.
    var system: SystemIdentity {
        let current = control.current
        return SystemIdentity(
            product: current?.serverProduct ?? "unknown", version: current?.serverVersion ?? "unknown")
    }

    /// The nodes in the order in which one of a run's connections, counted from 0, tries them.
    func ordered(connection number: Int) -> [AMQPConfiguration] {
        policy.ordered(configurations, connection: number)
    }

    /// One of a run's connections, counted from 0, for the part that `role` names.
    func connection(_ number: Int, role: String, on eventLoop: any EventLoop) -> RecoveringConnection {
        RecoveringConnection(
            ordered(connection: number), role: role, policy: policy, on: eventLoop, logger: logger)
    }
}

extension AMQPConfiguration {
    /// The node at a URI.
    init(node uri: String) throws(DriverError) {
        do {
            try self.init(uri: uri)
        } catch {
            throw DriverError(.configuration, "\(error)")
        }
    }

    /// The same, bearing a name for the server's management pages where the URI gives it none.
    func named(_ name: String) -> AMQPConfiguration {
        var named = self
        named.connectionName = connectionName ?? name
        return named
    }
}
