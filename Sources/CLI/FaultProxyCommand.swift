import ArgumentParser
import FaultProxy
import Foundation
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// `rafale proxy`: a TCP proxy that makes a link slow, or cuts it, until it is told to stop.
struct FaultProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Stand between clients and a server, and do to their link what networks do on bad days.",
        discussion: """
            Takes one command a line from standard input, or with --control from whoever connects to that address, and \
            answers each with a line that begins with ok or error. `up` is from the clients to the server.

            COMMANDS
            \(ProxyCommand.usage.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))

            A delay makes no connection slower than it is late: bytes wait in a line, in their order. What is held is \
            bounded (256 KiB a direction, 32 MiB where only a delay holds it); beyond that nothing more is read, and the \
            sender feels it. Without any command it adds some 0.1 ms to a round trip on loopback.

            EXAMPLE
              rafale proxy --listen 127.0.0.1:5673 --to 127.0.0.1:5672
              delay 20ms jitter 5ms
            """)

    @Option(help: "Address and port to take connections on; port 0 takes any free one and prints it.")
    var listen = "127.0.0.1:0"

    @Option(help: ArgumentHelp("The server behind it.", valueName: "host:port"))
    var to: String

    @Option(
        help: ArgumentHelp(
            "Take commands on this address instead of standard input; on loopback only, for whoever reaches it commands.",
            valueName: "address:port"))
    var control: String?

    @Option(help: "The same seed gives the same jitter.")
    var seed: UInt64 = 1

    @Option(help: "Append one JSON line of figures to this file when ready, each second and at the end.")
    var stats: String?

    @Option(help: .hidden)
    var endWithParent: Int32?

    func run() async throws {
        try await CommandFailure.ending(role: "proxy") { try await serve() }
    }

    private func serve() async throws {
        let logger = Logger(label: "proxy") { label in
            LineLogHandler(label: label, level: .notice, sink: StandardErrorSink())
        }
        let server = try Self.address(to, of: "--to")
        let own = try Self.address(listen, of: "--listen")
        let steering = try control.map { text throws(CommandFailure) in try Self.address(text, of: "--control") }
        if let steering, !["127.0.0.1", "::1"].contains(steering.host) {
            throw CommandFailure(.usage, "--control \(steering.host) is not loopback; write 127.0.0.1:PORT")
        }
        let snapshots: SnapshotWriter?
        do throws(SnapshotFileError) {
            snapshots = if let stats { try SnapshotWriter(path: stats) } else { nil }
        } catch {
            throw CommandFailure(.cannotWriteReport, error.description)
        }
        let group = MultiThreadedEventLoopGroup.singleton
        for eventLoop in group.makeIterator() { eventLoop.execute { Allocator.countThisThread() } }
        let proxy = LinkProxy(to: server.host, port: server.port, seed: seed, group: group)
        do {
            let port = try await proxy.start(host: own.host, port: own.port)
            var commands: ProxyControl?
            if let steering {
                commands = try await ProxyControl.listen(on: steering.host, port: steering.port, proxy, group)
            }
            let role = FaultProxyRole(
                proxy: proxy, address: "\(own.host):\(port)", control: commands, snapshots: snapshots)
            try await GracefulRun.run(role, endsWithParent: endWithParent, logger: logger)
        } catch let failure as LinkProxy.Failure {
            throw CommandFailure(.unreachable, failure.description)
        } catch let error as SnapshotFileError {
            throw CommandFailure(.cannotWriteReport, error.description)
        }
    }

    private static func address(_ text: String, of flag: String) throws(CommandFailure) -> (host: String, port: Int) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            colon > text.startIndex
        else { throw CommandFailure(.usage, "\(flag) '\(text)' is not ADDRESS:PORT, such as 127.0.0.1:5672") }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return (host, Int(port))
    }
}

/// The proxy, which takes commands and appends its figures to a file each second while it serves.
private struct FaultProxyRole: Service {
    let proxy: LinkProxy
    let address: String
    let control: ProxyControl?
    let snapshots: SnapshotWriter?

    func run() async throws {
        try await write(.ready)
        // Not print: it would keep the line to itself while standard output is a file.
        let steered = control.map { ", commands on 127.0.0.1:\($0.port)" } ?? ""
        FileHandle.standardOutput.write(Data("rafale proxy listens on \(address)\(steered)\n".utf8))
        if control == nil { ProxyControl.readStandardInput(proxy) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await gracefulShutdown() }
            if snapshots != nil {
                tasks.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: .seconds(1))
                        try await write(.running)
                    }
                }
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
        await control?.close()
        await proxy.stop()
        try await write(.stopped)
    }

    private func write(_ event: RoleSnapshot.Event) async throws {
        guard let snapshots else { return }
        var counters = await proxy.statistics().counters
        counters[ProxyControl.portCounter] = control.map { UInt64($0.port) }
        try snapshots.append(RoleSnapshot(role: .proxy, event: event, address: address, counters: counters))
    }
}
