import Foundation
import LoadMetrics
import Testing

@testable import Reporting

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct ScaleTests {
    @Test func linearScalesEndOnARoundNumber() {
        #expect(Scale.linear(upTo: 1_740).upper == 2_000)
        #expect(Scale.linear(upTo: 2_000).upper == 2_000)
        #expect(Scale.linear(upTo: 0.07).upper == 0.08)
        #expect(Scale.linear(upTo: 1_740).ticks(4) == [0, 500, 1_000, 1_500, 2_000])
    }

    @Test func logarithmicScalesKeepTheirTicksInside() {
        let scale = Scale.logarithmic(from: 3_300, to: 9.4e9)
        #expect(scale.lower == 2_000 && scale.upper == 1e10)
        #expect(scale.ticks(8) == [1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10])
        #expect(Scale.logarithmic(from: 1_000, to: 4_000).ticks(6) == [1_000, 2_000, 5_000])
        #expect(abs(scale.position(scale.value(at: 0.37)) - 0.37) < 1e-12)
    }

    @Test func percentilesHaveAPlaceForEachNine() {
        let scale = Scale.percentile(ofCount: 1_000_000)
        let places = [0, 90, 99, 99.9, 99.99].map { scale.position($0) }
        for (one, next) in zip(places, places.dropFirst()) { #expect(abs((next - one) - 1.0 / 6) < 1e-9) }
        #expect(scale.position(100) == 1)
        #expect(Scale.percentile(ofCount: 1_000).ticks(8) == [0, 50, 90, 99, 99.9])
        #expect(abs(scale.value(at: scale.position(99.7)) - 99.7) < 1e-9)
    }

    @Test(arguments: [0, -1, .nan, .infinity, -.infinity, 1e308, .leastNonzeroMagnitude] as [Double])
    func noNumberMakesAPlaceThatIsNone(value: Double) {
        for scale in [
            Scale.linear(upTo: value), .exact(0, value), .logarithmic(from: value, to: value),
            .logarithmic(from: 1, to: value),
            .percentile(ofCount: 0), .linear(upTo: 1), .logarithmic(from: 1, to: 10),
        ] {
            for probe in [value, 0, 1, .nan, .infinity, -.infinity] as [Double] {
                #expect((0...1).contains(scale.position(probe)))
            }
            #expect(scale.ticks(5).count <= 100)
        }
    }
}

@Suite struct MarkupTests {
    @Test func everythingFromOutsideIsEscaped() {
        var markup = Markup()
        markup.element("a", ["title": "\"'<>&"], text: "<b>&\"'\u{0}\u{1B}\u{FFFE}\n")
        #expect(
            markup.text
                == "<a title=\"&quot;&#39;&lt;&gt;&amp;\">&lt;b&gt;&amp;&quot;&#39;\u{FFFD}\u{FFFD}\u{FFFD}\n</a>")
    }
}

