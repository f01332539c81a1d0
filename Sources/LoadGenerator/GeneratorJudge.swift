package import LoadMetrics

/// Judges the generator itself: whether the load it put on is the load that was asked for.
///
/// Latencies stay honest when messages go out late, since they count from the intended time; but a schedule that was
/// missed by much is another load, and then no figure answers the question that the scenario asks.
package enum GeneratorJudge {
    /// A schedule lag whose 99th percentile is up to this is what timers and a busy machine cause.
    static let validLagNanoseconds: Int64 = 10_000_000
    /// Beyond this at the 99th percentile the load was another one.
    static let invalidLagNanoseconds: Int64 = 250_000_000

    /// The verdict of one phase; of a run that was ended early, what had just fallen due by then need not be sent.
    package static func judge(_ phase: LoadOutcome.Phase, interrupted: Bool = false) -> GeneratorVerdict {
        if phase.closedLoop {
            return phase.books.published > 0
                ? GeneratorVerdict(.valid)
                : GeneratorVerdict(
                    .invalid, reason: "Nothing was sent in phase \(phase.name).",
                    advice: "See the notes for why the connections could not publish.")
        }
        if phase.books.notSent > 0, !interrupted {
            return GeneratorVerdict(
                .invalid, reason: "\(phase.books.notSent) arrivals of phase \(phase.name) were never sent.",
                advice: "Lower the rate, or give the load more connections.")
        }
        let lag = phase.ownLag.percentile(99)
        let late = "Phase \(phase.name) was sent late: schedule lag p99 \(milliseconds(lag)) ms."
        if lag > invalidLagNanoseconds { return GeneratorVerdict(.invalid, reason: late, advice: advice) }
        if lag > validLagNanoseconds { return GeneratorVerdict(.suspect, reason: late, advice: advice) }
        let heldUp = phase.scheduleLag.count - phase.ownLag.count
        if heldUp > 0 {
            return GeneratorVerdict(
                .suspect, reason: "The broker held up \(heldUp) messages of phase \(phase.name).",
                advice: "Expected where the broker is restarted or blocks on purpose; otherwise look at its log.")
        }
        return GeneratorVerdict(.valid)
    }

    /// The verdict of a run: its worst measured phase's, or worse where connections were lost for good.
    package static func judge(_ outcome: LoadOutcome) -> GeneratorVerdict {
        if let failure = outcome.failures.first {
            return GeneratorVerdict(.invalid, reason: failure, advice: "Look at the broker's log, then run again.")
        }
        if outcome.phases.isEmpty {
            return GeneratorVerdict(.invalid, reason: "The run ended before its first phase.", advice: "Run it again.")
        }
        let order: [GeneratorVerdict.Judgement] = [.valid, .suspect, .invalid]
        let verdicts = outcome.phases.filter(\.measured).map { judge($0, interrupted: outcome.interrupted) }
        return verdicts.max { one, other in
            (order.firstIndex(of: one.judgement) ?? 0) < (order.firstIndex(of: other.judgement) ?? 0)
        } ?? GeneratorVerdict(.valid)
    }

    private static let advice =
        "Lower the rate, raise load.connections or load.confirm_window, or give the generator a core of its own."

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let tenths = (Double(nanoseconds) / 100_000).rounded() / 10
        return "\(tenths)"
    }
}
