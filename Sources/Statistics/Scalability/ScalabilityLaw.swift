/// The Universal Scalability Law (Gunther 1993): X(N) = γ N / (1 + α (N − 1) + β N (N − 1)).
///
/// With β = 0 it is Amdahl's law (1967), with α = 0 besides a straight line.
package struct ScalabilityLaw: Sendable, Equatable {
    /// γ: what one worker carries, in messages per second.
    package var throughputOfOne: Double
    /// α: the share of work that is done one after the other, because workers wait for something they share.
    package var contention: Double
    /// β: what each pair of workers costs to be kept in agreement, as a share of a message's work.
    package var coherency: Double

    /// A law with given coefficients.
    package init(throughputOfOne: Double, contention: Double, coherency: Double) {
        self.throughputOfOne = throughputOfOne
        self.contention = contention
        self.coherency = coherency
    }

    /// What `workers` workers carry, in messages per second.
    package func throughput(at workers: Double) -> Double {
        throughputOfOne * workers / (1 + contention * (workers - 1) + coherency * workers * (workers - 1))
    }

    /// The number of workers, seldom whole, beyond which more of them carry less; nil when more never do.
    package var peakWorkers: Double? {
        guard coherency > 0 else { return nil }
        // A law that falls from one worker on has its peak there.
        return max(1, (max(0, 1 - contention) / coherency).squareRoot())
    }

    /// The most that any number of workers carries: at the peak, or what Amdahl's law approaches; nil for a straight line.
    package var greatestThroughput: Double? {
        if let peakWorkers { return throughput(at: peakWorkers) }
        return contention > 0 ? throughputOfOne / contention : nil
    }

    /// The least number of workers, seldom whole, that carries `throughput`; nil when none does.
    package func workers(carrying throughput: Double) -> Double? {
        guard throughput > 0, throughputOfOne > 0 else { return nil }
        let square = throughput * coherency
        let linear = throughputOfOne - throughput * (contention - coherency)
        let constant = throughput * (1 - contention)
        guard linear > 0 else { return nil }
        let discriminant = linear * linear - 4 * square * constant
        guard discriminant >= 0 else { return nil }
        // The smaller root, in the form that is exact for β = 0 too.
        return max(2 * constant / (linear + discriminant.squareRoot()), 0)
    }
}

/// What was measured with one number of workers.
package struct ScalabilityPoint: Sendable, Equatable {
    package var workers: Double
    /// Messages per second, one figure a run.
    package var throughputs: [Double]

    /// A point.
    package init(workers: Double, throughputs: [Double]) {
        self.workers = workers
        self.throughputs = throughputs
    }
}
