import ArgumentParser

@main
struct Rafale: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rafale", abstract: "Put an exact load on a message pipeline and report how late it gets.",
        subcommands: [WorkerCommand.self, BrokerCommand.self, ValidateCommand.self])
}
