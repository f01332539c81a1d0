import Foundation
import LoadMetrics

/// Campaigns as they come out of a machine, and some at the edges of what can happen.
enum SampleCampaigns {
    static let facts = CampaignFacts(
        scenario: ScenarioFacts(
            name: "steady", summary: "A steady load of short texts in three languages",
            text: "name: steady\nphases:\n  - name: steady\n    rate: 2000/s\n    for: 30s\n"),
        startedAt: Date(timeIntervalSince1970: 1_795_229_329), durationNanoseconds: 431_000_000_000,
        commandLine: ["rafale", "sweep", "scenarios/steady.yaml"], toolVersion: "0.1.0", gitRevision: "1f8aa51",
        machine: MachineFacts(
            cpuModel: "AMD EPYC 7763", cores: 8, usableCores: 8, memoryBytes: 33_554_432_000, kernel: "6.8.0",
            architecture: "x86_64", operatingSystem: "Debian GNU/Linux 12"),
        broker: SystemFacts(product: "Rafale", version: "0.1.0", address: "127.0.0.1:5672", embedded: true),
        store: "sqlite")

    /// Noise that is the same each time: −1 … 1.
    private static func noise(_ seed: Int) -> Double { Double((seed * 7_919 + 104_729) % 2_003) / 1_001.5 - 1 }

    /// What one run measured with so many workers of a lane each on eight cores.
    static func figures(
        workers: Double, throughput: Double, seed: Int, lanes: Int = 1,
        judgement: GeneratorVerdict.Judgement = .valid, brokerBusy: Double? = nil
    ) -> PointFigures {
        let shift = 1 + 0.015 * noise(seed)
        let carried = throughput * shift
        let threads = Int(workers) * lanes
        let cost = 118 * (1 + 0.012 * workers) * (1 + 0.01 * noise(seed + 5))
        return PointFigures(
            outcome: judgement == .invalid ? .invalid : .measured, judgement: judgement,
            reason: judgement == .valid ? "" : "the generator waited for a core for 31 % of the time",
            measuredNanoseconds: 10_000_000_000, offeredPerSecond: carried, throughputPerSecond: carried,
            endToEndP50Nanoseconds: Int64(256 / carried * 1e9), endToEndP99Nanoseconds: Int64(420 / carried * 1e9),
            roles: [
                RoleFigures(
                    role: .generator, processes: 1, cpuSecondsPerMillion: 9.4, coresBusy: carried * 9.4e-6,
                    residentBytes: 61_000_000, pinnedCores: [0]),
                RoleFigures(
                    role: .broker, processes: 1, cpuSecondsPerMillion: 6.1,
                    coresBusy: brokerBusy ?? carried * 6.1e-6, residentBytes: 38_000_000, pinnedCores: [1]),
                RoleFigures(
                    role: .worker, processes: Int(workers), cpuSecondsPerMillion: cost,
                    coresBusy: min(Double(threads), brokerBusy == nil ? Double(threads) * 0.97 : 2.1),
                    residentBytes: UInt64(52_000_000 * workers), voluntarySwitchesPerSecond: 800 * workers,
                    involuntarySwitchesPerSecond: workers > 6 ? 900 : 40, threadsWaiting: workers > 6 ? 1.4 : 0.05,
                    instructionsPerMessage: 310_000, cyclesPerMessage: 250_000, pinnedCores: [2, 3, 4, 5, 6, 7],
                    lanes: threads),
            ],
            busyThreads: threads + 2, usableCores: 8)
    }

    private static func law(_ n: Double, one: Double, contention: Double, coherency: Double) -> Double {
        one * n / (1 + contention * (n - 1) + coherency * n * (n - 1))
    }

    /// One to twelve workers, three repeats: contention 4 %, coherency 0.8 %, a peak near 11.
    static var sweep: SweepResult {
        var result = SweepResult(
            campaign: facts, keys: [SweptKey(name: "workers.count", values: ["1", "2", "3", "4", "6", "8", "12"])],
            repeats: 3, seed: 42, warmUpNanoseconds: 2_000_000_000, measureNanoseconds: 10_000_000_000, window: 512,
            notes: ["The generator, the broker and the workers had cores of their own: 0, 1 and 2–7."])
        var order = 0
        for repetition in 1...3 {
            for value in result.keys[0].values {
                order += 1
                let workers = Double(value) ?? 1
                let throughput = law(workers, one: 8_400, contention: 0.04, coherency: 0.008)
                result.runs.append(
                    SweepRun(
                        values: [value], repetition: repetition, order: order, folder: "runs/\(order)",
                        figures: figures(workers: workers, throughput: throughput, seed: order)))
            }
        }
        return result
    }

