extension Scenario {
    /// Which node a connection tries first, of several.
    package enum Allocation: String, Sendable, CaseIterable {
        /// The first of the list, always.
        case first
        /// Each connection the next one.
        case roundRobin = "round-robin"
        /// One by chance.
        case random
    }

    /// How connections to the broker are made; what is nil is left to the address or the broker.
    package struct Connection: Sendable, Equatable {
        /// After how long without a sign of life a connection counts as lost; whole seconds, zero for never.
        package var heartbeat: Duration?
        /// The largest frame, in bytes.
        package var frameMaxBytes: Int?
        /// Most channels on a connection.
        package var channelMax: Int?
        /// How long connecting may take; whole milliseconds.
        package var connectTimeout: Duration?
        /// Whether small writes are sent at once.
        package var tcpNoDelay = true
        /// The socket's buffer for sending, in bytes.
        package var sendBufferBytes: Int?
        /// The socket's buffer for receiving, in bytes.
        package var receiveBufferBytes: Int?
        /// What the broker's tools call the connections.
        package var name: String?
        /// What becomes of a lost connection.
        package var recovery = Recovery()
        /// What TLS checks and shows.
        package var tls = TLS()

        /// Starts from the language's defaults.
        package init() {}
    }

    /// What becomes of a lost connection.
    package struct Recovery: Sendable, Equatable {
        /// Whether it is made again at all.
        package var isOn = true
        /// The wait before the first attempt.
        package var initialDelay = Duration.milliseconds(200)
        /// What the wait grows to, doubling.
        package var maxDelay = Duration.seconds(2)
        /// Attempts on every node before it is given up; nil is no end.
        package var attempts: Int?

        /// Starts from the language's defaults.
        package init() {}
    }

    /// What TLS checks and shows; files are PEM.
    package struct TLS: Sendable, Equatable {
        /// The certificates to trust instead of the system's.
        package var ca: FilePath?
        /// The client's certificate.
        package var certificate: FilePath?
        /// The certificate's key, where it is not in the same file.
        package var key: FilePath?
        /// Whether the server's certificate and name are checked.
        package var verify = true
        /// The name to ask for and to check, instead of the address's.
        package var serverName: String?

        /// Starts from the language's defaults.
        package init() {}
    }

    /// A file that a scenario names from its own folder.
    package struct FilePath: Sendable, Equatable {
        /// As the scenario names it.
        package var name: String
        /// Where it is.
        package var path: String

        /// Names a file.
        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }
}
