/// The standard normal distribution.
enum NormalDistribution {
    /// The probability of a value at or below `z`.
    static func cumulative(_ z: Double) -> Double { 0.5 * RealFunctions.erfc(-z / 2.0.squareRoot()) }

    /// The value that a share `p` (0…1, exclusive) does not exceed: Acklam's rational approximation and one step of
    /// Halley's method.
    static func quantile(_ p: Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        // Symmetric, so that the small tail keeps its digits.
        guard p <= 0.5 else { return -quantile(1 - p) }
        let start = approximateQuantile(p)
        let density = RealFunctions.exp(-start * start / 2) / (2 * Double.pi).squareRoot()
        guard density > 0 else { return start }
        let step = (cumulative(start) - p) / density
        return start - step / (1 + start * step / 2)
    }

    private static func approximateQuantile(_ p: Double) -> Double {
        func polynomial(_ x: Double, _ coefficients: [Double]) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
        if p < 0.02425 {
            let q = (-2 * RealFunctions.log(p)).squareRoot()
            let top = [
                -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838, -2.549732539343734,
                4.374664141464968, 2.938163982698783,
            ]
            let bottom = [
                7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1,
            ]
            return polynomial(q, top) / polynomial(q, bottom)
        }
        let q = p - 0.5
        let top = [
            -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
            -3.066479806614716e+01, 2.506628277459239,
        ]
        let bottom = [
            -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
            -1.328068155288572e+01, 1,
        ]
        return q * polynomial(q * q, top) / polynomial(q * q, bottom)
    }
}

/// Student's t distribution.
enum StudentDistribution {
    /// The probability of a value at or below `t` with `degrees` degrees of freedom.
    static func cumulative(_ t: Double, degrees: Double) -> Double {
        let tail = RealFunctions.incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
        return t > 0 ? 1 - tail : tail
    }

    /// The value that a share `p` (0…1, exclusive) does not exceed.
    static func quantile(_ p: Double, degrees: Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        guard p >= 0.5 else { return -quantile(1 - p, degrees: degrees) }
        var low = 0.0
        var high = 1.0
        while cumulative(high, degrees: degrees) < p, high < 1e12 { high *= 2 }
        for _ in 0..<200 where high - low > 1e-12 * high {
            let middle = (low + high) / 2
            if cumulative(middle, degrees: degrees) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// The binomial distribution of successes in `trials`.
enum BinomialDistribution {
    /// The probability of at most `successes` in `trials` of probability `p` each.
    static func cumulative(_ successes: Double, trials: Double, p: Double) -> Double {
        guard successes >= 0 else { return 0 }
        guard successes < trials else { return 1 }
        let k = successes.rounded(.down)
        return RealFunctions.incompleteBeta(1 - p, trials - k, k + 1)
    }

    /// The least number of successes that at least a share `share` of experiments does not exceed.
    static func quantile(_ share: Double, trials: Double, p: Double) -> Double {
        var low = -1.0
        var high = trials
        while high - low > 1 {
            let middle = ((low + high) / 2).rounded(.down)
            if cumulative(middle, trials: trials, p: p) >= share { high = middle } else { low = middle }
        }
        return high
    }
}
