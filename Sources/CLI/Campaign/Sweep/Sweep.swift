import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

/// Measures every point of a sweep, in the order of its plan.
struct Sweep: Sendable {
    let campaign: Campaign
    let plan: SweepPlan
    private let mode: SweepResult.Mode
    private let warmUp: Duration
    private let measure: Duration
    private let layout: CoreLayout
    private let method: Method

    /// How a point is measured.
    private enum Method: Sendable {
        /// By a closed loop; beside it the CPU threads of a worker at each point.
        case saturation(SaturationLoad, lanes: [[String]: Int])
        /// By a search for the highest rate that holds.
        case capacity(CapacityPoints)
    }

    /// Checks every point before the first run, in the scenario language's own words.
    init(
        options: CampaignOptions, keys: [VariedKey], repeats: Int, mode: SweepResult.Mode, warmUp: Duration,
        measure: Duration, given: GivenOptions
    ) throws {
        self.mode = mode
        self.warmUp = warmUp
        self.measure = measure
        let base = try options.scenario.file()
        let keys = keys.isEmpty ? Self.usual(base.scenario) : keys
        try Self.check(keys, vary: base.scenario, for: .sweep)
        plan = SweepPlan(keys: keys, repeats: repeats, seed: base.scenario.seed)
        layout = keys.contains { $0.name.hasPrefix("cpus") } ? CoreLayout() : CoreLayout.current(base.scenario)
        _ = try CorePinning(layout.cpus ?? base.scenario.cpus)
        var asked = [
            "--mode": mode.rawValue, "--repeats": "\(repeats)", "--measure": SaturationLoad.text(measure),
            "--warm-up": SaturationLoad.text(warmUp), "cores": layout.words,
        ]
        switch mode {
        case .saturation: method = try Self.saturation(options, base.scenario, keys, warmUp: warmUp, measure: measure)
        case .capacity:
            let timing = ProbeTiming(warmUp: warmUp, measure: measure, mostProbes: CapacityCommand.usualProbes)
            let points = try CapacityPoints(
                options: options, base: base.scenario, keys: keys, limits: [], timing: timing)
            asked.merge(points.asked) { $1 }
            method = .capacity(points)
        }
        for key in keys { asked["--vary \(key.name)"] = key.values.joined(separator: ",") }
        campaign = try Campaign(options: options, base: base, kind: .sweep, asked: asked, given: given)
    }

    /// The closed loop for all points, each of them checked.
    private static func saturation(
        _ options: CampaignOptions, _ base: Scenario, _ keys: [VariedKey], warmUp: Duration, measure: Duration
    ) throws(ScenarioError) -> Method {
        let placeholder = SaturationLoad(base, points: [base], warmUp: warmUp, measure: measure)
        var scenarios: [[String]: Scenario] = [:]
        for values in SweepPlan.points(keys) {
            let overrides = zip(keys, values).map { $0.override($1) }
            do throws(ScenarioError) {
                scenarios[values] = try options.scenario.file(with: placeholder.overrides + overrides).scenario
            } catch {
                throw error.told(by: optionNames(keys))
            }
        }
        // How many threads a program of the user's own keeps busy, nobody says.
        let lanes = scenarios.filter { $0.value.workers.source == .reference }.mapValues(\.workers.lanes)
        let load = SaturationLoad(base, points: Array(scenarios.values), warmUp: warmUp, measure: measure)
        return .saturation(load, lanes: lanes)
    }

