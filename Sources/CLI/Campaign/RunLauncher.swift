import Foundation
import LoadMetrics
import Subprocess
import SystemPackage

/// Starts runs as child processes, one at a time and in the foreground, and reads what they leave.
///
/// Each run is `rafale run SCENARIO --set … --quiet` of whichever binary, in a folder of its own below the campaign's
/// `runs/`. It has a process group of its own: a Ctrl-C reaches it through the campaign, which asks it to end in order.
struct RunLauncher: Sendable {
    /// One run to start.
    struct Order: Sendable {
        /// The scenario's file.
        var scenario: String
        /// Keys to set, in order, each as `key=value`.
        var overrides: [String]
        /// Further options, such as `--broker` and its address.
        var options: [String] = []
        /// Variables that its program finds in its environment besides.
        var environment: [String: String] = [:]
        /// The name that its folder gets below the campaign's `runs/`.
        var name: String
        /// When it is ended from outside, because it does not end by itself.
        var limit: Duration
    }

    /// A run that left a result: also one that is INVALID, breaks a threshold or was ended early.
    struct Finished: Sendable {
        /// Its folder, seen from the campaign's.
        var folder: String
        var result: RunResult
    }

    /// The program whose `run` is started.
    let binary: String
    /// Where the runs' folders go.
    let folder: CampaignFolder
    /// Whether the campaign was asked to end.
    let interruption: CampaignInterruption

    private static let endGrace = Duration.seconds(20)

    /// Runs it to its end.
    func run(_ order: Order) async throws(LaunchError) -> Finished {
        guard FileManager.default.isExecutableFile(atPath: binary) else { throw .binaryMissing(path: binary) }
        let place = try folder.prepareNext()
        let log = "\(place)/run.log"
        let status = try await start(order, in: place, log: log)
        let produced = folder.producedFolder()
        switch status {
        case .exited(let code) where Self.resultCodes.contains(code):
            guard let produced else {
                if interruption.isAsked { throw .interrupted(run: order.name) }
                throw .noResult(run: order.name, lastWords: Self.lastWords(of: log))
            }
            let result = try Self.result(of: order.name, in: produced)
            let name = result.run.interrupted ? order.name + Self.interruptedSuffix : order.name
            return Finished(folder: try folder.keep(produced, log: log, as: name), result: result)
        case _ where interruption.isAsked: throw .interrupted(run: order.name)
        case .exited(let code): throw .refused(run: order.name, exitCode: code, lastWords: Self.lastWords(of: log))
        case .signaled(let signal):
            throw .killed(run: order.name, signal: signal, lastWords: Self.lastWords(of: log))
        }
    }

    /// What the folder of a run that was ended early has behind its name.
    static let interruptedSuffix = "-interrupted"

    /// Exit codes of a run that left a result.
    private static let resultCodes: Set<Int32> = Set(
        [ExitStatus.success, .invalidRun, .thresholdFailed, .interrupted].map(\.rawValue))

    private func start(_ order: Order, in place: String, log: String) async throws(LaunchError) -> TerminationStatus {
        var arguments = ["run", order.scenario, "--quiet", "--out", place] + order.options
        for override in order.overrides { arguments += ["--set", override] }
        var platform = PlatformOptions()
        platform.processGroupID = 0
        var environment = Dictionary(
            uniqueKeysWithValues: order.environment.map {
                (Environment.Key(stringLiteral: $0.key), $0.value as String?)
            })
        environment[Environment.Key(stringLiteral: ParentWatch.variable)] = "\(getpid())"
        let configuration = Configuration(
            executable: .path(FilePath(binary)), arguments: Arguments(arguments),
            environment: .inherit.updating(environment),
            platformOptions: platform)
        let interruption = interruption
        let began = ContinuousClock.now
        do {
            let output = try FileDescriptor.open(
                FilePath(log), .writeOnly, options: [.create, .append, .closeOnExec], permissions: .ownerReadWrite)
            let ended = try await Subprocess.run(
                configuration, input: .none, output: .fileDescriptor(output, closeAfterSpawningProcess: false),
                error: .fileDescriptor(output, closeAfterSpawningProcess: true)
            ) { execution in
                let pid = execution.processIdentifier.value
                interruption.runs(pid)
                return Task {
                    try await Task.sleep(for: order.limit)
                    for signal in [SIGINT, SIGINT, SIGKILL] {
                        _ = kill(pid, signal)
                        try await Task.sleep(for: Self.endGrace)
                    }
                }
            }
            interruption.runs(nil)
            ended.closureResult.cancel()
            if ContinuousClock.now - began > order.limit, !interruption.isAsked {
                throw LaunchError.overdue(run: order.name, limit: order.limit)
            }
            return ended.terminationStatus
        } catch let error as LaunchError {
            throw error
        } catch {
            interruption.runs(nil)
            throw .cannotStart(path: binary, reason: "\(error)")
        }
    }

    private static func result(of run: String, in folder: String) throws(LaunchError) -> RunResult {
        let file = "\(folder)/result.json"
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw .noResult(run: run, lastWords: "there is no \(file)")
        }
        do throws(RunResultError) {
            return try RunResult(json: bytes)
        } catch {
            throw .unreadable(run: run, file: file, error: error)
        }
    }

    /// The last line that the run wrote.
    private static func lastWords(of log: String) -> String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").last.map(String.init) ?? "it said nothing"
    }
}

/// Why a run of a campaign left no result.
enum LaunchError: Error, Equatable, CustomStringConvertible {
    /// There is no such program.
    case binaryMissing(path: String)
    /// The system does not start it.
    case cannotStart(path: String, reason: String)
    /// It ended by itself with an exit code that is no result.
    case refused(run: String, exitCode: Int32, lastWords: String)
    /// A signal ended it that nobody here sent.
    case killed(run: String, signal: Int32, lastWords: String)
    /// It did not end by itself, nor when it was asked to.
    case overdue(run: String, limit: Duration)
    /// It ended as a run with a result does, and there is none.
    case noResult(run: String, lastWords: String)
    /// Its result is not one that this program reads, such as another version's.
    case unreadable(run: String, file: String, error: RunResultError)
    /// The folder cannot be written.
    case cannotWrite(path: String, reason: String)
    /// The campaign was asked to end before the run had a result.
    case interrupted(run: String)

    var description: String {
        switch self {
        case .binaryMissing(let path): "there is no program \(path); build it, or name another one"
        case .cannotStart(let path, let reason): "\(path) does not start: \(reason)"
        case .refused(let run, let code, let words): "the run \(run) ended with code \(code): \(words)"
        case .killed(let run, let signal, let words): "the run \(run) was ended by signal \(signal): \(words)"
        case .overdue(let run, let limit):
            "the run \(run) did not end within \(limit.formatted()); look for what holds it up in its logs"
        case .noResult(let run, let words): "the run \(run) left no result: \(words)"
        case .unreadable(let run, let file, let error): "the run \(run) left \(file), which is \(error)"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason); name another folder with --out"
        case .interrupted(let run): "ended during the run \(run)"
        }
    }

    /// How the campaign ends for it.
    var status: ExitStatus {
        switch self {
        case .binaryMissing: .usage
        case .refused(_, let code, _): ExitStatus(rawValue: code) ?? .internalError
        case .cannotWrite: .cannotWriteReport
        case .interrupted: .interrupted
        case .cannotStart, .killed, .overdue, .noResult, .unreadable: .internalError
        }
    }
}

extension CommandFailure {
    init(_ error: LaunchError) { self.init(error.status, error.description) }
}
