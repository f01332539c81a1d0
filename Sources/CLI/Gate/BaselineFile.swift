import Foundation
import LoadMetrics

/// A committed baseline on the disk.
enum BaselineFile {
    /// Where a scenario's baseline is kept when nobody says otherwise.
    static func path(scenario: String) -> String { "reports/baselines/\(scenario).json" }

    static func read(_ path: String) throws(CommandFailure) -> GateBaseline {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            let reason =
                FileManager.default.fileExists(atPath: path)
                ? "it cannot be read" : "there is no such file; write one with --write-baseline"
            throw CommandFailure(.usage, "\(path): \(reason)")
        }
        do throws(DocumentError) {
            return try GateBaseline(json: bytes)
        } catch {
            throw CommandFailure(.usage, "\(path): \(error); write it anew with --write-baseline")
        }
    }

    static func write(_ baseline: GateBaseline, to path: String) throws(CommandFailure) {
        let file = URL(fileURLWithPath: path)
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(baseline.json()).write(to: file, options: .atomic)
        } catch {
            throw CommandFailure(
                .cannotWriteReport,
                "cannot write the baseline to \(path): \(error.localizedDescription); name another file with --baseline"
            )
        }
    }
}

extension GateBaseline {
    /// Why runs of this scenario here cannot be held against it, one sentence each; none where they can.
    ///
    /// `measure` is what `--measure` was given: another length of the phases is another load.
    func refusals(
        effectiveScenario: String, measure: String? = nil, machine: MachineFacts, acceptsOtherMachine: Bool
    ) -> (problems: [String], notes: [String]) {
        var problems: [String] = []
        var notes: [String] = []
        if resultVersion != RunResult.schemaVersion {
            problems.append(
                "The baseline's figures are of results of version \(resultVersion), this program's of version "
                    + "\(RunResult.schemaVersion): write the baseline anew with --write-baseline.")
        }
        if let line = Self.firstDifference(effectiveScenario, self.effectiveScenario) {
            let other = self.measure.map { " with --measure \($0)" } ?? ", without --measure or with another"
            let length = measure == self.measure ? "" : other
            problems.append(
                "The baseline is of another load: \(line); take the same scenario and --set\(length), or write it anew "
                    + "with --write-baseline.")
        }
        let differences = machine.differences(from: self.machine).map {
            "\($0.fact) \($0.here), not \($0.there)"
        }
        if !differences.isEmpty {
            let words = "The baseline was measured on another machine (\(differences.joined(separator: "; ")))"
            if acceptsOtherMachine {
                notes.append(words + ", which was accepted.")
            } else {
                problems.append(
                    words + ": write one here with --write-baseline, compare with --against, or --accept-other-machine."
                )
            }
        }
        return (problems, notes)
    }

    private static func firstDifference(_ now: String, _ then: String) -> String? {
        guard now != then else { return nil }
        func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }
        for (line, earlier) in zip(lines(now), lines(then)) where line != earlier {
            return "'\(line.trimmingCharacters(in: .whitespaces))' now, "
                + "'\(earlier.trimmingCharacters(in: .whitespaces))' then"
        }
        return "\(lines(now).count) keys now, \(lines(then).count) then"
    }
}
