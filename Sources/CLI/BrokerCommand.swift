import AMQPBroker
import ArgumentParser
import Foundation
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// `rafale broker`: the embedded broker alone, until it is told to stop.
struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Run the embedded AMQP 0-9-1 broker alone, in memory.",
        discussion: """
            Serves until SIGTERM or SIGINT, then tells its clients and ends with 0. Messages and durable queues do not \
            outlive it. Without --user, guest with password guest may connect over loopback.

            Example, for clients on other hosts:
              RAFALE_BROKER_USERS=load:s3cret rafale broker --listen 0.0.0.0:5672 --memory-limit 2G
            """)

    @Option(help: "Address and port; port 0 takes any free one. Beyond loopback, --user is needed.")
    var listen = "127.0.0.1:5672"

    @Option(
        name: .customLong("user"),
        help:
            "NAME:PASSWORD, repeatable. Others on this host can read it here: prefer RAFALE_BROKER_USERS, comma-separated."
    )
    var users: [String] = []

    @Option(help: "What messages may cost in memory before publishers are held up: bytes, or with K, M or G.")
    var memoryLimit = "1G"

    @Flag(help: "Confirm and drop every published message: a sink to measure publishers with.")
    var discard = false

    @Option(help: "Append one JSON line of figures to this file when ready, each second and at the end.")
    var stats: String?

    @Option(help: .hidden)
    var endWithParent: Int32?

    func run() async throws {
        try await CommandFailure.ending(role: "broker") { try await serve() }
    }

    private func serve() async throws {
        let logger = Logger(label: "broker") { label in
            LineLogHandler(label: label, level: .notice, sink: StandardErrorSink())
        }
        let (broker, writer) = try make(logger)
        for eventLoop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
            eventLoop.execute { Allocator.countThisThread() }
        }
        let address: String
        do {
            let bound = try await broker.start()
            address = bound.host.contains(":") ? "[\(bound.host)]:\(bound.port)" : "\(bound.host):\(bound.port)"
        } catch {
            throw CommandFailure(
                .unreachable,
                "cannot listen on \(listen): \(BindFailure.reason(error)); choose another address or port with --listen"
            )
        }
        do {
            let role = BrokerRole(broker: broker, address: address, writer: writer)
            try await GracefulRun.run(role, endsWithParent: endWithParent, logger: logger)
            try await role.write(.stopped)
        } catch let error as SnapshotFileError {
            await broker.stop()
            throw CommandFailure(.cannotWriteReport, error.description)
        }
    }

    private func make(_ logger: Logger) throws -> (EmbeddedBroker, SnapshotWriter?) {
        let configuration = try brokerConfiguration()
        do {
            return (
                try EmbeddedBroker(
                    configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, logger: logger),
                try stats.map { path throws(SnapshotFileError) in try SnapshotWriter(path: path) }
            )
        } catch let error as SnapshotFileError {
            throw CommandFailure(.cannotWriteReport, error.description)
        } catch let error as BrokerConfigurationError {
            throw CommandFailure(.usage, error.description)
        }
    }

    private func brokerConfiguration() throws -> BrokerConfiguration {
        var configuration = BrokerConfiguration()
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]) else {
            throw CommandFailure(.usage, "--listen '\(listen)' is not ADDRESS:PORT, such as 127.0.0.1:5672")
        }
        configuration.host = String(listen[..<colon]).trimmingBrackets
        configuration.port = port
        guard let limit = ByteCount(memoryLimit) else {
            throw CommandFailure(.usage, "--memory-limit '\(memoryLimit)' is not a size: write 512M, 2G or bytes")
        }
        configuration.memoryLimitBytes = limit.bytes
        configuration.discardsMessages = discard
        let fromEnvironment = EnvironmentUsers.value.split(separator: ",").map(String.init)
        for entry in fromEnvironment + users {
            let parts = entry.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else {
                throw CommandFailure(.usage, "a user must be NAME:PASSWORD (--user or \(EnvironmentUsers.name))")
            }
            configuration.users[String(parts[0])] = String(parts[1])
        }
        return configuration
    }
}

/// Where users come from besides the command line, which every process on the host can read.
private enum EnvironmentUsers {
    static let name = "RAFALE_BROKER_USERS"

    static var value: String { ProgramEnvironment.values[name] ?? "" }
}

/// The broker, which appends its figures to a file each second while it serves.
private struct BrokerRole: Service {
    let broker: EmbeddedBroker
    let address: String
    let writer: SnapshotWriter?

    func run() async throws {
        // Only now, when signals are heard already: whoever reads the line may send one at once.
        try await write(.ready)
        // Not print: it would keep the line to itself while standard output is a file.
        FileHandle.standardOutput.write(Data("rafale broker listens on \(address)\n".utf8))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await broker.run() }
            if writer != nil { tasks.addTask { try await writeEachSecond() } }
            defer { tasks.cancelAll() }
            // Whatever ends first ends the role: the broker when it was told to, the figures when the disk is full.
            try await tasks.next()
        }
    }

    private func writeEachSecond() async throws {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            try await write(.running)
        }
    }

    func write(_ event: RoleSnapshot.Event) async throws {
        guard let writer else { return }
        let statistics = await broker.statistics()
        try writer.append(
            RoleSnapshot(role: .broker, event: event, address: address, counters: statistics.counters))
    }
}

/// A size as people write it: `1048576`, `512M`, `2G`.
struct ByteCount: Equatable {
    let bytes: Int

    /// Nil for what is no size or does not fit.
    init?(_ text: String) {
        let units: [Character: Int] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        var digits = text.lowercased()[...]
        if digits.hasSuffix("ib") { digits = digits.dropLast(2) } else if digits.hasSuffix("b") { digits.removeLast() }
        var unit = 1
        if let last = digits.last, let found = units[last] {
            unit = found
            digits.removeLast()
        }
        guard let number = Int(digits), number >= 0 else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        bytes = product
    }
}

extension String {
    /// `[::1]` without its brackets.
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
