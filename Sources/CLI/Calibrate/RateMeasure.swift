import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Logging
import NIOCore
import NIOPosix

/// Measures how fast the real engine sends into a sink: publisher, confirms, schedule, accounting and all.
///
/// A short closed loop finds the order of magnitude; then an open loop asks for more than that, so that nothing but the
/// generator (or the sink) is the limit, for as long as the measure lasts.
struct RateMeasure: Sendable {
    static let pilotSeconds = 0.25
    /// Bodies that differ, in two kinds, as in a real load; fewer of large ones, which need memory.
    static let bodies = 256
    static let bodiesBytes = 8 << 20
    /// So many messages may be unconfirmed, so that waiting for the sink is not what is measured.
    static let confirmWindow = 10_000

    let uri: String
    let sink: Int32?
    let seconds: Double
    let logger: Logger

    /// The rate with so many connections and bodies of that size.
    func rate(connections: Int, bodyBytes: Int) async throws -> CalibratedRate {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: Orchestrator.threads(connections: connections))
        do {
            var asked = try await send(
                connections, bodyBytes, on: group,
                .closed(window: Self.confirmWindow * connections, releasesOnConfirm: true), for: Self.pilotSeconds
            ).perSecond
            var found: CalibratedRate
            repeat {
                asked = max(asked * 1.5, 1_000)
                found = try await send(connections, bodyBytes, on: group, .open(.constant(asked)), for: seconds)
                // All that was asked for was sent: the limit lies higher.
            } while found.perSecond > asked * 0.95
            try await group.shutdownGracefully()
            return found
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func send(
        _ connections: Int, _ bodyBytes: Int, on group: MultiThreadedEventLoopGroup, _ shape: LoadPlan.Phase.Shape,
        for seconds: Double
    ) async throws -> CalibratedRate {
        let driver = try AMQPLoadDriver(uris: [uri], on: group.next(), logger: logger)
        // An open loop that is behind would go on sending: it is ended when its time is over.
        let plan = plan(connections, bodyBytes, shape, seconds: seconds + 1)
        let run = LoadRun(plan: plan, driver: driver, group: group, logger: logger)
        do {
            try await run.connect()
        } catch {
            await run.disconnect()
            throw error
        }
        var sampler = sink.map { ProcessSampler(pid: $0) }
        let sinkBefore = sampler?.sample()
        let cpuBefore = ProcessClock.nowNanoseconds()
        let ending = Task {
            try await Task.sleep(for: .seconds(seconds))
            run.interrupt()
        }
        try await run.execute { _ in }
        ending.cancel()
        let cpu = ProcessClock.nowNanoseconds() - cpuBefore
        let sinkAfter = sampler?.sample()
        let outcome = try await run.close()
        _ = await driver.cleanUp()
        if let failure = outcome.failures.first { throw CommandFailure(.unreachable, failure) }
        guard let phase = outcome.phases.first, phase.endNanoseconds > phase.startNanoseconds else {
            throw CommandFailure(.internalError, "the sink took no message")
        }
        let length = Double(phase.endNanoseconds - phase.startNanoseconds) / 1e9
        let sent = Double(phase.books.published)
        var sinkCores: Double?
        if let sinkBefore, let sinkAfter, sinkAfter.timeNanoseconds > sinkBefore.timeNanoseconds {
            sinkCores =
                Double(sinkAfter.cpuNanoseconds - sinkBefore.cpuNanoseconds)
                / Double(sinkAfter.timeNanoseconds - sinkBefore.timeNanoseconds)
        }
        return CalibratedRate(
            connections: connections, bodyBytes: bodyBytes, perSecond: sent / length,
            cpuSecondsPerMillion: sent > 0 ? Double(cpu) / 1e9 / sent * 1e6 : 0, sinkCores: sinkCores)
    }

    private func plan(
        _ connections: Int, _ bodyBytes: Int, _ shape: LoadPlan.Phase.Shape, seconds: Double
    ) -> LoadPlan {
        let bodies = max(2, min(Self.bodies, Self.bodiesBytes / max(bodyBytes, 1)))
        var random = SystemRandomNumberGenerator()
        let templates = (0..<bodies).map { _ in
            var body: [UInt8] = []
            body.reserveCapacity(bodyBytes + 8)
            while body.count < bodyBytes { withUnsafeBytes(of: random.next()) { body.append(contentsOf: $0) } }
            body.removeLast(body.count - bodyBytes)
            return MessageTemplate(body: body, documentIDOffset: nil, timestampOffset: nil, deletes: false)
        }
        func queue(_ part: String) -> QueuePlan { QueuePlan(name: "rafale_calibrate_\(part)", durable: false) }
        let topology = LoadTopology(
            exchange: "", exchangeKind: "direct", exchangeDurable: false, exchangeArguments: [],
            incoming: [queue("incoming")], processed: [queue("processed")],
            failed: [queue("failed")], keepQueues: false)
        let half = bodies / 2
        return LoadPlan(
            seed: 1, spacing: .uniform,
            phases: [LoadPlan.Phase(name: "calibrate", shape: shape, end: .after(seconds: seconds), measured: true)],
            kinds: [
                .init(weight: 1, templates: 0..<half, deletes: false, updates: true),
                .init(weight: 1, templates: half..<bodies, deletes: false, updates: true),
            ],
            topology: topology,
            publisher: PublisherSettings(
                run: RunID(rawValue: UInt32.random(in: 0...UInt32.max)), exchange: "",
                routingKey: topology.incoming[0].name, templates: templates),
            connections: connections, confirmWindow: Self.confirmWindow, collectors: 0, collectorPrefetch: 0,
            awaitsOutcome: false, scheduleDebtNanoseconds: .max, drain: .seconds(10), purge: true)
    }
}
