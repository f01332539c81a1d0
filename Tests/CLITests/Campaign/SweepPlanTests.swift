import Foundation
import LoadMetrics
import Scenarios
import Testing

@testable import CLI

@Suite struct SweepPlanTests {
    private func key(_ text: String) throws -> VariedKey { try #require(VariedKey(argument: text)) }

    @Test func aKeyHasItsValues() throws {
        #expect(try key("workers.count=1, 2,4").values == ["1", "2", "4"])
        #expect(try key("workers.count=1,2").name == "workers.count")
        // A comma within a value is the value's own.
        #expect(try key("mix={update: 1, delete: 2},{update: 1}").values == ["{update: 1, delete: 2}", "{update: 1}"])
        #expect(try key("name='a,b',c").values == ["'a,b'", "c"])
        #expect(try key("broker.url=amqp://a/?x=1,amqp://b/").values == ["amqp://a/?x=1", "amqp://b/"])
    }

    @Test(arguments: ["", "workers.count", "=1,2", "a=", "a=1,,2", "a=1,1", "a=,1"])
    func whatIsNoKeyWithValuesIsRefused(text: String) {
        #expect(VariedKey(argument: text) == nil)
    }

    @Test func everyRepeatHasEveryPointOnce() throws {
        let keys = [try key("workers.count=1,2,3,4,6,8"), try key("workers.lanes=1,2")]
        let plan = SweepPlan(keys: keys, repeats: 3, seed: 8)
        let points = Set(SweepPlan.points(keys))
        #expect(points.count == 12 && plan.slots.count == 36)
        for repetition in 1...3 {
            let slots = plan.slots.filter { $0.repetition == repetition }
            #expect(slots.count == 12 && Set(slots.map(\.values)) == points)
            #expect(slots.map(\.order) == Array((repetition * 12 - 11)...(repetition * 12)), "repeats are blocks")
        }
        #expect(Set(plan.slots.map(\.name)).count == 36)
        #expect(plan.slots[0].name.hasPrefix("01-workers.count="))
    }

    @Test func theOrderIsDrawnAnewForEachRepeatAndTheSameFromTheSameSeed() throws {
        let keys = [try key("workers.count=1,2,3,4,6,8")]
        let plan = SweepPlan(keys: keys, repeats: 3, seed: 8)
        let orders = (1...3).map { repetition in plan.slots.filter { $0.repetition == repetition }.map(\.values) }
        #expect(Set(orders).count == 3, "three permutations of six are hardly ever alike")
        #expect(SweepPlan(keys: keys, repeats: 3, seed: 8) == plan)
        #expect(SweepPlan(keys: keys, repeats: 3, seed: 9).slots.map(\.values) != plan.slots.map(\.values))
    }

    @Test func aSlotTellsWhatItIs() throws {
        let plan = SweepPlan(keys: [try key("broker.url=amqp://a:b@h/")], repeats: 2, seed: 1)
        #expect(plan.slots[1].title == "broker.url=amqp://a:b@h/, repeat 2")
        #expect(plan.slots[0].name == "1-broker.url=amqp___a_b_h_-1", "a name that every file system takes")
    }

    @Test func theTimeThatIsLeftFollowsTheRunsThatWere() {
        var time = RemainingTime(expected: .seconds(15))
        #expect(time.words(forRuns: 18) == "about 5 min left")
        time.add(.seconds(60))
        #expect(time.words(forRuns: 17) == "about 17 min left")
        #expect(time.words(forRuns: 1) == "about 60 s left")
        time.add(.milliseconds(100))
        #expect(time.words(forRuns: 1) == "about 30 s left")
    }
}

@Suite struct SaturationLoadTests {
    private func scenario(_ text: String, set overrides: [String] = []) throws -> Scenario {
        try ScenarioFile(bytes: Array(text.utf8), path: "t.yaml", overrides: overrides, environment: [:]).scenario
    }

    private let steady = """
        arrivals: poisson
        phases: [{name: a, rate: 1k/s, for: 20s}, {name: b, rate: 1/s, for: 1s}]
        thresholds: [lost == 0, failed <= 0.5%, throughput >= 98%, end_to_end.p99 < 1s, {phase: a, check: lost == 0}]

        """

