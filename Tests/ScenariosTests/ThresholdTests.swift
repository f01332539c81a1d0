import Testing

@testable import Scenarios

@Suite struct ThresholdTests {
    private func threshold(_ text: String) throws -> Threshold { try ThresholdParser.parse(text) }

    @Test func areRead() throws {
        #expect(
            try threshold(" end_to_end.p99.9<500ms")
                == Threshold(
                    metric: .endToEnd, statistic: .percentile(99.9), comparison: .less, bound: .absolute(5e8),
                    text: "end_to_end.p99.9 < 500ms"))
        #expect(
            try threshold("lost == 0")
                == Threshold(metric: .lost, comparison: .equal, bound: .absolute(0), text: "lost == 0"))
        #expect(try threshold("throughput >= 95%").bound == .percent(95, decimals: 0))
        #expect(try threshold("failed != 2.50%").bound == .percent(2.5, decimals: 2))
        #expect(try threshold("throughput > 5k/s").bound == .absolute(5000))
        #expect(try threshold("memory.worker <= 1GiB").statistic == .role(.worker))
        #expect(try threshold("memory_growth.worker <= 2%").bound == .percent(2, decimals: 0))
        #expect(try threshold("cpu_per_million.broker < 1m").bound == .absolute(60e9))
    }

    @Test(arguments: [
        ("lost < 5", 4.0, true), ("lost < 5", 5, false), ("lost <= 5", 5, true), ("lost > 5", 5, false),
        ("lost >= 5", 5, true), ("lost == 5", 5, true), ("lost != 5", 5, false), ("lost != 5", 4, true),
    ])
    func compare(text: String, value: Double, holds: Bool) throws {
        let outcome = try threshold(text).evaluate { $0.metric == .lost ? value : nil }
        #expect(outcome == Threshold.Outcome(holds: holds, observed: value))
    }

    @Test(arguments: [
        ("failed == 2%", 2.4, true), ("failed == 2%", 2.6, false), ("failed == 2.0%", 2.04, true),
        ("failed == 2.0%", 2.06, false), ("failed <= 2%", 2.01, false), ("failed != 2%", 2.4, false),
    ])
    func percentagesAreSharesOfTheWhole(text: String, percent: Double, holds: Bool) throws {
        let outcome = try threshold(text).evaluate { subject in
            switch subject.metric {
            case .failed: percent * 10
            case .published: 1000
            default: nil
            }
        }
        #expect(outcome.holds == holds)
        #expect(outcome.observed.map { ($0 - percent).magnitude < 1e-9 } == true)
    }

    @Test func whatWasNotMeasuredIsNoPass() throws {
        #expect(try threshold("lost == 0").evaluate { _ in nil } == Threshold.Outcome(holds: nil, observed: nil))
        #expect(try threshold("lost == 0").evaluate { _ in .nan }.holds == nil)
        #expect(try threshold("failed < 5%").evaluate { $0.metric == .failed ? 0 : nil }.holds == nil)
        #expect(try threshold("failed < 5%").evaluate { _ in 0 }.holds == nil, "a share of nothing")
    }

    @Test func askForTheirPhase() throws {
        var condition = try threshold("throughput >= 95%")
        condition.phase = "peak"
        var asked: [Threshold.Subject] = []
        _ = condition.evaluate {
            asked.append($0)
            return 1
        }
        #expect(
            asked == [
                Threshold.Subject(metric: .throughput, phase: "peak"),
                Threshold.Subject(metric: .offeredRate, phase: "peak"),
            ])
        #expect(condition.description == "throughput >= 95% (phase peak)")
    }

    @Test func everyMetricCanBeWritten() throws {
        for metric in Metric.allCases {
            let statistic =
                switch metric.statistics {
                case .none: ""
                case .distribution: ".p50"
                case .role: ".worker"
                }
            let bound =
                ["nanoseconds": "1s", "messages": "5", "perSecond": "5/s", "bytes": "5B"]["\(metric.unit)"] ?? ""
            #expect(try threshold("\(metric.rawValue)\(statistic) < \(bound)").metric == metric)
            #expect(!metric.summary.isEmpty)
        }
    }
}
