import Foundation
import LoadMetrics
import Scenarios
import Statistics
import Testing

@testable import CLI

/// Runs that are made up, and what a probe says of them.
@Suite struct ProbeJudgeTests {
    /// What happens in a made-up run at a rate.
    private struct Course {
        var rate = 1_000.0
        var seconds = 10
        /// Outcomes a second; what the rate has more stays in the system.
        var finishedPerSecond = 1_000.0
        /// Every so many-th message is slow.
        var slowEvery = 1_000
        var fast: Int64 = 20_000_000
        var slow: Int64 = 900_000_000
        /// Messages of each second that never come back.
        var missing: UInt64 = 0
        var judgement = GeneratorVerdict.Judgement.valid
        var lost: ThresholdResult.Verdict = .passed
        var onlyConfirms = false
        /// How long the last second of the load is, of which the rest is the drain.
        var lastSecondNanoseconds: Int64 = 1_000_000_000
    }

    private func run(_ course: Course) -> RunResult {
        var phases: [PhaseResult] = []
        for stretch in 0..<5 {
            let count = course.rate * Double(course.seconds) / 5
            var histogram = LatencyHistogram()
            for number in 0..<Int(count) {
                histogram.record(number % course.slowEvery == 0 ? course.slow : course.fast)
            }
            let length = Int64(course.seconds) * 200_000_000
            let offered = UInt64(count) + course.missing
            phases.append(
                PhaseResult(
                    name: "stretch-\(stretch + 1)", startNanoseconds: 2_000_000_000 + Int64(stretch) * length,
                    endNanoseconds: 2_000_000_000 + Int64(stretch + 1) * length,
                    figures: Figures(
                        durationNanoseconds: length,
                        books: Books(offered: offered, published: offered, processed: UInt64(count)),
                        carried: UInt64(count), latencies: [.endToEnd: histogram])))
        }
        var totals = Figures()
        for phase in phases { totals.append(phase.figures) }
        var series = (0..<(course.seconds + 2)).map { second in
            // Whole messages: a fraction shows a second later.
            let done =
                UInt64(course.finishedPerSecond * Double(second + 1))
                - UInt64(course.finishedPerSecond * Double(second))
            return SeriesRow(
                startNanoseconds: Int64(second) * 1_000_000_000, offered: UInt64(course.rate),
                confirmed: done, processed: course.onlyConfirms ? 0 : done)
        }
        if course.lastSecondNanoseconds < 1_000_000_000, let last = series.indices.last {
            // All that was left comes back in the drain.
            series[last].processed =
                series.reduce(0) { $0 + $1.offered } - series.dropLast().reduce(0) { $0 + $1.processed }
        }
        let cut = 1_000_000_000 - course.lastSecondNanoseconds
        phases[4].endNanoseconds -= cut
        return RunResult(
            scenario: ScenarioFacts(name: "t"),
            run: RunFacts(id: "00000000", startedAt: Date(timeIntervalSince1970: 0)),
            machine: MachineFacts.current(), totals: totals,
            phases: [PhaseResult(name: "warm-up", measured: false, startNanoseconds: 0, endNanoseconds: 2_000_000_000)]
                + phases, series: series,
            thresholds: [ThresholdResult(text: "lost == 0", verdict: course.lost, observed: 1, unit: .messages)],
            generator: GeneratorVerdict(course.judgement, reason: course.judgement == .valid ? "" : "It was late."))
    }

    private func probe(_ courses: Course..., limits: [String] = ["lost == 0", "end_to_end.p99 < 200ms"]) throws
        -> CapacityProbe
    {
        let list = limits.map { "'\($0)'" }.joined(separator: ", ")
        let text = Array("phases: [{rate: 1/s, for: 1s}]\nthresholds: [\(list)]".utf8)
        let thresholds = try ScenarioFile(bytes: text, path: "t.yaml", environment: [:]).scenario.thresholds
        let judge = ProbeJudge(ratePerSecond: courses[0].rate, limits: thresholds)
        return try #require(judge.probe(courses.map { ("runs/x", run($0)) }, lanesPerWorker: 1))
    }

