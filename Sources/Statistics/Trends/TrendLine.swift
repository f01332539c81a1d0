/// A straight line through a series, with an interval of its slope that neighbouring values' likeness does not narrow.
///
/// The series is cut into batches of equal length whose means are taken; the line is the least-squares one through the
/// means, and its interval Student's with the batches' degrees of freedom (batch means: Conway 1963; Law 2015, 9.5.3).
/// What is alike over less than a batch, a queue that fills and drains, then counts once and not many times.
package struct TrendLine: Sendable, Equatable {
    /// How much y grows for each unit of x.
    package let slope: Double
    /// The slope's interval.
    package let interval: Interval
    /// Where the line is at the middle of x, and where that is.
    package let center: (x: Double, y: Double)
    /// How many means the line goes through.
    package let batches: Int

    /// The line through points in order of x; nil for fewer than four, or without any spread of x.
    package init?(x: [Double], y: [Double], confidence: Double = 0.95, mostBatches: Int = 10) {
        let points = zip(x, y).filter { $0.isFinite && $1.isFinite }
        guard points.count >= 4 else { return nil }
        // At least two values a batch where there are enough, since a batch of one smoothes nothing.
        let count = max(4, min(mostBatches, points.count / 2))
        let means = (0..<count).map { batch -> (x: Double, y: Double) in
            let part = points[(batch * points.count / count)..<((batch + 1) * points.count / count)]
            let size = Double(part.count)
            return (part.reduce(0) { $0 + $1.0 } / size, part.reduce(0) { $0 + $1.1 } / size)
        }
        let size = Double(count)
        let center = (x: means.reduce(0) { $0 + $1.x } / size, y: means.reduce(0) { $0 + $1.y } / size)
        let spread = means.reduce(0) { $0 + ($1.x - center.x) * ($1.x - center.x) }
        guard spread > 0 else { return nil }
        let slope = means.reduce(0) { $0 + ($1.x - center.x) * ($1.y - center.y) } / spread
        let rest = means.reduce(0.0) { sum, mean in
            let distance = mean.y - center.y - slope * (mean.x - center.x)
            return sum + distance * distance
        }
        let error = (rest / (size - 2) / spread).squareRoot()
        let reach = StudentDistribution.quantile(0.5 + confidence / 2, degrees: size - 2) * error
        self.slope = slope
        self.center = center
        interval = Interval(low: slope - reach, high: slope + reach)
        batches = count
    }

    /// Whether all that is known agrees, the centre apart.
    package static func == (first: TrendLine, second: TrendLine) -> Bool {
        first.slope == second.slope && first.interval == second.interval && first.center == second.center
    }
}
