import Foundation
import Scenarios

/// What takes the place of a scenario's phases where one rate is tried: a constant open loop that warms up and is then
/// measured in stretches of equal length.
///
/// The stretches show how unlike parts of the run are, and so how much its percentiles can be trusted.
struct ProbeLoad: Sendable, Equatable {
    /// The conditions that must hold, as thresholds write them.
    var limits: [String]
    var warmUp: Duration
    /// How long the first run of a probe measures; the second as long again, the third twice as long.
    var measure: Duration
    /// How many runs a probe may take.
    var mostRuns = 3
    /// How long a run waits for what came late.
    var drain: Duration

    private static let mostStretches = 5

    /// How long each run of a probe measures.
    func length(ofRun number: Int) -> Duration { measure * max(1, 1 << (number - 2)) }

    /// The overrides that put the rate in the place of the phases.
    func overrides(ratePerSecond rate: Double, run number: Int) -> [String] {
        let length = length(ofRun: number)
        let count = max(1, min(Self.mostStretches, Int(length.components.seconds)))
        let rate = Self.text(rate)
        var phases =
            warmUp > .zero
            ? ["{name: warm-up, rate: \(rate), for: \(SaturationLoad.text(warmUp)), measure: false}"] : []
        for stretch in 1...count {
            let part = SaturationLoad.text(length / count)
            phases.append("{name: stretch-\(stretch), rate: \(rate), for: \(part)}")
        }
        return [
            "phases=[\(phases.joined(separator: ", "))]", "drain=\(SaturationLoad.text(drain))",
            "thresholds=[\(limits.map { "'\($0)'" }.joined(separator: ", "))]",
        ]
    }

    /// A rate as the language writes it.
    static func text(_ perSecond: Double) -> String {
        perSecond == perSecond.rounded() && perSecond < 1e15 ? "\(Int64(perSecond))/s" : "\(perSecond)/s"
    }

    /// How long a run should wait at its end: long enough for what the latency limits allow, and no longer than the
    /// scenario does, for what an overload leaves behind is of no interest.
    static func drain(_ scenario: Scenario, limits: [Threshold]) -> Duration {
        let longest =
            limits.filter { $0.metric.unit == .nanoseconds }.compactMap { limit -> Double? in
                if case .absolute(let nanoseconds) = limit.bound { nanoseconds } else { nil }
            }.max() ?? 0
        let wanted = Duration.seconds(max(15, min(86_400, longest * 3 / 1e9)))
        return min(scenario.drain, wanted)
    }
}
