import Drivers
import LoadMetrics
import Logging
import NIOPosix
import Synchronization
import Testing

@testable import LoadGenerator

@Suite struct LoadRunTests {
    private func plan(
        _ phases: [LoadPlan.Phase], connections: Int = 2, channels: Int = 1, window: Int = 1000,
        drain: Duration = .seconds(10)
    ) -> LoadPlan {
        let queue = QueuePlan(name: "q", durable: true)
        var plan = LoadPlan(
            seed: 3, spacing: .uniform, phases: phases,
            kinds: [.init(weight: 1, templates: 0..<1, deletes: false, updates: true)],
            topology: LoadTopology(
                exchange: "", exchangeKind: "direct", exchangeDurable: true, exchangeArguments: [], incoming: [queue],
                processed: [queue], failed: [queue], keepQueues: false),
            publisher: PublisherSettings(
                run: RunID(rawValue: 1), exchange: "", routingKey: "q",
                templates: [MessageTemplate(body: [], documentIDOffset: nil, timestampOffset: nil, deletes: false)],
                channels: channels),
            connections: connections, confirmWindow: window, collectors: 1, collectorPrefetch: 100,
            awaitsOutcome: true, scheduleDebtNanoseconds: 10_000_000_000, drain: drain, purge: false)
        plan.sharesClock = true
        return plan
    }

    private func open(_ name: String, rate: Double, count: UInt64, measured: Bool = true) -> LoadPlan.Phase {
        LoadPlan.Phase(name: name, shape: .open(.constant(rate)), end: .count(count), measured: measured)
    }

