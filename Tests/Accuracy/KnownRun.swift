import Drivers
import LoadGenerator
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import Scenarios
import Synchronization

/// A run of the real engine against a known peer: what it reports, and what really happened.
struct KnownRun: Sendable {
    var outcome: LoadOutcome
    var samples: [SecondSample]
    var record: PeerRecord
    /// When the generator's thread could not run.
    var generatorStolen: StolenTime.Account
    /// When the peer's thread could not run.
    var peerStolen: StolenTime.Account

    /// Runs a scenario, given without its broker and workers, to its end; one that reads no outcomes is over when all is
    /// confirmed.
    init(_ scenario: String, readsOutcomes: Bool = true, against plan: PeerPlan) async throws {
        let scenario = "workers: {\(readsOutcomes ? "external: true" : "count: 0")}\n" + scenario
        let ((parts, peerStolen), record) = try await KnownPeer.use(plan) { port, peerLoop in
            try await StolenTime.watch(peerLoop) { try await Self.load(scenario, port: port) }
        }
        (outcome, samples, generatorStolen) = parts
        self.record = record
        self.peerStolen = peerStolen
    }

    private static func load(
        _ scenario: String, port: Int
    ) async throws -> (LoadOutcome, [SecondSample], StolenTime.Account) {
        let text = "broker: {url: 'amqp://guest:guest@127.0.0.1:\(port)/'}\n" + scenario
        let file = try ScenarioFile(bytes: Array(text.utf8), path: "accuracy.yaml", environment: [:])
        // One thread, as `rafale run` has it on two cores.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let logger = Logger(label: "accuracy") { _ in SwiftLogNoOpLogHandler() }
            let driver = try AMQPLoadDriver(
                uris: ["amqp://guest:guest@127.0.0.1:\(port)/"], on: group.next(), logger: logger)
            var plan = LoadPlan(file.scenario, run: KnownPeer.run, purge: false, keepsQueues: true)
            plan.sharesClock = true
            let run = LoadRun(plan: plan, driver: driver, group: group, logger: logger)
            let samples = Mutex<[SecondSample]>([])
            try await run.connect()
            let (_, stolen) = try await StolenTime.watch(group.next()) {
                try await run.execute { sample in samples.withLock { $0.append(sample) } }
            }
            let outcome = try await run.close()
            _ = await driver.cleanUp()
            try await group.shutdownGracefully()
            return (outcome, samples.withLock { $0 }, stolen)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// The messages intended in a phase, with their numbers.
    func messages(ofPhase index: Int) -> [PeerRecord.Message] {
        let phase = outcome.phases[index]
        let range = phase.startNanoseconds..<phase.endNanoseconds
        return record.received.filter { range.contains($0.intended) }
    }
}

/// Durations as they really were: each between two values, for every look at a clock takes place a moment before or
/// behind the event.
struct TrueTimes {
    private var earliest: [Int64]
    private var latest: [Int64]

    init(_ ranges: [ClosedRange<Int64>]) {
        earliest = ranges.map(\.lowerBound).sorted()
        latest = ranges.map(\.upperBound).sorted()
    }

    var count: Int { earliest.count }

    /// The percentile of the durations, by nearest rank, as two bounds.
    func percentile(_ p: Double) -> ClosedRange<Int64> {
        guard !earliest.isEmpty else { return 0...0 }
        let rank = min(earliest.count, max(1, Int((p * Double(earliest.count) / 100 - 1e-9).rounded(.up))))
        return earliest[rank - 1]...max(earliest[rank - 1], latest[rank - 1])
    }
}

extension KnownRun {
    /// From the intended time to what the peer sent, as the generator may have read it.
    func trueTimes(ofPhase index: Int, to moment: KeyPath<PeerRecord.Message, PeerRecord.Moment?>) -> TrueTimes {
        TrueTimes(
            messages(ofPhase: index).compactMap { message in
                guard let sent = message[keyPath: moment] else { return nil }
                let latest = sent.after + generatorStolen.delay(at: sent.after)
                return sent.before - message.intended...max(sent.before, latest) - message.intended
            })
    }
}
