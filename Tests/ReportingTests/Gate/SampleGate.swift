import Foundation
import LoadMetrics

/// Outcomes of gates as runs would give them.
enum SampleGate {
    static let machine = MachineFacts(
        cpuModel: "AMD EPYC", cores: 2, usableCores: 2, memoryBytes: 8_589_934_592, kernel: "Linux 6.1.0",
        architecture: "x86_64", operatingSystem: "Debian GNU/Linux 12 (bookworm)", clockSource: "tsc")

    static let throughput = RunMetric(.throughput)
    static let workerCPU = RunMetric(.cpuPerMillion(.worker))
    static let tail = RunMetric(.latency(.endToEnd, percentile: 99))

    /// Six rounds in which the candidate's workers cost a tenth more.
    static let regression: GateResult = {
        let rounds: [(Double, Double, Double, Double, Double, Double)] = [
            (88_000, 15.0, 31e6, 84_900, 16.6, 33e6), (86_100, 15.2, 36e6, 82_200, 16.9, 31e6),
            (89_400, 14.9, 29e6, 85_300, 16.3, 40e6), (84_000, 15.6, 33e6, 83_100, 17.0, 35e6),
            (87_700, 15.1, 30e6, 84_400, 16.5, 28e6), (87_000, 15.3, 45e6, 83_800, 16.9, 37e6),
        ]
        let runs = rounds.enumerated().flatMap { index, figures in
            let before = [
                throughput.name: figures.0, workerCPU.name: figures.1, tail.name: figures.2,
            ]
            let after = [throughput.name: figures.3, workerCPU.name: figures.4, tail.name: figures.5]
            return [
                GateRun(
                    side: .baseline, round: index + 1, folder: "runs/round-\(index + 1)-baseline", values: before),
                GateRun(
                    side: .candidate, round: index + 1, folder: "runs/round-\(index + 1)-candidate",
                    judgement: index == 1 ? .suspect : .valid,
                    reason: index == 1 ? "An event loop was 93 % busy in phase full." : nil, values: after),
            ]
        }
        return result(
            runs: runs,
            findings: [
                GateFinding(
                    metric: throughput, gates: true, decision: .unclear, change: -0.0402, changeLow: -0.0612,
                    changeHigh: -0.011, confidence: 0.95, roundNoise: 0.013),
                GateFinding(
                    metric: workerCPU, gates: true, decision: .regression, change: 0.1042, changeLow: 0.0897,
                    changeHigh: 0.1118, confidence: 0.95, roundNoise: 0.009),
                GateFinding(
                    metric: tail, gates: false, decision: .unclear, change: 0.021, changeLow: -0.16,
                    changeHigh: 0.22, confidence: 0.95, roundNoise: 0.18),
            ], verdict: .regression)
    }()

    /// A candidate that is no worse, against a committed baseline.
    static let pass: GateResult = {
        var result = regression
        result.verdict = .pass
        result.rules.interleaved = false
        result.baseline = GateSide(
            kind: .committed, label: "reports/baselines/saturate.json", revision: "5c2dcc6aa1b2c3d4", machine: machine,
            measuredAt: Date(timeIntervalSince1970: 1_795_000_000))
        result.findings = [
            GateFinding(
                metric: throughput, gates: true, decision: .improvement, change: 0.07, changeLow: 0.04,
                changeHigh: 0.1, confidence: 0.95),
            GateFinding(
                metric: workerCPU, gates: true, decision: .pass, change: 0.004, changeLow: -0.02, changeHigh: 0.021,
                confidence: 0.95),
        ]
        return result
    }()

    /// A gate that never began to compare: another machine.
    static let refused: GateResult = {
        var other = machine
        other.usableCores = 8
        var result = pass
        result.verdict = .inconclusive
        result.runs = []
        result.findings = [
            GateFinding(metric: throughput, gates: true, decision: .notMeasured),
            GateFinding(metric: workerCPU, gates: true, decision: .notMeasured),
        ]
        result.baseline.machine = other
        result.problems = ["The baseline was measured on another machine (cores 2 usable of 2, not 8 usable of 2)."]
        return result
    }()

    /// Every text comes from an enemy, every number is as large as it can be.
    static let hostile: GateResult = {
        let evil =
            "]]></failure><script>alert(1)</script>|`*_\"'&\u{1B}[31m\u{202E}\u{0}\n"
            + String(repeating: "x", count: 99)
        var result = regression
        result.scenario = ScenarioFacts(name: evil, summary: evil, text: evil)
        result.candidate.label = evil
        result.baseline.overrides = [evil]
        result.problems = [evil]
        result.notes = [evil]
        result.durationNanoseconds = .max
        result.runs = [
            GateRun(
                side: .baseline, round: .max, folder: evil, judgement: .suspect, reason: evil, brokenCounts: [],
                values: [throughput.name: .leastNonzeroMagnitude, workerCPU.name: .infinity, tail.name: .nan]),
            GateRun(
                side: .candidate, round: .max, brokenCounts: [evil],
                values: [throughput.name: .greatestFiniteMagnitude, workerCPU.name: -1, tail.name: 0]),
        ]
        result.findings = [throughput, workerCPU, tail].map {
            GateFinding(
                metric: $0, gates: true, decision: .regression, change: .greatestFiniteMagnitude,
                changeLow: -.infinity, changeHigh: .nan, confidence: .infinity, roundNoise: .nan)
        }
        return result
    }()

    static let all = [
        ("regression", regression), ("pass", pass), ("refused", refused), ("hostile", hostile),
    ]

    private static func result(
        runs: [GateRun], findings: [GateFinding], verdict: GateResult.Verdict
    ) -> GateResult {
        GateResult(
            scenario: ScenarioFacts(name: "saturate", summary: "Always full.", text: "name: saturate\n"),
            startedAt: Date(timeIntervalSince1970: 1_795_229_329), durationNanoseconds: 71_500_000_000,
            machine: machine, toolVersion: "0.1.0",
            baseline: GateSide(
                kind: .revision, label: "main", revision: "5c2dcc6aa1b2c3d4", toolVersion: "0.1.0"),
            candidate: GateSide(kind: .binary, label: "this program", toolVersion: "0.1.0"),
            rules: GateRules(
                interleaved: true, roundsMinimum: 4, roundsMaximum: 20, budgetNanoseconds: 900_000_000_000,
                leastEffect: 0.05, falseAlarmRate: 0.05, metrics: [throughput, workerCPU]),
            runs: runs, findings: findings, verdict: verdict)
    }
}
