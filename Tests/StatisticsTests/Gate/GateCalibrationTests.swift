import Testing

@testable import Statistics

/// A gate of six metrics on simulated machines: noise with heavy tails that the metrics share in part, a drift over the
/// whole comparison, and now and then a run that a neighbour disturbed.
@Suite("Gate calibration")
struct GateCalibrationTests {
    private static let metrics = [
        GateMetric(name: "throughput", direction: .higherIsBetter),
        GateMetric(name: "worker cpu", direction: .lowerIsBetter),
        GateMetric(name: "broker cpu", direction: .lowerIsBetter),
        GateMetric(name: "generator cpu", direction: .lowerIsBetter),
        GateMetric(name: "p50", direction: .lowerIsBetter, leastEffect: 0.1),
        GateMetric(name: "memory", direction: .lowerIsBetter),
    ]

    /// A machine on which comparisons are made.
    private struct Machine {
        var random: SplitMix64
        var noise: Double
        /// By how much the machine gets slower with each run.
        var drift: Double
        var disturbed: Double
        var heavyTails: Bool
        private var runs = 0.0

        init(seed: UInt64, noise: Double, drift: Double = 0, disturbed: Double = 0, heavyTails: Bool = false) {
            random = SplitMix64(seed: seed)
            (self.noise, self.drift, self.disturbed, self.heavyTails) = (noise, drift, disturbed, heavyTails)
        }

        /// The figures of a run of a build that takes `cost` times the CPU of the worker.
        mutating func run(cost: Double) -> [String: Double] {
            func draw() -> Double { heavyTails ? random.heavyTailed() / 1.7 : random.normal() }
            let shared = draw()
            var slow = 1 + drift * runs
            if random.unit() < disturbed { slow *= 1.15 }
            runs += 1
            var figures: [String: Double] = [:]
            for metric in GateCalibrationTests.metrics {
                let own = 1 + noise * (0.6 * shared + 0.8 * draw())
                let size = max(0.05, own) * slow * (metric.name == "worker cpu" ? cost : 1)
                figures[metric.name] = metric.direction == .lowerIsBetter ? size : 1 / size
            }
            return figures
        }

        mutating func gate(cost: Double) -> GateDecision {
            var decision = GateDecision(
                metrics: GateCalibrationTests.metrics, plan: GatePlan(metrics: GateCalibrationTests.metrics))
            while !decision.verdict.isFinal {
                let candidateFirst = GateDesign.candidateGoesFirst(inRound: decision.rounds.count)
                let first = run(cost: candidateFirst ? cost : 1)
                let second = run(cost: candidateFirst ? 1 : cost)
                decision.add(
                    GateRound(
                        baseline: candidateFirst ? second : first, candidate: candidateFirst ? first : second))
            }
            return decision
        }
    }

    private static func verdicts(_ machine: Machine, cost: Double, count: Int) -> (
        regressions: Int, passes: Int, rounds: Double
    ) {
        var machine = machine
        var result = (regressions: 0, passes: 0, rounds: 0.0)
        for _ in 0..<count {
            let decision = machine.gate(cost: cost)
            if case .regression = decision.verdict { result.regressions += 1 }
            if decision.verdict == .pass { result.passes += 1 }
            result.rounds += Double(decision.rounds.count) / Double(count)
        }
        return result
    }

    @Test("identical builds: false alarms stay below 5 % in whatever noise")
    func falseAlarms() {
        let machines = [
            Machine(seed: 1, noise: 0.02), Machine(seed: 2, noise: 0.08, heavyTails: true),
            Machine(seed: 3, noise: 0.03, drift: 0.004, disturbed: 0.1, heavyTails: true),
            Machine(seed: 4, noise: 0.2),
        ]
        var alarms = 0
        for machine in machines {
            let found = Self.verdicts(machine, cost: 1, count: 60)
            alarms += found.regressions
        }
        #expect(alarms <= 12, "\(alarms) of 240")
    }

    @Test("identical builds on a quiet machine pass")
    func passes() {
        let found = Self.verdicts(Machine(seed: 5, noise: 0.01), cost: 1, count: 60)
        #expect(found.passes >= 57, "\(found)")
    }

    @Test("a tenth more CPU per message is found nine times in ten at 2 % of noise")
    func power() {
        let found = Self.verdicts(Machine(seed: 6, noise: 0.02), cost: 1.1, count: 100)
        #expect(found.regressions >= 90, "\(found)")
        #expect(found.rounds < 11, "\(found)")
    }

    @Test("a real regression of the least effect or more passes in at most 5 %")
    func missed() {
        let found = Self.verdicts(Machine(seed: 7, noise: 0.03, heavyTails: true), cost: 1.06, count: 100)
        #expect(found.passes <= 5, "\(found)")
    }
}
