import LoadGenerator
import LoadMetrics

/// A peer that stands still once: whoever waits for it is charged, whether sent or not.
extension AccuracySuite {
    /// The distribution after a stall of 1.4 s, by Rafale's open loop and by a closed window.
    package func stall() async throws -> [AccuracyRow] {
        let rate = isFull ? 2000.0 : 400.0
        let seconds = isFull ? 10.0 : 2.1
        var plan = PeerPlan()
        plan.fate = { _ in [.acked] }
        plan.stall = PeerPlan.Stall(afterSeconds: isFull ? 3 : 0.3, seconds: 1.4)
        let open = "phases: [{name: only, rate: \(Int(rate))/s, for: \(Int(seconds * 1000))ms}]"
        // The same load as the open loop's, as a closed window has it: 20 ms an answer, as many in flight as that takes.
        var slow = plan
        slow.confirmDelay = .fixed(milliseconds: 20)
        let window = Int(rate * 0.02)
        let closed = """
            phases: [{name: only, rate: {saturate: {window: \(window), until: confirmed}}, for: \(Int(seconds * 1000))ms}]
            """
        // Side by side, for both wait most of the time.
        async let wide = KnownRun(
            "\(open)\nload: {confirm_window: 20000}\n\(Self.stallRest)", readsOutcomes: false, against: plan)
        async let naive = KnownRun("\(closed)\n\(Self.stallRest)", readsOutcomes: false, against: slow)
        // A window that is soon full: what cannot be sent keeps its intended time.
        async let narrow = KnownRun(
            "\(open)\nload: {confirm_window: 50}\n\(Self.stallRest)", readsOutcomes: false, against: plan)
        let rows = Self.rows(
            try await wide, naive: try await naive.outcome.phases[0].confirm, "One stall of 1.4 s, sent all the same")
        // The same run, had it measured from the sending.
        let held = try await narrow
        return rows
            + Self.rows(
                held, naive: held.outcome.phases[0].confirmService, "One stall of 1.4 s, held back by a full window")
    }

    private static let stallRest = """
        text: {pool: 16, length: 200B}
        drain: 2s
        """

    private static func rows(_ run: KnownRun, naive: LatencyHistogram, _ group: String) -> [AccuracyRow] {
        let phase = run.outcome.phases[0]
        let truth = run.trueTimes(ofPhase: 0, to: \.answered)
        var rows = [AccuracyRow.exact(group, "confirms timed", truth: truth.count, reported: phase.confirm.count)]
        rows += KnownRun.rows(group, "confirm, as recorded,", truth, phase.confirm, naive: naive)
        let intended = run.messages(ofPhase: 0).map(\.intended)
        guard let stall = run.record.stall else { return rows }
        // Those meant for the stall wait to its end, 1.4 s down to nothing; all others are answered at once.
        let analytic = intended.map { stall.contains($0) ? stall.upperBound - $0 : 0 }.sorted()
        for p in [90.0, 99, 99.9] {
            let ideal = TrueTimes(analytic.map { $0...$0 }).percentile(p).lowerBound
            let recorded = truth.percentile(p)
            // The peer, too, needs its time to catch up.
            let catchingUp = max(0, recorded.upperBound - ideal)
            let reported = phase.confirm.percentile(p)
            rows.append(
                AccuracyRow(
                    group, "confirm, by the formula, p\(name(p))", unit: .nanoseconds, truth: Double(ideal),
                    reported: Double(reported), naive: Double(naive.percentile(p)),
                    bound: "2 % + \(AccuracyRow.text(Double(catchingUp), .nanoseconds))",
                    isRight: reported >= ideal - ideal / 50 && reported <= ideal + ideal / 50 + 100_000 + catchingUp))
        }
        return rows
    }
}
