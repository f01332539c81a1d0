import NIOCore
import NIOSSL

/// TLS contexts from options, and words for what goes wrong with TLS.
enum TLS {
    /// The handler for one connection; reads the files anew, so that renewed certificates count at the next connect.
    static func handler(
        _ options: TLSOptions, host: String, address: String
    ) throws(AMQPClientError) -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = options.verification == .peer ? .fullVerification : .none
        if let path = options.caFile {
            let authorities = try read(path) { try NIOSSLCertificate.fromPEMFile(path) }
            guard !authorities.isEmpty else { throw .tlsFile(path: path, reason: "it holds no PEM certificate") }
            configuration.trustRoots = .certificates(authorities)
        }
        if let path = options.certificateFile {
            let chain = try read(path) { try NIOSSLCertificate.fromPEMFile(path) }
            guard !chain.isEmpty else { throw .tlsFile(path: path, reason: "it holds no PEM certificate") }
            configuration.certificateChain = chain.map { .certificate($0) }
            // A key may stand in the certificate's own file.
            let keyPath = options.keyFile ?? path
            configuration.privateKey = .privateKey(
                try read(keyPath) { try NIOSSLPrivateKey(file: keyPath, format: .pem) })
        } else if let path = options.keyFile {
            throw .tlsFile(path: path, reason: "a key without a certificate: give certfile as well")
        }
        let name = options.serverName ?? host
        let isAddress = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        do {
            let context = try NIOSSLContext(configuration: configuration)
            // An address is no server name; without one the certificate must name the address itself.
            return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : name)
        } catch {
            throw .tls(address: address, reason: reason(error))
        }
    }

    private static func read<T>(_ path: String, _ body: () throws -> T) throws(AMQPClientError) -> T {
        do {
            return try body()
        } catch let error as IOError {
            throw .tlsFile(path: path, reason: ConnectFailure.reason(error))
        } catch {
            throw .tlsFile(path: path, reason: "not readable as PEM (\(reason(error)))")
        }
    }

    /// One line for an error of the TLS library.
    static func reason(_ error: any Error) -> String {
        let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return
                "the server's certificate is not signed by a trusted authority, or is out of date (see cacertfile, verify)"
        }
        if let extra = error as? NIOSSLExtraError, extra == .failedToValidateHostname {
            return "the server's certificate is for another name (see server_name_indication)"
        }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS on this port: try amqp://" }
        if case .uncleanShutdown? = error as? NIOSSLError { return "the server hung up" }
        return text
    }
}
