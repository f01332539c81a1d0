import Foundation
import LoadMetrics
import TestSupport
import Testing

/// Faults in the scenario file, brought about by the run itself; several in one run, since each run takes its time.
@Suite("Faults in a scenario, end to end")
struct FaultScenarioTests {
    @Test("On the embedded broker: workers and links break, nothing is lost, and each fault has its figures")
    func linksAndWorkers() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                """
                phases: [{name: steady, rate: 200/s, for: 10s}]
                load: {persistent: true}
                workers: {count: 2}
                faults:
                  - {at: 1s, kill: worker-1, after: 300ms}
                  - {at: 2500ms, pause: all, for: 500ms}
                  - {at: 3500ms, cut: broker, reset: true}
                  - {at: 4500ms, refuse: broker, for: 500ms, link: generator}
                  - {at: 5500ms, delay: broker, by: 20ms, jitter: 10ms, for: 500ms}
                  - {at: 6200ms, limit: broker, to: 2MiB/s, for: 500ms}
                  - {at: 7s, malformed: 50%, for: 500ms}
                  - {at: 7600ms, stall: broker, for: 500ms}
                  - {at: 8400ms, terminate: any}
                thresholds:
                  - lost == 0
                  - faults.lost == 0
                  - faults.recovery < 60s
                  - {fault: malformed-messages, check: faults.backlog < 100k}
                """)
            let outcome = try await rafale("run", file)
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            #expect(result.books.lost == 0 && result.books.queued == 0, "\(result.books)")
            let faults = try #require(result.faults)
            #expect(
                faults.map(\.kind) == [
                    "kill", "pause", "cut", "refuse", "delay", "limit", "malformed", "stall", "terminate",
                ])
            #expect(faults.allSatisfy { $0.failure == nil && $0.figures?.recoveryNanoseconds != nil }, "\(faults)")
            for fault in faults {
                let begin = try #require(fault.beginNanoseconds)
                #expect(begin >= fault.intendedNanoseconds && begin < fault.intendedNanoseconds + 2_000_000_000)
            }
            // What a fault does can be seen: half of a half second's messages were broken.
            #expect((20...90).contains(result.books.failed), "\(result.books)")
            #expect(faults[1].lengthNanoseconds.map { $0 >= 500_000_000 } == true)
            #expect((faults[1].figures?.worstBacklog ?? 0) >= 50, "\(faults[1])")
            #expect(faults[2].figures?.detectionNanoseconds != nil, "a cut is noticed: \(faults[2])")
            // The lives of a worker are one role, started again as often as it was ended.
            let workers = result.roles.filter { $0.role == .worker }
            #expect(workers.count == 2 && workers.allSatisfy { !$0.diedEarly })
            #expect(workers.compactMap { $0.counters["restarts"] }.reduce(0, +) == 2)
            #expect(result.roles.filter { $0.role == .proxy }.map(\.name) == ["proxy-generator", "proxy-workers"])
            #expect((result.moments?.count ?? 0) > 80)
            let folder = try rafale.reportFolder()
            let page = try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
            #expect(page.contains("class=\"fault\"") && page.contains("cut broker by resets"))
            let table = try String(contentsOf: folder.appending(path: "faults.csv"), encoding: .utf8)
            #expect(table.split(separator: "\n").count == 10)
        }
    }

    @Test("The embedded broker is paused, stopped and killed: what it held is lost, and that is said")
    func embeddedBroker() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                """
                phases: [{name: steady, rate: 200/s, for: 6s}]
                topology: {incoming: {max_length: 100, overflow: reject-publish}}
                workers: {count: 1, prefetch: 20}
                drain: 20s
                faults:
                  - {at: 1s, pause: broker, for: 500ms}
                  - {at: 2s, fill: incoming, for: 300ms}
                  - {at: 5s, crash: broker, for: 300ms}
                """)
            let outcome = try await rafale("run", file)
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            let faults = try #require(result.faults)
            #expect(faults.map(\.kind) == ["pause", "fill", "crash"])
            #expect(faults.allSatisfy { $0.failure == nil }, "\(faults)")
            #expect(result.books.nacked > 0, "the full queue refuses: \(result.books)")
            #expect(faults[2].figures?.detectionNanoseconds != nil)
            #expect(faults.compactMap { $0.figures?.lost }.reduce(0, +) <= result.books.lost)
            #expect(result.notes.contains { $0.contains("keeps messages in memory") }, "\(result.notes)")
            let broker = try #require(result.roles.first { $0.role == .broker })
            #expect(broker.counters["restarts"] == 1 && !broker.diedEarly)
        }
    }

    @Test(
        "RabbitMQ is controlled by the scenario's command: stopped and killed, it keeps all that was confirmed",
        .needsOwnRabbitMQ)
    func rabbitMQ() async throws {
        try await RabbitMQServer.withOwn { server in
            try await RafaleProgram.use { rafale in
                let script = Places.packageRoot.appending(path: "scripts/rabbitmq").path
                let file = try rafale.scenario(
                    """
                    phases: [{name: steady, rate: 50/s, for: 24s}]
                    broker: {url: "\(server.url)", control: "\(script) {{action}} --keep"}
                    load: {persistent: true}
                    workers: {count: 2}
                    drain: 60s
                    faults:
                      - {at: 1s, pause: broker, for: 1s}
                      - {at: 4s, crash: broker}
                      - {at: 18s, kill: any}
                    thresholds: [lost == 0]
                    """)
                let outcome = try await rafale(
                    "run", file, environment: server.environment, limit: .seconds(150))
                let result = try rafale.result()
                expectValid(outcome, result, exit: 0)
                #expect(result.books.lost == 0 && result.books.queued == 0, "\(result.books)")
                let faults = try #require(result.faults)
                #expect(faults.count == 3 && faults.allSatisfy { $0.failure == nil }, "\(faults)")
                #expect(faults.first { $0.kind == "crash" }?.figures?.recoveryNanoseconds != nil)
            }
        }
    }

    @Test("A control that fails is an error of the run, with its last words")
    func failingControl() async throws {
        try await RafaleProgram.use { rafale in
            // A broker that the run does not start: the embedded one, in a process of its own.
            let figures = rafale.folder.path + "/broker.stats"
            _ = try await rafale("broker", "--listen", "127.0.0.1:0", "--stats", figures) { broker in
                defer { broker.send(signal: SIGTERM) }
                let address = try await eventually(within: .seconds(30), "the broker") {
                    var reader = SnapshotReader(path: figures)
                    return reader.readNew().first?.address
                }
                let file = try rafale.scenario(
                    """
                    phases: [{name: steady, rate: 50/s, for: 2s}]
                    broker:
                      url: amqp://guest:guest@\(address)/
                      control: [sh, -c, "echo no such server: {{action}}; exit 3"]
                    workers: {count: 1}
                    faults: [{at: 500ms, pause: broker, for: 200ms}]
                    """)
                let outcome = try await rafale("run", file)
                let result = try rafale.result()
                expectValid(outcome, result, exit: 99)
                let failure = try #require(result.faults?.first?.failure)
                #expect(failure.contains("no such server: pause"), "\(failure)")
                #expect(outcome.output.contains("did not happen as planned"), "\(outcome)")
            }
        }
    }
}
