import ArgumentParser
import Foundation
import LoadMetrics
import Scenarios

/// `rafale capacity`: the highest rate that holds the limits, or the workers that a rate needs.
struct CapacityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capacity",
        abstract: "Find the highest rate that holds the limits, or how many workers a rate needs.",
        discussion: """
            EXAMPLES
              rafale capacity scenarios/steady.yaml
              rafale capacity scenarios/steady.yaml --workers 1,2,4 --limit 'end_to_end.p99 < 200ms'
              rafale capacity scenarios/steady.yaml --target 20000/s --limit 'end_to_end.p99 < 200ms'

            A rate holds when the scenario's thresholds (or those of --limit) hold and the backlog does not grow. Each \
            is tried in an open loop until the 95 % interval of what was measured is clear of the limit, in up to three \
            runs; rates near the boundary are tried again. A closed loop gives the first guess, or --from and --to do.

            Ctrl-C ends the run under way and leaves what was found; --resume goes on. Exit code 0 when there is an \
            answer, 97 when it was not settled when the probes ran out (more --probes or a longer --measure may settle \
            it), 98 when only the generator's limit was found, 99 when no rate held, 130 when it was ended early.
            """)

    @OptionGroup var options: CampaignOptions

    @Option(
        parsing: .unconditional,
        help: "Worker counts to search at, comma-separated; with --target those to choose from.")
    var workers: String?

    @Option(
        help: ArgumentHelp(
            "A condition in place of the scenario's thresholds; may be repeated.", valueName: "threshold"))
    var limit: [String] = []

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The lowest rate to try.", valueName: "rate"),
        transform: RateArgument.read)
    var from: RateArgument?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The highest rate to try.", valueName: "rate"),
        transform: RateArgument.read)
    var to: RateArgument?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("How many workers carry this rate?", valueName: "rate"),
        transform: RateArgument.read)
    var target: RateArgument?

    @OptionGroup var timing: CampaignTiming

    @Option(parsing: .unconditional, help: "Rates to try at most, at each worker count (12).")
    var probes: Int?

    static let usualProbes = 12

    func validate() throws {
        try timing.checkTrend()
        guard probes.map((3...100).contains) ?? true else { throw ValidationError("--probes must be 3 to 100.") }
        guard (from == nil) == (to == nil) else {
            throw ValidationError("--from and --to belong together; without both the range is found.")
        }
        if let from, let to, from.perSecond >= to.perSecond || from.perSecond <= 0 {
            throw ValidationError("--from must be above 0 and below --to.")
        }
        if let target {
            guard target.perSecond > 0 else { throw ValidationError("--target must be above 0.") }
            guard from == nil else {
                throw ValidationError("--target tries one rate at several worker counts; leave out --from and --to.")
            }
        }
    }

    func run() async throws {
        try await CommandFailure.ending {
            let capacity = try completed().capacity()
            let result = try await capacity.run()
            try CampaignOutput(folder: capacity.campaign.folder, options: options).show(result)
            if result.campaign.interrupted { capacity.campaign.progress.say(capacity.campaign.resuming) }
            throw Self.status(of: result).code
        }
    }

    /// This command, with what it leaves out taken from the campaign that it resumes.
    func completed() throws(CommandFailure) -> CapacityCommand {
        guard let given = try options.earlier(.capacity)?.given else { return self }
        var command = self
        command.options.adopt(given)
        given.fill(&command.workers, "--workers") { $0 }
        given.fill(&command.limit, "--limit") { $0 }
        given.fill(&command.from, "--from", RateArgument.init(argument:))
        given.fill(&command.to, "--to", RateArgument.init(argument:))
        given.fill(&command.target, "--target", RateArgument.init(argument:))
        command.timing.adopt(given)
        given.fill(&command.probes, "--probes") { Int($0) }
        return command
    }

    private var given: GivenOptions {
        var given = options.given
        given.keep("--workers", workers)
        given.keep("--limit", limit)
        given.keep("--from", from?.description)
        given.keep("--to", to?.description)
        given.keep("--target", target?.description)
        timing.keep(in: &given)
        given.keep("--probes", probes.map(String.init))
        return given
    }

    private func capacity() throws -> Capacity {
        let range = from.flatMap { from in to.map { from.perSecond...$0.perSecond } }
        let timing = ProbeTiming(
            warmUp: timing.warmUpDuration, measure: timing.measuredDuration, mostProbes: probes ?? Self.usualProbes)
        return try Capacity(
            options: options, question: try question(), limits: limit, range: range, timing: timing, given: given)
    }

    private func question() throws(CommandFailure) -> Capacity.Question {
        let key = try workers.map { text throws(CommandFailure) in try SweepCommand.workerKey(text) }
        guard let target else { return .rates(key) }
        let counts = key.map { $0.values.compactMap(Int.init) } ?? Self.defaultCounts
        return .workers(ratePerSecond: target.perSecond, among: counts.sorted())
    }

    /// Up to four workers a core: beyond that they are in each other's way.
    private static var defaultCounts: [Int] {
        Array(1...min(64, max(8, 4 * MachineFacts.current().usableCores)))
    }

    /// An answer is a success, also the answer that no worker count is enough; what was not settled is none.
    static func status(of result: CapacityResult) -> ExitStatus {
        if result.campaign.interrupted { return .interrupted }
        let isLimited =
            if let target = result.target {
                target.workers == nil && target.probes.last?.probe.verdict == .generatorLimited
            } else {
                result.points.allSatisfy { $0.ratePerSecond == nil && $0.outcome == .generatorLimited }
            }
        if isLimited { return .invalidRun }
        if result.isUnsettled { return .inconclusive }
        let isNone = result.target == nil && result.points.allSatisfy { $0.ratePerSecond == nil }
        return isNone ? .thresholdFailed : .success
    }
}

/// A rate as a flag's value, as scenarios write it: `500/s`, `20k/s`.
struct RateArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
    let perSecond: Double
    let description: String

    init?(argument: String) {
        guard let perSecond = Scenario.ratePerSecond(argument) else { return nil }
        self.perSecond = perSecond
        description = argument
    }
}
