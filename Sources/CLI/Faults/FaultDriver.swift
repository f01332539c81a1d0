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
        /// The first message that was under way when it began, and how many arrivals were due by then.
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
        load.disturb(true)
        defer { load.disturb(false) }
        var record = Record(step: step, intendedNanoseconds: intended)
        if let moment = try? await load.moment() {
            record.firstMessage = load.firstUnfinished(of: moment.open, before: moment.offered)
        }
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

    /// Does what ends a fault, also where the run is over and all waiting is cut short.
    func finish(_ end: @escaping @Sendable () async throws -> Void) async throws {
        try await Task { try await end() }.value
    }

    /// Lets a fault last; an early end of the run shortens it.
    func last(_ time: Duration) async { try? await Task.sleep(for: time) }
}
