import Foundation
import LoadMetrics
import Reporting

/// Shows what came of a campaign, and writes what is drawn of it beside its result.
struct CampaignOutput {
    let folder: CampaignFolder
    let options: CampaignOptions

    func show(_ result: SweepResult) throws {
        try ReportWriter(folder: folder.path).writeReports(result)
        try show(result) { SweepSummary.text(of: result, colour: Terminal.wantsColour) }
    }

    func show(_ result: CapacityResult) throws {
        try ReportWriter(folder: folder.path).writeReports(result)
        try show(result) { CapacitySummary.text(of: result, colour: Terminal.wantsColour) }
    }

    private func show(_ result: some VersionedDocument, _ text: () -> String) throws {
        if options.output.json {
            FileHandle.standardOutput.write(Data(try result.json()))
        } else if !options.output.quiet {
            print(text())
            print("report: \(folder.path)/report.html")
        }
    }
}
