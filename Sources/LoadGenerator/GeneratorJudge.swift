package import LoadMetrics

/// Judges the generator itself: whether the load it put on is the load that was asked for, and whether it, not the
/// system under test, set the limit.
///
/// The criteria and their bounds are the table of `Criterion`. The worst decides; of equally bad ones the first.
package struct GeneratorJudge {
    /// What a verdict depends on besides the run.
    package struct Surroundings: Sendable {
        /// Cores that this process may use.
        package var usableCores: Int
        /// What this generator can send here by its calibration; nil without one.
        package var limitPerSecond: Double?

        /// Surroundings as given.
        package init(usableCores: Int, limitPerSecond: Double? = nil) {
            self.usableCores = usableCores
            self.limitPerSecond = limitPerSecond
        }
    }

    private let outcome: LoadOutcome
    private let surroundings: Surroundings

    /// A judge of a run.
    package init(_ outcome: LoadOutcome, _ surroundings: Surroundings) {
        self.outcome = outcome
        self.surroundings = surroundings
    }

    /// The verdict of one phase.
    package func verdict(of phase: LoadOutcome.Phase) -> GeneratorVerdict {
        let subject = Criterion.Case(phase: phase, outcome: outcome, surroundings: surroundings)
        let results = Criterion.table.map { $0.judge(subject) }
        var verdict = GeneratorVerdict(.valid, criteria: results)
        for (criterion, result) in zip(Criterion.table, results) where result.judgement > verdict.judgement {
            verdict.judgement = result.judgement
            verdict.reason = criterion.words(criterion.reason, result, phase: subject)
            verdict.advice = criterion.words(criterion.advice, result, phase: subject)
        }
        return verdict
    }

    /// The verdict of the run: its worst measured phase's, or worse where connections were lost.
    ///
    /// Of each criterion it has the worst phase's figure.
    package func verdict() -> GeneratorVerdict {
        let verdicts = outcome.phases.filter(\.measured).map { (name: $0.name, verdict: verdict(of: $0)) }
        var worst = GeneratorVerdict(.valid)
        for (_, verdict) in verdicts where verdict.judgement > worst.judgement { worst = verdict }
        var criteria: [CriterionResult] = []
        for (name, verdict) in verdicts {
            for (index, result) in (verdict.criteria ?? []).enumerated() {
                var result = result
                result.phase = name
                if index == criteria.count {
                    criteria.append(result)
                } else if result.isWorse(than: criteria[index]) {
                    criteria[index] = result
                }
            }
        }
        for (result, reason, advice) in runCriteria() {
            criteria.append(result)
            guard result.judgement > worst.judgement || (result.judgement == .invalid && result.name == "lost_for_good")
            else { continue }
            worst = GeneratorVerdict(result.judgement, reason: reason, advice: advice)
        }
        worst.criteria = criteria
        return worst
    }

    /// What concerns no phase alone.
    private func runCriteria() -> [(CriterionResult, reason: String, advice: String)] {
        [
            (
                CriterionResult(
                    name: "lost_for_good", title: "connections lost for good", value: Double(outcome.failures.count),
                    suspectAbove: 0, invalidAbove: 0, unit: .times),
                outcome.failures.first ?? "", "Look at the broker's log, then run again."
            ),
            (
                CriterionResult(
                    name: "no_phase", title: "ended before the first phase", value: outcome.phases.isEmpty ? 1 : 0,
                    suspectAbove: 0, invalidAbove: 0, unit: .times),
                "The run ended before its first phase.", "Run it again."
            ),
            (
                CriterionResult(
                    name: "recoveries", title: "connections lost and recovered", value: Double(outcome.recoveries),
                    suspectAbove: outcome.wasDisturbed ? .greatestFiniteMagnitude : 0, invalidAbove: nil, unit: .times),
                "Connections were lost and recovered \(outcome.recoveries) times.",
                "Expected where somebody restarts the broker; otherwise look at its log."
            ),
        ]
    }
}
