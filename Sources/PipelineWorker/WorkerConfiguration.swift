/// How a worker works.
package struct WorkerConfiguration: Sendable {
    /// The queue that results go to.
    package var resultDestination: String
    /// The queue for messages that cannot be processed; with nil the broker dead-letters them.
    package var failedDestination: String?
    /// The most messages in flight; the source keeps to it.
    package var prefetch: Int
    /// CPU threads.
    package var lanes: Int
    /// The most operations in one write to the store.
    package var batchCount: Int
    /// How long the first operation of a batch waits for more.
    package var batchDelay: Duration
    /// The most batches of results that wait for their confirm while the next are stored.
    package var publishesMaximum = 4
    package var storeRetry = RetryPolicy.store
    package var sinkRetry = RetryPolicy.sink
    /// How long a stopping worker may take to finish what is in flight.
    package var drainTimeout = Duration.seconds(30)
    package var statisticsInterval = Duration.seconds(1)
    /// The number of the worker's clock, told with each result where its reader may not know it; nil tells nothing.
    package var clock: Int64?

    package init(
        resultDestination: String, failedDestination: String? = nil, prefetch: Int, lanes: Int, batchCount: Int,
        batchDelay: Duration
    ) {
        precondition(prefetch > 0 && lanes > 0 && batchCount > 0 && batchDelay >= .zero)
        self.resultDestination = resultDestination
        self.failedDestination = failedDestination
        self.prefetch = prefetch
        self.lanes = lanes
        self.batchCount = batchCount
        self.batchDelay = batchDelay
    }

    /// Half of what may be in flight at most: while one batch is stored, the next is analysed.
    var effectiveBatchCount: Int { min(batchCount, max(1, prefetch / 2)) }

    /// The messages a lane takes at once: enough to make the hand-over cheap, few enough to keep all lanes busy.
    func sliceCount(of messages: Int) -> Int {
        max(1, min((messages + lanes - 1) / lanes, 32, effectiveBatchCount))
    }
}
