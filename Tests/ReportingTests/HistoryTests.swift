import Foundation
import LoadMetrics
import Testing

@testable import Reporting

@Suite("A history of runs")
struct HistoryTests {
    /// Runs a day apart with these throughputs and noise of 1 %.
    private static func history(
        _ throughputs: [Double], change: (inout KeptRun, Int) -> Void = { _, _ in }
    ) -> RunHistory {
        RunHistory(
            runs: throughputs.enumerated().map { index, throughput in
                var run = KeptRun(SampleRun.result, folder: "reports/burst-\(index)")
                run.startedAt = Date(timeIntervalSince1970: 1_795_229_329 + Double(index) * 86_400)
                run.gitRevision = "abcdef\(index)"
                run.values["throughput"] = throughput * (1 + 0.01 * Double((index * 7) % 5 - 2) / 2)
                run.outcome = .passed
                change(&run, index)
                return run
            })
    }

    private static let step = [Double](repeating: 1_000, count: 10) + [Double](repeating: 1_100, count: 10)
    private static let throughput = RunMetric(.throughput)

    @Test("a change is found where it is, with its size, and nowhere else")
    func change() throws {
        let trend = RunTrend(of: Self.history(Self.step), scenario: "burst", metric: Self.throughput)
        #expect(trend.changes.count == 1)
        let change = try #require(trend.changes.first)
        #expect(change.entry.place == 10 && abs(change.share - 0.1) < 0.01 && trend.isBetter(change))
        #expect(trend.stretches.map(\.count) == [10, 10])
        let text = HistoryText.trend(trend)
        #expect(text.contains("── better: 1,000/s → 1,100/s, +10.0 %, p = 0.005 ─"))
        #expect(trend.chart().bands.count == 2)
        let flat = RunTrend(
            of: Self.history([Double](repeating: 1_000, count: 20)), scenario: "burst", metric: Self.throughput)
        #expect(flat.changes.isEmpty && flat.remarks.first?.hasPrefix("No change") == true)
    }

    @Test("a lower latency is better, a lower throughput is not")
    func direction() throws {
        let down = RunTrend(of: Self.history(Self.step.reversed()), scenario: "burst", metric: Self.throughput)
        #expect(try !down.isBetter(#require(down.changes.first)))
        let latency = RunMetric(.latency(.endToEnd, percentile: 99))
        let history = Self.history(Self.step.reversed()) { run, _ in
            run.values[latency.name] = (run.values["throughput"] ?? 0) * 1e3
        }
        let better = RunTrend(of: history, scenario: "burst", metric: latency)
        #expect(try better.isBetter(#require(better.changes.first)))
    }

    @Test("runs of another machine or load are not joined, those like the latest are")
    func apart() {
        let history = Self.history(Self.step) { run, index in
            if index < 10 { run.machine.cores = 64 }
            if index == 15 { run.scenarioText = "another" }
        }
        let trend = RunTrend(of: history, scenario: "burst", metric: Self.throughput)
        // The step is the machine's: joined, it would look like a change of the program.
        #expect(trend.changes.isEmpty && trend.joined.map(\.place) == [10, 11, 12, 13, 14, 16, 17, 18, 19])
        #expect(trend.others.map(\.count) == [10, 1])
        #expect(trend.remarks.contains("11 runs on another machine or of another load are not joined with the rest."))
    }

    @Test("INVALID and interrupted runs do not count")
    func leftOut() {
        let history = Self.history(Self.step) { run, index in
            if index == 3 { run.judgement = .invalid }
            if index == 4 { run.outcome = .interrupted }
            if index == 5 { run.values = [:] }
        }
        let trend = RunTrend(of: history, scenario: "burst", metric: Self.throughput)
        #expect(trend.joined.count == 17 && trend.leftOut == 3)
        #expect(trend.remarks.last == "3 runs are left out: INVALID, ended early, or without the metric.")
    }