    @Test func takesThePlaceOfThePhases() throws {
        let base = try scenario(steady)
        let load = SaturationLoad(base, points: [base], warmUp: .seconds(2), measure: .milliseconds(10_500))
        let changed = try scenario(steady, set: load.overrides)
        #expect(changed.phases.map(\.name) == ["warm-up", "full"])
        #expect(changed.phases.map(\.measured) == [false, true])
        #expect(changed.phases.map(\.end) == [.duration(.seconds(2)), .duration(.milliseconds(10_500))])
        let loop = Scenario.RateShape.saturate(.init(window: 2000, release: .processed))
        #expect(changed.phases.allSatisfy { $0.rate == loop })
        #expect(changed.thresholds.map(\.text) == ["lost == 0", "failed <= 0.5%"])
        #expect(load.dropped == ["throughput >= 98%", "end_to_end.p99 < 1s", "lost == 0 (phase a)"])
        // Nothing else is another.
        var rest = changed
        (rest.phases, rest.thresholds, rest.arrivals) = (base.phases, base.thresholds, base.arrivals)
        #expect(rest == base)
    }

    @Test func withoutAWarmUpThereIsOnePhase() throws {
        let base = try scenario(steady)
        let load = SaturationLoad(base, points: [base], warmUp: .zero, measure: .seconds(5))
        #expect(try scenario(steady, set: load.overrides).phases.map(\.name) == ["full"])
    }

    @Test(arguments: [
        ("", 2_000), ("workers: {count: 8}", 3_200), ("workers: {count: 8, prefetch: 500, batch: 100}", 4_800),
        ("workers: {count: 4, lanes: 4, prefetch: 1000}", 3_600), ("workers: {count: 1000, batch: 10000}", 1_000_000),
        ("consumers: {connections: 2, channels: 2, prefetch: 1000}", 8_000), ("consumers: {prefetch: 0}", 2_000),
        ("target: churn\nchurn: {channels: 1}", 100),
    ])
    func theWindowGrowsWithWhatMustNotStarve(more: String, window: Int) throws {
        let few = try scenario(minimal)
        let many = try scenario(minimal + more)
        #expect(
            SaturationLoad(few, points: [few, many], warmUp: .zero, measure: .seconds(1)).window == max(window, 2_000))
        #expect(SaturationLoad(many, points: [many], warmUp: .zero, measure: .seconds(1)).window == window)
    }

    @Test func withoutWorkersTheBrokerSetsTheLimit() throws {
        let alone = try scenario(minimal + "workers: {count: 0}")
        let load = SaturationLoad(alone, points: [alone], warmUp: .zero, measure: .seconds(1))
        #expect(load.release == .confirmed)
        #expect(throws: Never.self) { try scenario(minimal + "workers: {count: 0}", set: load.overrides) }
    }

    private let minimal = "phases: [{rate: 1/s, for: 1s}]\n"
}

@Suite struct SweepEndTests {
    /// A sweep over workers in which the generator came to this in each run: of 1, 2, 1 and 2 workers.
    private func sweep(_ judgements: [GeneratorVerdict.Judgement]) -> SweepResult {
        SweepResult(
            campaign: CampaignFacts(
                scenario: ScenarioFacts(name: "t"), startedAt: Date(timeIntervalSince1970: 0), machine: .current()),
            keys: [SweptKey(name: "workers.count", values: ["1", "2"])], repeats: 2, seed: 1, warmUpNanoseconds: 0,
            measureNanoseconds: 1,
            runs: judgements.enumerated().map { index, judgement in
                SweepRun(
                    values: ["\(1 + index % 2)"], repetition: 1 + index / 2, order: index + 1, folder: "",
                    figures: PointFigures(
                        outcome: judgement == .invalid ? .invalid : .measured, judgement: judgement,
                        measuredNanoseconds: 1, offeredPerSecond: 1, throughputPerSecond: 1, usableCores: 1))
            })
    }

