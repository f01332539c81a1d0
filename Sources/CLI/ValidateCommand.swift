import ArgumentParser
import Foundation
import Scenarios
import Stores

/// `rafale validate`: says what is wrong with scenario files, or what they would do.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check scenario files without running them.",
        discussion: """
            Prints one line for each good file, and every mistake of the others with its file:line:column.

              rafale validate scenarios/*.yaml
              rafale validate scenarios/burst.yaml --set load.connections=8 --effective
              rafale validate --schema > scenarios/scenario.schema.json

            Exit code 65 when a file is wrong.
            """)

    @Argument(help: "Scenario files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set a key of every file, such as phases[0].rate=500/s; null removes it.", valueName: "key=value"))
    var overrides: [String] = []

    @Flag(help: "Print what each file means, defaults and overrides included.")
    var effective = false

    @Flag(help: "Print the language's JSON schema.")
    var schema = false

    @Flag(help: ArgumentHelp("Print the reference of all keys as Markdown.", visibility: .hidden))
    var reference = false

    func validate() throws {
        guard files.isEmpty == (schema || reference) else {
            throw ValidationError(
                files.isEmpty ? "name the scenario files, such as scenarios/*.yaml" : "--schema takes no files")
        }
    }

    func run() async throws {
        if schema { print(ScenarioSchema.json, terminator: "") }
        if reference { print(ScenarioReference.markdown, terminator: "") }
        var isGood = true
        for path in files {
            do throws(ScenarioError) {
                let file = try ScenarioFile(
                    path: path, overrides: overrides, environment: ProgramEnvironment.values)
                if let mistake = Self.mistake(in: file.scenario.store) {
                    isGood = false
                    StandardErrorSink().write("\(path): \(mistake)\n")
                    continue
                }
                print(effective ? "# \(path)\n\(file.scenario.yaml)" : "\(path): \(file.scenario.outline)")
            } catch {
                isGood = false
                StandardErrorSink().write(error.complaint)
            }
        }
        if !isGood { throw ExitStatus.badScenario.code }
    }

    /// Why this program would not take the store's address; nil where it would.
    private static func mistake(in store: Scenario.Store) -> StoreError? {
        guard case .server(let url) = store.location else { return nil }
        do throws(StoreError) {
            _ = try StoreURL(url.secretText, defaultSQLitePath: "")
            return nil
        } catch {
            return error
        }
    }
}
