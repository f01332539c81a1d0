import Foundation
import Histogram
import LoadMetrics
import Testing

@testable import Reporting

@Suite struct QuantityTests {
    @Test(
        arguments: [
            (0, "0 ns"), (850, "850 ns"), (1_000, "1.00 µs"), (85_300, "85.3 µs"), (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (12_400_000, "12.4 ms"), (1_250_000_000, "1.25 s"), (900_000_000_000, "900 s"),
            (1_500_000_000_000, "25.0 min"), (12_600_000_000_000, "3.50 h"), (-5_000, "-5.00 µs"),
        ] as [(Int64, String)])
    func durations(nanoseconds: Int64, text: String) {
        #expect(Quantity.duration(nanoseconds) == text)
    }

    @Test(arguments: [
        (0.0, "0"), (0.05, "0.0500"), (0.1, "0.100"), (1, "1.00"), (9.999, "10.0"), (12.34, "12.3"), (99.96, "100"),
        (12_345, "12345"), (.nan, "–"), (.infinity, "–"), (-2.5, "-2.50"),
    ])
    func significantDigits(value: Double, text: String) {
        #expect(Quantity.significant(value) == text)
    }

    @Test(
        arguments: [
            (0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (.max, "18,446,744,073,709,551,615"),
        ]
            as [(UInt64, String)])
    func counts(value: UInt64, text: String) {
        #expect(Quantity.count(value) == text)
    }

    @Test func otherUnits() {
        #expect(Quantity.rate(1_234.4) == "1,234/s")
        #expect(Quantity.rate(0.5) == "0.5/s")
        #expect(Quantity.rate(.nan) == "–")
        #expect(Quantity.bytes(512) == "512 B")
        #expect(Quantity.bytes(88_289_280) == "84.2 MiB")
        #expect(Quantity.bytes(.max) == "16777216 TiB")
        #expect(Quantity.short(12_500) == "12.5k" && Quantity.short(3_000_000) == "3M" && Quantity.short(0) == "0")
        #expect(Quantity.span(8_400_000_000) == "8.4 s" && Quantity.span(72_000_000_000) == "1 min 12 s")
        #expect(Quantity.span(7_500_000_000_000) == "2 h 5 min" && Quantity.span(-1) == "0.0 s")
        #expect(Quantity.percentileLabel(99.99) == "99.99" && Quantity.percentileLabel(50) == "50")
        #expect(Quantity.clock(90, of: 100) == "90 s" && Quantity.clock(90, of: 600) == "1:30")
        #expect(Quantity.clock(3_900, of: 9_000) == "1:05")
    }

    @Test func aShareThatIsNotAllIsNeverShownAsAll() {
        #expect(Quantity.percent(9_999, of: 10_000) == "99.99 %")
        #expect(Quantity.percent(999_999, of: 1_000_000) == "99.99 %")
        #expect(Quantity.percent(10, of: 10) == "100 %")
        #expect(Quantity.percent(11, of: 10) == "110 %")
        #expect(Quantity.percent(1, of: 0) == "–")
    }
}

@Suite struct PercentileFileTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func matchesTheReferenceLibrary(seed: UInt64) {
        var ours = LatencyHistogram()
        var reference = Histogram<UInt64>(highestTrackableValue: (1 << 42) - 1, numberOfSignificantValueDigits: .three)
        var state = seed
        for _ in 0..<(seed * 1_500) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = (state >> 40) * (1 + (state >> 30) % 97)
            ours.record(Int64(value))
            reference.record(value)
        }
        var expected = ""
        reference.outputPercentileDistribution(to: &expected, outputValueUnitScalingRatio: 1e6)
        // The library pads the header's last title to 14 characters, as Java does; it has 16 itself.
        let lines = PercentileFile.text(of: ours).split(separator: "\n")
        let expectedLines = expected.split(separator: "\n")
        #expect(lines.count == expectedLines.count)
        for (line, expected) in zip(lines, expectedLines) where line != expected {
            // C rounds a tie of the last decimal by the binary value: nothing else may differ.
            let numbers = line.split(separator: " ").compactMap { Double($0) }
            let others = expected.split(separator: " ").compactMap { Double($0) }
            #expect(line.count == expected.count && !numbers.isEmpty && numbers.count == others.count)
            for (one, other) in zip(numbers, others) { #expect(abs(one - other) < 2e-12, "\(line)") }
        }
    }

    @Test func anEmptyHistogramIsATableWithoutLines() {
        let text = PercentileFile.text(of: LatencyHistogram())
        #expect(!text.contains("nan") && text.contains("Total count    =            0]"))
    }

    @Test func manyValuesInOneStepAndHugeCountsEnd() {
        var histogram = LatencyHistogram()
        histogram.record(5_000_000, count: 3_000_000_000_000)
        let lines = PercentileFile.text(of: histogram).split(separator: "\n")
        #expect(lines[1].hasSuffix("0.000000000000 3000000000000           1.00"))
        #expect(lines[2].hasSuffix("1.000000000000 3000000000000"))
    }
}

@Suite struct SeriesCSVTests {
    @Test func oneLineASecondWithUnitsInTheHeader() {
        var result = RunResultFixture.empty
        result.phases = [PhaseResult(name: "a, \"b\"", startNanoseconds: 0, endNanoseconds: 1_000_000_000)]
        result.series = [
            SeriesRow(
                startNanoseconds: 0, offered: 100, published: 99, confirmed: 98, processed: 97, failed: 1,
                endToEnd: SecondLatency(count: 98, p50Nanoseconds: 5, p99Nanoseconds: 6, maxNanoseconds: 7),
                queueDepths: ["incoming": 3], cpuCores: ["worker-1": 0.5], residentBytes: ["worker-1": 1_024]),
            SeriesRow(startNanoseconds: 1_000_000_000, durationNanoseconds: 500_000_000, offered: 50),
        ]
        let expected = """
            start_seconds,duration_seconds,phase,offered,published,confirmed,processed,failed,offered_per_second,\
            published_per_second,confirmed_per_second,processed_per_second,end_to_end_count,end_to_end_p50_nanoseconds,\
            end_to_end_p99_nanoseconds,end_to_end_max_nanoseconds,end_to_end_service_count,\
            end_to_end_service_p50_nanoseconds,end_to_end_service_p99_nanoseconds,\
            end_to_end_service_max_nanoseconds,confirm_count,confirm_p50_nanoseconds,\
            confirm_p99_nanoseconds,confirm_max_nanoseconds,confirm_service_count,confirm_service_p50_nanoseconds,\
            confirm_service_p99_nanoseconds,confirm_service_max_nanoseconds,schedule_lag_count,schedule_lag_p50_nanoseconds,\
            schedule_lag_p99_nanoseconds,schedule_lag_max_nanoseconds,queue_incoming,cpu_cores_worker-1,\
            resident_bytes_worker-1
            0.000,1.000,"a, ""b""\",100,99,98,97,1,100.0,99.0,98.0,97.0,98,5,6,7,0,,,,0,,,,0,,,,0,,,,3,0.500,1024
            1.000,0.500,drain,50,0,0,0,0,100.0,0.0,0.0,0.0,0,,,,0,,,,0,,,,0,,,,0,,,,,,

            """
        #expect(SeriesCSV.text(of: result) == expected)
    }

    @Test func noSecondsIsAHeaderAlone() {
        #expect(SeriesCSV.text(of: RunResultFixture.empty).split(separator: "\n").count == 1)
    }

    @Test func aSpreadsheetTakesNothingForAFormula() {
        #expect(SeriesCSV.field("=1+1") == "'=1+1")
        #expect(SeriesCSV.field("@x") == "'@x" && SeriesCSV.field("-x") == "'-x" && SeriesCSV.field("-1.5") == "-1.5")
    }
}