    @Test("every picture of any history is well formed, and no line too long", arguments: [0, 1, 2, 20, 90])
    func edges(count: Int) throws {
        let history = Self.history((0..<count).map { $0 < 40 ? 1_000 : 2_000 }) { run, index in
            if index == 1 { run.machine.cpuModel = "<script>alert(1)</script>\u{1B}[31m" }
        }
        let trend = RunTrend(of: history, scenario: "burst", metric: Self.throughput)
        for format in Chart.Format.allCases { #expect(try ChartTests.read(trend.chart().svg(format)).bad.isEmpty) }
        #expect(try ChartTests.read(TrendReport.svg(of: trend)).bad.isEmpty)
        let page = TrendReport.html(of: trend)
        #expect(!page.contains("<script>alert") && page.hasSuffix("</html>\n"))
        for text in [HistoryText.trend(trend), HistoryText.list(of: history)] {
            for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test("a list names what cannot be read, and is read back from its JSON")
    func list() throws {
        var history = Self.history([1_000, 2_000])
        history.unreadable = ["reports/broken/result.json: not a result of a run"]
        let text = HistoryText.list(of: history)
        #expect(text.contains("! reports/broken/result.json: not a result of a run"))
        #expect(text.contains("burst"))
        #expect(try RunHistory(json: history.json()) == history)
        #expect(HistoryText.list(of: RunHistory(runs: [])) == "no runs\n")
    }

    @Test("a list has campaigns too, each with its end and its main figure")
    func campaigns() throws {
        let sweep = KeptCampaign(SampleCampaigns.sweep, folder: "reports/a")
        #expect(sweep.outcome == .done && sweep.headline.hasSuffix("/s with 12 workers"), "\(sweep)")
        #expect(KeptCampaign(SampleCampaigns.short, folder: "").outcome == .interrupted)
        #expect(KeptCampaign(SampleCampaigns.empty, folder: "").headline == "no run counts")
        let capacity = KeptCampaign(SampleCampaigns.capacity, folder: "reports/b")
        #expect(capacity.headline == "15,800/s" && capacity.kind == .capacity)
        #expect(KeptCampaign(SampleCampaigns.target, folder: "").headline == "3 workers for 20,000/s")
        var open = SampleCampaigns.capacity
        (open.points[0].outcome, open.points[0].heldPerSecond) = (.unclear, 15_600)
        let unsettled = KeptCampaign(open, folder: "reports/c")
        #expect(unsettled.outcome == .unsettled && unsettled.headline == "15,600/s was shown to hold")
        let gate = KeptCampaign(SampleGate.regression, folder: "reports/d")
        #expect(gate.outcome == .regression && gate.headline == "worker CPU per msg +10.4 %")
        #expect(KeptCampaign(SampleGate.refused, folder: "").headline == "nothing was compared")

        let history = RunHistory(runs: Self.history([1_000]).runs, campaigns: [gate, unsettled, capacity, sweep])
        let lines = HistoryText.list(of: history).split(separator: "\n")
        #expect(lines.count == 1 + 1 + 1 + 4 && lines.allSatisfy { $0.count <= 80 }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("saturate") && $0.contains("gate") && $0.contains("✗ regression") })
        #expect(lines.contains { $0.contains("? not settled") && $0.hasSuffix("15,600/s was shown to hold") })
        #expect(try RunHistory(json: history.json()) == history)
        let hostile = RunHistory(runs: [], campaigns: [KeptCampaign(SampleCampaigns.hostile, folder: "")])
        #expect(!HistoryText.list(of: hostile).contains("\u{1B}"))
    }

    @Test("a name is shown whole, as long as scenarios' names may be")
    func names() {
        let name = String(repeating: "n", count: 64)
        let history = Self.history([1_000, 2_000]) { run, index in run.scenario = index == 0 ? name : "\(name)n" }
        let lines = HistoryText.list(of: history).split(separator: "\n")
        #expect(lines[1].hasPrefix("\(name)  ") && lines[2].hasPrefix("\(name.dropLast())…  "), "\(lines)")
    }
}
