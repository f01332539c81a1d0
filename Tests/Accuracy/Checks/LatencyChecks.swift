import LoadGenerator
import LoadMetrics

/// Latencies against a peer that answers after known delays.
extension AccuracySuite {
    private struct Delays {
        var name: String
        var confirm: PeerPlan.Delay
        var outcome: PeerPlan.Delay
        /// Messages a second in the full form, and in the short one.
        var rates = (full: 2000, short: 700)
        var keys = "arrivals: poisson"
    }

    private static let delays = [
        Delays(name: "fixed", confirm: .fixed(milliseconds: 20), outcome: .fixed(milliseconds: 45)),
        Delays(
            name: "uniform", confirm: .uniform(milliseconds: 5...50), outcome: .uniform(milliseconds: 20...120)),
        Delays(
            name: "exponential", confirm: .exponential(meanMilliseconds: 20),
            outcome: .exponential(meanMilliseconds: 50)),
        // Gaps so short that a loop that spins is never without something due soon.
        Delays(
            name: "fixed, pacing spin", confirm: .fixed(milliseconds: 20), outcome: .fixed(milliseconds: 45),
            rates: (5_500, 5_500), keys: "pacing: spin"),
    ]

    static let percentiles: [Double] = [50, 90, 99, 99.9]

    /// Confirms and outcomes after fixed, uniform and exponential delays.
    package func knownDelays() async throws -> [AccuracyRow] {
        var rows: [AccuracyRow] = []
        for delays in Self.delays {
            var plan = PeerPlan()
            plan.seed = 11
            plan.confirmDelay = delays.confirm
            plan.outcomeDelay = delays.outcome
            plan.spinNanoseconds = isFull ? 50_000 : 0
            // As many messages for each of them, about.
            let rate = isFull ? delays.rates.full : delays.rates.short
            let milliseconds = (isFull ? 24_000_000 : 560_000) / rate
            let run = try await KnownRun(
                """
                phases: [{name: only, rate: \(rate)/s, for: \(milliseconds)ms}]
                \(delays.keys)
                text: {pool: 16, length: 200B}
                drain: 5s
                """, against: plan)
            rows += run.latencyRows("Known delays: \(delays.name)", full: isFull)
        }
        return rows
    }
}

extension KnownRun {
    /// What is reported of the first phase's confirms and outcomes against what the peer did.
    fileprivate func latencyRows(_ group: String, full: Bool) -> [AccuracyRow] {
        let phase = outcome.phases[0]
        let confirms = trueTimes(ofPhase: 0, to: \.answered)
        let outcomes = trueTimes(ofPhase: 0, to: \.outcome)
        let received = messages(ofPhase: 0)
        var rows = [AccuracyRow.exact(group, "confirms timed", truth: confirms.count, reported: phase.confirm.count)]
        rows += Self.rows(group, "confirm", confirms, phase.confirm)
        rows.append(.exact(group, "outcomes timed", truth: outcomes.count, reported: phase.endToEnd.count))
        rows += Self.rows(group, "end to end", outcomes, phase.endToEnd)
        rows += Self.rows(
            group, "confirm from sending", trueServiceTimes(to: \.answered, full), phase.confirmService, [50, 90, 99])
        rows += Self.rows(
            group, "end to end from sending", trueServiceTimes(to: \.outcome, full), phase.endToEndService,
            [50, 90, 99])
        // What the outcome itself says is exact, but for the three digits of the histogram.
        let waits = TrueTimes(received.map { $0.received - $0.intended...$0.received - $0.intended })
        rows.append(.digits(group, "queue wait p99", truth: waits.percentile(99).lowerBound, phase.queueWait, 99))
        let claimed = record.messages.indices.map { PeerConnection.claimedService(of: UInt64($0)) }
        let services = TrueTimes(claimed.map { $0...$0 })
        rows.append(.digits(group, "service p90", truth: services.percentile(90).lowerBound, phase.service, 90))
        return rows
    }

    /// From the sending to what the peer sent: the sending lies between the intended time and the peer's reading.
    ///
    /// Where the peer can be trusted to read at once, but for what the kernel kept it from, it lies right before that.
    private func trueServiceTimes(
        to moment: KeyPath<PeerRecord.Message, PeerRecord.Moment?>, _ readsAtOnce: Bool
    ) -> TrueTimes {
        TrueTimes(
            messages(ofPhase: 0).compactMap { message in
                guard let sent = message[keyPath: moment] else { return nil }
                let lag = message.received - message.intended
                let readLate =
                    readsAtOnce ? min(lag, peerStolen.total(from: message.intended, to: message.received)) : lag
                let stampedLate = generatorStolen.total(from: message.intended, to: message.received + 1_000_000)
                let end = sent.after + generatorStolen.delay(at: sent.after)
                let shortest = max(0, sent.before - message.received - stampedLate)
                return shortest...max(shortest, end - message.received + readLate)
            })
    }

    static func rows(
        _ group: String, _ what: String, _ truth: TrueTimes, _ reported: LatencyHistogram,
        _ percentiles: [Double] = AccuracySuite.percentiles, naive: LatencyHistogram? = nil
    ) -> [AccuracyRow] {
        percentiles.map { p in
            .time(
                group, "\(what) p\(AccuracySuite.name(p))", truth: truth.percentile(p),
                reported: reported.percentile(p), naive: naive?.percentile(p))
        }
    }
}

extension AccuracySuite {
    static func name(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)"
    }
}

extension AccuracyRow {
    /// A figure whose values are known to the nanosecond: right to the histogram's three digits.
    fileprivate static func digits(
        _ group: String, _ what: String, truth: Int64, _ reported: LatencyHistogram, _ percentile: Double
    ) -> Self {
        let value = reported.percentile(percentile)
        return AccuracyRow(
            group, what, unit: .nanoseconds, truth: Double(truth), reported: Double(value), bound: "0.1 %",
            isRight: abs(value - truth) <= max(1, truth / 1000))
    }
}
