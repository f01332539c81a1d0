import ArgumentParser
import Drivers
import Foundation
import LoadMetrics
import Logging
import Reporting
import Scenarios
import Stores

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
            """)

    @OptionGroup var options: RunOptions

    func run() async throws {
        try await options.execute(startsWorkers: false)
    }
}

/// What `run` and `generate` understand.
struct RunOptions: ParsableArguments {
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

    @Option(help: "The folder below which the run's own folder is made.")
    var out = "reports"

    @Flag(help: "Throw away the messages that wait in the scenario's queues.")
    var purge = false

    @Flag(help: "No progress and no summary; the report is written and the exit code tells.")
    var quiet = false

    @Flag(help: "Print the result as JSON instead of the summary.")
    var json = false

    func execute(startsWorkers: Bool) async throws {
        do {
            throw try await run(startsWorkers: startsWorkers).code
        } catch let failure as CommandFailure {
            Self.complain(failure)
            throw failure.status.code
        } catch let error as DriverError {
            let failure = CommandFailure(error)
            Self.complain(failure)
            throw failure.status.code
        } catch let error as ScenarioError {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitStatus.badScenario.code
        } catch let error as StoreError {
            FileHandle.standardError.write(Data("rafale: \(error)\n".utf8))
            throw ExitStatus.unreachable.code
        }
    }

    private static func complain(_ failure: CommandFailure) {
        FileHandle.standardError.write(Data("rafale: \(failure)\n".utf8))
    }

    private func run(startsWorkers: Bool) async throws -> ExitStatus {
        var overrides = overrides
        if let broker { overrides.append("broker.url=\(broker)") }
        if let store { overrides.append("store.url=\(store)") }
        let file = try ScenarioFile(
            path: scenario, overrides: overrides, environment: ProcessInfo.processInfo.environment)
        if !startsWorkers, file.scenario.target != .store, case .embedded = file.scenario.broker.location {
            throw CommandFailure(.usage, "generate needs a broker that runs already: name it with --broker amqp://…")
        }
        let startedAt = Date()
        let folder = try RunFolder(parent: out, name: file.scenario.name, startedAt: startedAt)
        var logger = Logger(label: "rafale")
        logger.logLevel = .error
        let orchestrator = Orchestrator(
            file: file,
            settings: .init(
                purge: purge, isQuiet: quiet || json, startsWorkers: startsWorkers, commandLine: Self.commandLine),
            folder: folder, startedAt: startedAt, logger: logger)
        let result: RunResult
        do {
            result = try await orchestrator.run()
        } catch {
            folder.removeIfEmptyOfResults()
            throw error
        }
        try write(result, to: folder)
        return ExitStatus(result.outcome)
    }

    private func write(_ result: RunResult, to folder: RunFolder) throws {
        do {
            try ReportWriter(folder: folder.path).write(result)
        } catch {
            throw CommandFailure(.cannotWriteReport, "\(error)")
        }
        if json {
            FileHandle.standardOutput.write(Data(try result.json()))
        } else if !quiet {
            print(TerminalSummary.text(of: result, colour: Terminal.wantsColour))
            print("report: \(folder.path)/report.html")
        }
    }

    /// The command line without passwords.
    private static var commandLine: [String] {
        CommandLine.arguments.map { ServerURL($0).redacted }
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