    /// Workers and lanes at once.
    static var grid: SweepResult {
        var result = sweep
        result.keys = [
            SweptKey(name: "workers.count", values: ["1", "2", "4"]),
            SweptKey(name: "workers.lanes", values: ["1", "2", "4"]),
        ]
        result.runs = []
        for workers in [1, 2, 4] {
            for lanes in [1, 2, 4] {
                let order = result.runs.count + 1
                let throughput = law(Double(workers * lanes), one: 8_400, contention: 0.04, coherency: 0.008)
                result.runs.append(
                    SweepRun(
                        values: [String(workers), String(lanes)], repetition: 1, order: order, folder: "runs/\(order)",
                        figures: figures(
                            workers: Double(workers), throughput: throughput, seed: order, lanes: lanes)))
            }
        }
        return result
    }

    /// Values that are no numbers.
    static var categories: SweepResult {
        var result = sweep
        result.keys = [SweptKey(name: "store.kind", values: ["none", "sqlite", "mongodb"])]
        result.runs = result.runs.prefix(3).enumerated().map { index, run in
            var run = run
            run.values = [result.keys[0].values[index]]
            return run
        }
        return result
    }

    /// The broker was the limit from four workers on, the generator invalid at eight.
    static var limited: SweepResult {
        var result = sweep
        for index in result.runs.indices {
            let workers = Double(result.runs[index].values[0]) ?? 1
            guard workers >= 4 else { continue }
            result.runs[index].figures = figures(
                workers: workers, throughput: 26_000, seed: index, judgement: workers == 8 ? .invalid : .valid,
                brokerBusy: 0.97)
        }
        return result
    }

    /// No run of one worker counts, and one of the three of two workers does not.
    static var withoutBase: SweepResult {
        var result = sweep
        for index in result.runs.indices {
            let run = result.runs[index]
            guard run.values == ["1"] || run.values == ["2"] && run.repetition == 3 else { continue }
            result.runs[index].figures = figures(workers: 1, throughput: 8_000, seed: index, judgement: .invalid)
        }
        return result
    }

    /// Two worker counts only, ended early.
    static var short: SweepResult {
        var result = sweep
        result.runs = result.runs.filter { ["1", "2"].contains($0.values[0]) }
        result.campaign.interrupted = true
        return result
    }

    /// Nothing was measured.
    static var empty: SweepResult {
        var result = sweep
        result.runs = []
        result.notes = []
        return result
    }

    /// Every text is of an enemy, every number as large or as strange as it can be.
    static var hostile: SweepResult {
        let evil = "</script><script>alert(1)</script>\"'&\u{1B}[31m\u{202E}\u{0}" + String(repeating: "x", count: 120)
        var result = sweep
        result.campaign.scenario = ScenarioFacts(name: evil, summary: evil, text: evil)
        result.campaign.machine.cpuModel = evil
        result.keys[0].name = evil
        result.notes = [evil]
        result.runs[0].figures.throughputPerSecond = .infinity
        result.runs[1].figures.throughputPerSecond = .nan
        result.runs[2].figures.throughputPerSecond = -1
        result.runs[3].figures.endToEndP99Nanoseconds = .max
        result.runs[4].figures.roles[2].residentBytes = .max
        result.runs[5].figures.roles[2].coresBusy = .nan
        result.runs[6].figures.brokenThresholds = [evil]
        return result
    }

    static let sweeps: [(String, SweepResult)] = [
        ("sweep", sweep), ("grid", grid), ("categories", categories), ("limited", limited), ("short", short),
        ("withoutBase", withoutBase),
        ("empty", empty), ("hostile", hostile), ("capacityMode", capacityMode),
    ]

    // MARK: - Capacity

