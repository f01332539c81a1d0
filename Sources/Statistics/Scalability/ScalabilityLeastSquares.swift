/// Least squares of the scalability law on throughputs, with γ > 0, 0 ≤ α < 1 and β ≥ 0.
///
/// Levenberg's and Marquardt's method (Marquardt 1963) on the coefficients that are free: one that lies at its bound and
/// would be driven beyond it is held there. It starts from the law's linear form N/X = (1 + α (N−1) + β N (N−1)) / γ and
/// from a few shapes besides, and keeps the best.
struct ScalabilityLeastSquares {
    /// Which coefficients are fitted; the others are 0.
    enum Shape {
        case universal
        case amdahl
        case linear

        fileprivate var free: Int {
            switch self {
            case .universal: 3
            case .amdahl: 2
            case .linear: 1
            }
        }
    }

    /// α stays below 1, where the law loses its meaning.
    private static let greatestContention = 0.999_999

    private let workers: [Double]
    private let shape: Shape

    init(workers: [Double], shape: Shape) {
        self.workers = workers
        self.shape = shape
    }

    /// The best law for these throughputs.
    func law(for throughputs: [Double]) -> ScalabilityLaw {
        var best: (law: ScalabilityLaw, squares: Double)?
        for start in starts(throughputs) {
            let law = refined(from: start, throughputs)
            let squares = squares(law, throughputs)
            if best.map({ squares < $0.squares }) ?? true { best = (law, squares) }
        }
        return best?.law ?? ScalabilityLaw(throughputOfOne: 0, contention: 0, coherency: 0)
    }

    /// The sum of squared distances from a law.
    func squares(_ law: ScalabilityLaw, _ throughputs: [Double]) -> Double {
        var sum = 0.0
        for index in workers.indices {
            let distance = throughputs[index] - law.throughput(at: workers[index])
            sum += distance * distance
        }
        return sum
    }

    // MARK: - Starts

    private func starts(_ throughputs: [Double]) -> [ScalabilityLaw] {
        let most = workers.max() ?? 1
        let pair = 1 / max(1, most * most)
        var shapes: [(Double, Double)] = [(0, 0)]
        if shape != .linear { shapes += [(0.02, 0), (0.2, 0), (0.7, 0)] }
        if shape == .universal { shapes += [(0.02, pair), (0.1, 4 * pair), (0, 20 * pair)] }
        var laws = shapes.map { scaled(contention: $0.0, coherency: $0.1, throughputs) }
        if shape == .universal, let linearised = linearised(throughputs) { laws.append(linearised) }
        return laws
    }

    /// The law of a given shape whose γ fits best, which has a formula.
    private func scaled(contention: Double, coherency: Double, _ throughputs: [Double]) -> ScalabilityLaw {
        let unit = ScalabilityLaw(throughputOfOne: 1, contention: contention, coherency: coherency)
        var (top, bottom) = (0.0, 0.0)
        for (n, x) in zip(workers, throughputs) {
            let shape = unit.throughput(at: n)
            top += shape * x
            bottom += shape * shape
        }
        return ScalabilityLaw(
            throughputOfOne: bottom > 0 ? top / bottom : 0, contention: contention, coherency: coherency)
    }

    private func linearised(_ throughputs: [Double]) -> ScalabilityLaw? {
        var equations = NormalEquations()
        for (n, x) in zip(workers, throughputs) where x > 0 {
            equations.add((1, n - 1, n * (n - 1)), value: n / x)
        }
        guard let solved = equations.solved(free: 3, damping: 0), solved.0 > 0 else { return nil }
        return scaled(
            contention: min(max(solved.1 / solved.0, 0), Self.greatestContention),
            coherency: max(solved.2 / solved.0, 0), throughputs)
    }

    // MARK: - Refinement

