import AMQPClient
import AMQPProtocol
import Foundation
import LoadMetrics
import NIOCore
import TestSupport
import Testing

@Suite("A run of web logs", .serialized)
struct WebLogRunTests {
    @Test("keeps made lines and what they say; broken ones are put aside by data-clean alone")
    func made() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                """
                pipeline: weblogs
                phases: [{rate: 150/s, for: 2s}]
                mix: {line: 4, malformed: 1}
                logs: {csv: true}
                workers: {count: 1}
                drain: 20s
                thresholds: [lost == 0, duplicated == 0, failed > 5%, failed < 50%]
                """)
            let outcome = try await rafale("run", file)
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(result.books.published == 300)
            let branches = try #require(result.books.branches)
            #expect(branches.map(\.name) == ["data-lake", "data-clean"])
            #expect(branches[0].processed == 300 && branches[0].failed == 0)
            #expect(branches[1].processed == result.books.processed && branches[1].failed == result.books.failed)
            // Every line is another: a row each.
            let rows = try Self.rows(rafale)
            #expect(rows.count == Int(branches[1].processed) && Set(rows.map { $0.prefix(32) }).count == rows.count)
            #expect(rows.allSatisfy { $0.contains("rid=\(result.run.id)-") })
            #expect(result.notes.contains { $0.contains("logs.geo names no database") })
        }
    }

    @Test("replays the log of a real nginx without a miss, at its own times")
    func replay() async throws {
        try await RafaleProgram.use { rafale in
            let log = Places.packageRoot.appending(path: "Tests/Fixtures/nginx/combined.log")
            let lines = try Data(contentsOf: log).split(separator: 0x0A).count
            let file = try rafale.scenario(
                """
                pipeline: weblogs
                phases: [{name: own, rate: original}, {name: rest, rate: 100/s, for: 1s}]
                logs: {file: \(log.path), csv: true}
                workers: {count: 1}
                drain: 20s
                thresholds: [lost == 0, failed == 0]
                """)
            let outcome = try await rafale("run", file)
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            // The file ends the load: nothing is left for the second phase.
            #expect(result.books.published == UInt64(lines))
            #expect(result.books.branches?.map(\.processed) == [UInt64(lines), UInt64(lines)])
            #expect(result.notes.contains { $0.contains("Replayed") && $0.contains("\(lines) lines") })
            #expect(try Self.rows(rafale).count == lines)
        }
    }

    @Test(
        "a worker puts lines that cannot be parsed into the failed queue, with the column where parsing stopped",
        arguments: OptionServer.available)
    func column(server: OptionServer) async throws {
        let experiment = try await Experiment(server)
        let queues = ["in", "out", "bad"].map { "\(experiment.prefix)-\($0)" }
        let head = #"192.0.2.7 - - [21/Nov/2026:02:48:49 +0000] "GET / HTTP/1.1" "#
        try await experiment.withChannel { channel in
            for queue in queues { _ = try await channel.queueDeclare(queue, durable: true) }
            for (number, line) in [head + "200 12", head + "2x0 12", head + "200 12", "hello"].enumerated() {
                var properties = BasicProperties()
                properties.messageID = "line-\(number)"
                properties.deliveryMode = 2
                properties.headers = ["x-rafale-intended": .int64(Int64(number)), "x-tenant": .string("acme")]
                _ = try await channel.publish(
                    ByteBuffer(string: line), properties: properties, routingKey: queues[0])
            }
        }
        let arguments = [
            "worker", "--pipeline", "data-clean", "--store", "none", "--broker", experiment.uri, "--wait", "10s",
            "--incoming", queues[0], "--processed", queues[1], "--failed", queues[2],
        ]
        let outcome = try await run(Places.rafale, arguments) { worker in
            for queue in queues[1...] {
                try await eventually(within: .seconds(30), "two messages in \(queue)") {
                    try await experiment.withChannel { channel -> Bool? in
                        try await channel.queueDeclare(queue, passive: true).messageCount == 2 ? true : nil
                    }
                }
            }
            worker.send(signal: SIGTERM)
        }
        #expect(outcome.exitCode == 0, "\(outcome)")
        let failed = try await experiment.drain(queues[2]).sorted { $0.body.readableBytes > $1.body.readableBytes }
        #expect(failed.map(\.properties.messageID) == ["line-1", "line-3"])
        #expect(failed.map { String(buffer: $0.body) } == [head + "2x0 12", "hello"])
        let headers = failed.map { $0.properties.headers ?? FieldTable() }
        #expect(headers.map { $0["x-rafale-column"]?.integer } == [Int64(head.utf8.count + 2), 6])
        #expect(
            headers.map { $0["x-rafale-reason"]?.string } == [
                "bad_line: column \(head.utf8.count + 2): expected a status of three digits, or '-'",
                "bad_line: column 6: expected the client's address",
            ])
        #expect(headers.map { $0["x-rafale-intended"]?.integer } == [1, 3])
        #expect(headers.allSatisfy { $0["x-tenant"]?.string == "acme" && $0["x-death"] == nil })
        #expect(failed.allSatisfy { $0.properties.deliveryMode == 2 })
        // Nothing is left, and nothing came twice.
        #expect(try await experiment.drain(queues[0]).isEmpty)
        #expect(try await experiment.drain(queues[1]).count == 2)
    }

    @Test("says which log it cannot read, and why")
    func refusal() async throws {
        try await RafaleProgram.use { rafale in
            try Data().write(to: rafale.folder.appending(path: "empty.log"))
            let file = try rafale.scenario(
                "pipeline: weblogs\nphases: [{rate: 1/s, for: 1s}]\nlogs: {file: empty.log}\nworkers: {count: 1}\n")
            let outcome = try await rafale("run", file)
            expectOneLine(outcome, exit: 65, saying: "logs.file", "empty.log", "no lines")
        }
    }

    /// The rows of the run's CSV file, without its header.
    private static func rows(_ rafale: RafaleProgram) throws -> [Substring] {
        let file = try rafale.reportFolder().appending(path: "parsed_data.csv")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        return text.split(separator: "\r\n").dropFirst().map { $0 }
    }
}
