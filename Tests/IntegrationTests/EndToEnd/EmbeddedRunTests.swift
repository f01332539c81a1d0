import Foundation
import LoadMetrics
import TestSupport
import Testing

@Suite("A run on the embedded broker", .serialized)
struct EmbeddedRunTests {
    @Test("accounts for every message and leaves a complete report")
    func complete() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 3, more: "thresholds: [lost == 0, failed == 0]")
            let outcome = try await rafale("run", file)
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(result.books.published == 300 && result.books.duplicated == 0)
            // On a machine too busy for the load itself the run says so, and judges no threshold.
            let expected: ThresholdResult.Verdict = result.generator.judgement == .invalid ? .notJudged : .passed
            #expect(result.thresholds.allSatisfy { $0.verdict == expected } && !result.run.interrupted)
            #expect(Set(result.roles.map(\.role.rawValue)) == ["generator", "broker", "worker"])
            let written = try FileManager.default.contentsOfDirectory(atPath: rafale.reportFolder().path)
            #expect(written.contains("report.html") && written.contains { $0.hasSuffix(".csv") })
        }
    }

    @Test("that breaks a threshold ends with 99 and says which")
    func threshold() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1, more: "thresholds: [end_to_end.p50 < 1us]")
            let outcome = try await rafale("run", file)
            expectValid(outcome, try rafale.result(), exit: 99)
            #expect(outcome.output.contains("end_to_end.p50"))
        }
    }

    @Test("that Ctrl-C ends early reports all it did, marked interrupted")
    func interrupted() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 60)
            let outcome = try await rafale("run", file) { program in
                try await eventually(within: .seconds(30), "the workers") {
                    try children(of: program.processID, with: "worker").count == 2 ? true : nil
                }
                try await Task.sleep(for: .seconds(3))
                program.send(signal: SIGINT)
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 130)
            #expect(result.run.interrupted)
            expectBalanced(result)
            #expect(result.books.published < 60 * 100)
            let report = try rafale.reportFolder().appending(path: "report.html")
            #expect(try String(contentsOf: report, encoding: .utf8).contains("</html>"))
        }
    }

    @Test("leaves no process behind when it is killed")
    func killed() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 60)
            let outcome = try await rafale("run", file) { program in
                let workers = try await eventually(within: .seconds(30), "the workers") {
                    let found = try children(of: program.processID, with: "worker")
                    return found.count == 2 ? found : nil
                }
                let broker = try children(of: program.processID, with: "broker")
                program.send(signal: SIGKILL)
                try await eventually("the end of its children \(workers + broker)") {
                    (workers + broker).contains(where: isAlive) ? nil : true
                }
            }
            #expect(outcome.signal == SIGKILL)
        }
    }
}
