import LoadMetrics
import Testing

@testable import CLI

@Suite("The rounds of a gate")
struct GateTallyTests {
    static let throughput = RunMetric(.throughput)
    static let cpu = RunMetric(.cpuPerMillion(.worker))

    static func rules(rounds: ClosedRange<Int> = 4...20, interleaved: Bool = true) -> GateRules {
        GateRules(
            interleaved: interleaved, roundsMinimum: rounds.lowerBound, roundsMaximum: rounds.upperBound,
            budgetNanoseconds: 900_000_000_000, leastEffect: 0.05, falseAlarmRate: 0.05, metrics: [throughput, cpu])
    }

    /// Noise of about 1 %, the same in every call, different from run to run.
    static func noise(_ index: Int) -> Double { 1 + 0.01 * Double((index * 7_919) % 21 - 10) / 10 }

    static func run(
        _ side: GateRun.Side, round: Int, cost: Double = 15, throughput: Double = 80_000,
        judgement: GeneratorVerdict.Judgement = .valid, brokenCounts: [String] = []
    ) -> GateRun {
        let index = 2 * round + (side == .candidate ? 1 : 0)
        return GateRun(
            side: side, round: round, judgement: judgement,
            reason: judgement == .invalid ? "Nothing was sent in phase full." : nil, brokenCounts: brokenCounts,
            values: [cpu.name: cost * noise(index), Self.throughput.name: throughput * noise(index + 5)])
    }

    /// Adds rounds until the tally wants no more, at most 40; each costs the candidate `factor` times the CPU.
    static func fill(_ tally: inout GateTally, factor: Double) {
        while tally.wantsMore, tally.nextRound <= 40 {
            let round = tally.nextRound
            tally.add([run(.baseline, round: round), run(.candidate, round: round, cost: 15 * factor)])
        }
    }

    @Test("equal programs pass, and no sooner than the least number of rounds")
    func equal() {
        var tally = GateTally(rules: Self.rules(), told: RunMetric.usual)
        Self.fill(&tally, factor: 1)
        #expect(tally.verdict().verdict == .pass && tally.verdict().problems.isEmpty)
        #expect(tally.nextRound > 5)
        let findings = tally.findings()
        // What no run measured is not told of; what decides always is.
        #expect(findings.map(\.metric) == [Self.throughput, Self.cpu])
        #expect(findings.allSatisfy { $0.decision == .pass && abs($0.change ?? 1) < 0.02 && $0.roundNoise ?? 1 < 0.02 })
    }

    @Test("a tenth more CPU is a regression of that metric alone, with its size")
    func slower() throws {
        var tally = GateTally(rules: Self.rules(), told: [])
        Self.fill(&tally, factor: 1.1)
        #expect(tally.verdict().verdict == .regression)
        let finding = try #require(tally.findings().first { $0.metric == Self.cpu })
        #expect(finding.decision == .regression)
        let (low, change, high) = (try #require(finding.changeLow), try #require(finding.change), finding.changeHigh)
        #expect(low <= change && change <= high ?? 0 && abs(change - 0.1) < 0.02 && low > 0.05)
        #expect(tally.findings().first { $0.metric == Self.throughput }?.decision != .regression)
    }

    @Test("a higher throughput is an improvement, and passes")
    func better() {
        var tally = GateTally(rules: Self.rules(), told: [])
        while tally.wantsMore, tally.nextRound <= 40 {
            let round = tally.nextRound
            tally.add([Self.run(.baseline, round: round), Self.run(.candidate, round: round, throughput: 96_000)])
        }
        #expect(tally.verdict().verdict == .pass)
        #expect(tally.findings().first { $0.metric == Self.throughput }?.decision == .improvement)
    }

    @Test("too few rounds to decide anything are never a pass")
    func tooFew() {
        var tally = GateTally(rules: Self.rules(rounds: 1...2), told: [])
        #expect(!tally.wantsMore)
        for round in 1...2 { tally.add([Self.run(.baseline, round: round), Self.run(.candidate, round: round)]) }
        #expect(tally.verdict().verdict == .inconclusive)
        #expect(tally.verdict().problems.first?.contains("2 rounds can decide nothing") == true)
        // Their figures are told all the same.
        #expect(tally.findings().allSatisfy { $0.change != nil && $0.changeLow == nil && $0.decision == .unclear })
    }

    @Test("an INVALID run ends it without a verdict, and its round does not count")
    func invalid() {
        var tally = GateTally(rules: Self.rules(), told: [])
        tally.add([Self.run(.baseline, round: 1), Self.run(.candidate, round: 1, judgement: .invalid)])
        #expect(!tally.wantsMore && tally.runs.allSatisfy { !$0.counts })
        let (verdict, problems) = tally.verdict()
        #expect(verdict == .inconclusive)
        #expect(
            problems == [
                "The generator of round 1 (candidate) was INVALID, so that its figures are its own: Nothing was sent in "
                    + "phase full."
            ])
        #expect(tally.findings().allSatisfy { $0.decision == .notMeasured && $0.change == nil })
    }

