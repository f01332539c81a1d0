import Drivers
import LoadMetrics
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Stores
import Synchronization

@testable import PipelineWorker

/// A worker between a fake broker and a fake store, with a clock that stands still.
struct WorkerUnderTest: Sendable {
    let journal = Journal()
    let source: FakeSource
    let sink: FakeSink
    let store: FakeStore
    let clock: ManualClock
    let worker: Worker
    let logs = RecordedLogs()

    init(
        prefetch: Int = 1_000, lanes: Int = 2, batchCount: Int = 100, batchDelay: Duration = .zero,
        snapshots: SnapshotWriter? = nil, analyse: @escaping TextPipeline.Analyse = { _ in Array("{}".utf8) },
        adjusting adjust: (inout WorkerConfiguration) -> Void = { _ in }
    ) {
        source = FakeSource(journal)
        sink = FakeSink(journal)
        store = FakeStore(journal)
        clock = ManualClock(journal)
        var configuration = WorkerConfiguration(
            resultDestination: "processed", prefetch: prefetch, lanes: lanes, batchCount: batchCount,
            batchDelay: batchDelay)
        adjust(&configuration)
        worker = Worker(
            source: source, sink: sink, store: store,
            pipeline: TextPipeline(analyse: analyse, clock: clock.clock), configuration: configuration,
            snapshots: snapshots, clock: clock.clock, jitter: { 0 }, logger: logs.logger)
    }

    /// Runs the worker during the body, then stops it gracefully and waits for its end.
    func whileRunning(_ body: @escaping @Sendable (_ stop: @Sendable () -> Void) async throws -> Void) async throws {
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await worker.run() }
                try await body { trigger.triggerGracefulShutdown() }
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }
}

/// Keeps what was logged.
final class RecordedLogs: Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(logs: self) }
    }

    private struct Handler: LogHandler {
        let logs: RecordedLogs
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            logs.state.withLock { $0.append("\(event.level): \(event.message) \(fields)") }
        }
    }
}

/// Message bodies of the text pipeline.
enum Body {
    static func update(_ id: String, text: String = "hello") -> String {
        #"{"id":"\#(id)","user_id":7,"text":"\#(text)","timestamp":"2026-11-21T02:48:49.123Z","type":"update"}"#
    }

    static func delete(_ id: String) -> String {
        #"{"id":"\#(id)","type":"delete"}"#
    }
}
