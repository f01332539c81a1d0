import ArgumentParser
import Foundation
import Scenarios
import TestSupport
import Testing

@testable import CLI

/// Mistakes of the command line are told in its own words.
@Suite struct ScenarioOptionsTests {
    @Test(arguments: [
        (["--broker", "http://host"], "--broker: must be embedded"),
        (["--set", "broker.url=http://host"], "--set broker.url: must be embedded"),
        (["--store", "postgres://host/db"], "--store: "),
    ])
    func aWrongValueIsBlamedOnTheOptionThatGaveIt(options: [String], words: String) throws {
        let scenario = Places.packageRoot.appending(path: "scenarios/smoke.yaml").path
        let given = try ScenarioOptions.parse([scenario] + options)
        let error = #expect(throws: ScenarioError.self) { try given.file() }
        #expect(error?.problems.first?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
    }
}
