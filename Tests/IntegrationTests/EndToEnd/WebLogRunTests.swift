import Foundation
import LoadMetrics
import TestSupport
import Testing

@Suite("A run of web logs", .serialized)
struct WebLogRunTests {
    @Test("keeps made lines and what they say; broken ones are dead-lettered by data-clean alone")
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
