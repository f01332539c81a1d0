import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

/// Answers what a scenario's pipeline can carry within limits: the highest rate at each worker count, or the worker count
/// that a rate needs.
struct Capacity: Sendable {
    /// What is asked.
    enum Question: Sendable, Equatable {
        /// The highest rate at each value of the key; of the scenario as it is where there is no key.
        case rates(VariedKey?)
        /// The least of these worker counts that carries a rate.
        case workers(ratePerSecond: Double, among: [Int])
    }

    let campaign: Campaign
    private let question: Question
    private let limits: [Threshold]
    private let load: ProbeLoad
    private let range: ClosedRange<Double>?
    private let mostProbes: Int
    private let layout: CoreLayout
    /// The scenario at each point, before a load takes the place of its phases.
    private let scenarios: [[String]: Scenario]
    private let key: VariedKey?
    private let dropped: [String]

    /// Checks every point and limit before the first run, in the scenario language's own words.
    init(
        options: CampaignOptions, question: Question, limits texts: [String], range: ClosedRange<Double>?,
        timing: ProbeTiming
    ) throws {
        self.question = question
        self.range = range
        mostProbes = timing.mostProbes
        let base = try options.file()
        let given = Self.limits(of: base.scenario, texts)
        dropped = given.dropped
        key =
            switch question {
            case .rates(let key): key
            case .workers(_, let counts):
                VariedKey(name: SweepCommand.workersKeyName, values: counts.map(String.init))
            }
        let trial = ProbeLoad(limits: given.texts, warmUp: timing.warmUp, measure: timing.measure, drain: base.scenario.drain)
        var scenarios: [[String]: Scenario] = [:]
        for values in key.map({ $0.values.map { [$0] } }) ?? [[]] {
            let overrides = zip(key.map { [$0] } ?? [], values).map { $0.override($1) }
            do throws(ScenarioError) {
                scenarios[values] = try options.file(with: trial.overrides(ratePerSecond: 1, run: 1) + overrides).scenario
            } catch {
                throw error.told(by: ["thresholds": "--limit", SweepCommand.workersKeyName: "--workers"])
            }
        }
        self.scenarios = scenarios
        self.limits = scenarios.values.first?.thresholds ?? []
        load = ProbeLoad(
            limits: given.texts, warmUp: timing.warmUp, measure: timing.measure,
            drain: ProbeLoad.drain(base.scenario, limits: self.limits))
        layout = CoreLayout.current(base.scenario)
        _ = try CorePinning(layout.cpus ?? base.scenario.cpus)
        campaign = try Campaign(
            options: options, base: base, kind: .capacity,
            asked: Self.asked(question, given.texts, range, timing, layout))
    }

    /// The conditions to hold: those of the command line, or the scenario's; those that speak of a phase have lost it.
    private static func limits(of scenario: Scenario, _ texts: [String]) -> (texts: [String], dropped: [String]) {
        guard texts.isEmpty else { return (texts, []) }
        return (
            scenario.thresholds.filter { $0.phase == nil }.map(\.text),
            scenario.thresholds.filter { $0.phase != nil }.map(\.description)
        )
    }

    private static func asked(
        _ question: Question, _ limits: [String], _ range: ClosedRange<Double>?, _ timing: ProbeTiming,
        _ layout: CoreLayout
    ) -> [String: String] {
        var asked = [
            "--limit": limits.joined(separator: ", "), "--measure": SaturationLoad.text(timing.measure),
            "--warm-up": SaturationLoad.text(timing.warmUp), "--probes": "\(timing.mostProbes)", "cores": layout.words,
        ]
        if let range {
            asked["--from and --to"] = "\(ProbeLoad.text(range.lowerBound)) – \(ProbeLoad.text(range.upperBound))"
        }
        switch question {
        case .rates(let key):
            if let key { asked["--workers"] = key.values.joined(separator: ",") }
        case .workers(let rate, let counts):
            asked["--target"] = ProbeLoad.text(rate)
            asked["--workers"] = counts.map(String.init).joined(separator: ",")
        }
        return asked
    }

    // MARK: - Running

    /// Makes the probes; what was found is written also when somebody ends the search early.
    func run() async throws -> CapacityResult {
        let progress = campaign.progress
        progress.say("\(campaign.base.scenario.name): searching in \(campaign.folder.path)")
        return try await campaign.interruption.whileWatching { progress.say($0) } _: {
            let answer: Answer
            switch question {
            case .rates: answer = try await findRates()
            case .workers(let rate, let counts): answer = try await findWorkers(rate, among: counts)
            }
            progress.clear()
            var result = CapacityResult(
                campaign: campaign.facts(from: answer.last), limits: load.limits, key: key?.name,
                points: answer.points, target: answer.target)
            result.notes = notes(result)
            try campaign.folder.write(result, as: CapacityResult.fileName)
            return result
        }
    }

    private struct Answer {
        var points: [CapacityPoint] = []
        var target: CapacityTarget?
        var last: RunResult?
    }

