import Foundation
import LoadMetrics
import Reporting
import Scenarios

/// A chaos campaign: runs one after the other, each drawn by chance, and the table of what they cost.
struct Chaos: Sendable {
    let seed: UInt64
    /// The numbers of the runs.
    let numbers: [Int]
    let surroundings: ChaosDraw.Surroundings
    /// The broker's address; nil for the embedded one.
    let broker: String?
    let folder: CampaignFolder
    let progress: CampaignProgress
    let interruption = CampaignInterruption()

    /// A run that lasts longer hangs.
    private static let limit = Duration.seconds(240)

    /// Runs all of them.
    func run() async throws -> ChaosResult {
        let startedAt = Date()
        let launcher = RunLauncher(binary: Orchestrator.executable, folder: folder, interruption: interruption)
        let progress = progress
        var result = ChaosResult(seed: seed, startedAt: startedAt)
        try await interruption.whileWatching(say: { progress.say($0) }) {
            for (position, number) in numbers.enumerated() where !interruption.isAsked {
                let draw = ChaosDraw(campaign: seed, number: number, surroundings)
                progress.show("run \(position + 1) of \(numbers.count): \(draw.faults.joined(separator: " "))")
                guard let (run, facts) = try await run(draw, launcher) else { break }
                result.runs.append(run)
                result.broker = result.broker ?? facts
                if run.verdict != .ok { progress.say("run \(number): \(run.reason ?? run.verdict.rawValue)") }
                // What is known is kept, should the machine go down.
                try folder.write(result, as: ChaosResult.fileName)
            }
        }
        progress.clear()
        result.interrupted = interruption.isAsked
        try folder.write(result, as: ChaosResult.fileName)
        try Data(ChaosSummary.text(of: result).utf8)
            .write(to: URL(fileURLWithPath: "\(folder.path)/summary.txt"), options: .atomic)
        return result
    }

    /// One run; nil where somebody ended the campaign meanwhile.
    private func run(_ draw: ChaosDraw, _ launcher: RunLauncher) async throws -> (ChaosRun, SystemFacts?)? {
        let file = "\(folder.path)/\(draw.name).yaml"
        do {
            try draw.scenario(surroundings).write(toFile: file, atomically: true, encoding: .utf8)
        } catch {
            throw CommandFailure(.cannotWriteReport, "cannot write \(file): \(error.localizedDescription)")
        }
        // What the shell has for them is not meant.
        let environment = ["STORE": draw.store.url, "BROKER": broker ?? "embedded"]
        do throws(LaunchError) {
            let finished = try await launcher.run(
                .init(
                    scenario: file, overrides: [], environment: environment, name: draw.name, limit: Self.limit))
            // The scenario goes with what came of it.
            try? FileManager.default.moveItem(
                atPath: file, toPath: "\(folder.path)/\(finished.folder)/\(draw.name).yaml")
            let run = ChaosRun(
                number: draw.number, seed: draw.seed, pipeline: draw.pipeline, store: draw.store.name,
                folder: finished.folder, result: finished.result)
            return (run, finished.result.broker)
        } catch {
            if case .interrupted = error { return nil }
            // What is there of it says what held it up.
            try? FileManager.default.moveItem(
                atPath: "\(folder.runs)/.next", toPath: "\(folder.runs)/\(draw.name)-broken")
            await raise(draw)
            let run = ChaosRun(
                number: draw.number, seed: draw.seed, pipeline: draw.pipeline, store: draw.store.name,
                faults: draw.faults, brokenBy: error.description)
            return (run, nil)
        }
    }

    /// Brings servers back that a run which came to no good end may have left away or frozen.
    private func raise(_ draw: ChaosDraw) async {
        for control in [surroundings.brokerControl, draw.store.control].compactMap(\.self) {
            guard let words = try? Scenario.ServerControl(command: control) else { continue }
            let server = ServerControls(
                control: words, folder: folder.path, logPath: "\(folder.path)/control.log", port: nil)
            // One that is not frozen refuses to go on, and one that runs is up already.
            try? await server.run(.resume)
            try? await server.run(.up)
        }
    }
}
