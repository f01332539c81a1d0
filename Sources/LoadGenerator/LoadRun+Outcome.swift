import Drivers
import LoadMetrics
import NIOCore
import Synchronization

extension LoadRun {
    /// Puts together what publishers, collectors and ledger saw; call it when all is closed.
    func outcome(
        stillQueued: UInt64?, byBranch: [UInt64], drained: Bool
    ) async throws -> LoadOutcome {
        let spans = progress.withLock { $0.spans }
        var outcome = LoadOutcome(
            phases: [], stillQueued: stillQueued, interrupted: isInterrupted, recoveries: 0, blockedNanoseconds: 0,
            leftovers: 0, foreign: 0, unstamped: 0, unexplained: 0, failures: [], drained: drained,
            connections: plan.connections, scheduleDebtNanoseconds: plan.scheduleDebtNanoseconds)
        outcome.part = plan.part
        outcome.wasDisturbed = disturbances.hasBegun
        outcome.stillQueuedByBranch = byBranch
        for (index, (phase, span)) in zip(plan.phases, spans).enumerated() {
            var closedLoop = false
            if case .closed = phase.shape { closedLoop = true }
            var books = LedgerBooks(
                ledger, span.sequences, branches: plan.topology.branchCount, confirms: plan.confirmWindow > 0,
                awaitsOutcome: !plan.confirmIsOutcome)
            if plan.part == .consuming {
                (closedLoop, books) = (false, LedgerBooks())
                books.branches = plan.topology.branches.map { _ in LedgerBooks.Branch() }
            }
            // A closed loop has no schedule: the numbers it did not use were never offered.
            if closedLoop { books.notSent = 0 }
            outcome.phases.append(
                LoadOutcome.Phase(
                    name: phase.name, measured: phase.measured, closedLoop: closedLoop,
                    startNanoseconds: span.start, endNanoseconds: span.end,
                    offered: closedLoop ? books.published : UInt64(span.sequences.count), books: books, carried: 0,
                    late: 0,
                    scheduleLag: LatencyHistogram(), heldUpLag: LatencyHistogram(), confirm: LatencyHistogram(),
                    confirmService: LatencyHistogram(), queueWait: LatencyHistogram(), service: LatencyHistogram(),
                    endToEnd: LatencyHistogram(), endToEndService: LatencyHistogram(),
                    branches: zip(plan.topology.branches, books.branches).map { name, books in
                        LoadOutcome.Branch(name: name, books: books, endToEnd: LatencyHistogram())
                    }, evidence: watch.evidence(index)))
        }
        if progress.withLock({ $0.gaveUp }) {
            outcome.failures.append(
                "Messages could not be sent within the drain time of \(plan.drain) after they were due.")
        }
        try await addPublishers(to: &outcome)
        try await addCollectors(to: &outcome)
        return outcome
    }

    private func addPublishers(to outcome: inout LoadOutcome) async throws {
        for loop in publishers {
            let (records, totals, failure) = try await loop.eventLoop.submit {
                (loop.records, loop.totals, loop.failure)
            }.get()
            for (index, record) in records.enumerated() where index < outcome.phases.count {
                outcome.phases[index].late += record.late
                outcome.phases[index].carried += record.carried
                outcome.phases[index].scheduleLag.merge(record.scheduleLag)
                outcome.phases[index].heldUpLag.merge(record.heldUpLag)
                outcome.phases[index].confirm.merge(record.confirm)
                outcome.phases[index].confirmService.merge(record.confirmService)
            }
            outcome.recoveries += totals.recoveries
            outcome.blockedNanoseconds += totals.blockedNanoseconds
            outcome.lateConfirms += totals.lateConfirms
            outcome.unexplained += totals.unknownAnswers
            if let failure { outcome.failures.append("A publisher connection was lost for good: \(failure).") }
        }
    }

    private func addCollectors(to outcome: inout LoadOutcome) async throws {
        for loop in collectors { try await loop.eventLoop.submit { loop.closeClock() }.get() }
        for loop in collectors {
            let (records, totals, failure, clocks) = try await loop.eventLoop.submit {
                (loop.records, loop.totals, loop.failure, loop.clockFacts)
            }.get()
            for (index, record) in records.enumerated() where index < outcome.phases.count {
                outcome.phases[index].carried += record.carried
                if plan.part == .consuming {
                    outcome.phases[index].books.processed += record.arrived
                    outcome.phases[index].books.failed += record.arrivedFailed
                    for (branch, arrived) in record.arrivedAt.enumerated() {
                        outcome.phases[index].branches[branch].books.processed += arrived.processed
                        outcome.phases[index].branches[branch].books.failed += arrived.failed
                    }
                }
                for (branch, endToEnd) in record.branches.enumerated() {
                    outcome.phases[index].branches[branch].endToEnd.merge(endToEnd)
                }
                outcome.phases[index].queueWait.merge(record.queueWait)
                outcome.phases[index].service.merge(record.service)
                outcome.phases[index].endToEnd.merge(record.endToEnd)
                outcome.phases[index].endToEndService.merge(record.endToEndService)
            }
            outcome.recoveries += totals.recoveries
            outcome.leftovers += totals.leftovers
            if let clocks { outcome.clocks = outcome.clocks?.joined(clocks) ?? clocks }
            outcome.foreign += totals.foreign
            outcome.putBack += totals.putBack
            outcome.unstamped += totals.unstamped
            outcome.uncorrelated += totals.uncorrelated
            outcome.otherClock += totals.otherClock
            outcome.duplicates += totals.duplicated
            outcome.requeued += totals.requeued
            outcome.rejected += totals.rejected
            outcome.unexplained += totals.unknown
            if let failure { outcome.failures.append("A collector connection was lost for good: \(failure).") }
        }
    }
}