    private func execute(
        _ plan: LoadPlan, _ pipeline: ScriptedPipeline, interruptAfter: UInt64? = nil
    ) async throws -> (LoadOutcome, [SecondSample]) {
        let run = LoadRun(
            plan: plan, driver: pipeline, group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        try await run.connect()
        let samples = Mutex<[SecondSample]>([])
        try await run.execute { sample in
            samples.withLock { $0.append(sample) }
            if let interruptAfter, samples.withLock({ $0.reduce(0) { $0 + $1.published } }) >= interruptAfter {
                run.interrupt()
            }
        }
        return (try await run.close(), samples.withLock { $0 })
    }

    @Test func everyFateIsCountedExactly() async throws {
        let fates = ScriptedPipeline.Fate.allCases
        let pipeline = ScriptedPipeline { fates[Int($0) % fates.count] }
        let count = UInt64(fates.count) * 100
        let (outcome, _) = try await execute(
            plan([open("only", rate: 50_000, count: count)], drain: .milliseconds(300)), pipeline)
        let books = outcome.phases[0].books
        #expect(outcome.phases[0].offered == count)
        #expect(books.published == count)
        #expect(books.processed == 200)
        #expect(books.duplicated == 100)
        #expect(books.failed == 300)
        #expect(books.returned == 100)
        #expect(books.nacked == 100)
        #expect(books.missing == 100)
        #expect(books.unconfirmed == 100)
        #expect(!outcome.drained)
        #expect(outcome.phases[0].endToEnd.count == 200)
        #expect(outcome.phases[0].queueWait.percentile(50) == 1000)
        #expect(outcome.phases[0].service.percentile(50) == 2000)
    }

    private func closed(_ name: String, window: Int, count: UInt64) -> LoadPlan.Phase {
        LoadPlan.Phase(
            name: name, shape: .closed(window: window, releasesOnConfirm: false), end: .count(count), measured: true)
    }

    @Test func outcomesWithoutTheirTimeHaveThatOfTheirNumber() async throws {
        let pipeline = ScriptedPipeline(echo: .identityAlone) { _ in .processed }
        var plan = plan([open("first", rate: 5_000, count: 1_000), closed("second", window: 50, count: 5_000)])
        plan.keepsIntendedTimes = true
        let (outcome, _) = try await execute(plan, pipeline)
        #expect(outcome.unstamped == 0 && outcome.drained)
        for (phase, count) in zip(outcome.phases, [1_000, 5_000] as [UInt64]) {
            #expect(phase.endToEnd.count == count && phase.endToEndService.count == count, "\(phase.name)")
            #expect(phase.endToEnd.max < 5_000_000_000 && phase.endToEnd.negativeCount == 0, "\(phase.name)")
            #expect(phase.queueWait.isEmpty && phase.service.isEmpty)
        }
    }

    @Test func withoutKeptTimesSuchOutcomesCountWithoutALatency() async throws {
        let pipeline = ScriptedPipeline(echo: .identityAlone) { _ in .processed }
        let (outcome, _) = try await execute(plan([open("only", rate: 5_000, count: 500)]), pipeline)
        #expect(outcome.unstamped == 500 && outcome.phases[0].books.processed == 500)
        #expect(outcome.phases[0].endToEnd.isEmpty)
    }

    @Test func outcomesThatSayNothingAreCountedAndMakeRoom() async throws {
        let pipeline = ScriptedPipeline(echo: .nothing) { _ in .processed }
        let start = ContinuousClock.now
        let (outcome, _) = try await execute(
            plan([closed("only", window: 20, count: 1_000)], drain: .seconds(60)), pipeline)
        #expect(ContinuousClock.now - start < .seconds(30), "the drain ends when as many came back as were sent")
        #expect(outcome.uncorrelated == 1_000)
        #expect(outcome.phases[0].books.published == 1_000 && outcome.phases[0].books.missing == 1_000)
    }

    @Test(arguments: [1, 3])
    func phasesFollowEachOtherAndKeepTheirBooksApart(channels: Int) async throws {
        let pipeline = ScriptedPipeline { _ in .processed }
        let (outcome, samples) = try await execute(
            plan(
                [
                    open("first", rate: 5000, count: 500, measured: false), open("second", rate: 10_000, count: 2000),
                    LoadPlan.Phase(
                        name: "third", shape: .closed(window: 50, releasesOnConfirm: false), end: .count(3000),
                        measured: true),
                    open("fourth", rate: 1000, count: 100),
                ], connections: 3, channels: channels, window: 16), pipeline)
        #expect(outcome.phases.map(\.name) == ["first", "second", "third", "fourth"])
        #expect(outcome.phases.map(\.books.processed) == [500, 2000, 3000, 100])
        #expect(outcome.phases.map(\.endToEnd.count) == [500, 2000, 3000, 100])
        #expect(outcome.phases.map(\.scheduleLag.count) == [500, 2000, 3000, 100])
        #expect(outcome.drained)
        #expect(samples.reduce(0) { $0 + $1.published } == 5600)
        #expect(samples.reduce(0) { $0 + $1.processed } == 5600)
        #expect(samples.reduce(0) { $0 + $1.offered } == 5600)
        #expect(Set(pipeline.stamps.map(\.sequence)).count == 5600)
        let second = pipeline.stamps.filter { (500..<2500).contains($0.sequence) }
        let start = outcome.phases[1].startNanoseconds
        for stamp in second {
            #expect(abs(stamp.intendedNanoseconds - start - Int64(stamp.sequence - 500) * 100_000) <= 1)
        }
    }

    @Test func anInterruptedRunOwesOnlyWhatWasDue() async throws {
        let pipeline = ScriptedPipeline { _ in .processed }
        let (outcome, _) = try await execute(
            plan([open("long", rate: 1000, count: 1_000_000), open("never", rate: 1, count: 1)]), pipeline,
            interruptAfter: 1)
        #expect(outcome.interrupted)
        #expect(outcome.phases.map(\.name) == ["long"])
        let books = outcome.phases[0].books
        #expect(books.published > 0 && books.processed == books.published)
        #expect(outcome.phases[0].offered < 100_000)
        #expect(outcome.phases[0].offered >= books.published)
    }

    @Test func aClosedLoopNeverHasMoreUnderWayThanItsWindow() async throws {
        let pipeline = ScriptedPipeline { _ in .processed }
        let (outcome, samples) = try await execute(
            plan([
                LoadPlan.Phase(
                    name: "saturate", shape: .closed(window: 10, releasesOnConfirm: false), end: .count(5000),
                    measured: true)
            ]), pipeline)
        #expect(outcome.phases[0].books.processed == 5000)
        #expect(samples.allSatisfy { $0.backlog <= 10 })
    }

    @Test func aRefusalAndItsDeadLetterMakeRoomInAClosedLoopOnce() async throws {
        let pipeline = ScriptedPipeline { $0 % 2 == 0 ? .failedThenNacked : .nackedThenFailed }
        let run = LoadRun(
            plan: plan([closed("only", window: 20, count: 500)]), driver: pipeline,
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        try await run.connect()
        try await run.execute { _ in }
        let totals = try await run.totals()
        #expect(totals.published == 500 && totals.nacked == 500 && totals.failed == 500)
        #expect(totals.finished(run.plan) == 500 && totals.refused == 0)
        #expect(run.outstanding.count == 0)
        _ = try await run.close()
    }

    @Test func aPositionKnowsTheNumbersOfAClosedLoopAndOfWhatFollows() async throws {
        let pipeline = ScriptedPipeline { _ in .processed }
        var first = closed("first", window: 30, count: 0)
        first.end = .after(seconds: 0.3)
        let run = LoadRun(
            plan: plan([first, open("second", rate: 1_000, count: 50)], connections: 3), driver: pipeline,
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        try await run.connect()
        try await run.execute { _ in }
        let position = try await run.position()
        let newest = try #require(pipeline.stamps.map(\.sequence).max())
        #expect(position.sequenceBound == newest + 1)
        #expect(position.moment.offered == UInt64(pipeline.stamps.count) && position.moment.open == 0)
        // The connections of the closed loop left numbers unused.
        #expect(position.sequenceBound > position.moment.offered)
        #expect(run.firstUnfinished(at: position) == position.sequenceBound)
        var waiting = position
        waiting.moment.returned -= 10
        // All have an outcome: unused numbers are not taken for messages.
        #expect(run.firstUnfinished(at: waiting) == position.sequenceBound)
        _ = try await run.close()
    }

    @Test func aClosedLoopEndsAtItsTimeWhenNothingComesBack() async throws {
        // Long enough for the loop to get its turn beside tests that keep every core busy.
        let pipeline = ScriptedPipeline { $0 < 100 ? .processed : .neverAnswered }
        let (outcome, _) = try await execute(
            plan(
                [
                    LoadPlan.Phase(
                        name: "stuck", shape: .closed(window: 10, releasesOnConfirm: false),
                        end: .after(seconds: 5), measured: true)
                ], connections: 1, drain: .milliseconds(200)), pipeline)
        #expect(outcome.phases[0].books.published == 110)
        #expect(outcome.phases[0].books.processed == 100)
        #expect(outcome.phases[0].books.unconfirmed == 10)
    }

    @Test func aRunWhoseMessagesCannotBeSentGivesUp() async throws {
        // A window of 8 that never opens again: the rest falls due and cannot go.
        let pipeline = ScriptedPipeline { _ in .neverAnswered }
        let (outcome, _) = try await execute(
            plan([open("stuck", rate: 1000, count: 100)], connections: 1, window: 8, drain: .milliseconds(300)),
            pipeline)
        #expect(outcome.phases[0].books.published == 8)
        #expect(outcome.phases[0].books.notSent == 92)
        #expect(outcome.failures.count == 1)
        #expect(GeneratorJudge(outcome, .init(usableCores: 2)).verdict().judgement == .invalid)
    }
}
