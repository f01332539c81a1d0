import AMQPClient
import Drivers
import Foundation
import LoadGenerator
import NIOCore
import TestSupport
import Testing

@Suite("Connection options")
struct ConnectionTests {
    private let small = """
        phases: [{rate: 2k/s, count: 100}]
        mix: {opaque: 1}
        payload: {size: 20kB}
        topology: {incoming: "${Q}-1", processed: "${Q}-out", failed: "${Q}-bad"}
        """

    @Test("messages pass whatever sockets and frames are asked for", arguments: OptionServer.available)
    func sockets(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let ending = try await experiment.run(
            """
            \(small)
            load: {channels: 3}
            connection:
              {heartbeat: 9s, frame_max: 4KiB, channel_max: 9, connect_timeout: 5s, tcp_nodelay: false, send_buffer: 8KiB,
               receive_buffer: 8KiB, name: a test's}
            """)
        #expect(ending.outcome.phases[0].books.confirmed == 100)
        let bodies = try await experiment.drain("\(experiment.prefix)-1").map(\.body.readableBytes)
        #expect(bodies == Array(repeating: 20_000, count: 100))
    }

    @Test("the broker sees what was asked of the connection", .needsOwnRabbitMQ)
    func negotiated() async throws {
        let server = try await RabbitMQServer.sharedOwn()
        let experiment = Experiment(uri: server.url)
        let name = experiment.prefix
        _ = try await experiment.run(
            "\(small)\nconnection: {heartbeat: 9s, frame_max: 4KiB, channel_max: 9, name: \"${Q}\"}"
        ) {
            let lines = try await server.control(
                "list_connections", "--no-table-headers", "frame_max", "channel_max", "timeout", "client_properties")
            let ours = lines.split(separator: "\n").filter { $0.contains(name) }
            // The publisher and the one that declares; no results are read.
            #expect(ours.count == 2 && ours.allSatisfy { $0.hasPrefix("4096\t9\t9\t") }, "\(lines)")
        }
        _ = try await experiment.drain("\(name)-1")
    }

    @Test("a node that is not there is passed over", arguments: ["first", "round-robin", "random"])
    func failover(allocation: String) async throws {
        let experiment = try await Experiment(.embedded)
        let ending = try await experiment.run(
            """
            \(small)
            load: {connections: 4}
            broker: {url: ["amqp://127.0.0.1:\(try freePort())/", "${URI}"], allocation: \(allocation)}
            """)
        #expect(ending.outcome.phases[0].books.confirmed == 100)
        _ = try await experiment.drain("\(experiment.prefix)-1")
    }

    @Test("TLS with a certificate, and recovery or none", .needsOwnRabbitMQ, .timeLimit(.minutes(3)))
    func ownServer() async throws {
        try await RabbitMQServer.withOwn(tls: true) { server in
            let certificates = try #require(server.certificates).path
            let secure = try #require(server.tlsURL?.split(separator: "?").first)
            let experiment = Experiment(uri: server.url)
            let tls =
                "ca: \(certificates)/ca.pem, certificate: \(certificates)/client.pem, key: \(certificates)/client.key"
            let ending = try await experiment.run(
                "\(small)\nbroker: {url: \"\(secure)?auth_mechanism=external\"}\nconnection: {tls: {\(tls)}}")
            #expect(ending.outcome.phases[0].books.confirmed == 100)
            _ = try await experiment.drain("\(experiment.prefix)-1")
            await #expect(throws: DriverError.self, "a server that no authority vouches for") {
                _ = try await experiment.run("\(small)\nbroker: {url: \"\(secure)?verify=verify_peer&cacertfile=\"}")
            }

            for (recovery, isRecovered) in [("off", false), ("{initial_delay: 50ms, attempts: 20}", true)] {
                // Long enough for the server's own tool to start and do its work on a busy machine.
                let steady = small.replacing("2k/s, count: 100", with: "50/s, for: 15s") + "\ndrain: 3s\n"
                async let interrupted = experiment.run(steady + "connection: {recovery: \(recovery)}")
                try await Task.sleep(for: .seconds(1))
                _ = try await server.control("close_all_connections", "a test")
                let outcome = try await interrupted.outcome
                #expect(outcome.failures.isEmpty == isRecovered, "\(outcome.failures)")
                #expect((outcome.recoveries > 0) == isRecovered)
                let books = outcome.phases[0].books
                #expect(isRecovered ? books.published == 750 : books.published < 750, "\(books)")
            }
        }
    }
}
