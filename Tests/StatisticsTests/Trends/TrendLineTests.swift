import Testing

@testable import Statistics

@Suite("Trend line")
struct TrendLineTests {
    @Test("an exact line has its slope and no doubt")
    func exact() throws {
        let x = (0..<20).map(Double.init)
        let line = try #require(TrendLine(x: x, y: x.map { 3 * $0 + 7 }))
        #expect(abs(line.slope - 3) < 1e-9 && line.interval.width < 1e-6)
        #expect(abs(line.center.y - 3 * line.center.x - 7) < 1e-9)
        #expect(line.batches == 10)
    }

    @Test("what has no slope is refused")
    func refused() {
        #expect(TrendLine(x: [1, 2, 3], y: [1, 2, 3]) == nil)
        #expect(TrendLine(x: [1, 1, 1, 1, 1], y: [1, 2, 3, 4, 5]) == nil)
        #expect(TrendLine(x: [1, 2, 3, .nan], y: [1, 2, 3, 4]) == nil)
        #expect(TrendLine(x: [], y: []) == nil)
    }

    /// A series whose values forget the past by `memory`.
    private func series(_ memory: Double, slope: Double, _ random: inout SplitMix64) -> [Double] {
        var state = 0.0
        return (0..<100).map {
            state = memory * state + random.normal()
            return state + slope * Double($0)
        }
    }

    @Test("the interval holds the slope at its rate, also when neighbours are alike", arguments: [0, 0.7])
    func coverage(_ memory: Double) {
        var random = SplitMix64(seed: 3)
        let x = (0..<100).map(Double.init)
        let covered = (0..<200).count { _ in
            TrendLine(x: x, y: series(memory, slope: 0.2, &random))?.interval.contains(0.2) ?? false
        }
        // 90 % of 200 less 2.3 standard deviations: batches forget most of the past, not all.
        #expect(covered >= 170, "\(covered)")
    }

    @Test("growth is told from noise")
    func growth() throws {
        var random = SplitMix64(seed: 4)
        let x = (0..<100).map(Double.init)
        let line = try #require(TrendLine(x: x, y: series(0.5, slope: 0.5, &random)))
        #expect(line.interval.low > 0)
    }
}
