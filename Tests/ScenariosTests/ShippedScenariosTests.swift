import Foundation
import Testing

@testable import Scenarios

@Suite struct ShippedScenariosTests {
    static let names = [
        "smoke", "steady", "burst", "ramp", "spike", "mixed", "soak", "saturate", "queue", "faults", "churn",
        "python-worker", "weblogs", "weblogs-replay",
    ]

    private func load(_ name: String, environment: [String: String] = [:]) throws -> (ScenarioFile, String) {
        let path = scenariosFolder.appendingPathComponent("\(name).yaml").path
        return (
            try ScenarioFile(path: path, environment: environment), try String(contentsOfFile: path, encoding: .utf8)
        )
    }

    @Test(arguments: names) func isValidAndSaysWhatItShows(name: String) throws {
        let (file, text) = try load(name)
        #expect(file.scenario.name == name)
        #expect(!file.scenario.summary.isEmpty)
        #expect(!file.scenario.thresholds.isEmpty)
        let lines = text.split(separator: "\n")
        #expect(lines[0] == "# yaml-language-server: $schema=scenario.schema.json")
        #expect(lines[1].hasPrefix("# "))
        // `make scenarios` reads the line with sed.
        #expect(lines.contains { $0.hasPrefix("summary: \"") && $0.hasSuffix("\"") })
    }

    @Test(arguments: names) func runsOnTheEmbeddedBrokerUnlessTheEnvironmentSaysOtherwise(name: String) throws {
        let plain = try load(name).0.scenario
        #expect(plain.broker.location == .embedded)
        #expect(plain.store.location == .sqlite(path: nil))
        let elsewhere = try load(name, environment: ["BROKER": "amqp://u:secret@host/", "STORE": "none"]).0.scenario
        #expect(elsewhere.broker.location == .servers([ServerURL("amqp://u:secret@host/")]))
        #expect(elsewhere.store.location == Scenario.StoreLocation.none)
    }

    @Test(arguments: names) func meansTheSameWhenWrittenOut(name: String) throws {
        let original = try load(name).0.scenario
        // In the same folder, from which it names files.
        let written = try ScenarioFile(
            bytes: Array(original.yaml.utf8), path: scenariosFolder.appendingPathComponent("t.yaml").path,
            environment: [:])
        #expect(written.scenario == original)
    }

    @Test func allFilesOfTheFolderAreListedHere() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: scenariosFolder.path)
        let found = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
        #expect(Set(found) == Set(Self.names))
    }
}

@Suite struct BenchmarkScenariosTests {
    private static let folder = scenariosFolder.deletingLastPathComponent().appendingPathComponent(
        "Benchmarks/scenarios")

    @Test func areValidAndSayWhatTheyMeasure() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(names.count >= 6)
        for name in names {
            let file = try ScenarioFile(path: Self.folder.appendingPathComponent(name).path, environment: [:])
            #expect(!file.scenario.summary.isEmpty, "\(name)")
        }
    }
}

@Suite struct CommittedDocumentsTests {
    private func committed(_ name: String) throws -> String {
        try String(contentsOf: scenariosFolder.appendingPathComponent(name), encoding: .utf8)
    }

    @Test func theSchemaIsTheOneTheTableMakes() throws {
        let text = try committed("scenario.schema.json")
        #expect(text == ScenarioSchema.json, "run: rafale validate --schema > scenarios/scenario.schema.json")
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }

    @Test func theReferenceIsTheOneTheTableMakes() throws {
        let text = try committed("README.md")
        let start = try #require(text.firstRange(of: "<!-- keys: made by `rafale validate --reference` -->\n"))
        let end = try #require(text.firstRange(of: "<!-- /keys -->"))
        #expect(
            text[start.upperBound..<end.lowerBound] == ScenarioReference.markdown,
            "put the output of `rafale validate --reference` between the marks of scenarios/README.md")
    }

    @Test func everyKeyThatPerfTestsOptionsBecomeExists() throws {
        let text = try committed("README.md")
        let section = text.components(separatedBy: "## Coming from PerfTest\n")[1].components(separatedBy: "\n## ")[0]
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `-") }
        #expect(rows.count > 50)
        let reference = ScenarioReference.markdown
        let roots = Set(Scenario.keys.map(\.name))
        var found = 0
        for row in rows {
            let answer = row.split(separator: "|")[1]
            for (index, code) in answer.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            where index % 2 == 1 {
                let key = code.prefix { $0 != ":" }
                guard let root = key.split(whereSeparator: { ".[".contains($0) }).first, key.contains("."),
                    roots.contains(String(root)), !key.contains(" ")
                else { continue }
                found += 1
                #expect(reference.contains("| `\(key)` |"), "\(key) in: \(row)")
            }
        }
        #expect(found > 50)
    }

    @Test func everyExampleOfTheReferenceIsValid() throws {
        let parts = try committed("README.md").components(separatedBy: "```yaml\n").dropFirst()
        #expect(parts.count >= 7)
        for part in parts {
            let example = part.components(separatedBy: "```")[0]
            // They name files as the scenarios beside them do.
            let path = scenariosFolder.appendingPathComponent("t.yaml").path
            #expect(throws: Never.self, "\(example)") {
                try ScenarioFile(bytes: Array(example.utf8), path: path, environment: testEnvironment)
            }
        }
    }
}
