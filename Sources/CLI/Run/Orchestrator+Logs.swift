import LoadGenerator
import Logging
import Scenarios

// Runs whose messages are lines of web logs.
extension Orchestrator {
    /// The log that the scenario replays, read through once; nil for any other load.
    func openLog() throws -> RecordedLog? {
        guard scenario.replaysLog, settings.part != .consuming, let file = scenario.logs.file else { return nil }
        do throws(RecordedLog.Failure) {
            let log = try RecordedLog(path: file.path, loops: scenario.logs.loop)
            logger.debug(
                "log opened",
                metadata: ["file": "\(file.name)", "lines": "\(log.facts.lines)", "bytes": "\(log.facts.bytes)"])
            return log
        } catch {
            throw CommandFailure(.badScenario, "logs.file: \(error)")
        }
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
        if scenario.pipeline == .weblogs, scenario.workers.source == .reference, scenario.workers.count > 0,
            scenario.logs.geo == nil
        {
            notes.append("Country and city are null in clean_log: logs.geo names no database of places.")
        }
        return notes
    }
}