@Suite struct ChartTests {
    /// Counts elements and collects what a reader of the file would stumble over.
    final class Reader: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        var paths: [String] = []
        var bad: [String] = []
        var ids: Set<String> = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            elements[name, default: 0] += 1
            if let path = attributes["d"], attributes["class"]?.hasPrefix("line") == true { paths.append(path) }
            for (key, value) in attributes {
                if key == "id", !ids.insert(value).inserted { bad.append("id \(value) twice") }
                if ["nan", "inf"].contains(where: value.lowercased().contains) {
                    bad.append("\(name) \(key)=\(value)")
                }
            }
        }
    }

    static func read(_ svg: String) throws -> Reader {
        let reader = Reader()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = reader
        try #require(parser.parse(), "\(String(describing: parser.parserError)) in \(svg.prefix(200))")
        return reader
    }

    static func charts(of result: RunResult) -> [Chart] {
        [
            RunCharts.percentiles(of: result), RunCharts.throughput(of: result), RunCharts.latency(of: result),
            RunCharts.backlog(of: result), RunCharts.cpu(of: result), RunCharts.memory(of: result),
        ]
    }

    @Test(arguments: RunResultFixture.all.map(\.0))
    func everyChartIsWellFormedAndHasNoPlaceThatIsNoNumber(name: String) throws {
        let result = try #require(RunResultFixture.all.first { $0.0 == name }?.1)
        for format in Chart.Format.allCases {
            for svg in Self.charts(of: result).map({ $0.svg(format) }) + [HTMLReport.costChart(of: result).svg(format)]
            {
                let reader = try Self.read(svg)
                #expect(reader.bad.isEmpty)
                #expect(reader.elements["title", default: 0] >= 1 && reader.elements["desc"] == 1)
            }
        }
        #expect(try Self.read(OverviewCard.svg(of: result)).bad.isEmpty)
    }

    @Test func everySecondIsDrawn() throws {
        let result = SampleRun.result
        let seconds = result.series.count
        for chart in [RunCharts.throughput(of: result), RunCharts.backlog(of: result)] {
            let reader = try Self.read(chart.svg(.wide))
            #expect(!reader.paths.isEmpty)
            for path in reader.paths {
                // A depth is a place, a rate a step from the start of its second to the end.
                #expect(path.count { $0 == "M" } == 1)
                #expect(path.count { $0 == "L" } == (chart.id == "backlog" ? seconds - 1 : 2 * seconds - 1))
            }
            #expect(chart.readings.count == seconds)
        }
        let stacks = try Self.read(RunCharts.cpu(of: result).svg(.narrow))
        #expect(stacks.paths.count == 3)
        #expect(stacks.paths.allSatisfy { $0.count { $0 == "L" } == seconds + 1 })
    }

    @Test func aSecondWithoutMessagesBreaksTheLineAndOneAloneIsADot() throws {
        var result = RunResultFixture.empty
        let latency = SecondLatency(count: 1, p50Nanoseconds: 1_000, p99Nanoseconds: 2_000, maxNanoseconds: 3_000)
        result.series = (0..<6).map {
            SeriesRow(startNanoseconds: $0 * 1_000_000_000, endToEnd: $0 == 2 || $0 == 4 ? nil : latency)
        }
        let reader = try Self.read(RunCharts.latency(of: result).svg(.wide))
        // Max, p99 and p50: a line over the first two seconds, a dot for each of the others.
        #expect(reader.paths.count == 3)
        #expect(reader.elements["circle"] == 6)
    }

    @Test func aLongRunIsJoinedWithoutLosingMessagesOrTheWorst() {
        var result = RunResultFixture.empty
        result.series = (0..<10_000).map {
            SeriesRow(
                startNanoseconds: $0 * 1_000_000_000, offered: 1,
                endToEnd: SecondLatency(
                    count: 1, p50Nanoseconds: 5, p99Nanoseconds: 6, maxNanoseconds: $0 == 7_777 ? 999 : 7),
                queueDepths: ["incoming": $0 == 5_555 ? 42 : 0], cpuCores: ["broker": $0.isMultiple(of: 2) ? 1 : 0])
        }
        let rows = RunCharts.thinned(result.series)
        #expect(rows.count <= RunCharts.mostPoints)
        #expect(rows.reduce(0) { $0 + $1.offered } == 10_000)
        #expect(rows.compactMap(\.endToEnd?.maxNanoseconds).max() == 999)
        #expect(rows.compactMap { $0.queueDepths["incoming"] }.max() == 42)
        #expect(rows.allSatisfy { abs(($0.cpuCores["broker"] ?? 0) - 0.5) < 0.1 })
        #expect(rows.last?.endSeconds == 10_000)
    }

    @Test func aLongRunKeepsWhatWasMeasuredFromSendingAndEachBranch() {
        var result = RunResultFixture.empty
        result.series = (0..<10_000).map { second in
            let slow: Int64 = second == 7_777 ? 999 : 7
            let latency = SecondLatency(count: 1, p50Nanoseconds: 5, p99Nanoseconds: slow, maxNanoseconds: slow)
            // Not in each second does something come back.
            var row = SeriesRow(
                startNanoseconds: Int64(second) * 1_000_000_000, endToEndService: second % 2 == 1 ? latency : nil,
                confirmService: latency)
            row.answers = second % 2 == 1 ? ["data-lake": BranchAnswers(processed: 2, failed: 1)] : nil
            return row
        }
        let rows = RunCharts.thinned(result.series)
        #expect(rows.count <= RunCharts.mostPoints)
        #expect(rows.allSatisfy { $0.endToEndService != nil && $0.confirmService != nil })
        #expect(rows.compactMap(\.endToEndService?.p99Nanoseconds).filter { $0 == 999 }.count == 1)
        #expect(rows.compactMap(\.endToEndService?.count).reduce(0, +) == 5_000)
        #expect(rows.compactMap(\.confirmService?.count).reduce(0, +) == 10_000)
        let answers = rows.compactMap { $0.answers?["data-lake"] }
        #expect(answers.map(\.processed).reduce(0, +) == 10_000 && answers.map(\.failed).reduce(0, +) == 5_000)
    }

    @Test func aStumpAtTheEndIsNoSecondOfItsOwn() {
        var result = RunResultFixture.empty
        result.series = (0..<3).map {
            SeriesRow(
                startNanoseconds: $0 * 1_000_000_000, durationNanoseconds: $0 == 2 ? 20_000_000 : 1_000_000_000,
                processed: $0 == 2 ? 2 : 100)
        }
        let rows = RunCharts.thinned(result.series)
        #expect(rows.map(\.processed) == [100, 102])
        #expect(rows.last?.durationNanoseconds == 1_020_000_000)
        result.series[2].durationNanoseconds = 900_000_000
        #expect(RunCharts.thinned(result.series).count == 3)
    }

    @Test func phasesAreShadedAndNamedAndTheDrainToo() {
        let bands = RunCharts.throughput(of: SampleRun.result).bands
        #expect(bands.map(\.label) == ["warm-up", "calm", "burst", "calm again", "second burst", "after", "drain"])
        #expect(bands.map(\.counts) == [false, true, true, true, true, true, false])
    }
}