    @Test func aRateThatIsCarriedHolds() throws {
        let probe = try probe(Course())
        #expect(probe.verdict == .holds && probe.reason.isEmpty)
        #expect(probe.backlog?.verdict == .holds)
        #expect(probe.limits.map(\.verdict) == [.holds, .holds])
        let high = try #require(probe.limits[1].high)
        #expect(high < 200e6, "the whole interval is below the limit")
        #expect(probe.measuredNanoseconds == 10_000_000_000)
    }

    @Test func aLimitThatIsBrokenIsTheReason() throws {
        let probe = try probe(Course(slowEvery: 20))
        #expect(probe.verdict == .fails)
        #expect(probe.reason.hasPrefix("'end_to_end.p99 < 200ms' does not hold: 9"), "\(probe.reason)")
        #expect(probe.limits[1].verdict == .fails && probe.limits[1].low ?? 0 > 200e6)
    }

    @Test func aPercentileNearItsLimitIsUnclearUntilThereIsMore() throws {
        // One in a hundred is the limit itself.
        #expect(try probe(Course(slowEvery: 100)).verdict == .unclear)
        // A share of slow ones a little below: one run cannot tell, three can.
        let near = Course(rate: 100, finishedPerSecond: 100, slowEvery: 160)
        #expect(try probe(near).verdict == .unclear)
        var long = near
        long.seconds = 200
        #expect(try probe(near, long, long).verdict == .holds)
    }

    @Test func whatNeverCameBackIsSlowerThanAnyLimit() throws {
        let probe = try probe(Course(missing: 100))
        #expect(probe.verdict == .fails && probe.limits[1].high == .infinity)
        #expect(probe.reason.contains("to any time"), "\(probe.reason)")
    }

    @Test func aBacklogThatGrowsFails() throws {
        let probe = try probe(Course(finishedPerSecond: 950))
        let backlog = try #require(probe.backlog)
        #expect(probe.verdict == .fails && backlog.verdict == .fails)
        #expect(abs(backlog.slopePerSecond - 50) < 1 && backlog.lowPerSecond > 40)
        #expect(probe.reason == "the backlog grew by 50.0 messages a second")
        // A last second that is partly drain does not hide it.
        let cut = try self.probe(Course(finishedPerSecond: 950, lastSecondNanoseconds: 510_000_000)).backlog
        #expect(cut?.verdict == .fails && abs((cut?.slopePerSecond ?? 0) - 50) < 1)
        // Without outcomes a message ends when the broker has taken it.
        #expect(try self.probe(Course(finishedPerSecond: 950, onlyConfirms: true)).backlog?.verdict == .fails)
        #expect(try self.probe(Course(onlyConfirms: true)).backlog?.verdict == .holds)
    }

    @Test func withoutLimitsTheBacklogDecides() throws {
        #expect(try probe(Course(slowEvery: 2), limits: []).verdict == .holds)
        #expect(try probe(Course(finishedPerSecond: 900), limits: []).verdict == .fails)
    }

    @Test func aRunTooShortForATrendIsUnclear() throws {
        let probe = try probe(Course(seconds: 3))
        #expect(probe.verdict == .unclear && probe.backlog == nil)
        #expect(probe.reason.contains("too short"))
    }

    @Test func aConditionWithoutAnIntervalHoldsOrFails() throws {
        let broken = try probe(Course(lost: .failed))
        #expect(broken.verdict == .fails && broken.reason == "1 where 'lost == 0' must hold")
        #expect(try probe(Course(lost: .notMeasured)).verdict == .unclear)
        #expect(try probe(Course(), limits: ["failed == 0"]).verdict == .unclear, "nobody judged it")
        #expect(try probe(Course(lost: .failed), Course()).verdict == .fails, "once lost is lost")
    }

    @Test func anInvalidGeneratorSaysNothingOfTheSystem() throws {
        let probe = try probe(Course(finishedPerSecond: 500, judgement: .invalid))
        #expect(probe.verdict == .generatorLimited && probe.reason == "It was late.")
        #expect(CapacitySearch.Answer(probe) == .limited(reason: "It was late."))
    }

