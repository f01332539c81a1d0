import Foundation
import LoadMetrics
import Reporting
import Scenarios

/// What a gate's command line comes to: the scenario, the two sides, and the folder that the runs go to.
struct GateSession {
    let command: GateCommand
    let file: ScenarioFile
    let folder: CampaignFolder
    let interruption = CampaignInterruption()
    private let startedAt: Date
    /// The keys that make the measured phases as long as asked.
    private let measuring: [String]
    private let candidate: GateCampaign.Side
    /// Nil where only the candidate runs.
    private let baseline: GateCampaign.Side?

    init(_ command: GateCommand) async throws {
        self.command = command
        startedAt = Date()
        let asWritten = try command.scenario.file()
        measuring = command.measure.map { asWritten.scenario.overrides(measuring: $0.description) } ?? []
        file = try command.scenario.file(with: measuring)
        // What only the baseline is given must be right before the first run as well.
        _ = try command.scenario.file(with: measuring + command.againstSet)

        let own = try Self.program(command.candidate ?? Orchestrator.executable, as: "--candidate")
        let digest = ProgramDigest.of(file: own)
        var revision: String?
        if command.candidate == nil { revision = await GitRevision.built(own) }
        let say = command.progress
        var other: (binary: String, facts: GateSide)?
        if let name = command.against {
            other = try await Self.against(name, say: say)
        } else if !command.againstSet.isEmpty || command.calibration.calibrate != nil {
            other = (own, GateSide(kind: .binary, label: own))
        }
        folder = try CampaignFolder(
            parent: command.output.shown.out,
            request: CampaignRequest(
                kind: .gate, scenario: file.scenario.name, effectiveScenario: file.scenario.yaml,
                programDigest: digest ?? "unknown", options: command.asked(against: other?.facts)),
            startedAt: startedAt)
        candidate = GateCampaign.Side(
            facts: GateSide(
                kind: .binary, label: command.candidate ?? Self.label(revision: revision, digest: digest),
                revision: revision),
            launcher: RunLauncher(binary: own, folder: folder, interruption: interruption))
        baseline = other.map { [folder, interruption] other in
            var facts = other.facts
            facts.overrides = command.againstSet.map { ServerURL($0).redacted }
            return GateCampaign.Side(
                facts: facts,
                launcher: RunLauncher(binary: other.binary, folder: folder, interruption: interruption),
                overrides: command.againstSet)
        }
    }

    /// How this program is called: beside its revision by no more, and by its bytes where that is not known.
    static func label(revision: String?, digest: String?) -> String {
        guard revision == nil, let digest else { return "this program" }
        return "this program, digest \(digest.prefix(8))"
    }

    /// The program at a path, seen from anywhere.
    private static func program(_ path: String, as option: String) throws(CommandFailure) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            FileManager.default.isExecutableFile(atPath: path)
        else { throw CommandFailure(.usage, "\(option) \(path): there is no such program; build it, or name another") }
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The baseline's program: one on the disk, else a revision that is built for it.
    private static func against(
        _ name: String, say: @escaping @Sendable (String) -> Void
    ) async throws(CommandFailure) -> (binary: String, facts: GateSide) {
        if name.contains("/"), let binary = try? program(name, as: "--against") {
            return (binary, GateSide(kind: .binary, label: name))
        }
        let build = try await RevisionBuild.find(name, from: FileManager.default.currentDirectoryPath)
        let binary = try await build.build(say: say)
        return (binary, GateSide(kind: .revision, label: name, revision: build.commit))
    }

    private var order: RunLauncher.Order {
        var options: [String] = []
        if let broker = command.scenario.broker { options += ["--broker", broker] }
        if let store = command.scenario.store { options += ["--store", store] }
        return RunLauncher.Order(
            scenario: command.scenario.path, overrides: command.scenario.overrides + measuring, options: options,
            name: "",
            limit: file.scenario.longestRun)
    }

    private func campaign(baseline: GateCampaign.Side?, candidate: GateCampaign.Side) -> GateCampaign {
        // Of a calibration each comparison is told, not each of its rounds.
        let silent: @Sendable (String) -> Void = { _ in }
        let say = command.calibration.calibrate == nil ? command.progress : silent
        return GateCampaign(
            file: file, order: order, candidate: candidate, baseline: baseline, startedAt: Date(),
            say: say)
    }

    // MARK: - What a gate does

    /// Compares, and says what it found.
    func gate() async throws -> GateResult {
        let deciding = file.scenario.decidingMetrics
        if let path = command.writeBaseline ? nil : command.baseline { return try await gate(baseline: path, deciding) }
        return try await gate(candidateEnvironment: [:])
    }

    /// Compares with a baseline that runs too.
    func gate(candidateEnvironment environment: [String: String]) async throws -> GateResult {
        let rules = command.rules.rules(deciding: file.scenario.decidingMetrics, interleaved: true)
        var candidate = candidate
        candidate.environment = environment
        let campaign = campaign(baseline: baseline, candidate: candidate)
        let (tally, seen) = try await fill(
            campaign,
            GateTally(rules: rules, told: RunMetric.usual, toleratedInvalid: command.rules.tolerateInvalid))
        return campaign.result(tally, seen, notes: Rafale.buildNotes)
    }

