import Foundation
import LoadMetrics
import Testing

@testable import Reporting

@Suite struct TerminalSummaryTests {
    @Test(arguments: RunResultFixture.all.map(\.0))
    func noLineIsLongerThanEightyColumns(name: String) throws {
        let result = try #require(RunResultFixture.all.first { $0.0 == name }?.1)
        let text = TerminalSummary.text(of: result)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.count <= 80, "\(line)")
            #expect(!line.hasSuffix(" "), "\(line)|")
        }
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(!text.contains("\u{202E}"))
        #expect(!text.contains("nan") && !text.contains("inf"))
    }

    @Test func saysWhatMatters() {
        let text = TerminalSummary.text(of: SampleRun.result)
        for part in [
            "✗ FAILED", "generator VALID", "RabbitMQ 3.10.8", "lost 0 · duplicated 12 · still queued 0",
            "p99.99", "  from sending", "CPU-s/million", "2 workers", "✓ end_to_end.p99 < 10s", "(phase burst)",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test func colourOnlyWhenAskedAndOtherwiseTheSameText() {
        let result = SampleRun.result
        let plain = TerminalSummary.text(of: result)
        let coloured = TerminalSummary.text(of: result, colour: true)
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[31m✗\u{1B}[0m"))
        func stripped(_ text: String) -> String {
            text.replacing(/\u{1B}\[[0-9]*m/, with: "").split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.replacing(/\s+$/, with: "") }.joined(separator: "\n")
        }
        #expect(stripped(coloured) == plain)
    }

    @Test func anInterruptedAndAnInvalidRunSaySo() {
        var result = RunResultFixture.single
        result.run.interrupted = true
        #expect(TerminalSummary.text(of: result).contains("! INTERRUPTED"))
        result.generator = GeneratorVerdict(
            .invalid, reason: "half of the messages left late", advice: "Use 8 connections.")
        let text = TerminalSummary.text(of: result)
        #expect(text.contains("✗ INVALID") && text.contains("Half of the messages left late. Use 8 connections."))
    }

    @Test func sparkLinesShowTheGreatestOfWhatTheyJoin() {
        #expect(SparkLine.text([0, 1, 2, 4], width: 10) == "▁▁▃▃▅▅██")
        #expect(SparkLine.text([0, 9, 0, 0, 0, 0], width: 3) == "█▁▁")
        #expect(SparkLine.text([0, 0], width: 5) == "▁▁▁▁")
        #expect(SparkLine.text([], width: 5).isEmpty)
    }

    @Test func tablesLineUpAndGiveWay() {
        let table = TextTable(header: ["name", "n"], rows: [["a long name indeed", "12"]])
        #expect(table.lines(width: 80) == ["name                 n", "a long name indeed  12"])
        #expect(table.lines(width: 12).allSatisfy { $0.count == 12 })
    }
}
