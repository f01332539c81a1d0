import ArgumentParser
import Foundation
import LoadMetrics
import Reporting
import Scenarios

/// `rafale chaos`: many short runs with faults by chance, and whether any of them lost something.
struct ChaosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Break a pipeline in many ways by chance, and see that nothing is lost.",
        discussion: """
            Each run lasts some 15 seconds at a few hundred messages a second, has three to six faults of all kinds that \
            apply, and ends by itself; then its books are closed and the store is compared with them. The same seed \
            gives the same runs; each can be made again alone, and its scenario lies in its folder.

            EXAMPLES
              rafale chaos --runs 20
              rafale chaos --seed 7 --only 17
              rafale chaos --broker amqp://… --broker-control 'scripts/rabbitmq {{action}} --keep'

            Without --broker each run has the embedded broker, which is paused and cut off but not ended: it keeps \
            nothing. Addresses with passwords are better given as RAFALE_BROKER and RAFALE_STORES.

            Ends with 0 when every run is in order, 99 when one lost something, left a store that is not as the books \
            say, did not end by itself or could not be broken as planned; 130 when it was ended early.
            """)

    @Option(help: "How many runs.")
    var runs = 10

    @Option(help: "What all chance comes from; without it, the time's.")
    var seed: UInt64?

    @Option(help: "Make only this run of the campaign again.")
    var only: Int?

    @Option(help: "The broker's address, amqp://…, instead of the embedded broker (RAFALE_BROKER).")
    var broker: String?

    @Option(
        help: ArgumentHelp(
            "How the broker is told to stop and the like; {{action}} becomes up, stop, crash, pause, resume, restart.",
            valueName: "command"))
    var brokerControl: String?

    @Option(
        help: ArgumentHelp(
            "Where results go, of which each run takes one by chance: NAME=URL, comma-separated (RAFALE_STORES).",
            valueName: "stores"))
    var stores: String?

    @Option(
        help: ArgumentHelp(
            "How a store that is a server is told to stop and the like: NAME=COMMAND.", valueName: "control")
    )
    var storeControl: [String] = []

    @Option(help: "The pipelines, of which each run takes one by chance, comma-separated.")
    var pipelines = "text"

    @Option(help: "The folder below which the campaign's own folder is made.")
    var out = "reports"

    @Flag(help: "No progress and no table; the result is written and the exit code tells.")
    var quiet = false

    mutating func validate() throws {
        guard (1...10_000).contains(runs) else { throw ValidationError("--runs must be 1 to 10000.") }
        if let only, only < 1 { throw ValidationError("--only is a run's number, from 1 on.") }
        if only != nil, seed == nil { throw ValidationError("--only needs the --seed of the campaign.") }
    }

    func run() async throws {
        try await CommandFailure.ending {
            let chaos = try chaos()
            let result = try await chaos.run()
            if !quiet {
                print(ChaosSummary.text(of: result), terminator: "")
                print("runs: \(chaos.folder.path)/runs")
            }
            if result.interrupted { throw ExitStatus.interrupted.code }
            if !result.isClean { throw ExitStatus.thresholdFailed.code }
        }
    }

    private func chaos() throws -> Chaos {
        let environment = ProgramEnvironment.values
        let seed = seed ?? UInt64(Date().timeIntervalSince1970)
        let broker = broker ?? environment["RAFALE_BROKER"].flatMap { $0.isEmpty ? nil : $0 }
        if brokerControl != nil, broker == nil {
            throw CommandFailure(.usage, "--broker-control controls no embedded broker; name yours with --broker")
        }
        var surroundings = ChaosDraw.Surroundings()
        surroundings.pipelines = try pipelines.split(separator: ",").map { name throws(CommandFailure) in
            guard Scenario.Pipeline(rawValue: String(name)) != nil else {
                let known = Scenario.Pipeline.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure(.usage, "--pipelines: '\(name)' is none; possible: \(known)")
            }
            return String(name)
        }
        surroundings.stores = try Self.stores(
            stores ?? environment["RAFALE_STORES"] ?? "SQLite=sqlite", controls: storeControl)
        surroundings.hasServer = broker != nil
        surroundings.brokerControl = try brokerControl.map(Self.absolute)
        let request = CampaignRequest(
            kind: .chaos, scenario: broker == nil ? "embedded" : "server", effectiveScenario: "", programDigest: "",
            options: ["--seed": "\(seed)", "--runs": "\(runs)"])
        return Chaos(
            seed: seed, numbers: only.map { [$0] } ?? Array(1...runs), surroundings: surroundings, broker: broker,
            folder: try CampaignFolder(parent: out, request: request, startedAt: Date()),
            progress: CampaignProgress(isQuiet: quiet))
    }

    static func stores(_ text: String, controls: [String]) throws -> [ChaosDraw.Store] {
        var stores: [ChaosDraw.Store] = []
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: "=", maxSplits: 1)
            if parts.count == 2, !parts[0].contains(where: { ":/?[]@".contains($0) }) {
                stores.append(ChaosDraw.Store(name: String(parts[0]), url: String(parts[1]), control: nil))
            } else if let last = stores.indices.last, stores[last].isServer {
                // A comma within an address, which has several hosts.
                stores[last].url += "," + entry
            } else {
                throw CommandFailure(.usage, "--stores: write NAME=URL, such as SQLite=sqlite")
            }
        }
        guard !stores.isEmpty else { throw CommandFailure(.usage, "--stores names no store") }
        for control in controls {
            let parts = control.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let index = stores.firstIndex(where: { $0.name == parts[0] }) else {
                throw CommandFailure(.usage, "--store-control: '\(control)' is not NAME=COMMAND with a store's name")
            }
            stores[index].control = try absolute(parts[1])
        }
        return stores
    }

    /// A command whose program is found from any folder: the runs work in the campaign's.
    static func absolute(_ command: String) throws -> String {
        var words: [String]
        do {
            words = try Scenario.ServerControl(command: command).words
        } catch {
            throw CommandFailure(.usage, "'\(command)': \(error)")
        }
        if words[0].contains("/") { words[0] = URL(fileURLWithPath: words[0]).standardizedFileURL.path }
        return words.map(quoted).joined(separator: " ")
    }

    /// A word as a command line has it.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                        || "/._-:=@%+,{}".unicodeScalars.contains($0))
            }
        return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}
