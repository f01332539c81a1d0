import Drivers
import LoadMetrics
import NIOCore
import Synchronization

// What a run does that does not send: consume what others send, and end when there is nothing more to do.

extension LoadRun {
    /// Lets each phase last as long as it says, or until as many messages have come.
    func consumePhases() async throws {
        for (index, phase) in plan.phases.enumerated() {
            if endsEarly { break }
            // The first began with the consumers: what waited for them comes at once.
            let start = index == 0 ? table.startsNanoseconds[0] : Monotonic.nowNanoseconds()
            if index > 0 { table.append([start]) }
            let before = index == 0 ? 0 : try await received()
            while !endsEarly {
                let isDone =
                    switch phase.end {
                    case .after(let seconds): Monotonic.nowNanoseconds() - start >= Int64(seconds * 1e9)
                    case .count(let count): try await received() - before >= count
                    }
                if isDone { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            let end = Monotonic.nowNanoseconds()
            progress.withLock { $0.spans.append(Span(start: start, end: end, sequences: 0..<0)) }
        }
        table.append([Monotonic.nowNanoseconds()])
    }

    private func received() async throws -> UInt64 {
        let totals = try await totals()
        return totals.processed + totals.failed
    }

    /// Ends the run when the plan's rule says that it is over.
    func endWhenOver() async throws {
        guard let rule = plan.exitRule else { return }
        var watch = ExitWatch(rule, now: Monotonic.nowNanoseconds())
        while true {
            try await Task.sleep(for: .milliseconds(100))
            let totals = try await totals()
            var look = ExitWatch.Look(
                moved: totals.published + totals.confirmed + totals.processed + totals.failed,
                nowNanoseconds: Monotonic.nowNanoseconds())
            if rule == .empty {
                look.waiting = try? await driver.queueDepths(exact: true).incoming
                for link in links.withLock({ $0.collectors }) {
                    look.unsettled += try await link.eventLoop.submit { link.unsettled }.get()
                }
            }
            if watch.isOver(look) { break }
        }
        progress.withLock { $0.isOver = true }
        for publisher in publishers { publisher.stop() }
    }
}

/// Decides from what is seen from time to time whether a run has nothing more to do.
struct ExitWatch {
    /// What one look showed.
    struct Look {
        /// Everything sent, answered and received so far.
        var moved: UInt64
        var nowNanoseconds: Int64
        /// Messages in the incoming queue; nil where it could not be asked.
        var waiting: UInt64?
        /// Messages received and not settled.
        var unsettled = 0
    }

    private let rule: LoadPlan.ExitRule
    private var lastMoved: UInt64 = 0
    private var movedNanoseconds: Int64

    init(_ rule: LoadPlan.ExitRule, now: Int64) {
        self.rule = rule
        movedNanoseconds = now
    }

    mutating func isOver(_ look: Look) -> Bool {
        let hasMoved = look.moved != lastMoved
        lastMoved = look.moved
        if hasMoved { movedNanoseconds = look.nowNanoseconds }
        switch rule {
        case .empty: return !hasMoved && look.waiting == 0 && look.unsettled == 0
        // Who waits for the first message is not idle.
        case .idle(let nanoseconds): return look.moved > 0 && look.nowNanoseconds - movedNanoseconds >= nanoseconds
        }
    }
}
