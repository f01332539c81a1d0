import Drivers
package import LoadMetrics

/// What a worker has done since its start.
package struct WorkerStatistics: Sendable {
    package private(set) var received: UInt64 = 0
    package private(set) var redelivered: UInt64 = 0
    /// Stored, result confirmed, acknowledged.
    package private(set) var processed: UInt64 = 0
    package private(set) var updated: UInt64 = 0
    package private(set) var deleted: UInt64 = 0
    /// Of the processed, those after whose change a later one was stored before.
    package private(set) var superseded: UInt64 = 0
    /// Results the broker has confirmed.
    package private(set) var confirmed: UInt64 = 0
    package private(set) var failed: [Rejection.Reason: UInt64] = [:]
    package private(set) var batches: UInt64 = 0
    package private(set) var storeRetries: UInt64 = 0
    package private(set) var publishRetries: UInt64 = 0

    private var queueWait = LatencyHistogram()
    private var decode = LatencyHistogram()
    private var analyse = LatencyHistogram()
    private var store = LatencyHistogram()
    private var publish = LatencyHistogram()
    private var service = LatencyHistogram()

    package init() {}

    /// Messages that could not be processed, for all reasons together.
    package var failedTotal: UInt64 { failed.values.reduce(0, +) }

    /// Received and neither acknowledged nor rejected.
    package var inFlight: UInt64 { received - processed - failedTotal }

    mutating func countReceived(_ count: Int, redelivered: Int) {
        received += UInt64(count)
        self.redelivered += UInt64(redelivered)
    }

    /// Records the times up to the store of what has left the lanes.
    mutating func recordLaneTimes(of messages: [ProcessedMessage]) {
        for message in messages {
            if let intended = message.original.intendedNanoseconds {
                // Whatever the sender wrote into the header.
                queueWait.record(message.original.receivedNanoseconds &- intended)
            }
            decode.record(message.decodeNanoseconds)
            if let nanoseconds = message.analyseNanoseconds { analyse.record(nanoseconds) }
        }
    }

    mutating func countFailed(_ reason: Rejection.Reason) {
        failed[reason, default: 0] += 1
    }

    /// Records a batch's write for each of its messages.
    mutating func recordStored(_ count: Int, nanoseconds: Int64) {
        batches += 1
        store.record(nanoseconds, count: UInt64(count))
    }

    mutating func recordService(nanoseconds: Int64) {
        service.record(nanoseconds)
    }

    /// Records the wait for the confirm for each result of a batch.
    mutating func recordConfirmed(_ count: Int, nanoseconds: Int64) {
        confirmed += UInt64(count)
        publish.record(nanoseconds, count: UInt64(count))
    }

    mutating func countProcessed(updated: Int, deleted: Int, superseded: Int) {
        processed += UInt64(updated + deleted)
        self.superseded += UInt64(superseded)
        self.updated += UInt64(updated)
        self.deleted += UInt64(deleted)
    }

    mutating func countStoreRetry() { storeRetries += 1 }

    mutating func countPublishRetry() { publishRetries += 1 }

    /// The figures as the worker reports them.
    package func snapshot(_ event: RoleSnapshot.Event) -> RoleSnapshot {
        var counters: [String: UInt64] = [
            "received": received, "redelivered": redelivered, "processed": processed, "updated": updated,
            "deleted": deleted, "superseded": superseded, "confirmed": confirmed, "failed": failedTotal,
            "batches": batches,
            "store_retries": storeRetries, "publish_retries": publishRetries,
        ]
        for (reason, count) in failed { counters["failed.\(reason.rawValue)"] = count }
        return RoleSnapshot(
            role: .worker, event: event, counters: counters,
            histograms: [
                "queue_wait": queueWait, "decode": decode, "analyse": analyse, "store": store, "publish": publish,
                "service": service,
            ])
    }
}
