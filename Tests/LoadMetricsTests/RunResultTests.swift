import Foundation
import Testing

@testable import LoadMetrics

@Suite struct RunResultTests {
    static func histogram(_ values: Int64...) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        return histogram
    }

    /// A run of two seconds, one phase, one worker.
    static func result(startingAt seconds: Double = 1_000, scenario: String = "burst") -> RunResult {
        let books = Books(
            offered: 20, published: 20, confirmed: 19, nacked: 1, returned: 2, unconfirmed: 3, processed: 17, failed: 1,
            duplicated: 4, lost: 5, queued: 6, late: 7, unsent: 8, leftoversIgnored: 9)
        let figures = Figures(
            durationNanoseconds: 2_000_000_000, books: books,
            latencies: [
                .endToEnd: histogram(1_000_000, 3_000_000), LatencyMetric(rawValue: "of_tomorrow"): histogram(5),
            ])
        let latency = SecondLatency(count: 10, p50Nanoseconds: 1, p99Nanoseconds: 2, maxNanoseconds: 3)
        return RunResult(
            scenario: ScenarioFacts(name: scenario, summary: "<bursts> & waits", text: "name: burst\n"),
            run: RunFacts(
                id: "00c0ffee", startedAt: Date(timeIntervalSince1970: seconds), durationNanoseconds: 2_000_000_000,
                commandLine: ["rafale", "run"], toolVersion: "0.1.0", gitRevision: "abc", seed: .max),
            machine: MachineFacts(
                cpuModel: "A", cores: 2, usableCores: 2, memoryBytes: 1, kernel: "Linux 6", architecture: "x86_64",
                operatingSystem: "Debian", cgroupCPULimitCores: 1.5),
            broker: SystemFacts(product: "RabbitMQ", version: "3.10.8", address: "amqp://127.0.0.1/"),
            books: books, totals: figures,
            phases: [PhaseResult(name: "high", startNanoseconds: 0, endNanoseconds: 2_000_000_000, figures: figures)],
            series: (0..<2).map {
                SeriesRow(
                    startNanoseconds: $0 * 1_000_000_000, offered: 10, published: 10, processed: 9, endToEnd: latency,
                    queueDepths: ["incoming": 4], cpuCores: ["worker-1": 0.5])
            },
            roles: [
                RoleResult(
                    role: .worker, name: "worker-1", pid: 7, wallNanoseconds: 2_000_000_000,
                    userNanoseconds: 900_000_000,
                    systemNanoseconds: 100_000_000, peakResidentBytes: 5, messages: 100)
            ],
            thresholds: [
                ThresholdResult(text: "lost == 0", verdict: .passed, observed: 0, unit: .messages),
                ThresholdResult(text: "end_to_end.p99 < 1s", verdict: .passed, observed: .infinity, unit: .nanoseconds),
            ],
            notes: ["a note"])
    }

    @Test func readsBackWhatItWrote() throws {
        let result = Self.result()
        let json = try result.json()
        #expect(try RunResult(json: json) == result)
        let text = String(decoding: json, as: UTF8.self)
        #expect(text.contains("\"startedAt\" : \"1970-01-01T00:16:40.000Z\""))
        #expect(text.contains("\"end_to_end\" : {"))
        #expect(text.contains("\"cpuSecondsPerMillion\" : 10000"))
    }

    static func replacing(_ pattern: String, by replacement: String) throws -> [UInt8] {
        let text = String(decoding: try result().json(), as: UTF8.self)
        try #require(text.contains(pattern))
        return Array(text.replacingOccurrences(of: pattern, with: replacement).utf8)
    }

    @Test func aNewerVersionIsNamed() throws {
        let newer = try Self.replacing("\"schemaVersion\" : 2", by: "\"schemaVersion\" : 3")
        #expect(throws: RunResultError.newerVersion(found: 3, supported: 2)) { try RunResult(json: newer) }
        #expect(RunResultError.newerVersion(found: 3, supported: 2).description.contains("update rafale"))
    }

    @Test func whatIsNoResultIsSaid() throws {
        for text in ["", "nonsense", "[]", "{\"a\": 1}", "{\"format\": \"rafale-run\"}"] {
            let error = #expect(throws: RunResultError.self) { try RunResult(json: Array(text.utf8)) }
            guard case .notAResult = error else {
                Issue.record("\(text): \(String(describing: error))")
                continue
            }
        }
        let foreign = try Self.replacing("\"rafale-run\"", by: "\"k6\"")
        let error = #expect(throws: RunResultError.self) { try RunResult(json: foreign) }
        #expect(error?.description.contains("its format is 'k6'") == true)
    }

    @Test func damageIsSaidWithItsPlace() throws {
        let wrong = try Self.replacing("\"published\" : 20", by: "\"published\" : \"many\"")
        let error = #expect(throws: RunResultError.self) { try RunResult(json: wrong) }
        #expect(error?.description.contains("damaged at books.published: a value of type UInt64") == true)
        let histogram = try Self.replacing("HISTFAAA", by: "HISTFAAB")
        let second = #expect(throws: RunResultError.self) { try RunResult(json: histogram) }
        #expect(second?.description.contains("latencies") == true)
    }

    @Test func theGeneratorCountsBeforeAnEarlyEndAndThatBeforeTheThresholds() {
        var result = Self.result()
        #expect(result.outcome == .passed)
        result.thresholds[0].verdict = .notMeasured
        #expect(result.outcome == .failed)
        result.run.interrupted = true
        #expect(result.outcome == .interrupted)
        result.generator = GeneratorVerdict(.invalid, reason: "late", advice: "more connections")
        #expect(result.outcome == .invalid)
        #expect(
            RunResult(scenario: result.scenario, run: Self.result().run, machine: result.machine).outcome == .measured)
    }

    @Test func ratesOfNothingAreZero() {
        #expect(Figures().perSecond(5) == 0)
        #expect(SeriesRow(startNanoseconds: 0, durationNanoseconds: 0).perSecond(5) == 0)
        #expect(Figures(durationNanoseconds: 500_000_000).perSecond(5) == 10)
    }
}

