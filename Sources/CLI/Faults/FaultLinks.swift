import FaultProxy
import Foundation
import LoadMetrics
import NIOCore
import NIOPosix
import Scenarios

/// The proxies that a run's faults need, and the addresses that lead through them.
///
///     generator ─► proxy-broker ─► broker          one for both, or one each where a fault is for one side alone
///     workers ───► proxy-broker ─► broker
///     workers ───► proxy-store ──► store
struct FaultLinks: Sendable {
    /// A proxy process on a link.
    struct Proxy: Sendable {
        let process: RoleProcess
        let server: Scenario.FaultServer
        let sides: Set<Scenario.FaultLink.Side>
        /// Where it listens.
        let address: String
        let control: ProxyClient

        func tell(_ command: ProxyCommand) async throws { try await control.tell(command.line) }
    }

    var proxies: [Proxy] = []
    /// Where the embedded broker listens, which keeps that address when it is started again.
    var embeddedAddress: String?

    /// The proxies that a fault of a link concerns.
    func proxies(of link: Scenario.FaultLink) -> [Proxy] {
        proxies.filter { proxy in
            proxy.server == link.server && (link.side == .both || proxy.sides.contains(link.side))
        }
    }

    /// The broker's addresses as one side reaches them.
    func uris(_ direct: [String], for side: Scenario.FaultLink.Side) -> [String] {
        guard let proxy = proxies.first(where: { $0.server == .broker && $0.sides.contains(side) }) else {
            return direct
        }
        return direct.map { ServerURL($0).leading(to: proxy.address) }
    }

    /// The store's address as the workers reach it.
    func storeURL(_ direct: String) -> String {
        guard let proxy = proxies.first(where: { $0.server == .store }) else { return direct }
        return ServerURL(direct).leading(to: proxy.address)
    }

    /// Which proxies a scenario's faults need: the server, and whose connections each takes.
    static func needed(_ faults: [Scenario.Fault]) -> [(Scenario.FaultServer, Set<Scenario.FaultLink.Side>)] {
        let links = Set(faults.compactMap(\.action.link))
        let broker = Set(links.filter { $0.server == .broker }.map(\.side))
        var needed: [(Scenario.FaultServer, Set<Scenario.FaultLink.Side>)] = []
        if broker == [.both] {
            needed.append((.broker, [.workers, .generator]))
        } else if !broker.isEmpty {
            let sides: [Scenario.FaultLink.Side] = broker.contains(.both) ? [.workers, .generator] : Array(broker)
            needed += sides.sorted { $0.rawValue < $1.rawValue }.map { (.broker, [$0]) }
        }
        if links.contains(where: { $0.server == .store }) { needed.append((.store, [.workers])) }
        return needed
    }
}

/// Steers a proxy over its control connection.
final class ProxyClient: Sendable {
    private let host: String
    private let port: Int
    /// How long an answer may take.
    private let limit: Duration

    init(host: String, port: Int, limit: Duration = .seconds(10)) {
        self.host = host
        self.port = port
        self.limit = limit
    }

    /// Sends a command and waits until it is carried out.
    func tell(_ line: String) async throws {
        let answer: String?
        do {
            answer = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await self.exchange(line) }
                group.addTask {
                    try await Task.sleep(for: self.limit)
                    throw FaultDriver.Failure(reason: "the proxy does not answer within \(self.limit)")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch let failure as FaultDriver.Failure {
            throw failure
        } catch {
            throw FaultDriver.Failure(reason: "the proxy does not answer: \(error)")
        }
        guard answer == "ok" else {
            throw FaultDriver.Failure(reason: "the proxy refused '\(line)': \(answer ?? "it hung up")")
        }
    }

    private func exchange(_ line: String) async throws -> String? {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(LineDecoder()))
                    return try NIOAsyncChannel<String, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: line + "\n"))
            return try await inbound.first { _ in true }
        }
    }
}
