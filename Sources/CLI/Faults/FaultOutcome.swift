import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios
import Synchronization

/// The moments of a run, as they come.
final class MomentLog: Sendable {
    private let moments = Mutex<[LoadPosition]>([])

    func append(_ moment: LoadPosition) { moments.withLock { $0.append(moment) } }

    var all: [LoadPosition] { moments.withLock { $0 } }
}

/// What the faults of a run came to; times are monotonic until the run's start is known.
struct FaultOutcome: Sendable {
    private(set) var faults: [FaultResult]
    private(set) var moments: [LoadMoment]
    /// What a reader should know of them, one sentence each.
    private(set) var notes: [String] = []

    /// Closes the books of the faults; to be made when those of the load are closed, which `books` opens at any place.
    ///
    /// `queued` messages that have no outcome wait in their queues: the newest ones, and none of them is lost.
    init(
        _ records: [FaultDriver.Record], _ positions: [LoadPosition], queued: UInt64, endsEmbedded: Bool,
        books: (Range<UInt64>) -> LedgerBooks
    ) {
        moments = positions.map(\.moment)
        let sorted = SortedMessages(bounds: positions.map(\.sequenceBound), queued: queued, books: books)
        let timeline = FaultTimeline(moments, endless: sorted.endless)
        let begins = records.compactMap(\.beginNanoseconds)
        faults = records.map { record in
            var result = FaultResult(record)
            guard let begin = record.beginNanoseconds, let end = record.endNanoseconds else { return result }
            result.figures = timeline.figures(begin: begin, end: end, next: begins.first { $0 > begin })
            return result
        }
        count(lost: records, positions, before: sorted.lostBefore, books)
        if endsEmbedded, records.contains(where: { $0.failure == nil && $0.step.fault.action.ends(.broker) }) {
            notes.append(
                "The embedded broker keeps messages in memory: what it held when it was ended is lost, as the books say."
            )
        }
        for fault in faults {
            if let failure = fault.failure {
                notes.append("The fault \(fault.name) did not happen as planned: \(failure).")
            }
        }
    }

    /// Gives each lost message to the first fault that can have cost it: one under way when the fault began, or that came
    /// until the recovery.
    private mutating func count(
        lost records: [FaultDriver.Record], _ positions: [LoadPosition], before lostBefore: UInt64,
        _ books: (Range<UInt64>) -> LedgerBooks
    ) {
        var taken: UInt64 = 0
        for (index, record) in records.enumerated() {
            guard let figures = faults[index].figures, let begin = record.beginNanoseconds else { continue }
            let until = figures.outageNanoseconds.map { begin + $0 }
            let recovered = until.flatMap { time in positions.last { $0.moment.timeNanoseconds <= time } }
            let last = min((recovered ?? positions.last)?.sequenceBound ?? 0, lostBefore)
            let first = max(record.firstMessage, taken)
            if first < last { faults[index].figures?.lost = books(first..<last).missing }
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

/// Which of a run's messages without an outcome are lost, and which still wait: the newest ones do.
struct SortedMessages: Sendable, Equatable {
    /// Every lost message has a number below this one; those from it on have an outcome or wait.
    private(set) var lostBefore: UInt64
    /// Of the messages below each bound, those that never end.
    private(set) var endless: [UInt64] = []

    /// Goes through the messages once, from bound to bound, and back to where those begin that wait.
    init(bounds: [UInt64], queued: UInt64, books: (Range<UInt64>) -> LedgerBooks) {
        var blocks: [(range: Range<UInt64>, missing: UInt64, unconfirmed: UInt64)] = []
        var first: UInt64 = 0
        for bound in bounds {
            let range = first..<max(first, bound)
            let found = range.isEmpty ? LedgerBooks() : books(range)
            blocks.append((range, found.missing, found.unconfirmed))
            first = range.upperBound
        }
        lostBefore = first
        var waiting = queued
        for index in blocks.indices.reversed() where waiting > 0 {
            let block = blocks[index]
            lostBefore = block.range.lowerBound
            if block.missing > waiting {
                // They begin within this block.
                lostBefore = block.range.upperBound
                var left = waiting
                while left > 0, lostBefore > block.range.lowerBound {
                    lostBefore -= 1
                    left -= books(lostBefore..<lostBefore + 1).missing
                }
            }
            let queued = min(block.missing, waiting)
            blocks[index].missing -= queued
            waiting -= queued
        }
        var sum: UInt64 = 0
        for block in blocks {
            sum += block.missing + block.unconfirmed
            endless.append(sum)
        }
    }
}

extension Scenario.FaultAction {
    /// Whether it ends a server, which loses what it holds in memory alone.
    fileprivate func ends(_ server: Scenario.FaultServer) -> Bool {
        if case .pauseServer = self { return false }
        return self.server == server
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
