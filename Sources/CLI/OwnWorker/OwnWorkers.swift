import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

/// The workers of a run that are a program of the user's own: what they are told, and how one knows that they consume.
///
///     generator ─► rafale supervise ─► sh, python, java …   a process group of its own, its output in the run's folder
struct OwnWorkers {
    let scenario: Scenario
    let command: Scenario.WorkerCommand
    let folder: RunFolder
    /// Where the scenario lies.
    let scenarioFolder: String
    let run: RunID
    /// The broker's nodes.
    let uris: [String]
    private var workers: Scenario.Workers { scenario.workers }

    /// Beyond the grace of the program itself: for its supervisor to see to what it left behind.
    private static let supervisorGrace = Duration.seconds(5)

    /// A process for each worker, not started yet, that may use these cores alone where they are given.
    func processes(cores: [Int]?) throws(CommandFailure) -> [RoleProcess] {
        var processes: [RoleProcess] = []
        for branch in scenario.branches {
            for number in 0..<workers.count {
                processes.append(try process(Place(branch: branch, number: number), cores: cores))
            }
        }
        return processes
    }

    /// Which of the workers one is.
    private struct Place {
        var branch: Scenario.Branch
        /// Its number among those of its branch, from 0.
        var number: Int
    }

    private func process(_ place: Place, cores: [Int]?) throws(CommandFailure) -> RoleProcess {
        let environment = environment(of: place)
        let words = command.words.map { $0.filled { value(of: $0, worker: place) } }
        try checkProgram(words[0], path: environment["PATH"])
        let name = place.branch.workerName(place.number + 1)
        let grace = workers.stop.grace.wholeNanoseconds / 1_000_000
        let arguments =
            [
                "supervise", "--stats", folder.statistics(of: name), "--end-with-parent", "\(getpid())",
                "--stop-signal", "\(workers.stop.signal.number)", "--grace", "\(grace)ms", "--directory", directory,
            ] + (workers.restart == .always ? ["--restart"] : []) + ["--"] + words
        return RoleProcess(
            role: .worker, name: name, executable: Orchestrator.executable, arguments: arguments,
            environment: environment, statisticsPath: folder.statistics(of: name), logPath: folder.log(of: name),
            cores: cores, isSupervisor: true, grace: workers.stop.grace + Self.supervisorGrace)
    }

    /// The folder the program runs in.
    private var directory: String {
        URL(fileURLWithPath: workers.directory?.path ?? scenarioFolder).standardizedFileURL.path
    }

    // MARK: - What a worker is told

    /// The user's variables and those that are always there.
    private func environment(of place: Place) -> [String: String] {
        var environment: [String: String] = [:]
        for variable in workers.environment {
            environment[variable.name] = variable.value.filled { value(of: $0, worker: place) }
        }
        for placeholder in Scenario.WorkerText.Placeholder.allCases {
            environment[placeholder.variable] = value(of: placeholder, worker: place)
        }
        return environment
    }

    private func value(of placeholder: Scenario.WorkerText.Placeholder, worker place: Place) -> String {
        switch placeholder {
        case .brokerURL: scenario.connectionPolicy.ordered(uris, connection: place.number).first ?? ""
        case .incoming: queues(of: place).joined(separator: ",")
        case .processed: place.branch.processed
        case .failed: place.branch.failed
        case .exchange: scenario.topology.exchange.name
        case .index: "\(place.number + 1)"
        case .branch: place.branch.name
        case .count: "\(workers.count)"
        case .lanes: "\(workers.lanes)"
        case .prefetch: "\(workers.prefetch)"
        case .storeURL: store
        case .runFolder: URL(fileURLWithPath: folder.path).path
        case .runID: run.description
        }
    }

    /// The store as the reference worker's `--store` takes it, from any folder.
    private var store: String {
        switch scenario.store.location {
        case .none: "none"
        case .sqlite(let path): "sqlite:" + URL(fileURLWithPath: path ?? folder.storeFile).path
        case .server(let url): url.secretText
        }
    }

    private func queues(of place: Place) -> [String] {
        Orchestrator.share(of: place.number, among: workers.count, place.branch.incoming)
    }

