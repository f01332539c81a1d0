import ArgumentParser
import Scenarios
import Stores

/// The scenario and what the command line changes of it: the same for every command that runs one.
struct ScenarioOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The scenario file.", valueName: "scenario"), completion: .file(extensions: ["yaml", "yml"]))
    var path: String

    @Option(help: "The broker's URI, or 'embedded'. Also from the environment: BROKER, where the scenario says so.")
    var broker: String?

    @Option(help: "Where workers store results: \(StoreURL.supported).")
    var store: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Override a key of the scenario; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    /// The overrides of the command line, in order.
    var allOverrides: [String] {
        overrides + (broker.map { ["broker.url=\($0)"] } ?? []) + (store.map { ["store.url=\($0)"] } ?? [])
    }

    /// The scenario with these overrides and more.
    func file(with more: [String] = []) throws(ScenarioError) -> ScenarioFile {
        do throws(ScenarioError) {
            return try ScenarioFile(
                path: path, overrides: allOverrides + more, environment: ProgramEnvironment.values)
        } catch {
            let own = ["broker.url": broker.map { _ in "--broker" }, "store.url": store.map { _ in "--store" }]
            throw error.told(by: own.compactMapValues { $0 })
        }
    }
}

/// Where a report goes, and what is shown of it.
struct OutputOptions: ParsableArguments {
    @Option(help: "The folder below which a folder of its own is made for the report.")
    var out = "reports"

    @Flag(help: "No progress and no summary; the report is written and the exit code tells.")
    var quiet = false

    @Flag(help: "Print the result as JSON instead of the summary.")
    var json = false
}
