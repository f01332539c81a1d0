import Drivers
import LoadMetrics
import NIOCore
import Synchronization

@testable import LoadGenerator

/// A pipeline in memory in which the test decides what becomes of each message.
final class ScriptedPipeline: LoadDriver {
    enum Fate: Sendable, CaseIterable {
        case processed, processedTwice, failed, returned, nacked, confirmedThenLost, neverAnswered
        /// Refused, and dead-lettered by the queue that refused it: its dead letter is read before or behind the refusal.
        case failedThenNacked, nackedThenFailed
    }

    /// What an outcome says of the message it is of.
    enum Echo: Sendable {
        /// Who it is and when it should have been sent.
        case all
        case identityAlone
        case nothing
    }

    private let fate: @Sendable (UInt64) -> Fate
    private let echo: Echo
    private let published = Mutex<[MessageStamp]>([])
    private let collector = Mutex<(any LoadCollectorDelegate, any EventLoop)?>(nil)

    init(echo: Echo = .all, fate: @escaping @Sendable (UInt64) -> Fate) {
        self.echo = echo
        self.fate = fate
    }

    /// What was published, in the order in which it came.
    var stamps: [MessageStamp] { published.withLock { $0 } }

    var system: SystemIdentity { get async { SystemIdentity(product: "script", version: "1") } }

    func prepare(_ topology: LoadTopology, purge: Bool) async throws(DriverError) {}

    func openPublisher(
        _ settings: PublisherSettings, delegate: any LoadPublisherDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> any LoadPublisher {
        Publisher(self, settings.run, delegate, eventLoop)
    }

    func openCollector(
        _ settings: CollectorSettings, delegate: any LoadCollectorDelegate, on eventLoop: any EventLoop
    ) async throws(DriverError) -> (any LoadCollector)? {
        collector.withLock { $0 = (delegate, eventLoop) }
        return Collector(eventLoop: eventLoop)
    }

    func queueDepths(exact: Bool) async throws(DriverError) -> QueueDepths {
        QueueDepths(incoming: 0, processed: 0, failed: 0)
    }

    func cleanUp() async -> [String] { [] }

    private func outcome(_ stamp: MessageStamp, _ role: QueueRole, times: Int) {
        guard let (delegate, eventLoop) = collector.withLock({ $0 }) else { return }
        guard echo != .nothing else {
            return eventLoop.execute {
                for _ in 0..<times { delegate.collectorSawUncorrelated() }
                delegate.collectorReadComplete()
            }
        }
        let isStamped = echo == .all
        eventLoop.execute {
            let message = CollectedMessage(
                role: role, sequence: stamp.sequence,
                intendedNanoseconds: isStamped ? stamp.intendedNanoseconds : nil,
                receivedNanoseconds: isStamped ? stamp.intendedNanoseconds + 1000 : nil,
                serviceNanoseconds: isStamped ? 2000 : nil)
            delegate.collector(received: Array(repeating: message, count: times).span)
            delegate.collectorReadComplete()
        }
    }

    private final class Collector: LoadCollector {
        let eventLoop: any EventLoop
        init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }
        func close() async {}
    }

    private final class Publisher: LoadPublisher, @unchecked Sendable {
        // Reason: touched on its event loop only.
        let eventLoop: any EventLoop
        private let pipeline: ScriptedPipeline
        private let run: RunID
        private let delegate: any LoadPublisherDelegate
        private var numbers: [Int: UInt64] = [:]

        init(
            _ pipeline: ScriptedPipeline, _ run: RunID, _ delegate: any LoadPublisherDelegate,
            _ eventLoop: any EventLoop
        ) {
            self.pipeline = pipeline
            self.run = run
            self.delegate = delegate
            self.eventLoop = eventLoop
        }

        var isWritable: Bool { true }
        var unsentBytes: Int { 0 }

        func send(_ messages: Span<OutgoingMessage>, channel: Int) {
            let stamps = messages.indices.map { messages[$0].stamp }
            pipeline.published.withLock { $0 += stamps }
            eventLoop.assumeIsolated().execute {
                for stamp in stamps { self.answer(stamp, channel) }
            }
        }

        private func answer(_ stamp: MessageStamp, _ channel: Int) {
            numbers[channel, default: 0] += 1
            let number = numbers[channel, default: 0]
            func confirm(_ accepted: Bool = true) {
                delegate.publisher(channel: channel, confirmed: number, multiple: false, accepted: accepted)
            }
            switch pipeline.fate(stamp.sequence) {
            case .processed, .processedTwice:
                let times = pipeline.fate(stamp.sequence) == .processedTwice ? 2 : 1
                confirm()
                pipeline.outcome(stamp, .processed, times: times)
            case .failed:
                confirm()
                pipeline.outcome(stamp, .failed, times: 1)
            case .returned:
                delegate.publisher(returned: MessageID(run: run, sequence: stamp.sequence))
                confirm()
            case .nacked: confirm(false)
            case .failedThenNacked:
                pipeline.outcome(stamp, .failed, times: 1)
                // Behind the dead letter, which the collector reads on another loop.
                eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) { confirm(false) }
            case .nackedThenFailed:
                confirm(false)
                pipeline.outcome(stamp, .failed, times: 1)
            case .confirmedThenLost: confirm()
            case .neverAnswered: break
            }
        }

        func close() async {}
    }
}
