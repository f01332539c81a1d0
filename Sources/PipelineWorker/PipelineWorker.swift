// PipelineWorker: the reference consumer of a run. One folder a pipeline; the worker around it is the same for all.
//
//   MessageSource ─► slices ─► Lanes (CPU threads) ─► OrderedBatcher ─► DocumentStore ─► MessageSink ─► settle
//   at most the      of a      decode, check,         order of          one write        results,       accept, or
//   prefetch count   batch     analyse                arrival again     a batch          confirmed      reject
//
// A message is accepted only when its effect is stored and its result confirmed, or, where it cannot be processed, when
// the failed queue has it with the reason; it is rejected only where there is no such queue. So each takes effect at
// least once, and storing is idempotent. While one batch is stored and the one before is published, the next is
// analysed. What is in flight is bounded by the prefetch count: a store that fails holds the worker back, it does not
// fill it.

/// Why a worker gave up; what it held unsettled is delivered again, to it or to another.
package enum WorkerError: Error, Equatable, CustomStringConvertible {
    /// The store failed for good or for too long.
    case store(reason: String, attempts: Int)
    /// What the pipeline keeps beside the store could not be written.
    case besideStore(reason: String)
    /// Results, or messages that cannot be processed, could not be published.
    case publish(destination: String, reason: String, attempts: Int)
    /// What was in flight did not finish in time.
    case drainTimedOut(unsettled: UInt64, after: Duration)

    package var description: String {
        switch self {
        case .store(let reason, let attempts):
            "worker stopped after \(attempts) attempt(s) to store a batch: \(reason)"
        case .besideStore(let reason):
            "worker stopped: \(reason); make room or give another file"
        case .publish(let destination, let reason, let attempts):
            "worker stopped after \(attempts) attempt(s) to publish to '\(destination)': \(reason)"
        case .drainTimedOut(let unsettled, let after):
            "worker stopped with \(unsettled) message(s) unfinished after \(after); the broker delivers them again"
        }
    }
}
