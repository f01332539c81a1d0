import Foundation
import Scenarios
import Subprocess
import SystemPackage

/// Runs the command by which a scenario says how a server is controlled.
struct ServerControls: Sendable {
    let control: Scenario.ServerControl
    /// The scenario's folder, in which it runs.
    let folder: String
    /// Where its output goes.
    let logPath: String
    /// The server's port where it is on this host.
    let port: Int?

    private static let limit = Duration.seconds(120)

    /// Runs it for an action; throws with its last words where it fails.
    func run(_ action: Scenario.ServerControl.Action) async throws {
        let words = control.words(for: action)
        let command = words.joined(separator: " ")
        // Not a pipe: the server that it starts keeps it open.
        let log: FileDescriptor
        do {
            log = try .open(
                FilePath(logPath), .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead])
        } catch {
            throw FaultDriver.Failure(reason: "cannot write \(logPath): \(error)")
        }
        var platform = PlatformOptions()
        // A Ctrl-C that is meant for the run must not end the server.
        platform.processGroupID = 0
        let configuration = Configuration(
            executable: words[0].contains("/") ? .path(FilePath(program(words[0]))) : .name(words[0]),
            arguments: Arguments(Array(words.dropFirst())), workingDirectory: FilePath(folder),
            platformOptions: platform)
        // Also where the run is over and this task is cancelled: what was begun is ended.
        let running = Task.detached {
            let ended = try await Subprocess.run(
                configuration, input: .none, output: .fileDescriptor(log, closeAfterSpawningProcess: false),
                error: .fileDescriptor(log, closeAfterSpawningProcess: true)
            ) { execution in
                let pid = execution.processIdentifier.value
                return Task {
                    try await Task.sleep(for: Self.limit)
                    kill(pid, SIGKILL)
                }
            }
            ended.closureResult.cancel()
            return ended.terminationStatus.isSuccess
        }
        let succeeded: Bool
        do {
            succeeded = try await running.value
        } catch {
            throw FaultDriver.Failure(reason: "'\(command)' cannot be run in \(folder): \(error)")
        }
        guard succeeded else {
            let words = LogTail.lastWords(of: logPath) ?? "it said nothing"
            throw FaultDriver.Failure(reason: "'\(command)' failed: \(words)")
        }
    }

    /// A path as it is seen from the folder.
    private func program(_ path: String) -> String {
        URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).path
    }
}
