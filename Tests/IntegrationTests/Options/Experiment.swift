import AMQPBroker
import AMQPClient
import Drivers
import Foundation
import LoadGenerator
import Logging
import NIOCore
import NIOPosix
import Scenarios
import Synchronization
import TestSupport
import Testing

/// The servers that the scenario's options are tried on.
enum OptionServer: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case embedded = "embedded broker"
    case rabbitMQ = "RabbitMQ"

    var testDescription: String { rawValue }

    /// All that can be tested here; in CI a missing one fails its tests instead.
    static let available = allCases.filter { server in
        server == .embedded || Requirement.rabbitMQ.isMet || Places.environment("CI") == "true"
    }

    /// Where it listens.
    func uri() async throws -> String {
        switch self {
        case .embedded: try await "amqp://guest:guest@127.0.0.1:\(Self.embeddedPort.value)/"
        case .rabbitMQ: try await RabbitMQServer.shared().url
        }
    }

    private static let embeddedPort = Task {
        let broker = try EmbeddedBroker(
            configuration: BrokerConfiguration(), group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test broker") { _ in SwiftLogNoOpLogHandler() })
        embeddedBroker.withLock { $0 = broker }
        return try await broker.start().port
    }

    private static let embeddedBroker = Mutex<EmbeddedBroker?>(nil)
}

/// One scenario put on a server in this process, without workers: what came of it, and what the server then holds.
struct Experiment: Sendable {
    let uri: String
    /// Stands for `${Q}` in the scenario: queues of the test's own begin with it.
    let prefix = uniqueName("option")

    init(_ server: OptionServer) async throws { uri = try await server.uri() }

    init(uri: String) { self.uri = uri }

    /// What the generator made of the scenario, and the notes of its cleaning up.
    struct Ending: Sendable {
        var outcome: LoadOutcome
        var notes: [String]
        var seconds: [SecondSample]
    }

    /// Runs the scenario; `during` is called once everything is connected and declared.
    func run(
        _ text: String, files: [String: [UInt8]] = [:], during: () async throws -> Void = {}
    ) async throws -> Ending {
        try await withTemporaryDirectory { folder in
            for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
            let file = try ScenarioFile(
                bytes: Array(("name: option\nworkers: {count: 0}\n" + text).utf8),
                path: folder.appending(path: "option.yaml").path, environment: ["Q": prefix, "URI": uri])
            let group = MultiThreadedEventLoopGroup.singleton
            let driver = try AMQPLoadDriver(
                uris: file.scenario.brokerURIs(embedded: uri), policy: file.scenario.connectionPolicy,
                on: group.next(), logger: Self.quiet)
            let plan = LoadPlan(file.scenario, run: RunID(rawValue: 0xABCD), purge: false, keepsQueues: false)
            let load = LoadRun(plan: plan, driver: driver, group: group, logger: Self.quiet)
            do {
                try await load.connect()
                try await during()
                let seconds = Mutex<[SecondSample]>([])
                try await load.execute { sample in seconds.withLock { $0.append(sample) } }
                let outcome = try await load.close()
                return Ending(outcome: outcome, notes: await driver.cleanUp(), seconds: seconds.withLock { $0 })
            } catch {
                await load.disconnect()
                _ = await driver.cleanUp()
                throw error
            }
        }
    }

    /// Takes all messages out of a queue and deletes it.
    func drain(_ queue: String) async throws -> [FetchedMessage] {
        try await withChannel { channel in
            var messages: [FetchedMessage] = []
            while let message = try await channel.get(queue, noAck: true) { messages.append(message) }
            _ = try await channel.queueDelete(queue)
            return messages
        }
    }

    /// A channel of the test's own for the body.
    func withChannel<T: Sendable>(_ body: (AMQPChannel) async throws -> T) async throws -> T {
        let connection = try await AMQPConnection.connect(
            AMQPConfiguration(uri: uri), on: MultiThreadedEventLoopGroup.singleton.next(), logger: Self.quiet)
        do {
            let result = try await body(try await connection.openChannel())
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
