/// A fault that a run brought about, and what became of the pipeline; times are from the start of the run.
///
/// What each figure means is defined by ``FaultFigures``.
package struct FaultResult: Sendable, Equatable, Codable {
    /// Its name in the scenario.
    package var name: String
    /// What happened, such as `kill` or `delay`.
    package var kind: String
    /// To what: a worker, several, `broker`, `store`.
    package var subject: String
    /// How much of it, such as `by 20 ms`; nil where there is nothing to say.
    package var detail: String?
    /// When the scenario has it begin.
    package var intendedNanoseconds: Int64
    /// When it began; nil for one that never did.
    package var beginNanoseconds: Int64?
    /// When it was over: what was away is back; nil for one that never was.
    package var endNanoseconds: Int64?
    /// Why it could not be brought about as the scenario has it; nil where it was.
    package var failure: String?
    /// What became of the pipeline; nil where the fault did not happen.
    package var figures: FaultFigures?

    /// A fault as it happened.
    package init(
        name: String, kind: String, subject: String, detail: String? = nil, intendedNanoseconds: Int64,
        beginNanoseconds: Int64? = nil, endNanoseconds: Int64? = nil, failure: String? = nil,
        figures: FaultFigures? = nil
    ) {
        self.name = name
        self.kind = kind
        self.subject = subject
        self.detail = detail
        self.intendedNanoseconds = intendedNanoseconds
        self.beginNanoseconds = beginNanoseconds
        self.endNanoseconds = endNanoseconds
        self.failure = failure
        self.figures = figures
    }

    /// How long it lasted; nil where it did not end.
    package var lengthNanoseconds: Int64? {
        guard let beginNanoseconds, let endNanoseconds else { return nil }
        return endNanoseconds - beginNanoseconds
    }

    /// What happened, in a few words: `kill worker-1`, `delay broker by 20 ms`.
    package var words: String { "\(kind) \(subject)" + (detail.map { " \($0)" } ?? "") }
}

/// What a fault did to the pipeline.
package struct FaultFigures: Sendable, Equatable, Codable {
    /// From its begin to the first sign of it; nil where there was none.
    package var detectionNanoseconds: Int64?
    /// From its end until results came again as fast as they should; nil where they did not before the run was over.
    package var recoveryNanoseconds: Int64?
    /// The same from its begin: how long the pipeline was out of order.
    package var outageNanoseconds: Int64?
    /// From its end until no more messages were under way than before; nil where that did not come.
    package var drainNanoseconds: Int64?
    /// The most messages under way or due at once, from its begin until they were drained.
    package var worstBacklog: UInt64
    /// Deliveries made again, from its begin until it was over and done with.
    package var redelivered: UInt64
    /// Outcomes read back again in that time.
    package var duplicated: UInt64
    /// Of the messages that were under way when it began, or came until the recovery, those that are lost.
    package var lost: UInt64

    /// Figures as given.
    package init(
        detectionNanoseconds: Int64? = nil, recoveryNanoseconds: Int64? = nil, outageNanoseconds: Int64? = nil,
        drainNanoseconds: Int64? = nil, worstBacklog: UInt64 = 0, redelivered: UInt64 = 0, duplicated: UInt64 = 0,
        lost: UInt64 = 0
    ) {
        self.detectionNanoseconds = detectionNanoseconds
        self.recoveryNanoseconds = recoveryNanoseconds
        self.outageNanoseconds = outageNanoseconds
        self.drainNanoseconds = drainNanoseconds
        self.worstBacklog = worstBacklog
        self.redelivered = redelivered
        self.duplicated = duplicated
        self.lost = lost
    }
}
