import Foundation
import LoadMetrics

/// A result as a real run of a burst scenario would give it: a simulated queue before two workers.
enum SampleRun {
    struct Phase {
        var name: String
        var seconds: Int
        var rate: Double
        var measured = true
    }

    static let phases = [
        Phase(name: "warm-up", seconds: 5, rate: 400, measured: false), Phase(name: "calm", seconds: 15, rate: 800),
        Phase(name: "burst", seconds: 10, rate: 3_000), Phase(name: "calm again", seconds: 20, rate: 800),
        Phase(name: "second burst", seconds: 10, rate: 3_400), Phase(name: "after", seconds: 15, rate: 600),
    ]

    static let text = """
        # What a queue is for: two bursts that two workers cannot take at once.
        name: burst
        seed: 42
        phases:
          - {name: warm-up, rate: 400/s, for: 5s, measure: false}
          - {name: calm, rate: 800/s, for: 15s}
          - {name: burst, rate: 3000/s, for: 10s}
        thresholds:
          - end_to_end.p99 < 10s
          - lost == 0
          - throughput >= 95%

        """

    /// The same in every call.
    private struct Noise {
        var state: UInt64 = 42
        mutating func unit() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double((state ^ (state >> 31)) >> 11) / 9_007_199_254_740_992
        }

