package import AMQPProtocol

/// Why the client cannot do what was asked; each description is one line and none holds a password.
package enum AMQPClientError: Error, Sendable, Equatable {
    case connectionRefused(address: String)
    case unknownHost(String)
    /// Any other failure of the socket while connecting.
    case unreachable(address: String, reason: String)
    case timedOut(address: String, after: Duration, during: String)
    case tls(address: String, reason: String)
    /// A certificate or key file that cannot be used.
    case tlsFile(path: String, reason: String)
    /// Not an AMQP 0-9-1 server, or one that wants TLS where we spoke plainly.
    case protocolMismatch(address: String, received: String)
    case mechanismNotOffered(String, offered: String)
    case refusedCredentials(address: String, user: String, text: String)
    case refusedVirtualHost(name: String, text: String)
    /// A soft error: the server closed this channel only.
    case channelClosed(ReplyCode, text: String, method: MethodID?)
    /// A hard error: the server closed the connection.
    case connectionClosed(ReplyCode, text: String, method: MethodID?)
    /// The socket ended without a word of AMQP.
    case connectionLost(address: String, reason: String)
    case heartbeatMissed(address: String, seconds: Int)
    /// What the server sent is not AMQP 0-9-1, or what we were to send cannot be encoded.
    case wire(WireError)
    case noFreeChannel(maximum: Int)
    /// Used after `close`.
    case closedByClient
    /// The set-up of a channel threw something of its own.
    case setUpFailed(String)
    /// Not connected now; a recovering connection is trying again.
    case notConnected
}

extension AMQPClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connectionRefused(let address):
            "\(address) refuses connections: is the broker running, and is the port right?"
        case .unknownHost(let host): "no address found for host \"\(host)\": check the spelling or the name service"
        case .unreachable(let address, let reason): "cannot connect to \(address): \(reason)"
        case .timedOut(let address, let after, let what):
            "\(address) did not answer within \(after) during \(what)"
        case .tls(let address, let reason): "TLS with \(address) failed: \(reason)"
        case .tlsFile(let path, let reason): "cannot use TLS file \(path): \(reason)"
        case .protocolMismatch(let address, let received):
            "\(address) does not speak AMQP 0-9-1 here: it sent \(received)"
        case .mechanismNotOffered(let mechanism, let offered):
            "the server offers no \(mechanism) authentication, only \(offered)"
        case .refusedCredentials(let address, let user, let text):
            "\(address) refuses user \"\(user)\": \(text)"
        case .refusedVirtualHost(let name, let text): "virtual host \"\(name)\" is closed to us: \(text)"
        case .channelClosed(let code, let text, let method):
            "channel closed by the server: \(Self.server(code, text, method))"
        case .connectionClosed(let code, let text, let method):
            "connection closed by the server: \(Self.server(code, text, method))"
        case .connectionLost(let address, let reason): "connection to \(address) lost: \(reason)"
        case .heartbeatMissed(let address, let seconds):
            "connection to \(address) lost: nothing heard for two heartbeats of \(seconds) s"
        case .wire(let error): "AMQP protocol error: \(error)"
        case .noFreeChannel(let maximum): "all \(maximum) channels of the connection are in use"
        case .closedByClient: "the connection or channel was closed by this program"
        case .setUpFailed(let reason): "the channel could not be set up: \(reason)"
        case .notConnected: "not connected to the broker at the moment"
        }
    }

    /// RabbitMQ's texts begin with the name of the code; others get it put in front.
    private static func server(_ code: ReplyCode, _ text: String, _ method: MethodID?) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let words = line.hasPrefix(code.description) ? line : "\(code) - \(line)"
        return "\(code.rawValue) \(words)" + (method.map { " (\($0))" } ?? "")
    }
}

/// How a channel or connection came to its end.
package enum AMQPCloseReason: Sendable, Equatable {
    /// By `close` of this program.
    case byClient
    /// By the server, the network or a protocol error.
    case failed(AMQPClientError)

    /// What calls that were still waiting fail with.
    package var error: AMQPClientError {
        switch self {
        case .byClient: .closedByClient
        case .failed(let error): error
        }
    }
}

extension AMQPCloseReason: CustomStringConvertible {
    package var description: String { error.description }
}

extension AMQPClientError {
    /// The server's channel.close.
    init(_ close: ChannelClose) {
        self = .channelClosed(
            ReplyCode(rawValue: close.replyCode), text: close.replyText,
            method: Self.method(close.failingClassID, close.failingMethodID))
    }

    /// The server's connection.close.
    init(_ close: ConnectionClose) {
        self = .connectionClosed(
            ReplyCode(rawValue: close.replyCode), text: close.replyText,
            method: Self.method(close.failingClassID, close.failingMethodID))
    }

    private static func method(_ classID: UInt16, _ methodID: UInt16) -> MethodID? {
        classID == 0 && methodID == 0 ? nil : MethodID(classID: classID, methodID: methodID)
    }
}
