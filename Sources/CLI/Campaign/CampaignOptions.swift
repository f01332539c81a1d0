import ArgumentParser
import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

/// What every campaign over a scenario understands.
struct CampaignOptions: ParsableArguments {
    @OptionGroup var scenario: ScenarioOptions

    @Option(
        help: ArgumentHelp(
            "Go on in the folder of a campaign that was ended early, with the options it was given.", valueName: "dir"),
        completion: .directory)
    var resume: String?

    @OptionGroup var output: OutputOptions
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
    let kind: CampaignRequest.Kind
    /// The scenario before the campaign's own overrides.
    let base: ScenarioFile
    let folder: CampaignFolder
    let launcher: RunLauncher
    let interruption: CampaignInterruption
    let progress: CampaignProgress
    /// When its first part began.
    let startedAt: Date
    private let began = ContinuousClock.now

    /// `asked` is what the campaign comes to, `given` what the command line said.
    init(
        options: CampaignOptions, base: ScenarioFile, kind: CampaignRequest.Kind, asked: [String: String],
        given: GivenOptions
    ) throws(CommandFailure) {
        self.options = options
        self.kind = kind
        self.base = base
        let now = Date()
        let binary = Orchestrator.executable
        let request = CampaignRequest(
            kind: kind, scenario: base.scenario.name, effectiveScenario: base.scenario.yaml,
            programDigest: ProgramDigest.of(file: binary) ?? "", options: asked, given: given)
        folder =
            if let resume = options.resume {
                try CampaignFolder(resuming: resume, request: request)
            } else {
                try CampaignFolder(parent: options.output.out, request: request, startedAt: now)
            }
        startedAt = folder.request.startedAt ?? now
        interruption = CampaignInterruption()
        launcher = RunLauncher(binary: binary, folder: folder, interruption: interruption)
        progress = CampaignProgress(isQuiet: options.output.quiet || options.output.json)
    }

    /// Runs the scenario with more overrides, or takes the run of that name that an earlier part left.
    ///
    /// Only a run that is made now is told of.
    func run(
        _ overrides: [String], name: String, limit: Duration, tell: () -> Void
    ) async throws(LaunchError) -> RunLauncher.Finished {
        if let finished = folder.finishedRun(named: name) { return finished }
        if interruption.isAsked { throw .interrupted(run: name) }
        tell()
        defer { keepTime() }
        return try await launcher.run(
            .init(
                scenario: options.scenario.path, overrides: options.scenario.allOverrides + overrides, name: name,
                limit: limit))
    }

    /// How long its parts have been at work, up to now.
    private var workedNanoseconds: Int64 {
        (folder.request.workedNanoseconds ?? 0) &+ (ContinuousClock.now - began).wholeNanoseconds
    }

    /// Keeps that for who resumes; a folder that cannot be written is told of when the result is written.
    private func keepTime() {
        var request = folder.request
        (request.startedAt, request.workedNanoseconds) = (startedAt, workedNanoseconds)
        try? folder.write(request, as: CampaignFolder.requestName)
    }

    /// What was run, where, by which program; the system under load as a run saw it.
    func facts(from result: RunResult?) -> CampaignFacts {
        let overrides = base.overrides.map { "# --set \($0)\n" }.joined()
        return CampaignFacts(
            scenario: ScenarioFacts(
                name: base.scenario.name, summary: base.scenario.summary.isEmpty ? nil : base.scenario.summary,
                text: base.redactedText + (overrides.isEmpty ? "" : "\n" + overrides)),
            startedAt: startedAt, durationNanoseconds: workedNanoseconds,
            interrupted: interruption.isAsked, commandLine: CommandLine.redacted,
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

    /// What its first line says behind the folder.
    var keeping: String { options.resume == nil ? "" : "; runs that are finished are kept" }

    /// How the campaign is gone on with.
    var resuming: String {
        let command = options.resuming(kind, in: folder.path)
        return "go on with: \(command)" + (command.contains("***") ? " (with the password in place of ***)" : "")
    }
}

extension Rafale {
    /// What the reader must know of figures that this build measured.
    static var buildNotes: [String] {
        isOptimized
            ? [] : ["This is a debug build of rafale: its figures are several times worse than a release build's."]
    }
}
