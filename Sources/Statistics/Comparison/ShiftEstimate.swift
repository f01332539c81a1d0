/// By how much one sample lies above another, without assuming a distribution: Hodges and Lehmann's estimate (1963) with
/// the bounds that inverting the rank test gives.
///
/// Paired: the median of the Walsh averages of the differences, bounded by Wilcoxon's signed ranks. Unpaired: the median
/// of all differences between the samples, bounded by Mann and Whitney's U. Equal values count for neither side, which
/// keeps every probability on the safe side. On logarithms the shift is a ratio: ``ratio``.
package struct ShiftEstimate: Sendable {
    /// The Walsh averages or the differences, ascending.
    private let steps: [Double]
    private let null: RankDistribution

    /// The shift of pairs, from the differences within them; nil without any.
    package init?(pairedDifferences differences: [Double]) {
        guard !differences.isEmpty, differences.allSatisfy(\.isFinite) else { return nil }
        var steps: [Double] = []
        steps.reserveCapacity(differences.count * (differences.count + 1) / 2)
        for (index, first) in differences.enumerated() {
            for second in differences[index...] { steps.append((first + second) / 2) }
        }
        steps.sort()
        self.steps = steps
        null = .signedRanks(differences.count)
    }

    /// The shift from one sample to another; nil when either is empty.
    package init?(from baseline: [Double], to candidate: [Double]) {
        guard !baseline.isEmpty, !candidate.isEmpty, (baseline + candidate).allSatisfy(\.isFinite) else { return nil }
        steps = candidate.flatMap { value in baseline.map { value - $0 } }.sorted()
        null = .rankSums(baseline.count, candidate.count)
    }

    /// The estimate of the shift.
    package var value: Double {
        let middle = steps.count / 2
        return steps.count.isMultiple(of: 2) ? (steps[middle - 1] + steps[middle]) / 2 : steps[middle]
    }

    /// The shift is at least this, but for a probability of `error`; −∞ when there are too few values to say.
    package func lowerBound(error: Double) -> Double {
        let critical = null.critical(error: error)
        return critical > steps.count ? -.infinity : steps[steps.count - critical]
    }

    /// The shift is at most this, but for a probability of `error`; +∞ when there are too few values to say.
    package func upperBound(error: Double) -> Double {
        let critical = null.critical(error: error)
        return critical > steps.count ? .infinity : steps[critical - 1]
    }

    /// Both bounds, with half of what `confidence` leaves at each side.
    package func interval(confidence: Double) -> Interval {
        let error = (1 - confidence) / 2
        return Interval(low: lowerBound(error: error), high: upperBound(error: error))
    }

    /// How likely figures at least this far above `shift` are when the true shift is at most `shift`.
    package func probability(ofExceeding shift: Double) -> Double {
        null.upperTail(steps.count { $0 > shift })
    }

    /// How likely figures at least this far below `shift` are when the true shift is at least `shift`.
    package func probability(ofFallingBelow shift: Double) -> Double {
        null.upperTail(steps.count { $0 < shift })
    }

    /// e to the power of a shift of logarithms: the ratio that it stands for.
    package static func ratio(_ logShift: Double) -> Double { RealFunctions.exp(logShift) }

    /// The logarithms of the ratios of pairs; a pair that is not both positive has none.
    package static func logRatio(from baseline: Double, to candidate: Double) -> Double? {
        guard baseline > 0, candidate > 0, baseline.isFinite, candidate.isFinite else { return nil }
        return RealFunctions.log(candidate / baseline)
    }

    /// How few pairs can show anything: the least number whose clearest outcome has a probability of at most `error`.
    package static func fewestPairs(error: Double) -> Int {
        var pairs = 1
        var probability = 0.5
        while probability > error, pairs < 60 {
            pairs += 1
            probability /= 2
        }
        return pairs
    }

    /// The same for a second sample beside a first one of `baseline` values; nil when no number would do.
    package static func fewestValues(beside baseline: Int, error: Double) -> Int? {
        guard baseline > 0 else { return nil }
        // One arrangement of all is the clearest: 1 / C(baseline + n, n).
        var arrangements = 1.0
        for values in 1...200 {
            arrangements *= Double(baseline + values) / Double(values)
            if 1 / arrangements <= error { return values }
        }
        return nil
    }
}
