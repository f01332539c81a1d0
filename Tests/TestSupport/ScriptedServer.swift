package import Foundation
import Synchronization

/// A real server: the one that all tests of this process share, or one of a test's own that it may crash.
///
/// The servers are processes that a script of `scripts/` starts on loopback; they end with the test process, however it
/// ends. A variable of the environment names a server to share instead.
package protocol ScriptedServer: Sendable {
    /// The script's name, with which its variables begin.
    static var scriptName: String { get }
    /// The variable that names a server to share.
    static var urlVariable: String { get }
    /// The start of the server that the tests share: `Task { try await start() }`, kept.
    static var sharedStart: Task<Self, any Error> { get }

    /// Where the server answers; the script's `up` prints it first.
    var url: String { get }
    /// The same over TLS, for a server started with it.
    var tlsURL: String? { get }
    /// The server's folder; nil for a server that somebody else started.
    var folder: URL? { get }

    init(url: String, tlsURL: String?, folder: URL?)
}

extension ScriptedServer {
    /// The server that the tests of this process share, started at the first call.
    ///
    /// Leave it as it was, and use names that no other test uses.
    package static func shared() async throws -> Self {
        if let url = Places.environment(urlVariable) { return Self(url: url, tlsURL: nil, folder: nil) }
        return try await sharedOwn()
    }

    /// The same, but always a server that this process started, which the script may be asked to control.
    package static func sharedOwn() async throws -> Self { try await sharedStart.value }

    /// Runs the body with a server of its own, to crash, restart and pause; the server is gone afterwards.
    ///
    /// The options are those that the script's `up` passes on to the server.
    package static func withOwn<Result>(
        tls: Bool = false, options: [String] = [], _ body: (Self) async throws -> Result
    ) async throws -> Result {
        let server = try await start(tls: tls, options: options)
        do {
            let result = try await body(server)
            _ = try? await server.script(["destroy"])
            return result
        } catch {
            _ = try? await server.script(["destroy"])
            throw error
        }
    }

    /// Kills the server as a power cut would; what it had written survives on its disk.
    package func crash() async throws { _ = try await script(["crash"]) }

    /// Starts it again on the same ports and data, after a crash or in good order when it runs.
    package func restart() async throws { _ = try await script(["restart", "--keep"]) }

    /// Stops it in good order.
    package func stop() async throws { _ = try await script(["stop"]) }

    /// Freezes the process: connections stay open, and nothing answers.
    package func pause() async throws { _ = try await script(["pause"]) }

    /// Lets a frozen process go on.
    package func resume() async throws { _ = try await script(["resume"]) }

    // MARK: - The script

    static func start(tls: Bool = false, options: [String] = []) async throws -> Self {
        let number = Started.count.add(1, ordering: .relaxed).newValue
        let name = "test-\(scriptName)-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
        let folder = Places.packageRoot.appending(path: ".services/\(name)")
        let printed = try await script(
            ["up"] + (tls ? ["--tls"] : []) + (options.isEmpty ? [] : ["--"] + options), in: folder)
        let urls = printed.split(separator: "\n").map(String.init)
        guard let url = urls.first, url.contains("://") else {
            throw ServerError(what: "scripts/\(scriptName) up printed no URL: \(printed)")
        }
        return Self(url: url, tlsURL: urls.dropFirst().first, folder: folder)
    }

    /// Has the script do something with this server and returns what it printed.
    func script(_ arguments: [String]) async throws -> String {
        guard let folder else {
            throw ServerError(what: "\(Self.urlVariable) names a server that the tests may not \(arguments[0])")
        }
        return try await Self.script(arguments, in: folder)
    }

    private static func script(_ arguments: [String], in folder: URL) async throws -> String {
        let prefix = scriptName.uppercased()
        let owner = String(ProcessInfo.processInfo.processIdentifier)
        let outcome = try await run(
            Places.script(scriptName), arguments,
            environment: ["\(prefix)_STATE": folder.path, "\(prefix)_OWNER_PID": owner], limit: .seconds(180))
        guard outcome.exitCode == 0 else {
            throw ServerError(what: "scripts/\(scriptName) \(arguments.joined(separator: " ")): \(outcome)")
        }
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// The servers that this process has started.
private enum Started {
    static let count = Atomic<Int>(0)
}

/// A server that a test needs could not be had, or refused what the test asked of it.
package struct ServerError: Error, CustomStringConvertible {
    /// What went wrong.
    package let what: String
    /// The same.
    package var description: String { what }
}
