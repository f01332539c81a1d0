import Foundation
import LoadGenerator
import LoadMetrics

/// Histograms of parts against the histogram of the whole.
extension AccuracySuite {
    /// Merged histograms of random phases, and those of a real run.
    package func histograms() async throws -> [AccuracyRow] {
        try randomPhases() + (try await realPhases())
    }

    private static let group = "Histograms merged"

    private func randomPhases() throws -> [AccuracyRow] {
        let trials = isFull ? 300 : 6
        var random = SeededGenerator(seed: 2, stream: 9)
        var differing = 0
        var worst = 0.0
        for _ in 0..<trials {
            var whole = LatencyHistogram()
            var merged = LatencyHistogram()
            var decoded = LatencyHistogram()
            var values: [Int64] = []
            for _ in 0...random.nextIndex(below: 6) {
                var phase = LatencyHistogram()
                for _ in 0..<random.nextIndex(below: 400) {
                    // From a nanosecond to past what a histogram holds; now and then a clock that runs backwards.
                    let value = Int64(exp(random.nextUnit() * 34))
                    let signed = random.nextIndex(below: 50) == 0 ? -value : value
                    phase.record(signed)
                    whole.record(signed)
                    if signed >= 0, signed <= LatencyHistogram.highestTrackableNanoseconds { values.append(signed) }
                }
                merged.merge(phase)
                let json = try JSONEncoder().encode(phase)
                decoded.merge(try JSONDecoder().decode(LatencyHistogram.self, from: json))
            }
            if merged != whole || decoded != whole || Int(whole.count) != values.count { differing += 1 }
            values.sort()
            for p in [50, 90, 99, 99.9, 100] where !values.isEmpty {
                let truth = TrueTimes(values.map { $0...$0 }).percentile(p).lowerBound
                worst = max(worst, Double(abs(merged.percentile(p) - truth)) / Double(max(truth, 1)))
            }
        }
        return [
            .exact(Self.group, "of \(trials) runs of random phases, unlike the whole", truth: 0, reported: differing),
            .atMost(Self.group, "largest error of a percentile", unit: .percent, 0.1, reported: worst * 100),
        ]
    }

    private func realPhases() async throws -> [AccuracyRow] {
        var plan = PeerPlan()
        plan.confirmDelay = .exponential(meanMilliseconds: 5)
        plan.outcomeDelay = .uniform(milliseconds: 1...30)
        let part = isFull ? 2000 : 300
        let run = try await KnownRun(
            """
            phases:
              - {name: calm, rate: 500/s, for: \(part)ms}
              - {name: swell, rate: {ramp: {from: 500/s, to: 1500/s}}, for: \(part)ms}
              - {name: counted, rate: 1000/s, count: \(part)}
            arrivals: poisson
            text: {pool: 16, length: 200B}
            load: {connections: 2}
            drain: 2s
            """, against: plan)
        var rows: [AccuracyRow] = []
        var totals = Figures()
        for (index, phase) in run.outcome.phases.enumerated() {
            let messages = run.messages(ofPhase: index)
            rows += [
                .exact(
                    Self.group, "phase \(phase.name): confirms timed", truth: messages.count { $0.answered != nil },
                    reported: phase.confirm.count),
                .exact(
                    Self.group, "phase \(phase.name): outcomes timed", truth: messages.count { $0.outcome != nil },
                    reported: phase.endToEnd.count),
            ]
            let figures = Figures(latencies: [.confirm: phase.confirm, .endToEnd: phase.endToEnd])
            // As a result that was written and read again.
            totals.append(try JSONDecoder().decode(Figures.self, from: try JSONEncoder().encode(figures)))
        }
        var seconds = Figures()
        for sample in run.samples {
            seconds.append(Figures(latencies: [.confirm: sample.confirm, .endToEnd: sample.endToEnd]))
        }
        let both: [LatencyMetric] = [.confirm, .endToEnd]
        rows.append(
            .exact(
                Self.group, "a run's phases together, unlike its seconds together", truth: 0,
                reported: both.count { totals.latencies[$0] != seconds.latencies[$0] }))
        return rows
    }
}