        /// Log-normal around `median`.
        mutating func around(_ median: Double, _ spread: Double = 0.35) -> Double {
            let normal = (-2 * log(max(unit(), 1e-12))).squareRoot() * cos(2 * .pi * unit())
            return median * exp(normal * spread)
        }
    }

    private static func microseconds(_ value: Double) -> Int64 { Int64(value * 1_000) }

    static let result = make()

    private static func make() -> RunResult {
        var noise = Noise()
        var results: [PhaseResult] = []
        var series: [SeriesRow] = []
        var waiting = 0.0
        let capacity = 1_750.0
        var whole = Books()
        var totals = Figures()
        var second = 0
        for phase in phases + [Phase(name: "drain", seconds: 7, rate: 0, measured: false)] {
            var figures = Figures(durationNanoseconds: Int64(phase.seconds) * 1_000_000_000)
            let start = second
            for _ in 0..<phase.seconds {
                let arrived = (phase.rate * (0.985 + noise.unit() * 0.03)).rounded()
                let done = min(waiting + arrived, capacity * (0.97 + noise.unit() * 0.06)).rounded()
                let before = waiting
                waiting += arrived - done
                series.append(
                    row(second, arrived: arrived, done: done, before: before, waiting, capacity, &noise, &figures))
                second += 1
                let failed = (done * 0.004).rounded()
                figures.carried += UInt64(done)
                figures.books.merge(
                    Books(
                        offered: UInt64(arrived), published: UInt64(arrived), confirmed: UInt64(arrived),
                        processed: UInt64(done - failed), failed: UInt64(failed)))
            }
            whole.merge(figures.books)
            if phase.measured { totals.append(figures) }
            guard phase.rate > 0 else { continue }
            results.append(
                PhaseResult(
                    name: phase.name, load: "\(Int(phase.rate))/s", measured: phase.measured,
                    startNanoseconds: Int64(start) * 1_000_000_000, endNanoseconds: Int64(second) * 1_000_000_000,
                    figures: figures, generator: GeneratorVerdict(.valid)))
        }
        whole.duplicated = 12
        return RunResult(
            scenario: ScenarioFacts(
                name: "burst", summary: "What a queue is for: two bursts that two workers cannot take at once.",
                text: text),
            run: RunFacts(
                id: "5eed0042", startedAt: Date(timeIntervalSince1970: 1_795_229_329),
                durationNanoseconds: Int64(second) * 1_000_000_000,
                commandLine: ["rafale", "run", "scenarios/burst.yaml"],
                toolVersion: "0.1.0", gitRevision: "c54f32b", seed: 42),
            machine: MachineFacts(
                cpuModel: "AMD EPYC", cores: 2, usableCores: 2, memoryBytes: 8_312_000_000, kernel: "Linux 6.1.0",
                architecture: "x86_64", operatingSystem: "Debian GNU/Linux 12 (bookworm)", clockSource: "kvm-clock"),
            broker: SystemFacts(product: "RabbitMQ", version: "3.10.8", address: "amqp://guest@127.0.0.1:5672/"),
            store: "SQLite 3.45 (WAL)", books: whole, totals: totals, phases: results, series: series,
            roles: roles(processed: whole.processed, seconds: second),
            thresholds: [
                ThresholdResult(
                    text: "end_to_end.p99 < 10s", verdict: .passed,
                    observed: totals.latencies[.endToEnd].map { Double($0.percentile(99)) }, unit: .nanoseconds),
                ThresholdResult(text: "lost == 0", verdict: .passed, observed: 0, unit: .messages),
                ThresholdResult(text: "throughput >= 95%", verdict: .passed, observed: 98.72, unit: .percent),
                ThresholdResult(
                    text: "end_to_end.p50 < 50ms", phase: "burst", verdict: .failed, observed: 2_412_000_000,
                    unit: .nanoseconds),
            ],
            notes: ["The workers and the generator shared 2 cores: on more cores their figures will differ."])
    }

    private static func row(
        _ second: Int, arrived: Double, done: Double, before: Double, _ waiting: Double, _ capacity: Double,
        _ noise: inout Noise, _ figures: inout Figures
    ) -> SeriesRow {
        var endToEnd = LatencyHistogram()
        func record(_ metric: LatencyMetric, _ nanoseconds: Int64, _ figures: inout Figures) {
            figures.latencies[metric, default: LatencyHistogram()].record(nanoseconds, count: 4)
        }
        for index in 0..<Int(done / 4) {
            let share = Double(index) / max(1, done / 4)
            let queued = (before + (waiting - before) * share) / capacity * 1e6
            let stall = noise.unit() < 0.0008 ? 120_000 * noise.unit() : 0
            let decode = noise.around(9)
            let analyse = noise.around(420, 0.6)
            let store = noise.around(1_800, 0.5)
            let publish = noise.around(900, 0.4) + stall
            let lag = noise.around(45, 0.5)
            let confirm = lag + noise.around(600, 0.6) + stall / 2
            let wait = lag + queued + noise.around(700, 0.5)
            let service = decode + analyse + store + publish
            let total = wait + service + noise.around(350)
            endToEnd.record(microseconds(total))
            for (metric, value) in [
                (LatencyMetric.scheduleLag, lag), (.confirm, confirm), (.confirmService, confirm - lag),
                (.decode, decode),
                (.analyse, analyse), (.store, store), (.publish, publish), (.queueWait, wait), (.service, service),
                (.endToEnd, total), (.endToEndService, total - lag),
            ] {
                record(metric, microseconds(value), &figures)
            }
        }
        let latency = SecondLatency(endToEnd)
        return SeriesRow(
            startNanoseconds: Int64(second) * 1_000_000_000, offered: UInt64(arrived), published: UInt64(arrived),
            confirmed: UInt64(arrived), processed: UInt64(done * 0.996), failed: UInt64(done * 0.004),
            endToEnd: latency,
            confirm: SecondLatency(
                count: UInt64(arrived), p50Nanoseconds: 650_000, p99Nanoseconds: 2_600_000, maxNanoseconds: 9_000_000),
            scheduleLag: SecondLatency(
                count: UInt64(arrived), p50Nanoseconds: 45_000, p99Nanoseconds: 140_000, maxNanoseconds: 800_000),
            queueDepths: ["incoming": UInt64(waiting), "processed": UInt64(noise.unit() * 8), "failed": 0],
            cpuCores: [
                "generator": 0.04 + arrived / 20_000 + noise.unit() * 0.02,
                "broker": 0.08 + (arrived + done) / 9_000 + noise.unit() * 0.04,
                "worker-1": done / 4_300 + noise.unit() * 0.03, "worker-2": done / 4_350 + noise.unit() * 0.03,
            ],
            residentBytes: [
                "generator": 46_000_000 + UInt64(noise.unit() * 500_000),
                "broker": 118_000_000 + UInt64(waiting * 2_400),
                "worker-1": 38_000_000 + UInt64(second * 9_000), "worker-2": 37_000_000 + UInt64(second * 9_000),
            ])
    }

    private static func roles(processed: UInt64, seconds: Int) -> [RoleResult] {
        let wall = Int64(seconds) * 1_000_000_000
        return [
            RoleResult(
                role: .generator, name: "generator", pid: 4_001, wallNanoseconds: wall, userNanoseconds: 5_310_000_000,
                systemNanoseconds: 3_120_000_000, peakResidentBytes: 47_400_000, voluntarySwitches: 81_234,
                involuntarySwitches: 912, allocatedBytes: 91_000_000, messages: processed),
            RoleResult(
                role: .broker, name: "broker", pid: 4_010, wallNanoseconds: wall, userNanoseconds: 21_000_000_000,
                systemNanoseconds: 9_400_000_000, peakResidentBytes: 171_000_000, voluntarySwitches: 412_000,
                involuntarySwitches: 8_211, messages: processed),
            RoleResult(
                role: .worker, name: "worker-1", pid: 4_020, wallNanoseconds: wall, userNanoseconds: 19_800_000_000,
                systemNanoseconds: 3_900_000_000, peakResidentBytes: 39_100_000, voluntarySwitches: 120_000,
                involuntarySwitches: 4_410, allocatedBytes: 9_120_000_000, messages: processed / 2,
                counters: ["received": 52_000, "processed": 51_800, "failed.text-missing": 207]),
            RoleResult(
                role: .worker, name: "worker-2", pid: 4_021, wallNanoseconds: wall, userNanoseconds: 19_500_000_000,
                systemNanoseconds: 4_050_000_000, peakResidentBytes: 38_800_000, voluntarySwitches: 119_500,
                involuntarySwitches: 4_390, allocatedBytes: 9_050_000_000, messages: processed - processed / 2,
                counters: ["received": 52_010, "processed": 51_790, "failed.text-missing": 211]),
        ]
    }
}
