import Foundation
import LoadMetrics
import Testing

@Suite struct CalibrationTests {
    private func calibration(_ rates: [(connections: Int, bytes: Int, perSecond: Double)]) -> Calibration {
        Calibration(
            measuredAt: Date(timeIntervalSince1970: 1_795_229_329), toolVersion: "1", optimizedBuild: true,
            machine: MachineFacts.current(),
            rates: rates.map {
                CalibratedRate(
                    connections: $0.connections, bodyBytes: $0.bytes, perSecond: $0.perSecond,
                    cpuSecondsPerMillion: 0.1, sinkCores: 0.5)
            },
            timers: [TimerPrecision(name: "sleep", LatencyHistogram())],
            clock: ClockPrecision(resolutionNanoseconds: 1, leastStepNanoseconds: 20, readNanoseconds: 25.5))
    }

    @Test(arguments: [
        (1, 100.0, 1_000_000.0), (1, 50, 1_000_000), (1, 1_000, 500_000),
        // Halfway in size is halfway in time for a message: 1 and 2 µs make 1.5.
        (1, 550, 1 / 1.5e-6),
        (2, 100, 1_800_000), (3, 100, 1_800_000), (64, 100, 3_000_000),
    ])
    func theLimitIsThatOfTheNearestMeasures(connections: Int, bytes: Double, expected: Double) throws {
        let calibration = calibration([
            (1, 100, 1_000_000), (1, 1_000, 500_000), (2, 100, 1_800_000), (4, 100, 3_000_000), (4, 1_000, 0),
        ])
        let limit = try #require(calibration.limitPerSecond(connections: connections, bodyBytes: bytes))
        #expect(abs(limit / expected - 1) < 1e-9, "\(limit)")
    }

    @Test func withoutAMeasureThereIsNoLimit() {
        #expect(calibration([(1, 100, 5), (1, 200, 5)]).limitPerSecond(connections: 1, bodyBytes: 201) == nil)
        #expect(calibration([(1, 4_096, 5)]).limitPerSecond(connections: 1, bodyBytes: 4_000) == nil)
        #expect(calibration([(1, 4_096, 5)]).limitPerSecond(connections: 1, bodyBytes: 4_096) == 5)
        #expect(calibration([]).limitPerSecond(connections: 1, bodyBytes: 100) == nil)
        // Fewer connections than were ever measured: the fewest that were.
        #expect(calibration([(4, 10, 7)]).limitPerSecond(connections: 1, bodyBytes: 10) == 7)
    }

    @Test func aFileReadBackIsTheSameAndWhatIsNoneIsSaid() throws {
        let calibration = calibration([(1, 100, 5)])
        let json = try calibration.json()
        #expect(try Calibration(json: json) == calibration)
        let text = String(decoding: json, as: UTF8.self)
        let newer = text.replacingOccurrences(of: "\"schemaVersion\" : 1", with: "\"schemaVersion\" : 2")
        #expect(throws: CalibrationError.newerVersion(found: 2, supported: 1)) { try Calibration(json: newer.utf8) }
        for wrong in ["", "{}", text.replacingOccurrences(of: "perSecond", with: "per_hour")] {
            let error = #expect(throws: CalibrationError.self) { try Calibration(json: wrong.utf8) }
            #expect(error?.description.contains("rafale calibrate") == true)
        }
    }

    @Test func theShareIsOfTheBusiestSecond() {
        #expect(CalibrationUse(limitPerSecond: 1_000, busiestPerSecond: 120).share == 0.12)
        #expect(CalibrationUse(limitPerSecond: nil, busiestPerSecond: 120).share == nil)
        #expect(CalibrationUse(limitPerSecond: 0, busiestPerSecond: 120).share == nil)
    }
}

@Suite struct VerdictTests {
    private func result(_ judgement: GeneratorVerdict.Judgement, phase: GeneratorVerdict.Judgement) -> RunResult {
        var result = RunResult(
            scenario: ScenarioFacts(name: "s"),
            run: RunFacts(id: "00000001", startedAt: Date(timeIntervalSince1970: 1), durationNanoseconds: 1),
            machine: MachineFacts.current(),
            phases: [
                PhaseResult(name: "p", startNanoseconds: 0, endNanoseconds: 1, generator: GeneratorVerdict(phase))
            ],
            thresholds: [
                ThresholdResult(text: "a", verdict: .passed, observed: 1, unit: .messages),
                ThresholdResult(text: "b", phase: "p", verdict: .passed, observed: 1, unit: .messages),
                ThresholdResult(text: "c", verdict: .failed, observed: 1, unit: .messages),
            ],
            generator: GeneratorVerdict(judgement))
        result.withholdThresholds()
        return result
    }

    @Test func thresholdsOfAnInvalidGeneratorAreNotJudged() {
        #expect(result(.valid, phase: .valid).thresholds.map(\.verdict) == [.passed, .passed, .failed])
        #expect(result(.suspect, phase: .suspect).thresholds.map(\.verdict) == [.passed, .passed, .failed])
        #expect(result(.valid, phase: .invalid).thresholds.map(\.verdict) == [.passed, .notJudged, .failed])
        let invalid = result(.invalid, phase: .valid)
        #expect(invalid.thresholds.map(\.verdict) == [.notJudged, .notJudged, .notJudged])
        #expect(invalid.outcome == .invalid)
    }

    @Test func oneInvalidRunInvalidatesTheMergedOnes() throws {
        let good = result(.valid, phase: .valid)
        var bad = result(.invalid, phase: .invalid)
        bad.run.id = "00000002"
        bad.run.startedAt = Date(timeIntervalSince1970: 100)
        let merged = try RunResult.merged([good, bad])
        #expect(merged.outcome == .invalid && merged.thresholds.allSatisfy { $0.verdict == .notJudged })
    }

    @Test func criteriaAreKeptAndOldVerdictsAreReadWithout() throws {
        var result = result(.suspect, phase: .valid)
        result.generator.criteria = [
            CriterionResult(
                name: "loop_busy", title: "t", phase: "p", value: 0.9, suspectAbove: 0.8, invalidAbove: nil,
                unit: .share)
        ]
        #expect(try RunResult(json: result.json()) == result)
        #expect(result.generator.criteria?[0].judgement == .suspect)
        let old = Data(#"{"judgement": "VALID", "reason": "", "advice": ""}"#.utf8)
        #expect(try JSONDecoder().decode(GeneratorVerdict.self, from: old) == GeneratorVerdict(.valid))
    }
}
