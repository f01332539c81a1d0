import Foundation
import LoadMetrics
import Subprocess
import Synchronization
import SystemPackage

/// A child process that plays one part of a run: started, watched, stopped and accounted for.
///
/// It may have several lives: ended on purpose and started again under its name, it goes on counting where it was.
///
/// The child gets a process group of its own, so that a Ctrl-C meant for the run does not stop it behind the run's
/// back, and ends by itself when its parent is gone.
final class RoleProcess: Sendable {
    let role: RunRole
    let name: String
    /// Where it appends its snapshots.
    let statisticsPath: String
    /// Where its standard output and error go.
    let logPath: String
    /// Whether it only keeps another program, whose tree of processes is what is measured.
    let isSupervisor: Bool

    /// How long it may take to stop, where it is not for the run to say.
    private let grace: Duration?
    private let executable: String
    private let environment: [String: String?]
    private let cores: [Int]?
    private let state: Mutex<State>

    private struct State: Sendable {
        var running: Task<Void, Never>?
        var pid: Int32?
        /// Signals for a process that is being started and has no number yet, in their order.
        var pending: [Int32] = []
        var ending: String?
        var exitCode: Int32?
        var stopAsked = false
        var arguments: [String]
        var reader: SnapshotReader
        var latest: RoleSnapshot?
        /// What the lives before this one had come to.
        var past: RoleSnapshot?
        /// How often it was started again.
        var restarts: UInt64 = 0

        mutating func readNewest() {
            if let newest = reader.readNew().last { latest = newest }
        }
    }

