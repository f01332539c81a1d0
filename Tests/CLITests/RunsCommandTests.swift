import Foundation
import LoadMetrics
import TestSupport
import Testing

@testable import CLI

/// What `rafale runs` finds in a folder of reports.
@Suite struct RunsCommandTests {
    private static let machine = MachineFacts(
        cpuModel: "A", cores: 2, usableCores: 2, memoryBytes: 1, kernel: "Linux", architecture: "x86_64",
        operatingSystem: "Debian")

    private static let run = RunResult(
        scenario: ScenarioFacts(name: "burst"),
        run: RunFacts(
            id: "0000000a", startedAt: Date(timeIntervalSince1970: 60), durationNanoseconds: 1_000_000_000),
        machine: machine, books: Books(offered: 10, published: 10, confirmed: 10, processed: 10))

    private static let capacity = CapacityResult(
        campaign: CampaignFacts(
            scenario: ScenarioFacts(name: "steady"), startedAt: Date(timeIntervalSince1970: 120), machine: machine),
        limits: [], points: [CapacityPoint(outcome: .found, ratePerSecond: 400)])

    @Test func runsAndCampaignsAreListedAndWhatCannotBeReadIsNamed() async throws {
        try await withTemporaryDirectory { directory in
            let files = [
                ("burst-1", "result.json", try Self.run.json()),
                // A campaign, and one of its runs, which is a part of it.
                ("steady-capacity-1", "capacity.json", try Self.capacity.json()),
                ("steady-capacity-1/runs/1", "result.json", try Self.run.json()),
                ("steady-gate-1", "gate.json", Array("{}".utf8)), ("notes", "notes.txt", []),
            ]
            for (folder, name, bytes) in files {
                let place = directory.appending(path: folder)
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                try Data(bytes).write(to: place.appending(path: name))
            }
            let history = try RunsCommand.history(of: directory.path, more: [])
            #expect(history.runs.map(\.folder) == ["\(directory.path)/burst-1"])
            #expect(
                history.campaigns == [
                    KeptCampaign(
                        folder: "\(directory.path)/steady-capacity-1", kind: .capacity, scenario: "steady",
                        startedAt: Date(timeIntervalSince1970: 120), gitRevision: nil, outcome: .done,
                        headline: "400/s")
                ])
            #expect(history.unreadable.count == 1 && history.scenarios == ["burst"])
            #expect(history.unreadable[0].hasPrefix("\(directory.path)/steady-gate-1/gate.json: "))
            let steady = history.of(scenario: "steady")
            #expect(steady.runs.isEmpty && steady.campaigns == history.campaigns)
        }
    }
}
