/// What answers of probes say together about a capacity: a probability for each rate, on a grid of logarithms.
///
/// Probabilistic bisection (Horstein 1963; Waeber, Frazier and Henderson 2013) with a response that is not a step: at a
/// rate far below the capacity a probe holds but for a small share of errors, far above it fails likewise, and near it
/// either may happen, by a normal curve whose width is the scatter of single probes. So an answer that was chance is
/// outvoted by repeats instead of misleading all that follow.
struct CapacityBelief: Sendable {
    /// The share of answers that are wrong far from the capacity: a hiccup of the machine.
    static let mistakes = 0.02

    private let logRates: [Double]
    private var weights: [Double]
    private let scatter: Double

    /// Every rate within `range` equally likely, on a grid of logarithms.
    init(range: ClosedRange<Double>, scatter: Double) {
        let low = RealFunctions.log(range.lowerBound)
        let high = RealFunctions.log(range.upperBound)
        // Five points within one scatter, but no more than a thousand.
        let points = Int(min(1_000, max(50, (5 * (high - low) / scatter).rounded(.up))))
        logRates = (0...points).map { low + (high - low) * Double($0) / Double(points) }
        weights = [Double](repeating: 1 / Double(points + 1), count: points + 1)
        self.scatter = scatter
    }

    /// Learns from one answer.
    mutating func learn(_ answer: CapacitySearch.Answer, atRate rate: Double) {
        let logRate = RealFunctions.log(rate)
        for index in weights.indices {
            let distance = (logRates[index] - logRate) / scatter
            let likelihood =
                switch answer {
                case .holds: Self.mistakes + (1 - 2 * Self.mistakes) * NormalDistribution.cumulative(distance)
                case .fails: Self.mistakes + (1 - 2 * Self.mistakes) * NormalDistribution.cumulative(-distance)
                case .unclear: Self.mistakes + (1 - Self.mistakes) * RealFunctions.exp(-distance * distance / 8)
                // Says something of the generator, and nothing of the system.
                case .limited: 1.0
                }
            weights[index] *= likelihood
        }
        let sum = weights.reduce(0, +)
        guard sum > 0 else { return }
        for index in weights.indices { weights[index] /= sum }
    }

    /// The rate that the capacity exceeds with the probability `1 − share`.
    func quantile(_ share: Double) -> Double {
        var reached = 0.0
        for index in weights.indices {
            let next = reached + weights[index]
            if next >= share {
                // By proportion within the step of the grid.
                let part = weights[index] > 0 ? (share - reached) / weights[index] - 0.5 : 0
                let step = logRates[1] - logRates[0]
                let place = min(max(logRates[index] + part * step, logRates[0]), logRates[logRates.count - 1])
                return RealFunctions.exp(place)
            }
            reached = next
        }
        return RealFunctions.exp(logRates[logRates.count - 1])
    }
}
