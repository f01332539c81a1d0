import ArgumentParser
import Foundation
import LoadMetrics
import TestSupport
import Testing

@testable import CLI

/// What a campaign that is resumed takes over, and what it refuses.
@Suite struct ResumedCampaignTests {
    /// A folder with a scenario and the campaign that this command line began.
    private func begin(
        _ kind: CampaignRequest.Kind, given: GivenOptions,
        _ body: (_ scenario: String, _ folder: String) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let scenario = directory.appending(path: "t.yaml")
            try "phases: [{rate: 1/s, for: 1s}]".write(to: scenario, atomically: true, encoding: .utf8)
            let request = CampaignRequest(
                kind: kind, scenario: "t", effectiveScenario: "", programDigest: "", options: [:], given: given)
            let folder = try CampaignFolder(parent: directory.path, request: request, startedAt: .now)
            try body(scenario.path, folder.path)
        }
    }

    @Test func whatIsLeftOutOfASweepIsTakenFromItsFolder() async throws {
        var given = GivenOptions()
        given.keep("--vary", ["workers.lanes=1,2", "workers.batch=[1, 2],3"])
        for (name, value) in [
            ("--repeats", "5"), ("--measure", "1500ms"), ("--warm-up", "0s"), ("--mode", "capacity"),
            ("--store", "none"),
            ("--workers", "1,2"),
        ] { given.keep(name, value) }
        given.keep("--set", ["load.connections=2", "seed=7"])
        try await begin(.sweep, given: given) { scenario, folder in
            let all = try SweepCommand.parse([scenario, "--resume", folder]).completed()
            #expect(all.vary.map(\.description) == ["workers.lanes=1,2", "workers.batch=[1, 2],3"])
            #expect(all.repeats == 5 && all.timing.measure?.duration == .milliseconds(1_500))
            #expect(all.timing.warmUp?.duration == .zero)
            #expect(all.mode == .capacity && all.workers == "1,2")
            #expect(all.options.scenario.allOverrides == ["load.connections=2", "seed=7", "store.url=none"])
            let some = try SweepCommand.parse([scenario, "--resume", folder, "--repeats", "2", "--set", "seed=8"])
                .completed()
            #expect(some.repeats == 2 && some.options.scenario.overrides == ["seed=8"] && some.workers == "1,2")
        }
    }

    @Test func whatIsLeftOutOfASearchIsTakenFromItsFolder() async throws {
        var given = GivenOptions()
        given.keep("--limit", ["lost == 0", "end_to_end.p99 < 1s"])
        for (name, value) in [
            ("--from", "100/s"), ("--to", "2k/s"), ("--probes", "4"), ("--workers", "3"), ("--measure", "5s"),
            ("--target", "1k/s"), ("--warm-up", "1s"),
        ] { given.keep(name, value) }
        try await begin(.capacity, given: given) { scenario, folder in
            let all = try CapacityCommand.parse([scenario, "--resume", folder]).completed()
            #expect(all.limit == ["lost == 0", "end_to_end.p99 < 1s"] && all.probes == 4 && all.workers == "3")
            #expect(all.from?.perSecond == 100 && all.to?.perSecond == 2_000 && all.target?.description == "1k/s")
            #expect(all.timing.measure?.duration == .seconds(5) && all.timing.warmUp?.duration == .seconds(1))
        }
    }

    /// A campaign over a scenario of one phase, in a folder below `directory`.
    private func campaign(in directory: URL, _ more: String...) throws -> Campaign {
        let scenario = directory.appending(path: "t.yaml")
        try "phases: [{rate: 1/s, for: 1s}]".write(to: scenario, atomically: true, encoding: .utf8)
        let options = try CampaignOptions.parse([scenario.path, "--quiet", "--out", directory.path] + more)
        return try Campaign(
            options: options, base: options.scenario.file(), kind: .sweep, asked: [:], given: GivenOptions())
    }

    @Test func startAndDurationAreThoseOfAllParts() async throws {
        try await withTemporaryDirectory { directory in
            let first = try campaign(in: directory)
            #expect(first.keeping.isEmpty)
            var kept = try CampaignFolder.request(of: first.folder.path, for: .sweep)
            let began = try #require(kept.startedAt)
            #expect(abs(began.timeIntervalSince(first.startedAt)) < 0.01 && kept.workedNanoseconds == nil)
            // Some time ago, after an hour of work.
            kept.startedAt = Date(timeIntervalSince1970: 1_795_229_329)
            kept.workedNanoseconds = 3_600_000_000_000
            try first.folder.write(kept, as: CampaignFolder.requestName)
            let second = try campaign(in: directory, "--resume", first.folder.path)
            #expect(second.folder.path == first.folder.path && second.keeping.contains("are kept"))
            let facts = second.facts(from: nil)
            #expect(facts.startedAt == kept.startedAt)
            #expect((3_600_000_000_000..<3_700_000_000_000).contains(facts.durationNanoseconds))
        }
    }

    @Test func aRunThatIsKeptIsNotToldAsRunAgain() async throws {
        try await withTemporaryDirectory { directory in
            let campaign = try campaign(in: directory)
            let place = URL(fileURLWithPath: campaign.folder.runs).appending(path: "1-a=1-1")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            let result = RunResult(
                scenario: ScenarioFacts(name: "t"),
                run: RunFacts(id: "00000000", startedAt: Date(timeIntervalSince1970: 0)),
                machine: MachineFacts.current(), generator: GeneratorVerdict(.valid))
            try Data(result.json()).write(to: place.appending(path: "result.json"))
            var isTold = false
            let finished = try await campaign.run([], name: "1-a=1-1", limit: .seconds(1)) { isTold = true }
            #expect(!isTold && finished.folder == "runs/1-a=1-1")
        }
    }

    @Test func aFolderOfAnotherKindOrScenarioIsRefused() async throws {
        try await begin(.capacity, given: GivenOptions()) { scenario, folder in
            let kind = #expect(throws: CommandFailure.self) {
                try SweepCommand.parse([scenario, "--resume", folder]).completed()
            }
            #expect(kind?.description.contains("it is a capacity search of the scenario 't', not a sweep;") == true)
            let other = URL(fileURLWithPath: scenario).deletingLastPathComponent().appending(path: "u.yaml")
            try "phases: [{rate: 1/s, for: 1s}]".write(to: other, atomically: true, encoding: .utf8)
            let name = #expect(throws: CommandFailure.self) {
                try CapacityCommand.parse([other.path, "--resume", folder]).completed()
            }
            #expect(
                name?.description.contains("it is a capacity search of the scenario 't', not of 'u'; name that") == true
            )
            let none = #expect(throws: CommandFailure.self) {
                try CapacityCommand.parse([scenario, "--resume", folder + "/runs"]).completed()
            }
            #expect(none?.description.contains("name a folder that `rafale capacity` left") == true)
        }
    }

    @Test func theCommandThatGoesOnHoldsNoPassword() throws {
        let options = try CampaignOptions.parse([
            "a b.yaml", "--broker", "amqp://me:secret@host/", "--store", "none", "--set", "seed=1",
        ])
        let command = options.resuming(.sweep, in: "reports/x")
        #expect(
            command.hasSuffix(" sweep 'a b.yaml' --resume reports/x --broker 'amqp://me:***@host/'"), "\(command)")
        var kept = options.given
        #expect(kept.all("--broker").isEmpty && kept.all("--store") == ["none"] && kept.all("--set") == ["seed=1"])
        kept.keep("--none", [])
        let json = String(decoding: try JSONEncoder().encode(kept), as: UTF8.self)
        #expect(!json.contains("secret") && !json.contains("none\":[]"))
        #expect(try JSONDecoder().decode(GivenOptions.self, from: Data(json.utf8)) == kept)
        #expect(CampaignOptions.quoted("it's") == "'it'\\''s'")
    }
}

