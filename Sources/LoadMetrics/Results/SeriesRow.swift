/// What happened in one second of a run; counts are of the second, not cumulative.
package struct SeriesRow: Sendable, Equatable, Codable {
    /// Its start, from the start of the run.
    package var startNanoseconds: Int64
    /// Its length: a second, or what was left at the end.
    package var durationNanoseconds: Int64
    /// Arrivals of the schedule.
    package var offered: UInt64
    /// Messages written to the broker.
    package var published: UInt64
    /// Messages the broker took responsibility for.
    package var confirmed: UInt64
    /// Results read back.
    package var processed: UInt64
    /// Messages read back from the failed queue.
    package var failed: UInt64
    /// Returned − intended of the messages read back in this second; nil when there were none.
    package var endToEnd: SecondLatency?
    /// Confirmed − intended of the messages confirmed in this second; nil when there were none.
    package var confirm: SecondLatency?
    /// Returned − sent of the messages read back in this second; nil when there were none.
    package var endToEndService: SecondLatency?
    /// Confirmed − sent of the messages confirmed in this second; nil when there were none.
    package var confirmService: SecondLatency?
    /// Sent − intended of the messages sent in this second; nil when there were none.
    package var scheduleLag: SecondLatency?
    /// Messages waiting at the end of the second, by the queue's part: `incoming`, `processed`, `failed`; of
    /// several branches also `incoming data-lake` and the like, which are parts of `incoming`.
    package var queueDepths: [String: UInt64]
    /// Outcomes read back by branch of the pipeline; nil where there is one.
    package var answers: [String: BranchAnswers]?
    /// Cores busy, by ``RoleResult/name``.
    package var cpuCores: [String: Double]
    /// Resident memory at the end of the second, by ``RoleResult/name``.
    package var residentBytes: [String: UInt64]

    /// A row as given.
    package init(
        startNanoseconds: Int64, durationNanoseconds: Int64 = 1_000_000_000, offered: UInt64 = 0,
        published: UInt64 = 0, confirmed: UInt64 = 0, processed: UInt64 = 0, failed: UInt64 = 0,
        endToEnd: SecondLatency? = nil, confirm: SecondLatency? = nil, scheduleLag: SecondLatency? = nil,
        endToEndService: SecondLatency? = nil, confirmService: SecondLatency? = nil,
        queueDepths: [String: UInt64] = [:], cpuCores: [String: Double] = [:], residentBytes: [String: UInt64] = [:]
    ) {
        self.startNanoseconds = startNanoseconds
        self.durationNanoseconds = durationNanoseconds
        self.offered = offered
        self.published = published
        self.confirmed = confirmed
        self.processed = processed
        self.failed = failed
        self.endToEnd = endToEnd
        self.confirm = confirm
        self.scheduleLag = scheduleLag
        self.endToEndService = endToEndService
        self.confirmService = confirmService
        self.queueDepths = queueDepths
        self.cpuCores = cpuCores
        self.residentBytes = residentBytes
    }

    /// Messages per second of the row; 0 when it has no length.
    package func perSecond(_ messages: UInt64) -> Double {
        durationNanoseconds > 0 ? Double(messages) / Double(durationNanoseconds) * 1e9 : 0
    }

    /// Adds what another row says of messages and queues: counts add up, of latencies and depths the worse stay.
    ///
    /// Length, CPU and memory are the caller's: they add up for rows of one second, and not for rows of two.
    package mutating func addMessages(_ other: SeriesRow) {
        offered &+= other.offered
        published &+= other.published
        confirmed &+= other.confirmed
        processed &+= other.processed
        failed &+= other.failed
        endToEnd = SecondLatency.slower(endToEnd, other.endToEnd)
        confirm = SecondLatency.slower(confirm, other.confirm)
        endToEndService = SecondLatency.slower(endToEndService, other.endToEndService)
        confirmService = SecondLatency.slower(confirmService, other.confirmService)
        scheduleLag = SecondLatency.slower(scheduleLag, other.scheduleLag)
        queueDepths.merge(other.queueDepths) { max($0, $1) }
        if let more = other.answers {
            answers = (answers ?? [:]).merging(more) {
                BranchAnswers(processed: $0.processed &+ $1.processed, failed: $0.failed &+ $1.failed)
            }
        }
    }
}

/// The outcomes of one branch in one second.
package struct BranchAnswers: Sendable, Equatable, Codable {
    /// Results read back.
    package var processed: UInt64
    /// Messages read back from the branch's failed queue.
    package var failed: UInt64

    /// Counts as given.
    package init(processed: UInt64 = 0, failed: UInt64 = 0) {
        self.processed = processed
        self.failed = failed
    }
}

/// The latencies of one second in three figures.
package struct SecondLatency: Sendable, Equatable, Codable {
    /// How many messages.
    package var count: UInt64
    /// Their median.
    package var p50Nanoseconds: Int64
    /// Their 99th percentile.
    package var p99Nanoseconds: Int64
    /// The longest.
    package var maxNanoseconds: Int64

    /// Figures as given.
    package init(count: UInt64, p50Nanoseconds: Int64, p99Nanoseconds: Int64, maxNanoseconds: Int64) {
        self.count = count
        self.p50Nanoseconds = p50Nanoseconds
        self.p99Nanoseconds = p99Nanoseconds
        self.maxNanoseconds = maxNanoseconds
    }

    /// The figures of a histogram; nil when it is empty.
    package init?(_ histogram: LatencyHistogram) {
        guard !histogram.isEmpty else { return nil }
        let figures = histogram.percentiles([50, 99])
        self.init(
            count: histogram.count, p50Nanoseconds: figures[0], p99Nanoseconds: figures[1],
            maxNanoseconds: histogram.max)
    }

    /// The figures of two, each the slower one, for their percentiles cannot be joined; of one where there is no other.
    package static func slower(_ one: SecondLatency?, _ other: SecondLatency?) -> SecondLatency? {
        guard let one, let other else { return one ?? other }
        return SecondLatency(
            count: one.count &+ other.count,
            p50Nanoseconds: max(one.p50Nanoseconds, other.p50Nanoseconds),
            p99Nanoseconds: max(one.p99Nanoseconds, other.p99Nanoseconds),
            maxNanoseconds: max(one.maxNanoseconds, other.maxNanoseconds))
    }
}