    init(
        role: RunRole, name: String, executable: String, arguments: [String], environment: [String: String?],
        statisticsPath: String, logPath: String, cores: [Int]? = nil, isSupervisor: Bool = false, grace: Duration? = nil
    ) {
        self.isSupervisor = isSupervisor
        self.grace = grace
        self.role = role
        self.name = name
        self.statisticsPath = statisticsPath
        self.logPath = logPath
        self.executable = executable
        self.environment = environment
        self.cores = cores
        state = Mutex(State(arguments: arguments, reader: SnapshotReader(path: statisticsPath)))
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.processGroupID = 0
        let isPinned = cores.map { ["--cpu-list", CoreAffinity.list($0), executable] }
        return Configuration(
            executable: isPinned == nil ? .path(FilePath(executable)) : .name(CorePinning.starter),
            arguments: Arguments((isPinned ?? []) + state.withLock { $0.arguments }),
            environment: .inherit.updating(
                Dictionary(
                    uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            platformOptions: options)
    }

    /// Starts the process; `waitUntilReady` tells whether it came up.
    func start() throws(CommandFailure) {
        let log: FileDescriptor
        do {
            log = try .open(
                FilePath(logPath), .writeOnly, options: [.create, .append, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead])
        } catch {
            throw CommandFailure(.cannotWriteReport, "cannot write the log \(logPath): \(error)")
        }
        let configuration = configuration
        let running = Task {
            let ending: String
            var exitCode: Int32?
            do {
                let result = try await Subprocess.run(
                    configuration, input: .none, output: .fileDescriptor(log, closeAfterSpawningProcess: false),
                    error: .fileDescriptor(log, closeAfterSpawningProcess: true)
                ) { execution in started(execution.processIdentifier.value) }
                ending = words(for: result.terminationStatus)
                if case .exited(let code) = result.terminationStatus { exitCode = code }
            } catch {
                ending = "did not start: \(error)"
            }
            state.withLock { ($0.ending, $0.exitCode) = (ending, exitCode) }
        }
        state.withLock { $0.running = running }
    }

    private func words(for status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "exited with code \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
    }

    private func started(_ pid: Int32) {
        state.withLock { state in
            state.pid = pid
            for number in state.pending { _ = kill(pid, number) }
            state.pending = []
        }
    }

    var pid: Int32? { state.withLock { $0.pid } }

    /// How it ended, in words; nil while it runs.
    var ending: String? { state.withLock { $0.ending } }

    /// Whether it ended without having been asked to.
    var diedEarly: Bool { state.withLock { $0.ending != nil && !$0.stopAsked } }

    /// How often it was started again.
    var restarts: UInt64 { state.withLock { $0.restarts } }

    /// The newest snapshot it wrote, and the first; what earlier lives counted is in it.
    var latestSnapshot: RoleSnapshot? {
        state.withLock { state in
            state.readNewest()
            return state.latest?.adding(state.past) ?? state.past
        }
    }

    /// Waits for the line that says it serves; throws with its last words when it ends first or takes too long.
    func waitUntilReady(within limit: Duration) async throws -> RoleSnapshot {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            let snapshot = state.withLock { state in
                state.readNewest()
                return state.latest
            }
            if let snapshot { return snapshot }
            if let ending { throw CommandFailure(startFailure, "\(name) \(ending): \(lastWords)") }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CommandFailure(.unreachable, "\(name) was not ready within \(limit): \(lastWords)")
    }

    /// What a role of ours said by its exit code of why it did not start; other programs' codes mean other things.
    private var startFailure: ExitStatus {
        let said = state.withLock { $0.exitCode }.flatMap(ExitStatus.init(rawValue:))
        return isSupervisor ? .unreachable : said.flatMap { Self.startFailures.contains($0) ? $0 : nil } ?? .unreachable
    }
    private static let startFailures: Set<ExitStatus> = [
        .usage, .unreachable, .cannotWriteReport, .refused, .precondition,
    ]

    /// The last line of its log, or where to find that.
    var lastWords: String { LogTail.lastWords(of: logPath) ?? "it said nothing; see \(logPath)" }

    /// Sends a signal, to one that is being started as soon as it is there; nothing where it has ended.
    func signal(_ number: Int32) {
        state.withLock { state in
            guard state.ending == nil else { return }
            if let pid = state.pid {
                _ = kill(pid, number)
            } else if state.running != nil {
                state.pending.append(number)
            }
        }
    }

    /// Asks it to finish its work, and after `grace` ends it with all below it; returns when it is gone.
    func stop(grace: Duration) async {
        let grace = self.grace ?? grace
        state.withLock { $0.stopAsked = $0.stopAsked || $0.ending == nil }
        signal(SIGTERM)
        // One that is frozen would not hear it.
        freeze(false)
        let reminder = Task {
            try await Task.sleep(for: grace)
            for child in pid.map(ProcessTree.descendants) ?? [] { _ = kill(child, SIGKILL) }
            signal(SIGKILL)
        }
        await state.withLock { $0.running }?.value
        reminder.cancel()
        _ = latestSnapshot
    }

    // MARK: - Ended on purpose

    /// Freezes it with all that it started, or lets it go on.
    func freeze(_ frozen: Bool) {
        let number = frozen ? SIGSTOP : SIGCONT
        if isSupervisor { for child in pid.map(ProcessTree.descendants) ?? [] { _ = kill(child, number) } }
        signal(number)
    }

    /// Ends it on purpose by a signal, of which all that it started gets its part; returns when it is gone.
    ///
    /// One that was asked to end and does not, is killed after `grace`.
    func end(by number: Int32, grace: Duration) async {
        state.withLock { $0.stopAsked = $0.ending == nil }
        guard number != SIGKILL else {
            // The program first: its supervisor would tell that it has ended.
            let children = isSupervisor ? pid.map(ProcessTree.descendants) ?? [] : []
            signal(SIGKILL)
            for child in children { _ = kill(child, SIGKILL) }
            await state.withLock { $0.running }?.value
            return
        }
        await stop(grace: grace)
    }

    /// Starts it again under its name, with other arguments where they are given.
    func startAgain(arguments: [String]? = nil) throws(CommandFailure) {
        state.withLock { state in
            state.readNewest()
            state.past = state.latest?.adding(state.past) ?? state.past
            (state.latest, state.pid, state.ending, state.stopAsked) = (nil, nil, nil, false)
            state.pending = []
            state.restarts += 1
            if let arguments { state.arguments = arguments }
        }
        try start()
    }

    /// What it was started with.
    var arguments: [String] { state.withLock { $0.arguments } }
}

extension RoleSnapshot {
    /// The snapshot with what an earlier life of its process had come to.
    fileprivate func adding(_ past: RoleSnapshot?) -> RoleSnapshot {
        guard let past else { return self }
        var sum = self
        sum.counters.merge(past.counters) { $0 &+ $1 }
        sum.histograms.merge(past.histograms) { one, other in
            var merged = one
            merged.merge(other)
            return merged
        }
        sum.allocatedBytes &+= past.allocatedBytes
        return sum
    }
}
