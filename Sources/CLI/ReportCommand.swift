import ArgumentParser
import Foundation
import LoadMetrics
import Reporting

/// `rafale report`: draws the reports of finished runs again, or merges runs into one.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Draw the reports of finished runs again from their result.json.",
        discussion: """
            Writes report.html, report.svg, summary.txt, series.csv and histograms/*.hgrm beside each result.json and \
            prints the summary.

            EXAMPLES
              rafale report reports/burst-20260131T120000Z
              rafale report reports/burst-* --quiet
              rafale report reports/burst-* --merge reports/burst-all

            --merge writes one report of all the runs together into a folder of its own: their counts and histograms \
            add up, runs at the same time are added second by second, runs one after another are laid end to end.

            Exit code 64 when a folder holds no result this program reads, 73 when a report cannot be written.
            """)

    @Argument(
        help: ArgumentHelp("Folders of runs, or their result.json files.", valueName: "dir"), completion: .directory)
    var folders: [String]

    @Option(help: ArgumentHelp("Merge all runs into one result in this folder.", valueName: "out"))
    var merge: String?

    @Flag(help: "Print the result as JSON instead of the summary.")
    var json = false

    @Flag(help: "Print nothing.")
    var quiet = false

    func run() async throws {
        do {
            let results = try folders.map { (folder: try Self.folder(of: $0), result: try Self.result(at: $0)) }
            guard let merge else {
                for (folder, result) in results {
                    try ReportWriter(folder: folder).writeReports(result)
                    try show(result, folder)
                }
                return
            }
            if results.contains(where: { Self.isSame($0.folder, merge) }) {
                throw CommandFailure(.usage, "--merge \(merge) would overwrite one of the runs: name another folder")
            }
            let merged = try RunResult.merged(results.map(\.result))
            try ReportWriter(folder: merge).write(merged)
            try show(merged, merge)
        } catch let error as ReportWriteError {
            throw Self.failed(.cannotWriteReport, error.description)
        } catch let error as MergeError {
            throw Self.failed(.usage, error.description)
        } catch let error as CommandFailure {
            throw Self.failed(error.status, error.description)
        }
    }

    private func show(_ result: RunResult, _ folder: String) throws {
        guard !quiet else { return }
        if json {
            FileHandle.standardOutput.write(Data(try result.json()))
        } else {
            print(TerminalSummary.text(of: result, colour: Terminal.wantsColour))
            print("report: \(folder)/report.html")
        }
    }

    /// The folder of a run, given by itself or by its result file.
    static func folder(of path: String) throws -> String {
        guard path.hasSuffix("/" + ReportWriter.resultName) || path == ReportWriter.resultName else {
            return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        let folder = path.dropLast(ReportWriter.resultName.count + 1)
        return folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : String(folder)
    }

    /// The result of a run; what is wrong with it is one line that names the file.
    static func result(at path: String) throws -> RunResult {
        let file = try folder(of: path) + "/" + ReportWriter.resultName
        guard let bytes = FileManager.default.contents(atPath: file) else {
            let reason =
                FileManager.default.fileExists(atPath: file)
                ? "it cannot be read" : "there is no such file; give a folder that `rafale run` wrote"
            throw CommandFailure(.usage, "\(file): \(reason)")
        }
        do throws(RunResultError) {
            return try RunResult(json: bytes)
        } catch {
            throw CommandFailure(.usage, "\(file): \(error)")
        }
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        URL(fileURLWithPath: one).standardizedFileURL.resolvingSymlinksInPath().path
            == URL(fileURLWithPath: other).standardizedFileURL.resolvingSymlinksInPath().path
    }

    private static func failed(_ status: ExitStatus, _ description: String) -> ExitCode {
        FileHandle.standardError.write(Data("rafale: \(description)\n".utf8))
        return status.code
    }
}

/// What the terminal can and its owner wants.
enum Terminal {
    /// Whether standard output is a terminal that shows colours and nobody said no (https://no-color.org).
    static var wantsColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
