import ArgumentParser
import CKernel
import Foundation
import LoadMetrics
import UnixSignals

/// `rafale supervise`: keeps a program of the user's own for a run, one process beside it that costs next to nothing.
///
/// It collects every process that the program starts and abandons, so that their CPU time is counted and none of them
/// outlives the run, however that ends.
struct SuperviseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise", abstract: "Keep a worker of your own for a run.", shouldDisplay: false)

    @Option(help: "Append a line of statistics to this file each second.")
    var stats: String

    @Option(help: "The process whose end is this one's.")
    var endWithParent: Int32

    @Option(help: "The number of the signal that asks the program to stop.")
    var stopSignal: Int32

    @Option(help: "How long it may take to stop.")
    var grace: DurationArgument

    @Option(help: "The folder it runs in.")
    var directory: String

    @Flag(help: "Start it again when it ends.")
    var restart = false

    @Argument(parsing: .postTerminator, help: "The program and its arguments.")
    var command: [String]

    private enum Event: Sendable {
        case ended(Int32, Supervision.Ending)
        case stopAsked, graceOver, restartDue, second
    }

    /// A program that ends at once must not be started all the time.
    private static let restartDelay = Duration.milliseconds(500)
    private static let parentInterval = Duration.milliseconds(200)

    mutating func validate() throws {
        guard !command.isEmpty else { throw ValidationError("name the program behind --") }
    }

    func run() async throws {
        var ending = Supervision.Ending.exited(0)
        try await CommandFailure.ending(role: "supervise") { ending = try await supervise() }
        switch ending {
        case .exited(let code): throw ExitCode(code)
        case .notStarted(let reason):
            StandardErrorSink().write("\(command[0]) cannot be started: \(systemErrorText(reason))\n")
            throw ExitStatus.unreachable.code
        case .signaled(let number):
            // Whoever waits for this process is to see how the program ended.
            var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
            signal(number, SIG_DFL)
            kill(getpid(), number)
            // Another thread may be the one that it is delivered to, a moment later.
            sleep(1)
            throw ExitCode(128 + number)
        }
    }

    private func supervise() async throws -> Supervision.Ending {
        _ = ckernel_become_subreaper()
        let snapshots = try SnapshotWriter(path: stats)
        guard chdir(directory) == 0 else {
            throw CommandFailure(.unreachable, "cannot work in \(directory): \(systemErrorText(errno))")
        }
        let (events, queue) = AsyncStream.makeStream(of: Event.self)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let watching = [
            Task { for await _ in signals { queue.yield(.stopAsked) } },
            Task {
                while getppid() == endWithParent { try await Task.sleep(for: Self.parentInterval) }
                queue.yield(.stopAsked)
            },
            Task {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    queue.yield(.second)
                }
            },
        ]
        defer { for task in watching { task.cancel() } }

        var supervision = Supervision(restarts: restart)
        var leftBehind: UInt64 = 0
        var actions = supervision.begin()
        var incoming = events.makeAsyncIterator()
        while true {
            var index = 0
            while index < actions.count {
                switch actions[index] {
                case .start: actions += start(&supervision, queue, snapshots)
                case .interrupt: if let pid = supervision.pid { kill(pid, stopSignal) }
                case .startGrace: schedule(.graceOver, after: grace.duration, queue)
                case .scheduleRestart: schedule(.restartDue, after: Self.restartDelay, queue)
                case .killAll:
                    let killed = await Self.killAll()
                    if supervision.pid == nil { leftBehind += killed }
                case .finish(let ending):
                    report(.stopped, supervision, leftBehind, snapshots)
                    return ending
                }
                index += 1
            }
            guard let event = await incoming.next() else { return .exited(0) }
            switch event {
            case .ended(let pid, let ending): actions = supervision.ended(pid, ending)
            case .stopAsked: actions = supervision.stopAsked()
            case .graceOver: actions = supervision.graceOver()
            case .restartDue: actions = supervision.restartDue()
            case .second:
                actions = []
                report(.running, supervision, leftBehind, snapshots)
            }
        }
    }

    private func start(
        _ supervision: inout Supervision, _ queue: AsyncStream<Event>.Continuation, _ snapshots: SnapshotWriter
    ) -> [Supervision.Action] {
        switch ProgramStart.start(command, ended: { queue.yield(.ended($0, $1)) }) {
        case .success(let pid):
            supervision.started(pid)
            if supervision.restartCount == 0 { report(.ready, supervision, 0, snapshots) }
            return []
        case .failure(let error): return supervision.couldNotStart(error.code.rawValue)
        }
    }

    private func schedule(_ event: Event, after delay: Duration, _ queue: AsyncStream<Event>.Continuation) {
        Task {
            try await Task.sleep(for: delay)
            queue.yield(event)
        }
    }

    /// Ends every process below this one and returns how many there were.
    private static func killAll() async -> UInt64 {
        var killed: Set<Int32> = []
        // A process may start others until it is gone, so it is looked again until none is left.
        for _ in 0..<200 {
            let alive = ProcessTree.descendants(of: getpid()).filter(ProcessTree.isAlive)
            if alive.isEmpty { break }
            for pid in alive where kill(pid, SIGKILL) == 0 { killed.insert(pid) }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return UInt64(killed.count)
    }

    private func report(
        _ event: RoleSnapshot.Event, _ supervision: Supervision, _ leftBehind: UInt64, _ snapshots: SnapshotWriter
    ) {
        let counters: [SupervisedCounter: UInt64] = [
            .restarts: supervision.restartCount, .killed: supervision.wasKilled ? 1 : 0, .leftBehind: leftBehind,
        ]
        // A figure that cannot be written must not end the program that it is about.
        try? snapshots.append(
            RoleSnapshot(
                role: .worker, event: event,
                counters: Dictionary(uniqueKeysWithValues: counters.map { ($0.key.rawValue, $0.value) }),
                allocatedBytes: 0))
    }
}

/// What is counted of a program that a run keeps.
enum SupervisedCounter: String {
    /// Times it was started again.
    case restarts
    /// Whether it did not stop in time.
    case killed
    /// Processes that it left behind when it ended.
    case leftBehind = "left-behind"
    /// The most processes at once.
    case processes
}
