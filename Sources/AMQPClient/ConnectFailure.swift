import NIOCore
import NIOPosix

/// Words for what the socket layer throws.
enum ConnectFailure {
    /// Why the first contact failed.
    static func error(_ error: any Error, _ configuration: AMQPConfiguration) -> AMQPClientError {
        let address = configuration.address
        switch error {
        case let error as AMQPClientError: return error
        case let error as NIOConnectionError:
            let causes = error.connectionErrors.map(\.error)
            if let ours = causes.lazy.compactMap({ $0 as? AMQPClientError }).first { return ours }
            if causes.isEmpty { return .unknownHost(configuration.host) }
            if causes.contains(where: isRefusal) { return .connectionRefused(address: address) }
            if causes.contains(where: isTimeout) { return timedOut(configuration) }
            return .unreachable(address: address, reason: causes.map(reason).joined(separator: "; "))
        case _ where isTimeout(error): return timedOut(configuration)
        case _ where isRefusal(error): return .connectionRefused(address: address)
        default: return .unreachable(address: address, reason: reason(error))
        }
    }

    private static func timedOut(_ configuration: AMQPConfiguration) -> AMQPClientError {
        .timedOut(address: configuration.address, after: configuration.connectTimeout, during: "connecting")
    }

    private static func isRefusal(_ error: any Error) -> Bool { (error as? IOError)?.errnoCode == ECONNREFUSED }

    private static func isTimeout(_ error: any Error) -> Bool {
        if case .connectTimeout? = error as? ChannelError { return true }
        return (error as? IOError)?.errnoCode == ETIMEDOUT
    }

    /// One line for an error of the socket.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else {
            return "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
        }
        return String(cString: strerror(error.errnoCode))
    }
}
