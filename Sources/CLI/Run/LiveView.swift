import Foundation
import LoadGenerator
import LoadMetrics
import Synchronization

/// Shows how a run goes: one line that is drawn over on a terminal, a plain line every few seconds elsewhere.
final class LiveView: Sendable {
    private let phases: [String]
    private let plannedNanoseconds: Int64?
    private let isTerminal: Bool
    private let isQuiet: Bool
    private let state = Mutex(State())

    private struct State {
        var startNanoseconds: Int64?
        var seconds = 0
        var hasLine = false
    }

    private static let plainEverySeconds = 5

    /// `planned` is how long the phases last in all; nil where a count or a closed loop decides.
    init(phases: [String], planned: Duration?, isQuiet: Bool) {
        self.phases = phases
        plannedNanoseconds = planned?.wholeNanoseconds
        self.isQuiet = isQuiet
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    /// One line that stays.
    func say(_ line: String) {
        guard !isQuiet else { return }
        clear()
        write(line + "\n")
    }

    func show(_ sample: SecondSample) {
        guard !isQuiet else { return }
        let (elapsed, seconds) = state.withLock { state in
            let start = state.startNanoseconds ?? sample.startNanoseconds
            state.startNanoseconds = start
            state.seconds += 1
            return (sample.endNanoseconds - start, state.seconds)
        }
        if isTerminal {
            state.withLock { $0.hasLine = true }
            write("\r\u{1B}[2K" + line(sample, elapsed: elapsed, bar: true))
        } else if seconds % Self.plainEverySeconds == 0 {
            write(line(sample, elapsed: elapsed, bar: false) + "\n")
        }
    }

    /// Takes the moving line away.
    func clear() {
        let hadLine = state.withLock { state in
            defer { state.hasLine = false }
            return state.hasLine
        }
        if hadLine { write("\r\u{1B}[2K") }
    }

    /// At most 80 columns.
    private func line(_ sample: SecondSample, elapsed: Int64, bar: Bool) -> String {
        let seconds = Double(sample.endNanoseconds - sample.startNanoseconds) / 1e9
        func rate(_ count: UInt64) -> String { Self.short(seconds > 0 ? Double(count) / seconds : 0) + "/s" }
        let phase = sample.phase.map { $0 < phases.count ? phases[$0] : "drain" } ?? "start"
        let latency =
            sample.endToEnd.isEmpty ? "–" : Self.milliseconds(sample.endToEnd.percentile(99))
        let text =
            "\(phase.prefix(12))  sent \(rate(sample.published))  done \(rate(sample.processed + sample.failed))  "
            + "backlog \(Self.short(Double(sample.backlog)))  p99 \(latency)" + (sample.blocked ? "  blocked" : "")
        let time = String(format: "%4ds", Int(elapsed / 1_000_000_000))
        guard bar, let plannedNanoseconds, plannedNanoseconds > 0 else { return String("\(time)  \(text)".prefix(80)) }
        let width = 12
        let filled = min(width, Int(Double(elapsed) / Double(plannedNanoseconds) * Double(width)))
        let drawn = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return String("\(drawn)\(time)  \(text)".prefix(80))
    }

    private static func short(_ value: Double) -> String {
        switch value {
        case 10_000_000...: String(format: "%.1fM", value / 1_000_000)
        case 10_000...: String(format: "%.1fk", value / 1000)
        default: String(format: "%.0f", value)
        }
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let value = Double(nanoseconds) / 1e6
        return value < 10 ? String(format: "%.2f ms", value) : String(format: "%.0f ms", value)
    }

    // A terminal that has gone away is no reason to end.
    private func write(_ text: String) { StandardErrorSink().write(text) }
}
