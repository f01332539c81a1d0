package import Drivers
package import LoadMetrics
package import Logging
import ServiceLifecycle
package import Stores
import Synchronization

/// Consumes, processes, stores, publishes and settles until it is asked to stop gracefully.
package final class Worker: Service {
    let source: any MessageSource
    let sink: any MessageSink
    let store: any DocumentStore
    let pipeline: any MessagePipeline
    let configuration: WorkerConfiguration
    let clock: WorkerClock
    /// A number of 0 to 1 for each pause before a retry.
    let jitter: @Sendable () -> Double
    let logger: Logger
    let batches: BatchQueue<ProcessedMessage>
    let state = Mutex(State())
    private let snapshots: SnapshotWriter?

    struct State {
        var statistics = WorkerStatistics()
        var rejectionLog = LogLimiter(linesMaximum: 10, intervalNanoseconds: 1_000_000_000)
    }

    /// A worker over connections that are open; it closes the source, the sink and the store when it ends.
    package init(
        source: any MessageSource, sink: any MessageSink, store: any DocumentStore, pipeline: any MessagePipeline,
        configuration: WorkerConfiguration, snapshots: SnapshotWriter? = nil, clock: WorkerClock = .system,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) }, logger: Logger
    ) {
        self.source = source
        self.sink = sink
        self.store = store
        self.pipeline = pipeline
        self.configuration = configuration
        self.snapshots = snapshots
        self.clock = clock
        self.jitter = jitter
        self.logger = logger
        batches = BatchQueue(
            batchCount: configuration.effectiveBatchCount, delayNanoseconds: configuration.batchDelay.nanoseconds,
            clock: clock)
    }

    /// What was done so far.
    package var statistics: WorkerStatistics { state.withLock { $0.statistics } }

    /// Works until graceful shutdown has been asked for and everything in flight is finished.
    ///
    /// Throws `WorkerError` when the store or the broker fails for good or finishing takes too long, and whatever
    /// the source throws. Cancelled, it leaves what is in flight to be delivered again.
    package func run() async throws {
        writeSnapshot(.ready)
        let lanes = Lanes(count: configuration.lanes)
        let outcome = await runStages(lanes)
        await lanes.stop()
        await source.close()
        await sink.close()
        await store.close()
        writeSnapshot(.stopped)
        let statistics = statistics
        logger.info(
            "worker stopped",
            metadata: [
                "received": "\(statistics.received)", "processed": "\(statistics.processed)",
                "failed": "\(statistics.failedTotal)", "unsettled": "\(statistics.inFlight)",
            ])
        try outcome.get()
    }

    /// Runs all stages until the last batch is published, or one of them fails.
    private func runStages(_ lanes: Lanes) async -> Result<Void, any Error> {
        enum Stage { case reading, storing, beside }
        return await withThrowingTaskGroup(of: Stage.self) { group in
            group.addTask {
                try await self.readMessages(lanes)
                return .reading
            }
            group.addTask {
                try await self.storeBatches()
                return .storing
            }
            group.addTask {
                await self.batches.keepTime()
                return .beside
            }
            group.addTask {
                try await self.awaitShutdown()
                return .beside
            }
            group.addTask {
                await self.reportStatistics()
                return .beside
            }
            do {
                while let stage = try await group.next(), stage != .storing {}
                // The last batch is done. What is left only waits for time or for a signal.
                group.cancelAll()
                return .success(())
            } catch {
                // Closing makes a source or sink that does not know cancellation let go of its callers.
                group.cancelAll()
                lanes.leaveWork()
                await source.close()
                await sink.close()
                return .failure(error)
            }
        }
    }

    /// On graceful shutdown asks for no more messages and gives those in flight the time to finish.
    private func awaitShutdown() async throws {
        do {
            try await gracefulShutdown()
        } catch {
            // Cancelled: everything is done already.
            return
        }
        logger.info("stopping: finishing what is in flight", metadata: ["messages": "\(statistics.inFlight)"])
        await source.stopConsuming()
        guard (try? await clock.sleep(configuration.drainTimeout)) != nil else { return }
        let unsettled = statistics.inFlight
        logger.warning(
            "the time to finish is over; the broker delivers what is unsettled again",
            metadata: ["unsettled": "\(unsettled)", "drain_timeout": "\(configuration.drainTimeout)"])
        throw WorkerError.drainTimedOut(unsettled: unsettled, after: configuration.drainTimeout)
    }

    private func reportStatistics() async {
        while (try? await clock.sleep(configuration.statisticsInterval)) != nil {
            writeSnapshot(.running)
        }
    }

    private func writeSnapshot(_ event: RoleSnapshot.Event) {
        guard let snapshots else { return }
        do {
            try snapshots.append(statistics.snapshot(event))
        } catch {
            logger.error("\(error)")
        }
    }
}

extension Duration {
    /// Whole nanoseconds; a duration of centuries is the longest there is.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : whole + attoseconds / 1_000_000_000
    }
}
