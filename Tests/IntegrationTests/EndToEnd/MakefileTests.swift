import Foundation
import TestSupport
import Testing

/// What `make` hands on to the program; nothing is built or run for it.
@Suite("The Makefile")
struct MakefileTests {
    /// What `make` would do.
    private static func plan(_ arguments: String...) async throws -> ProgramOutcome {
        let make = try #require(Places.tool("make"))
        return try await run(make, ["-n"] + arguments, environment: ["MAKEFLAGS": nil, "MEASURE": nil])
    }

    @Test("hands MEASURE on to each campaign", arguments: ["sweep", "capacity", "gate"])
    func measure(target: String) async throws {
        let with = try await Self.plan(target, "NAME=steady", "MEASURE=5s")
        #expect(with.exitCode == 0 && with.output.contains("--measure '5s'"), "\(with)")
        let without = try await Self.plan(target, "NAME=steady")
        #expect(without.exitCode == 0 && !without.output.contains("--measure"), "\(without)")
        let makefile = try String(contentsOf: Places.packageRoot.appending(path: "Makefile"), encoding: .utf8)
        let recipe = try #require(makefile.components(separatedBy: "\n\(target): ").last?.split(separator: "\t").first)
        #expect(recipe.contains("MEASURE="), "what is not listed by `make` nobody finds: \(recipe)")
    }
}
