import Foundation
import Testing

@testable import LoadMetrics

@Suite struct CoreAffinityTests {
    @Test(arguments: [
        ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-1,8,10-11\n", [0, 1, 8, 10, 11]), ("3,1,2-2", [1, 2, 3]),
    ])
    func listsAreRead(text: String, cores: [Int]) {
        #expect(CoreAffinity.cores(list: text) == cores)
    }

    @Test(arguments: ["", "a", "1-", "-1", "3-2", "1-2-3", "1,,2", "9999999", "0-99999999999999999999"])
    func whatIsNoListIsNone(text: String) {
        #expect(CoreAffinity.cores(list: text) == nil)
    }

    @Test(arguments: [([0], "0"), ([0, 1, 2], "0-2"), ([5, 0, 1, 7, 6], "0-1,5-7"), ([2, 2, 4], "2,4"), ([], "")])
    func listsAreWrittenShort(cores: [Int], text: String) {
        #expect(CoreAffinity.list(cores) == text)
    }

    @Test func thisProcessMayRunSomewhere() throws {
        let allowed = try #require(CoreAffinity.allowed())
        #expect(!allowed.isEmpty && allowed.count == MachineFacts.current().usableCores)
        // What it may use already changes nothing; a core that does not exist is refused.
        #expect(CoreAffinity.pinThisProcess(to: allowed))
        #expect(!CoreAffinity.pinThisProcess(to: [CoreAffinity.maximum - 1]))
        #expect(CoreAffinity.allowed() == allowed)
    }
}

@Suite struct CoreMeterTests {
    @Test func ticksAreReadByCore() {
        let text = """
            cpu  30 0 30 140 0 0 0 0 0 0
            cpu0 10 1 20 60 5 2 1 3 7 0
            cpu12 20 0 10 80 0 0 0 0 0 0
            intr 1 2 3
            cpu7 1 1 1 1 1 1 1 1 1 1
            """
        let cores = CoreMeter.parse(stat: text)
        #expect(cores.keys.sorted() == [0, 12], "what follows the other lines is none")
        #expect(cores[0] == .init(busy: 34, stolen: 3, all: 102))
        #expect(cores[12] == .init(busy: 30, stolen: 0, all: 110))
        #expect(CoreMeter.parse(stat: "cpu0 1 2 3\ncpux 1 2 3 4 5 6 7 8\n").isEmpty)
    }

    @Test func aBusyCoreIsSeenInItsPhaseAlone() throws {
        var meter = CoreMeter()
        let end = Monotonic.nowNanoseconds() + 200_000_000
        var sum = 0.0
        while Monotonic.nowNanoseconds() < end { sum += Double(sum.bitPattern & 0xFF).squareRoot() }
        meter.second(phase: 1)
        let use = try #require(meter.use(in: [1]))
        #expect(use.map(\.busy).max() ?? 0 > 0.3 && use.allSatisfy { $0.busy <= 1.01 && $0.busy >= 0 })
        #expect(use.map(\.core) == use.map(\.core).sorted())
        #expect(meter.use(in: [0, 2]) == nil)
    }
}

@Suite struct HardwareCountersTests {
    /// The counting itself is proved by an event that every kernel has: CPU time.
    @Test func eventsOfThisProcessAreCounted() throws {
        guard
            let counters = HardwareCounters(
                pid: getpid(), instructions: HardwareCounters.Event.taskClock, cycles: HardwareCounters.Event.taskClock)
        else {
            // Forbidden by the system: nothing to prove here, and runs then say nothing of instructions.
            #expect(HardwareCounters(pid: getpid()) == nil)
            return
        }
        let before = try #require(counters.counts())
        let started = ProcessClock.nowNanoseconds()
        var sum = 0.0
        while ProcessClock.nowNanoseconds() - started < 100_000_000 {
            sum += Double(sum.bitPattern & 0xFF).squareRoot()
        }
        let after = try #require(counters.counts())
        #expect(after.instructions - before.instructions >= 50_000_000)
        #expect(after.cycles - before.cycles >= 50_000_000)
    }

