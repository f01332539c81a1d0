import Foundation
import LoadMetrics
import Statistics

/// The rounds of a gate so far, and what they say: pure, so that the same rounds give the same verdict.
struct GateTally {
    let rules: GateRules
    /// The metrics whose figures are kept: those that decide, then those that are told.
    let metrics: [RunMetric]
    /// The runs so far, in the order in which they ran.
    private(set) var runs: [GateRun] = []
    /// What keeps the sides from being compared; no pass with any of these.
    private(set) var problems: [String] = []

    private var decision: GateDecision
    private let toleratedInvalid: Int
    private var invalidRounds = 0

    /// A tally that waits for its first round; `baseline` holds the runs of a committed one.
    init(rules: GateRules, told: [RunMetric], baseline: [GateRun]? = nil, toleratedInvalid: Int = 0) {
        self.rules = rules
        self.toleratedInvalid = toleratedInvalid
        let deciding = Set(rules.metrics)
        metrics = rules.metrics + told.filter { !deciding.contains($0) }
        runs = baseline ?? []
        let compared = metrics.map { metric in
            GateMetric(
                name: metric.name, direction: metric.higherIsBetter ? .higherIsBetter : .lowerIsBetter,
                leastEffect: rules.leastEffect, decides: deciding.contains(metric))
        }
        let design = baseline.map { GateDesign.fixedBaseline($0.map(\.values)) } ?? .interleaved
        let plan = GatePlan(
            metrics: compared, design: design, confidence: 1 - rules.falseAlarmRate,
            rounds: rules.roundsMinimum...rules.roundsMaximum)
        decision = GateDecision(metrics: compared, design: design, plan: plan)
    }

    /// Whether another round may change what is known.
    var wantsMore: Bool { problems.isEmpty && !decision.verdict.isFinal }

    /// The least number of rounds after which the clearest figures decide; nil when no number does.
    var fewestRounds: Int? { decision.plan.fewestRounds }

    /// The number of the next round.
    var nextRound: Int { (runs.filter { $0.side == .candidate }.map(\.round).max() ?? 0) + 1 }

    /// Takes the runs of a round: one of each side, or the candidate's alone.
    mutating func add(_ round: [GateRun]) {
        guard let invalid = round.first(where: { $0.judgement == .invalid }) else {
            runs += round
            func values(_ side: GateRun.Side) -> [String: Double] { round.first { $0.side == side }?.values ?? [:] }
            decision.add(GateRound(baseline: values(.baseline), candidate: values(.candidate)))
            return
        }
        runs += round.map { run in
            var run = run
            run.counts = false
            return run
        }
        invalidRounds += 1
        let words = "The generator of round \(invalid.round) (\(invalid.side.rawValue)) was INVALID"
        if invalidRounds > toleratedInvalid {
            problems.append("\(words), so that its figures are its own: \(invalid.reason ?? "It does not say why.")")
        } else {
            decision.discard(words)
        }
    }

    /// Ends it for a reason that rules a pass out.
    mutating func stop(_ problem: String) { problems.append(problem) }

    /// Ends it where it is, without another reason than that.
    mutating func stop() { decision.stop() }

    // MARK: - What it says

    /// The verdict, and what kept it from another one.
    func verdict() -> (verdict: GateResult.Verdict, problems: [String]) {
        if !brokenCounts.isEmpty { return (.regression, problems) }
        if !problems.isEmpty { return (.inconclusive, problems) }
        switch decision.verdict {
        case .pass: return (.pass, [])
        case .regression: return (.regression, [])
        case .needsRounds: return (.inconclusive, ["It was ended before it could decide."])
        case .inconclusive(let doubt): return (.inconclusive, [words(for: doubt)].compactMap(\.self))
        }
    }

    private var brokenCounts: [String] { GateResult.brokenCounts(in: runs) }

    private func words(for doubt: GateDoubt) -> String? {
        let deciding = "\(rules.metrics.count) metric\(rules.metrics.count == 1 ? "" : "s")"
        switch doubt {
        case .tooFewRoundsAllowed(let needed):
            return needed.map {
                "\(rules.roundsMaximum) rounds can decide nothing, whatever they show: \(deciding) at this rate of false "
                    + "alarms need at least \($0); raise --rounds."
            } ?? "No number of rounds decides against so few runs of the baseline: write one of more runs."
        // Told of each metric.
        case .unclear:
            return "All \(rules.roundsMaximum) rounds ran, and it is not clear yet: longer runs, or more --rounds."
        case .notMeasured(let names):
            return "\(names.joined(separator: ", ")) was not measured in most rounds: name others with --metrics."
        case .tooManyDiscarded(let count): return "\(count) rounds had an INVALID generator: make the load lighter."
        case .stopped(let rounds):
            return
                "The budget of \(Duration.nanoseconds(rules.budgetNanoseconds).formatted()) was over after \(rounds) "
                + "rounds, before it was clear: raise --budget, or shorten the runs with --measure."
        case .nothingToDecide: return "No metric decides: name some with --metrics."
        }
    }

    /// What is known of each metric that has figures on both sides; one that decides is told of in any case.
    func findings() -> [GateFinding] {
        let deciding = Set(rules.metrics)
        return metrics.compactMap { metric in
            let gates = deciding.contains(metric)
            let known = decision.decisions.first { $0.metric.name == metric.name }
            guard let estimate = estimate(of: metric) else {
                return gates ? GateFinding(metric: metric, gates: true, decision: .notMeasured) : nil
            }
            let bounds = known.map(\.interval).flatMap { $0.low > 0 && $0.isBounded ? $0 : nil }
            return GateFinding(
                metric: metric, gates: gates, decision: known.map { .init($0.verdict) } ?? .unclear,
                change: (known?.ratio ?? ShiftEstimate.ratio(estimate.shift.value)) - 1,
                changeLow: bounds.map { $0.low - 1 },
                changeHigh: bounds.map { $0.high - 1 }, confidence: bounds.map { _ in 1 - rules.falseAlarmRate },
                roundNoise: estimate.noise)
        }
    }

    /// The shift of a metric's logarithms from the baseline to the candidate, and how much one round's varies.
    private func estimate(of metric: RunMetric) -> (shift: ShiftEstimate, noise: Double?)? {
        func logarithms(_ side: GateRun.Side) -> [(round: Int, value: Double)] {
            runs.filter { $0.side == side && $0.counts }.compactMap { run in
                run.values[metric.name].flatMap { ShiftEstimate.logRatio(from: 1, to: $0) }.map { (run.round, $0) }
            }
        }
        let (baseline, candidate) = (logarithms(.baseline), logarithms(.candidate))
        if rules.interleaved {
            let differences = candidate.compactMap { entry in
                baseline.first { $0.round == entry.round }.map { entry.value - $0.value }
            }
            return ShiftEstimate(pairedDifferences: differences).map { ($0, Self.deviation(differences)) }
        }
        let values = (baseline.map(\.value), candidate.map(\.value))
        guard let shift = ShiftEstimate(from: values.0, to: values.1) else { return nil }
        let deviations = (Self.deviation(values.0), Self.deviation(values.1))
        guard let one = deviations.0, let other = deviations.1 else { return (shift, nil) }
        return (shift, (one * one + other * other).squareRoot())
    }

    /// The standard deviation; nil of fewer than two.
    private static func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}

extension GateFinding.Decision {
    fileprivate init(_ verdict: MetricVerdict) {
        self =
            switch verdict {
            case .regression: .regression
            case .improvement: .improvement
            case .pass: .pass
            case .unclear: .unclear
            case .notMeasured: .notMeasured
            }
    }
}
