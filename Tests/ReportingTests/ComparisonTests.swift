import Foundation
import LoadMetrics
import Testing

@testable import Reporting

@Suite("Two results laid over each other")
struct ComparisonTests {
    private static var slower: RunResult {
        var result = SampleRun.result
        result.machine.usableCores = 1
        result.run.gitRevision = "0123456"
        result.scenario.text = result.scenario.text.replacingOccurrences(of: "seed: 42", with: "seed: 43\nnotes: new")
        var doubled = LatencyHistogram()
        for bucket in result.totals.latencies[.endToEnd]?.buckets ?? [] {
            doubled.record(bucket.nanoseconds.upperBound * 2, count: bucket.count)
        }
        result.totals.latencies[.endToEnd] = doubled
        return result
    }

    private static func comparison(_ first: RunResult, _ second: RunResult) -> RunComparison {
        RunComparison(first, second, labels: ("burst-a", "burst-b"))
    }

    @Test("the same run differs in nothing")
    func same() {
        let comparison = Self.comparison(SampleRun.result, SampleRun.result)
        #expect(comparison.machineDifferences.isEmpty && comparison.versionDifferences.isEmpty)
        #expect(comparison.scenarioDifferences.isEmpty && comparison.warnings.isEmpty)
        #expect(comparison.figures.allSatisfy { $0.change ?? 0 == 0 })
        let text = ComparisonSummary.text(of: comparison)
        #expect(text.contains("Machine   the same: AMD EPYC, 2 of 2 cores"))
        #expect(text.contains("A single run each"))
    }

