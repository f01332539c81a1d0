/// Decides between a baseline and a candidate, round by round, without input or output.
///
/// ```
///            add(round)                         regression   worse than 0 for sure, estimate ≥ least effect
///  rounds ─────────────► look planned? ── yes ─► pass         every metric's bound excludes its least effect
///                             │                 inconclusive the last look, and neither
///                             no ─► needsRounds ◄┘ otherwise
/// ```
///
/// The comparison is of logarithms, so that effects are ratios. A regression must be sure against *no change at all* with
/// Holm's correction over the deciding metrics, and be estimated at the least effect or more; a pass must exclude the
/// least effect for each metric by itself, which needs no correction since all must. Between looks nothing is decided,
/// see ``GatePlan``. The same rounds give the same verdict: a kept result can be judged again.
package struct GateDecision: Sendable {
    package let plan: GatePlan
    /// The rounds that count so far.
    package private(set) var rounds: [GateRound] = []
    /// Why rounds did not count, one reason each.
    package private(set) var discarded: [String] = []
    /// The verdict so far.
    package private(set) var verdict: GateVerdict
    /// The metrics at the latest look; before the first one, with its error and unclear.
    package private(set) var decisions: [MetricDecision] = []

    private let metrics: [GateMetric]
    private let design: GateDesign

    /// A decision that waits for its first round.
    package init(metrics: [GateMetric], design: GateDesign = .interleaved, plan: GatePlan) {
        self.metrics = metrics
        self.design = design
        self.plan = plan
        if !metrics.contains(where: \.decides) {
            verdict = .inconclusive(.nothingToDecide)
        } else if let first = plan.looks.first {
            verdict = .needsRounds(first.rounds)
        } else {
            verdict = .inconclusive(.tooFewRoundsAllowed(needed: plan.fewestRounds))
        }
    }

    /// Takes the figures of a round; without effect once the verdict is final.
    package mutating func add(_ round: GateRound) {
        guard !verdict.isFinal else { return }
        rounds.append(round)
        if let look = plan.looks.first(where: { $0.rounds == rounds.count }) {
            decide(at: look)
        } else if decisions.isEmpty || rounds.count < plan.looks[0].rounds {
            decisions = judged(at: plan.looks[0], mayDecide: false)
        }
    }

    /// Counts a round that says nothing, for example because the generator could not put the load on.
    package mutating func discard(_ reason: String) {
        guard !verdict.isFinal else { return }
        discarded.append(reason)
        if discarded.count > plan.mostDiscarded { verdict = .inconclusive(.tooManyDiscarded(discarded.count)) }
    }

    /// Ends it where it is: without a decision so far, it is inconclusive.
    package mutating func stop() {
        guard !verdict.isFinal else { return }
        verdict = .inconclusive(.stopped(rounds: rounds.count))
    }

    // MARK: - Looks

    private mutating func decide(at look: GatePlan.Look) {
        decisions = judged(at: look, mayDecide: true)
        let deciding = decisions.filter(\.metric.decides)
        func names(_ verdict: MetricVerdict) -> [String] {
            deciding.filter { $0.verdict == verdict }.map(\.metric.name)
        }
        let isLast = look == plan.looks.last
        let next = plan.looks.first { $0.rounds > look.rounds }?.rounds ?? look.rounds
        if !names(.regression).isEmpty {
            verdict = .regression(names(.regression))
        } else if !names(.notMeasured).isEmpty {
            // A figure that half of the rounds do not have will not come with more of them.
            verdict = .inconclusive(.notMeasured(names(.notMeasured)))
        } else if names(.unclear).isEmpty {
            verdict = .pass
        } else {
            verdict = isLast ? .inconclusive(.unclear(names(.unclear))) : .needsRounds(next)
        }
    }

    private func judged(at look: GatePlan.Look, mayDecide: Bool) -> [MetricDecision] {
        let shifts = metrics.map { worseShift(of: $0) }
        // Holm's correction: among those that decide, and among those that inform.
        var worse = [Double](repeating: 1, count: metrics.count)
        var better = worse
        for decides in [true, false] {
            let indices = metrics.indices.filter { metrics[$0].decides == decides }
            let worseHere = indices.map { shifts[$0].estimate?.probability(ofExceeding: 0) ?? 1 }
            let betterHere = indices.map { shifts[$0].estimate?.probability(ofFallingBelow: 0) ?? 1 }
            for (index, probability) in zip(indices, HolmCorrection.adjusted(worseHere)) { worse[index] = probability }
            for (index, probability) in zip(indices, HolmCorrection.adjusted(betterHere)) {
                better[index] = probability
            }
        }
        return metrics.indices.map { index in
            let metric = metrics[index]
            let (rounds, estimate) = shifts[index]
            guard let estimate, rounds * 2 >= self.rounds.count else {
                return MetricDecision(
                    metric: metric, verdict: mayDecide ? .notMeasured : .unclear, rounds: rounds, ratio: nil,
                    interval: Interval(low: 0, high: .infinity), probability: 1)
            }
            let bounds = Interval(
                low: estimate.lowerBound(error: look.error), high: estimate.upperBound(error: look.error))
            var verdict = MetricVerdict.unclear
            if mayDecide {
                let least = metric.worseLogEffect
                let betterLeast = metric.betterLogEffect
                if worse[index] <= look.error, estimate.value >= least {
                    verdict = .regression
                } else if better[index] <= look.error, estimate.value <= -betterLeast, bounds.high < least {
                    verdict = .improvement
                } else if bounds.high < least {
                    verdict = .pass
                }
            }
            let ends = [bounds.low, bounds.high].map { ShiftEstimate.ratio(metric.turned($0)) }.sorted()
            return MetricDecision(
                metric: metric, verdict: verdict, rounds: rounds,
                ratio: ShiftEstimate.ratio(metric.turned(estimate.value)),
                interval: Interval(low: ends[0], high: ends[1]), probability: worse[index])
        }
    }

    /// The shift of a metric's logarithms, turned so that positive is worse, and of how many rounds it is.
    private func worseShift(of metric: GateMetric) -> (rounds: Int, estimate: ShiftEstimate?) {
        switch design {
        case .interleaved:
            let ratios = rounds.compactMap { round in
                round.baseline[metric.name].flatMap { baseline in
                    round.candidate[metric.name].flatMap { ShiftEstimate.logRatio(from: baseline, to: $0) }
                }
            }
            return (ratios.count, ShiftEstimate(pairedDifferences: ratios.map(metric.turned)))
        case .fixedBaseline(let runs):
            func logarithms(_ figures: [[String: Double]]) -> [Double] {
                figures.compactMap { $0[metric.name].flatMap { ShiftEstimate.logRatio(from: 1, to: $0) } }
                    .map(metric.turned)
            }
            let candidate = logarithms(rounds.map(\.candidate))
            return (candidate.count, ShiftEstimate(from: logarithms(runs), to: candidate))
        }
    }
}
