import Foundation
import LoadMetrics

/// Results at the edges of what can happen.
enum RunResultFixture {
    /// A run of which nothing is known.
    static let empty = RunResult(
        scenario: ScenarioFacts(name: "nothing"),
        run: RunFacts(id: "00000000", startedAt: Date(timeIntervalSince1970: 1_795_229_329)),
        machine: MachineFacts(
            cpuModel: "", cores: 0, usableCores: 0, memoryBytes: 0, kernel: "", architecture: "", operatingSystem: ""))

    /// One second, one message.
    static var single: RunResult {
        var histogram = LatencyHistogram()
        histogram.record(1)
        var result = empty
        let books = Books(offered: 1, published: 1, confirmed: 1, processed: 1)
        let figures = Figures(durationNanoseconds: 1_000_000_000, books: books, latencies: [.endToEnd: histogram])
        result.books = books
        result.totals = figures
        result.phases = [
            PhaseResult(name: "only", startNanoseconds: 0, endNanoseconds: 1_000_000_000, figures: figures)
        ]
        result.series = [
            SeriesRow(
                startNanoseconds: 0, offered: 1, published: 1, confirmed: 1, processed: 1,
                endToEnd: SecondLatency(histogram), queueDepths: ["incoming": 0], cpuCores: ["generator": 0],
                residentBytes: ["generator": 0])
        ]
        result.roles = [
            RoleResult(
                role: .generator, name: "generator", wallNanoseconds: 0, userNanoseconds: 0, systemNanoseconds: 0,
                peakResidentBytes: 0, messages: 0)
        ]
        return result
    }

    /// Seconds in which nothing happened, one of no length.
    static var silent: RunResult {
        var result = empty
        var durations = [Int64](repeating: 1_000_000_000, count: 5)
        durations[4] = 0
        result.series = durations.enumerated().map {
            SeriesRow(startNanoseconds: Int64($0.offset) * 1_000_000_000, durationNanoseconds: $0.element)
        }
        result.totals.latencies = [.endToEnd: LatencyHistogram()]
        return result
    }

    /// Every text comes from an enemy, every number is as large as it can be.
    static var hostile: RunResult {
        let evil =
            "</script><script>alert(1)</script>\"'&\u{1B}[31m\u{202E}\u{0}\n" + String(repeating: "x", count: 120)
        var histogram = LatencyHistogram()
        histogram.record(LatencyHistogram.highestTrackableNanoseconds, count: .max / 2)
        histogram.record(-1)
        histogram.record(.max)
        let books = Books(
            offered: .max, published: .max, confirmed: .max, nacked: .max, returned: .max, unconfirmed: .max,
            processed: .max, failed: .max, duplicated: .max, lost: .max, queued: .max, late: .max, unsent: .max,
            leftoversIgnored: .max)
        let figures = Figures(
            durationNanoseconds: 1, books: books, carried: .max,
            latencies: [.endToEnd: histogram, LatencyMetric(rawValue: evil): histogram, .confirm: histogram])
        var result = empty
        result.scenario = ScenarioFacts(name: evil, summary: evil, text: evil)
        result.run.commandLine = [evil]
        result.run.gitRevision = evil
        result.run.durationNanoseconds = .max
        result.run.interrupted = true
        result.machine.cpuModel = evil
        result.broker = SystemFacts(product: evil, version: evil, address: evil)
        result.store = evil
        result.books = books
        result.totals = figures
        result.phases = [
            PhaseResult(
                name: evil, load: evil, startNanoseconds: 0, endNanoseconds: .max, figures: figures,
                generator: GeneratorVerdict(.invalid, reason: evil, advice: evil))
        ]
        result.series = [
            SeriesRow(
                startNanoseconds: 0, durationNanoseconds: 1, offered: .max, published: .max, confirmed: .max,
                processed: .max, failed: .max, endToEnd: SecondLatency(histogram),
                queueDepths: ["incoming": .max, evil: .max],
                cpuCores: [evil: .infinity, "generator": .nan], residentBytes: [evil: .max]),
            SeriesRow(startNanoseconds: .max - 1, durationNanoseconds: 1, cpuCores: [evil: -1]),
        ]
        result.roles = [
            RoleResult(
                role: .worker, name: evil, wallNanoseconds: 1, userNanoseconds: .max, systemNanoseconds: 0,
                peakResidentBytes: .max, voluntarySwitches: .max, involuntarySwitches: .max,
                runQueueWaitNanoseconds: .max, allocatedBytes: .max, messages: 1, diedEarly: true,
                counters: [evil: .max])
        ]
        result.thresholds = [
            ThresholdResult(text: evil, phase: evil, verdict: .failed, observed: .infinity, unit: .nanoseconds),
            ThresholdResult(text: "m", verdict: .failed, observed: 1e300, unit: .messages),
            ThresholdResult(text: "b", verdict: .notMeasured, observed: nil, unit: .bytes),
            ThresholdResult(text: "p", verdict: .failed, observed: .nan, unit: .percent),
            ThresholdResult(text: "r", verdict: .failed, observed: -1, unit: .perSecond),
        ]
        result.generator = GeneratorVerdict(.invalid, reason: evil, advice: evil)
        result.notes = [evil, ""]
        return result
    }

    static let all: [(String, RunResult)] =
        [
            ("empty", empty), ("single", single), ("silent", silent), ("hostile", hostile),
            ("sample", SampleRun.result),
        ]
}
