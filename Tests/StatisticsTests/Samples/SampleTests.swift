import Testing

@testable import Statistics

@Suite("Samples")
struct SampleTests {
    @Test("quantiles are of type 7")
    func quantiles() throws {
        let samples = try #require(OrderedSamples([4, 1, 3, 2, .nan]))
        #expect(samples.median == 2.5)
        #expect(samples.quantile(0.25) == 1.75)
        #expect(samples.quantile(1) == 4)
        #expect(samples.quantile(-1) == 1)
        #expect(OrderedSamples([.nan]) == nil)
    }

    @Test(
        "a percentile's ranks leave no more than the rest outside", arguments: [(1_000, 0.99), (300, 0.9), (59, 0.5)])
    func ranks(_ count: UInt64, _ share: Double) throws {
        let interval = QuantileInterval(share: share, count: count)
        let lower = try #require(interval.lowerRank)
        let upper = try #require(interval.upperRank)
        func atMost(_ rank: UInt64) -> Double {
            BinomialDistribution.cumulative(Double(rank), trials: Double(count), p: share)
        }
        #expect(atMost(lower - 1) <= 0.025 && atMost(lower) > 0.025)
        #expect(1 - atMost(upper - 1) <= 0.025 && 1 - atMost(upper - 2) > 0.025)
    }

    @Test("too few values bound nothing above")
    func fewValues() {
        let interval = QuantileInterval(share: 0.99, count: 100)
        #expect(interval.upperRank == nil)
        #expect(interval.lowerRank != nil)
        #expect(interval.interval(of: [(low: 1, high: 2, count: 100)]).high == .infinity)
        #expect(QuantileInterval(share: 0.99, count: 0).lowerRank == nil)
    }

    @Test("the steps of a histogram give the ends")
    func histogram() {
        // 10 000 values of 1 … 10 000 in steps of ten: the ranks 9 880 and 9 920 are the values.
        let steps = stride(from: 0.0, to: 10_000, by: 10).map {
            (start: Double) -> (low: Double, high: Double, count: UInt64) in
            (start + 1, start + 10, 10)
        }
        let interval = QuantileInterval(share: 0.99, count: 10_000).interval(of: steps)
        #expect(interval.low == 9_871 && interval.high == 9_920)
        #expect(interval.clearance(of: 9_950) == .below)
        #expect(interval.clearance(of: 9_900) == .unclear)
        #expect(interval.clearance(of: 9_800) == .above)
    }

    @Test("the interval covers the true percentile at its rate")
    func coverage() {
        var random = SplitMix64(seed: 1)
        let trueValue = -RealFunctions.log(0.05)
        let covered = (0..<400).count { _ in
            let values = (0..<500).map { _ in random.exponential() }.sorted()
            let steps = values.map { (low: $0, high: $0, count: UInt64(1)) }
            return QuantileInterval(share: 0.95, count: 500).interval(of: steps).contains(trueValue)
        }
        // 95 % of 400 less 2.6 standard deviations.
        #expect(covered >= 369)
    }

    @Test("likeness of neighbours widens the interval")
    func designEffect() {
        let even = [(count: UInt64, above: UInt64)](repeating: (1_000, 10), count: 10)
        #expect(QuantileInterval.designEffect(shares: even) == 1)
        // The same slow messages, all in one second.
        let bunched: [(count: UInt64, above: UInt64)] =
            [(1_000, 100)] + [(count: UInt64, above: UInt64)](repeating: (1_000, 0), count: 9)
        let effect = QuantileInterval.designEffect(shares: bunched)
        #expect(effect > 50)
        let narrow = QuantileInterval(share: 0.99, count: 10_000)
        let wide = QuantileInterval(share: 0.99, count: 10_000, designEffect: effect)
        #expect((wide.lowerRank ?? 0) < (narrow.lowerRank ?? 0))
        #expect(wide.upperRank == nil || (wide.upperRank ?? 0) > (narrow.upperRank ?? 0))
    }
}
