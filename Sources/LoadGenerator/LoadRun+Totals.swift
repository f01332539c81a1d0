import Drivers
import LoadMetrics
import NIOCore
import Synchronization

// What has been counted so far, over all connections of a run.

extension LoadRun {
    struct IntervalLatencies: Sendable {
        var scheduleLag = LatencyHistogram()
        var confirm = LatencyHistogram()
        var confirmService = LatencyHistogram()
        var endToEnd = LatencyHistogram()
        var endToEndService = LatencyHistogram()
    }

    struct RunTotals: Sendable {
        var published: UInt64 = 0
        var publishedUnscheduled: UInt64 = 0
        /// Above the numbers of all that was published.
        var sequenceBound: UInt64 = 0
        var confirmed: UInt64 = 0
        var nacked: UInt64 = 0
        /// Refused messages with an outcome as well: the broker dead-lettered what it refused.
        var nackedWithOutcome: UInt64 = 0
        var returned: UInt64 = 0
        var processed: UInt64 = 0
        var failed: UInt64 = 0
        /// Answers of each branch, where there are several.
        var branches: [CollectorShare.BranchTotals] = []
        /// Outcomes that did not say which message they are of.
        var uncorrelated: UInt64 = 0
        var recoveries: UInt64 = 0
        /// Times a connection was lost.
        var losses: UInt64 = 0
        /// Outcomes that came again.
        var repeated: UInt64 = 0
        var unanswered = 0
        var isBlocked = false
        /// Of the time since the last look, where it was asked for.
        var latencies: IntervalLatencies?

        /// Messages that ended without an outcome: the broker refused them, or could not route them.
        var refused: UInt64 { returned + nacked - min(nacked, nackedWithOutcome) }

        /// Messages of which nothing more is to come: with an outcome, or, where none is read back, with the broker's
        /// answer, or, where that is not asked for either, sent.
        func finished(_ plan: LoadPlan) -> UInt64 {
            if plan.awaitsOutcome {
                let known = processed + failed + refused
                // Each of these is the end of some message, unless it came twice.
                return known + min(uncorrelated, published - min(published, known))
            }
            return plan.confirmWindow > 0 ? confirmed + nacked : published
        }
    }

    func totals(takingInterval: Bool = false) async throws -> RunTotals {
        var sum = RunTotals()
        if takingInterval { sum.latencies = IntervalLatencies() }
        for loop in publishers {
            let (totals, unanswered, isBlocked, interval) = try await loop.eventLoop.submit {
                (loop.totals, loop.unanswered, loop.isBlocked, takingInterval ? loop.takeInterval() : nil)
            }.get()
            if let interval {
                sum.latencies?.scheduleLag.merge(interval.scheduleLag)
                sum.latencies?.confirm.merge(interval.confirm)
                sum.latencies?.confirmService.merge(interval.confirmService)
            }
            sum.unanswered += unanswered
            sum.isBlocked = sum.isBlocked || isBlocked
            sum.published += totals.published
            sum.publishedUnscheduled += totals.publishedUnscheduled
            sum.confirmed += totals.confirmed
            sum.sequenceBound = max(sum.sequenceBound, totals.sequenceBound)
            sum.nacked += totals.nacked
            sum.nackedWithOutcome += totals.nackedWithOutcome
            sum.returned += totals.returned
            sum.recoveries += totals.recoveries
            sum.losses += totals.losses
        }
        for loop in collectors {
            let (totals, interval) = try await loop.eventLoop.submit {
                (loop.totals, takingInterval ? loop.takeInterval() : nil)
            }.get()
            sum.processed += totals.processed
            sum.failed += totals.failed
            sum.nackedWithOutcome += totals.nacked
            for (branch, answers) in totals.branches.enumerated() {
                if sum.branches.count <= branch { sum.branches.append(CollectorShare.BranchTotals()) }
                sum.branches[branch].processed += answers.processed
                sum.branches[branch].failed += answers.failed
            }
            sum.uncorrelated += totals.uncorrelated
            sum.recoveries += totals.recoveries
            sum.losses += totals.losses
            sum.repeated += totals.repeated
            if let interval {
                sum.latencies?.endToEnd.merge(interval.endToEnd)
                sum.latencies?.endToEndService.merge(interval.endToEndService)
            }
        }
        if plan.confirmIsOutcome { sum.processed = sum.confirmed }
        return sum
    }

    // MARK: - Queues

    /// Messages in the queues of each branch beyond those that waited there before the run.
    func queuedByBranch(_ depths: QueueDepths) -> [UInt64] {
        let before = progress.withLock { $0.startDepths.branches.map(\.total) }
        return zip(depths.branches, before).map { $0.total - min($0.total, $1) }
    }

    /// Messages in the queues beyond those that waited there before the run.
    func queuedSinceStart(_ depths: QueueDepths) -> UInt64 {
        let before = progress.withLock { $0.startDepths.total }
        return depths.total - min(depths.total, before)
    }

    /// Whether every message sent has ended, or waits in the queue of each branch that has not answered it.
    func isAccounted(_ totals: RunTotals, _ depths: QueueDepths) -> Bool {
        guard !totals.branches.isEmpty else {
            return totals.finished(plan) + queuedSinceStart(depths) >= totals.published
        }
        return zip(totals.branches, queuedByBranch(depths)).allSatisfy { branch, queued in
            branch.processed + branch.failed + totals.refused + queued >= totals.published
        }
    }
}
