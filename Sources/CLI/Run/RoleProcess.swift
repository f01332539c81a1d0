import Foundation
import LoadMetrics
import Subprocess
import Synchronization
import SystemPackage

/// A child process that plays one part of a run: started, watched, stopped and accounted for.
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
    private let configuration: Configuration
    private let state: Mutex<State>

    private struct State: Sendable {
        var running: Task<Void, Never>?
        var pid: Int32?
        var ending: String?
        var stopAsked = false
        var reader: SnapshotReader
        var latest: RoleSnapshot?
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
        var options = PlatformOptions()
        options.processGroupID = 0
        let isPinned = cores.map { ["--cpu-list", CoreAffinity.list($0), executable] }
        configuration = Configuration(
            executable: isPinned == nil ? .path(FilePath(executable)) : .name(CorePinning.starter),
            arguments: Arguments((isPinned ?? []) + arguments),
            environment: .inherit.updating(
                Dictionary(
                    uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            platformOptions: options)
        state = Mutex(State(reader: SnapshotReader(path: statisticsPath)))
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
        let running = Task {
            let ending: String
            do {
                let result = try await Subprocess.run(
                    configuration, input: .none, output: .fileDescriptor(log, closeAfterSpawningProcess: false),
                    error: .fileDescriptor(log, closeAfterSpawningProcess: true)
                ) { execution in started(execution.processIdentifier.value) }
                ending = words(for: result.terminationStatus)
            } catch {
                ending = "did not start: \(error)"
            }
            state.withLock { $0.ending = ending }
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
        state.withLock { $0.pid = pid }
    }

    var pid: Int32? { state.withLock { $0.pid } }

    /// How it ended, in words; nil while it runs.
    var ending: String? { state.withLock { $0.ending } }

    /// Whether it ended without having been asked to.
    var diedEarly: Bool { state.withLock { $0.ending != nil && !$0.stopAsked } }

    /// The newest snapshot it wrote, and the first.
    var latestSnapshot: RoleSnapshot? {
        state.withLock { state in
            if let newest = state.reader.readNew().last { state.latest = newest }
            return state.latest
        }
    }

    /// Waits for the line that says it serves; throws with its last words when it ends first or takes too long.
    func waitUntilReady(within limit: Duration) async throws -> RoleSnapshot {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let snapshot = latestSnapshot { return snapshot }
            if let ending { throw CommandFailure(.unreachable, "\(name) \(ending): \(lastWords)") }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CommandFailure(.unreachable, "\(name) was not ready within \(limit): \(lastWords)")
    }

    /// The last line of its log, or where to find that.
    var lastWords: String { LogTail.lastWords(of: logPath) ?? "it said nothing; see \(logPath)" }

    /// Sends a signal; nothing where it has ended.
    func signal(_ number: Int32) {
        state.withLock { state in
            guard let pid = state.pid, state.ending == nil else { return }
            _ = kill(pid, number)
        }
    }

    /// Asks it to finish its work, and after `grace` ends it with all below it; returns when it is gone.
    func stop(grace: Duration) async {
        let grace = self.grace ?? grace
        state.withLock { $0.stopAsked = $0.ending == nil }
        signal(SIGTERM)
        let reminder = Task {
            try await Task.sleep(for: grace)
            for child in pid.map(ProcessTree.descendants) ?? [] { _ = kill(child, SIGKILL) }
            signal(SIGKILL)
        }
        await state.withLock { $0.running }?.value
        reminder.cancel()
        _ = latestSnapshot
    }
}
