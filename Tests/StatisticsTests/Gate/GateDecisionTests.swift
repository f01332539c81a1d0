import Testing

@testable import Statistics

@Suite("Gate decision")
struct GateDecisionTests {
    private static let metrics = [
        GateMetric(name: "throughput", direction: .higherIsBetter),
        GateMetric(name: "cpu", direction: .lowerIsBetter),
        GateMetric(name: "p99", direction: .lowerIsBetter, leastEffect: 0.25, decides: false),
    ]

    /// Rounds whose candidate is worse by `effect`, with a little of the same noise each time.
    private static func round(_ number: Int, throughput: Double = 0, cpu: Double = 0) -> GateRound {
        let noise = Double((number * 7) % 5 - 2) * 0.002
        return GateRound(
            baseline: ["throughput": 1_000, "cpu": 20, "p99": 5],
            candidate: ["throughput": 1_000 * (1 + throughput + noise), "cpu": 20 * (1 + cpu - noise), "p99": 5.1])
    }

    private static func decide(throughput: Double = 0, cpu: Double = 0, most: Int = 20) -> GateDecision {
        var decision = GateDecision(metrics: metrics, plan: GatePlan(metrics: metrics, rounds: 1...most))
        for number in 0..<most where !decision.verdict.isFinal {
            decision.add(round(number, throughput: throughput, cpu: cpu))
        }
        return decision
    }

    @Test("equal figures pass at the first look, as a finding")
    func pass() {
        let decision = Self.decide()
        #expect(decision.verdict == .pass)
        #expect(decision.rounds.count == decision.plan.looks[0].rounds)
        #expect(decision.decisions.allSatisfy { $0.verdict == .pass })
        #expect(decision.decisions[1].interval.high < 1.05)
    }

    @Test("a metric that is worse is named, whichever way is worse")
    func regression() throws {
        #expect(Self.decide(cpu: 0.1).verdict == .regression(["cpu"]))
        let decision = Self.decide(throughput: -0.1)
        #expect(decision.verdict == .regression(["throughput"]))
        let throughput = decision.decisions[0]
        #expect(throughput.interval.contains(0.9) && throughput.interval.high < 1)
        #expect(throughput.probability <= decision.plan.looks[0].error)
        #expect(abs(try #require(throughput.ratio) - 0.9) < 0.005)
    }

    @Test("worse for sure, but by less than the least effect, passes")
    func smallEffect() {
        let decision = Self.decide(cpu: 0.02)
        #expect(decision.verdict == .pass)
        #expect(decision.decisions[1].interval.low > 1)
    }

    @Test("better is noted and passes")
    func improvement() {
        let decision = Self.decide(throughput: 0.2, cpu: -0.1)
        #expect(decision.verdict == .pass)
        #expect(decision.decisions.prefix(2).allSatisfy { $0.verdict == .improvement })
    }

    @Test("what cannot be told after all rounds is inconclusive, never a pass")
    func unclear() {
        var decision = GateDecision(metrics: Self.metrics, plan: GatePlan(metrics: Self.metrics, rounds: 1...12))
        var asked: [GateVerdict] = []
        for number in 0..<12 {
            let wild = number.isMultiple(of: 2) ? 0.3 : -0.2
            decision.add(Self.round(number, cpu: wild))
            asked.append(decision.verdict)
        }
        #expect(asked.last == .inconclusive(.unclear(["cpu"])))
        #expect(asked.dropLast().allSatisfy { !$0.isFinal })
    }

    @Test("a metric that only informs does not decide")
    func informing() {
        var decision = GateDecision(metrics: Self.metrics, plan: GatePlan(metrics: Self.metrics))
        for number in 0..<20 where !decision.verdict.isFinal {
            var round = Self.round(number)
            round.candidate["p99"] = 50
            decision.add(round)
        }
        #expect(decision.verdict == .pass)
        #expect(decision.decisions[2].verdict == .regression)
    }

    @Test("rounds that cannot decide are refused before they run")
    func tooFew() throws {
        let plan = GatePlan(metrics: Self.metrics, rounds: 1...4)
        let needed = try #require(plan.fewestRounds)
        #expect(needed == 6)
        let decision = GateDecision(metrics: Self.metrics, plan: plan)
        #expect(decision.verdict == .inconclusive(.tooFewRoundsAllowed(needed: 6)))
        #expect(Self.decide(most: 6).verdict == .pass)
    }

    @Test("missing and useless figures are said to be so")
    func notMeasured() {
        var decision = GateDecision(metrics: Self.metrics, plan: GatePlan(metrics: Self.metrics))
        for number in 0..<20 where !decision.verdict.isFinal {
            var round = Self.round(number)
            round.candidate["cpu"] = 0
            decision.add(round)
        }
        #expect(decision.verdict == .inconclusive(.notMeasured(["cpu"])))
        let silent = GateDecision(metrics: [], plan: GatePlan(metrics: []))
        #expect(silent.verdict == .inconclusive(.nothingToDecide))
    }

    @Test("discarded rounds and a budget that ends are inconclusive")
    func discarded() {
        let fresh = GateDecision(metrics: Self.metrics, plan: GatePlan(metrics: Self.metrics))
        var noisy = fresh
        for _ in 0..<20 where !noisy.verdict.isFinal { noisy.discard("generator INVALID") }
        #expect(noisy.verdict == .inconclusive(.tooManyDiscarded(noisy.plan.mostDiscarded + 1)))
        var stopped = fresh
        stopped.add(Self.round(0))
        stopped.stop()
        #expect(stopped.verdict == .inconclusive(.stopped(rounds: 1)))
        #expect(stopped.decisions.count == 3)
        stopped.add(Self.round(1))
        #expect(stopped.rounds.count == 1)
    }

    @Test("a fixed baseline is compared by all of its runs")
    func fixedBaseline() {
        let runs = (0..<10).map { Self.round($0).candidate }
        let plan = GatePlan(metrics: Self.metrics, design: .fixedBaseline(runs), rounds: 1...20)
        func decide(cpu: Double) -> GateVerdict {
            var decision = GateDecision(metrics: Self.metrics, design: .fixedBaseline(runs), plan: plan)
            for number in 3..<23 where !decision.verdict.isFinal {
                decision.add(GateRound(candidate: Self.round(number, cpu: cpu).candidate))
            }
            return decision.verdict
        }
        #expect(decide(cpu: 0) == .pass)
        #expect(decide(cpu: 0.1) == .regression(["cpu"]))
        #expect((plan.fewestRounds ?? 99) <= 3)
    }

    @Test("the looks spend the whole error and no more", arguments: [1, 3, 8], [7, 12, 40])
    func spending(_ count: Int, _ most: Int) {
        let metrics = (0..<count).map { GateMetric(name: "m\($0)", direction: .lowerIsBetter) }
        let plan = GatePlan(metrics: metrics, rounds: 2...most)
        guard !plan.looks.isEmpty else {
            #expect((plan.fewestRounds ?? 0) > most)
            return
        }
        #expect(abs(plan.looks.reduce(0) { $0 + $1.error } - 0.05) < 1e-12)
        #expect(plan.looks.map(\.rounds) == plan.looks.map(\.rounds).sorted() && plan.looks.last?.rounds == most)
    }
}
