import Foundation
import LoadMetrics
import TestSupport
import Testing

/// What breaks in the middle of a run, on a real broker.
@Suite("A run on RabbitMQ, when something breaks")
struct FaultTests {
    @Test("a worker killed: nothing is lost, what came twice is counted", .needsOwnRabbitMQ)
    func workerKilled() async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 8, more: "thresholds: [lost == 0, failed == 0]")
            let outcome = try await rafale("run", file, "--broker", host.url) { program in
                let victim = try await eventually(within: .seconds(30), "the workers") {
                    let found = try children(of: program.processID, with: "worker")
                    return found.count == 2 ? found[0] : nil
                }
                try await Task.sleep(for: .seconds(4))
                #expect(kill(victim, SIGKILL) == 0)
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(result.books.published == 800 && result.books.queued == 0)
            #expect(result.roles.filter { $0.role == .worker && $0.diedEarly }.count == 1, "\(result.roles)")
            #expect(try await host.queues().isEmpty, "the queues that the run made are gone")
        }
    }

    @Test(
        "the broker restarted: the run recovers, nothing confirmed is lost", .needsOwnRabbitMQ,
        arguments: [false, true])
    func brokerRestarted(crashes: Bool) async throws {
        try await RabbitMQServer.withOwn { server in
            try await RafaleProgram.use { rafale in
                let file = try rafale.steady(
                    rate: 50, seconds: 20, more: "load: {persistent: true}\nthresholds: [failed == 0]")
                let outcome = try await rafale("run", file, "--broker", server.url, limit: .seconds(150)) { program in
                    try await eventually(within: .seconds(30), "the workers") {
                        try children(of: program.processID, with: "worker").count == 2 ? true : nil
                    }
                    try await Task.sleep(for: .seconds(4))
                    if crashes { try await server.crash() }
                    try await server.restart()
                }
                let result = try rafale.result()
                expectValid(outcome, result, exit: 0)
                let books = result.books
                #expect(books.lost == 0 && books.confirmed > 0, "\(books)")
                #expect(books.processed >= books.confirmed - min(books.confirmed, books.queued), "\(books)")
            }
        }
    }
}
