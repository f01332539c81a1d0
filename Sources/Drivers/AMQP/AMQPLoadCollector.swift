import AMQPClient
import AMQPProtocol
import NIOCore
import Synchronization

/// One connection that reads queues of the run back, on one or more channels.
///
/// Lives on its event loop, like its delegate.
final class AMQPLoadCollector: LoadCollector {
    let eventLoop: any EventLoop
    private let connection: RecoveringConnection
    private let topology: LoadTopology
    private let lanes: [CollectorLane]
    private let startDelay: TimeAmount?
    private let delegate: any LoadCollectorDelegate
    private let isClosing = Mutex(false)

    init(
        _ connection: RecoveringConnection, settings: CollectorSettings, topology: LoadTopology,
        delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) {
        self.connection = connection
        self.eventLoop = eventLoop
        self.topology = topology
        self.delegate = delegate
        startDelay = settings.startDelayNanoseconds > 0 ? .nanoseconds(settings.startDelayNanoseconds) : nil
        let queues = topology.queues(settings.roles)
        lanes = (0..<settings.channels).map { index in
            CollectorLane(
                index, settings: settings, delegate: delegate, on: eventLoop,
                queues: Self.share(of: settings.firstChannel + index, among: settings.totalChannels, queues))
        }
    }

    /// The queues of one channel: every queue has one at least, and every channel too.
    ///
    /// Where all belong together, as a pipeline's results do, one channel has all of them.
    static func share<Queue>(of channel: Int, among channels: Int, _ queues: [Queue]) -> [Queue] {
        guard !queues.isEmpty else { return [] }
        if channels >= queues.count { return channels == 1 ? queues : [queues[channel % queues.count]] }
        return queues.indices.filter { $0 % channels == channel % channels }.map { queues[$0] }
    }

    func open() async throws(AMQPClientError) {
        try await connection.start()
        try await connection.declare(Topology(topology))
        for lane in lanes {
            if startDelay != nil { try await lane.holdBack() }
            _ = try await connection.addChannel(delegate: lane) { channel in try await lane.begin(channel) }
        }
        if let startDelay {
            let lanes = lanes
            eventLoop.scheduleTask(in: startDelay) { for lane in lanes { lane.startHeldBack() } }
        }
        watchEnd()
    }

    /// Tells of a connection that is not made again.
    private func watchEnd() {
        Task {
            await connection.waitUntilEnded()
            guard !isClosing.withLock({ $0 }) else { return }
            let reason = connection.lastError.map { "\($0)" } ?? "it is not to be made again"
            eventLoop.execute { self.delegate.collectorFailed(DriverError(.unreachable, reason)) }
        }
    }

    var unsettled: Int { lanes.reduce(0) { $0 + $1.unsettled } }

    func close() async {
        isClosing.withLock { $0 = true }
        for lane in lanes { await lane.finish() }
        await connection.close()
    }
}

/// A queue that a channel reads.
struct CollectedQueue: Sendable {
    var name: String
    var role: QueueRole
    /// The branch of the pipeline to which it belongs.
    var branch: UInt8 = 0

    /// Whose outcomes are in it.
    struct Place: Equatable {
        var role: QueueRole
        var branch: UInt8
    }

    /// Whose outcomes are in it.
    var place: Place { Place(role: role, branch: branch) }
}

extension LoadTopology {
    /// The queues of the given roles, in their order.
    func queues(_ roles: [QueueRole]) -> [CollectedQueue] {
        roles.flatMap { role in
            queues(role).enumerated().map { number, queue in
                CollectedQueue(name: queue.name, role: role, branch: UInt8(branch(ofQueue: number)))
            }
        }
    }
}