    /// The options that set the keys, for whoever gave a wrong value.
    static func optionNames(_ keys: [VariedKey]) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: keys.map {
                ($0.name, $0.name == SweepCommand.workersKeyName ? "--workers" : "--vary")
            })
    }

    /// What is varied where nobody says: the workers, or the generator's own consumers in their place.
    static func usual(_ scenario: Scenario) -> [VariedKey] {
        let name = scenario.consumers == nil ? SweepCommand.workersKeyName : "consumers.connections"
        return [VariedKey(name: name, values: ["1", "2", "3", "4", "6", "8"])].compactMap(\.self)
    }

    /// Refuses to vary workers where there are none.
    static func check(
        _ keys: [VariedKey], vary scenario: Scenario, for kind: CampaignRequest.Kind
    ) throws(CommandFailure) {
        guard keys.contains(where: { $0.name == SweepCommand.workersKeyName }) else { return }
        let reason: String? =
            switch scenario.target {
            case .store: "the load goes into the store alone"
            case .churn: "nothing is sent"
            case .broker where scenario.consumers != nil: "the generator consumes itself"
            case .broker where scenario.workers.source == .external: "its workers are processes of your own"
            case .broker: nil
            }
        guard let reason else { return }
        let other = scenario.consumers == nil ? "key=v1,v2" : "consumers.connections=1,2,4"
        let advice =
            kind == .sweep
            ? "name a key with --vary \(other)"
            : "leave out --workers and --target (rafale sweep --mode capacity searches at the values of another key)"
        throw CommandFailure(.usage, "'\(scenario.name)' has no worker count to vary: \(reason); \(advice)")
    }

    /// Makes the runs; what was measured is written also when somebody ends the sweep early.
    func run() async throws -> SweepResult {
        let progress = campaign.progress
        progress.say(
            "\(campaign.base.scenario.name): \(plan.slots.count) runs in \(campaign.folder.path)\(campaign.keeping)")
        return try await campaign.interruption.whileWatching {
            progress.say($0)
        } _: {
            var runs: [SweepRun] = []
            var capacities: [CapacityPoint] = []
            var last: RunResult?
            var remaining = RemainingTime(expected: expectedTime)
            for slot in plan.slots where !campaign.interruption.isAsked {
                let left = remaining.words(forRuns: plan.slots.count - slot.order + 1)
                let start = ContinuousClock.now
                guard let measured = try await measure(slot, left) else { break }
                let took = ContinuousClock.now - start
                // What an earlier part left takes no time, and says nothing of the runs to come.
                if took >= measure { remaining.add(took) }
                if let run = measured.run { runs.append(run) }
                if let capacity = measured.capacity { capacities.append(capacity) }
                last = measured.result ?? last
            }
            progress.clear()
            guard !runs.isEmpty || !capacities.isEmpty else {
                throw CommandFailure(.interrupted, "ended before the first run had; \(campaign.resuming)")
            }
            let result = result(of: runs, capacities, last)
            try campaign.folder.write(result, as: SweepResult.fileName)
            return result
        }
    }

    /// How long a point takes before one was measured.
    private var expectedTime: Duration {
        switch method {
        case .saturation: RemainingTime.run(loading: warmUp + measure)
        case .capacity(let points): points.timing.expectedSearch
        }
    }

    /// What became of a slot.
    private struct Measured {
        /// Nil where no rate held, of which there is nothing to draw.
        var run: SweepRun?
        var capacity: CapacityPoint?
        var result: RunResult?
    }

    /// Nil when it was ended early; `left` says how long the rest takes.
    private func measure(_ slot: SweepPlan.Slot, _ left: String) async throws -> Measured? {
        let progress = campaign.progress
        let place = "\(slot.order) of \(plan.slots.count): \(slot.title)"
        switch method {
        case .saturation(let load, let lanes):
            let overrides =
                (layout.override.map { [$0] } ?? []) + load.overrides
                + zip(plan.keys, slot.values).map { $0.override($1) }
            let finished = try await saturate(overrides, slot) { progress.show("run \(place) — \(left)") }
            guard let finished else { return nil }
            let figures = PointFigures(finished.result, lanesPerWorker: lanes[slot.values])
            return Measured(run: slot.run(in: finished.folder, figures), result: finished.result)
        case .capacity(let points):
            let runner = points.runner(campaign, at: slot.values, name: slot.name) {
                progress.show("search \(place) — \($0), \(left)")
            }
            let load = points.saturation(at: slot.values, of: campaign.base.scenario)
            let hunt = CapacityHunt(runner: runner, range: .around(load), mostProbes: points.timing.mostProbes)
            let found = try await hunt.find(values: slot.values)
            if found.point.outcome == .interrupted { return nil }
            let run = found.best.map { slot.run(in: $0.folders.last ?? "", $0.figures) }
            return Measured(run: run, capacity: found.point, result: found.result)
        }
    }

    private func saturate(
        _ overrides: [String], _ slot: SweepPlan.Slot, tell: () -> Void
    ) async throws -> RunLauncher.Finished? {
        do throws(LaunchError) {
            let finished = try await campaign.run(
                overrides, name: slot.name, limit: campaign.limit(loading: warmUp + measure), tell: tell)
            return finished.result.run.interrupted ? nil : finished
        } catch {
            if case .interrupted = error { return nil }
            throw CommandFailure(error.status, "\(error); \(campaign.resuming)")
        }
    }

    private func result(of runs: [SweepRun], _ capacities: [CapacityPoint], _ last: RunResult?) -> SweepResult {
        SweepResult(
            campaign: campaign.facts(from: last),
            keys: plan.keys.map { SweptKey(name: $0.name, values: $0.values) }, mode: mode, repeats: plan.repeats,
            seed: plan.seed, warmUpNanoseconds: warmUp.wholeNanoseconds, measureNanoseconds: measure.wholeNanoseconds,
            window: window, runs: runs, capacities: capacities, notes: notes(runs))
    }

    private var window: Int? {
        if case .saturation(let load, _) = method { load.window } else { nil }
    }

    private func notes(_ runs: [SweepRun]) -> [String] {
        var notes = campaign.notes
        switch method {
        case .saturation: if let note = layout.note { notes.append(note) }
        case .capacity(let points): notes += points.notes
        }
        if case .saturation(let load, _) = method, !load.dropped.isEmpty {
            notes.append(
                "A closed loop at its limit has no use for these thresholds, which were not judged: "
                    + load.dropped.joined(separator: ", ") + ".")
        }
        let broken = Set(runs.filter(\.figures.counts).flatMap(\.figures.brokenThresholds)).sorted()
        if !broken.isEmpty { notes.append("Not in all runs held: \(broken.joined(separator: ", ")).") }
        let suspect = runs.filter { $0.figures.judgement != .valid }
        if let first = suspect.max(by: { $0.figures.judgement < $1.figures.judgement }) {
            notes.append(
                "In \(suspect.count) of \(runs.count) runs the generator may have been the limit. \(first.figures.reason)"
            )
        }
        let crowded = runs.filter(\.figures.isOversubscribed).count
        if crowded > 0 {
            notes.append("In \(crowded) of \(runs.count) runs more threads wanted a core than there were cores.")
        }
        if runs.allSatisfy({ $0.figures.roles.allSatisfy { $0.cyclesPerMessage == nil } }) {
            notes.append("This machine or its kernel does not count instructions and cycles.")
        }
        return notes
    }
}

extension SweepPlan.Slot {
    /// The run that was made for it.
    fileprivate func run(in folder: String, _ figures: PointFigures) -> SweepRun {
        SweepRun(values: values, repetition: repetition, order: order, folder: folder, figures: figures)
    }
}
