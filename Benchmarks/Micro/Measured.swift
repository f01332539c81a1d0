import Benchmark
import LoadMetrics

extension BenchmarkMetric {
    /// Bytes that the measured thread allocated in a thousand operations, exactly: what `make bench-micro` gates.
    static let allocatedBytes = BenchmarkMetric.custom("allocated bytes", useScalingFactor: false)
}

/// Measures an operation, a thousand times in turn.
///
/// - Parameters:
///   - name: A word: the thresholds' file is named after it.
///   - operation: One operation; its result is kept from being optimised away.
func measure<Result>(_ name: String, _ operation: @escaping () throws -> Result) {
    Benchmark(name) { benchmark in
        let before = Allocator.threadAllocatedBytes()
        for _ in 0..<1000 { blackHole(try operation()) }
        benchmark.measurement(.allocatedBytes, Int(Allocator.threadAllocatedBytes() - before))
    }
}
