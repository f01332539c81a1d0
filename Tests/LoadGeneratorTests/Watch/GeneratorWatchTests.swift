import Drivers
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import LoadGenerator

#if canImport(Glibc)
    import Glibc
#endif

/// What the generator sees of itself, against loads whose cost is known.
@Suite(.serialized) struct GeneratorWatchTests {
    private func outcome(
        rates: [Double], seconds: Double, fate: @escaping @Sendable (UInt64) -> ScriptedPipeline.Fate
    ) async throws -> LoadOutcome {
        let queue = QueuePlan(name: "q", durable: true)
        let plan = LoadPlan(
            seed: 3, spacing: .uniform,
            phases: rates.enumerated().map {
                LoadPlan.Phase(
                    name: "\($0.offset)", shape: .open(.constant($0.element)), end: .after(seconds: seconds),
                    measured: true)
            },
            kinds: [.init(weight: 1, templates: 0..<1, deletes: false, updates: true)],
            topology: LoadTopology(
                exchange: "", exchangeKind: "direct", exchangeDurable: true, exchangeArguments: [],
                incoming: [queue], processed: [queue], failed: [queue], keepQueues: false),
            publisher: PublisherSettings(
                run: RunID(rawValue: 1), exchange: "", routingKey: "q",
                templates: [MessageTemplate(body: [], documentIDOffset: nil, timestampOffset: nil, deletes: false)]),
            connections: 1, confirmWindow: 1000, collectors: 1, collectorPrefetch: 100, awaitsOutcome: true,
            scheduleDebtNanoseconds: 10_000_000_000, drain: .milliseconds(100), purge: false)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let run = LoadRun(
            plan: plan, driver: ScriptedPipeline(fate: fate), group: group, logger: Logger(label: "test"))
        try await run.connect()
        try await run.execute { _ in }
        let outcome = try await run.close()
        try await group.shutdownGracefully()
        return outcome
    }

    /// Works until the calling thread has had so much CPU time, however long that takes.
    private static func burn(nanoseconds: Int64) {
        let end = CPUClock.system.threadNanoseconds() + nanoseconds
        while CPUClock.system.threadNanoseconds() < end {}
    }

    @Test func eachPhaseHasTheCPUThatWasUsedInIt() async throws {
        // 20 messages of 2 ms of work in a second, then a second of almost nothing: a share that even a busy machine
        // leaves it.
        let outcome = try await outcome(rates: [20, 1], seconds: 1) { sequence in
            if sequence < 20 { Self.burn(nanoseconds: 2_000_000) }
            return .confirmedThenLost
        }
        let busy = outcome.phases[0].evidence
        let idle = outcome.phases[1].evidence
        #expect(abs(busy.watchedNanoseconds - 1e9) < 0.1e9 && abs(idle.watchedNanoseconds - 1e9) < 0.1e9)
        let work = try #require(busy.loops.map(\.runNanoseconds).max())
        let rest = try #require(idle.loops.map(\.runNanoseconds).max())
        // Looks are a quarter of a second apart, more on a busy machine: some of the work may be counted to the other
        // side of the border, none may be missing.
        #expect(work + rest > 0.035e9 && work + rest < 0.5e9, "\(work) + \(rest)")
        #expect(busy.processNanoseconds + idle.processNanoseconds >= (work + rest) * 0.99)
        #expect((busy.cores ?? 0) > 0 && (busy.busiestLoopShare ?? 0) > 0)
        #expect(busy.allTicks > 0 && busy.connectionNanoseconds > 0 && busy.pushedBackNanoseconds == 0)
    }

    @Test func aLoopThatStandsStillIsSeenForAsLongAsItDoes() async throws {
        let outcome = try await outcome(rates: [50], seconds: 1) { sequence in
            if sequence == 25 { usleep(400_000) }
            return .confirmedThenLost
        }
        let delay = outcome.phases[0].evidence.loopDelay
        #expect(delay.count >= 90, "one probe in 10 ms, those that were missed too: \(delay.count)")
        #expect(delay.max >= 380_000_000 && delay.max < 2_000_000_000)
        // Forty probes of a hundred fell into the stop, each with its own delay.
        let share = 1 - delay.fraction(atOrBelow: 100_000_000)
        #expect(share > 0.2 && share < 0.6, "\(share)")
        let verdict = GeneratorJudge(outcome, .init(usableCores: 2)).verdict()
        #expect(verdict.judgement == .invalid, "\(verdict.reason)")
    }
}
