import AMQPClient
import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import PipelineWorker
import Scenarios
import Stores
import UnixSignals

/// Runs a scenario: starts the broker and the workers as child processes, puts the load on, stops everything in
/// order, and puts the result together.
///
///     embedded broker ─► connect, declare ─► workers ─► phases, drain ─► stop workers ─► close the books ─► stop broker
struct Orchestrator: Sendable {
    /// What the command line decides.
    struct Settings: Sendable {
        var purge: Bool
        var isQuiet: Bool
        /// Whether this process starts the scenario's workers; otherwise they run elsewhere.
        var startsWorkers: Bool
        /// Which half of the load this process is.
        var part = LoadPlan.Part.whole
        /// The run that other processes belong to as well; nil for one of its own.
        var run: RunID?
        /// Told what happens, for whoever asks while the run lasts.
        var metrics: LiveMetrics?
        var commandLine: [String]
    }

    static let readyLimit = Duration.seconds(20)
    private static let stopGrace = Duration.seconds(15)

    let file: ScenarioFile
    let settings: Settings
    let folder: RunFolder
    let startedAt: Date
    let logger: Logger

    var scenario: Scenario { file.scenario }

    /// Runs it to its end; a failure before the first message throws.
    func run() async throws -> RunResult {
        // Before a thread of an event loop exists: threads inherit the cores of who starts them.
        let machine = MachineFacts.current()
        _ = try storeURL
        let pinning = try CorePinning(scenario.cpus)
        try pinning.pinGenerator()
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: Self.threads(
                connections: Self.connections(scenario), cores: scenario.cpus.generator?.count))
        for eventLoop in group.makeIterator() { eventLoop.execute { Allocator.countThisThread() } }
        var processes = Processes()
        do {
            let result = try await run(on: group, &processes, pinning, machine)
            try await group.shutdownGracefully()
            return result
        } catch {
            await processes.stopAll(grace: Self.stopGrace)
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// The children of the run.
    struct Processes {
        var broker: RoleProcess?
        var workers: [RoleProcess] = []
        /// Stand on the links that faults need.
        var proxies: [RoleProcess] = []

        var all: [RoleProcess] { [broker].compactMap(\.self) + proxies + workers }

        func stopWorkers(grace: Duration) async {
            await withTaskGroup(of: Void.self) { tasks in
                for worker in workers { tasks.addTask { await worker.stop(grace: grace) } }
            }
            await killOrphans()
        }

        /// Stops what the workers need, behind them.
        func stopServers(grace: Duration) async {
            for proxy in proxies { await proxy.stop(grace: grace) }
            await broker?.stop(grace: grace)
        }

        func stopAll(grace: Duration) async {
            await stopWorkers(grace: grace)
            await stopServers(grace: grace)
        }
    }

    private func run(
        on group: MultiThreadedEventLoopGroup, _ processes: inout Processes, _ pinning: CorePinning,
        _ machine: MachineFacts
    ) async throws -> RunResult {
        let uris = try await brokerURIs(&processes, pinning)
        let links = try await startLinks(brokerURIs: uris, &processes, pinning)
        let driver = try await makeDriver(links.uris(uris, for: .generator), group)
        let run = settings.run ?? RunID(rawValue: UInt32.random(in: 0...UInt32.max))
        let log = try openLog()
        let plan = LoadPlan(
            scenario, run: run, purge: settings.purge, keepsQueues: !settings.startsWorkers, part: settings.part,
            isRunNamed: settings.run != nil, recording: log)
        settings.metrics?.begin(plan)
        let load = LoadRun(plan: plan, driver: driver, group: group, logger: logger)
        let view = LiveView(
            phases: scenario.phases.map(\.name), planned: Self.planned(scenario), isQuiet: settings.isQuiet)
        // From here on a signal ends the run in order: nothing that was declared or started is left behind.
        let interruptions = Task { await watchSignals(load, view) }
        defer { interruptions.cancel() }
        let held = await branchesHolding(log)
        try await connect(load, driver, links, uris, &processes, pinning)
        let system = await driver.system

        let meter = RoleMeter()
        let watched = watchedProcesses(processes, uris: uris)
        meter.begin(watched) { allocated(of: $0, processes) }
        view.say("\(scenario.name): \(scenario.summary)")
        let faults = faultDriver(load, driver, links, processes, meter, brokerURIs: uris)
        let breaking = startBreaking(faults, load, processes)
        let rows: [SeriesRow]
        do {
            rows = try await execute(load, meter, view)
        } catch {
            // Nothing that was broken stays broken, whatever ends the run.
            _ = await breaking?.finish()
            throw error
        }
        let positions = await breaking?.finish() ?? []

        let died = Set(processes.all.filter(\.diedEarly).map(\.name))
        let endings = processes.all.filter { $0.diedEarly && !$0.isSupervisor }.map { "\($0.name) \($0.ending ?? "")" }
        let finalAllocated = allocatedNow(processes)
        await processes.stopWorkers(grace: Self.stopGrace)
        let outcome = try await load.close()
        let audits = await audits(of: load, held: held)
        let leftBehind = await driver.cleanUp()
        await processes.stopServers(grace: Self.stopGrace)
        let broken = faults.map {
            FaultOutcome(
                $0.closedRecords(), positions, queued: outcome.waiting.reduce(0) { $0 + $1.messages },
                endsEmbedded: processes.broker != nil, books: load.books)
        }

        let ownNotes = ownWorkers(run, uris: uris)?.notes(processes.workers) ?? []
        let measured = Set(scenario.phases.indices.filter { scenario.phases[$0].measured })
        let roles = roles(
            meter, in: measured, outcome, processes, pinning, allocated: finalAllocated, died: died)
        return ResultAssembly(
            file: file,
            facts: RunFacts(
                id: run.description, startedAt: startedAt, commandLine: settings.commandLine,
                toolVersion: Rafale.version, gitRevision: GitRevision.current(), seed: scenario.seed),
            outcome: outcome, rows: rows, roles: roles, cores: meter.coreUse(in: measured),
            machine: machine, generatorCores: pinning.generatorCores, stages: stages(processes),
            broker: SystemFacts(
                product: system.product, version: system.version,
                address: uris.isEmpty ? driver.addresses.first : ServerURL(uris[0]).redacted,
                embedded: processes.broker != nil),
            store: startsReferenceWorkers || scenario.target == .store ? storeName : nil, audits: audits,
            calibration: CalibrationFile.use(by: plan, target: scenario.target, machine: machine),
            faults: broken,
            notes: endings.map { "\($0) during the run." } + ownNotes + logNotes(log) + leftBehind + Self.testNotes
                + pinning.notes(startsBroker: processes.broker != nil, startsWorkers: !processes.workers.isEmpty)
        ).result()
    }

    /// Opens the connections and starts the workers: all of it or nothing.
    private func connect(
        _ load: LoadRun, _ driver: any LoadDriver, _ links: FaultLinks, _ uris: [String],
        _ processes: inout Processes, _ pinning: CorePinning
    ) async throws {
        do {
            try await load.connect()
            let workerURIs = links.uris(uris, for: .workers)
            try await startWorkers(uris: workerURIs, store: links.storeURL(storeText), &processes, pinning)
            try await startOwnWorkers(load, driver, uris: workerURIs, &processes, pinning)
        } catch {
            // Queues with consumers would be left in place.
            await processes.stopWorkers(grace: Self.stopGrace)
            await load.disconnect()
            _ = await driver.cleanUp()
            throw error
        }
    }

    /// Puts the load on until all of it came back; what each second saw.
    private func execute(_ load: LoadRun, _ meter: RoleMeter, _ view: LiveView) async throws -> [SeriesRow] {
        let seconds = SeriesLog(path: folder.seriesFile)
        try await load.execute { sample in
            let used = meter.second(phase: sample.phase)
            seconds.append(SeriesRow(sample, cores: used.cores, residentBytes: used.residentBytes))
            settings.metrics?.add(sample, used.processes)
            view.show(sample)
        }
        view.clear()
        return try seconds.end()
    }

    /// What each process of the run used, and in the measured phases.
    private func roles(
        _ meter: RoleMeter, in measured: Set<Int>, _ outcome: LoadOutcome, _ processes: Processes,
        _ pinning: CorePinning, allocated: [String: UInt64], died: Set<String>
    ) -> [RoleResult] {
        let finished = outcome.phases.reduce(0) { $0 + $1.books.processed + $1.books.failed }
        // Each branch has as many workers, in its order.
        let answered = scenario.branches.indices.map { branch in
            outcome.phases.reduce(UInt64(0)) { sum, phase in
                guard branch < phase.branches.count else { return sum + phase.books.processed + phase.books.failed }
                return sum + phase.branches[branch].books.processed + phase.branches[branch].books.failed
            }
        }
        let published = outcome.phases.reduce(0) { $0 + $1.books.published }
        let snapshots = Dictionary(uniqueKeysWithValues: processes.all.map { ($0.name, $0.latestSnapshot) })
        return meter.results(
            measured: measured,
            pinnedCores: { role in
                role == .broker && processes.broker == nil ? nil : pinning.cores(of: role)
            },
            messages: { watched in
                switch watched.role {
                // A program of somebody else does not count: the messages are taken to be shared evenly.
                case .worker where watched.isTree: processes.share(of: watched.name, ofBranches: answered)
                case .worker: snapshots[watched.name]??.finishedMessages ?? finished
                // Who only consumes is measured by what it consumed.
                default: published > 0 ? published : finished
                }
            },
            allocated: { allocated[$0] }, died: { died.contains($0) },
            counters: { counters(of: $0, processes) })
    }

    /// What a process counted in all its lives, and how many of them there were beyond the first.
    private func counters(of name: String, _ processes: Processes) -> [String: UInt64] {
        guard let process = processes.all.first(where: { $0.name == name }) else { return [:] }
        var counters = process.latestSnapshot?.counters ?? [:]
        if process.restarts > 0 { counters[SupervisedCounter.restarts.rawValue, default: 0] += process.restarts }
        return counters
    }

    // MARK: - Parts

    private func brokerURIs(_ processes: inout Processes, _ pinning: CorePinning) async throws -> [String] {
        guard scenario.target != .store else { return [] }
        if case .servers = scenario.broker.location { return scenario.brokerURIs(embedded: nil) }
        let broker = RoleProcess(
            role: .broker, name: "broker", executable: Self.executable,
            arguments: [
                "broker", "--listen", "127.0.0.1:0", "--stats", folder.statistics(of: "broker"),
                "--end-with-parent", "\(getpid())",
            ],
            // The users of a broker for other hosts are not those of this run's own.
            environment: ["RAFALE_BROKER_USERS": nil], statisticsPath: folder.statistics(of: "broker"),
            logPath: folder.log(of: "broker"), cores: pinning.coresToStart(.broker))
        try broker.start()
        processes.broker = broker
        let ready = try await broker.waitUntilReady(within: Self.readyLimit)
        guard let address = ready.address else {
            throw CommandFailure(.internalError, "the embedded broker does not say where it listens")
        }
        return scenario.brokerURIs(embedded: "amqp://guest:guest@\(address)/")
    }

    private func makeDriver(_ uris: [String], _ group: MultiThreadedEventLoopGroup) async throws -> any LoadDriver {
        switch scenario.target {
        case .broker:
            return try AMQPLoadDriver(
                uris: uris, policy: scenario.connectionPolicy, on: group.next(), logger: logger)
        case .churn:
            let operations = scenario.churn.compactMap { ChurnOperation(rawValue: $0.kind.rawValue) }
            return try AMQPChurnDriver(
                uris: uris, operations: operations, policy: scenario.connectionPolicy, on: group.next(), logger: logger)
        case .store: break
        }
        let store = try storeURL
        return StoreLoadDriver(try await store.open(TextPipeline.collection, logger: logger))
    }

    private func startWorkers(
        uris: [String], store: String, _ processes: inout Processes, _ pinning: CorePinning
    ) async throws {
        guard startsReferenceWorkers, !uris.isEmpty else { return }
        let workers = scenario.workers
        for branch in scenario.branches {
            for number in 0..<workers.count {
                let name = branch.workerName(number + 1)
                // Addresses may hold passwords, and everybody can read an argument.
                let worker = RoleProcess(
                    role: .worker, name: name, executable: Self.executable,
                    arguments: workerArguments(name, branch, number),
                    environment: [
                        "RAFALE_BROKER": scenario.connectionPolicy.ordered(
                            uris, connection: processes.workers.count)[0],
                        "RAFALE_STORE": store,
                    ],
                    statisticsPath: folder.statistics(of: name), logPath: folder.log(of: name),
                    cores: pinning.coresToStart(.worker))
                try worker.start()
                processes.workers.append(worker)
            }
        }
        for worker in processes.workers { _ = try await worker.waitUntilReady(within: Self.readyLimit) }
    }

    private func workerArguments(_ name: String, _ branch: Scenario.Branch, _ number: Int) -> [String] {
        let workers = scenario.workers
        let batchDelay = workers.batchDelay.wholeNanoseconds / 1_000_000
        var arguments = [
            "worker", "--pipeline", branch.workerPipeline, "--processed", branch.processed, "--failed", branch.failed,
            "--prefetch", "\(workers.prefetch)", "--lanes", "\(workers.lanes)", "--batch", "\(workers.batch)",
            "--batch-delay", "\(batchDelay)ms", "--cost-factor", "\(workers.costFactor)",
            "--stats", folder.statistics(of: name), "--end-with-parent", "\(getpid())",
        ]
        for queue in Self.share(of: number, among: workers.count, branch.incoming) {
            arguments += ["--incoming", queue]
        }
        if !workers.analysis { arguments.append("--no-analysis") }
        // One that is started again while the broker is away waits for it.
        if !scenario.faults.isEmpty { arguments += ["--wait", "120s"] }
        return arguments + logArguments(branch)
    }

    /// The queues of one of several workers: each queue has one, and none is without.
    static func share(of number: Int, among workers: Int, _ queues: [String]) -> [String] {
        if workers >= queues.count { return [queues[number % queues.count]] }
        return queues.indices.filter { $0 % workers == number }.map { queues[$0] }
    }

    /// Whether the workers are ours and this run starts them, so that it knows what they do.
    var startsReferenceWorkers: Bool {
        scenario.target == .broker && settings.startsWorkers && scenario.workers.source == .reference
            && scenario.workers.count > 0
    }

    /// The store as the worker's `--store` takes it.
    var storeText: String {
        switch scenario.store.location {
        case .none: "none"
        case .sqlite(let path): "sqlite:\(path ?? folder.storeFile)"
        case .server(let url): url.secretText
        }
    }

    /// The store, or what is wrong with its address.
    private var storeURL: StoreURL {
        get throws(StoreError) { try StoreURL(storeText, defaultSQLitePath: folder.storeFile) }
    }

    private var storeName: String {
        switch scenario.store.location {
        case .none: "none"
        case .sqlite: "SQLite"
        case .server: (try? storeURL).map { "\($0)" } ?? "a server"
        }
    }

    private func watchedProcesses(_ processes: Processes, uris: [String]) -> [RoleMeter.Watched] {
        var watched = [RoleMeter.Watched(role: .generator, name: "generator", pid: getpid())]
        for process in processes.all {
            guard let pid = process.pid else { continue }
            watched.append(.init(role: process.role, name: process.name, pid: pid, isTree: process.isSupervisor))
        }
        // A broker that runs on this host is accounted for, whoever started it.
        if processes.broker == nil, let uri = uris.first, let address = try? AMQPConfiguration(uri: uri),
            ["127.0.0.1", "::1", "localhost"].contains(address.host),
            let pid = ListeningProcess.pid(onPort: address.port)
        {
            watched.append(.init(role: .broker, name: "broker", pid: pid))
        }
        return watched
    }

    private func watchSignals(_ load: LoadRun, _ view: LiveView) async {
        var words = "interrupted: waiting for what was sent; once more ends the waiting"
        for await _ in await UnixSignalsSequence(trapping: EndingSignals.all) {
            view.say(words)
            words = "ending: the report follows"
            load.interrupt()
        }
    }

    private func allocated(of name: String, _ processes: Processes) -> UInt64? {
        if name == "generator" { return Allocator.allocatedBytes() }
        return processes.all.first { $0.name == name && !$0.isSupervisor }?.latestSnapshot?.allocatedBytes
    }

    private func allocatedNow(_ processes: Processes) -> [String: UInt64] {
        var result = ["generator": Allocator.allocatedBytes()]
        for process in processes.all where !process.isSupervisor {
            result[process.name] = process.latestSnapshot?.allocatedBytes
        }
        return result
    }

    private func stages(_ processes: Processes) -> [String: LatencyHistogram] {
        var merged: [String: LatencyHistogram] = [:]
        for worker in processes.workers {
            for (name, histogram) in worker.latestSnapshot?.histograms ?? [:] {
                merged[name, default: LatencyHistogram()].merge(histogram)
            }
        }
        return merged
    }

    // MARK: - Facts

    /// That workers were made slower for a test, which no figure of theirs shows.
    private static var testNotes: [String] {
        let factor = ProcessInfo.processInfo.environment[WorkerCommand.testCostFactor] ?? ""
        return factor.isEmpty
            ? [] : ["\(WorkerCommand.testCostFactor)=\(factor): the workers burned CPU that they do not need."]
    }

    /// This program, wherever it was started from.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// One event loop a connection, but no more than half the cores: the rest belongs to the system under test.
    ///
    /// A generator with cores of its own has all of them.
    static func threads(connections: Int, cores: Int? = nil) -> Int {
        max(1, min(connections, cores ?? ProcessInfo.processInfo.activeProcessorCount / 2))
    }

    private static func connections(_ scenario: Scenario) -> Int {
        scenario.load.connections + scenario.collector.connections + (scenario.consumers?.connections ?? 0)
    }

    /// How long the phases last in all, where time decides that.
    private static func planned(_ scenario: Scenario) -> Duration? {
        var sum = Duration.zero
        for phase in scenario.phases {
            guard case .duration(let duration) = phase.end else { return nil }
            sum += duration
        }
        return sum
    }
}

extension RoleSnapshot {
    /// Messages that a worker brought to an end.
    var finishedMessages: UInt64 { (counters["processed"] ?? 0) + (counters["failed"] ?? 0) }
}
