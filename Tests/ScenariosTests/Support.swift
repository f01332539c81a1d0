import Foundation

@testable import Scenarios

/// The environment of the tests.
let testEnvironment = ["PORT": "5672", "SECRET": "hunter2", "EMPTY": "", "RATE": "250/s", "MANY": "8"]

/// What a text and overrides mean.
func scenario(_ text: String, set overrides: [String] = []) throws(ScenarioError) -> Scenario {
    try file(text, set: overrides).scenario
}

/// A text read as the file `t.yaml`.
func file(_ text: String, set overrides: [String] = []) throws(ScenarioError) -> ScenarioFile {
    try ScenarioFile(bytes: Array(text.utf8), path: "t.yaml", overrides: overrides, environment: testEnvironment)
}

/// The lines of the error a text and overrides give; empty when there is none.
func problems(_ text: String, set overrides: [String] = []) -> [String] {
    do throws(ScenarioError) {
        _ = try scenario(text, set: overrides)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// The shortest good scenario, to which tests add.
let minimal = "phases: [{rate: 1/s, for: 1s}]\n"

/// The folder of the shipped scenarios.
let scenariosFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("scenarios")
