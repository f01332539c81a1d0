import Foundation
import LoadMetrics
import Reporting
import Scenarios
import Statistics

/// The runs of a gate: rounds of a baseline and a candidate, A B, B A, …, for as long as more of them may tell more.
///
///     round ─► run A ─► run B ─► GateTally ── wants more, and there is time ──► next round
///                                    └── knows, or must not go on ──► GateResult
struct GateCampaign {
    /// One of the two that are compared.
    struct Side {
        var facts: GateSide
        var launcher: RunLauncher
        var overrides: [String] = []
        /// What its program finds in its environment besides.
        var environment: [String: String] = [:]
    }

    let file: ScenarioFile
    /// What every run is given.
    let order: RunLauncher.Order
    let candidate: Side
    /// Nil where the baseline is a committed one.
    let baseline: Side?
    let startedAt: Date
    /// Told what happens.
    let say: @Sendable (String) -> Void

    /// What the runs said of themselves.
    struct Seen {
        var toolVersions: [GateRun.Side: String] = [:]
        /// The system under load: `RabbitMQ 3.10.8`.
        var broker: String?
    }

    /// Runs rounds into the tally until it has enough; a run that cannot be launched ends it with its error.
    func fill(_ tally: inout GateTally) async throws(CommandFailure) -> Seen {
        var seen = Seen()
        try await fill(&tally, &seen)
        return seen
    }

    private func fill(_ tally: inout GateTally, _ seen: inout Seen) async throws(CommandFailure) {
        let clock = ContinuousClock()
        let start = clock.now
        let budget = Duration.nanoseconds(tally.rules.budgetNanoseconds)
        var longest = Duration.zero
        while shouldGoOn(tally) {
            let before = clock.now
            guard before - start + longest <= budget else { return tally.stop() }
            let number = tally.nextRound
            var runs: [GateRun] = []
            for side in Self.order(ofRound: number, interleaved: baseline != nil) {
                guard let run = try await launch(side, round: number, &tally, &seen) else { return }
                runs.append(run)
            }
            tally.add(runs)
            longest = max(longest, clock.now - before)
            sayRound(number, tally, elapsed: clock.now - start, budget: budget)
        }
    }

    /// Too few rounds to decide are run all the same: their figures are told.
    private func shouldGoOn(_ tally: GateTally) -> Bool {
        guard tally.problems.isEmpty, tally.nextRound <= tally.rules.roundsMaximum else { return false }
        return tally.wantsMore || (tally.fewestRounds ?? .max) > tally.rules.roundsMaximum
    }

    /// Which side runs when in a round (1, 2, …).
    static func order(ofRound number: Int, interleaved: Bool) -> [GateRun.Side] {
        guard interleaved else { return [.candidate] }
        let candidateFirst = GateDesign.candidateGoesFirst(inRound: number - 1)
        return candidateFirst ? [.candidate, .baseline] : [.baseline, .candidate]
    }

    /// One run; nil where it leaves the tally with a problem instead of a figure.
    private func launch(
        _ side: GateRun.Side, round: Int, _ tally: inout GateTally, _ seen: inout Seen
    ) async throws(CommandFailure) -> GateRun? {
        guard let who = side == .candidate ? candidate : baseline else { return nil }
        var order = order
        order.overrides += who.overrides
        order.environment = who.environment
        order.name = "round-\(round)-\(side.rawValue)"
        do throws(LaunchError) {
            let finished = try await who.launcher.run(order)
            if finished.result.run.interrupted { throw .interrupted(run: order.name) }
            if finished.result.schemaVersion != RunResult.schemaVersion {
                tally.stop(
                    "The \(side.rawValue) (\(who.facts.label)) writes results of version \(finished.result.schemaVersion), "
                        + "this program compares version \(RunResult.schemaVersion).")
                return nil
            }
            seen.toolVersions[side] = finished.result.run.toolVersion
            seen.broker = finished.result.broker.map { "\($0.product) \($0.version)" }
            return GateRun(
                finished.result, side: side, round: round, folder: finished.folder, metrics: tally.metrics)
        } catch {
            switch error {
            case .unreadable:
                tally.stop("The \(side.rawValue) (\(who.facts.label)): \(error).")
                return nil
            case .interrupted:
                tally.stop("It was ended early, in round \(round).")
                return nil
            default: throw CommandFailure(error.status, "the \(side.rawValue) (\(who.facts.label)): \(error)")
            }
        }
    }

    private func sayRound(_ number: Int, _ tally: GateTally, elapsed: Duration, budget: Duration) {
        let findings = tally.findings().filter(\.gates).compactMap { finding in
            finding.change.map { "\(finding.metric.name) \(String(format: "%+.1f %%", $0 * 100))" }
        }
        say(
            "round \(number) of at most \(tally.rules.roundsMaximum): \(findings.joined(separator: ", "))"
                + " (\(elapsed.components.seconds) of \(budget.components.seconds) s)")
    }

    /// The outcome of the rounds so far.
    func result(_ tally: GateTally, _ seen: Seen, baseline committed: GateSide? = nil, notes: [String]) -> GateResult {
        let (verdict, problems) = tally.verdict()
        func facts(_ side: GateRun.Side, _ facts: GateSide) -> GateSide {
            var facts = facts
            facts.toolVersion = seen.toolVersions[side] ?? facts.toolVersion
            return facts
        }
        return GateResult(
            scenario: ScenarioFacts(
                name: file.scenario.name, summary: file.scenario.summary.isEmpty ? nil : file.scenario.summary,
                text: file.redactedText + file.overrides.map { "\n# --set \($0)" }.joined()),
            startedAt: startedAt, durationNanoseconds: Int64(max(0, Date().timeIntervalSince(startedAt)) * 1e9),
            machine: .current(), toolVersion: Rafale.version,
            baseline: facts(.baseline, committed ?? baseline?.facts ?? candidate.facts),
            candidate: facts(.candidate, candidate.facts), rules: tally.rules, runs: tally.runs,
            findings: tally.findings(), verdict: verdict, problems: problems, notes: notes)
    }
}
