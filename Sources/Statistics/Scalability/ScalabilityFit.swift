/// Why no law is fitted.
package enum ScalabilityRefusal: Error, Equatable, CustomStringConvertible {
    /// Three coefficients need at least three numbers of workers.
    case tooFewPoints(found: Int)
    /// A number of workers or a throughput is not positive.
    case notPositive(workers: Double)

    package var description: String {
        switch self {
        case .tooFewPoints(let found):
            "a scaling law needs at least 3 worker counts, and there \(found == 1 ? "is" : "are") "
                + "\(found == 0 ? "none" : "\(found)"): measure more of them"
        case .notPositive(let workers):
            "nothing got through with \(workers == workers.rounded() ? String(Int(workers)) : String(workers)) "
                + "\(workers == 1 ? "worker" : "workers"), so that no scaling law can be fitted: look at that run"
        }
    }
}

/// What must be said beside a fit.
package enum FitCaution: Sendable, Equatable {
    /// Fewer than six numbers of workers were measured.
    case fewPoints(count: Int)
    /// None of them was one worker, so that γ is an extrapolation.
    case noSingleWorker(least: Double)
    /// The peak lies beyond what was measured, but within twice of it.
    case peakNotMeasured(peak: Double, measuredTo: Double)
    /// The peak lies beyond twice what was measured: a guess.
    case peakExtrapolated(peak: Double, measuredTo: Double)
    /// The law has no peak: the measured counts show no loss by coherency.
    case noPeak(measuredTo: Double)
    /// The law does not describe the figures.
    case poorFit(rSquared: Double)
    /// As many coefficients as runs: the fit has no intervals.
    case noIntervals
}

/// The scalability law that fits the medians of measured throughputs best, and how far to believe it.
///
/// Least squares of throughput itself, not of its linear form: as R's package `usl` does with its default method, whose
/// published coefficients for the SPEC SDM91 sample it reproduces.
package struct ScalabilityFit: Sendable, Equatable {
    /// What was measured, by ascending number of workers.
    package let points: [ScalabilityPoint]
    /// The Universal Scalability Law.
    package let law: ScalabilityLaw
    /// The best law with β = 0.
    package let amdahl: ScalabilityLaw
    /// The best straight line through the origin.
    package let linear: ScalabilityLaw
    /// The share of the medians' variance that the law explains; below 0 when a constant would do better.
    package let rSquared: Double
    /// What the intervals are taken from; nil when there are no more runs than coefficients.
    package let uncertainty: ScalabilityUncertainty?

    /// Fits the points; those with the same number of workers are put together.
    package init(
        _ measured: [ScalabilityPoint], confidence: Double = 0.95, resamples: Int = 1_000,
        using random: inout some RandomNumberGenerator
    ) throws(ScalabilityRefusal) {
        var byWorkers: [Double: [Double]] = [:]
        for point in measured where !point.throughputs.isEmpty {
            byWorkers[point.workers, default: []] += point.throughputs
        }
        let points = byWorkers.sorted { $0.key < $1.key }
            .map { ScalabilityPoint(workers: $0.key, throughputs: $0.value) }
        guard points.count >= 3 else { throw .tooFewPoints(found: points.count) }
        let medians = points.map { OrderedSamples($0.throughputs)?.median ?? 0 }
        for (point, median) in zip(points, medians) where !(point.workers > 0 && median > 0 && median.isFinite) {
            throw .notPositive(workers: point.workers)
        }
        let workers = points.map(\.workers)
        let solver = ScalabilityLeastSquares(workers: workers, shape: .universal)
        let law = solver.law(for: medians)
        let mean = medians.reduce(0, +) / Double(medians.count)
        let spread = medians.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.points = points
        self.law = law
        amdahl = ScalabilityLeastSquares(workers: workers, shape: .amdahl).law(for: medians)
        linear = ScalabilityLeastSquares(workers: workers, shape: .linear).law(for: medians)
        rSquared = spread > 0 ? 1 - solver.squares(law, medians) / spread : 0
        uncertainty = ScalabilityUncertainty(
            of: law, points: points, confidence: confidence, resamples: resamples, using: &random)
    }

    /// The greatest number of workers that was measured.
    package var measuredTo: Double { points.last?.workers ?? 0 }

    /// Whether the peak may be told without saying that it is extrapolated.
    package var peakIsSupported: Bool {
        guard let peak = law.peakWorkers else { return false }
        return points.count >= 6 && peak <= 2 * measuredTo
    }

    /// What must be said beside the fit, what matters most first.
    package var cautions: [FitCaution] {
        var cautions: [FitCaution] = []
        if rSquared < 0.9 { cautions.append(.poorFit(rSquared: rSquared)) }
        if points.count < 6 { cautions.append(.fewPoints(count: points.count)) }
        if let peak = law.peakWorkers {
            if peak > 2 * measuredTo {
                cautions.append(.peakExtrapolated(peak: peak, measuredTo: measuredTo))
            } else if peak > measuredTo {
                cautions.append(.peakNotMeasured(peak: peak, measuredTo: measuredTo))
            }
        } else {
            cautions.append(.noPeak(measuredTo: measuredTo))
        }
        if let least = points.first?.workers, least > 1 { cautions.append(.noSingleWorker(least: least)) }
        if uncertainty == nil { cautions.append(.noIntervals) }
        return cautions
    }
}
