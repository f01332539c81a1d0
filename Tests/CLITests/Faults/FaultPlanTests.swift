import LoadMetrics
import Scenarios
import Testing

@testable import CLI

@Suite("The plan of a scenario's faults")
struct FaultPlanTests {
    private static func scenario(seed: UInt64, _ faults: [(Int, Scenario.FaultAction)]) -> Scenario {
        var scenario = Scenario()
        scenario.seed = seed
        scenario.phases = [
            Scenario.Phase(name: "a", rate: .constant(ratePerSecond: 10), end: .duration(.seconds(60)))
        ]
        scenario.faults = faults.enumerated().map { index, fault in
            Scenario.Fault(name: "f\(index)", at: .seconds(fault.0), action: fault.1)
        }
        return scenario
    }

    private static let workers = ["worker-1", "worker-2", "worker-3"]

    @Test("They come in the order of their times")
    func order() {
        let plan = FaultPlan(
            Self.scenario(seed: 1, [(9, .kill(.all, after: .zero)), (3, .restart(.broker))]), workers: Self.workers)
        #expect(plan.steps.map(\.fault.name) == ["f1", "f0"])
        #expect(plan.steps.map(\.workers) == [[], Self.workers])
    }

    @Test("Chance is the seed's, and it meets every worker")
    func chance() {
        let faults = (0..<5).map { ($0 * 10, Scenario.FaultAction.kill(.any, after: .zero)) }
        var met: Set<String> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            let plan = FaultPlan(Self.scenario(seed: seed, faults), workers: Self.workers)
            #expect(plan == FaultPlan(Self.scenario(seed: seed, faults), workers: Self.workers))
            met.formUnion(plan.steps.flatMap(\.workers))
        }
        #expect(met == Set(Self.workers))
    }

    @Test("Chance spares a worker that another fault has at that time, while there is another")
    func sparing() {
        for seed in 1...30 as ClosedRange<UInt64> {
            let plan = FaultPlan(
                Self.scenario(
                    seed: seed,
                    [
                        (5, .pauseWorkers(.named("worker-1"), for: .seconds(5))), (6, .kill(.any, after: .zero)),
                        (7, .kill(.any, after: .seconds(1))),
                    ]), workers: Self.workers)
            #expect(Set(plan.steps.flatMap(\.workers)).count == 3)
        }
    }

    @Test("One proxy stands for both sides, two where a fault is for one side alone, none without a fault of a link")
    func proxies() {
        func needed(_ links: Scenario.FaultLink...) -> [Set<Scenario.FaultLink.Side>] {
            let faults = links.map {
                Scenario.Fault(name: "", at: .zero, action: .cut($0, reset: false))
            }
            return FaultLinks.needed(faults).map(\.1)
        }
        #expect(needed().isEmpty)
        #expect(needed(.init(server: .broker)) == [[.workers, .generator]])
        #expect(needed(.init(server: .broker, side: .workers)) == [[.workers]])
        #expect(
            needed(.init(server: .broker), .init(server: .broker, side: .generator)) == [[.generator], [.workers]])
        #expect(needed(.init(server: .store)) == [[.workers]])
    }

    @Test("Thresholds ask for the worst of all faults, their sum, or one of them")
    func figures() {
        func fault(_ name: String, recovery: Int64?, lost: UInt64) -> FaultResult {
            FaultResult(
                name: name, kind: "kill", subject: "worker-1", intendedNanoseconds: 0,
                figures: FaultFigures(recoveryNanoseconds: recovery, worstBacklog: lost * 2, lost: lost))
        }
        let lookup = FaultFigureLookup([fault("a", recovery: 5, lost: 1), fault("b", recovery: 7, lost: 2)])
        #expect(lookup.value(.init(metric: .faultRecovery)) == 7)
        #expect(lookup.value(.init(metric: .faultRecovery, fault: "a")) == 5)
        #expect(lookup.value(.init(metric: .faultLost)) == 3)
        #expect(lookup.value(.init(metric: .faultBacklog)) == 4)
        #expect(lookup.value(.init(metric: .faultDetection)) == 0)
        #expect(lookup.value(.init(metric: .faultLost, fault: "c")) == nil)
        // One that never recovered leaves no worst.
        let stuck = FaultFigureLookup([fault("a", recovery: 5, lost: 1), fault("b", recovery: nil, lost: 2)])
        #expect(stuck.value(.init(metric: .faultRecovery)) == nil)
        #expect(FaultFigureLookup([]).value(.init(metric: .faultLost)) == nil)
    }
}
