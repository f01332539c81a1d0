import CKernel
import Drivers
import Foundation
import LoadGenerator
import LoadMetrics
import Scenarios

extension Orchestrator {
    /// The workers of the run that are a program of the user's own; nil where it has none.
    func ownWorkers(_ run: RunID, uris: [String]) -> OwnWorkers? {
        guard scenario.target == .broker, settings.startsWorkers, let command = scenario.workers.command else {
            return nil
        }
        return OwnWorkers(
            scenario: scenario, command: command, folder: folder,
            scenarioFolder: URL(fileURLWithPath: file.path).deletingLastPathComponent().path, run: run, uris: uris)
    }

    /// Starts them and waits until they consume.
    func startOwnWorkers(
        _ load: LoadRun, _ driver: any LoadDriver, uris: [String], _ processes: inout Processes, _ pinning: CorePinning
    ) async throws {
        guard let workers = ownWorkers(load.run, uris: uris) else { return }
        // Should a supervisor be killed, what it kept falls to this process, which ends it: see `killOrphans`.
        _ = ckernel_become_subreaper()
        let own = try workers.processes(cores: pinning.coresToStart(.worker))
        for process in own {
            try process.start()
            processes.workers.append(process)
        }
        for process in own { _ = try await process.waitUntilReady(within: Self.readyLimit) }
        try await workers.waitUntilReady(own, isInterrupted: { load.isInterrupted }) { () async throws(DriverError) in
            try await driver.consumerCount()
        }
    }
}

extension Orchestrator.Processes {
    /// Ends what a supervisor that was killed has left behind: every process below this one that the run does not know.
    func killOrphans() async {
        guard workers.contains(where: \.isSupervisor) else { return }
        let known = all.compactMap(\.pid)
        let kept = Set(known + known.flatMap(ProcessTree.descendants))
        for _ in 0..<50 {
            let orphans = ProcessTree.descendants(of: getpid()).filter { !kept.contains($0) && ProcessTree.isAlive($0) }
            if orphans.isEmpty { return }
            for orphan in orphans { kill(orphan, SIGKILL) }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The part of the messages that one of the workers is taken to have worked off, where nobody counts: an even share
    /// of those of its branch.
    func share(of worker: String, ofBranches messages: [UInt64]) -> UInt64 {
        guard let index = workers.firstIndex(where: { $0.name == worker }), !messages.isEmpty else { return 0 }
        let count = max(1, workers.count / messages.count)
        let ofBranch = messages[min(index / count, messages.count - 1)]
        return ofBranch / UInt64(count) + (UInt64(index % count) < ofBranch % UInt64(count) ? 1 : 0)
    }
}
