import Foundation
import LoadMetrics
import Scenarios

/// Tries rates at one point of a campaign: as many runs at each as it takes to know, within bounds.
struct ProbeRunner: Sendable {
    /// A probe that was made.
    struct Made: Sendable {
        var probe: CapacityProbe
        var result: RunResult
    }

    let campaign: Campaign
    let load: ProbeLoad
    /// What the load's limits mean.
    let limits: [Threshold]
    /// What makes the point: cores and the values of keys.
    let overrides: [String]
    /// Begins the names of its runs.
    let name: String
    let lanesPerWorker: Int?
    /// Says what is being done.
    let tell: @Sendable (String) -> Void

    /// Tries a rate; nil when the campaign was ended meanwhile.
    func probe(ratePerSecond rate: Double, number: Int) async throws -> Made? {
        let judge = ProbeJudge(ratePerSecond: rate, limits: limits)
        var runs: [(folder: String, result: RunResult)] = []
        while true {
            let part = runs.count + 1
            let again = part > 1 ? ", again because it was not clear" : ""
            let finished = try await run(
                overrides + load.overrides(ratePerSecond: rate, run: part),
                name: "\(name)-\(Self.padded(number))-\(SweepPlan.plain(ProbeLoad.text(rate)))-\(part)",
                loading: load.warmUp + load.length(ofRun: part),
                words: "probe \(number): \(ProbeLoad.text(rate))\(again)")
            guard let finished else { return nil }
            runs.append((finished.folder, finished.result))
            guard let probe = judge.probe(runs, lanesPerWorker: lanesPerWorker) else { return nil }
            if probe.verdict != .unclear || runs.count >= load.mostRuns {
                return Made(probe: probe, result: finished.result)
            }
        }
    }

    /// What a closed loop carries here: a first guess for the search; nil when the campaign was ended meanwhile.
    func saturate(_ saturation: SaturationLoad) async throws -> RunLauncher.Finished? {
        return try await run(
            overrides + saturation.overrides, name: "\(name)-00-saturate",
            loading: saturation.warmUp + saturation.measure, words: "a closed loop for a first guess")
    }

    private func run(
        _ overrides: [String], name: String, loading: Duration, words: String
    ) async throws -> RunLauncher.Finished? {
        do throws(LaunchError) {
            let finished = try await campaign.run(
                overrides, name: name, limit: campaign.limit(loading: loading), tell: { tell(words) })
            return finished.result.run.interrupted ? nil : finished
        } catch {
            if case .interrupted = error { return nil }
            throw CommandFailure(
                error.status, "\(error); what was measured is kept, \(campaign.resuming)")
        }
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
