import ArgumentParser
import Foundation
import LoadMetrics
import Reporting

/// `rafale compare`: lays two runs or two sweeps over each other.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Lay two runs or two sweeps over each other: what differs first, then the figures.",
        discussion: """
            EXAMPLES
              rafale compare reports/steady-20260131T120000Z reports/steady-20260201T120000Z
              rafale compare reports/saturate-sweep-… reports/saturate-sweep-… --html reports/compared.html
              rafale compare reports/steady-… reports/steady-… --svg reports/compared.svg

            Machine, program and scenario come first: where they differ, a change may be theirs. Changes have intervals \
            where there are repeats, as in sweeps; of single runs rafale gate tells more.

            Exit code 64 when one of them is no result this program reads, or they are of different kinds.
            """)

    @Argument(help: ArgumentHelp("The folder or file of the first.", valueName: "a"), completion: .directory)
    var first: String

    @Argument(help: ArgumentHelp("The folder or file of the second.", valueName: "b"), completion: .directory)
    var second: String

    @Option(help: ArgumentHelp("Write a page with both distributions laid over each other.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Write the charts as one picture.", valueName: "file"))
    var svg: String?

    @Flag(help: "Print nothing.")
    var quiet = false

    /// A comparison in each of its forms.
    private struct Drawn {
        var text: String
        var page: () -> String
        var card: () -> String
    }

    func run() async throws {
        try await CommandFailure.ending {
            let drawn = try compare(try KeptResult.read(first), try KeptResult.read(second))
            if let html { try TextFile.write(drawn.page(), to: html) }
            if let svg { try TextFile.write(drawn.card(), to: svg) }
            guard !quiet else { return }
            print(drawn.text, terminator: "")
            if let html { print("page: \(html)") }
            if let svg { print("picture: \(svg)") }
        }
    }

    private func compare(_ one: KeptResult, _ other: KeptResult) throws(CommandFailure) -> Drawn {
        let labels = (first: Self.label(first), second: Self.label(second))
        switch (one, other) {
        case (.run(let one), .run(let other)):
            let comparison = RunComparison(one, other, labels: labels)
            return Drawn(
                text: ComparisonSummary.text(of: comparison, colour: Terminal.wantsColour),
                page: { ComparisonPage.html(of: comparison) }, card: { ComparisonCard.svg(of: comparison) })
        case (.sweep(let one), .sweep(let other)):
            let comparison = SweepComparison(one, other, labels: labels)
            return Drawn(
                text: ComparisonSummary.text(of: comparison, colour: Terminal.wantsColour),
                page: { ComparisonPage.html(of: comparison) }, card: { ComparisonCard.svg(of: comparison) })
        default:
            let kinds = "\(first) is \(one.title), \(second) is \(other.title)"
            throw CommandFailure(.usage, "\(kinds): give two runs or two sweeps")
        }
    }

    /// A folder by its own name, as reports call it.
    private static func label(_ path: String) -> String {
        let parts = path.split(separator: "/")
        guard let last = parts.last else { return path }
        return last.hasSuffix(".json") && parts.count > 1 ? String(parts[parts.count - 2]) : String(last)
    }
}

/// A file of the user's choice, which may be a pipe or a device.
enum TextFile {
    static func write(_ text: String, to path: String) throws(CommandFailure) {
        do {
            try FileManager.default.createDirectory(
                at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(.cannotWriteReport, "cannot write \(path): \(error.localizedDescription)")
        }
    }
}
