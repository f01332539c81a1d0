import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios
import Synchronization

/// Brings a scenario's faults about while its load runs, each at its time, and writes down when it began and was over.
///
///     plan ─► wait ─► begin: signal, command, proxy ─► for a while ─► end: resume, start again, clear ─► record
///
/// Every fault that lasts is ended, also when the run is over before its time. One that could not be brought about is
/// told with the reason: a run whose faults did not happen proves nothing.
final class FaultDriver: Sendable {
    /// What happened to one fault; times are monotonic.
    struct Record: Sendable {
        var step: FaultPlan.Step
        var intendedNanoseconds: Int64
        var beginNanoseconds: Int64?
        var endNanoseconds: Int64?
        var failure: String?
        /// The first message that was under way when it began.
        var firstMessage: UInt64 = 0
    }

    /// Why a fault could not be brought about.
    struct Failure: Error {
        var reason: String
    }

    let scenario: Scenario
    let tools: FaultTools
    private let plan: FaultPlan
    private let load: LoadRun
    private let records = Mutex<[Record]>([])
    /// Who ends a worker has it until it is back.
    private let lives = Turns()

    init(_ plan: FaultPlan, _ scenario: Scenario, _ load: LoadRun, _ tools: FaultTools) {
        self.plan = plan
        self.scenario = scenario
        self.load = load
        self.tools = tools
    }

    /// Brings all of them about and returns when the last one is over; cancelled, it ends what lasts at once.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for step in plan.steps { group.addTask { await self.run(step) } }
        }
    }

    /// What happened, in the order in which it began.
    func closedRecords() -> [Record] {
        records.withLock { $0 }.sorted {
            ($0.beginNanoseconds ?? $0.intendedNanoseconds) < ($1.beginNanoseconds ?? $1.intendedNanoseconds)
        }
    }

    private func run(_ step: FaultPlan.Step) async {
        guard let intended = await waitForTime(of: step.fault) else {
            add(Record(step: step, intendedNanoseconds: 0, failure: "the load was over before its time"))
            return
        }
        let ended = step.fault.action.endsWorkers ? step.workers : []
        await lives.take(ended)
        defer { lives.pass(ended) }
        guard !Task.isCancelled else {
            add(Record(step: step, intendedNanoseconds: intended, failure: "the load was over before its turn"))
            return
        }
        load.disturb(true)
        defer { load.disturb(false) }
        var record = Record(step: step, intendedNanoseconds: intended)
        if let position = try? await load.position() { record.firstMessage = load.firstUnfinished(at: position) }
        record.beginNanoseconds = Monotonic.nowNanoseconds()
        do {
            try await bringAbout(step)
        } catch let failure as Failure {
            record.failure = failure.reason
        } catch {
            record.failure = "\(error)"
        }
        record.endNanoseconds = Monotonic.nowNanoseconds()
        add(record)
    }

    private func add(_ record: Record) { records.withLock { $0.append(record) } }

    /// Waits until a fault is to begin; nil where the run was over before.
    private func waitForTime(of fault: Scenario.Fault) async -> Int64? {
        let phase = fault.phase.flatMap { name in scenario.phases.firstIndex { $0.name == name } } ?? 0
        var intended: Int64?
        while intended == nil {
            intended = load.start(ofPhase: phase).map { $0 + fault.at.wholeNanoseconds }
            if intended != nil { break }
            do { try await Task.sleep(for: .milliseconds(5)) } catch { return nil }
        }
        guard let intended else { return nil }
        while true {
            let left = intended - Monotonic.nowNanoseconds()
            if left <= 0 { return intended }
            do { try await Task.sleep(for: .nanoseconds(left)) } catch { return nil }
        }
    }

    /// Begins something, lets it last and ends it: also where it began only in part, and where the run is over and all
    /// waiting is cut short.
    static func during(
        _ time: Duration, begin: () async throws -> Void, end: @escaping @Sendable () async throws -> Void
    ) async throws {
        do {
            try await begin()
        } catch {
            // Why it did not begin is what there is to tell.
            try? await Task { try await end() }.value
            throw error
        }
        await last(time)
        try await Task { try await end() }.value
    }

    /// Lets a fault last; an early end of the run shortens it.
    static func last(_ time: Duration) async { try? await Task.sleep(for: time) }
}

extension Scenario.FaultAction {
    /// Whether workers are ended and started again.
    fileprivate var endsWorkers: Bool {
        switch self {
        case .kill, .terminate: true
        default: false
        }
    }
}