    @Test func aProcessThatIsNotThereIsNotCounted() {
        #expect(HardwareCounters(pid: Int32.max) == nil)
    }
}

@Suite struct PointFiguresTests {
    private func role(_ role: RunRole, _ name: String, measured: MeasuredUse?, pinned: [Int]? = nil) -> RoleResult {
        var result = RoleResult(
            role: role, name: name, wallNanoseconds: 20_000_000_000, userNanoseconds: 30_000_000_000,
            systemNanoseconds: 0, peakResidentBytes: 100, voluntarySwitches: 5_000, messages: 20_000)
        result.measured = measured
        result.pinnedCores = pinned
        return result
    }

    private func result(_ roles: [RoleResult]) -> RunResult {
        var latency = LatencyHistogram()
        for milliseconds in Int64(1)...100 { latency.record(milliseconds * 1_000_000) }
        var machine = MachineFacts.current()
        machine.usableCores = 4
        return RunResult(
            scenario: ScenarioFacts(name: "t"), run: RunFacts(id: "0", startedAt: Date(timeIntervalSince1970: 0)),
            machine: machine, books: Books(failed: 2, lost: 1),
            totals: Figures(
                durationNanoseconds: 10_000_000_000, books: Books(offered: 10_500), carried: 10_000,
                latencies: [.endToEnd: latency]),
            roles: roles, cores: [CoreUse(core: 0, busy: 0.5)],
            thresholds: [ThresholdResult(text: "lost == 0", verdict: .failed, observed: 1, unit: .messages)],
            generator: GeneratorVerdict(.suspect, reason: "Near."))
    }

    @Test func onlyTheMeasuredPhasesCount() throws {
        let use = MeasuredUse(
            wallNanoseconds: 10_000_000_000, cpuNanoseconds: 5_000_000_000, voluntarySwitches: 1_000,
            involuntarySwitches: 100, runQueueWaitNanoseconds: 2_000_000_000, instructions: 40_000, cycles: 20_000)
        let figures = PointFigures(
            result([
                role(.generator, "generator", measured: use, pinned: [0]), role(.worker, "worker-1", measured: use),
                role(.worker, "worker-2", measured: use),
            ]), lanesPerWorker: 2)
        #expect(figures.throughputPerSecond == 1_000 && figures.offeredPerSecond == 1_050)
        #expect(figures.judgement == .suspect && figures.reason == "Near.")
        #expect(figures.brokenThresholds == ["lost == 0"] && figures.lost == 1 && figures.failed == 2)
        let p99 = try #require(figures.endToEndP99Nanoseconds)
        #expect(abs(p99 - 99_000_000) < 1_000_000)
        let workers = try #require(figures.role(.worker))
        #expect(workers.processes == 2 && workers.lanes == 4 && workers.residentBytes == 200)
        #expect(workers.coresBusy == 1 && workers.cpuSecondsPerMillion == 1_000)
        #expect(workers.voluntarySwitchesPerSecond == 200 && workers.involuntarySwitchesPerSecond == 20)
        #expect(workers.threadsWaiting == 0.4)
        #expect(workers.instructionsPerMessage == 8 && workers.instructionsPerCycle == 2)
        #expect(figures.role(.generator)?.pinnedCores == [0] && figures.role(.broker) == nil)
        #expect(figures.cores == [CoreUse(core: 0, busy: 0.5)])
    }

    @Test func whatWasNotJudgedIsNotBroken() {
        var result = result([role(.worker, "worker-1", measured: nil)])
        result.thresholds[0].verdict = .notJudged
        result.generator = GeneratorVerdict(.invalid, reason: "Late.")
        let figures = PointFigures(result)
        #expect(figures.brokenThresholds.isEmpty && !figures.counts)
    }

