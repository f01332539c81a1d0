import ArgumentParser
import Drivers
import Foundation
import LoadMetrics
import Logging
import NIOCore
import NIOPosix
import PipelineWorker
import Scenarios
import Stores
import TextAnalysis

/// `rafale worker`: the reference worker alone, on any broker.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Consume texts or log lines, process and store them, publish the results.",
        discussion: """
            Each message is stored, its result published and confirmed, and only then acknowledged. A message that \
            cannot be processed goes to the failed queue with the reason in its headers; where there is no such queue, \
            the broker is asked to dead-letter it. SIGTERM or Ctrl-C finishes what is in flight, a second one does not.

            Example:
              rafale worker --broker amqp://guest:guest@127.0.0.1:5672/ --store sqlite:texts.db --lanes 2

            The URLs may hold passwords: give them as RAFALE_BROKER and RAFALE_STORE to keep them out of `ps`.
            """)

    @Option(help: "The broker's URL (RAFALE_BROKER; else amqp://guest:guest@127.0.0.1:5672/).")
    var broker: String?

    @Option(help: "Where to store: \(StoreURL.supported) (RAFALE_STORE; else sqlite, in ./rafale.db).")
    var store: String?

    @Option(help: "What to do with the messages: analyse texts, keep log lines as they are, or store what they say.")
    var pipeline = WorkerPipeline.text

    @Option(help: "The queue to consume; may be given several times (else the pipeline's, such as incoming_texts).")
    var incoming: [String] = []

    @Option(help: "The queue to publish results to (else the pipeline's, such as processed_texts).")
    var processed: String?

    @Option(
        help: "The queue for messages that cannot be processed (else the pipeline's, such as failed_texts).")
    var failed: String?

    @Option(help: "The most messages in flight.")
    var prefetch = 1_000

    @Option(help: "CPU threads (else one a core).")
    var lanes: Int?

    @Option(help: "The most documents in one write to the store.")
    var batch = 250

    @Option(help: "How long a batch waits to fill.")
    var batchDelay = DurationArgument(milliseconds: 5)

    @Option(help: "Do the whole analysis this many times a text, for heavier work.")
    var costFactor = 1

    @Flag(inversion: .prefixedNo, help: "Analyse the texts.")
    var analysis = true

    @Option(help: "How long to finish what is in flight when asked to stop.")
    var drain = DurationArgument(seconds: 30)

    @Option(help: "Try so long to reach store and broker and to find the queue before giving up.")
    var wait = DurationArgument(seconds: 0)

    @Option(help: "Append a line of statistics to this file each second.")
    var stats: String?

    @Option(help: .hidden)
    var endWithParent: Int32?

    @OptionGroup(title: "Web logs")
    var webLogs: WebLogOptions

    @OptionGroup(title: "Log")
    var log: LogOptions

    mutating func validate() throws {
        for (flag, value, range) in [
            ("prefetch", prefetch, 1...65_535), ("lanes", lanes ?? 1, 1...1_024), ("batch", batch, 1...100_000),
            ("cost-factor", costFactor, 1...1_000_000),
        ] where !range.contains(value) {
            throw ValidationError("--\(flag) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        for (flag, isGiven) in [("no-analysis", !analysis), ("cost-factor", costFactor != 1)]
        where isGiven && pipeline != .text {
            throw ValidationError("--\(flag) is about texts; remove it, or --pipeline \(pipeline.rawValue)")
        }
        if let flag = webLogs.given.first, pipeline != .dataClean {
            throw ValidationError("--\(flag) is for clean log lines; add --pipeline data-clean, or remove it")
        }
    }

    func run() async throws {
        try await CommandFailure.ending(role: "worker") { try await work() }
    }

    private func work() async throws {
        let logger = try log.makeLogger("worker")
        let environment = ProgramEnvironment.values
        let uri = broker ?? environment["RAFALE_BROKER"] ?? "amqp://guest:guest@127.0.0.1:5672/"
        let storeURL = try StoreURL(
            store ?? environment["RAFALE_STORE"] ?? "sqlite", defaultSQLitePath: "rafale.db")
        let snapshots: SnapshotWriter?
        do throws(SnapshotFileError) {
            snapshots = if let stats { try SnapshotWriter(path: stats) } else { nil }
        } catch {
            throw CommandFailure(.cannotWriteReport, error.description)
        }

        let work = try makePipeline(environment, logger)
        let deadline = ContinuousClock.now + wait.duration
        let documents = try await open(storeURL, work.collection, until: deadline, logger)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        group.next().execute { Allocator.countThisThread() }
        do {
            let (source, sink) = try await connect(uri, on: group.next(), until: deadline, logger)
            logger.info(
                "worker ready",
                metadata: [
                    "pipeline": "\(pipeline.rawValue)", "incoming": "\(branch.incoming.joined(separator: " "))",
                    "processed": "\(branch.processed)", "failed": "\(branch.failed)",
                    "store": "\(documents.name)", "lanes": "\(configuration.lanes)", "prefetch": "\(prefetch)",
                    "batch": "\(batch)", "analysis": "\(analysis ? "\(costFactor)" : "off")",
                ])
            let worker = Worker(
                source: source, sink: sink, store: documents, pipeline: work, configuration: configuration,
                snapshots: snapshots, logger: logger)
            try await run(worker, logger)
        } catch {
            await documents.close()
            try? await group.shutdownGracefully()
            throw error
        }
        try? await group.shutdownGracefully()
    }

    /// The variable by which a test makes workers burn CPU: 1.10 for 10 % more than they need.
    static let testCostFactor = "RAFALE_TEST_COST_FACTOR"

    private func makePipeline(
        _ environment: [String: String], _ logger: Logger
    ) throws(CommandFailure) -> any MessagePipeline {
        let pipeline: any MessagePipeline =
            switch self.pipeline {
            case .text where analysis: TextPipeline(analyzer: TextAnalyzer(costFactor: costFactor))
            case .text: TextPipeline(analyse: nil)
            case .dataLake: DataLakePipeline()
            case .dataClean: try webLogs.makeDataClean(logger)
            }
        guard let text = environment[Self.testCostFactor], !text.isEmpty else { return pipeline }
        guard let factor = Double(text), (1...100).contains(factor) else {
            throw CommandFailure(.usage, "\(Self.testCostFactor)='\(text)' is not a factor from 1 to 100; unset it")
        }
        logger.warning("burning CPU for a test", metadata: ["factor": "\(factor)"])
        return CostlyPipeline(pipeline, factor: factor)
    }

    /// The queues: those of the flags, or else those of a scenario that names none.
    var branch: Scenario.Branch {
        var branch = pipeline.usualBranch
        if !incoming.isEmpty { branch.incoming = incoming }
        branch.processed = processed ?? branch.processed
        branch.failed = failed ?? branch.failed
        return branch
    }

    private var configuration: WorkerConfiguration {
        var configuration = WorkerConfiguration(
            resultDestination: branch.processed, failedDestination: branch.failed, prefetch: prefetch,
            lanes: lanes ?? System.coreCount, batchCount: batch, batchDelay: batchDelay.duration)
        configuration.drainTimeout = drain.duration
        // A run that started this worker knows whose clock it reads; others are told.
        if endWithParent == nil { configuration.clock = ClockIdentity.current() }
        return configuration
    }

    private func run(_ worker: Worker, _ logger: Logger) async throws {
        do {
            try await GracefulRun.run(worker, endsWithParent: endWithParent, logger: logger)
        } catch let error as WorkerError {
            switch error {
            case .store, .publish: throw CommandFailure(.unreachable, error.description)
            case .besideStore: throw CommandFailure(.cannotWriteReport, error.description)
            case .drainTimedOut: throw CommandFailure(.internalError, error.description)
            }
        }
    }

    private func connect(
        _ uri: String, on eventLoop: any EventLoop, until deadline: ContinuousClock.Instant, _ logger: Logger
    ) async throws -> (any MessageSource, any MessageSink) {
        try await persistently(
            until: deadline, logger,
            mayPass: { (error: DriverError) in error.kind == .unreachable || error.kind == .precondition }
        ) { () async throws(DriverError) -> (any MessageSource, any MessageSink) in
            try await connectOnce(uri, on: eventLoop, logger)
        }
    }

    private func open(
        _ url: StoreURL, _ collection: StoreCollection, until deadline: ContinuousClock.Instant, _ logger: Logger
    ) async throws -> any DocumentStore {
        try await persistently(until: deadline, logger, mayPass: { (error: StoreError) in error.isRetryable }) {
            () async throws(StoreError) -> any DocumentStore in
            try await url.open(collection, logger: logger)
        }
    }

    /// Tries again what may pass, until `--wait` is over.
    private func persistently<Value, Failure: Error & Equatable>(
        until deadline: ContinuousClock.Instant, _ logger: Logger, mayPass: (Failure) -> Bool,
        _ attempt: () async throws(Failure) -> Value
    ) async throws -> Value {
        var lastError: Failure?
        while true {
            do throws(Failure) {
                return try await attempt()
            } catch {
                guard mayPass(error), ContinuousClock.now < deadline else { throw error }
                // Once for each reason: the same one comes twice a second.
                if error != lastError { logger.info("not ready yet, trying again", metadata: ["reason": "\(error)"]) }
                lastError = error
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func connectOnce(
        _ uri: String, on eventLoop: any EventLoop, _ logger: Logger
    ) async throws(DriverError) -> (any MessageSource, any MessageSink) {
        // The results' connection first: a source delivers from the moment it is there.
        let sink = try await AMQPMessageSink.connect(uri: uri, on: eventLoop, logger: logger)
        do {
            let source = try await AMQPMessageSource.connect(
                uri: uri, queues: branch.incoming, prefetch: prefetch, on: eventLoop, logger: logger)
            return (source, sink)
        } catch {
            await sink.close()
            throw error
        }
    }
}
