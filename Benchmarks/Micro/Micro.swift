// Micro: single steps of the hot paths, each a thousand times a measurement.
//
// Gated is what they allocate, which is the same on every machine (Benchmarks/Thresholds); the time is shown on demand
// only, and never gates:
//
//   make bench-micro                      compare with the thresholds
//   make bench-micro METRIC=wallClock     how long they take
//   make bench-micro UPDATE=1             write the thresholds anew

import Benchmark

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.allocatedBytes], warmupIterations: 3, maxDuration: .milliseconds(500), maxIterations: 200)
    wireBenchmarks()
    routingBenchmarks()
    generatorBenchmarks()
    analysisBenchmarks()
    webLogBenchmarks()
}
