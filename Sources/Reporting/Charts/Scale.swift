#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Maps values to 0…1 along an axis, and knows where its ticks stand; never yields what is not a number.
struct Scale: Sendable, Equatable {
    /// How values are spread.
    enum Kind: Sendable, Equatable {
        /// Equal distances for equal differences.
        case linear
        /// Equal distances for equal ratios.
        case logarithmic
        /// Percentiles (0…100): equal distances for equal ratios of what lies above, so that each nine has its place.
        case percentile
    }

    let kind: Kind
    let lower: Double
    let upper: Double

    /// Beyond this nothing is measured, and arithmetic with it stays finite.
    private static let greatestMagnitude = 1e30

    private init(_ kind: Kind, _ lower: Double, _ upper: Double) {
        self.kind = kind
        self.lower = lower
        self.upper = upper
    }

    /// From zero to a round number not below `greatest`.
    static func linear(upTo greatest: Double, ticks: Int = 5) -> Scale {
        guard greatest.isFinite, greatest > 0 else { return Scale(.linear, 0, 1) }
        let greatest = min(max(greatest, 1 / greatestMagnitude), greatestMagnitude)
        let step = niceStep(greatest / Double(max(1, ticks)))
        return Scale(.linear, 0, (greatest / step - 1e-9).rounded(.up) * step)
    }

    /// Exactly from `lower` to `upper`, as a time axis has it.
    static func exact(_ lower: Double, _ upper: Double) -> Scale {
        guard lower.isFinite, upper.isFinite, upper > lower, max(abs(lower), abs(upper)) < greatestMagnitude,
            upper - lower > 1 / greatestMagnitude
        else { return Scale(.linear, 0, 1) }
        return Scale(.linear, lower, upper)
    }

    /// From a 1, 2 or 5 not above `least` to one not below `greatest`.
    static func logarithmic(from least: Double, to greatest: Double) -> Scale {
        guard least.isFinite, greatest.isFinite, least > 0, greatest >= least else { return Scale(.logarithmic, 1, 10) }
        let low = steps125(downFrom: min(max(least, 1 / greatestMagnitude), greatestMagnitude))
        var high = steps125(upFrom: min(max(greatest, low), greatestMagnitude))
        if high <= low { high = low * 10 }
        return Scale(.logarithmic, low, high)
    }

    /// From 0 to the percentile that one of `count` values exceeds, at least to 99 and at most to 99.9999.
    static func percentile(ofCount count: UInt64) -> Scale {
        let above = 100 / Double(max(100, min(count, 1_000_000)))
        return Scale(.percentile, 0, 100 - above)
    }

    /// Where a value stands, 0 at the lower end and 1 at the upper one; beyond the ends it stands at the end.
    func position(_ value: Double) -> Double {
        guard !value.isNaN else { return 0 }
        let place: Double
        switch kind {
        case .linear: place = (value - lower) / (upper - lower)
        case .logarithmic: place = value <= 0 ? 0 : log10(value / lower) / log10(upper / lower)
        case .percentile: place = value >= 100 ? 1 : Self.nines(value) / Self.nines(upper)
        }
        return place.isNaN ? 0 : min(1, max(0, place))
    }

    /// The value at a position: the reverse of ``position(_:)``.
    func value(at position: Double) -> Double {
        switch kind {
        case .linear: lower + (upper - lower) * position
        case .logarithmic: lower * pow(upper / lower, position)
        case .percentile: 100 - 100 / pow(10, Self.nines(upper) * position)
        }
    }

    /// About `count` values at which a line and a label help.
    func ticks(_ count: Int) -> [Double] {
        switch kind {
        case .linear:
            let step = Self.niceStep((upper - lower) / Double(max(1, count)))
            var ticks: [Double] = []
            var index = (lower / step - 1e-9).rounded(.up)
            while index * step <= upper * (1 + 1e-9), ticks.count < 100 {
                ticks.append(index * step)
                index += 1
            }
            return ticks
        case .logarithmic:
            let decades = log10(upper / lower)
            let factors: [Double] = decades * 3 <= Double(count) + 1 ? [1, 2, 5] : decades <= 1.2 ? [1, 3] : [1]
            let every = max(1, Int((decades / Double(max(1, count))).rounded(.up)))
            var ticks: [Double] = []
            for decade in Int(log10(lower).rounded(.down))...Int(log10(upper).rounded(.up)) {
                guard factors.count > 1 || decade.isMultiple(of: every) else { continue }
                for factor in factors {
                    let tick = factor * pow(10, Double(decade))
                    if tick >= lower * 0.999, tick <= upper * 1.001 { ticks.append(tick) }
                }
            }
            return ticks
        case .percentile:
            return [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999].filter { $0 <= upper * (1 + 1e-9) }
        }
    }

    private static func nines(_ percentile: Double) -> Double {
        -log10(1 - min(max(percentile, 0), 99.99999) / 100)
    }

    /// The 1, 2, 2.5 or 5 times a power of ten that is not below `rough`.
    private static func niceStep(_ rough: Double) -> Double {
        guard rough.isFinite, rough > 0 else { return 1 }
        let magnitude = pow(10, log10(rough).rounded(.down))
        for factor in [1, 2, 2.5, 5, 10] where factor * magnitude >= rough * (1 - 1e-9) { return factor * magnitude }
        return 10 * magnitude
    }

    private static func steps125(downFrom value: Double) -> Double {
        let magnitude = pow(10, log10(value).rounded(.down))
        for factor in [5.0, 2, 1] where factor * magnitude <= value * (1 + 1e-9) { return factor * magnitude }
        return magnitude
    }

    private static func steps125(upFrom value: Double) -> Double {
        let magnitude = pow(10, log10(value).rounded(.down))
        for factor in [1.0, 2, 5] where factor * magnitude >= value * (1 - 1e-9) { return factor * magnitude }
        return 10 * magnitude
    }
}
