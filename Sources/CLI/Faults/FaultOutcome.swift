import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios
import Synchronization

/// The moments of a run, as they come.
final class MomentLog: Sendable {
    private let moments = Mutex<[LoadMoment]>([])

    func append(_ moment: LoadMoment) { moments.withLock { $0.append(moment) } }

    var all: [LoadMoment] { moments.withLock { $0 } }
}

/// What the faults of a run came to; times are monotonic until the run's start is known.
struct FaultOutcome: Sendable {
    private(set) var faults: [FaultResult]
    private(set) var moments: [LoadMoment]
    /// What a reader should know of them, one sentence each.
    private(set) var notes: [String] = []

    /// Closes the books of the faults; to be made when those of the load are closed.
    ///
    /// `stillQueued` messages that have no outcome wait in their queues: the newest ones, and none of them is lost.
    init(
        _ records: [FaultDriver.Record], _ moments: [LoadMoment], _ load: LoadRun, stillQueued: UInt64, end: UInt64,
        embedded: Bool
    ) {
        self.moments = moments
        var endless: [UInt64] = []
        var (counted, first) = (UInt64(0), UInt64(0))
        for moment in moments {
            if moment.offered > first {
                let books = load.books(of: first..<moment.offered)
                counted += books.missing + books.unconfirmed + books.notSent
                first = moment.offered
            }
            endless.append(counted)
        }
        let timeline = FaultTimeline(moments, endless: endless)
        let begins = records.compactMap(\.beginNanoseconds)
        faults = records.map { record in
            var result = FaultResult(record)
            guard let begin = record.beginNanoseconds, let end = record.endNanoseconds else { return result }
            result.figures = timeline.figures(begin: begin, end: end, next: begins.first { $0 > begin })
            return result
        }
        count(lost: records, load, stillQueued: stillQueued, end: end)
        if embedded, records.contains(where: { $0.step.fault.action.server == .broker && $0.failure == nil }) {
            let ends = records.contains { record in
                if case .pauseServer = record.step.fault.action {
                    false
                } else {
                    record.step.fault.action.server == .broker
                }
            }
            if ends {
                notes.append(
                    "The embedded broker keeps messages in memory: what it held when it was ended is lost, as the books say."
                )
            }
        }
        for fault in faults {
            if let failure = fault.failure {
                notes.append("The fault \(fault.name) did not happen as planned: \(failure).")
            }
        }
    }

    /// Gives each lost message to the first fault that can have cost it: one under way when the fault began, or that came
    /// until the recovery.
    private mutating func count(lost records: [FaultDriver.Record], _ load: LoadRun, stillQueued: UInt64, end: UInt64) {
        // What still waits are the newest messages without an outcome.
        var (waiting, lostBefore) = (stillQueued, end)
        while waiting > 0, lostBefore > 0 {
            let start = lostBefore - min(lostBefore, 4096)
            let missing = load.books(of: start..<lostBefore).missing
            if missing <= waiting || lostBefore - start == 1 {
                waiting -= min(waiting, missing)
                lostBefore = start
            } else {
                // Within this block: one by one.
                if load.books(of: lostBefore - 1..<lostBefore).missing > 0 { waiting -= 1 }
                lostBefore -= 1
            }
        }
        var taken: UInt64 = 0
        for (index, record) in records.enumerated() {
            guard let figures = faults[index].figures, let begin = record.beginNanoseconds else { continue }
            let until = figures.outageNanoseconds.map { begin + $0 }
            let recovered = until.flatMap { time in moments.last { $0.timeNanoseconds <= time } } ?? moments.last
            let last = min(recovered?.offered ?? 0, lostBefore)
            let first = max(record.firstMessage, taken)
            if first < last { faults[index].figures?.lost = load.books(of: first..<last).missing }
            taken = max(taken, last)
        }
    }

    /// The same on the run's clock.
    func shifted(by nanoseconds: Int64) -> FaultOutcome {
        var outcome = self
        outcome.moments = moments.map { $0.shifted(by: nanoseconds) }
        outcome.faults = faults.map { fault in
            var fault = fault
            if fault.beginNanoseconds != nil { fault.intendedNanoseconds += nanoseconds }
            fault.beginNanoseconds? += nanoseconds
            fault.endNanoseconds? += nanoseconds
            return fault
        }
        return outcome
    }
}

extension FaultResult {
    fileprivate init(_ record: FaultDriver.Record) {
        let action = record.step.fault.action
        let subject = record.step.workers.isEmpty ? action.subject : record.step.workers.joined(separator: ", ")
        self.init(
            name: record.step.fault.name, kind: action.kind,
            subject: action.kind == "fill" ? action.subject : subject, detail: action.detail,
            intendedNanoseconds: record.intendedNanoseconds, beginNanoseconds: record.beginNanoseconds,
            endNanoseconds: record.endNanoseconds, failure: record.failure)
    }
}

extension Scenario.FaultAction {
    /// How much of it, in a few words.
    fileprivate var detail: String? {
        func text(_ time: Duration) -> String {
            time.formatted(.units(allowed: [.minutes, .seconds, .milliseconds, .microseconds], width: .narrow))
        }
        let side = link.flatMap { $0.side == .both ? nil : " of the \($0.side.rawValue)" } ?? ""
        let words: String =
            switch self {
            case .cut(_, let reset): reset ? "by resets" : ""
            case .delay(_, let time, let jitter, _):
                "by \(text(time))" + (jitter > .zero ? " ± \(text(jitter))" : "")
            case .limit(_, let rate, _):
                "to \((Double(rate) / 1024).formatted(.number.precision(.fractionLength(0...1)))) KiB/s"
            case .malformed(let share, _): "\((share * 100).formatted(.number.precision(.fractionLength(0...1)))) %"
            default: ""
            }
        let detail = (words + side).trimmingPrefix(" ")
        return detail.isEmpty ? nil : String(detail)
    }
}
