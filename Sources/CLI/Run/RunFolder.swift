import Foundation

/// The folder that a run leaves behind: `reports/burst-20261121T024849Z/`.
struct RunFolder: Sendable {
    let path: String

    /// Creates the folder below `parent`, with a number behind its name where two runs start in one second.
    init(parent: String, name: String, startedAt: Date) throws(CommandFailure) {
        path = try Self.make(parent: parent, name: name, startedAt: startedAt)
        do {
            try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: false)
        } catch {
            throw CommandFailure(.cannotWriteReport, "cannot create \(logs): \(Self.reason(error))")
        }
    }

    /// Creates an empty folder below `parent` that bears the name and the time; returns its path.
    static func make(parent: String, name: String, startedAt: Date) throws(CommandFailure) -> String {
        let stamp = startedAt.formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, timeZone: .gmt))
        do {
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                .cannotWriteReport,
                "cannot create the folder \(parent) for reports: \(Self.reason(error)); name another with --out")
        }
        var number = 1
        while true {
            let path = "\(parent)/\(name)-\(stamp)" + (number > 1 ? "-\(number)" : "")
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                return path
            } catch CocoaError.fileWriteFileExists where number < 100 {
                number += 1
            } catch {
                throw CommandFailure(
                    .cannotWriteReport,
                    "cannot create the report folder \(path): \(Self.reason(error)); name another with --out")
            }
        }
    }

    /// Logs and statistics of the child processes.
    var logs: String { "\(path)/logs" }

    func log(of role: String) -> String { "\(logs)/\(role).log" }
    func statistics(of role: String) -> String { "\(logs)/\(role).stats.jsonl" }
    var storeFile: String { "\(path)/store.sqlite" }
    /// The seconds of a run under way.
    var seriesFile: String { "\(path)/series.jsonl" }
    var csvFile: String { "\(path)/parsed_data.csv" }

    /// What the system said, without Foundation's wrapping.
    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return underlying.map { String(cString: strerror(Int32($0.code))) } ?? error.localizedDescription
    }
}

extension RunFolder {
    /// Takes the folder of a run that never began away again, unless a child's log in it says why.
    func removeIfEmptyOfResults() {
        let logs = (try? FileManager.default.contentsOfDirectory(atPath: logs)) ?? []
        if logs.isEmpty { try? FileManager.default.removeItem(atPath: path) }
    }
}
