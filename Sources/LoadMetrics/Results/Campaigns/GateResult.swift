package import FoundationEssentials

/// The outcome of a gate, as `gate.json` keeps it: the figures of every run of both sides, and what was decided of them.
///
/// ```
///  GateResult ─┬─ scenario, machine, baseline, candidate   what was compared, where
///              ├─ rules                                    how it was decided
///              ├─ runs: [GateRun]                          each run's figures, in the order in which they ran
///              ├─ findings: [GateFinding]                  one a metric: the effect, its interval, the decision
///              └─ verdict, problems, notes                 PASS, REGRESSION or INCONCLUSIVE, and what kept it from more
/// ```
package struct GateResult: VersionedDocument, Equatable {
    package static let format = "rafale-gate"
    package static let schemaVersion = 1
    package static let title = "a result of a gate"

    /// What a gate says.
    package enum Verdict: String, Sendable, Codable, CaseIterable {
        /// Every gating metric is known to be less than the least effect worse.
        case pass = "PASS"
        /// At least one gating metric is worse by at least the least effect.
        case regression = "REGRESSION"
        /// Neither is known, or the runs cannot be compared.
        case inconclusive = "INCONCLUSIVE"
    }

    /// Always ``format``.
    package private(set) var format = GateResult.format
    /// The version of the keys and their meaning.
    package private(set) var schemaVersion = GateResult.schemaVersion

    /// What was run.
    package var scenario: ScenarioFacts
    /// Wall time of its beginning; a label.
    package var startedAt: Date
    /// How long it took, builds not included.
    package var durationNanoseconds: Int64
    /// Where the candidate ran.
    package var machine: MachineFacts
    /// The version of the program that compared.
    package var toolVersion: String
    /// What the candidate is held against.
    package var baseline: GateSide
    /// What is judged.
    package var candidate: GateSide
    /// How it was decided.
    package var rules: GateRules
    /// Every run, in the order in which they ran; those of a committed baseline first.
    package var runs: [GateRun]
    /// What is known of each metric, the gating ones first.
    package var findings: [GateFinding]
    /// What the gate says.
    package var verdict: Verdict
    /// Why the sides cannot be compared, or not well enough, beside what the findings say; one sentence each.
    package var problems: [String]
    /// What a reader should know besides, one sentence each.
    package var notes: [String]

    /// A result from its parts.
    package init(
        scenario: ScenarioFacts, startedAt: Date, durationNanoseconds: Int64, machine: MachineFacts,
        toolVersion: String, baseline: GateSide, candidate: GateSide, rules: GateRules, runs: [GateRun],
        findings: [GateFinding], verdict: Verdict, problems: [String] = [], notes: [String] = []
    ) {
        self.scenario = scenario
        self.startedAt = startedAt
        self.durationNanoseconds = durationNanoseconds
        self.machine = machine
        self.toolVersion = toolVersion
        self.baseline = baseline
        self.candidate = candidate
        self.rules = rules
        self.runs = runs
        self.findings = findings
        self.verdict = verdict
        self.problems = problems
        self.notes = notes
    }

    /// The values of a metric on one side that count, in the order of the runs.
    package func values(of metric: RunMetric, _ side: GateRun.Side) -> [Double] {
        runs.filter { $0.side == side && $0.counts }.compactMap { $0.values[metric.name] }
    }

    /// Conditions on counts, such as `lost == 0`, that the candidate broke and the baseline never did.
    ///
    /// A count is no figure that noise moves: one such run is enough. Thresholds on times and rates are not among them.
    package var brokenCounts: [String] { Self.brokenCounts(in: runs) }

    /// The same of the runs of a gate that is under way.
    package static func brokenCounts(in runs: [GateRun]) -> [String] {
        func broken(_ side: GateRun.Side) -> [String] {
            runs.filter { $0.side == side && $0.counts }.flatMap(\.brokenCounts)
        }
        let before = Set(broken(.baseline))
        var seen: Set<String> = []
        return broken(.candidate).filter { !before.contains($0) && seen.insert($0).inserted }
    }

    /// The rounds that count: of both sides, or of the candidate alone where the baseline is committed.
    package var completedRounds: Int { runs.count { $0.side == .candidate && $0.counts } }
}

/// One of the two things that a gate compares.
package struct GateSide: Sendable, Equatable, Codable {
    /// Where it comes from.
    package enum Kind: String, Sendable, Codable {
        /// A file of figures that was committed.
        case committed
        /// A revision that was built for the gate.
        case revision
        /// A program as it lies on the disk.
        case binary
    }

    package var kind: Kind
    /// How a reader knows it: the revision's name, the file or the program as it was given.
    package var label: String
    /// The commit; nil where it is not known.
    package var revision: String?
    /// The version of the program; nil before it ran.
    package var toolVersion: String?
    /// What was set of the scenario for this side alone, as `key=value` without passwords.
    package var overrides: [String]
    /// Where its figures were measured, for a committed baseline; nil where they were measured here.
    package var machine: MachineFacts?
    /// When its figures were measured, for a committed baseline.
    package var measuredAt: Date?

    /// A side.
    package init(
        kind: Kind, label: String, revision: String? = nil, toolVersion: String? = nil, overrides: [String] = [],
        machine: MachineFacts? = nil, measuredAt: Date? = nil
    ) {
        self.kind = kind
        self.label = label
        self.revision = revision
        self.toolVersion = toolVersion
        self.overrides = overrides
        self.machine = machine
        self.measuredAt = measuredAt
    }
}

