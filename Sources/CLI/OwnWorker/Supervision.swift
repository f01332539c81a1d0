/// Decides what becomes of a program that a run keeps: started, asked to stop, killed, started again.
///
/// ```
///  idle ─► running ─┬─ ends ──────► over, or waiting ─► running again
///                   └─ stop asked ─► stopping ─┬─ ends ─────────────► over
///                                              └─ grace over: killed ─► over
/// ```
///
/// Whenever the program has ended, what it left behind is killed.
struct Supervision: Equatable {
    /// How a program ended.
    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signaled(Int32)
        /// It could not be started, for this `errno`.
        case notStarted(Int32)
    }

    /// What has to be done next.
    enum Action: Equatable, Sendable {
        case start
        /// Send the signal that asks the program to stop.
        case interrupt
        case startGrace
        case scheduleRestart
        /// End every process below this one.
        case killAll
        /// End, as the program ended.
        case finish(Ending)
    }

    private enum State: Equatable {
        case idle, over
        case running(Int32)
        case stopping(Int32)
        case waiting
    }

    private let restarts: Bool
    private var state = State.idle
    /// Times the program was started again.
    private(set) var restartCount: UInt64 = 0
    /// Whether it did not end in time and was killed.
    private(set) var wasKilled = false

    /// Starts it again whenever it ends, where `restarts` says so.
    init(restarts: Bool) { self.restarts = restarts }

    /// The program, while it runs.
    var pid: Int32? {
        switch state {
        case .running(let pid), .stopping(let pid): pid
        case .idle, .waiting, .over: nil
        }
    }

    mutating func begin() -> [Action] { [.start] }

    mutating func started(_ pid: Int32) { state = .running(pid) }

    mutating func couldNotStart(_ reason: Int32) -> [Action] {
        state = .over
        return [.finish(.notStarted(reason))]
    }

    /// A process below this one was collected: the program itself, or an orphan of it.
    mutating func ended(_ pid: Int32, _ ending: Ending) -> [Action] {
        switch state {
        case .running(pid) where restarts:
            state = .waiting
            return [.killAll, .scheduleRestart]
        case .running(pid):
            state = .over
            return [.killAll, .finish(ending)]
        case .stopping(pid):
            state = .over
            return [.killAll, .finish(.exited(0))]
        case .idle, .running, .stopping, .waiting, .over: return []
        }
    }

    /// Whoever started this asks for the end; a second time, for the end at once.
    mutating func stopAsked() -> [Action] {
        switch state {
        case .running(let pid):
            state = .stopping(pid)
            return [.interrupt, .startGrace]
        case .stopping: return graceOver()
        case .idle, .waiting:
            state = .over
            return [.finish(.exited(0))]
        case .over: return []
        }
    }

    mutating func graceOver() -> [Action] {
        guard case .stopping = state else { return [] }
        wasKilled = true
        return [.killAll]
    }

    mutating func restartDue() -> [Action] {
        guard state == .waiting else { return [] }
        restartCount += 1
        return [.start]
    }
}
