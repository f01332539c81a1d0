import LoadGenerator
import Logging
import Scenarios

// Runs whose messages are lines of web logs.
extension Orchestrator {
    /// The log that the scenario replays, read through once; nil for any other load.
    func openLog() throws -> RecordedLog? {
        guard scenario.replaysLog, settings.part != .consuming, let file = scenario.logs.file else { return nil }
        let log: RecordedLog
        do throws(RecordedLog.Failure) {
            log = try RecordedLog(path: file.path, loops: scenario.logs.loop)
        } catch {
            throw CommandFailure(.badScenario, "logs.file: \(error)")
        }
        try check(log.times)
        logger.debug(
            "log opened",
            metadata: ["file": "\(file.name)", "lines": "\(log.facts.lines)", "bytes": "\(log.facts.bytes)"])
        return log
    }

    /// The longest replay.
    private static let longestReplay = Duration.seconds(366 * 86_400)

    /// Whether the lines' own times can be waited for, where nothing else ends their phase.
    private func check(_ times: RecordedTimes) throws(CommandFailure) {
        let isWhole = scenario.phases.contains { phase in
            if case .count = phase.end { phase.rate == .original } else { false }
        }
        let speed = scenario.logs.speed
        guard isWhole, let line = times.firstLine(later: Self.longestReplay.seconds * speed) else { return }
        if speed < 1 {
            throw CommandFailure(
                .badScenario, "logs.speed: line \(line + 1) would come more than a year after the first one; raise it")
        }
        throw CommandFailure(
            .badScenario,
            "logs.file: line \(line + 1) comes more than a year after the first one; correct its date, raise "
                + "logs.speed, or end the phase with 'for'")
    }

    /// What a worker of a branch is told about lines besides its queues.
    func logArguments(_ branch: Scenario.Branch) -> [String] {
        guard branch.workerPipeline == WorkerPipeline.dataClean.rawValue else { return [] }
        var arguments: [String] = []
        if let geo = scenario.logs.geo { arguments += ["--geo", geo.path] }
        if scenario.logs.csv { arguments += ["--csv", folder.csvFile] }
        return arguments
    }

    /// What a reader must know of the lines that were sent, and of what could not be told of them.
    func logNotes(_ log: RecordedLog?) -> [String] {
        var notes: [String] = []
        if let log, let file = scenario.logs.file {
            notes.append(
                "Replayed \(file.name): \(log.facts.lines) lines\(scenario.logs.loop ? ", again and again" : "").")
            if scenario.phases.contains(where: { $0.rate == .original }) {
                notes.append(
                    "Its lines came at their own times, those of one second spread evenly over it"
                        + "\(log.facts.untimed + log.facts.outOfOrder == 0 ? "" : "; \(log.facts.untimed) without a time and \(log.facts.outOfOrder) out of order took that of the line before")."
                )
            }
            if log.missingLines > 0 {
                notes.append(
                    "\(log.missingLines) lines were gone from the file when they were to be sent, and sent empty.")
            }
        }
        if scenario.pipeline == .weblogs, startsReferenceWorkers, scenario.logs.geo == nil {
            notes.append("Country and city are null in clean_log: logs.geo names no database of places.")
        }
        return notes
    }
}
