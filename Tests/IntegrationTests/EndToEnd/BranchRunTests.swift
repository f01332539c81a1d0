import Foundation
import LoadMetrics
import TestSupport
import Testing

/// Runs of a pipeline in which each message goes to two branches and must be answered by both.
@Suite("A pipeline of two branches")
struct BranchRunTests {
    /// Workers of one's own, so that each branch can do what a test wants.
    private static func scenario(lake: String, clean: String, count: Int = 1, more: String = "") -> String {
        """
        pipeline: weblogs
        phases: [{rate: 100/s, for: 2s}]
        mix: {update: 9, malformed: 1}
        workers:
          count: \(count)
          command: [sh, -c, 'if [ $RAFALE_BRANCH = data-lake ]; then \(lake); else \(clean); fi']
        drain: 3s
        \(more)
        """
    }

    private static func worker(_ pipeline: String, processed: String = "$RAFALE_PROCESSED") -> String {
        "exec \(Places.rafale.path) worker --pipeline \(pipeline) --broker $RAFALE_BROKER_URL --store none --lanes 1 "
            + "--incoming $RAFALE_INCOMING --processed \(processed)"
    }

    private func branch(_ name: String, of result: RunResult) throws -> BranchBooks {
        try #require(result.books.branches?.first { $0.name == name }, "\(result.books)")
    }

    /// A message is failed where one branch has rejected it, though the other has kept it.
    @Test("counts a message once, when both have answered", arguments: [false, true])
    func bothAnswer(onRabbitMQ: Bool) async throws {
        guard !onRabbitMQ || Requirement.ownRabbitMQ.isMet else { return }
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                Self.scenario(
                    lake: Self.worker("data-lake"), clean: Self.worker("text"), count: 2,
                    more: "thresholds: [lost == 0, duplicated == 0, failed > 0%, failed < 50%]"))
            let broker =
                onRabbitMQ
                ? ["--broker", try await RabbitMQServer.sharedOwn().makeVirtualHost().url] : []
            let outcome = try await rafale.start("run", [file, "--quiet"] + broker)
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            let (lake, clean) = (try branch("data-lake", of: result), try branch("data-clean", of: result))
            #expect(result.books.published == 200 && result.books.failed > 0)
            #expect(lake == BranchBooks(name: "data-lake", processed: 200))
            #expect(clean.processed == result.books.processed && clean.failed == result.books.failed)
            // Timed are messages that both have processed; and each branch's results.
            #expect(result.totals.latencies[.endToEnd]?.count == result.books.processed)
            #expect(result.totals.latencies[LatencyMetric(endToEndOf: "data-lake")]?.count == 200)
            #expect(result.totals.latencies[LatencyMetric(endToEndOf: "data-clean")]?.count == clean.processed)
            let workers = result.roles.filter { $0.role == .worker }
            #expect(workers.map(\.name) == ["data-lake-1", "data-lake-2", "data-clean-1", "data-clean-2"])
            #expect(workers.map(\.messages) == [100, 100, 100, 100])
            #expect(result.messages(of: workers) == 200)
            #expect(result.notes.allSatisfy { !$0.contains("left in place") }, "\(result.notes)")
        }
    }

    /// The lake's worker answers in the name of the other branch: all of its copies are lost, and the other's come twice.
    @Test("says in which branch messages were lost, and in which they came twice")
    func wrongAnswers() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                Self.scenario(
                    lake: Self.worker("data-lake", processed: "processed_logs-data-clean"),
                    clean: Self.worker("data-lake")))
            let outcome = try await rafale("run", file, "--quiet")
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            let (lake, clean) = (try branch("data-lake", of: result), try branch("data-clean", of: result))
            #expect(lake == BranchBooks(name: "data-lake", lost: 200))
            #expect(clean == BranchBooks(name: "data-clean", processed: 200, duplicated: 200))
            #expect(result.books.processed == 0 && result.books.lost == 200 && result.books.duplicated == 200)
            #expect(result.totals.latencies[.endToEnd] == nil)
        }
    }

    @Test("still has queued what the killed worker of one branch left, and the other has answered", .needsOwnRabbitMQ)
    func workerKilled() async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                "pipeline: weblogs\nphases: [{rate: 100/s, for: 4s}]\nworkers: {count: 1}\n"
                    + "store: {url: none}\ndrain: 2s\nthresholds: [lost == 0]\n")
            let outcome = try await rafale("run", file, "--broker", host.url) { program in
                try await program.waitForText("test: ")
                try await Task.sleep(for: .seconds(1))
                let victims = try children(of: program.processID, with: "data-clean")
                #expect(victims.count == 1)
                for victim in victims { #expect(kill(victim, SIGKILL) == 0) }
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            let (lake, clean) = (try branch("data-lake", of: result), try branch("data-clean", of: result))
            #expect(lake == BranchBooks(name: "data-lake", processed: 400))
            #expect(clean.processed > 0 && clean.queued > 0 && clean.processed + clean.queued == 400, "\(clean)")
            #expect(result.books.queued == clean.queued && result.books.processed == clean.processed)
            #expect(result.series.contains { ($0.queueDepths["incoming data-clean"] ?? 0) > 0 })
            #expect(result.roles.filter(\.diedEarly).map(\.name) == ["data-clean-1"])
        }
    }

    @Test("of reference workers has those of its branches", .timeLimit(.minutes(2)))
    func reference() async throws {
        try await RafaleProgram.use { rafale in
            // Broken lines: the lake keeps them, the other branch rejects them.
            let file = try rafale.scenario(
                "pipeline: weblogs\nphases: [{rate: 100/s, for: 1s}]\nmix: {line: 4, malformed: 1}\nworkers: {count: 1}\n"
            )
            let outcome = try await rafale("run", file, "--quiet", "--set", "store.url=none")
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(try branch("data-lake", of: result).processed == 100)
            let clean = try branch("data-clean", of: result)
            #expect(clean.processed > 0 && clean.failed > 0 && clean.processed + clean.failed == 100, "\(clean)")
            #expect(result.books.failed == clean.failed && result.books.processed == clean.processed)
            #expect(result.roles.filter { $0.role == .worker }.map(\.name) == ["data-lake-1", "data-clean-1"])
            #expect(result.roles.filter { $0.role == .worker }.allSatisfy { $0.messages == 100 })
        }
    }

    @Test("can be published by one process and consumed by another", .needsOwnRabbitMQ, arguments: [true, false])
    func halves(isRunNamed: Bool) async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        let named = isRunNamed ? ["--run-id", "0000002a"] : []
        func half(_ flag: String, _ more: [String]) async throws -> RunResult {
            try await RafaleProgram.use { rafale in
                let file = try rafale.scenario(
                    "pipeline: weblogs\nphases: [{rate: 400/s, count: 100}]\nmix: {update: 1}\nstore: {url: none}\n"
                        + "consumers: {channels: 2}\n")
                _ = try await rafale.start("generate", [file, flag, "--quiet", "--broker", host.url] + named + more)
                return try rafale.result()
            }
        }
        let published = try await half("--publish-only", [])
        #expect(published.books.confirmed == 100 && published.books.queued == 100 && published.books.lost == 0)
        #expect(try await host.queues()["queue-data-lake"] == 100)
        let consumed = try await half("--consume-only", ["--set", "limits.exit_when=empty"])
        #expect(consumed.books.processed == (isRunNamed ? 100 : 200), "\(consumed.books)")
        #expect(consumed.books.branches?.map(\.processed) == [100, 100] && consumed.books.duplicated == 0)
        #expect(consumed.totals.latencies[LatencyMetric(endToEndOf: "data-clean")]?.count == 100)
    }
}
