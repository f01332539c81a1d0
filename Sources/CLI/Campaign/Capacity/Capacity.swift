import Foundation
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
    private let points: CapacityPoints
    private let range: ClosedRange<Double>?

    /// Checks every point and limit before the first run, in the scenario language's own words.
    init(
        options: CampaignOptions, question: Question, limits: [String], range: ClosedRange<Double>?,
        timing: ProbeTiming, given: GivenOptions
    ) throws {
        self.question = question
        self.range = range
        let base = try options.scenario.file()
        let key =
            switch question {
            case .rates(let key): key
            case .workers(_, let counts):
                VariedKey(name: SweepCommand.workersKeyName, values: counts.map(String.init))
            }
        let keys = key.map { [$0] } ?? []
        try Sweep.check(keys, vary: base.scenario, for: .capacity)
        points = try CapacityPoints(options: options, base: base.scenario, keys: keys, limits: limits, timing: timing)
        _ = try CorePinning(points.layout.cpus ?? base.scenario.cpus)
        var asked = points.asked
        if let key { asked["--workers"] = key.values.joined(separator: ",") }
        if let range {
            asked["--from and --to"] = "\(ProbeLoad.text(range.lowerBound)) – \(ProbeLoad.text(range.upperBound))"
        }
        if case .workers(let rate, _) = question { asked["--target"] = ProbeLoad.text(rate) }
        campaign = try Campaign(options: options, base: base, kind: .capacity, asked: asked, given: given)
    }

    // MARK: - Running

    /// Makes the probes; what was found is written also when somebody ends the search early.
    func run() async throws -> CapacityResult {
        let progress = campaign.progress
        progress.say("\(campaign.base.scenario.name): searching in \(campaign.folder.path)\(campaign.keeping)")
        return try await campaign.interruption.whileWatching {
            progress.say($0)
        } _: {
            let answer: Answer
            switch question {
            case .rates: answer = try await findRates()
            case .workers(let rate, let counts): answer = try await findWorkers(rate, among: counts)
            }
            progress.clear()
            var result = CapacityResult(
                campaign: campaign.facts(from: answer.last), limits: points.load.limits, key: points.keys.first?.name,
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
        for values in SweepPlan.points(points.keys) where !campaign.interruption.isAsked {
            let hunt = CapacityHunt(
                runner: runner(values),
                range: range.map { .between($0) } ?? .around(points.saturation(at: values, of: campaign.base.scenario)),
                mostProbes: points.timing.mostProbes)
            let found = try await hunt.find(values: values)
            answer.points.append(found.point)
            answer.last = found.result ?? answer.last
            if found.point.outcome == .unclear {
                let held = found.point.heldPerSecond.map { "; \(ProbeLoad.text($0.rounded())) was shown to hold" } ?? ""
                campaign.progress.say("\(title(values)): not settled\(held)")
            } else if let rate = found.point.ratePerSecond {
                campaign.progress.say("\(title(values)): \(ProbeLoad.text(rate.rounded()))")
            }
        }
        return answer
    }

    private func findWorkers(_ rate: Double, among counts: [Int]) async throws -> Answer {
        var answer = Answer()
        var target = CapacityTarget(ratePerSecond: rate, candidates: counts, answer: "")
        let least = ["\(counts[0])"]
        guard
            let saturated = try await runner(least)
                .saturate(points.saturation(at: least, of: campaign.base.scenario))
        else {
            target.conclude(nil)
            answer.target = target
            return answer
        }
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
        let (progress, title) = (campaign.progress, title(values))
        return points.runner(campaign, at: values, name: SweepPlan.plain(title)) { progress.show("\(title): \($0)") }
    }

    private func title(_ values: [String]) -> String {
        values.isEmpty ? campaign.base.scenario.name : points.title(values)
    }

    private func notes(_ result: CapacityResult) -> [String] {
        var notes = campaign.notes + points.notes
        let probes = result.points.flatMap(\.probes) + (result.target?.probes.map(\.probe) ?? [])
        let suspect = probes.filter { $0.figures.judgement == .suspect }
        if let first = suspect.first {
            notes.append(
                "In \(suspect.count) of \(probes.count) probes the generator is suspect. \(first.figures.reason)")
        }
        return notes
    }
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
            let below = failed.filter { $0.workers < count }.max { $0.workers < $1.workers }
            let rest = below.map { below -> String in
                let isOne = below.workers == 1
                let does = below.probe.verdict == .unclear ? "may or may not" : isOne ? "does not" : "do not"
                return "; \(named(below.workers)) \(does): \(below.probe.reason)"
            }
            answer = "\(named(count)) carry \(rate) within the limits\(rest ?? ", and fewer were not asked for")."
            if count == 1 { answer = "1 worker carries \(rate) within the limits." }
        case .some(.none):
            let most = candidates.last ?? 0
            answer =
                isUnsettled
                ? "Not settled: none of up to \(named(most)) was shown to carry \(rate) within the limits; with "
                    + "\(most), \(reason(most))."
                : "None of up to \(named(most)) carries \(rate) within the limits; with \(most), \(reason(most))."
        case .generatorLimited(let count):
            answer =
                "Not known: with \(named(count)) the generator, not the system, was the limit at \(rate): \(reason(count))"
        case nil: answer = "Not known: the search was ended early."
        }
    }
}
