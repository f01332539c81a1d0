import ArgumentParser
import Stores

// CLI: the executable `rafale`, one file a subcommand, and the only module that knows all others.

@main
struct Rafale: AsyncParsableCommand {
    static let version = "0.1.0"

    /// Before what is wrong with a command line, as before every other error.
    static let _errorLabel = "rafale"

    static let configuration = CommandConfiguration(
        commandName: "rafale",
        abstract: "Put an exact load on a message pipeline and report how much got through, how late, at what cost.",
        discussion: "Start with: rafale run scenarios/smoke.yaml",
        version: version,
        subcommands: [
            RunCommand.self,
            ValidateCommand.self,
            ReportCommand.self,
            GenerateCommand.self,
            WorkerCommand.self,
            BrokerCommand.self,
            FaultProxyCommand.self,
            CalibrateCommand.self,
            SweepCommand.self,
            CapacityCommand.self,
            SuperviseCommand.self,
            GateCommand.self,
            ChaosCommand.self,
            CompareCommand.self,
            RunsCommand.self,
        ])

    static func main() async {
        MongoDBCounters.hide()
        await main(nil)
    }
}