    /// A probe of a system that carries `capacity` with p99 below 200 ms.
    private static func probe(_ rate: Double, capacity: Double, workers: Double) -> CapacityProbe {
        let load = rate / capacity
        let p99 = 0.012 / max(0.01, 1.064 - load)
        let verdict: CapacityProbe.Verdict = p99 < 0.18 ? .holds : p99 > 0.22 ? .fails : .unclear
        var figures = figures(workers: workers, throughput: min(rate, capacity * 1.05), seed: Int(rate))
        figures.endToEndP99Nanoseconds = Int64(p99 * 1e9)
        figures.endToEndP50Nanoseconds = Int64(p99 * 0.3e9)
        return CapacityProbe(
            ratePerSecond: rate, verdict: verdict, reason: verdict == .fails ? "end_to_end.p99 is too long" : "",
            limits: [
                LimitFinding(
                    text: "end_to_end.p99 < 200ms", verdict: verdict, observed: p99 * 1e9, low: p99 * 0.92e9,
                    high: p99 * 1.1e9, unit: .nanoseconds)
            ],
            backlog: BacklogFinding(
                verdict: verdict == .fails ? .fails : .holds, slopePerSecond: load > 1 ? rate - capacity : 1.2,
                lowPerSecond: -3, highPerSecond: 5),
            folders: ["runs/\(Int(rate))"], measuredNanoseconds: 12_000_000_000, figures: figures)
    }

    static func point(workers: Int, capacity: Double, isSingle: Bool = false) -> CapacityPoint {
        let rates = [0.7, 1.4, 0.99, 1.18, 1.02, 1.0, 0.985, 1.03]
        return CapacityPoint(
            values: isSingle ? [] : [String(workers)], outcome: .found, ratePerSecond: capacity,
            lowPerSecond: capacity * 0.975, highPerSecond: capacity * 1.022,
            reasonAbove: "at \(Int(capacity * 1.03))/s, end_to_end.p99 < 200ms came to 352 ms",
            saturationPerSecond: capacity * 1.1,
            probes: rates.map {
                probe(($0 * capacity / 10).rounded() * 10, capacity: capacity, workers: Double(workers))
            })
    }

    static var capacity: CapacityResult {
        CapacityResult(
            campaign: facts, limits: ["end_to_end.p99 < 200ms", "lost == 0"],
            points: [point(workers: 2, capacity: 15_800, isSingle: true)])
    }

    static var capacities: CapacityResult {
        CapacityResult(
            campaign: facts, limits: ["end_to_end.p99 < 200ms"], key: "workers.count",
            points: [1, 2, 3, 4, 6, 8].map { workers in
                point(
                    workers: workers,
                    capacity: (law(Double(workers), one: 8_000, contention: 0.05, coherency: 0.01) / 10).rounded() * 10)
            })
    }

    /// The generator gave up, nothing held, and other ends.
    static var capacityEnds: CapacityResult {
        var result = capacities
        result.points[2].outcome = .generatorLimited
        result.points[2].highPerSecond = nil
        result.points[3].outcome = .belowRange
        result.points[3].ratePerSecond = nil
        result.points[3].lowPerSecond = nil
        result.points[4].outcome = .aboveRange
        result.points[4].highPerSecond = nil
        result.points[5].outcome = .unclear
        result.points[5].probes = []
        result.notes = ["The range was given."]
        return result
    }

    static var target: CapacityResult {
        var result = capacity
        result.points = []
        result.target = CapacityTarget(
            ratePerSecond: 20_000, candidates: [1, 2, 3, 4], workers: 3,
            answer: "3 workers carry 20,000/s within the limits; 2 do not: end_to_end.p99 < 200ms came to 1.24 s.",
            probes: [2, 3].map { count in
                .init(
                    workers: count, probe: probe(20_000, capacity: Double(count) * 7_600, workers: Double(count)))
            })
        return result
    }

    static var capacityHostile: CapacityResult {
        var result = capacities
        result.campaign = hostile.campaign
        result.key = hostile.keys[0].name
        result.limits = [hostile.keys[0].name]
        result.points[0].ratePerSecond = .infinity
        result.points[1].lowPerSecond = .nan
        result.points[2].highPerSecond = -5
        result.points[3].probes[0].figures.endToEndP99Nanoseconds = .max
        result.points[4].probes[0].ratePerSecond = .nan
        result.points[5].reasonAbove = hostile.keys[0].name
        return result
    }

    static let searches: [(String, CapacityResult)] = [
        ("capacity", capacity), ("capacities", capacities), ("capacityEnds", capacityEnds), ("target", target),
        ("capacityHostile", capacityHostile),
    ]

    /// A sweep whose points are searches.
    static var capacityMode: SweepResult {
        var result = sweep
        result.mode = .capacity
        result.repeats = 1
        result.window = nil
        result.capacities = capacities.points
        result.keys[0].values = capacities.points.map { $0.values[0] }
        result.runs = capacities.points.enumerated().compactMap { index, point in
            point.probes.first.map { probe in
                SweepRun(
                    values: point.values, repetition: 1, order: index + 1, folder: "runs/\(index)",
                    figures: probe.figures)
            }
        }
        return result
    }
}
