import Drivers
import LoadGenerator
import LoadMetrics
import Synchronization

/// The figures of a run that goes on: what a scraper sees of it.
///
/// What the run does not measure is absent, never zero: a half that only consumes knows nothing of confirms.
struct RunMetrics: Sendable {
    /// What became of messages, as a label names it.
    enum Outcome: String, CaseIterable, Sendable {
        case offered, published, confirmed, returned, nacked, processed, failed
    }

    /// What a process has used.
    struct Process: Sendable, Equatable {
        var role: RunRole
        var name: String
        /// Since the load began.
        var cpuNanoseconds: Int64
        var residentBytes: UInt64
    }

    /// One latency, of the last second and of the run so far.
    struct Latency: Sendable {
        var second = LatencyHistogram()
        var run = LatencyHistogram()
    }

    var version: String
    var phase = "connect"
    /// Counts since the start of the run.
    var messages: [Outcome: UInt64] = [:]
    var backlog: UInt64?
    var queues = QueueDepths()
    var isBlocked: Bool?
    var latencies: [LatencyMetric: Latency] = [:]
    var processes: [Process] = []

    private var phases: [String] = []
    private var publishes = true

    init(version: String) {
        self.version = version
    }

    /// Learns what the run will measure; its counts begin at zero.
    mutating func begin(_ plan: LoadPlan) {
        phases = plan.phases.map(\.name)
        publishes = plan.part != .consuming
        for outcome in Outcome.allCases where plan.measures(outcome) { messages[outcome] = 0 }
    }

    /// Adds what happened in a second, and what the processes have used by its end.
    mutating func add(_ sample: SecondSample, _ used: [Process]) {
        phase = sample.phase.map { $0 < phases.count ? phases[$0] : "drain" } ?? "start"
        let counts: [Outcome: UInt64] = [
            .offered: sample.offered, .published: sample.published, .confirmed: sample.confirmed,
            .returned: sample.returned, .nacked: sample.nacked, .processed: sample.processed, .failed: sample.failed,
        ]
        for (outcome, count) in messages { messages[outcome] = count + (counts[outcome] ?? 0) }
        queues = sample.depths
        if publishes { (backlog, isBlocked) = (sample.backlog, sample.blocked) }
        let seconds: [LatencyMetric: LatencyHistogram] = [
            .scheduleLag: sample.scheduleLag, .confirm: sample.confirm, .confirmService: sample.confirmService,
            .endToEnd: sample.endToEnd, .endToEndService: sample.endToEndService,
        ]
        for (metric, second) in seconds where latencies[metric] != nil || !second.isEmpty {
            latencies[metric, default: Latency()].second = second
            latencies[metric]?.run.merge(second)
        }
        processes = used
    }
}

extension LoadPlan {
    /// Whether a run of the plan gets to know of these messages.
    fileprivate func measures(_ outcome: RunMetrics.Outcome) -> Bool {
        switch outcome {
        case .offered, .published: part != .consuming
        case .confirmed, .nacked: part != .consuming && confirmWindow > 0
        case .returned: part != .consuming && publisher.mandatory
        case .processed: awaitsOutcome || confirmIsOutcome || part == .consuming
        case .failed: awaitsOutcome || part == .consuming
        }
    }
}

/// The figures of a run, written once a second by the run and read by whoever asks.
final class LiveMetrics: Sendable {
    private let state: Mutex<RunMetrics>

    init(version: String) {
        state = Mutex(RunMetrics(version: version))
    }

    func begin(_ plan: LoadPlan) {
        state.withLock { $0.begin(plan) }
    }

    func add(_ sample: SecondSample, _ used: [RunMetrics.Process]) {
        state.withLock { $0.add(sample, used) }
    }

    /// The figures of now.
    var current: RunMetrics { state.withLock { $0 } }
}