    private func findRates() async throws -> Answer {
        var answer = Answer()
        let points = key.map { $0.values.map { [$0] } } ?? [[]]
        for values in points where !campaign.interruption.isAsked {
            let found = try await hunt(values).find(values: values)
            answer.points.append(found.point)
            answer.last = found.result ?? answer.last
            if let rate = found.point.ratePerSecond {
                campaign.progress.say("\(title(values)): \(ProbeLoad.text(rate.rounded()))")
            }
        }
        return answer
    }

    /// The search at a point.
    func hunt(_ values: [String]) -> CapacityHunt {
        CapacityHunt(
            runner: runner(values),
            range: range.map { .between($0) } ?? .around(saturation(values)), mostProbes: mostProbes)
    }

    private func findWorkers(_ rate: Double, among counts: [Int]) async throws -> Answer {
        var answer = Answer()
        var target = CapacityTarget(ratePerSecond: rate, candidates: counts, answer: "")
        let least = ["\(counts[0])"]
        guard let saturated = try await runner(least).saturate(saturation(least)) else { return answer }
        answer.last = saturated.result
        let each = saturated.result.totals.throughputPerSecond / Double(max(1, counts[0]))
        let guess = each > 0 ? Int(min(1e6, (rate / each).rounded(.up))) : counts[0]
        var search = WorkerCountSearch(candidates: counts, guess: guess)
        while let count = search.next {
            let runner = runner(["\(count)"])
            guard let made = try await runner.probe(ratePerSecond: rate, number: 1) else { break }
            target.probes.append(.init(workers: count, probe: made.probe))
            answer.last = made.result
            search.record(.init(made.probe.verdict))
        }
        target.conclude(search.outcome)
        answer.target = target
        return answer
    }

    private func runner(_ values: [String]) -> ProbeRunner {
        let overrides = (layout.override.map { [$0] } ?? []) + zip(key.map { [$0] } ?? [], values).map { $0.override($1) }
        let (progress, title) = (campaign.progress, title(values))
        return ProbeRunner(
            campaign: campaign, load: load, limits: limits, overrides: overrides,
            name: SweepPlan.plain(title), lanesPerWorker: scenarios[values].flatMap { $0.workers.source == .reference ? $0.workers.lanes : nil },
            tell: { progress.show(title.isEmpty ? $0 : "\(title): \($0)") })
    }

    private func saturation(_ values: [String]) -> SaturationLoad {
        let scenario = scenarios[values] ?? campaign.base.scenario
        return SaturationLoad(
            scenario, points: [scenario], warmUp: load.warmUp, measure: min(load.measure, .seconds(5)))
    }

    private func title(_ values: [String]) -> String {
        key.map { "\($0.name)=\(values.joined())" } ?? campaign.base.scenario.name
    }

    private func notes(_ result: CapacityResult) -> [String] {
        var notes = campaign.notes
        if let note = layout.note { notes.append(note) }
        if load.limits.isEmpty {
            notes.append("There are no limits: a rate holds as long as the backlog does not grow.")
        }
        if !dropped.isEmpty {
            notes.append("These limits speak of phases, which a search has not: \(dropped.joined(separator: ", ")).")
        }
        let probes = result.points.flatMap(\.probes) + (result.target?.probes.map(\.probe) ?? [])
        let suspect = probes.filter { $0.figures.judgement == .suspect }
        if let first = suspect.first {
            notes.append("In \(suspect.count) of \(probes.count) probes the generator is suspect. \(first.figures.reason)")
        }
        return notes
    }
}

/// How long probes are, and how many of them there may be.
struct ProbeTiming: Sendable, Equatable {
    var warmUp: Duration
    var measure: Duration
    var mostProbes: Int
}

extension WorkerCountSearch.CapacityAnswer {
    init(_ verdict: CapacityProbe.Verdict) {
        self =
            switch verdict {
            case .holds: .holds
            case .fails, .unclear: .fails
            case .generatorLimited: .generatorLimited
            }
    }
}

extension CapacityTarget {
    /// Puts what a search found into words.
    mutating func conclude(_ outcome: WorkerCountSearch.Outcome?) {
        let rate = ProbeLoad.text(ratePerSecond)
        func reason(_ count: Int) -> String { probes.last { $0.workers == count }?.probe.reason ?? "" }
        func named(_ count: Int) -> String { "\(count) worker\(count == 1 ? "" : "s")" }
        let failed = probes.filter { $0.probe.verdict != .holds }
        switch outcome {
        case .found(let count):
            workers = count
            let below = failed.map(\.workers).filter { $0 < count }.max()
            answer =
                "\(named(count)) carry \(rate) within the limits"
                + (below.map { "; \(named($0)) do not: \(reason($0))" } ?? ", and fewer were not asked for") + "."
            if count == 1 { answer = "1 worker carries \(rate) within the limits." }
        case .some(.none):
            let most = candidates.last ?? 0
            answer = "None of up to \(named(most)) carries \(rate) within the limits; with \(most), \(reason(most))."
        case .generatorLimited(let count):
            answer =
                "Not known: with \(named(count)) the generator, not the system, was the limit at \(rate): \(reason(count))"
        case nil: answer = "Not known: the search was ended early."
        }
    }
}
