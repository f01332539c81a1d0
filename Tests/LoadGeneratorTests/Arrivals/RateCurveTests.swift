import Testing

@testable import LoadGenerator

@Suite struct RateCurveTests {
    static let curves: [RateCurve] = [
        .constant(1000),
        .constant(0.25),
        .linear(from: 0, to: 500, over: 8),
        .linear(from: 500, to: 0, over: 8),
        .linear(from: 200, to: 200, over: 3),
        .steps([100, 300, 50], each: 2),
        .sine(mean: 400, amplitude: 400, period: 5),
        .sine(mean: 400, amplitude: 120, period: 0.5),
        .burst(low: 100, high: 2000, period: 4, duty: 0.25),
        .burst(low: 0, high: 2000, period: 4, duty: 0.25),
    ]

    @Test(arguments: curves)
    func countIsTheIntegralOfTheRate(curve: RateCurve) {
        let steps = 80_000
        let width = 10.0 / Double(steps)
        var sum = 0.0
        for step in 0..<steps { sum += curve.rate(at: (Double(step) + 0.5) * width) * width }
        #expect(abs(curve.cumulative(10) - sum) < max(sum * 1e-4, 0.2))
    }

    @Test(arguments: curves)
    func timeInvertsCount(curve: RateCurve) {
        let all = curve.cumulative(9.9)
        for step in 1...50 {
            let count = all * Double(step) / 51
            let time = curve.time(of: count)
            #expect(abs(curve.cumulative(time) - count) < 1e-5, "count \(count) at \(time)")
        }
    }

    @Test(arguments: curves)
    func timesNeverGoBack(curve: RateCurve) {
        var last = 0.0
        for count in 0..<2000 {
            let time = curve.time(of: Double(count))
            #expect(time >= last)
            last = time
        }
    }

    @Test func aCurveThatDriesUpNeverReachesMore() {
        let curve = RateCurve.linear(from: 100, to: 0, over: 2)
        #expect(curve.time(of: 99.99) < 2)
        #expect(curve.time(of: 101) == .infinity)
        #expect(RateCurve.constant(0).time(of: 1) == .infinity)
    }

    @Test func aBurstIsLowFirst() {
        let curve = RateCurve.burst(low: 100, high: 2000, period: 4, duty: 0.25)
        #expect(curve.rate(at: 0) == 100)
        #expect(curve.rate(at: 2.99) == 100)
        #expect(curve.rate(at: 3.01) == 2000)
        #expect(curve.rate(at: 4.01) == 100)
        #expect(abs(curve.cumulative(4) - 2300) < 1e-9)
    }
}