/// What a user reads who wrote a value in a form that it does not have.
@Suite struct ArgumentMistakeTests {
    @Test(arguments: [
        (
            ["sweep", "s.yaml", "--measure", "2"],
            "'2' is invalid for '--measure <duration>': write it as 10s, 500ms or 2m"
        ),
        (
            ["sweep", "s.yaml", "--measure", "-2s"],
            "'-2s' is invalid for '--measure <duration>': it is below zero; write"
        ),
        (["sweep", "s.yaml", "--warm-up", "-1"], "'-1' is invalid"),
        (["sweep", "s.yaml", "--vary", "workers.lanes"], "such as workers.lanes=1,2,4"),
        (["sweep", "s.yaml", "--repeats", "-3"], "--repeats must be 1 to 100"),
        (["sweep", "s.yaml", "--measure", "500ms"], "--measure must be 1s to 60m"),
        (["sweep", "s.yaml", "--warm-up", "61m"], "--warm-up must be at most 60m"),
        (["sweep", "s.yaml", "--mode", "capacity", "--measure", "3s"], "4s or more with --mode capacity"),
        (["capacity", "s.yaml", "--measure", "3s"], "--measure must be 4s or more: from less no trend can be seen"),
        (["capacity", "s.yaml", "--target", "300"], "'--target <rate>': write it as 300/s, 20k/s or 90/min"),
        (["capacity", "s.yaml", "--from", "-5/s", "--to", "9/s"], "it is below zero"),
        (["capacity", "s.yaml", "--probes", "-1"], "--probes must be 3 to 100"),
        (["gate", "s.yaml", "--against", "x", "--measure", "5"], "write it as 10s, 500ms or 2m"),
        (["gate", "s.yaml", "--against", "x", "--budget", "-5m"], "it is below zero"),
    ])
    func isToldWithTheRightForm(arguments: [String], words: String) throws {
        let error = #expect(throws: (any Error).self) { try Rafale.parseAsRoot(arguments) }
        let message = Rafale.fullMessage(for: try #require(error))
        #expect(message.contains(words) && message.hasPrefix("rafale: "), "\(message)")
    }
}