    @Test("as many INVALID rounds as are tolerated are thrown away")
    func tolerated() {
        var tally = GateTally(rules: Self.rules(), told: [], toleratedInvalid: 1)
        tally.add([Self.run(.baseline, round: 1, judgement: .invalid), Self.run(.candidate, round: 1)])
        #expect(tally.wantsMore && tally.nextRound == 2)
        Self.fill(&tally, factor: 1)
        #expect(tally.verdict().verdict == .pass && tally.runs.count { !$0.counts } == 2)
    }

    @Test("a count that only the candidate breaks is a regression, one that both break is not")
    func counts() {
        for (baseline, expected) in [([], GateResult.Verdict.regression), (["lost == 0"], .pass)] {
            var tally = GateTally(rules: Self.rules(), told: [])
            while tally.wantsMore, tally.nextRound <= 40 {
                let round = tally.nextRound
                tally.add([
                    Self.run(.baseline, round: round, brokenCounts: baseline),
                    Self.run(.candidate, round: round, brokenCounts: ["lost == 0"]),
                ])
            }
            #expect(tally.verdict().verdict == expected)
        }
    }

    @Test("against a committed baseline only the candidate runs")
    func committed() {
        let runs = (1...10).map { Self.run(.baseline, round: $0) }
        for (factor, expected) in [(1.0, GateResult.Verdict.pass), (1.2, .regression)] {
            var tally = GateTally(rules: Self.rules(interleaved: false), told: [], baseline: runs)
            while tally.wantsMore, tally.nextRound <= 40 {
                tally.add([Self.run(.candidate, round: tally.nextRound, cost: 15 * factor)])
            }
            #expect(tally.verdict().verdict == expected)
            #expect(tally.findings().allSatisfy { $0.roundNoise != nil })
        }
    }

    @Test("a metric that was not measured keeps it from a verdict, by name")
    func notMeasured() {
        var rules = Self.rules()
        rules.metrics = [RunMetric(.latency(.endToEnd, percentile: 50))]
        var tally = GateTally(rules: rules, told: [])
        Self.fill(&tally, factor: 1)
        #expect(tally.verdict().verdict == .inconclusive)
        #expect(tally.verdict().problems.first?.hasPrefix("end_to_end.p50 was not measured") == true)
        #expect(tally.findings().map(\.decision) == [.notMeasured])
    }

    @Test("an end of the budget is no pass")
    func budget() {
        var tally = GateTally(rules: Self.rules(), told: [])
        tally.add([Self.run(.baseline, round: 1), Self.run(.candidate, round: 1)])
        tally.stop()
        #expect(tally.verdict().verdict == .inconclusive)
        #expect(tally.verdict().problems.first?.contains("after 1 rounds") == true)
    }

    @Test("each side goes first in every other round")
    func order() {
        #expect(GateCampaign.order(ofRound: 1, interleaved: true) == [.baseline, .candidate])
        #expect(GateCampaign.order(ofRound: 2, interleaved: true) == [.candidate, .baseline])
        #expect(GateCampaign.order(ofRound: 3, interleaved: false) == [.candidate])
    }
}
