import Statistics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The one source of randomness of a run: xoshiro256** 1.0 (Blackman, Vigna 2018).
///
/// The same seed and stream give the same sequence on every machine and in every release: schedules and messages of
/// a run can be drawn again from the seed in its result. Streams keep the parts of a run apart, so that drawing one more
/// number for a message does not shift the arrivals.
package struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// A generator for one purpose (`stream`) of the run with this seed.
    package init(seed: UInt64, stream: UInt64 = 0) {
        // Stream 0 is plain SplitMix64 seeding, so that it can be checked against other implementations.
        var seeder = SplitMix64(seed: stream == 0 ? seed : SplitMix64.mix(seed ^ SplitMix64.mix(stream)))
        self.init(state: (seeder.next(), seeder.next(), seeder.next(), seeder.next()))
    }

    /// A generator in a given state, of which at least one word must differ from 0.
    package init(state: (UInt64, UInt64, UInt64, UInt64)) {
        precondition(state.0 | state.1 | state.2 | state.3 != 0, "xoshiro256** never leaves the all-zero state")
        (s0, s1, s2, s3) = state
    }

    /// The next 64 random bits.
    package mutating func next() -> UInt64 {
        let product = s1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = (s3 << 45) | (s3 >> 19)
        return result
    }

    /// A number in 0 ..< 1, in steps of 2⁻⁵³.
    package mutating func nextUnit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number in 0 ..< `bound` without bias (Lemire 2019); `bound` must be positive.
    package mutating func nextIndex(below bound: Int) -> Int {
        precondition(bound > 0, "a bound must be positive")
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// An exponentially distributed number with mean 1: the gaps of a Poisson process of rate 1.
    package mutating func nextExponential() -> Double {
        // 1 − u is in (0, 1], so the logarithm is finite.
        -log(1 - nextUnit())
    }

    /// A normally distributed number with mean 0 and variance 1 (Box–Muller; the second value is not kept).
    package mutating func nextNormal() -> Double {
        let radius = (2 * nextExponential()).squareRoot()
        return radius * cos(2 * Double.pi * nextUnit())
    }
}
