import Foundation
import LoadMetrics
import Reporting

/// Shows what came of a campaign, and writes what is drawn of it beside its result.
struct CampaignOutput {
    let folder: CampaignFolder
    let options: CampaignOptions

    func show(_ result: SweepResult) throws {
        try show(result) { CampaignTable.text(of: result) }
    }

    func show(_ result: CapacityResult) throws {
        try show(result) { CampaignTable.text(of: result) }
    }

    private func show(_ result: some VersionedDocument, _ text: () -> String) throws {
        if options.json {
            FileHandle.standardOutput.write(Data(try result.json()))
        } else if !options.quiet {
            print(text())
            print("report: \(folder.path)")
        }
    }
}
