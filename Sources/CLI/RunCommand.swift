import ArgumentParser
import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Logging
import Reporting
import Scenarios

/// `rafale run`: everything on one machine.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a scenario: start the broker and the workers, put the load on, write the report.",
        discussion: """
            EXAMPLES
              rafale run scenarios/burst.yaml
              rafale run scenarios/burst.yaml --broker amqp://guest:guest@127.0.0.1:5672/
              rafale run scenarios/steady.yaml --set workers.count=4 --set load.connections=2

            Ends with the exit code 0 when the run is valid and every threshold holds, 99 when one does not, 98 when \
            the generator could not put the load on, 130 when it was ended early. Ctrl-C ends the sending and waits \
            for what was sent; once more ends the waiting. The report is complete in either case.
            """)

    @OptionGroup var options: RunOptions

    func run() async throws {
        // A run that a campaign started ends with it.
        let parent = ProcessInfo.processInfo.environment[ParentWatch.variable].flatMap { Int32($0) }
        let watch = parent.map { parent in Task { try await ParentWatch.run(parent: parent) } }
        defer { watch?.cancel() }
        try await options.execute(startsWorkers: true)
    }
}

/// `rafale generate`: the load and the report, with the broker and the workers running elsewhere.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Put a scenario's load on a pipeline whose broker and workers run already.",
        discussion: """
            EXAMPLE
              rafale worker --wait 30s --broker amqp://guest:guest@10.0.0.5:5672/ &
              rafale generate scenarios/steady.yaml --broker amqp://guest:guest@10.0.0.5:5672/

            Starts neither a broker nor workers; reads the results back from the processed and failed queues.

            Sending and consuming may be two processes, or one of them somebody else's program:
              rafale generate scenarios/queue.yaml --broker amqp://… --publish-only
              rafale generate scenarios/queue.yaml --broker amqp://… --consume-only
            """)

    @OptionGroup var options: RunOptions
    @OptionGroup var part: PartOptions

    func run() async throws {
        try await options.execute(startsWorkers: false, part: part)
    }
}

/// Which half of a load `generate` is.
struct PartOptions: ParsableArguments {
    @Flag(help: "Send, and leave the consuming to others: a message ends when the broker has taken it.")
    var publishOnly = false

    @Flag(help: "Consume what others send, for as long as the phases last or until limits.exit_when.")
    var consumeOnly = false

    @Option(
        help: ArgumentHelp(
            "Eight hexadecimal digits that both halves are given: others' messages then do not count, and what "
                + "comes twice is told.", valueName: "id"))
    var runID: String?

    var part: LoadPlan.Part { publishOnly ? .publishing : consumeOnly ? .consuming : .whole }

    var run: RunID? { runID.flatMap { UInt32($0, radix: 16) }.map { RunID(rawValue: $0) } }

    func validate() throws {
        if publishOnly, consumeOnly {
            throw ValidationError("--publish-only and --consume-only exclude each other; without both it does both.")
        }
        if let runID, runID.utf8.count != 8 || run == nil {
            throw ValidationError("'\(runID)' is no run: write eight hexadecimal digits, such as 0000002a.")
        }
        if runID != nil, part == .whole {
            throw ValidationError("--run-id is for --publish-only and --consume-only; a whole load finds one itself.")
        }
    }

    /// Refuses a scenario that a half, or the whole, cannot do.
    static func check(_ part: LoadPlan.Part, _ scenario: Scenario, purge: Bool) throws(CommandFailure) {
        if part != .whole, scenario.target != .broker {
            throw CommandFailure(
                .usage,
                "'target: \(scenario.target.rawValue)' has no halves; leave out --publish-only and --consume-only")
        }
        if part == .consuming, purge {
            throw CommandFailure(.usage, "--purge would throw away what --consume-only is to consume; leave it out")
        }
        if part != .consuming, scenario.limits.exitRule == .empty {
            throw CommandFailure(
                .usage, "'limits.exit_when: empty' ends a run that only consumes; add --consume-only, or use 'idle'")
        }
        let isClosedLoop = scenario.phases.contains(where: \.rate.isClosedLoop)
        if part == .publishing, isClosedLoop, scenario.load.confirmWindow == 0 {
            throw CommandFailure(
                .usage, "a closed loop that only publishes needs confirms; set load.confirm_window above 0")
        }
    }
}

