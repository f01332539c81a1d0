import Testing

@testable import Statistics

@Suite("Scalability law")
struct ScalabilityFitTests {
    /// The sample of R's package `usl`, the benchmark SPEC SDM91.
    ///
    /// Measured on a Sun SPARCcenter 2000 (Gunther, "Guerrilla Capacity Planning", 2007,
    /// table 5.2). Load is concurrency here, throughput scripts per hour.
    private static let specSDM91 = zip(
        [1.0, 18, 36, 72, 108, 144, 216], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2]
    ).map { ScalabilityPoint(workers: $0, throughputs: [$1]) }

    private static func fit(_ points: [ScalabilityPoint], resamples: Int = 200) throws -> ScalabilityFit {
        var random = SplitMix64(seed: 1)
        return try ScalabilityFit(points, resamples: resamples, using: &random)
    }

    private func isClose(_ value: Double, _ expected: Double, within relative: Double) -> Bool {
        abs(value - expected) <= relative * abs(expected)
    }

    @Test("reproduces the published coefficients of SPEC SDM91 within 1 %")
    func published() throws {
        let fit = try Self.fit(Self.specSDM91)
        #expect(isClose(fit.law.contention, 0.0277, within: 0.01))
        #expect(isClose(fit.law.coherency, 0.000104, within: 0.01))
        #expect(isClose(fit.law.throughputOfOne, 90, within: 0.01))
        #expect(isClose(try #require(fit.law.peakWorkers), 96.5, within: 0.01))
        #expect(isClose(try #require(fit.law.greatestThroughput), 1_884, within: 0.01))
        #expect(fit.rSquared > 0.98)
        #expect(fit.peakIsSupported)
        #expect(fit.cautions.isEmpty)
    }

    @Test(
        "finds the coefficients of exact figures, wherever they lie", arguments: [0, 0.001, 0.05, 0.3, 0.9],
        [
            0, 1e-6, 1e-3, 0.02,
        ])
    func exact(_ contention: Double, _ coherency: Double) throws {
        let truth = ScalabilityLaw(throughputOfOne: 12_345, contention: contention, coherency: coherency)
        let points = [1.0, 2, 3, 4, 6, 8, 12, 16].map {
            ScalabilityPoint(workers: $0, throughputs: [truth.throughput(at: $0)])
        }
        let fit = try Self.fit(points, resamples: 2)
        #expect(abs(fit.law.contention - contention) < 1e-5)
        #expect(abs(fit.law.coherency - coherency) < 1e-6)
        #expect(isClose(fit.law.throughputOfOne, 12_345, within: 1e-5))
    }

    @Test("keeps the bounds where the figures would leave them")
    func bounds() throws {
        // More than linear: no contention can be negative.
        let superlinear = [1.0, 2, 4, 8].map { ScalabilityPoint(workers: $0, throughputs: [100 * $0 * (1 + $0 / 50)]) }
        let fit = try Self.fit(superlinear)
        #expect(fit.law.contention == 0 && fit.law.coherency == 0)
        #expect(isClose(fit.law.throughputOfOne, fit.linear.throughputOfOne, within: 1e-9))
        #expect(fit.cautions.contains(.noPeak(measuredTo: 8)))
        // Falling from the first: the peak is where it begins.
        let falling = [1.0, 2, 4, 8].map { ScalabilityPoint(workers: $0, throughputs: [100 / $0]) }
        let worst = try Self.fit(falling)
        #expect(worst.law.contention < 1 && worst.law.coherency >= 0)
        #expect(try #require(worst.law.peakWorkers) < 2)
    }

    @Test("Amdahl and the straight line are the best of their kind")
    func others() throws {
        let fit = try Self.fit(Self.specSDM91)
        #expect(fit.amdahl.coherency == 0 && fit.amdahl.contention > 0)
        #expect(fit.linear.contention == 0 && fit.linear.coherency == 0)
        let workers = Self.specSDM91.map(\.workers)
        let throughputs = Self.specSDM91.map { $0.throughputs[0] }
        let solver = ScalabilityLeastSquares(workers: workers, shape: .universal)
        #expect(solver.squares(fit.law, throughputs) < solver.squares(fit.amdahl, throughputs))
        #expect(solver.squares(fit.amdahl, throughputs) < solver.squares(fit.linear, throughputs))
        for factor in [0.99, 1.01] {
            var other = fit.amdahl
            other.contention *= factor
            #expect(solver.squares(other, throughputs) >= solver.squares(fit.amdahl, throughputs))
        }
    }

    @Test("refuses what three coefficients cannot be taken from")
    func refusals() {
        #expect(throws: ScalabilityRefusal.tooFewPoints(found: 2)) {
            // The same number of workers twice is one point.
            try Self.fit([1, 2, 2].map { ScalabilityPoint(workers: $0, throughputs: [$0 * 10]) })
        }
        #expect(throws: ScalabilityRefusal.notPositive(workers: 2)) {
            try Self.fit([1, 2, 4].map { ScalabilityPoint(workers: $0, throughputs: [$0 == 2 ? 0 : $0]) })
        }
        #expect("\(ScalabilityRefusal.tooFewPoints(found: 2))".contains("at least 3"))
    }

    @Test("says what it extrapolates")
    func cautions() throws {
        let law = ScalabilityLaw(throughputOfOne: 1_000, contention: 0.05, coherency: 0.000_5)
        func cautions(_ workers: [Double]) throws -> [FitCaution] {
            try Self.fit(workers.map { ScalabilityPoint(workers: $0, throughputs: [law.throughput(at: $0)]) }).cautions
        }
        let few = try cautions([1, 2, 4, 8])
        #expect(few.contains(.fewPoints(count: 4)))
        #expect(few.contains { if case .peakExtrapolated(_, 8) = $0 { true } else { false } })
        let near = try cautions([1, 2, 4, 8, 16, 32])
        #expect(near.count == 1)
        #expect(near.contains { if case .peakNotMeasured(_, 32) = $0 { true } else { false } })
        #expect(try cautions([1, 2, 4, 8, 16, 32, 64]).isEmpty)
        #expect(try cautions([2, 4, 8, 16, 32, 64]) == [.noSingleWorker(least: 2)])
        #expect(try cautions([1, 2, 4]).contains(.noIntervals))
        let scattered = zip([1.0, 2, 3, 4, 5, 6], [10.0, 30, 5, 40, 8, 20])
        let poor = try Self.fit(scattered.map { ScalabilityPoint(workers: $0, throughputs: [$1]) })
        #expect(poor.cautions.contains { if case .poorFit = $0 { true } else { false } })
    }

    @Test("tells how many workers carry a rate")
    func inverse() throws {
        let law = ScalabilityLaw(throughputOfOne: 1_000, contention: 0.05, coherency: 0.001)
        for workers in [1.0, 2.5, 8, 20] {
            let found = try #require(law.workers(carrying: law.throughput(at: workers)))
            #expect(isClose(found, workers, within: 1e-9))
        }
        #expect(law.workers(carrying: try #require(law.greatestThroughput) * 1.001) == nil)
        let amdahl = ScalabilityLaw(throughputOfOne: 1_000, contention: 0.1, coherency: 0)
        #expect(amdahl.workers(carrying: 10_001) == nil)
        #expect(isClose(try #require(amdahl.workers(carrying: 5_263.157_894_736_842)), 10, within: 1e-9))
        #expect(amdahl.greatestThroughput == 10_000 && amdahl.peakWorkers == nil)
        let line = ScalabilityLaw(throughputOfOne: 1_000, contention: 0, coherency: 0)
        #expect(line.workers(carrying: 7_000) == 7 && line.greatestThroughput == nil)
    }

    @Test("the same seed gives the same intervals")
    func repeatable() throws {
        #expect(try Self.fit(Self.specSDM91) == Self.fit(Self.specSDM91))
    }

    /// What is simulated: the counts, the repeats, the noise.
    struct Setting: Sendable, CustomTestStringConvertible {
        let workers: [Double]
        let repeats: Int
        let noise: Double
        let law: ScalabilityLaw
        var testDescription: String { "\(workers.count) counts, \(repeats) repeats, noise \(noise)" }
    }

    private static let settings = [
        Setting(
            workers: [1, 2, 4, 8, 16, 32], repeats: 3, noise: 0.03,
            law: ScalabilityLaw(throughputOfOne: 1_000, contention: 0.03, coherency: 0.001)),
        Setting(
            workers: [1, 2, 3, 4, 6, 8], repeats: 3, noise: 0.02,
            law: ScalabilityLaw(throughputOfOne: 5_000, contention: 0.05, coherency: 0.005)),
        Setting(
            workers: [1, 2, 4, 8, 12, 16, 24, 32], repeats: 1, noise: 0.02,
            law: ScalabilityLaw(throughputOfOne: 100, contention: 0.05, coherency: 0.002)),
    ]

    @Test("95 % intervals hold the known coefficients at their rate", arguments: settings)
    func coverage(_ setting: Setting) throws {
        var random = SplitMix64(seed: 5)
        let count = 60
        var covered = [0, 0, 0, 0, 0]
        for _ in 0..<count {
            let points = setting.workers.map { workers in
                ScalabilityPoint(
                    workers: workers,
                    throughputs: (0..<setting.repeats).map { _ in
                        setting.law.throughput(at: workers) * (1 + setting.noise * random.normal())
                    })
            }
            let fit = try ScalabilityFit(points, resamples: 150, using: &random)
            let found = try #require(fit.uncertainty)
            let peak = try #require(setting.law.peakWorkers)
            let most = try #require(setting.law.greatestThroughput)
            covered[0] += found.contention.contains(setting.law.contention) ? 1 : 0
            covered[1] += found.coherency.contains(setting.law.coherency) ? 1 : 0
            covered[2] += found.peakWorkers.contains(peak) ? 1 : 0
            covered[3] += found.greatestThroughput.contains(most) ? 1 : 0
            covered[4] += found.throughput(at: 8).contains(setting.law.throughput(at: 8)) ? 1 : 0
        }
        // Of 60 intervals that hold at 95 %, fewer than 52 do so once in a hundred times.
        #expect(BinomialDistribution.cumulative(51, trials: Double(count), p: 0.95) < 0.01)
        #expect(covered.allSatisfy { $0 >= 52 }, "\(covered)")
    }

    @Test("intervals are no wider than the noise asks for")
    func width() throws {
        var random = SplitMix64(seed: 9)
        let setting = Self.settings[0]
        let points = setting.workers.map { workers in
            ScalabilityPoint(
                workers: workers,
                throughputs: (0..<5).map { _ in setting.law.throughput(at: workers) * (1 + 0.01 * random.normal()) })
        }
        let found = try #require(try ScalabilityFit(points, resamples: 300, using: &random).uncertainty)
        #expect(found.contention.width < 0.02)
        #expect(found.peakWorkers.width < 4)
    }
}
