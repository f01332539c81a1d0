import Foundation
import LoadMetrics
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import CLI

@Suite("What faults are brought about with", .timeLimit(.minutes(1)))
struct FaultToolsTests {
    private func sleeper(in folder: URL) -> RoleProcess {
        RoleProcess(
            role: .worker, name: "sleeper", executable: "/bin/sleep", arguments: ["1000"], environment: [:],
            statisticsPath: folder.appending(path: "stats").path, logPath: folder.appending(path: "log").path)
    }

    @Test("Who is killed while it is being started does not survive that", arguments: [SIGKILL, SIGTERM])
    func killedAtStart(signal: Int32) async throws {
        try await withTemporaryDirectory { folder in
            let process = sleeper(in: folder)
            for life in 0..<5 {
                if life == 0 { try process.start() } else { try process.startAgain() }
                // At once: it has no number yet.
                try await withTimeout(.seconds(30), "its end") { await process.end(by: signal, grace: .seconds(20)) }
                #expect(process.ending?.hasSuffix("signal \(signal)") == true, "\(process.ending ?? "it lives")")
                #expect(!process.diedEarly)
            }
        }
    }

    @Test("Who is frozen while it is being started goes on when it is let")
    func frozenAtStart() async throws {
        try await withTemporaryDirectory { folder in
            let process = sleeper(in: folder)
            try process.start()
            process.freeze(true)
            let pid = try await eventually("it is there") { process.pid }
            func state() throws -> Substring? {
                try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).split(separator: " ").dropFirst(2)
                    .first
            }
            try await eventually("it is frozen") { try state() == "T" ? true : nil }
            process.freeze(false)
            try await eventually("it goes on") { try state() != "T" ? true : nil }
            await process.end(by: SIGKILL, grace: .seconds(1))
        }
    }

    @Test("Turns are had one after the other, also by those who want several")
    func turns() async {
        let turns = Turns()
        let log = Log()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                let names = [["a"], ["b"], ["a", "b"], ["b", "a"]][number % 4]
                group.addTask {
                    await turns.take(names)
                    let others = await log.enter(names)
                    #expect(others == 0)
                    await Task.yield()
                    await log.leave(names)
                    turns.pass(names)
                }
            }
        }
    }

    private actor Log {
        private var inside: [String] = []

        func enter(_ names: [String]) -> Int {
            let others = inside.count { names.contains($0) }
            inside += names
            return others
        }

        func leave(_ names: [String]) { inside.removeAll { names.contains($0) } }
    }

    private struct Broken: Error {}

    @Test("What begins only in part is ended, and the reason is that of the beginning")
    func during() async throws {
        let log = Log()
        await #expect(throws: Broken.self) {
            try await FaultDriver.during(.seconds(100)) {
                throw Broken()
            } end: {
                _ = await log.enter(["ended"])
                throw CancellationError()
            }
        }
        #expect(await log.enter(["ended"]) == 1)
    }

    @Test("What lasts is ended when the run is over")
    func cancelled() async throws {
        let log = Log()
        let lasting = Task {
            try await FaultDriver.during(.seconds(1000)) {
            } end: {
                try Task.checkCancellation()
                _ = await log.enter(["ended"])
            }
        }
        lasting.cancel()
        try await lasting.value
        #expect(await log.enter(["ended"]) == 1)
    }

    @Test("A proxy that does not answer is not waited for")
    func silentProxy() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let client = ProxyClient(
            host: "127.0.0.1", port: server.localAddress?.port ?? 0, limit: .milliseconds(100))
        let failure = await #expect(throws: FaultDriver.Failure.self) {
            try await withTimeout(.seconds(30)) { try await client.tell("cut") }
        }
        #expect(failure?.reason.contains("does not answer within") == true)
        try await server.close()
    }

    @Test("Who said that the end of the terminal does not matter is taken at the word")
    func hangup() {
        #expect(!EndingSignals.isHangupIgnored("Name:\tx\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"))
        #expect(EndingSignals.isHangupIgnored("Name:\tx\nSigIgn:\t0000000000001001\n"))
        #expect(!EndingSignals.isHangupIgnored(""))
    }
}