/// What `run` and `generate` understand.
struct RunOptions: ParsableArguments {
    @OptionGroup var scenario: ScenarioOptions

    @Flag(help: "Throw away the messages that wait in the scenario's queues.")
    var purge = false

    @Option(
        help: ArgumentHelp(
            "Serve Prometheus metrics at /metrics of this address while the run lasts; a port alone is on 127.0.0.1, "
                + "port 0 takes any free one and prints it.", valueName: "address:port"))
    var metrics: String?

    @OptionGroup var output: OutputOptions

    func execute(startsWorkers: Bool, part: PartOptions? = nil) async throws {
        try await CommandFailure.ending { throw try await run(startsWorkers: startsWorkers, part).code }
    }

    private func run(startsWorkers: Bool, _ part: PartOptions?) async throws -> ExitStatus {
        let file = try scenario.file()
        if !startsWorkers, file.scenario.target != .store, case .embedded = file.scenario.broker.location {
            throw CommandFailure(.usage, "generate needs a broker that runs already: name it with --broker amqp://…")
        }
        try PartOptions.check(part?.part ?? .whole, file.scenario, purge: purge)
        let endpoint = try await openMetrics()
        let (result, folder): (RunResult, RunFolder)
        do {
            (result, folder) = try await measure(file, startsWorkers: startsWorkers, part, endpoint?.metrics)
        } catch {
            await endpoint?.close()
            throw error
        }
        await endpoint?.close()
        try write(result, to: folder)
        return ExitStatus(result.outcome)
    }

    private func openMetrics() async throws(CommandFailure) -> MetricsEndpoint? {
        guard let metrics else { return nil }
        guard let address = MetricsEndpoint.Address(metrics) else {
            throw CommandFailure(.usage, "--metrics '\(metrics)' is not ADDRESS:PORT, such as 127.0.0.1:9464")
        }
        let endpoint = try await MetricsEndpoint.open(address, LiveMetrics(version: Rafale.version))
        // A port that nobody chose is told in any case.
        if address.port == 0 || !(output.quiet || output.json) {
            StandardErrorSink().write("metrics: \(endpoint.url)\n")
        }
        return endpoint
    }

    private func measure(
        _ file: ScenarioFile, startsWorkers: Bool, _ part: PartOptions?, _ metrics: LiveMetrics?
    ) async throws -> (RunResult, RunFolder) {
        let startedAt = Date()
        let folder = try RunFolder(parent: output.out, name: file.scenario.name, startedAt: startedAt)
        var logger = Logger(label: "rafale")
        logger.logLevel = .error
        let orchestrator = Orchestrator(
            file: file,
            settings: .init(
                purge: purge, isQuiet: output.quiet || output.json, startsWorkers: startsWorkers,
                part: part?.part ?? .whole,
                run: part?.run, metrics: metrics, commandLine: CommandLine.redacted),
            folder: folder, startedAt: startedAt, logger: logger)
        do {
            return (try await orchestrator.run(), folder)
        } catch {
            folder.removeIfEmptyOfResults()
            throw error
        }
    }

    private func write(_ result: RunResult, to folder: RunFolder) throws {
        try ReportWriter(folder: folder.path).write(result)
        if output.json {
            FileHandle.standardOutput.write(Data(try result.json()))
        } else if !output.quiet {
            print(TerminalSummary.text(of: result, colour: Terminal.wantsColour))
            print("report: \(folder.path)/report.html")
        }
    }
}

extension ExitStatus {
    init(_ outcome: RunResult.Outcome) {
        self =
            switch outcome {
            case .passed, .measured: .success
            case .invalid: .invalidRun
            case .failed: .thresholdFailed
            case .interrupted: .interrupted
            }
    }
}