@Suite struct HTMLReportTests {
    @Test func whoWasPinnedToWhichCoresIsShown() throws {
        var result = SampleRun.result
        #expect(!HTMLReport.page(of: result).contains("pinned to cores"))
        result.roles[0].pinnedCores = [0, 1, 2]
        result.cores = [CoreUse(core: 0, busy: 0.25), CoreUse(core: 7, busy: 0.5)]
        let page = HTMLReport.page(of: result)
        #expect(page.contains("pinned to cores") && page.contains(">0-2<") && page.contains(">not pinned<"))
        let row = try #require(page.components(separatedBy: "pinned to it").last?.components(separatedBy: "</tr>")[1])
        #expect(row.contains(">25") && row.contains(">\(result.roles[0].name)<"), "\(row)")
    }

    @Test(arguments: RunResultFixture.all.map(\.0))
    func loadsNothingFromOutsideAndEscapesEverything(name: String) throws {
        let result = try #require(RunResultFixture.all.first { $0.0 == name }?.1)
        let page = HTMLReport.page(of: result)
        let text = page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
        for outside in ["http:", "https:", " src=", "@import", "url("] {
            #expect(!text.contains(outside), "\(outside)")
        }
        #expect(page.components(separatedBy: "<script>").count == 2, "only our own script")
        #expect(!page.contains("\u{1B}"))
        let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        #expect(!page.contains("NaN") && !page.contains("\"nan"))
    }

    @Test func showsTheVerdictEveryPhaseProcessAndThreshold() {
        let result = SampleRun.result
        let page = HTMLReport.page(of: result)
        #expect(page.contains("<title>burst: FAILED, generator VALID · Rafale</title>"))
        for part in result.phases.map(\.name) + result.roles.map(\.name) + result.notes + [
            "generator VALID", "5eed0042",
        ] {
            #expect(page.contains(Markup.escaped(part)), "\(part)")
        }
        for threshold in result.thresholds { #expect(page.contains(Markup.escaped(threshold.text))) }
        #expect(page.contains("prefers-color-scheme:dark") && page.contains("width=device-width"))
        #expect(page.utf8.count < 400_000)
    }

    @Test func textIsReadableInLightAndDark() throws {
        func luminance(_ hex: String) throws -> Double {
            let number = try #require(UInt32(hex.dropFirst(), radix: 16))
            let parts = [16, 8, 0].map { shift -> Double in
                let value = Double(number >> UInt32(shift) & 0xFF) / 255
                return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        func contrast(_ one: String, _ other: String) throws -> Double {
            let values = try [luminance(one), luminance(other)].sorted()
            return (values[1] + 0.05) / (values[0] + 0.05)
        }
        let light = Dictionary(uniqueKeysWithValues: ChartStyle.colours.map { ($0.name, $0.light) })
        let dark = Dictionary(uniqueKeysWithValues: ChartStyle.colours.map { ($0.name, $0.dark) })
        for theme in [light, dark] {
            for ground in ["card", "ground"] {
                let under = try #require(theme[ground])
                for text in ["ink", "muted", "red", "green", "amber", "blue"] {
                    #expect(try contrast(try #require(theme[text]), under) >= 4.5, "\(text) on \(ground)")
                }
            }
            for ground in ["card", "band-even", "band-odd", "band-idle"] {
                let under = try #require(theme[ground])
                for line in ["blue", "green", "orange", "purple", "grey"] {
                    #expect(try contrast(try #require(theme[line]), under) >= 3, "\(line) on \(ground)")
                }
            }
        }
    }
}
