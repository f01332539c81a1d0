import Foundation
import Synchronization

/// Says where a campaign is: `run 7 of 18: workers.count=4, repeat 2 — about 5 min left`.
final class CampaignProgress: Sendable {
    private let isQuiet: Bool
    private let isTerminal: Bool
    private let hasLine = Mutex(false)

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// A line that the next one replaces on a terminal, and that stays elsewhere.
    func show(_ text: String) {
        guard !isQuiet else { return }
        let hadLine = hasLine.withLock { line in
            defer { line = isTerminal }
            return line
        }
        write((hadLine ? "\r\u{1B}[2K" : "") + (isTerminal ? String(text.prefix(100)) : text + "\n"))
    }

    /// A line that stays.
    func say(_ text: String) {
        guard !isQuiet else { return }
        clear()
        write(text + "\n")
    }

    /// Takes the moving line away.
    func clear() {
        let hadLine = hasLine.withLock { line in
            defer { line = false }
            return line
        }
        if hadLine { write("\r\u{1B}[2K") }
    }

    // A terminal that has gone away is no reason to end.
    private func write(_ text: String) { StandardErrorSink().write(text) }
}

/// How long the rest of a campaign takes, judged by the runs it has made.
struct RemainingTime: Sendable {
    /// How long a run should take.
    let expected: Duration
    private var measured = Duration.zero
    private var runs = 0

    init(expected: Duration) { self.expected = expected }

    /// How long a run takes that loads for this long: it starts and stops processes, and writes its report.
    static func run(loading: Duration) -> Duration { loading + .seconds(3) }

    /// Takes note of a run that has ended.
    mutating func add(_ run: Duration) {
        measured += run
        runs += 1
    }

    /// `about 5 min left`, for as many runs to come.
    func words(forRuns left: Int) -> String {
        let each = runs > 0 ? measured / runs : expected
        let seconds = max(1, Int((each * left).components.seconds))
        return seconds < 90 ? "about \((seconds + 4) / 5 * 5) s left" : "about \((seconds + 30) / 60) min left"
    }
}
