import AMQPClient
import Logging
import NIOCore

extension RecoveringConnection {
    /// A connection for one part of a run, which the server's management pages show under that name.
    ///
    /// Comes back soon after the server does: how long a run stands still should be the server's doing.
    convenience init(
        _ configurations: [AMQPConfiguration], role name: String, policy: ConnectionPolicy = ConnectionPolicy(),
        on eventLoop: any EventLoop, logger: Logger
    ) {
        self.init(
            configurations.map { $0.named(name) },
            policy: RecoveryPolicy(
                firstDelay: policy.firstDelay, maximumDelay: policy.maximumDelay,
                maximumRounds: policy.recovers ? policy.maximumRounds : 0), on: eventLoop, logger: logger)
    }

    /// The same from a URI.
    convenience init(
        uri: String, role name: String, on eventLoop: any EventLoop, logger: Logger
    ) throws(DriverError) {
        try self.init([AMQPConfiguration(node: uri)], role: name, on: eventLoop, logger: logger)
    }
}
