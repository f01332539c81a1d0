import Drivers
import FaultProxy
import Foundation
import LoadMetrics
import Scenarios

/// What faults are brought about with: the run's processes, its proxies, and the commands that control servers.
struct FaultTools: Sendable {
    let workers: [RoleProcess]
    /// The embedded broker; nil where the run did not start it.
    let broker: RoleProcess?
    let links: FaultLinks
    let meter: RoleMeter
    let driver: any LoadDriver
    /// How servers of others are controlled.
    let controls: [Scenario.FaultServer: ServerControls]

    /// A worker that can be disturbed.
    func worker(_ name: String) throws -> RoleProcess {
        guard let worker = workers.first(where: { $0.name == name }) else {
            throw FaultDriver.Failure(reason: "there is no \(name)")
        }
        if let ending = worker.ending { throw FaultDriver.Failure(reason: "\(name) does not run: it \(ending)") }
        return worker
    }

    func tell(_ link: Scenario.FaultLink, _ command: ProxyCommand) async throws {
        for proxy in links.proxies(of: link) { try await proxy.tell(command) }
    }

    /// Does something to a server; returns when it is done.
    func tell(_ server: Scenario.FaultServer, _ action: Scenario.ServerControl.Action) async throws {
        if server == .broker, let broker { return try await tell(broker, action) }
        guard let control = controls[server] else {
            throw FaultDriver.Failure(reason: "nobody knows how to control the \(server.rawValue)")
        }
        let ends = action == .stop || action == .crash || action == .restart
        if ends { meter.endLife(of: server.rawValue) }
        try await control.run(action)
        // A server on this host is accounted for in all its lives.
        if action == .up || action == .restart, let port = control.port, let pid = ListeningProcess.pid(onPort: port) {
            meter.beginLife(of: server.rawValue, pid: pid)
        }
    }

    private func tell(_ broker: RoleProcess, _ action: Scenario.ServerControl.Action) async throws {
        let grace = Duration.seconds(15)
        switch action {
        case .pause: broker.freeze(true)
        case .resume: broker.freeze(false)
        case .stop, .crash:
            meter.endLife(of: broker.name)
            await broker.end(by: action == .stop ? SIGTERM : SIGKILL, grace: grace)
        case .up:
            // One that did not come up the first time holds the address.
            if broker.ending == nil { await broker.end(by: SIGKILL, grace: grace) }
            // Where it was before, so that everybody finds it again.
            try broker.startAgain(arguments: Self.listening(broker.arguments, on: links.embeddedAddress))
            _ = try await broker.waitUntilReady(within: Orchestrator.readyLimit)
            if let pid = broker.pid { meter.beginLife(of: broker.name, pid: pid) }
        case .restart:
            try await tell(broker, .stop)
            try await tell(broker, .up)
        }
    }

    /// The arguments of a broker with the address that it had.
    private static func listening(_ arguments: [String], on address: String?) -> [String] {
        var arguments = arguments
        if let address, let flag = arguments.firstIndex(of: "--listen"), flag + 1 < arguments.count {
            arguments[flag + 1] = address
        }
        return arguments
    }
}
