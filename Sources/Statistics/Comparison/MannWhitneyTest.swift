/// Whether two samples come from one distribution (Mann and Whitney 1947), two-sided.
package struct MannWhitneyTest: Sendable, Equatable {
    /// In how many pairs the candidate's value is greater; a tie counts a half.
    package let u: Double
    /// How likely a difference at least this clear is when the samples come from one distribution.
    package let probability: Double
    /// Whether it was counted, rather than approximated by the normal distribution.
    package let isExact: Bool

    /// Compares two samples; nil when either is empty.
    ///
    /// Exact without ties and with at most 50 values in all; otherwise normal, with the corrections for ties and
    /// continuity.
    package init?(baseline: [Double], candidate: [Double]) {
        guard !baseline.isEmpty, !candidate.isEmpty, (baseline + candidate).allSatisfy(\.isFinite) else { return nil }
        var greater = 0.0
        for value in candidate {
            for other in baseline { greater += value > other ? 1 : value == other ? 0.5 : 0 }
        }
        u = greater
        let (n, m) = (Double(candidate.count), Double(baseline.count))
        let tieSizes = Self.tieSizes((baseline + candidate).sorted())
        isExact = tieSizes.isEmpty && baseline.count + candidate.count <= 50
        let further = max(greater, n * m - greater)
        if isExact {
            let null = RankDistribution.rankSums(baseline.count, candidate.count)
            probability = min(1, 2 * null.upperTail(Int(further)))
            return
        }
        let all = n + m
        let ties = tieSizes.reduce(0) { $0 + $1 * ($1 * $1 - 1) }
        let variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)))
        guard variance > 0 else {
            probability = 1
            return
        }
        let z = max(0, further - n * m / 2 - 0.5) / variance.squareRoot()
        probability = min(1, 2 * NormalDistribution.cumulative(-z))
    }

    /// How many values each group of equal ones has, where there are at least two.
    private static func tieSizes(_ sorted: [Double]) -> [Double] {
        var sizes: [Double] = []
        var size = 1.0
        for (value, next) in zip(sorted, sorted.dropFirst()) {
            if value == next {
                size += 1
            } else if size > 1 {
                sizes.append(size)
                size = 1
            }
        }
        return size > 1 ? sizes + [size] : sizes
    }
}
