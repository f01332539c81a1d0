import AMQPProtocol

/// How to reach a broker and what to ask of it.
package struct AMQPConfiguration: Sendable, Equatable {
    package var host: String
    package var port: Int
    package var virtualHost: String
    package var credentials: AMQPCredentials
    /// Nil for plain TCP.
    package var tls: TLSOptions?
    /// Whole seconds; the lower of this and the server's wish counts, zero leaves it to the server.
    package var heartbeat: Duration
    /// Most channels on the connection; the lower of this and the server's counts, 0 leaves it to the server.
    package var channelMax: UInt16
    /// Largest frame in bytes, at least 4096; the lower of this and the server's counts, 0 leaves it to the server.
    package var frameMaxBytes: UInt32
    /// For TCP, and again for TLS and the AMQP handshake together.
    package var connectTimeout: Duration
    /// How long `close` waits for the server's answer.
    package var closeTimeout: Duration
    /// Shown by the broker's own tools.
    package var connectionName: String?
    /// Whether small writes are sent at once.
    package var tcpNoDelay: Bool
    /// The socket's own buffers in bytes; nil leaves them to the system.
    package var sendBufferBytes: Int?
    package var receiveBufferBytes: Int?
    /// The socket counts as full for writing beyond this many pending bytes.
    package var writeHighWaterMarkBytes: Int

    package init(
        host: String = "localhost", port: Int? = nil, virtualHost: String = "/",
        credentials: AMQPCredentials = .plain(user: "guest", password: "guest"), tls: TLSOptions? = nil
    ) {
        self.host = host
        self.port = port ?? (tls == nil ? AMQP.defaultPort : AMQP.defaultTLSPort)
        self.virtualHost = virtualHost
        self.credentials = credentials
        self.tls = tls
        self.heartbeat = .seconds(60)
        self.channelMax = 2047
        self.frameMaxBytes = AMQP.defaultFrameMaxBytes
        self.connectTimeout = .seconds(10)
        self.closeTimeout = .seconds(5)
        self.connectionName = nil
        self.tcpNoDelay = true
        self.writeHighWaterMarkBytes = 512 * 1024
    }

    /// The host and port, as errors name the server.
    package var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// How to prove who we are (SASL); its descriptions never show the password.
package enum AMQPCredentials: Sendable, Equatable {
    /// User and password, mechanism PLAIN.
    case plain(user: String, password: String)
    /// The TLS client certificate says who we are, mechanism EXTERNAL.
    case external

    /// The name that error messages show.
    package var user: String {
        switch self {
        case .plain(let user, _): user
        case .external: "(client certificate)"
        }
    }

    var mechanism: String {
        switch self {
        case .plain: "PLAIN"
        case .external: "EXTERNAL"
        }
    }

    var response: [UInt8] {
        switch self {
        case .plain(let user, let password): [0] + Array(user.utf8) + [0] + Array(password.utf8)
        case .external: []
        }
    }
}

extension AMQPCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .plain(let user, _): "plain(user: \(user))"
        case .external: "external"
        }
    }

    package var debugDescription: String { description }
    /// Keeps `dump` from the password.
    package var customMirror: Mirror { Mirror(self, children: [("mechanism", mechanism), ("user", user)]) }
}

/// What TLS checks and shows; files are PEM.
package struct TLSOptions: Sendable, Equatable {
    /// How the server's certificate is checked.
    package enum Verification: Sendable, Equatable {
        /// The chain up to a trusted CA, and the name or address of the server.
        case peer
        /// Nothing at all: any server is believed.
        case none
    }

    /// The certificates to trust instead of the system's.
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    package var verification: Verification = .peer
    /// The name to send (SNI) and to check, instead of the host.
    package var serverName: String?

    package init(
        caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
        verification: Verification = .peer, serverName: String? = nil
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.verification = verification
        self.serverName = serverName
    }
}
