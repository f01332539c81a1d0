import Foundation
import LoadMetrics
import Testing

@testable import Reporting

@Suite("The report of a gate")
struct GateReportTests {
    @Test("a regression on the terminal: the verdict first, why, then the figures")
    func terminal() {
        #expect(
            GateSummary.text(of: SampleGate.regression) == """
                gate saturate                                                       ✗ REGRESSION
                ────────────────────────────────────────────────────────────────────────────────
                candidate  this program, version 0.1.0
                baseline   main, 5c2dcc6aa1b2, version 0.1.0
                6 rounds, interleaved · 1 min 12 s · 2026-11-21 02:48:49 UTC
                least effect 5 %, false alarms at most 5 %, 4 to 20 rounds within 15 min
                → worker CPU per message: worse, +10.4 % (+9.0 … +11.2 %).

                Decides               baseline  candidate   change     95 % bounds
                ? throughput          87,350/s   84,100/s   −4.0 %   −6.1 … −1.1 %
                ✗ worker CPU per msg   15.2 µs    16.8 µs  +10.4 %  +9.0 … +11.2 %

                Told              baseline  candidate  change      95 % bounds
                · end to end p99   32.0 ms    34.0 ms  +2.1 %  −16.0 … +22.0 %

                · 1 of 12 runs are SUSPECT; the first: An event loop was 93 % busy in phase
                  full.

                """)
    }

    @Test("no line of any outcome is longer than 80 columns", arguments: SampleGate.all.map(\.0))
    func width(name: String) throws {
        let result = try #require(SampleGate.all.first { $0.0 == name }?.1)
        for line in GateSummary.text(of: result).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test("the same as Markdown")
    func markdown() {
        #expect(
            GateMarkdown.text(of: SampleGate.pass) == """
                ## ✓ PASS: saturate

                - throughput, worker CPU per message: none is 5 % worse or more.

                | | metric | baseline | candidate | change | 95 % bounds |
                |---|---|---:|---:|---:|---:|
                | ✓ | **throughput** | 87,350/s | 84,100/s | +7.0 % | +4.0 … +10.0 % |
                | ✓ | **worker CPU per message** | 15.2 µs | 16.8 µs | +0.4 % | −2.0 … +2.1 % |

                Bold metrics decide, the others are told. 6 runs against 6 of the baseline: least effect 5 %, false \
                alarms at most 5 %, 4 to 20 rounds within 15 min. A change is that of runs in pairs, which may go \
                another way than the medians.

                | | |
                |---|---|
                | candidate | this program, version 0.1.0 |
                | baseline | reports/baselines/saturate.json, 5c2dcc6aa1b2, 2026-11-18 11:06:40 UTC |
                | machine | AMD EPYC, 2 of 2 cores, 8.00 GiB, Linux 6.1.0 |
                | started | 2026-11-21 02:48:49 UTC, took 1 min 12 s |

                - 1 of 12 runs are SUSPECT; the first: An event loop was 93 % busy in phase full.

                """)
    }

    @Test("where a change goes another way than the medians beside it, one line says why")
    func pairs() {
        let words = "A change is that of runs in pairs, which may go another way than the medians."
        // Fewer messages a second by the medians, and seven per cent more by the change.
        #expect(GateSummary.text(of: SampleGate.pass).contains("\n\(words)\n"))
        #expect(GateReport.page(of: SampleGate.pass).contains(words))
        for text in [GateSummary.text(of: SampleGate.regression), GateReport.page(of: SampleGate.regression)] {
            #expect(!text.contains(words), "medians and changes agree")
        }
        var none = SampleGate.pass
        for index in none.findings.indices { none.findings[index].change = 0.000_1 }
        #expect(none.pairsWords == nil, "a change that is shown as none has no way to go")
    }

    @Test("JUnit: a regression is a failure, what is unclear an error, what is only told skipped")
    func junit() throws {
        #expect(
            JUnitFile.text(of: SampleGate.regression) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites name="rafale gate saturate" tests="4" failures="1" errors="1" skipped="1" time="71.500">
                <testsuite name="rafale gate saturate" tests="4" failures="1" errors="1" skipped="1" time="71.500" \
                timestamp="2026-11-21T02:48:49">
                <properties><property name="verdict" value="REGRESSION"/><property name="candidate" \
                value="this program, version 0.1.0"/><property name="baseline" \
                value="main, 5c2dcc6aa1b2, version 0.1.0"/><property name="machine" \
                value="AMD EPYC, 2 of 2 cores, 8.00 GiB, Linux 6.1.0"/><property name="rules" \
                value="least effect 5 %, false alarms at most 5 %, 4 to 20 rounds within 15 min"/><property \
                name="rounds" value="6 rounds, interleaved"/></properties>
                <testcase classname="rafale.gate.saturate" name="the runs can be compared" time="71.500"></testcase>
                <testcase classname="rafale.gate.saturate" name="throughput" time="0"><error message="unclear, −4.0 % \
                (−6.1 … −1.1 %): the rounds do not rule out 5 % worse" type="INCONCLUSIVE">throughput: unclear, −4.0 % \
                (−6.1 … −1.1 %): the rounds do not rule out 5 % worse
                baseline 87,350/s: 88,000/s, 86,100/s, 89,400/s, 84,000/s, 87,700/s, 87,000/s
                candidate 84,100/s: 84,900/s, 82,200/s, 85,300/s, 83,100/s, 84,400/s, 83,800/s</error></testcase>
                <testcase classname="rafale.gate.saturate" name="cpu_per_million.worker" time="0"><failure \
                message="worse, +10.4 % (+9.0 … +11.2 %)" type="REGRESSION">worker CPU per message: worse, +10.4 % \
                (+9.0 … +11.2 %)
                baseline 15.2 µs: 15.0 µs, 15.2 µs, 14.9 µs, 15.6 µs, 15.1 µs, 15.3 µs
                candidate 16.8 µs: 16.6 µs, 16.9 µs, 16.3 µs, 17.0 µs, 16.5 µs, 16.9 µs</failure></testcase>
                <testcase classname="rafale.gate.saturate" name="end_to_end.p99" time="0"><skipped \
                message="told only: +2.1 %"/><system-out>end to end p99: unclear, +2.1 % (−16.0 … +22.0 %): the rounds \
                do not rule out 5 % worse
                baseline 32.0 ms: 31.0 ms, 36.0 ms, 29.0 ms, 33.0 ms, 30.0 ms, 45.0 ms
                candidate 34.0 ms: 33.0 ms, 31.0 ms, 40.0 ms, 35.0 ms, 28.0 ms, 37.0 ms</system-out></testcase>
                </testsuite>
                </testsuites>

                """)
    }

    @Test("sides that cannot be compared are an error, never a silent pass")
    func refused() throws {
        let text = JUnitFile.text(of: SampleGate.refused)
        #expect(text.contains("tests=\"3\" failures=\"0\" errors=\"3\""))
        #expect(text.contains("<error message=\"The baseline was measured on another machine"))
        #expect(GateSummary.text(of: SampleGate.refused).contains("? INCONCLUSIVE\n"))
    }

    @Test("a count that only the candidate broke is a failure with its own words")
    func counts() {
        var result = SampleGate.pass
        result.verdict = .regression
        for index in result.runs.indices where result.runs[index].side == .candidate {
            result.runs[index].brokenCounts = ["lost == 0"]
        }
        #expect(
            result.reasons.first == "lost == 0 did not hold for the candidate, and held in every run of the baseline.")
        #expect(JUnitFile.text(of: result).contains("failures=\"1\""))
        result.runs[0].brokenCounts = ["lost == 0"]
        #expect(result.brokenCounts.isEmpty)
    }

    @Test("every file of every outcome is well formed, whatever its texts hold", arguments: SampleGate.all.map(\.0))
    func wellFormed(name: String) throws {
        let result = try #require(SampleGate.all.first { $0.0 == name }?.1)
        #expect(try ChartTests.read(JUnitFile.text(of: result)).bad.isEmpty)
        #expect(try ChartTests.read(GateReport.svg(of: result)).bad.isEmpty)
        let page = GateReport.page(of: result)
        #expect(!page.contains("<script>alert") && page.hasSuffix("</html>\n"))
        let table = GateMarkdown.text(of: result).split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(!table.contains { $0.contains("<script") })
        for format in Chart.Format.allCases {
            let picture = GatePicture(rows: GateRow.all(of: result), leastEffect: 0.05)
            #expect(try ChartTests.read(picture.svg(format)).bad.isEmpty)
        }
    }

    @Test("the picture has a dot for each run, and a place for the change")
    func picture() throws {
        let rows = GateRow.all(of: SampleGate.regression).filter(\.finding.gates)
        let reader = try ChartTests.read(GatePicture(rows: rows, leastEffect: 0.05).svg(.wide))
        #expect(reader.elements["circle"] == 2 * (6 + 6 + 1))
    }

    @Test("a row is drawn whole, however far its values lie apart")
    func whole() throws {
        let row = GateRow(
            finding: GateFinding(
                metric: SampleGate.tail, gates: false, decision: .unclear, change: 5, changeLow: 3.5, changeHigh: 9),
            baseline: [1e6, 1e6, 1e6], candidate: [2e6, 5e6, 7e6, 12e6])
        for format in Chart.Format.allCases {
            let svg = GatePicture(rows: [row], leastEffect: 0.05).svg(format)
            let dots = svg.matches(of: /<circle[^>]* cx="([0-9.]+)"/).compactMap { Double($0.1) }
            try #require(dots.count == 3 + 4 + 1)
            // Each of the candidate's runs at a place of its own, and the change between the second and the third.
            #expect(dots[3] < dots[4] && dots[4] < dots[5] && dots[5] < dots[6], "\(dots)")
            #expect(dots[4] < dots[7] && dots[7] < dots[5] && dots[6] < format.width - 14, "\(dots)")
        }
    }

    @Test("what is written is read again, and drawn again the same")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gate-\(UUID().uuidString)").path
        let kept = ProcessInfo.processInfo.environment["RAFALE_KEEP_REPORT"]
        defer { if kept == nil { try? FileManager.default.removeItem(atPath: folder) } }
        for (name, result) in SampleGate.all {
            let place = (kept ?? folder) + "/gate-" + name
            let paths = try ReportWriter(folder: place).write(result)
            #expect(
                paths.map { $0.dropFirst(place.count + 1) } == [
                    "gate.json", "report.html", "report.svg", "report.md", "junit.xml", "summary.txt",
                ])
            let json = try #require(FileManager.default.contents(atPath: paths[0]))
            let read = try GateResult(json: json)
            #expect(read.runs.count == result.runs.count && read.verdict == result.verdict)
            if name != "hostile" { #expect(read == result) }
        }
    }
}
