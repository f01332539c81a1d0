import Foundation
import Synchronization
import UnixSignals

/// Whether somebody wants a campaign to end: the run under way ends in order, and no further one is started.
final class CampaignInterruption: Sendable {
    private struct State {
        var isAsked = false
        var pid: Int32?
    }

    private let state = Mutex(State())

    var isAsked: Bool { state.withLock { $0.isAsked } }

    /// Takes note of the run under way, nil when it has ended; one that was started too late is asked at once.
    func runs(_ pid: Int32?) {
        state.withLock { state in
            state.pid = pid
            if let pid, state.isAsked { _ = kill(pid, SIGINT) }
        }
    }

    /// Ends the campaign: the run under way is asked to end, and by a second call to end without waiting.
    func ask() {
        state.withLock { state in
            state.isAsked = true
            if let pid = state.pid { _ = kill(pid, SIGINT) }
        }
    }

    /// Does the work; meanwhile Ctrl-C, SIGTERM and the end of the terminal ask for its end.
    func whileWatching<Result: Sendable>(
        say: @escaping @Sendable (String) -> Void, _ work: () async throws -> Result
    ) async throws -> Result {
        let watching = Task {
            for await _ in await UnixSignalsSequence(trapping: EndingSignals.all) {
                say(isAsked ? "ending: what was measured so far is kept" : "interrupted: ending the run under way")
                ask()
            }
        }
        defer { watching.cancel() }
        return try await work()
    }
}