    /// Refuses a program that is not there before anything is started.
    private func checkProgram(_ program: String, path: String?) throws(CommandFailure) {
        let files = FileManager.default
        if program.contains("/") {
            let file = URL(fileURLWithPath: program, relativeTo: URL(fileURLWithPath: directory, isDirectory: true))
                .path
            guard files.fileExists(atPath: file) else {
                throw CommandFailure(
                    .unreachable,
                    "workers.command: there is no \(program), seen from the folder \(directory); correct the path, or "
                        + "workers.directory")
            }
            guard files.isExecutableFile(atPath: file) else {
                throw CommandFailure(
                    .unreachable,
                    "workers.command: \(program) may not be executed; make it executable with chmod +x, or put what runs "
                        + "it in front, such as python3")
            }
            return
        }
        let folders = (path ?? ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        guard folders.contains(where: { files.isExecutableFile(atPath: "\($0)/\(program)") }) else {
            throw CommandFailure(
                .unreachable,
                "workers.command: no program '\(program)' is in PATH; install it, or write a path with a '/', which "
                    + "begins in the folder \(directory)")
        }
    }

    // MARK: - Ready

    /// Waits until all of them consume; throws with the last words of one that ended, or that takes too long.
    func waitUntilReady(
        _ processes: [RoleProcess], isInterrupted: () -> Bool, consumers: () async throws(DriverError) -> Int?
    ) async throws {
        let start = ContinuousClock.now
        let readiness = workers.readiness
        var searches: [LogSearch] = []
        if case .log(let text) = readiness.sign {
            searches = processes.map { LogSearch(path: $0.logPath, text: text) }
        }
        var seen: Int?
        while true {
            if isInterrupted() { throw CommandFailure(.interrupted, "ended before the workers were ready") }
            for process in processes {
                guard let ending = process.ending else { continue }
                throw CommandFailure(
                    .unreachable,
                    "\(process.name) \(ending) before it was ready: "
                        + (LogTail.lastWords(of: process.logPath).map { "\($0); its output is in \(process.logPath)" }
                            ?? process.lastWords))
            }
            switch readiness.sign {
            case .after(let delay): if ContinuousClock.now - start >= delay { return }
            case .log:
                for index in searches.indices { _ = searches[index].look() }
                if searches.allSatisfy(\.isFound) { return }
            case .consumers:
                seen = try await consumers()
                if let seen, seen >= expectedConsumers { return }
            }
            if ContinuousClock.now - start > max(readiness.within, readiness.after ?? .zero) { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw notReady(processes, searches, seen)
    }

    private var expectedConsumers: Int {
        let consumed = scenario.branches.flatMap { branch in
            (0..<workers.count).flatMap { queues(of: Place(branch: branch, number: $0)) }
        }
        return consumed.count * workers.readiness.consumers
    }

    private func notReady(_ processes: [RoleProcess], _ searches: [LogSearch], _ seen: Int?) -> CommandFailure {
        let missing: String
        var silent = processes.first
        if case .log(let text) = workers.readiness.sign {
            if let index = searches.firstIndex(where: { !$0.isFound }) { silent = processes[index] }
            missing = "the output of \(silent?.name ?? "a worker") does not hold '\(text)'"
        } else {
            missing = "the incoming queue has \(seen ?? 0) of \(expectedConsumers) consumers"
        }
        let words = silent.map { "; \($0.name): \($0.lastWords)" } ?? ""
        return CommandFailure(
            .unreachable,
            "the workers were not ready within \(workers.readiness.within): \(missing)\(words); allow more with "
                + "workers.ready.within, or say how one knows with workers.ready.log or .after")
    }

    // MARK: - Afterwards

    /// What a reader of the report should know of them, one sentence each.
    func notes(_ processes: [RoleProcess]) -> [String] {
        processes.flatMap { process in
            let counters = process.latestSnapshot?.counters ?? [:]
            func count(_ counter: SupervisedCounter) -> UInt64 { counters[counter.rawValue] ?? 0 }
            var notes: [String] = []
            if process.diedEarly, let ending = process.ending {
                notes.append("\(process.name) \(ending) during the run; its last words: \(process.lastWords).")
            }
            if count(.restarts) > 0 {
                notes.append(
                    "\(process.name) ended and was started again \(count(.restarts)) times; its last words: "
                        + "\(process.lastWords).")
            }
            if count(.killed) > 0 {
                notes.append(
                    "\(process.name) did not end within \(workers.stop.grace) of SIG\(workers.stop.signal.name) and was "
                        + "killed.")
            }
            if count(.leftBehind) > 0 {
                let (number, verb) =
                    count(.leftBehind) == 1 ? ("a process", "was") : ("\(count(.leftBehind)) processes", "were")
                notes.append("\(process.name) left \(number) behind, which \(verb) killed.")
            }
            return notes
        }
    }
}

extension Scenario.WorkerStop.Signal {
    /// The system's number.
    var number: Int32 {
        switch self {
        case .term: SIGTERM
        case .int: SIGINT
        case .quit: SIGQUIT
        case .hup: SIGHUP
        case .usr1: SIGUSR1
        case .usr2: SIGUSR2
        case .kill: SIGKILL
        }
    }

    var name: String { rawValue.uppercased() }
}