    /// The law to which the method comes down from `start`.
    func refined(from start: ScalabilityLaw, _ throughputs: [Double]) -> ScalabilityLaw {
        var law = start
        var reached = squares(law, throughputs)
        var damping = 1e-3
        for _ in 0..<100 {
            let equations = equations(at: law, throughputs)
            var moved = false
            while damping < 1e12 {
                guard let step = equations.solved(free: shape.free, damping: damping) else {
                    damping *= 10
                    continue
                }
                let next = ScalabilityLaw(
                    throughputOfOne: max(law.throughputOfOne + step.0, law.throughputOfOne * 0.01),
                    contention: min(max(law.contention + step.1, 0), Self.greatestContention),
                    coherency: max(law.coherency + step.2, 0))
                let squares = squares(next, throughputs)
                if squares < reached {
                    moved = reached - squares > 1e-13 * reached
                    law = next
                    reached = squares
                    damping = max(damping / 10, 1e-12)
                    break
                }
                damping *= 10
            }
            if !moved { break }
        }
        return law
    }

    private func equations(at law: ScalabilityLaw, _ throughputs: [Double]) -> NormalEquations {
        var equations = NormalEquations()
        for index in workers.indices {
            let n = workers[index]
            let denominator = 1 + law.contention * (n - 1) + law.coherency * n * (n - 1)
            let value = law.throughputOfOne * n / denominator
            equations.add(
                (n / denominator, -value * (n - 1) / denominator, -value * n * (n - 1) / denominator),
                value: throughputs[index] - value)
        }
        // At a bound, a coefficient that the residuals push outwards is held.
        equations.holds = (
            false,
            shape == .linear || law.contention <= 0 && equations.right.1 <= 0
                || law.contention >= Self.greatestContention && equations.right.1 >= 0,
            shape != .universal || law.coherency <= 0 && equations.right.2 <= 0
        )
        return equations
    }
}

/// Jᵀ J x = Jᵀ r for up to three unknowns.
private struct NormalEquations {
    var right = (0.0, 0.0, 0.0)
    /// Which unknowns are to stay 0.
    var holds = (false, false, false)
    private var m00 = 0.0
    private var m01 = 0.0
    private var m02 = 0.0
    private var m11 = 0.0
    private var m12 = 0.0
    private var m22 = 0.0

    mutating func add(_ row: (Double, Double, Double), value: Double) {
        right.0 += row.0 * value
        right.1 += row.1 * value
        right.2 += row.2 * value
        m00 += row.0 * row.0
        m01 += row.0 * row.1
        m02 += row.0 * row.2
        m11 += row.1 * row.1
        m12 += row.1 * row.2
        m22 += row.2 * row.2
    }

    /// The solution with the diagonal increased by `damping` of itself; nil when there is none.
    func solved(free: Int, damping: Double) -> (Double, Double, Double)? {
        let grown = 1 + damping
        let second = free > 1 && !holds.1
        let third = free > 2 && !holds.2
        // Scaled to a diagonal of 1, since the unknowns differ by orders of magnitude.
        let d0 = m00.squareRoot()
        let d1 = second ? m11.squareRoot() : 1
        let d2 = third ? m22.squareRoot() : 1
        guard d0 > 0, d1 > 0, d2 > 0 else { return nil }
        let a01 = second ? m01 / (d0 * d1) : 0
        let a02 = third ? m02 / (d0 * d2) : 0
        let a12 = second && third ? m12 / (d1 * d2) : 0
        let r0 = right.0 / d0
        let r1 = second ? right.1 / d1 : 0
        let r2 = third ? right.2 / d2 : 0
        // Cholesky's decomposition of a symmetric matrix of three.
        let l11 = grown - a01 * a01 / grown
        guard l11 > 1e-15 else { return nil }
        let l12 = a12 - a01 * a02 / grown
        let l22 = grown - a02 * a02 / grown - l12 * l12 / l11
        guard l22 > 1e-15 else { return nil }
        let y1 = r1 - a01 * r0 / grown
        let y2 = r2 - a02 * r0 / grown - l12 * y1 / l11
        let x2 = y2 / l22
        let x1 = (y1 - l12 * x2) / l11
        let x0 = (r0 - a01 * x1 - a02 * x2) / grown
        let solution = (x0 / d0, second ? x1 / d1 : 0, third ? x2 / d2 : 0)
        return solution.0.isFinite && solution.1.isFinite && solution.2.isFinite ? solution : nil
    }
}
