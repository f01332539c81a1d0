import ArgumentParser
import Logging

/// The flags of every role that logs.
struct LogOptions: ParsableArguments {
    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: Self.level)
    var logLevel = Logger.Level.info

    @Option(help: "Log to this file too, such as logs/worker.log; one file a process.")
    var logFile: String?

    @Option(help: "Put the log file aside when it is this long, in bytes.")
    var logMaxBytes = 10 << 20

    @Option(help: "How many older log files to keep.")
    var logKeep = 5

    mutating func validate() throws {
        guard logMaxBytes >= 1_024 else { throw ValidationError("--log-max-bytes must be at least 1024") }
        guard logKeep >= 0 else { throw ValidationError("--log-keep must not be negative") }
    }

    private static func level(_ name: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: name.lowercased()) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(name)' is no log level; use one of \(names)")
        }
        return level
    }

    /// A logger to standard error, and to the file where one is named.
    func makeLogger(_ label: String) throws(CommandFailure) -> Logger {
        var handlers: [any LogHandler] = [LineLogHandler(label: label, level: logLevel, sink: StandardErrorSink())]
        if let logFile {
            do {
                let file = try RotatingLogFile(path: logFile, bytesMaximum: logMaxBytes, keep: logKeep)
                handlers.append(LineLogHandler(label: label, level: logLevel, sink: file))
            } catch {
                throw CommandFailure(.cannotWriteReport, error.description)
            }
        }
        return Logger(label: label) { [handlers] _ in MultiplexLogHandler(handlers) }
    }
}
