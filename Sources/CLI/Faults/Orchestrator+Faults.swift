import Drivers
import FaultProxy
import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

// The faults of a run: the proxies that they need, the driver that brings them about, and what becomes of it.

extension Orchestrator {
    /// Starts the proxies that the scenario's faults need, before anything connects.
    func startLinks(
        brokerURIs: [String], _ processes: inout Processes, _ pinning: CorePinning
    ) async throws -> FaultLinks {
        var links = FaultLinks()
        if processes.broker != nil, let uri = brokerURIs.first {
            let (host, port) = ServerURL(uri).hostAndPort
            links.embeddedAddress = "\(host):\(port)"
        }
        let needed = FaultLinks.needed(scenario.faults)
        for (index, (server, sides)) in needed.enumerated() {
            guard let target = server == .broker ? brokerURIs.first : storeText else { continue }
            let (host, port) = ServerURL(target).hostAndPort
            let isShared = needed.filter { $0.0 == server }.count == 1
            let name = isShared ? "proxy-\(server.rawValue)" : "proxy-" + (sides.first?.rawValue ?? "")
            let process = RoleProcess(
                role: .proxy, name: name, executable: Self.executable,
                arguments: [
                    "proxy", "--listen", "127.0.0.1:0", "--to", "\(host):\(port)", "--control", "127.0.0.1:0", "--seed",
                    "\(scenario.seed &+ UInt64(index))", "--stats", folder.statistics(of: name), "--end-with-parent",
                    "\(getpid())",
                ],
                environment: [:], statisticsPath: folder.statistics(of: name), logPath: folder.log(of: name),
                cores: pinning.coresToStart(.proxy))
            try process.start()
            processes.proxies.append(process)
            let ready = try await process.waitUntilReady(within: Self.readyLimit)
            guard let address = ready.address, let control = ready.counters[ProxyControl.portCounter] else {
                throw CommandFailure(.internalError, "\(name) does not say where it listens")
            }
            links.proxies.append(
                .init(
                    process: process, server: server, sides: sides, address: address,
                    control: ProxyClient(host: "127.0.0.1", port: Int(control))))
        }
        return links
    }

    /// What brings the scenario's faults about; nil where it has none.
    func faultDriver(
        _ load: LoadRun, _ driver: any LoadDriver, _ links: FaultLinks, _ processes: Processes, _ meter: RoleMeter,
        brokerURIs: [String]
    ) -> FaultDriver? {
        guard !scenario.faults.isEmpty else { return nil }
        var controls: [Scenario.FaultServer: ServerControls] = [:]
        for (server, control, address) in [
            (Scenario.FaultServer.broker, scenario.broker.control, brokerURIs.first),
            (.store, scenario.store.control, storeText),
        ] {
            guard let control, let address else { continue }
            let (host, port) = ServerURL(address).hostAndPort
            controls[server] = ServerControls(
                control: control,
                folder: URL(fileURLWithPath: file.path).deletingLastPathComponent().standardizedFileURL.path,
                logPath: folder.log(of: "\(server.rawValue)-control"),
                port: ["127.0.0.1", "::1", "localhost"].contains(host) ? port : nil)
        }
        return FaultDriver(
            FaultPlan(scenario, workers: processes.workers.map(\.name)), scenario, load,
            FaultTools(
                workers: processes.workers, broker: processes.broker, links: links, meter: meter, driver: driver,
                controls: controls))
    }

    /// Begins to break things, and to keep what becomes of them; nil where there is nothing to break.
    func startBreaking(_ faults: FaultDriver?, _ load: LoadRun, _ processes: Processes) -> Breaking? {
        guard let faults else { return nil }
        let log = MomentLog()
        let workers = processes.workers
        return Breaking(
            log: log, driving: Task { await faults.run() },
            keeping: Task { await Self.keepMoments(of: load, workers, in: log) })
    }

    /// The breaking of a run, under way.
    struct Breaking: Sendable {
        let log: MomentLog
        let driving: Task<Void, Never>
        let keeping: Task<Void, Never>

        /// Ends what still lasts; the moments that were kept.
        func finish() async -> [LoadPosition] {
            driving.cancel()
            await driving.value
            keeping.cancel()
            await keeping.value
            return log.all
        }
    }

    /// Keeps where the load stands, ten times a second, until it is cancelled.
    private static func keepMoments(of load: LoadRun, _ workers: [RoleProcess], in moments: MomentLog) async {
        var next = ContinuousClock.now
        var redelivered: UInt64 = 0
        var ticks = 0
        while !Task.isCancelled {
            // The workers write once a second; reading what they wrote more often would tell nothing.
            if ticks % 5 == 0 {
                redelivered = workers.reduce(0) { $0 + ($1.latestSnapshot?.counters["redelivered"] ?? 0) }
            }
            ticks += 1
            if let moment = try? await load.position(redelivered: redelivered) { moments.append(moment) }
            next += .milliseconds(100)
            try? await Task.sleep(until: next)
        }
        redelivered = workers.reduce(0) { $0 + ($1.latestSnapshot?.counters["redelivered"] ?? 0) }
        if let moment = try? await load.position(redelivered: redelivered) { moments.append(moment) }
    }
}
