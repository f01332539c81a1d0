import Foundation
import LoadMetrics
import Statistics
import Testing

@testable import Reporting

@Suite struct CampaignReportTests {
    private static let width = TerminalSummary.width

    /// Checks a page and a picture: well formed charts, nothing of an enemy, no place that is no number.
    private static func check(page: String, svg: String, text: String, name: String) throws {
        #expect(!page.contains("<script>alert") && !page.contains("NaN") && !page.contains("nan,"), "\(name)")
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("</html>"))
        for part in page.components(separatedBy: "<svg xmlns").dropFirst() {
            let chart = "<svg xmlns" + part.components(separatedBy: "</svg>")[0] + "</svg>"
            #expect(try ChartTests.read(chart).bad.isEmpty, "\(name)")
        }
        #expect(try ChartTests.read(svg).bad.isEmpty, "\(name)")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.count <= width, "\(name): \(line)")
            #expect(!line.contains("\u{1B}"))
        }
        // To look at.
        if let kept = ProcessInfo.processInfo.environment["RAFALE_KEEP_REPORT"] {
            try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
            try Data(page.utf8).write(to: URL(fileURLWithPath: "\(kept)/\(name).html"))
            try Data(svg.utf8).write(to: URL(fileURLWithPath: "\(kept)/\(name).svg"))
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(kept)/\(name).txt"))
        }
    }

    @Test(arguments: SampleCampaigns.sweeps.map(\.0))
    func sweepsAreDrawnWhateverHappened(name: String) throws {
        let result = try #require(SampleCampaigns.sweeps.first { $0.0 == name }?.1)
        try Self.check(
            page: SweepReport.page(of: result), svg: SweepReport.svg(of: result), text: SweepSummary.text(of: result),
            name: name)
    }

    @Test(arguments: SampleCampaigns.searches.map(\.0))
    func searchesAreDrawnWhateverHappened(name: String) throws {
        let result = try #require(SampleCampaigns.searches.first { $0.0 == name }?.1)
        try Self.check(
            page: CapacityReport.page(of: result), svg: CapacityReport.svg(of: result),
            text: CapacitySummary.text(of: result), name: name)
    }

    @Test func theLawIsToldInWords() throws {
        let picture = ScalingPicture(SampleCampaigns.sweep)
        let fit = try #require(picture.only?.law)
        #expect(fit.peakIsSupported && fit.cautions.isEmpty)
        let words = try #require(SweepReport.headline(picture))
        #expect(words.hasPrefix("Contention ") && words.contains("coherency 0."))
        let peak = ScalingWords.wholePeak(fit.law)
        #expect((10...12).contains(peak))
        #expect(words.contains("more than \(peak) workers make it slower"))
        let text = SweepSummary.text(of: SampleCampaigns.sweep).replacingOccurrences(of: "\n", with: " ")
        #expect(text.contains(words))
        #expect(SweepReport.page(of: SampleCampaigns.sweep).contains(words))
    }

    @Test func theSameResultGivesTheSamePage() {
        #expect(SweepReport.page(of: SampleCampaigns.sweep) == SweepReport.page(of: SampleCampaigns.sweep))
    }

    @Test func whatIsNotSupportedIsNotTold() throws {
        func fit(_ counts: [Double], contention: Double, coherency: Double) throws -> ScalabilityFit {
            var random = SplitMix64(seed: 1)
            let law = ScalabilityLaw(throughputOfOne: 1_000, contention: contention, coherency: coherency)
            let points = counts.map { count in
                ScalabilityPoint(
                    workers: count, throughputs: [1, 1.002, 0.998].map { law.throughput(at: count) * $0 })
            }
            return try ScalabilityFit(points, resamples: 100, using: &random)
        }
        let key = ScalingKey("workers.count")
        let few = ScalingWords.sentences(try fit([1, 2, 4, 8], contention: 0.05, coherency: 0.01), key: key)
        #expect(few[0].contains("no end of the growth can be told"))
        #expect(few.contains { $0.hasPrefix("4 values are few") })
        let far = ScalingWords.sentences(
            try fit([1, 2, 3, 4, 6, 8], contention: 0.05, coherency: 0.000_5), key: key)
        #expect(far[0].contains("no end of the growth can be told"))
        #expect(far.contains { $0.contains("more than twice the 8 workers") })
        let beyond = ScalingWords.sentences(try fit([1, 2, 3, 4, 6, 8], contention: 0.05, coherency: 0.008), key: key)
        #expect(beyond[0].contains("will make it slower"))
        #expect(beyond.contains { $0.contains("it is extrapolated") })
        let straight = ScalingWords.sentences(try fit([1, 2, 3, 4, 6, 8], contention: 0, coherency: 0), key: key)
        #expect(straight.contains { $0.contains("contention 0 %") || $0.contains("coherency 0") })
    }

    @Test func tooFewPointsAreRefusedInWords() {
        let text = SweepSummary.text(of: SampleCampaigns.short)
        #expect(text.contains("needs at least 3 worker counts, and there are 2"))
        #expect(text.contains("INTERRUPTED"))
        #expect(SweepReport.page(of: SampleCampaigns.short).contains("needs at least 3 worker counts"))
    }

    @Test func whoSetTheLimitIsNamed() {
        let picture = ScalingPicture(SampleCampaigns.limited)
        let sentences = ScalingLimiter.sentences(picture)
        #expect(
            sentences.contains { $0.hasPrefix("With 4, 6 and 12 workers, the broker kept 0.970 of its 1 core busy") })
        #expect(sentences.contains { $0.hasPrefix("With 8 workers, the generator was INVALID") })
        let page = SweepReport.page(of: SampleCampaigns.limited)
        #expect(sentences.allSatisfy { page.contains($0) })
        // A point of which no run counts is no part of the law.
        #expect(picture.only?.law?.points.map(\.workers) == [1, 2, 3, 4, 6, 12])
        #expect(ScalingLimiter.sentences(ScalingPicture(SampleCampaigns.sweep)).isEmpty)
    }

    @Test func whereNoRunCountsTheNextPointIsTheBase() {
        let result = SampleCampaigns.withoutBase
        #expect(result.pointsWithoutFigure == [["1"]])
        #expect(SampleCampaigns.sweep.pointsWithoutFigure.isEmpty)
        let text = SweepSummary.text(of: result).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let base =
            "There is no figure that counts with 1 worker: speed-up and efficiency are relative to 2 workers."
        #expect(text.contains(base), "\(text)")
        #expect(SweepReport.page(of: result).contains(base))
        let sentences = ScalingLimiter.sentences(ScalingPicture(result))
        #expect(
            sentences.contains { $0.hasPrefix("With 1 worker, the generator was INVALID") && $0.contains("every run") })
        #expect(sentences.contains { $0.hasPrefix("With 2 workers, the generator was INVALID in some of the runs") })
        #expect(text.contains("generator INVALID in 1 of 3 runs"))
        #expect(ScalingWords.replacedBases(ScalingPicture(SampleCampaigns.sweep)).isEmpty)
    }

    @Test func aPointThatIsOneIsNoPlural() {
        #expect(ScalabilityRefusal.tooFewPoints(found: 1).description.contains("and there is 1:"))
        #expect(ScalabilityRefusal.tooFewPoints(found: 0).description.contains("and there are none:"))
        #expect(ScalabilityRefusal.notPositive(workers: 1).description.contains("with 1 worker,"))
    }

    @Test func aSearchThatDidNotSettleSaysSoFirst() {
        var result = SampleCampaigns.capacity
        result.points[0].outcome = .unclear
        (result.points[0].lowPerSecond, result.points[0].heldPerSecond) = (15_600, 15_600)
        let sentence =
            "Not settled by 8 probes: the capacity lies within 15,600 – 16,148/s; 15,600/s was shown to hold."
        #expect(result.unsettled == [sentence])
        let lines = CapacitySummary.text(of: result).split(separator: "\n").map(String.init)
        let told = lines.firstIndex { $0.hasPrefix("Not settled by 8 probes") }
        #expect((told ?? .max) < (lines.firstIndex { $0.contains("interval") && $0.contains("p99") } ?? 0))
        let page = CapacityReport.page(of: result)
        #expect(page.contains(sentence) && page.contains("not settled"))
        #expect(CapacityReport.svg(of: result).contains("Not settled"))
        #expect(CapacityReport.tiles(result)[0].detail.contains("15,600/s was shown to hold"))
        result.points[0].heldPerSecond = nil
        #expect(result.unsettled[0].hasSuffix("no rate was shown to hold."))
    }

    @Test func eachQuestionHasItsOwnHeadline() {
        #expect(
            SampleCampaigns.capacity.method
                == "The highest rate at which end_to_end.p99 < 200ms and lost == 0, and the backlog does not grow.")
        var result = SampleCampaigns.target
        #expect(
            result.method == "The fewest workers with which end_to_end.p99 < 200ms and lost == 0, and the backlog does "
                + "not grow at 20,000/s.")
        #expect(!CapacitySummary.text(of: result).contains("The highest rate"))
        #expect(!CapacityReport.page(of: result).contains("The highest rate"))
        result.target?.workers = nil
        #expect(CapacityReport.tiles(result)[0].detail == "not known", "the highest count was not tried")
        result.target?.candidates = [1, 2, 3]
        result.target?.probes[1].probe.verdict = .fails
        #expect(CapacityReport.tiles(result)[0].detail == "none of those that were allowed")
        result.target?.probes[1].probe.verdict = .unclear
        #expect(CapacityReport.tiles(result)[0].detail == "not settled")
    }

    @Test func aSweepSaysWhichSearchWasNotSettled() throws {
        var result = SampleCampaigns.capacityMode
        #expect(result.unsettledPoints.isEmpty && !SweepSummary.text(of: result).contains("not settled"))
        result.capacities[1].outcome = .unclear
        #expect(result.unsettledPoints == [["2"]])
        #expect(SweepSummary.text(of: result).contains("2: not settled"))
    }

    @Test func workersThatWaitAreNamed() throws {
        var figures = SampleCampaigns.figures(workers: 2, throughput: 5_000, seed: 1)
        figures.roles[2].coresBusy = 0.5
        let limiter = ScalingLimiter(ScalingPoint(x: 2, label: "2", runs: [figures]))
        #expect(limiter == .waiting(workersBusy: 0.25))
        figures.roles[2].coresBusy = 7.5
        figures.roles[2].lanes = 12
        #expect(try #require(ScalingLimiter(ScalingPoint(x: 12, label: "12", runs: [figures]))).kind == "machine")
    }

    @Test func aGridHasACurveForEachValueOfTheSecondKey() throws {
        let picture = ScalingPicture(SampleCampaigns.grid)
        #expect(picture.curves.compactMap(\.label) == ["1", "2", "4"])
        let chart = ScalingCharts(picture: picture).scaling()
        #expect(chart.legend.map(\.label) == ["1 lane", "2 lanes", "4 lanes"])
        let dots = chart.marks.filter { if case .dots(let points, _, false) = $0 { points.count == 3 } else { false } }
        #expect(dots.count == 3)
    }

    @Test func valuesThatAreNoNumbersStandSideBySide() throws {
        let picture = ScalingPicture(SampleCampaigns.categories)
        #expect(!picture.isNumeric && picture.only?.fit == nil)
        let chart = ScalingCharts(picture: picture).scaling()
        #expect(chart.x.ticks?.map(chart.x.label) == ["none", "sqlite", "mongodb"])
        #expect(ScalingCharts(picture: picture).efficiency() == nil)
    }

    @Test func linesEndWhereTheyLeaveThePicture() {
        let points = ScalingCharts.clipped([0, 1, 2, 3].map { Point(x: $0, y: $0 * 10) }, at: 15)
        #expect(points == [Point(x: 0, y: 0), Point(x: 1, y: 10), Point(x: 1.5, y: 15), nil, nil])
    }

    @Test func oversubscriptionIsShadedAndSaid() throws {
        let picture = ScalingPicture(SampleCampaigns.sweep)
        let band = try #require(ScalingCharts(picture: picture).scaling().bands.first)
        #expect(band.from == 7 && band.label == "threads > cores")
        #expect(try #require(SweepReport.oversubscription(picture)).hasPrefix("With 8 and 12 workers"))
    }

    @Test func theLimitIsDrawnBesideTheProbes() throws {
        let result = SampleCampaigns.capacity
        let chart = CapacityCharts.probes(of: result.points[0], index: 0, title: "Probes")
        #expect(chart.limits.map(\.y) == [200e6])
        #expect(CapacityCharts.nanoseconds("1.5s") == 1.5e9 && CapacityCharts.nanoseconds("3us") == 3_000)
        #expect(CapacityCharts.nanoseconds("5") == nil)
        #expect(chart.markers.map(\.x) == [15_800])
        let text = CapacitySummary.text(of: result)
        #expect(text.contains("15,800/s") && text.contains("15,405 – 16,148/s"))
    }

    @Test func everyEndOfASearchHasItsWords() {
        let text = CapacitySummary.text(of: SampleCampaigns.capacityEnds).replacingOccurrences(of: "\n", with: " ")
        #expect(text.contains("at least"))
        #expect(text.contains("With 3 workers, the generator could not put more load on"))
        #expect(text.contains("none held") && text.contains("Nothing failed up to the highest rate"))
        #expect(text.contains("The probes ran out"))
        #expect(CapacitySummary.text(of: SampleCampaigns.target).contains("3 workers carry 20,000/s"))
    }

    @Test(arguments: [
        (0.0277, "2.8 %"), (0.000104, "0.01 %"), (0.3, "30 %"), (0, "0 %"), (0.05, "5 %"), (0.00123, "0.12 %"),
        (0.000_01, "0.001 %"),
    ])
    func sharesHaveTheDigitsThatSaySomething(share: Double, text: String) {
        #expect(ScalingWords.share(share) == text)
    }

    @Test func reportsAreWrittenBesideTheResult() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sweep-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let writer = ReportWriter(folder: folder)
        try writer.writeReports(SampleCampaigns.sweep)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                "report.html", "report.svg", "summary.txt",
            ])
        try writer.writeReports(SampleCampaigns.capacity)
        let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
        #expect(page.contains("CAPACITY"))
    }
}
