/// How far the coefficients of a scalability law could be off: a bootstrap of its residuals (Efron 1979).
///
/// Each run's distance from the law, relative to it, is drawn again for every run, the medians are taken and the law is
/// fitted anew; all runs' distances together, since three repeats of a point alone say too little of its scatter. The
/// distances are enlarged for the three coefficients they were fitted with, and the percentiles taken as far out as
/// Student's t reaches (Hesterberg 2015, the expanded percentile interval), which keeps the coverage of few runs.
package struct ScalabilityUncertainty: Sendable, Equatable {
    package let contention: Interval
    package let coherency: Interval
    /// Infinite at the end at which the law has no peak.
    package let peakWorkers: Interval
    /// Infinite at the end at which the law has no limit.
    package let greatestThroughput: Interval
    /// The laws of the resamples.
    private let laws: [ScalabilityLaw]
    /// The share of resamples outside at each side.
    private let tail: Double

    init?(
        of law: ScalabilityLaw, points: [ScalabilityPoint], confidence: Double, resamples: Int,
        using random: inout some RandomNumberGenerator
    ) {
        let runs = points.reduce(0) { $0 + $1.throughputs.count }
        let degrees = Double(runs - 3)
        guard degrees > 0, resamples > 1 else { return nil }
        let expected = points.map { law.throughput(at: $0.workers) }
        var distances: [Double] = []
        for (point, value) in zip(points, expected) { distances += point.throughputs.map { $0 / value - 1 } }
        let mean = distances.reduce(0, +) / Double(runs)
        let enlarged = (Double(runs) / degrees).squareRoot()
        distances = distances.map { ($0 - mean) * enlarged }
        let solver = ScalabilityLeastSquares(workers: points.map(\.workers), shape: .universal)
        var laws: [ScalabilityLaw] = []
        laws.reserveCapacity(resamples)
        var medians = expected
        var drawn: [Double] = []
        for _ in 0..<resamples {
            for index in points.indices {
                drawn.removeAll(keepingCapacity: true)
                for _ in points[index].throughputs {
                    drawn.append(distances[Int.random(in: 0..<runs, using: &random)])
                }
                drawn.sort()
                let middle = drawn.count / 2
                let median =
                    drawn.count.isMultiple(of: 2) ? (drawn[middle - 1] + drawn[middle]) / 2 : drawn[middle]
                medians[index] = expected[index] * max(0.01, 1 + median)
            }
            laws.append(solver.refined(from: law, medians))
        }
        let reach = StudentDistribution.quantile((1 - confidence) / 2, degrees: degrees)
        tail = NormalDistribution.cumulative(reach)
        self.laws = laws
        contention = Self.interval(laws.map(\.contention), tail)
        coherency = Self.interval(laws.map(\.coherency), tail)
        peakWorkers = Self.interval(laws.map { $0.peakWorkers ?? .infinity }, tail)
        greatestThroughput = Self.interval(laws.map { $0.greatestThroughput ?? .infinity }, tail)
    }

    /// Between which throughputs the law lies at a number of workers.
    package func throughput(at workers: Double) -> Interval {
        Self.interval(laws.map { $0.throughput(at: workers) }, tail)
    }

    /// The values that leave `tail` outside at each side; at least one where there are so many.
    private static func interval(_ values: [Double], _ tail: Double) -> Interval {
        let sorted = values.sorted()
        let outside = min(Int(tail * Double(sorted.count)), (sorted.count - 1) / 2)
        return Interval(low: sorted[outside], high: sorted[sorted.count - 1 - outside])
    }
}