    @Test func aProbesRunsGrowAndHaveStretches() throws {
        let load = ProbeLoad(
            limits: ["lost == 0"], warmUp: .seconds(2), measure: .seconds(10), drain: .seconds(15))
        #expect((1...3).map(load.length) == [.seconds(10), .seconds(10), .seconds(20)])
        let text = Array("phases: [{rate: 1/s, for: 1s}]\narrivals: poisson".utf8)
        let scenario = try ScenarioFile(
            bytes: text, path: "t.yaml", overrides: load.overrides(ratePerSecond: 123.5, run: 3), environment: [:]
        ).scenario
        #expect(scenario.phases.count == 6 && scenario.phases.filter(\.measured).count == 5)
        #expect(scenario.phases.allSatisfy { $0.rate == .constant(ratePerSecond: 123.5) })
        #expect(scenario.phases.last?.end == .duration(.seconds(4)))
        #expect(scenario.arrivals == .poisson && scenario.drain == .seconds(15))
        #expect(scenario.thresholds.map(\.text) == ["lost == 0"])
    }
}

@Suite struct CapacityPointTests {
    private func outcome(_ answers: (Double) -> CapacitySearch.Answer, _ plan: CapacitySearch.Plan) -> CapacityPoint {
        var search = CapacitySearch(plan: plan)
        while let rate = search.ratePerSecond { search.record(answers(rate)) }
        var point = CapacityPoint(outcome: .interrupted)
        if case .done(let outcome) = search.next { point.take(outcome) }
        return point
    }

    @Test func aPointHasWhatTheSearchFound() throws {
        let point = outcome({ $0 <= 700 ? .holds : .fails(reason: "it was slow") }, .init(bracket: 500...1_000))
        #expect(point.outcome == .found)
        let (rate, low, high) = (
            try #require(point.ratePerSecond), try #require(point.lowPerSecond), try #require(point.highPerSecond)
        )
        #expect(abs(rate / 700 - 1) < 0.05 && low <= rate && rate <= high)
        let held = try #require(point.heldPerSecond)
        #expect(held <= 700 && held <= low)
        #expect(point.reasonAbove?.hasSuffix("/s, it was slow") == true)
    }

    @Test func whatLimitsASearchIsTold() {
        let range = 500.0...1_000
        #expect(outcome({ _ in .holds }, .init(bracket: range, bounds: range)).outcome == .aboveRange)
        let below = outcome({ _ in .fails(reason: "slow") }, .init(bracket: range, bounds: range))
        #expect(below.outcome == .belowRange && below.ratePerSecond == nil)
        let limited = outcome({ $0 < 600 ? .holds : .limited(reason: "late") }, .init(bracket: range))
        #expect(limited.outcome == .generatorLimited && limited.highPerSecond == nil)
        #expect(limited.reasonAbove == "the generator, not the system, was the limit: late")
    }
}

@Suite struct WorkerCountSearchTests {
    /// Answers as a system does of which so many workers carry the rate; and the counts that were tried.
    private func search(
        _ candidates: [Int], guess: Int, needs: Int, limitedFrom: Int = .max
    ) -> (WorkerCountSearch.Outcome?, [Int]) {
        var search = WorkerCountSearch(candidates: candidates, guess: guess)
        var tried: [Int] = []
        while let count = search.next, tried.count < 100 {
            tried.append(count)
            search.record(count >= limitedFrom ? .generatorLimited : count >= needs ? .holds : .fails)
        }
        return (search.outcome, tried)
    }

    @Test func findsTheLeastCountThatHolds() {
        for most in 1...20 {
            for needs in 1...most {
                for guess in [0, 1, needs - 1, needs, needs + 1, needs * 2, 100] {
                    let (outcome, tried) = search(Array(1...most), guess: guess, needs: needs)
                    #expect(outcome == .found(needs), "\(most) \(needs) \(guess)")
                    #expect(Set(tried).count == tried.count && tried.count <= 10)
                    #expect(tried.contains(needs) && (needs == 1 || tried.contains(needs - 1)), "both sides are known")
                }
            }
        }
    }

    @Test func aGoodGuessTakesTwoProbes() {
        #expect(search(Array(1...64), guess: 7, needs: 7).1 == [7, 6])
        #expect(search(Array(1...64), guess: 6, needs: 7).1 == [6, 7])
    }

