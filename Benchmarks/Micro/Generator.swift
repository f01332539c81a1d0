import Benchmark
import LoadGenerator
import LoadMetrics

/// What the generator does for each message besides writing it.
func generatorBenchmarks() {
    var histogram = LatencyHistogram()
    var nanoseconds: Int64 = 1
    measure("histogram") {
        nanoseconds = (nanoseconds &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407) & 0x3FFF_FFFF
        histogram.record(nanoseconds)
    }

    let ledger = Ledger()
    var sequence: UInt64 = 0
    measure("ledger") {
        sequence += 1
        return ledger.add(.published, to: sequence & 0xFFFF)
    }

    for (name, spacing) in [("uniform", ArrivalSequence.Spacing.uniform), ("poisson", .poisson)] {
        let phase = ArrivalSequence.Phase(curve: .constant(50_000), end: .count(1 << 40))
        var arrivals = ArrivalSequence(phases: [phase], spacing: spacing, seed: 1)
        measure("arrivals-\(name)") { arrivals.next() }
    }

    var planner = MessagePlanner(
        kinds: [
            .init(weight: 3, templates: 0..<256, deletes: false, updates: true),
            .init(weight: 1, templates: 256..<260, deletes: true, updates: false),
        ], seed: 1)
    measure("plan") { planner.next() }
}
