import Histogram
import Testing

@testable import LoadMetrics

@Suite struct LatencyHistogramTests {
    /// A small generator, so that the samples are the same in every run.
    struct Samples: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }

        /// Durations over nine orders of magnitude.
        mutating func spread(_ count: Int) -> [Int64] {
            (0..<count).map { _ in Int64.random(in: 0..<(1 << Int64.random(in: 1...41, using: &self)), using: &self) }
        }
    }

    static let percentiles: [Double] = [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100]

    @Test func percentilesAreWithinAThousandthOfTheExactOnes() {
        var random = Samples(state: 7)
        var samples = random.spread(50_000)
        var histogram = LatencyHistogram()
        for sample in samples { histogram.record(sample) }
        samples.sort()
        let values = histogram.percentiles(Self.percentiles)
        for (percentile, value) in zip(Self.percentiles, values) {
            let rank = max(1, Int((percentile.nextDown * 50_000 / 100).rounded(.up)))
            let exact = percentile == 0 ? samples[0] : samples[min(rank, 50_000) - 1]
            #expect(value >= exact, "p\(percentile)")
            #expect(Double(value - exact) <= Double(exact) / 1_000, "p\(percentile): \(value) for \(exact)")
            #expect(value == histogram.percentile(percentile))
        }
        #expect(histogram.min == samples.first)
        #expect(histogram.max == samples.last)
        #expect(histogram.count == 50_000)
        let mean = samples.reduce(0.0) { $0 + Double($1) } / 50_000
        #expect(abs(histogram.mean - mean) < mean / 1_000)
    }

    @Test func agreesWithTheReferenceLibrary() {
        var random = Samples(state: 11)
        var ours = LatencyHistogram()
        var reference = Histogram<UInt64>(highestTrackableValue: (1 << 42) - 1, numberOfSignificantValueDigits: .three)
        for sample in random.spread(20_000) {
            ours.record(sample)
            reference.record(UInt64(sample))
        }
        for percentile in Self.percentiles {
            #expect(ours.percentile(percentile) == Int64(reference.valueAtPercentile(percentile)), "p\(percentile)")
        }
        #expect(abs(ours.mean - reference.mean) < 1)
        #expect(abs(ours.standardDeviation - reference.stdDeviation) < 1)
        let buckets = ours.buckets
        let referenceValues = Array(reference.recordedValues())
        #expect(buckets.map(\.count) == referenceValues.map(\.count))
        #expect(buckets.map { UInt64($0.nanoseconds.upperBound) } == referenceValues.map(\.value))
        for value: Int64 in [0, 1_000, 1_000_000, 1_000_000_000] {
            let share = reference.percentileAtOrBelowValue(UInt64(value)) / 100
            #expect(abs(ours.fraction(atOrBelow: value) - share) < 1e-12)
        }
    }

    @Test func everyStepBeginsWhereTheOneBeforeEnds() {
        typealias Layout = LatencyHistogram.Layout
        let last = Layout.index(of: UInt64(LatencyHistogram.highestTrackableNanoseconds))
        for index in 0...last {
            #expect(Layout.index(of: Layout.lowest(of: index)) == index)
            #expect(Layout.index(of: Layout.highest(of: index)) == index)
        }
        #expect(Layout.highest(of: last) == UInt64(LatencyHistogram.highestTrackableNanoseconds))
    }

    @Test func negativeValuesAreCountedAndNotRecorded() {
        var histogram = LatencyHistogram()
        histogram.record(-1)
        histogram.record(.min, count: 2)
        #expect(histogram.negativeCount == 3)
        #expect(histogram.isEmpty)
        #expect(histogram.min == 0 && histogram.max == 0 && histogram.percentile(99) == 0 && histogram.mean == 0)
    }

    @Test func growsPastAnHourAndCountsWhatIsPastTheEnd() {
        var histogram = LatencyHistogram()
        let twoHours: Int64 = 7_200_000_000_000
        histogram.record(twoHours)
        histogram.record(LatencyHistogram.highestTrackableNanoseconds)
        histogram.record(LatencyHistogram.highestTrackableNanoseconds + 1, count: 4)
        histogram.record(.max)
        #expect(histogram.count == 2)
        #expect(histogram.overflowCount == 5)
        #expect(histogram.min == twoHours)
        #expect(histogram.max == LatencyHistogram.highestTrackableNanoseconds)
    }

    @Test func recordingManyAtOnceIsRecordingEach() {
        var random = SystemRandomNumberGenerator()
        var (each, together) = (LatencyHistogram(), LatencyHistogram())
        for _ in 0..<20 {
            var values = (0..<200).map { _ in
                Int64.random(in: 0...(1 << Int64.random(in: 1...41, using: &random)), using: &random)
            }
            values += [-1, 0, 1 << 43, LatencyHistogram.highestTrackableNanoseconds, .max]
            for value in values { each.record(value) }
            together.record(values.span)
        }
        #expect(each == together)
        #expect(together.negativeCount == 20)
        #expect(together.overflowCount == 20)
    }

    @Test func recordingAllocatesNothing() {
        var histogram = LatencyHistogram()
        histogram.record(1)
        func allocatedWhileRecording(every step: Int64) -> UInt64 {
            let before = Allocator.threadAllocatedBytes()
            var value = step
            while value < 3_600_000_000_000 {
                histogram.record(value)
                value += step
            }
            return Allocator.threadAllocatedBytes() - before
        }
        // What reading the counter costs shows in both.
        #expect(allocatedWhileRecording(every: 36_000_000) == allocatedWhileRecording(every: 1_000_000_000_000))
        #expect(histogram.count == 100_003)
    }

    @Test func partsMergedEqualTheWhole() {
        var random = Samples(state: 3)
        let samples = random.spread(9_000) + [-5, .max, 8_000_000_000_000]
        var whole = LatencyHistogram()
        var parts = [LatencyHistogram](repeating: LatencyHistogram(), count: 3)
        for (index, sample) in samples.enumerated() {
            whole.record(sample)
            parts[index % 3].record(sample)
        }
        var merged = LatencyHistogram()
        for part in parts { merged.merge(part) }
        #expect(merged == whole)
        merged.merge(LatencyHistogram())
        #expect(merged == whole)
        merged.reset()
        #expect(merged.isEmpty && merged.negativeCount == 0 && merged.overflowCount == 0 && merged.buckets.isEmpty)
    }
}
