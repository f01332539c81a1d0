import Foundation
import Synchronization

/// A real MariaDB server: the one that all tests of this process share, or one of a test's own that it may crash.
///
/// The servers are processes that `scripts/mariadb` starts on loopback; they end with the test process, however it ends.
/// `RAFALE_TEST_MYSQL_URL` names a server to share instead, MySQL or MariaDB, whose user may create databases.
package struct MariaDBServer: Sendable {
    /// `mysql://rafale:<password>@127.0.0.1:<port>/rafale`.
    package let url: String
    /// The same with TLS and the certificate checked, for a server started with it.
    package let tlsURL: String?
    /// The server's folder; nil for a server that somebody else started.
    private let folder: URL?

    /// The server that the tests of this process share, started at the first call (about 1 s).
    ///
    /// Take a database of the test's own from ``freshURL(options:)``. Mark the test with `.needsMariaDB`.
    package static func shared() async throws -> MariaDBServer {
        if let url = Places.environment("RAFALE_TEST_MYSQL_URL") {
            return MariaDBServer(url: url, tlsURL: nil, folder: nil)
        }
        let start: Task<MariaDBServer, any Error> = sharedStart.withLock { task in
            if let task { return task }
            let new = Task { try await MariaDBServer.start(tls: false, options: []) }
            task = new
            return new
        }
        return try await start.value
    }

    /// Runs the body with a server of its own, to crash, restart and pause; the server is gone afterwards.
    ///
    /// The options are those of `mariadbd`. Mark the test with `.needsOwnMariaDB`.
    package static func withOwn<Result>(
        tls: Bool = false, options: [String] = [], _ body: (MariaDBServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(tls: tls, options: options)
        do {
            let result = try await body(server)
            _ = try? await server.script("destroy")
            return result
        } catch {
            _ = try? await server.script("destroy")
            throw error
        }
    }

    /// The password in ``url``, which nothing may show.
    package var password: String { URL(string: url)?.password() ?? "" }

    /// The address of a database that is not there yet, and that nobody else uses; `options` are those of the store.
    ///
    /// A store that is opened there makes the database.
    package func freshURL(options: String = "") -> String {
        let name = uniqueName("test").replacing("-", with: "_")
        let base = url.prefix { $0 != "?" }
        guard let slash = base.lastIndex(of: "/") else { return url }
        return base[...slash] + name + (options.isEmpty ? "" : "?\(options)")
    }

    /// Runs a statement as root and returns what it printed: a line a row, tabs between the columns, no heading.
    package func sql(_ statement: String) async throws -> String {
        try await script("sql", "--skip-column-names", statement)
    }

    /// Kills the server as a power cut would; what was committed survives on its disk.
    package func crash() async throws { _ = try await script("crash") }

    /// Starts it again on the same port and data, after a crash or in good order when it runs.
    package func restart() async throws { _ = try await script("restart", "--keep") }

    /// Stops it in good order.
    package func stop() async throws { _ = try await script("stop") }

    /// Freezes the process: connections stay open, and nothing answers.
    package func pause() async throws { _ = try await script("pause") }

    /// Lets a frozen process go on.
    package func resume() async throws { _ = try await script("resume") }

    // MARK: - The script

    private static let sharedStart = Mutex<Task<MariaDBServer, any Error>?>(nil)
    private static let started = Atomic<Int>(0)

    private static func start(tls: Bool, options: [String]) async throws -> MariaDBServer {
        let number = started.add(1, ordering: .relaxed).newValue
        let name = "test-mariadb-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
        let folder = Places.packageRoot.appending(path: ".services/\(name)")
        let printed = try await script(
            ["up"] + (tls ? ["--tls"] : []) + (options.isEmpty ? [] : ["--"] + options), in: folder)
        let urls = printed.split(separator: "\n").map(String.init)
        guard let url = urls.first, url.hasPrefix("mysql:") else {
            throw ServerError(what: "scripts/mariadb up printed no URL: \(printed)")
        }
        return MariaDBServer(url: url, tlsURL: urls.first { $0.contains("tls=") }, folder: folder)
    }

    private func script(_ arguments: String...) async throws -> String {
        guard let folder else {
            throw ServerError(what: "RAFALE_TEST_MYSQL_URL names a server that the tests may not \(arguments[0])")
        }
        return try await Self.script(arguments, in: folder)
    }

    private static func script(_ arguments: [String], in folder: URL) async throws -> String {
        let owner = String(ProcessInfo.processInfo.processIdentifier)
        let outcome = try await run(
            Places.script("mariadb"), arguments,
            environment: ["MARIADB_STATE": folder.path, "MARIADB_OWNER_PID": owner], limit: .seconds(180))
        guard outcome.exitCode == 0 else {
            throw ServerError(what: "scripts/mariadb \(arguments.joined(separator: " ")): \(outcome)")
        }
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
