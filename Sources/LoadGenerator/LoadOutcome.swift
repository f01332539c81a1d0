package import Drivers
package import LoadMetrics

/// What a load run saw, from the generator's side.
package struct LoadOutcome: Sendable {
    /// What one branch of the pipeline made of the messages.
    package struct Branch: Sendable {
        package var name: String
        package var books: LedgerBooks.Branch
        /// Result of the branch returned − intended.
        package var endToEnd: LatencyHistogram
    }

    /// One phase of the run.
    package struct Phase: Sendable {
        package var name: String
        package var measured: Bool
        package var closedLoop: Bool
        /// Monotonic nanoseconds.
        package var startNanoseconds: Int64
        package var endNanoseconds: Int64
        /// Messages whose intended time lies in the phase; of a closed loop those it sent.
        package var offered: UInt64
        package var books: LedgerBooks
        /// Outcomes that came back while the phase lasted.
        package var carried: UInt64
        /// Sent later than the bound on schedule debt allows.
        package var late: UInt64
        package var scheduleLag: LatencyHistogram
        /// The part of the schedule lag that the broker caused by being away or asking for a pause.
        package var heldUpLag: LatencyHistogram
        /// Confirmed − intended, and confirmed − sent.
        package var confirm: LatencyHistogram
        package var confirmService: LatencyHistogram
        package var queueWait: LatencyHistogram
        package var service: LatencyHistogram
        /// Returned − intended, and returned − sent.
        package var endToEnd: LatencyHistogram
        package var endToEndService: LatencyHistogram
        /// What each branch of the pipeline did, where it has several.
        package var branches: [Branch] = []
        /// What was seen of the generator itself.
        package var evidence = GeneratorEvidence()

        /// The schedule lag without what the broker held up: what the generator itself answers for.
        package var ownLag: LatencyHistogram {
            var own = scheduleLag
            own.subtract(heldUpLag)
            return own
        }

        /// The messages sent in the busiest second; of a phase too short for one, its mean; nil of no length.
        package var busiestPerSecond: Double? {
            if let seen = evidence.busiestPerSecond { return seen }
            let length = Double(endNanoseconds - startNanoseconds)
            return length > 0 ? Double(books.published) / length * 1e9 : nil
        }
    }

    package var phases: [Phase]
    /// Messages in the run's queues at the end beyond those of its start; nil where the broker could not be asked.
    package var stillQueued: UInt64?
    /// The same of each branch of the pipeline, where it has several.
    package var stillQueuedByBranch: [UInt64] = []
    package var interrupted: Bool
    package var recoveries: UInt64
    /// Whether the run broke something on purpose: a fault of its scenario came about.
    package var wasDisturbed = false
    package var blockedNanoseconds: Int64
    /// Messages of earlier runs that were taken from the queues and not counted.
    package var leftovers: UInt64
    /// Messages that no generator sent: counted, without a latency.
    package var foreign: UInt64
    /// Messages of others that went back to their queue.
    package var putBack: UInt64 = 0
    /// Deliveries that the run's own consumers refused: put back into their queue, or dead-lettered.
    package var requeued: UInt64 = 0
    package var rejected: UInt64 = 0
    /// Which half of the load the run was.
    package var part = LoadPlan.Part.whole
    /// Messages of others that came more than once, where the run is known.
    package var duplicates: UInt64 = 0
    /// Messages with the times of another clock than this process's: counted, without a latency.
    package var otherClock: UInt64 = 0
    /// Confirms that took longer than `load.confirm_timeout`.
    package var lateConfirms: UInt64 = 0
    /// Outcomes without their intended time, so without a latency.
    package var unstamped: UInt64
    /// Outcomes that did not say which message they are of.
    package var uncorrelated: UInt64 = 0
    /// Answers and outcomes that fit nothing that was sent.
    package var unexplained: UInt64
    /// Connections that could not be recovered, in words.
    package var failures: [String]
    /// How the drain ended.
    package var drained: Bool
    /// The workers' clock beside ours; nil where no message passed both.
    package var clocks: ClockFacts?
    /// Publishing connections.
    package var connections = 1
    /// Beyond it a message counts as late.
    package var scheduleDebtNanoseconds = Int64.max
}

/// What one branch of the pipeline did in a second.
package struct BranchSecond: Sendable, Equatable {
    package var name: String
    package var processed: UInt64
    package var failed: UInt64
}

/// One second of a run, as the live view and the series have it.
package struct SecondSample: Sendable {
    package var startNanoseconds: Int64
    package var endNanoseconds: Int64
    package var phase: Int?
    /// Counts within this second.
    package var offered: UInt64
    package var published: UInt64
    package var confirmed: UInt64
    package var nacked: UInt64
    package var returned: UInt64
    package var processed: UInt64
    package var failed: UInt64
    /// Answers of each branch of the pipeline, where it has several.
    package var branches: [BranchSecond] = []
    package var scheduleLag: LatencyHistogram
    package var confirm: LatencyHistogram
    package var confirmService: LatencyHistogram
    package var endToEnd: LatencyHistogram
    package var endToEndService: LatencyHistogram
    package var depths: QueueDepths
    /// Published and not yet finished, since the start of the run.
    package var backlog: UInt64
    package var blocked: Bool
}
