import AMQPClient
import AMQPProtocol
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@Suite("TLS on RabbitMQ", .timeLimit(.minutes(3))) struct TLSTests {
    @Test(.needsOwnRabbitMQ) func provesWhoIsWho() async throws {
        try await RabbitMQServer.withOwn(tls: true) { server in
            let uri = try #require(server.tlsURL)
            let folder = try #require(server.certificates)
            let trusted = try AMQPConfiguration(uri: uri)
            try await use(trusted)

            var unknownAuthority = trusted
            unknownAuthority.tls?.caFile = nil
            await expectTLSFailure(unknownAuthority, "not signed by a trusted authority")

            var anyServer = unknownAuthority
            anyServer.tls?.verification = .none
            try await use(anyServer)

            // Log in by certificate alone.
            var external = trusted
            external.credentials = .external
            external.tls?.certificateFile = folder.appending(path: "client.pem").path
            external.tls?.keyFile = folder.appending(path: "client.key").path
            try await use(external)
            external.tls?.certificateFile = nil
            external.tls?.keyFile = nil
            do {
                try await use(external)
                Issue.record("let in without a certificate")
            } catch let error as AMQPClientError {
                switch error {
                case .tls, .refusedCredentials, .mechanismNotOffered, .connectionLost: break
                default: Issue.record("\(error)")
                }
            }

            var plainPort = trusted
            plainPort.port = try AMQPConfiguration(uri: server.url).port
            await expectTLSFailure(plainPort, "")
            var speaksPlainly = try AMQPConfiguration(uri: server.url)
            speaksPlainly.port = trusted.port
            speaksPlainly.connectTimeout = .seconds(3)
            await #expect(throws: AMQPClientError.self) { try await use(speaksPlainly) }
        }
    }

    @Test func namesUnusableFiles() async throws {
        try await withTemporaryDirectory { folder in
            let empty = folder.appending(path: "empty.pem").path
            try Data("nothing".utf8).write(to: URL(filePath: empty))
            for options in [
                TLSOptions(caFile: "/nowhere/ca.pem"), TLSOptions(caFile: empty), TLSOptions(certificateFile: empty),
                TLSOptions(keyFile: empty),
            ] {
                let port = try await listener()
                do {
                    let configuration = AMQPConfiguration(host: "127.0.0.1", port: port.localPort, tls: options)
                    _ = try await AMQPConnection.connect(configuration, on: anyLoop(), logger: quiet)
                    Issue.record("\(options) was taken")
                } catch AMQPClientError.tlsFile(let path, _) {
                    #expect(path.hasSuffix(".pem"))
                }
                try await port.channel.close()
            }
        }
    }

    /// A server whose certificate is trusted, but made out to another name.
    @Test(.needs(tool: "openssl", package: "openssl")) func checksTheName() async throws {
        try await withTemporaryDirectory { folder in
            let (certificate, key) = (folder.appending(path: "c.pem").path, folder.appending(path: "k.pem").path)
            let openssl = try #require(Places.tool("openssl"))
            let made = try await run(
                openssl,
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker.example", "-addext",
                    "subjectAltName=DNS:broker.example", "-days", "2", "-keyout", key, "-out", certificate,
                ])
            #expect(made.exitCode == 0)
            let context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                    privateKey: .privateKey(NIOSSLPrivateKey(file: key, format: .pem))))
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            var configuration = AMQPConfiguration(
                host: "localhost", port: try #require(server.localAddress?.port), tls: TLSOptions(caFile: certificate))
            configuration.connectTimeout = .seconds(1)
            await expectTLSFailure(configuration, "another name")
            configuration.host = "127.0.0.1"
            await expectTLSFailure(configuration, "another name")
            // With the right name, or without checks, it is the AMQP handshake that this server does not answer.
            configuration.tls?.serverName = "broker.example"
            await expectSilence(configuration)
            configuration.tls = TLSOptions(verification: .none)
            await expectSilence(configuration)
            try await server.close()
        }
    }

    private func expectSilence(_ configuration: AMQPConfiguration) async {
        do {
            try await use(configuration)
            Issue.record("connected")
        } catch AMQPClientError.timedOut(_, _, let what) {
            #expect(what == "the TLS and AMQP handshake")
        } catch {
            Issue.record("\(error)")
        }
    }

    private func use(_ configuration: AMQPConfiguration) async throws {
        let connection = try await AMQPConnection.connect(configuration, on: anyLoop(), logger: quiet)
        let recorder = Recorder()
        let channel = try await connection.openChannel(delegate: recorder)
        let queue = try await channel.queueDeclare(exclusive: true).queue
        try await channel.consume(queue: queue, noAck: true)
        let body = ByteBuffer(repeating: 3, count: 300_000)
        try await channel.publish(body, routingKey: queue)
        #expect(try await recorder.messages(1)[0].body == body)
        await connection.close()
    }

    private func expectTLSFailure(
        _ configuration: AMQPConfiguration, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        do {
            try await use(configuration)
            Issue.record("connected", sourceLocation: sourceLocation)
        } catch AMQPClientError.tls(_, let reason) {
            #expect(words.isEmpty || reason.contains(words), "\(reason)")
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }
}
