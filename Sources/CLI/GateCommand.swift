import ArgumentParser
import Foundation
import LoadMetrics
import Reporting

/// `rafale gate`: says whether a candidate is worse than a baseline.
struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Compare a candidate with a baseline: PASS, REGRESSION or INCONCLUSIVE.",
        discussion: """
            EXAMPLES
              rafale gate scenarios/saturate.yaml --against main --measure 5s
              rafale gate scenarios/saturate.yaml --candidate ./new/rafale --against ./old/rafale
              rafale gate scenarios/steady.yaml --write-baseline
              rafale gate scenarios/steady.yaml --baseline reports/baselines/steady.json
              rafale gate scenarios/saturate.yaml --against-set workers.count=1 --set workers.count=2

            --against runs the baseline too, in rounds A B, B A, …: what a noisy machine does to one, it does to the \
            other. It takes a program, or a revision of this checkout, which is built once below .build/gate. \
            --baseline holds new runs against the committed figures of earlier ones on the same machine.

            Rounds are run until it is clear, or until --rounds or --budget end it. Ends with the exit code 0 for \
            PASS, 96 for REGRESSION, 97 for INCONCLUSIVE, 130 when it was ended early. docs/gate.md says how it decides.
            """)

    @OptionGroup var scenario: ScenarioOptions

    @Option(help: ArgumentHelp("Figures of earlier runs (reports/baselines/NAME.json).", valueName: "file"))
    var baseline: String?

    @Option(help: ArgumentHelp("The baseline's program, or a revision to build it from.", valueName: "rev|binary"))
    var against: String?

    @Option(help: ArgumentHelp("The candidate's program (this one).", valueName: "binary"))
    var candidate: String?

    @Flag(help: "Measure the candidate and keep its figures as the baseline of later gates.")
    var writeBaseline = false

    @OptionGroup(title: "How it decides")
    var rules: GateRuleOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long the measured phases last (as the scenario says).", valueName: "duration"),
        transform: DurationArgument.read)
    var measure: DurationArgument?

    @Option(help: ArgumentHelp("Override a key for the baseline alone; may be repeated.", valueName: "key=value"))
    var againstSet: [String] = []

    @OptionGroup(title: "What it leaves")
    var output: GateOutputOptions

    @OptionGroup(visibility: .hidden)
    var calibration: GateCalibrationOptions

    func validate() throws {
        if writeBaseline, against != nil || !againstSet.isEmpty {
            throw ValidationError("--write-baseline measures one side only: leave --against out.")
        }
        if baseline != nil, against != nil || !againstSet.isEmpty {
            throw ValidationError("--baseline and --against exclude each other.")
        }
        if calibration.calibrate == nil, baseline == nil, against == nil, againstSet.isEmpty, !writeBaseline {
            throw ValidationError(
                "Name what to compare with: --against REV or BINARY, or --baseline FILE (--write-baseline makes one).")
        }
    }

    func run() async throws {
        try await CommandFailure.ending {
            let status = try await execute()
            if status != .success { throw status.code }
        }
    }

    private func execute() async throws -> ExitStatus {
        let session = try await GateSession(self)
        if let comparisons = calibration.calibrate { return try await session.calibrate(comparisons, calibration) }
        if writeBaseline { return try await session.writeBaseline() }
        let result = try await session.gate()
        try output.write(result, folder: session.folder.path)
        return session.interruption.isAsked ? .interrupted : ExitStatus(result.verdict)
    }
}

/// When a gate decides, and by what.
struct GateRuleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("From how many rounds on it may decide, and how many it runs.", valueName: "min..max"))
    var rounds: RoundRange?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("No round begins that would end later than this (15m).", valueName: "duration"),
        transform: DurationArgument.read)
    var budget = DurationArgument(seconds: 15 * 60, "15m")

    @Option(help: ArgumentHelp("The least change that matters.", valueName: "share"))
    var leastEffect = ShareArgument(percent: 5)

    @Option(help: ArgumentHelp("Gates over equal programs that may say REGRESSION.", valueName: "share"))
    var falseAlarms = ShareArgument(percent: 5)

    @Option(
        help: ArgumentHelp(
            "What decides, comma-separated (closed loop: throughput and the workers' CPU; open loop: the workers' CPU "
                + "and the median end to end): " + MetricList.grammar + ".", valueName: "names"))
    var metrics: MetricList?

    @Option(help: ArgumentHelp("Rounds with an INVALID generator that are thrown away.", valueName: "count"))
    var tolerateInvalid = 0

    @Flag(help: "Compare with a baseline of another machine all the same.")
    var acceptOtherMachine = false

    func validate() throws {
        guard (0.001...1).contains(leastEffect.share) else {
            throw ValidationError("--least-effect \(leastEffect) is not from 0.1% to 100%.")
        }
        guard (0.0001...0.5).contains(falseAlarms.share) else {
            throw ValidationError("--false-alarms \(falseAlarms) is not from 0.01% to 50%.")
        }
        guard (0...1_000).contains(tolerateInvalid) else {
            throw ValidationError("--tolerate-invalid must be from 0 to 1000, not \(tolerateInvalid).")
        }
        guard budget.duration >= .seconds(1) else { throw ValidationError("--budget must be at least 1s.") }
    }

    /// The rounds of a gate where nobody says otherwise.
    static let usualRounds = 4...20

    func rules(deciding: [RunMetric], interleaved: Bool) -> GateRules {
        let rounds = rounds?.rounds ?? Self.usualRounds
        return GateRules(
            interleaved: interleaved, roundsMinimum: rounds.lowerBound, roundsMaximum: rounds.upperBound,
            budgetNanoseconds: budget.nanoseconds, leastEffect: leastEffect.share, falseAlarmRate: falseAlarms.share,
            metrics: metrics?.metrics ?? deciding)
    }
}

/// Where the outcome of a gate goes.
struct GateOutputOptions: ParsableArguments {
    @OptionGroup var shown: OutputOptions

    @Option(help: ArgumentHelp("Write a JUnit file here too.", valueName: "file"))
    var junit: String?

    @Option(help: ArgumentHelp("Write a Markdown summary here too.", valueName: "file"))
    var markdown: String?

    /// Writes the report of a gate, and tells it.
    func write(_ result: GateResult, folder: String) throws {
        try ReportWriter(folder: folder).write(result)
        if let junit { try TextFile.write(JUnitFile.text(of: result), to: junit) }
        if let markdown { try TextFile.write(GateMarkdown.text(of: result), to: markdown) }
        if shown.json {
            guard let bytes = try? result.json() else { return }
            FileHandle.standardOutput.write(Data(bytes))
        } else if !shown.quiet {
            print(GateSummary.text(of: result, colour: Terminal.wantsColour))
            print("report: \(folder)/report.html")
        }
    }
}

extension ExitStatus {
    init(_ verdict: GateResult.Verdict) {
        self =
            switch verdict {
            case .pass: .success
            case .regression: .regression
            case .inconclusive: .inconclusive
            }
    }
}