    @Test func aResultOfAnEarlierVersionIsTakenWhole() throws {
        let figures = PointFigures(result([role(.worker, "worker-1", measured: nil)]))
        let workers = try #require(figures.role(.worker))
        #expect(workers.coresBusy == 1.5 && workers.cpuSecondsPerMillion == 1_500 && workers.lanes == nil)
        #expect(workers.cyclesPerMessage == nil && figures.busyThreads == nil && !figures.isOversubscribed)
    }

    @Test func moreThreadsThanCoresAreSeen() {
        func isOversubscribed(workers: Int, lanes: Int, broker: Bool, pinned: [Int]? = nil) -> Bool {
            var roles = (1...workers).map { role(.worker, "worker-\($0)", measured: nil, pinned: pinned) }
            if broker { roles.append(role(.broker, "broker", measured: nil)) }
            return PointFigures(result(roles), lanesPerWorker: lanes).isOversubscribed
        }
        #expect(!isOversubscribed(workers: 2, lanes: 1, broker: true))
        #expect(isOversubscribed(workers: 3, lanes: 1, broker: true))
        #expect(!isOversubscribed(workers: 3, lanes: 1, broker: false))
        #expect(isOversubscribed(workers: 1, lanes: 4, broker: false))
        #expect(isOversubscribed(workers: 2, lanes: 1, broker: true, pinned: [3]))
    }

    @Test func whatIsUnknownInOnePartIsUnknownInTheSum() {
        var use = MeasuredUse(wallNanoseconds: 1, cpuNanoseconds: 2, runQueueWaitNanoseconds: 3, cycles: 4)
        use.merge(MeasuredUse(wallNanoseconds: 1, cpuNanoseconds: 2, runQueueWaitNanoseconds: 3))
        #expect(use == MeasuredUse(wallNanoseconds: 2, cpuNanoseconds: 4, runQueueWaitNanoseconds: 6))
    }
}

@Suite struct CampaignResultTests {
    private static let figures = PointFigures(
        outcome: .measured, judgement: .valid, measuredNanoseconds: 10, offeredPerSecond: 2, throughputPerSecond: 1,
        usableCores: 2)
    private static let facts = CampaignFacts(
        scenario: ScenarioFacts(name: "t"), startedAt: Date(timeIntervalSince1970: 0), machine: .current())

    @Test func aSweepIsReadAsItWasWritten() throws {
        let sweep = SweepResult(
            campaign: Self.facts, keys: [SweptKey(name: "workers.count", values: ["1", "2"])], repeats: 3, seed: 8,
            warmUpNanoseconds: 1, measureNanoseconds: 2, window: 2_000,
            runs: [SweepRun(values: ["1"], repetition: 1, order: 1, folder: "runs/1", figures: Self.figures)])
        #expect(try SweepResult(json: sweep.json()) == sweep)
        #expect(sweep.keys[0].numbers == [1, 2] && SweptKey(name: "a", values: ["1", "x"]).numbers == nil)
        #expect(throws: DocumentError.self) { try CapacityResult(json: sweep.json()) }
    }

    @Test func aCapacityIsReadAsItWasWritten() throws {
        let probe = CapacityProbe(
            ratePerSecond: 100, verdict: .fails, reason: "slow",
            limits: [
                LimitFinding(text: "a", verdict: .fails, observed: 3, low: 1, high: .infinity, unit: .nanoseconds)
            ],
            backlog: BacklogFinding(verdict: .holds, slopePerSecond: 0, lowPerSecond: -1, highPerSecond: 1),
            folders: ["runs/1"], measuredNanoseconds: 1, figures: Self.figures)
        let capacity = CapacityResult(
            campaign: Self.facts, limits: ["a"], key: "workers.count",
            points: [CapacityPoint(values: ["1"], outcome: .found, ratePerSecond: 99, probes: [probe])],
            target: CapacityTarget(
                ratePerSecond: 1, candidates: [1], workers: 1, answer: "One.",
                probes: [.init(workers: 1, probe: probe)]))
        #expect(try CapacityResult(json: capacity.json()) == capacity)
    }
}
