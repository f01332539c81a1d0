import Foundation
import TestSupport
import Testing

@Suite struct ValidateCommandTests {
    @Test func goodFilesGetALineEach() async throws {
        let outcome = try await run(
            Places.rafale, ["validate", "scenarios/smoke.yaml", "scenarios/burst.yaml"],
            environment: ["BROKER": "amqp://user:hunter2@host:5672/", "STORE": nil])
        #expect(outcome.exitCode == 0, "\(outcome)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines.first?.hasPrefix("scenarios/smoke.yaml: smoke: 1 phase over 5s up to 200/s on amqp://user:***@host")
                == true)
    }

    @Test func anAddressThatNoStoreTakesIsAMistakeOfTheFile() async throws {
        try await withTemporaryDirectory { folder in
            let file = folder.appending(path: "store.yaml")
            let text = "phases: [{rate: 500/s, for: 1s}]\nstore: {url: 'mysql://me:hunter2@host/db?pool=0'}\n"
            try Data(text.utf8).write(to: file)
            let outcome = try await run(Places.rafale, ["validate", file.path, "scenarios/smoke.yaml"])
            #expect(outcome.exitCode == 65, "\(outcome)")
            // A build without that store says that instead.
            #expect(outcome.errors.hasPrefix("\(file.path): store") && outcome.errors.contains("mysql"))
            #expect(!outcome.errors.contains("hunter2"))
            #expect(outcome.output.hasPrefix("scenarios/smoke.yaml: smoke:"))
        }
    }

    @Test func wrongFilesGetEveryMistakeAndExitCode65() async throws {
        try await withTemporaryDirectory { folder in
            let file = folder.appending(path: "bad.yaml")
            try Data("phases: [{rate: 500, for: 1s}]\nlaod: {}\n".utf8).write(to: file)
            let outcome = try await run(Places.rafale, ["validate", file.path, "scenarios/smoke.yaml"])
            #expect(outcome.exitCode == 65, "\(outcome)")
            #expect(
                outcome.errors == """
                    \(file.path):1:17: phases[0].rate: '500' is not a rate; write 500/s, 30k/s or 2/min
                    \(file.path):2:1: unknown key 'laod'; did you mean 'load'?

                    """)
            #expect(outcome.output.hasPrefix("scenarios/smoke.yaml: smoke:"))
        }
    }

    @Test func overridesAndTheEffectiveScenarioAreShown() async throws {
        let outcome = try await run(
            Places.rafale,
            ["validate", "scenarios/smoke.yaml", "--effective", "--set", "load.connections=8", "--set", "drain=2m"])
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(outcome.output.contains("  connections: 8\n"))
        #expect(outcome.output.contains("\ndrain: 2m\n"))
    }

    @Test func theSchemaIsTheCommittedOne() async throws {
        let outcome = try await run(Places.rafale, ["validate", "--schema"])
        let committed = Places.packageRoot.appending(path: "scenarios/scenario.schema.json")
        #expect(outcome.exitCode == 0, "\(outcome)")
        #expect(outcome.output == (try String(contentsOf: committed, encoding: .utf8)))
    }

    @Test(arguments: [[], ["--schema", "scenarios/smoke.yaml"], ["--nonsense"]])
    func wrongFlagsGetExitCode64(arguments: [String]) async throws {
        let outcome = try await run(Places.rafale, ["validate"] + arguments)
        #expect(outcome.exitCode == 64, "\(outcome)")
        #expect(!outcome.errors.isEmpty)
    }
}
