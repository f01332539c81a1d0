import ArgumentParser
import Foundation
import LoadMetrics
import Reporting

/// `rafale runs`: lists the runs and campaigns of a folder, or draws the trend of a metric over runs.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List the runs and campaigns that were kept, or draw a metric's trend over runs with its changes.",
        discussion: """
            EXAMPLES
              rafale runs
              rafale runs --scenario steady --trend
              rafale runs --scenario steady --trend --metric end_to_end.p99 --html reports/trend.html

            Sweeps, capacity searches and gates are listed with their main figure, not with each of their runs.

            A trend joins the runs of one load on one machine, those like the latest run; others are drawn apart. \
            Changes are found by E-divisive with a permutation test. INVALID runs do not count.
            """)

    @Argument(help: "The folder with the runs' folders.", completion: .directory)
    var folder = "reports"

    @Option(help: ArgumentHelp("Only runs and campaigns of this scenario.", valueName: "name"))
    var scenario: String?

    @Flag(help: "Draw the trend of a metric over the runs of a scenario.")
    var trend = false

    @Option(help: ArgumentHelp("What the trend is of: \(MetricList.grammar).", valueName: "name"))
    var metric = "throughput"

    @Option(help: ArgumentHelp("Write the trend as a page.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Write the trend as a picture.", valueName: "file"))
    var svg: String?

    @Flag(help: "Print the list as JSON.")
    var json = false

    func validate() throws {
        guard RunMetric(name: metric) != nil else {
            throw ValidationError("--metric '\(metric)' is none; write \(MetricList.grammar).")
        }
        if !trend, html != nil || svg != nil { throw ValidationError("--html and --svg are for --trend.") }
    }

    func run() async throws {
        try await CommandFailure.ending {
            let metric = RunMetric(name: self.metric) ?? RunMetric(.throughput)
            var history = try Self.history(of: folder, more: [metric])
            if let scenario {
                let known = Set(history.scenarios + history.campaigns.map(\.scenario))
                guard known.contains(scenario) else {
                    throw CommandFailure(
                        .usage,
                        "\(folder) holds no run of '\(scenario)'; there are runs of \(known.sorted().joined(separator: ", "))"
                    )
                }
                history = history.of(scenario: scenario)
            }
            if trend {
                try show(trendOf: history, metric)
            } else if json {
                FileHandle.standardOutput.write(Data(try history.json()))
            } else {
                print(HistoryText.list(of: history, colour: Terminal.wantsColour), terminator: "")
            }
        }
    }

    private func show(trendOf history: RunHistory, _ metric: RunMetric) throws(CommandFailure) {
        guard let name = history.scenarios.first else { throw CommandFailure(.usage, "\(folder) holds no runs") }
        guard history.scenarios.count == 1 else {
            throw CommandFailure(
                .usage,
                "a trend is of one scenario: name one with --scenario (\(history.scenarios.joined(separator: ", ")))")
        }
        let trend = RunTrend(of: history, scenario: name, metric: metric)
        print(HistoryText.trend(trend, colour: Terminal.wantsColour), terminator: "")
        if let html {
            try TextFile.write(TrendReport.html(of: trend), to: html)
            print("page: \(html)")
        }
        if let svg {
            try TextFile.write(TrendReport.svg(of: trend), to: svg)
            print("picture: \(svg)")
        }
    }

    /// The runs and campaigns whose folders lie in a folder; the runs of campaigns are parts of their campaign.
    static func history(of folder: String, more: [RunMetric]) throws(CommandFailure) -> RunHistory {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw CommandFailure(.usage, "\(folder): there is no such folder; name the one that --out was given")
        }
        var runs: [KeptRun] = []
        var campaigns: [KeptCampaign] = []
        var unreadable: [String] = []
        for name in names.sorted() {
            let path = "\(folder)/\(name)"
            let file = "\(path)/\(ReportWriter.resultName)"
            if let bytes = FileManager.default.contents(atPath: file) {
                do throws(RunResultError) {
                    runs.append(KeptRun(try RunResult(json: bytes), folder: path, more: more))
                } catch {
                    unreadable.append("\(file): \(error)")
                }
            } else if let file = KeptResult.campaignFile(of: path) {
                do throws(CommandFailure) {
                    if let campaign = try KeptResult.read(file).campaign(in: path) { campaigns.append(campaign) }
                } catch {
                    unreadable.append(error.description)
                }
            }
        }
        return RunHistory(runs: runs, campaigns: campaigns, unreadable: unreadable)
    }
}

extension KeptResult {
    /// What a list shows of a campaign; nil for a run.
    fileprivate func campaign(in folder: String) -> KeptCampaign? {
        switch self {
        case .run: nil
        case .sweep(let result): KeptCampaign(result, folder: folder)
        case .capacity(let result): KeptCampaign(result, folder: folder)
        case .gate(let result): KeptCampaign(result, folder: folder)
        }
    }
}
