/// A figure of a run that a threshold can speak about.
package enum Metric: String, Sendable, CaseIterable {
    // Latencies, from the whole histogram of a run or phase.
    case scheduleLag = "schedule_lag"
    case confirm
    case confirmService = "confirm_service"
    case queueWait = "queue_wait"
    case decode
    case analyse
    case store
    case publish
    case service
    case endToEnd = "end_to_end"
    case endToEndService = "end_to_end_service"
    // Messages.
    case offered
    case published
    case confirmed
    case returned
    case nacked
    case unconfirmed
    case processed
    case failed
    case duplicated
    case lost
    case queued
    case late
    // Documents, when the store is compared with the books.
    case storeMismatches = "store_mismatches"
    // Messages per second of measured time.
    case throughput
    case offeredRate = "offered_rate"
    // What faults did: of all of them the worst, or the sum.
    case faultDetection = "faults.detection"
    case faultRecovery = "faults.recovery"
    case faultOutage = "faults.outage"
    case faultDrain = "faults.drain"
    case faultBacklog = "faults.backlog"
    case faultRedelivered = "faults.redelivered"
    case faultDuplicated = "faults.duplicated"
    case faultLost = "faults.lost"
    // What a role used; the statistic names the role.
    case cpuPerMillion = "cpu_per_million"
    case memory
    case memoryGrowth = "memory_growth"

    /// What a metric's value is a number of.
    package enum Unit: Sendable, Equatable {
        /// Nanoseconds.
        case nanoseconds
        /// Messages.
        case messages
        /// Messages per second.
        case perSecond
        /// Bytes.
        case bytes
    }

    /// What the metric's value is a number of.
    package var unit: Unit {
        switch self {
        case .scheduleLag, .confirm, .confirmService, .queueWait, .decode, .analyse, .store, .publish, .service,
            .endToEnd, .endToEndService, .cpuPerMillion, .faultDetection, .faultRecovery, .faultOutage, .faultDrain:
            .nanoseconds
        case .offered, .published, .confirmed, .returned, .nacked, .unconfirmed, .processed, .failed, .duplicated,
            .lost, .queued, .late, .storeMismatches, .faultBacklog, .faultRedelivered, .faultDuplicated, .faultLost:
            .messages
        case .throughput, .offeredRate: .perSecond
        case .memory, .memoryGrowth: .bytes
        }
    }

    /// The statistics that can be asked of the metric; none when it is a single number.
    package var statistics: StatisticKind {
        switch self {
        case .cpuPerMillion, .memory, .memoryGrowth: .role
        case _ where isOfFaults: .none
        case _ where unit == .nanoseconds: .distribution
        default: .none
        }
    }

    /// What a percentage of the metric is a share of; nil where a share means nothing.
    package var whole: Metric? {
        switch self {
        case .throughput: .offeredRate
        case .offered, .offeredRate: nil
        case .published: .offered
        case .memoryGrowth: .memory
        case _ where isOfFaults: nil
        case _ where unit == .messages: .published
        default: nil
        }
    }

    /// Whether it is about what faults did.
    package var isOfFaults: Bool { rawValue.hasPrefix("faults.") }

    /// What may follow a metric's name after the dot.
    package enum StatisticKind: Sendable, Equatable {
        /// Nothing.
        case none
        /// A percentile or `min`, `max`, `mean`.
        case distribution
        /// A role.
        case role
    }

    /// The metric's meaning, in one phrase.
    package var summary: String {
        switch self {
        case .scheduleLag: "sent − intended"
        case .confirm: "confirmed − intended"
        case .confirmService: "confirmed − sent: what it looks like without the wait to be sent"
        case .queueWait: "received by the worker − intended"
        case .decode: "the worker's stage: decoding and checking the message"
        case .analyse: "the worker's stage: analysing the text"
        case .store: "the worker's stage: the write of its batch to the store"
        case .publish: "the worker's stage: until the broker confirmed the result"
        case .service: "done − received by the worker"
        case .endToEnd: "result read back − intended"
        case .endToEndService: "result read back − sent: what it looks like without the wait to be sent"
        case .offered: "arrivals of the schedule"
        case .published: "messages written to the broker"
        case .confirmed: "messages the broker took responsibility for"
        case .returned: "messages no queue took"
        case .nacked: "messages the broker refused"
        case .unconfirmed: "messages without the broker's word at the end"
        case .processed: "messages whose result was read back"
        case .failed: "messages read back from the failed queue"
        case .duplicated: "results read back more than once"
        case .lost: "confirmed messages that came back from nowhere"
        case .queued: "messages still in one of the scenario's queues at the end, or left to other consumers"
        case .late: "messages sent later than `limits.schedule_debt` allows"
        case .storeMismatches: "documents that the store lacks, should not have, or has with another content"
        case .throughput: "results read back per second of measured time"
        case .offeredRate: "arrivals per second of measured time"
        case .faultDetection: "the longest from a fault's begin to the first sign of it"
        case .faultRecovery: "the longest from a fault's end until results came as fast as they should again"
        case .faultOutage: "the same from its begin"
        case .faultDrain: "the longest from a fault's end until the backlog was what it had been"
        case .faultBacklog: "the most messages due and not finished, from a fault's begin until they were drained"
        case .faultRedelivered: "deliveries to workers made again because of faults"
        case .faultDuplicated: "results read back more than once because of faults"
        case .faultLost: "messages lost to faults"
        case .cpuPerMillion: "CPU time for one million processed messages"
        case .memory: "highest resident memory"
        case .memoryGrowth:
            "resident memory in the last sixth of the time less that in the first sixth, by their medians"
        }
    }
}

/// What of a metric is meant.
package enum Statistic: Sendable, Hashable, CustomStringConvertible {
    /// The value below which this share of the measurements lies, 0…100 %.
    case percentile(Double)
    /// The least measurement.
    case min
    /// The greatest measurement.
    case max
    /// The arithmetic mean.
    case mean
    /// What this role used.
    case role(Role)

    /// The processes of a run.
    package enum Role: String, Sendable, CaseIterable {
        case generator
        case broker
        case worker
    }

    /// The statistic as thresholds write it.
    package var description: String {
        switch self {
        case .percentile(let percent): percent == percent.rounded() ? "p\(Int(percent))" : "p\(percent)"
        case .min: "min"
        case .max: "max"
        case .mean: "mean"
        case .role(let role): role.rawValue
        }
    }
}