@Suite struct RunResultMergeTests {
    @Test func runsThatFollowEachOtherAreLaidEndToEnd() throws {
        let merged = try RunResult.merged([
            RunResultTests.result(startingAt: 1_060), RunResultTests.result(startingAt: 1_000),
        ])
        #expect(merged.run.mergedRuns == 2)
        #expect(merged.run.startedAt == Date(timeIntervalSince1970: 1_000))
        #expect(merged.run.durationNanoseconds == 4_000_000_000)
        #expect(merged.totals.durationNanoseconds == 4_000_000_000)
        #expect(merged.totals.perSecond(merged.totals.books.offered) == 10)
        #expect(merged.phases.map(\.startNanoseconds) == [0, 2_000_000_000])
        #expect(merged.series.map(\.startNanoseconds) == [0, 1_000_000_000, 2_000_000_000, 3_000_000_000])
        #expect(merged.books.processed == 34 && merged.books.leftoversIgnored == 18)
    }

    @Test func runsAtTheSameTimeAreAddedWhereTheyCoincide() throws {
        let merged = try RunResult.merged([
            RunResultTests.result(startingAt: 1_000), RunResultTests.result(startingAt: 1_001),
        ])
        #expect(merged.run.durationNanoseconds == 3_000_000_000)
        #expect(merged.totals.durationNanoseconds == 2_000_000_000)
        #expect(merged.phases.count == 1)
        #expect(merged.phases[0].endNanoseconds == 3_000_000_000)
        #expect(merged.series.map(\.offered) == [10, 20, 10])
        #expect(merged.series[1].queueDepths == ["incoming": 4])
        #expect(merged.series[1].cpuCores == ["worker-1": 1])
        #expect(merged.series[1].endToEnd?.count == 20)
    }

    @Test func histogramsCountsAndCostsAddUp() throws {
        var other = RunResultTests.result(startingAt: 2_000)
        other.totals.latencies[.endToEnd] = RunResultTests.histogram(9_000_000)
        other.generator = GeneratorVerdict(.suspect, reason: "near its limit")
        other.thresholds[0].verdict = .failed
        other.machine.cores = 64
        let merged = try RunResult.merged([RunResultTests.result(), other])
        #expect(merged.totals.latencies[.endToEnd] == RunResultTests.histogram(1_000_000, 3_000_000, 9_000_000))
        #expect(merged.generator.judgement == .suspect)
        #expect(merged.thresholds.map(\.verdict) == [.failed, .passed])
        #expect(merged.notes == ["a note", "The merged runs have different machines."])
        #expect(merged.roles.count == 1)
        #expect(merged.roles[0].messages == 200 && merged.roles[0].cpuSecondsPerMillion == 10_000)
    }

    @Test func whatCannotBeMergedIsSaid() {
        #expect(throws: MergeError.sameRunTwice(id: "00c0ffee")) {
            try RunResult.merged([RunResultTests.result(), RunResultTests.result()])
        }
        #expect(throws: MergeError.nothing) { try RunResult.merged([]) }
        #expect(throws: MergeError.differentScenarios("burst", "ramp")) {
            try RunResult.merged([
                RunResultTests.result(), RunResultTests.result(startingAt: 5_000, scenario: "ramp"),
            ])
        }
    }
}