    @Test("machine, program and scenario come before the figures")
    func differences() throws {
        let text = ComparisonSummary.text(of: Self.comparison(SampleRun.result, Self.slower))
        let places = try [
            "! They ran on different machines", "  cores: 2 usable of 2 → 1 usable of 2",
            "  revision: c54f32b → 0123456",
            "  − seed: 42", "  + seed: 43", "  + notes: new", "Figures", "e2e p99",
        ].map { words in try #require(text.range(of: words), "\(words) is missing in\n\(text)").lowerBound }
        #expect(places == places.sorted())
        let p50 = try #require(text.split(separator: "\n").first { $0.hasPrefix("e2e p50") })
        #expect(p50.hasSuffix("+100 %"))
    }

    @Test("quantiles have the interval of their order statistics, which holds them")
    func quantiles() throws {
        var histogram = LatencyHistogram()
        for value in 1...1_000 { histogram.record(Int64(value) * 1_000_000) }
        // Binomial(1000, 1/2): the 469th to the 532nd value, to the histogram's precision.
        #expect(RunComparison.interval(histogram, 50) == "469 ms … 532 ms")
        // Of a thousand messages nobody knows the upper end of p99.9.
        #expect(RunComparison.interval(histogram, 99.9).hasSuffix(" … ?"))
    }

    @Test("no line is longer than 80 columns, and every page is whole", arguments: RunResultFixture.all.map(\.0))
    func edges(name: String) throws {
        let result = try #require(RunResultFixture.all.first { $0.0 == name }?.1)
        for comparison in [
            Self.comparison(result, SampleRun.result), Self.comparison(SampleRun.result, result),
            Self.comparison(result, result),
        ] {
            for line in ComparisonSummary.text(of: comparison).split(separator: "\n") {
                #expect(line.count <= 80, "\(line)")
            }
            let page = ComparisonPage.html(of: comparison)
            #expect(!page.contains("<script>alert") && page.hasSuffix("</html>\n"))
            for chart in [
                ComparisonCharts.percentiles(of: comparison), ComparisonCharts.densities(of: comparison),
                ComparisonCharts.throughput(of: comparison),
            ] {
                for format in Chart.Format.allCases { #expect(try ChartTests.read(chart.svg(format)).bad.isEmpty) }
            }
        }
    }

    @Test("lines that only one text has, in their order")
    func lines() {
        let differences = LineDifference.between("a\nb\n\nc\nd", "a\nx\nc\n  \nd\ne")
        #expect(
            differences == [
                .init(isAdded: false, line: "b"), .init(isAdded: true, line: "x"), .init(isAdded: true, line: "e"),
            ])
        #expect(LineDifference.between("a", "a").isEmpty && LineDifference.between("", "").isEmpty)
        let long = (0..<3_000).map(String.init).joined(separator: "\n")
        #expect(LineDifference.between(long, long + "\nnew") == [.init(isAdded: true, line: "new")])
    }

    // MARK: - Sweeps

    private static func sweep(scale: Double, repeats: Int = 3, key: String = "workers.count") -> SweepResult {
        let values = ["1", "2", "4"]
        let runs = values.flatMap { value in
            (1...repeats).map { repetition in
                let workers = Double(value) ?? 1
                return SweepRun(
                    values: [value], repetition: repetition, order: repetition, folder: "runs/x",
                    figures: PointFigures(
                        outcome: .measured, judgement: repetition == 4 ? .invalid : .valid,
                        measuredNanoseconds: 1_000_000_000, offeredPerSecond: 1_000,
                        throughputPerSecond: 10_000 * workers * scale * (1 + 0.001 * Double(repetition)),
                        endToEndP99Nanoseconds: 5_000_000,
                        roles: [
                            RoleFigures(
                                role: .worker, processes: 1, cpuSecondsPerMillion: 15 / scale, coresBusy: 1,
                                residentBytes: 1)
                        ], usableCores: 8))
            }
        }
        return SweepResult(
            campaign: CampaignFacts(
                scenario: ScenarioFacts(name: "saturate", text: "seed: 1"),
                startedAt: Date(timeIntervalSince1970: 1_795_229_329), toolVersion: "0.1.0",
                machine: SampleGate.machine),
            keys: [SweptKey(name: key, values: values)], repeats: repeats, seed: 1,
            warmUpNanoseconds: 2_000_000_000, measureNanoseconds: 10_000_000_000, window: 1_000, runs: runs)
    }

    @Test("sweeps are compared point by point, with intervals where there are three repeats")
    func sweeps() throws {
        let comparison = SweepComparison(Self.sweep(scale: 1), Self.sweep(scale: 1.1), labels: ("a", "b"))
        #expect(comparison.points == [["1"], ["2"], ["4"]])
        for row in comparison.rows(of: .throughput) {
            let interval = try #require(row.interval)
            #expect(abs((row.change ?? 0) - 0.1) < 0.001 && interval.low < 0.1 && interval.high > 0.1)
        }
        let text = ComparisonSummary.text(of: comparison)
        #expect(text.contains("\n4           40,080/s  44,088/s  +10.0 %  +9.8 … +10.2 %  3, 3\n"), "\(text)")
        let two = SweepComparison(
            Self.sweep(scale: 1, repeats: 2), Self.sweep(scale: 1.1, repeats: 2), labels: ("a", "b"))
        #expect(two.rows(of: .throughput).allSatisfy { $0.interval == nil && $0.change != nil })
        for measure in SweepComparison.Measure.allCases {
            for format in Chart.Format.allCases {
                let svg = ComparisonCharts.sweep(measure, of: comparison).svg(format)
                #expect(try ChartTests.read(svg).bad.isEmpty)
            }
        }
        #expect(ComparisonPage.html(of: comparison).hasSuffix("</html>\n"))
        let card = ComparisonCard.svg(of: comparison)
        #expect(try ChartTests.read(card).bad.isEmpty)
        #expect(card.contains("A 10,020/s · B 11,022/s") && !card.contains("logarithmic"), "\(card)")
        let far = SweepComparison(Self.sweep(scale: 1), Self.sweep(scale: 40), labels: ("a", "b"))
        #expect(ComparisonCard.svg(of: far).contains("throughput, logarithmic"))
    }

    @Test("INVALID runs of a sweep are left out and told, other keys have no point on both")
    func otherSweeps() {
        let invalid = SweepComparison(
            Self.sweep(scale: 1, repeats: 4), Self.sweep(scale: 1), labels: ("a", "b"))
        #expect(invalid.rows(of: .throughput).allSatisfy { $0.first.count == 3 })
        #expect(invalid.warnings == ["3 of A's 12 runs are INVALID and left out."])
        let other = SweepComparison(
            Self.sweep(scale: 1), Self.sweep(scale: 1, key: "workers.lanes"), labels: ("a", "b"))
        #expect(other.points.isEmpty && other.warnings.first?.contains("different keys") == true)
    }
}