    private func gate(baseline path: String, _ deciding: [RunMetric]) async throws -> GateResult {
        let committed = try BaselineFile.read(path)
        let rules = command.rules.rules(deciding: deciding, interleaved: false)
        let (problems, notes) = committed.refusals(
            effectiveScenario: file.scenario.comparable, measure: command.measure?.description, machine: .current(),
            acceptsOtherMachine: command.rules.acceptOtherMachine)
        var tally = GateTally(
            rules: rules, told: RunMetric.usual, baseline: committed.runs,
            toleratedInvalid: command.rules.tolerateInvalid)
        for problem in problems { tally.stop(problem) }
        let campaign = campaign(baseline: nil, candidate: candidate)
        let seen: GateCampaign.Seen
        (tally, seen) = try await fill(campaign, tally)
        if let now = seen.broker, let then = committed.broker, now != then {
            tally.stop("The baseline was measured on \(then), this on \(now): write one with --write-baseline.")
        }
        return campaign.result(
            tally, seen,
            baseline: GateSide(
                kind: .committed, label: path, revision: committed.revision, toolVersion: committed.toolVersion,
                machine: committed.machine, measuredAt: committed.measuredAt), notes: notes + Rafale.buildNotes)
    }

    /// Measures the candidate and keeps its figures.
    func writeBaseline() async throws -> ExitStatus {
        let count = command.rules.rounds?.rounds.upperBound ?? Self.baselineRuns
        var rules = command.rules.rules(deciding: file.scenario.decidingMetrics, interleaved: false)
        (rules.roundsMinimum, rules.roundsMaximum) = (count, count)
        let campaign = campaign(baseline: nil, candidate: candidate)
        let (tally, seen) = try await fill(
            campaign,
            GateTally(
                rules: rules, told: RunMetric.usual, baseline: [], toleratedInvalid: command.rules.tolerateInvalid))
        if interruption.isAsked { return .interrupted }
        let runs = tally.runs.filter(\.counts)
        guard tally.problems.isEmpty, runs.count == count else {
            let reason = tally.problems.first ?? "only \(runs.count) of \(count) runs fit into --budget"
            throw CommandFailure(.inconclusive, "no baseline was written: \(reason)")
        }
        if let broken = runs.flatMap(\.brokenCounts).first {
            throw CommandFailure(
                .inconclusive, "no baseline was written: '\(broken)' does not hold; put it right first")
        }
        let path = command.baseline ?? BaselineFile.path(scenario: file.scenario.name)
        try BaselineFile.write(
            GateBaseline(
                scenario: file.scenario.name, effectiveScenario: file.scenario.comparable,
                measure: command.measure?.description, measuredAt: startedAt,
                machine: .current(), toolVersion: seen.toolVersions[.candidate] ?? Rafale.version,
                revision: candidate.facts.revision, broker: seen.broker,
                runs: runs.map { run in
                    var run = run
                    (run.side, run.folder) = (.baseline, nil)
                    return run
                }), to: path)
        if !command.output.shown.quiet { print("baseline of \(count) runs: \(path)") }
        return .success
    }

    private static let baselineRuns = 10

    /// Runs rounds; meanwhile Ctrl-C ends the gate in order.
    private func fill(
        _ campaign: GateCampaign, _ tally: GateTally
    ) async throws -> (tally: GateTally, seen: GateCampaign.Seen) {
        let filling = { () async throws -> (GateTally, GateCampaign.Seen) in
            var tally = tally
            let seen = try await campaign.fill(&tally)
            return (tally, seen)
        }
        return try await interruption.whileWatching(say: command.progress, filling)
    }
}

extension GateCommand {
    /// Says on standard error what happens, unless nobody wants to know.
    var progress: @Sendable (String) -> Void {
        let isQuiet = output.shown.quiet
        return { line in if !isQuiet { StandardErrorSink().write(line + "\n") } }
    }

    /// The options as the folder keeps them.
    func asked(against side: GateSide?) -> [String: String] {
        var options = ["--rounds": rules.rounds?.description, "--measure": measure?.description]
        options["--against"] = side.map { $0.revision ?? $0.label }
        options["--baseline"] = baseline
        options["--metrics"] = rules.metrics?.metrics.map(\.name).joined(separator: ",")
        options["--least-effect"] = rules.leastEffect.description
        return options.compactMapValues(\.self)
    }
}

extension Scenario {
    /// What decides where nobody says otherwise: the steadiest figures of what a pipeline's user pays and gets.
    ///
    /// In a closed loop that is the throughput and the CPU for each message; in an open one the rate is given, and the
    /// median end to end takes its place. Percentiles far out, memory and allocations are told: of a short run on a shared
    /// machine they say too little to decide within minutes.
    var decidingMetrics: [RunMetric] {
        let isClosed = phases.contains { $0.measured && $0.rate.isClosedLoop }
        let hasWorkers = target == .broker && workers.count > 0
        let role: RunRole =
            hasWorkers ? .worker : broker.location == .embedded && target != .store ? .broker : .generator
        let cost = RunMetric(.cpuPerMillion(role))
        if isClosed { return [RunMetric(.throughput), cost] }
        return hasWorkers ? [cost, RunMetric(.latency(.endToEnd, percentile: 50))] : [cost]
    }

    /// Everything that figures depend on: the load and the pipeline, not what must hold nor what it is called.
    var comparable: String {
        var scenario = self
        (scenario.summary, scenario.thresholds) = ("", [])
        return scenario.yaml
    }

    /// The keys that make the measured phases last so long.
    func overrides(measuring duration: String) -> [String] {
        phases.enumerated().filter(\.element.measured).flatMap { index, phase in
            var keys = ["phases[\(index)].for=\(duration)"]
            if case .count = phase.end { keys.insert("phases[\(index)].count=null", at: 0) }
            return keys
        }
    }

    /// When a run of it hangs.
    var longestRun: Duration {
        let planned = phases.reduce(Duration.zero) { sum, phase in
            if case .duration(let duration) = phase.end { sum + duration } else { sum + .seconds(600) }
        }
        return planned + drain + .seconds(120)
    }
}
