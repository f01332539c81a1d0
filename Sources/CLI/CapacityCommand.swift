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
            answer, 98 when only the generator's limit was found, 99 when no rate held, 130 when it was ended early.
            """)

    @OptionGroup var options: CampaignOptions

    @Option(help: "Worker counts to search at, comma-separated; with --target those to choose from.")
    var workers: String?

    @Option(
        help: ArgumentHelp(
            "A condition in place of the scenario's thresholds; may be repeated.", valueName: "threshold"))
    var limit: [String] = []

    @Option(help: ArgumentHelp("The lowest rate to try.", valueName: "rate"))
    var from: RateArgument?

    @Option(help: ArgumentHelp("The highest rate to try.", valueName: "rate"))
    var to: RateArgument?

    @Option(help: ArgumentHelp("How many workers carry this rate?", valueName: "rate"))
    var target: RateArgument?

    @Option(help: "How long the first run at each rate measures; four times as long at most in all.")
    var measure = DurationArgument(seconds: 10)

    @Option(help: "How long each run warms up before.")
    var warmUp = DurationArgument(seconds: 2)

    @Option(help: "Rates to try at most, at each worker count.")
    var probes = usualProbes

    static let usualProbes = 12

    func validate() throws {
        guard measure.duration >= .seconds(4), measure.duration <= .seconds(3600) else {
            throw ValidationError("--measure must be 4s to 60m: from less no trend can be seen.")
        }
        guard warmUp.duration >= .zero, warmUp.duration <= .seconds(3600) else {
            throw ValidationError("--warm-up must be at most 60m.")
        }
        guard (3...100).contains(probes) else { throw ValidationError("--probes must be 3 to 100.") }
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
        try await CampaignOptions.ending("capacity") {
            let range = from.flatMap { from in to.map { from.perSecond...$0.perSecond } }
            let capacity = try Capacity(
                options: options, question: try question(), limits: limit, range: range,
                timing: ProbeTiming(warmUp: warmUp.duration, measure: measure.duration, mostProbes: probes))
            let result = try await capacity.run()
            try CampaignOutput(folder: capacity.campaign.folder, options: options).show(result)
            if result.campaign.interrupted { capacity.campaign.progress.say(capacity.campaign.resuming("capacity")) }
            throw Self.status(of: result).code
        }
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

    /// An answer is a success, also the answer that no worker count is enough.
    static func status(of result: CapacityResult) -> ExitStatus {
        if result.campaign.interrupted { return .interrupted }
        if let target = result.target {
            let isLimited = target.workers == nil && target.probes.last?.probe.verdict == .generatorLimited
            return isLimited ? .invalidRun : .success
        }
        if result.points.allSatisfy({ $0.ratePerSecond == nil && $0.outcome == .generatorLimited }) {
            return .invalidRun
        }
        return result.points.allSatisfy { $0.ratePerSecond == nil } ? .thresholdFailed : .success
    }
}

/// A rate as a flag's value, as scenarios write it: `500/s`, `20k/s`.
struct RateArgument: ExpressibleByArgument, Equatable {
    let perSecond: Double

    init?(argument: String) {
        guard let perSecond = Scenario.ratePerSecond(argument) else { return nil }
        self.perSecond = perSecond
    }
}
