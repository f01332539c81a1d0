import Foundation
import LoadMetrics
import Testing

@testable import CLI

/// How a search ends, by what it found.
@Suite struct CapacityEndTests {
    private func result(_ points: [CapacityPoint], target: CapacityTarget? = nil) -> CapacityResult {
        CapacityResult(
            campaign: CampaignFacts(
                scenario: ScenarioFacts(name: "t"), startedAt: Date(timeIntervalSince1970: 0), machine: .current()),
            limits: [], points: points, target: target)
    }

    @Test(arguments: [
        (CapacityPoint.Outcome.found, 900.0 as Double?, 0 as Int32), (.aboveRange, 900, 0), (.unclear, 900, 97),
        (.unclear, nil, 97), (.belowRange, nil, 99), (.generatorLimited, 900, 0), (.generatorLimited, nil, 98),
    ])
    func aSearchIsASuccessWhenItIsSettled(outcome: CapacityPoint.Outcome, rate: Double?, code: Int32) {
        let point = CapacityPoint(outcome: outcome, ratePerSecond: rate)
        #expect(CapacityCommand.status(of: result([point])).rawValue == code)
        var ended = result([point])
        ended.campaign.interrupted = true
        #expect(CapacityCommand.status(of: ended) == .interrupted)
    }

    @Test func onePointThatIsNotSettledIsEnough() {
        let points = [
            CapacityPoint(values: ["1"], outcome: .found, ratePerSecond: 500),
            CapacityPoint(values: ["2"], outcome: .unclear, ratePerSecond: 900, heldPerSecond: 800),
        ]
        #expect(CapacityCommand.status(of: result(points)).rawValue == 97)
        var sweep = SweepResult(
            campaign: result([]).campaign, keys: [SweptKey(name: "workers.count", values: ["1", "2"])], mode: .capacity,
            repeats: 1, seed: 1, warmUpNanoseconds: 0, measureNanoseconds: 1, capacities: points)
        #expect(SweepCommand.status(of: sweep) == (.inconclusive, "not settled at workers.count=2"))
        sweep.capacities[0] = CapacityPoint(values: ["1"], outcome: .generatorLimited)
        #expect(
            SweepCommand.status(of: sweep)
                == (.invalidRun, "no run counts at workers.count=1; not settled at workers.count=2"))
    }

    @Test(arguments: [
        (CapacityProbe.Verdict.holds, 2 as Int?, 0 as Int32), (.fails, nil, 0), (.unclear, nil, 97),
        (.generatorLimited, nil, 98),
    ])
    func aTargetIsAnsweredWhenItIsKnown(verdict: CapacityProbe.Verdict, workers: Int?, code: Int32) {
        let probe = CapacityProbe(
            ratePerSecond: 900, verdict: verdict, folders: [], measuredNanoseconds: 0,
            figures: PointFigures(
                outcome: .passed, judgement: .valid, measuredNanoseconds: 0, offeredPerSecond: 0,
                throughputPerSecond: 0, usableCores: 1))
        let target = CapacityTarget(
            ratePerSecond: 900, candidates: [1, 2], workers: workers, answer: "",
            probes: [.init(workers: 2, probe: probe)])
        #expect(CapacityCommand.status(of: result([], target: target)).rawValue == code)
    }
}
