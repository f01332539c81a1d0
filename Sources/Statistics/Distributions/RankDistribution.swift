/// How likely a count of pairs is when nothing differs: the null distribution of a rank test.
///
/// Exact by counting for small samples without a table, the normal approximation with continuity correction for large
/// ones. Symmetric about half of ``pairs``.
struct RankDistribution: Sendable {
    /// The greatest value: how many pairs there are.
    let pairs: Int
    /// P(count ≥ index) for exact ones; nil for the approximation.
    private let exactTail: [Double]?
    private let deviation: Double

    /// Wilcoxon's signed ranks of `count` differences: each rank is positive or negative with equal probability.
    static func signedRanks(_ count: Int) -> RankDistribution {
        let pairs = count * (count + 1) / 2
        let n = Double(count)
        let deviation = (n * (n + 1) * (2 * n + 1) / 24).squareRoot()
        guard count <= 60 else { return RankDistribution(pairs: pairs, mass: nil, deviation: deviation) }
        var mass = [Double](repeating: 0, count: pairs + 1)
        mass[0] = 1
        var reached = 0
        for rank in stride(from: 1, through: count, by: 1) {
            reached += rank
            for sum in stride(from: reached, through: 0, by: -1) {
                mass[sum] = 0.5 * (mass[sum] + (sum >= rank ? mass[sum - rank] : 0))
            }
        }
        return RankDistribution(pairs: pairs, mass: mass, deviation: deviation)
    }

    /// Mann and Whitney's U of two samples: how many of the pairs rise, by the generating function
    /// ∏ (1 − q^(n+i)) / (1 − q^i).
    static func rankSums(_ first: Int, _ second: Int) -> RankDistribution {
        let (small, large) = (min(first, second), max(first, second))
        let pairs = small * large
        let deviation = (Double(pairs) * Double(first + second + 1) / 12).squareRoot()
        // Counts of arrangements stay whole numbers below 2⁵³.
        guard first + second <= 50 else { return RankDistribution(pairs: pairs, mass: nil, deviation: deviation) }
        var ways = [Double](repeating: 0, count: pairs + 1)
        ways[0] = 1
        for i in stride(from: 1, through: small, by: 1) {
            for u in stride(from: pairs, through: large + i, by: -1) { ways[u] -= ways[u - large - i] }
            for u in stride(from: i, through: pairs, by: 1) { ways[u] += ways[u - i] }
        }
        let all = ways.reduce(0, +)
        return RankDistribution(pairs: pairs, mass: ways.map { $0 / all }, deviation: deviation)
    }

    private init(pairs: Int, mass: [Double]?, deviation: Double) {
        self.pairs = pairs
        self.deviation = deviation
        guard var tail = mass else {
            exactTail = nil
            return
        }
        for index in tail.indices.dropLast().reversed() { tail[index] += tail[index + 1] }
        exactTail = tail
    }

    /// The probability of a count of at least `count`.
    func upperTail(_ count: Int) -> Double {
        guard count > 0 else { return 1 }
        guard count <= pairs else { return 0 }
        if let exactTail { return min(1, exactTail[count]) }
        return NormalDistribution.cumulative(-(Double(count) - 0.5 - Double(pairs) / 2) / deviation)
    }

    /// The least count that is reached with a probability of at most `error`; one past ``pairs`` when none is so rare.
    func critical(error: Double) -> Int {
        var low = 0
        var high = pairs + 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if upperTail(middle) <= error { high = middle } else { low = middle }
        }
        return high
    }
}