    @Test func candidatesMayHaveGaps() {
        #expect(search([1, 2, 4, 8], guess: 3, needs: 3) == (.found(4), [4, 2]))
        #expect(search([8, 4], guess: 1, needs: 3) == (.found(4), [4]))
    }

    @Test func whereNoneHoldsTheHighestWasTried() {
        let (outcome, tried) = search([1, 2, 4, 8], guess: 2, needs: 9)
        #expect(outcome == WorkerCountSearch.Outcome.none && tried.last == 8)
        #expect(search([], guess: 1, needs: 1).0 == WorkerCountSearch.Outcome.none)
    }

    @Test func theGeneratorsLimitEndsIt() {
        #expect(search(Array(1...8), guess: 4, needs: 6, limitedFrom: 5).0 == .generatorLimited(5))
    }

    @Test func theAnswerIsASentence() {
        func answer(_ outcome: WorkerCountSearch.Outcome?, _ probes: [(Int, CapacityProbe.Verdict)]) -> CapacityTarget {
            var target = CapacityTarget(ratePerSecond: 20_000, candidates: [1, 2, 3], answer: "")
            target.probes = probes.map { count, verdict in
                .init(
                    workers: count,
                    probe: CapacityProbe(
                        ratePerSecond: 20_000, verdict: verdict, reason: verdict == .holds ? "" : "it was slow",
                        folders: [], measuredNanoseconds: 0,
                        figures: PointFigures(
                            outcome: .passed, judgement: .valid, measuredNanoseconds: 0, offeredPerSecond: 0,
                            throughputPerSecond: 0, usableCores: 1)))
            }
            target.conclude(outcome)
            return target
        }
        let found = answer(.found(3), [(2, .fails), (3, .holds)])
        #expect(found.workers == 3)
        #expect(found.answer == "3 workers carry 20000/s within the limits; 2 workers do not: it was slow.")
        #expect(answer(.found(1), [(1, .holds)]).answer == "1 worker carries 20000/s within the limits.")
        let none = answer(WorkerCountSearch.Outcome.none, [(3, .fails)])
        #expect(none.workers == nil)
        #expect(none.answer == "None of up to 3 workers carries 20000/s within the limits; with 3, it was slow.")
        #expect(answer(.generatorLimited(2), [(2, .generatorLimited)]).answer.contains("the generator, not the system"))
        #expect(answer(nil, []).answer.contains("ended early"))
        let near = answer(.found(3), [(1, .fails), (2, .unclear), (3, .holds)])
        #expect(near.answer == "3 workers carry 20000/s within the limits; 2 workers may or may not: it was slow.")
        let far = answer(.found(2), [(1, .fails), (2, .holds)])
        #expect(far.answer == "2 workers carry 20000/s within the limits; 1 worker does not: it was slow.")
        let open = answer(WorkerCountSearch.Outcome.none, [(2, .fails), (3, .unclear)])
        #expect(open.isUnsettled && !near.isUnsettled && !none.isUnsettled)
        #expect(
            open.answer == "Not settled: none of up to 3 workers was shown to carry 20000/s within the limits; with 3, "
                + "it was slow.")
    }
}

@Suite struct ProbeDrainTests {
    @Test func theDrainIsLongEnoughForTheLimitsAndNoLonger() throws {
        func drain(_ limits: String, _ own: String = "30s") throws -> Duration {
            let text = Array("phases: [{rate: 1/s, for: 1s}]\ndrain: \(own)\nthresholds: [\(limits)]".utf8)
            let scenario = try ScenarioFile(bytes: text, path: "t.yaml", environment: [:]).scenario
            return ProbeLoad.drain(scenario, limits: scenario.thresholds)
        }
        #expect(try drain("end_to_end.p99 < 200ms") == .seconds(15))
        #expect(try drain("end_to_end.p99 < 8s, confirm.p99 < 1s") == .seconds(24))
        #expect(try drain("end_to_end.p99 < 60s") == .seconds(30))
        #expect(try drain("lost == 0", "5s") == .seconds(5))
    }
}
