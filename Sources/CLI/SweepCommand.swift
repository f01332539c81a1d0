import ArgumentParser
import Foundation
import LoadMetrics
import Reporting
import Scenarios

/// `rafale sweep`: how throughput and cost scale with workers, lanes or any other key.
struct SweepCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Run a scenario over worker counts, or over values of any key, and draw how it scales.",
        discussion: """
            EXAMPLES
              rafale sweep scenarios/steady.yaml
              rafale sweep scenarios/steady.yaml --workers 1,2,4,8 --repeats 5
              rafale sweep scenarios/steady.yaml --vary workers.lanes=1,2,4 --vary workers.batch=10,100
              rafale sweep scenarios/steady.yaml --mode capacity --workers 1,2

            In saturation mode the scenario's phases give way to a closed loop that warms up and is then measured: how \
            much gets through at each point, at what cost. Its mix, texts, topology and everything else stay, and of its \
            thresholds those of lost, failed, duplicated, returned, nacked and unconfirmed messages. In capacity mode \
            each point is the highest rate that holds all of them, as rafale capacity finds it.

            The points are measured in random order, all of them once in each repeat. Where there are cores enough and \
            the scenario has no section 'cpus', the generator, the broker and the workers get cores of their own.

            Ctrl-C ends the run under way and leaves what was measured; --resume goes on. Exit code 0 when all is \
            measured, 97 when a search was not settled, 98 when at some point no run counts because the generator was \
            INVALID in each, 130 when it was ended early, 65 when a key or value is wrong.
            """)

    @OptionGroup var options: CampaignOptions

    @Option(parsing: .unconditional, help: "Worker counts, comma-separated (1,2,3,4,6,8 where nothing else varies).")
    var workers: String?

    @Option(
        help: ArgumentHelp("Vary any key of the scenario; two keys make a grid.", valueName: "key=v1,v2,…"),
        transform: VariedKey.read)
    var vary: [VariedKey] = []

    @Option(
        parsing: .unconditional, help: "How often each point is measured, 1 to 100; capacity mode measures once (3).")
    var repeats: Int?

    @OptionGroup var timing: CampaignTiming

    @Option(
        help: """
            saturation: a closed loop; capacity: the highest rate of an open loop that holds the limits (saturation).
            """)
    var mode: SweepResult.Mode?

    func validate() throws {
        guard repeats.map((1...100).contains) ?? true else {
            throw ValidationError("--repeats must be 1 to 100.")
        }
        if mode == .capacity { try timing.checkTrend(" with --mode capacity") }
    }

    func run() async throws {
        try await CommandFailure.ending {
            let sweep = try completed().sweep()
            let result = try await sweep.run()
            try CampaignOutput(folder: sweep.campaign.folder, options: options).show(result)
            let (status, words) = Self.status(of: result)
            if let words { sweep.campaign.progress.say(words) }
            if result.campaign.interrupted { sweep.campaign.progress.say(sweep.campaign.resuming) }
            if status != .success { throw status.code }
        }
    }

    /// How a sweep ends, and what must be said of that; a point without a figure that counts was not measured, nor was
    /// one whose search was not settled.
    static func status(of result: SweepResult) -> (ExitStatus, words: String?) {
        let without = result.pointsWithoutFigure.map(result.title)
        let unsettled = result.unsettledPoints.map(result.title)
        var words: [String] = []
        if !without.isEmpty { words.append("no run counts at \(without.joined(separator: "; "))") }
        if !unsettled.isEmpty { words.append("not settled at \(unsettled.joined(separator: "; "))") }
        let status: ExitStatus = !without.isEmpty ? .invalidRun : !unsettled.isEmpty ? .inconclusive : .success
        return (
            result.campaign.interrupted ? .interrupted : status,
            words.isEmpty ? nil : words.joined(separator: "; ")
        )
    }

    /// This command, with what it leaves out taken from the campaign that it resumes.
    func completed() throws(CommandFailure) -> SweepCommand {
        guard let given = try options.earlier(.sweep)?.given else { return self }
        var command = self
        command.options.adopt(given)
        given.fill(&command.workers, "--workers") { $0 }
        given.fill(&command.vary, "--vary", VariedKey.init(argument:))
        given.fill(&command.repeats, "--repeats") { Int($0) }
        command.timing.adopt(given)
        given.fill(&command.mode, "--mode", SweepResult.Mode.init(rawValue:))
        return command
    }

    private var given: GivenOptions {
        var given = options.given
        given.keep("--workers", workers)
        given.keep("--vary", vary.map(\.description))
        given.keep("--repeats", repeats.map(String.init))
        timing.keep(in: &given)
        given.keep("--mode", mode?.rawValue)
        return given
    }

    private func sweep() throws -> Sweep {
        let mode = mode ?? .saturation
        return try Sweep(
            options: options, keys: try keys(), repeats: repeats ?? (mode == .capacity ? 1 : 3), mode: mode,
            warmUp: timing.warmUpDuration, measure: timing.measuredDuration, given: given)
    }

    /// The keys to vary, the workers first; none where nothing is said.
    private func keys() throws(CommandFailure) -> [VariedKey] {
        var keys = vary
        if let workers {
            keys.insert(try Self.workerKey(workers), at: 0)
        }
        guard keys.count <= 2 else {
            throw CommandFailure(
                .usage, "\(keys.count) keys to vary; one makes a curve, two a grid, more than that no picture")
        }
        if keys.count == 2, keys[0].name == keys[1].name {
            throw CommandFailure(.usage, "\(keys[0].name) is varied twice; give all its values at once")
        }
        return keys
    }

    static let workersKeyName = "workers.count"

    /// The key of worker counts with the values of `--workers`.
    static func workerKey(_ text: String) throws(CommandFailure) -> VariedKey {
        guard let key = VariedKey(argument: "\(workersKeyName)=\(text)"),
            key.values.allSatisfy({ Int($0).map { $0 > 0 } ?? false })
        else {
            throw CommandFailure(.usage, "--workers '\(text)' is no list of different counts such as 1,2,4,8")
        }
        return key
    }
}

extension SweepResult.Mode: ExpressibleByArgument {}
