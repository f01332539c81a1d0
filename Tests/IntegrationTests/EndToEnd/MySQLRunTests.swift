import Foundation
import LoadMetrics
import Synchronization
import TestSupport
import Testing

/// Runs whose store is a MySQL or MariaDB server.
@Suite("A run with MySQL as the store", .serialized)
struct MySQLRunTests {
    @Test("keeps every text there, and shows the server's password nowhere", .needsMariaDB)
    func pipeline() async throws {
        let server = try await MariaDBServer.shared()
        let url = server.freshURL()
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(
                seconds: 2, more: "store: {url: \"${STORE}\"}\nthresholds: [lost == 0, failed == 0]")
            let commandLines = Mutex<[String]>([])
            let outcome = try await rafale("run", file, environment: ["STORE": url]) { program in
                _ = try await eventually(within: .seconds(60), "the workers") { () -> Bool? in
                    let workers = try children(of: program.processID, with: "worker")
                    for pid in workers + [program.processID] {
                        let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
                        commandLines.withLock { $0.append(line ?? "") }
                    }
                    return workers.count == 2 ? true : nil
                }
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(result.store?.hasPrefix("mysql:127.0.0.1:") == true)
            #expect(commandLines.withLock { $0 }.allSatisfy { !$0.contains(server.password) })
            #expect(!outcome.output.contains(server.password) && !outcome.errors.contains(server.password))
            let files = try filesBelow(rafale.folder)
            #expect(files.contains { $0.lastPathComponent == "worker-1.log" })
            for file in files {
                #expect(
                    try !Data(contentsOf: file).contains(server.password.utf8), "\(file.path) shows the password")
            }
        }
    }

    @Test("fills the store alone, and lets its address be named by the environment on the command line", .needsMariaDB)
    func storeAlone() async throws {
        let server = try await MariaDBServer.shared()
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                """
                target: store
                phases: [{name: fill, rate: 500/s, for: 2s}]
                thresholds: [store_mismatches == 0]
                """)
            let outcome = try await rafale(
                "run", file, "--store", "${STORE}", environment: ["STORE": server.freshURL(options: "pool=1")])
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            #expect(result.books.confirmed == 1000)
        }
    }

    @Test("waits for a server that is away for some seconds, and loses nothing", .needsOwnMariaDB)
    func serverAway() async throws {
        try await MariaDBServer.withOwn { server in
            try await RafaleProgram.use { rafale in
                let file = try rafale.steady(
                    seconds: 7, more: "store: {url: \"${STORE}\"}\nthresholds: [lost == 0, failed == 0]")
                let outcome = try await rafale("run", file, environment: ["STORE": server.url]) { program in
                    _ = try await eventually(within: .seconds(60), "documents in the store") { () -> Bool? in
                        let count = try? await server.sql("SELECT COUNT(*) FROM rafale.\(Self.table)")
                        return (count.flatMap { Int($0) } ?? 0) > 0 ? true : nil
                    }
                    try await server.crash()
                    try await Task.sleep(for: .seconds(5))
                    try await server.restart()
                }
                let result = try rafale.result()
                expectValid(outcome, result, exit: 0)
                expectBalanced(result)
                #expect(result.roles.allSatisfy { !$0.diedEarly })
            }
        }
    }

    @Test("a worker told to wait does so for a server that is not up yet", .needsOwnMariaDB)
    func notYetUp() async throws {
        try await MariaDBServer.withOwn { server in
            try await server.stop()
            let broker = "127.0.0.1:\(try freePort())"
            _ = try await run(
                Places.rafale, ["worker", "--wait", "10m", "--broker", "amqp://guest:guest@\(broker)/"],
                environment: ["RAFALE_STORE": server.url], limit: .seconds(120)
            ) { worker in
                try await worker.waitForText("store mysql:127.0.0.1:")
                #expect(worker.errors.contains("not ready yet"))
                #expect(!worker.errors.contains(broker))
                try await server.restart()
                // The broker comes behind the store.
                try await worker.waitForText(broker, within: .seconds(60))
                worker.send(signal: SIGTERM)
            }
            // It has made its table.
            #expect(try await server.sql("SELECT COUNT(*) FROM rafale.\(Self.table)") == "0")
        }
    }

    @Test("ends at once where the server refuses it, in one line without the password", .needsMariaDB)
    func refused() async throws {
        let server = try await MariaDBServer.shared()
        let url = server.url.replacing(server.password, with: "wrong-secret")
        // Sooner than the limit of the test's own: there is nothing to wait for.
        let outcome = try await run(
            Places.rafale, ["worker", "--wait", "10m"], environment: ["RAFALE_STORE": url], limit: .seconds(60))
        expectOneLine(outcome, exit: 77, saying: "rafale worker: store mysql:127.0.0.1:", "Access denied")
    }

    /// The table of the text pipeline.
    private static let table = "texts"

    private func filesBelow(_ folder: URL) throws -> [URL] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return paths.map { folder.appending(path: $0) }.filter { !$0.hasDirectoryPath && isFile($0) }
    }

    private func isFile(_ url: URL) -> Bool {
        (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) ?? false
    }
}
