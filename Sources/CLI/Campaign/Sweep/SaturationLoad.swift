import Foundation
import Scenarios

/// What takes the place of a scenario's phases where its limit is looked for: a closed loop that warms up and is then
/// measured; mix, text, topology and everything else stay.
struct SaturationLoad: Sendable, Equatable {
    /// Messages in flight.
    var window: Int
    /// When a message leaves the window.
    var release: Scenario.Saturation.Release
    var warmUp: Duration
    var measure: Duration
    /// The conditions that keep their meaning in a closed loop, as the scenario writes them.
    var kept: [String]
    /// Those that do not.
    var dropped: [String]

    /// The least window: what the shipped scenarios take for two workers.
    static let leastWindow = 2_000

    /// The load for a scenario, with a window large enough for each of these forms of it.
    init(_ scenario: Scenario, points: [Scenario], warmUp: Duration, measure: Duration) {
        self.warmUp = warmUp
        self.measure = measure
        window = min(1_000_000, points.map(Self.window).max() ?? Self.leastWindow)
        release = points.allSatisfy(Self.hasOutcomes) ? .processed : .confirmed
        // What was lost or failed is as wrong here as there; latencies and rates are those of another load.
        let keeps: Set<Metric> = [.lost, .failed, .duplicated, .returned, .nacked, .unconfirmed, .storeMismatches]
        kept = scenario.thresholds.filter { keeps.contains($0.metric) && $0.phase == nil }.map(\.text)
        dropped = scenario.thresholds.filter { !keeps.contains($0.metric) || $0.phase != nil }.map(\.description)
    }

    /// The overrides that put it in the place of the phases.
    var overrides: [String] {
        let loop = "{saturate: {window: \(window), until: \(release.rawValue)}}"
        let warm = "{name: warm-up, rate: \(loop), for: \(Self.text(warmUp)), measure: false}"
        let full = "{name: full, rate: \(loop), for: \(Self.text(measure))}"
        return [
            "arrivals=uniform", "phases=[\(warmUp > .zero ? warm + ", " : "")\(full)]",
            "thresholds=[\(kept.map { "'\($0)'" }.joined(separator: ", "))]",
        ]
    }

    /// A duration as the language writes it.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return attoseconds == 0 ? "\(seconds)s" : "\(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)ms"
    }

    /// Messages in flight that leave no worker or consumer without work.
    ///
    /// A worker has up to its prefetch at hand (more than four batches do not help it), and two batches are on their way
    /// back and out again.
    static func window(_ scenario: Scenario) -> Int {
        let needed: Int
        if scenario.target == .churn {
            needed = scenario.load.connections * scenario.load.channels * max(1, scenario.load.confirmWindow)
            return min(max(1, needed), leastWindow)
        } else if let consumers = scenario.consumers {
            let prefetch = consumers.prefetch == 0 ? 1_000 : min(consumers.prefetch, 1_000)
            needed = consumers.connections * consumers.channels * prefetch * 2
        } else {
            let workers = scenario.workers
            let each = min(workers.prefetch, 4 * workers.batch) + 2 * workers.batch + 100 * (workers.lanes - 1)
            needed = workers.count * each
        }
        return max(needed, leastWindow)
    }

    private static func hasOutcomes(_ scenario: Scenario) -> Bool {
        scenario.target != .broker || scenario.consumers != nil || scenario.workers.source != .reference
            || scenario.workers.count > 0
    }
}
