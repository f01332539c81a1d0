import ArgumentParser
import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

/// What every campaign over a scenario understands.
struct CampaignOptions: ParsableArguments {
    @Argument(help: "The scenario file.", completion: .file(extensions: ["yaml", "yml"]))
    var scenario: String

    @Option(help: "The broker's URI, or 'embedded'. Also from the environment: BROKER, where the scenario says so.")
    var broker: String?

    @Option(help: "Where workers store results: none, sqlite or sqlite:PATH.")
    var store: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Override a key of the scenario; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    @Option(help: "The folder below which the campaign's own folder is made.")
    var out = "reports"

    @Option(
        help: ArgumentHelp(
            "Go on in the folder of a campaign that was ended early; ask for the same.", valueName: "dir"),
        completion: .directory)
    var resume: String?

    @Flag(help: "No progress and no summary; the report is written and the exit code tells.")
    var quiet = false

    @Flag(help: "Print the result as JSON instead of the summary.")
    var json = false

    /// The overrides of the command line, in order.
    var allOverrides: [String] {
        overrides + (broker.map { ["broker.url=\($0)"] } ?? []) + (store.map { ["store.url=\($0)"] } ?? [])
    }

    /// The scenario with these overrides and more.
    func file(with more: [String] = []) throws(ScenarioError) -> ScenarioFile {
        try ScenarioFile(
            path: scenario, overrides: allOverrides + more, environment: ProcessInfo.processInfo.environment)
    }

    /// The command line without passwords.
    static var commandLine: [String] { CommandLine.arguments.map { ServerURL($0).redacted } }

    /// Runs a campaign's work; a failure becomes lines on standard error and its exit status.
    static func ending(_ command: String, _ work: () async throws -> Void) async throws {
        do {
            try await CommandFailure.ending(command) {
                do {
                    try await work()
                } catch let error as LaunchError {
                    throw CommandFailure(error)
                }
            }
        } catch let error as ScenarioError {
            StandardErrorSink().write("\(error)\n")
            throw ExitStatus.badScenario.code
        }
    }
}

extension ScenarioError {
    /// The same mistakes, those of a key that an option of its own sets told by that option's name.
    func told(by options: [String: String]) -> ScenarioError {
        var error = self
        error.problems = problems.map { problem in
            var problem = problem
            for (key, option) in options where problem.place.source == "--set \(key)" {
                problem.place.source = option == "--vary" ? "\(option) \(key)" : option
            }
            return problem
        }
        return error
    }
}

/// What a campaign needs to run: where its runs go, who launches them, and who may end it.
struct Campaign: Sendable {
    let options: CampaignOptions
    /// The scenario before the campaign's own overrides.
    let base: ScenarioFile
    let folder: CampaignFolder
    let launcher: RunLauncher
    let interruption: CampaignInterruption
    let progress: CampaignProgress
    let startedAt: Date
    let began = ContinuousClock.now

    init(options: CampaignOptions, base: ScenarioFile, kind: CampaignRequest.Kind, asked: [String: String])
        throws(CommandFailure)
    {
        self.options = options
        self.base = base
        startedAt = Date()
        let binary = Orchestrator.executable
        let request = CampaignRequest(
            kind: kind, scenario: base.scenario.name, effectiveScenario: base.scenario.yaml,
            programDigest: ProgramDigest.of(file: binary) ?? "", options: asked)
        folder =
            if let resume = options.resume {
                try CampaignFolder(resuming: resume, request: request)
            } else {
                try CampaignFolder(parent: options.out, request: request, startedAt: startedAt)
            }
        interruption = CampaignInterruption()
        launcher = RunLauncher(binary: binary, folder: folder, interruption: interruption)
        progress = CampaignProgress(isQuiet: options.quiet || options.json)
    }

    /// Runs the scenario with more overrides, or takes the run of that name that an earlier part left.
    func run(_ overrides: [String], name: String, limit: Duration) async throws(LaunchError) -> RunLauncher.Finished {
        if let finished = folder.finishedRun(named: name) { return finished }
        if interruption.isAsked { throw .interrupted(run: name) }
        return try await launcher.run(
            .init(
                scenario: options.scenario, overrides: options.allOverrides + overrides, name: name, limit: limit))
    }

    /// What was run, where, by which program; the system under load as a run saw it.
    func facts(from result: RunResult?) -> CampaignFacts {
        let overrides = base.overrides.map { "# --set \($0)\n" }.joined()
        return CampaignFacts(
            scenario: ScenarioFacts(
                name: base.scenario.name, summary: base.scenario.summary.isEmpty ? nil : base.scenario.summary,
                text: base.redactedText + (overrides.isEmpty ? "" : "\n" + overrides)),
            startedAt: startedAt, durationNanoseconds: (ContinuousClock.now - began).wholeNanoseconds,
            interrupted: interruption.isAsked, commandLine: CampaignOptions.commandLine,
            toolVersion: Rafale.version, gitRevision: GitRevision.current(), machine: .current(),
            broker: result?.broker, store: result?.store)
    }

    /// When a run that should load for this long is ended from outside.
    func limit(loading: Duration) -> Duration {
        // It starts processes, waits for what was sent, stops them and writes its report.
        loading * 2 + base.scenario.drain + .seconds(180)
    }

    /// What the reader must know of any campaign made here.
    var notes: [String] { Rafale.buildNotes }

    /// How the campaign is gone on with.
    func resuming(_ command: String) -> String {
        "go on with: rafale \(command) \(options.scenario) … --resume \(folder.path)"
    }
}

extension Rafale {
    /// What the reader must know of figures that this build measured.
    static var buildNotes: [String] {
        isOptimized
            ? [] : ["This is a debug build of rafale: its figures are several times worse than a release build's."]
    }
}