/// How a gate decides.
package struct GateRules: Sendable, Equatable, Codable {
    /// Whether each round holds a run of either side, so that their figures are compared in pairs.
    package var interleaved: Bool
    /// No decision comes before so many rounds.
    package var roundsMinimum: Int
    /// No more rounds than these.
    package var roundsMaximum: Int
    /// No round begins when this time is over.
    package var budgetNanoseconds: Int64
    /// The least change that matters, as a share of the baseline: 0.05 for 5 %.
    package var leastEffect: Double
    /// The share of gates over equal programs that may say REGRESSION, all metrics and looks together.
    package var falseAlarmRate: Double
    /// The metrics that decide.
    package var metrics: [RunMetric]

    /// Rules as given.
    package init(
        interleaved: Bool, roundsMinimum: Int, roundsMaximum: Int, budgetNanoseconds: Int64, leastEffect: Double,
        falseAlarmRate: Double, metrics: [RunMetric]
    ) {
        self.interleaved = interleaved
        self.roundsMinimum = roundsMinimum
        self.roundsMaximum = roundsMaximum
        self.budgetNanoseconds = budgetNanoseconds
        self.leastEffect = leastEffect
        self.falseAlarmRate = falseAlarmRate
        self.metrics = metrics
    }
}

/// One run of a gate and the figures that were taken of it.
package struct GateRun: Sendable, Equatable, Codable {
    /// Which of the two it was.
    package enum Side: String, Sendable, Codable {
        case baseline, candidate
    }

    package var side: Side
    /// Its round, from 1.
    package var round: Int
    /// Its folder below that of the gate; nil for a run of a committed baseline.
    package var folder: String?
    /// Whether its generator can be believed.
    package var judgement: GeneratorVerdict.Judgement
    /// The reason of a generator that is not VALID.
    package var reason: String?
    /// Whether its figures count: not those of a round in which a generator was INVALID.
    package var counts = true
    /// The scenario's conditions on counts, such as `lost == 0`, that did not hold.
    package var brokenCounts: [String]
    /// Its figures by the metrics' names; those not measured are left out.
    package var values: [String: Double]

    /// A run's figures.
    package init(
        side: Side, round: Int, folder: String? = nil, judgement: GeneratorVerdict.Judgement = .valid,
        reason: String? = nil, brokenCounts: [String] = [], values: [String: Double]
    ) {
        self.side = side
        self.round = round
        self.folder = folder
        self.judgement = judgement
        self.reason = reason
        self.brokenCounts = brokenCounts
        self.values = values
    }

    /// The figures of a result.
    package init(_ result: RunResult, side: Side, round: Int, folder: String? = nil, metrics: [RunMetric]) {
        var values: [String: Double] = [:]
        for metric in metrics { values[metric.name] = metric.value(in: result) }
        let isValid = result.generator.judgement == .valid
        self.init(
            side: side, round: round, folder: folder, judgement: result.generator.judgement,
            reason: isValid ? nil : result.generator.reason,
            brokenCounts: result.thresholds.filter { $0.verdict == .failed && $0.unit == .messages }.map(\.condition),
            values: values)
    }
}

/// What is known of one metric.
package struct GateFinding: Sendable, Equatable, Codable {
    /// What the figures of a metric say.
    package enum Decision: String, Sendable, Codable {
        /// Less than the least effect worse.
        case pass
        /// Better for sure, by at least the least effect.
        case improvement
        /// Worse for sure, by at least the least effect.
        case regression
        /// Not known yet.
        case unclear
        /// Too few of the rounds have figures of both sides.
        case notMeasured
    }

    package var metric: RunMetric
    /// Whether it decides; otherwise it is only told.
    package var gates: Bool
    package var decision: Decision
    /// The candidate's change as a share of the baseline, in the metric's own direction: 0.03 is 3 % more; nil where it
    /// cannot be told.
    package var change: Double?
    /// The change is at least this; nil where there are too few rounds to say.
    package var changeLow: Double?
    /// The change is at most this; nil where there are too few rounds to say.
    package var changeHigh: Double?
    /// How sure each of the two bounds is: 0.95 for 95 %.
    package var confidence: Double?
    /// The standard deviation of a single round's change: what the machine's noise does to one comparison.
    package var roundNoise: Double?

    /// A finding.
    package init(
        metric: RunMetric, gates: Bool, decision: Decision, change: Double? = nil, changeLow: Double? = nil,
        changeHigh: Double? = nil, confidence: Double? = nil, roundNoise: Double? = nil
    ) {
        self.metric = metric
        self.gates = gates
        self.decision = decision
        self.change = change
        self.changeLow = changeLow
        self.changeHigh = changeHigh
        self.confidence = confidence
        self.roundNoise = roundNoise
    }
}
