import ArgumentParser
import Foundation
import LoadMetrics
import Reporting

/// `rafale report`: draws the reports of finished runs again, or merges runs into one.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Draw the reports of finished runs and campaigns again from their results.",
        discussion: """
            Writes report.html, report.svg, summary.txt, series.csv and histograms/*.hgrm beside each result.json and \
            prints the summary. Of a sweep, a capacity search or a gate it draws the report of the whole campaign, from \
            its sweep.json, capacity.json or gate.json.

            EXAMPLES
              rafale report reports/burst-20260131T120000Z
              rafale report reports/burst-* --quiet
              rafale report reports/steady-sweep-20260131T120000Z
              rafale report reports/burst-* --merge reports/burst-all

            --merge writes one report of all the runs together into a folder of its own: their counts and histograms \
            add up, runs at the same time are added second by second, runs one after another are laid end to end.

            Exit code 64 when a folder holds no result this program reads, 73 when a report cannot be written.
            """)

    @Argument(
        help: ArgumentHelp("Folders of runs and campaigns, or their result files.", valueName: "dir"),
        completion: .directory)
    var folders: [String]

    @Option(help: ArgumentHelp("Merge all runs into one result in this folder.", valueName: "out"))
    var merge: String?

    @Flag(help: "Print the result as JSON instead of the summary.")
    var json = false

    @Flag(help: "Print nothing.")
    var quiet = false

    func run() async throws {
        try await CommandFailure.ending {
            guard let merge else {
                for path in folders { try redraw(path) }
                return
            }
            let results = try folders.map { (folder: try Self.folder(of: $0), result: try Self.result(at: $0)) }
            if results.contains(where: { Self.isSame($0.folder, merge) }) {
                throw CommandFailure(.usage, "--merge \(merge) would overwrite one of the runs: name another folder")
            }
            let merged = try RunResult.merged(results.map(\.result))
            try ReportWriter(folder: merge).write(merged)
            try show(merged, merge)
        }
    }

    /// Draws what is kept in a folder, whichever of ours it is.
    private func redraw(_ path: String) throws {
        let file = try KeptResult.file(of: path)
        guard !file.hasSuffix(ReportWriter.resultName) else {
            let (folder, result) = (try Self.folder(of: path), try Self.result(at: path))
            try ReportWriter(folder: folder).writeReports(result)
            return try show(result, folder)
        }
        let folder = file.contains("/") ? String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]) : "."
        let writer = ReportWriter(folder: folder)
        let colour = Terminal.wantsColour
        switch try KeptResult.read(file) {
        case .run(let result):
            try writer.writeReports(result)
            try show(result, folder)
        case .sweep(let result):
            try writer.writeReports(result)
            try show(folder, json: { try result.json() }, text: { SweepSummary.text(of: result, colour: colour) })
        case .capacity(let result):
            try writer.writeReports(result)
            try show(folder, json: { try result.json() }, text: { CapacitySummary.text(of: result, colour: colour) })
        case .gate(let result):
            try writer.writeReports(result)
            try show(folder, json: { try result.json() }, text: { GateSummary.text(of: result, colour: colour) })
        }
    }

    private func show(_ result: RunResult, _ folder: String) throws {
        try show(
            folder, json: { try result.json() },
            text: { TerminalSummary.text(of: result, colour: Terminal.wantsColour) })
    }

    private func show(_ folder: String, json bytes: () throws -> [UInt8], text: () -> String) throws {
        guard !quiet else { return }
        if json {
            FileHandle.standardOutput.write(Data(try bytes()))
        } else {
            print(text())
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
}

/// What the terminal can and its owner wants.
enum Terminal {
    /// Whether standard output is a terminal that shows colours and nobody said no (https://no-color.org).
    static var wantsColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        return isatty(STDOUT_FILENO) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
