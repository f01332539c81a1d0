import Foundation
import LoadMetrics
import Scenarios

/// The points at which capacities are looked for, each checked before the first run, and how one looks there.
struct CapacityPoints: Sendable {
    /// The keys whose values make the points; none where there is one point only.
    let keys: [VariedKey]
    /// What each rate is tried with.
    let load: ProbeLoad
    /// What the load's limits mean.
    let limits: [Threshold]
    /// The scenario's conditions that speak of a phase, which a search does not have.
    let dropped: [String]
    let timing: ProbeTiming
    let layout: CoreLayout
    /// The scenario at each point, before a load takes the place of its phases.
    private let scenarios: [[String]: Scenario]

    /// Points of a scenario; `limits` of the command line take the place of its own.
    init(
        options: CampaignOptions, base: Scenario, keys: [VariedKey], limits texts: [String], timing: ProbeTiming
    ) throws(ScenarioError) {
        self.keys = keys
        self.timing = timing
        let own = base.thresholds
        dropped = texts.isEmpty ? own.filter { $0.phase != nil }.map(\.description) : []
        let texts = texts.isEmpty ? own.filter { $0.phase == nil }.map(\.text) : texts
        let trial = ProbeLoad(limits: texts, warmUp: timing.warmUp, measure: timing.measure, drain: base.drain)
        var scenarios: [[String]: Scenario] = [:]
        for values in SweepPlan.points(keys) {
            let overrides = zip(keys, values).map { $0.override($1) }
            do throws(ScenarioError) {
                scenarios[values] = try options.scenario.file(
                    with: trial.overrides(ratePerSecond: 1, run: 1) + overrides
                )
                .scenario
            } catch {
                throw error.told(by: Sweep.optionNames(keys).merging(["thresholds": "--limit"]) { $1 })
            }
        }
        self.scenarios = scenarios
        limits = scenarios.values.first?.thresholds ?? []
        load = ProbeLoad(
            limits: texts, warmUp: timing.warmUp, measure: timing.measure,
            drain: ProbeLoad.drain(base, limits: limits))
        layout = keys.contains { $0.name.hasPrefix("cpus") } ? CoreLayout() : CoreLayout.current(base)
    }

    /// What a campaign over them is asked, for its request.
    var asked: [String: String] {
        [
            "--limit": load.limits.joined(separator: ", "), "--measure": SaturationLoad.text(timing.measure),
            "--warm-up": SaturationLoad.text(timing.warmUp), "--probes": "\(timing.mostProbes)", "cores": layout.words,
        ]
    }

    /// A point in words: `workers.count=4`.
    func title(_ values: [String]) -> String {
        zip(keys, values).map { "\($0.name)=\($1)" }.joined(separator: ", ")
    }

    /// Who tries rates at a point; `name` begins the names of its runs.
    func runner(
        _ campaign: Campaign, at values: [String], name: String, tell: @escaping @Sendable (String) -> Void
    ) -> ProbeRunner {
        let workers = scenarios[values]?.workers
        return ProbeRunner(
            campaign: campaign, load: load, limits: limits,
            overrides: (layout.override.map { [$0] } ?? []) + zip(keys, values).map { $0.override($1) }, name: name,
            lanesPerWorker: workers?.source == .reference ? workers?.lanes : nil, tell: tell)
    }

    /// The closed loop that gives a first guess at a point.
    func saturation(at values: [String], of base: Scenario) -> SaturationLoad {
        let scenario = scenarios[values] ?? base
        return SaturationLoad(
            scenario, points: [scenario], warmUp: load.warmUp, measure: min(load.measure, .seconds(5)))
    }

    /// What a reader must know of capacities found here.
    var notes: [String] {
        var notes: [String] = []
        if let note = layout.note { notes.append(note) }
        if load.limits.isEmpty {
            notes.append("There are no limits: a rate holds as long as the backlog does not grow.")
        }
        if !dropped.isEmpty {
            notes.append("These limits speak of phases, which a search has not: \(dropped.joined(separator: ", ")).")
        }
        return notes
    }
}

/// How long probes are, and how many of them there may be.
struct ProbeTiming: Sendable, Equatable {
    var warmUp: Duration
    var measure: Duration
    var mostProbes: Int

    /// How long a search takes where nothing else is known: a closed loop, and as many probes as there may be, every
    /// other one in two runs.
    var expectedSearch: Duration {
        RemainingTime.run(loading: warmUp + min(measure, .seconds(5)))
            + RemainingTime.run(loading: warmUp + measure) * mostProbes * 3 / 2
    }
}