    @Test func aPointWithoutARunThatCountsIsNoSuccess() {
        #expect(SweepCommand.status(of: sweep([.valid, .suspect, .invalid, .valid])) == (.success, nil))
        let (status, words) = SweepCommand.status(of: sweep([.invalid, .valid, .invalid, .valid]))
        #expect(status == .invalidRun && status.rawValue == 98 && words == "no run counts at workers.count=1")
        var ended = sweep([.invalid])
        ended.campaign.interrupted = true
        #expect(SweepCommand.status(of: ended).0 == .interrupted)
    }

    @Test func aSearchThatFoundOnlyTheGeneratorsLimitIsNone() {
        var result = sweep([])
        result.mode = .capacity
        result.capacities = [
            CapacityPoint(values: ["1"], outcome: .generatorLimited, ratePerSecond: 9),
            CapacityPoint(values: ["2"], outcome: .generatorLimited),
        ]
        #expect(SweepCommand.status(of: result) == (.invalidRun, "no run counts at workers.count=2"))
    }
}

@Suite struct RemainingTimeTests {
    @Test func aSearchIsExpectedToTakeItsProbes() {
        let timing = ProbeTiming(warmUp: .seconds(2), measure: .seconds(10), mostProbes: 12)
        var remaining = RemainingTime(expected: timing.expectedSearch)
        #expect(remaining.words(forRuns: 2) == "about 9 min left")
        remaining.add(.seconds(60))
        #expect(remaining.words(forRuns: 1) == "about 60 s left")
    }
}

@Suite struct CoreLayoutTests {
    private func layout(
        _ cores: [[Int]], embedded: Bool = true, here: Bool = true, workers: Bool = true
    ) -> CoreLayout {
        CoreLayout(cores: cores, isBrokerEmbedded: embedded, isBrokerHere: here, hasWorkers: workers)
    }

    @Test func coresAreDealtOutToTheRoles() {
        let eight = (0..<8).map { [$0] }
        #expect(layout(eight).override == "cpus={generator: '0', broker: '1', workers: '2-7'}")
        #expect(layout(Array(eight[..<3])).override == "cpus={generator: '0', broker: '1', workers: '2'}")
        #expect(layout((0..<16).map { [$0] }).override == "cpus={generator: '0-1', broker: '2-3', workers: '4-15'}")
        #expect(layout(eight).note == nil)
    }

    @Test func aBrokerThatSomebodyElseStartedKeepsCoresFree() {
        let four = (0..<4).map { [$0] }
        #expect(layout(four, embedded: false).override == "cpus={generator: '0', workers: '2-3'}")
        #expect(layout(four, embedded: false, here: false).override == "cpus={generator: '0', workers: '1-3'}")
        #expect(layout([[0], [1]], embedded: false, here: false).override == "cpus={generator: '0', workers: '1'}")
    }

    @Test func twoThreadsOfACoreStayTogetherWhereThereAreEnough() {
        let cores = (0..<4).map { [$0, $0 + 4] }
        #expect(layout(cores).override == "cpus={generator: '0,4', broker: '1,5', workers: '2-3,6-7'}")
        #expect(layout([[0, 2], [1, 3]]).override == "cpus={generator: '0', broker: '2', workers: '1,3'}")
    }

    @Test func whereThereAreTooFewTheReaderIsTold() {
        let two = layout([[0], [1]])
        #expect(two.cpus == nil && two.override == nil)
        #expect(two.note?.hasPrefix("The generator, broker and workers had to share 2 cores") == true)
        #expect(layout([[5]], here: false).note?.hasPrefix("The generator and workers had to share 1 core:") == true)
        #expect(layout([[0], [1], [2]], workers: false) == CoreLayout())
    }

    @Test func theSectionIsOneThatScenariosKnow() throws {
        let override = try #require(layout((0..<8).map { [$0] }).override)
        let text = Array("phases: [{rate: 1/s, for: 1s}]".utf8)
        let scenario = try ScenarioFile(bytes: text, path: "t.yaml", overrides: [override], environment: [:]).scenario
        #expect(scenario.cpus.generator == [0] && scenario.cpus.workers == [2, 3, 4, 5, 6, 7])
    }
}
