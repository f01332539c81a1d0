import Testing

@testable import Statistics

@Suite("SplitMix64")
struct SplitMix64Tests {
    @Test("gives the reference sequence of seed 1234567")
    func vector() {
        var generator = SplitMix64(seed: 1_234_567)
        let drawn = (0..<5).map { _ in generator.next() }
        #expect(
            drawn == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }
}

/// Draws for simulations.
extension SplitMix64 {
    /// A number in 0 ..< 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Exponentially distributed with mean 1.
    mutating func exponential() -> Double { -RealFunctions.log(1 - unit()) }

    /// Normally distributed with mean 0 and variance 1.
    mutating func normal() -> Double { NormalDistribution.quantile(max(unit(), 1e-300)) }

    /// Student's t with 3 degrees of freedom and scale 1: outliers now and then.
    mutating func heavyTailed() -> Double {
        let squares = (0..<3).reduce(0.0) { sum, _ in
            let value = normal()
            return sum + value * value
        }
        return normal() / (squares / 3).squareRoot()
    }
}
