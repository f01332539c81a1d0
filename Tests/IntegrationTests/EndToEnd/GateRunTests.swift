import Foundation
import LoadMetrics
import TestSupport
import Testing

@Suite("A gate over runs on the embedded broker", .serialized)
struct GateRunTests {
    private static let closedLoop = """
        phases:
          - {name: warm-up, rate: {saturate: 20}, for: 200ms, measure: false}
          - {name: full, rate: {saturate: {window: 50, until: processed}}, for: 600ms}
        workers: {count: 1, lanes: 1, prefetch: 50}
        store: {url: none}
        thresholds: [lost == 0]
        """

    /// The outcome that the only gate left.
    private static func result(
        _ rafale: RafaleProgram, in place: String = "reports"
    ) throws -> (folder: URL, result: GateResult) {
        let gates = try FileManager.default.contentsOfDirectory(
            at: rafale.folder.appending(path: place), includingPropertiesForKeys: nil)
        let folder = try #require(gates.count == 1 ? gates.first : nil, "one gate leaves one folder: \(gates)")
        return (folder, try GateResult(json: Data(contentsOf: folder.appending(path: "gate.json"))))
    }

    @Test("runs both sides in turns, keeps every run, and never passes for want of rounds")
    func interleaved() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.closedLoop)
            let outcome = try await rafale(
                "gate", file, "--against", Places.rafale.path, "--rounds", "1..2", "--tolerate-invalid", "2", "--junit",
                "out/gate.xml", "--markdown", "out/gate.md")
            #expect(outcome.exitCode == 97, "two rounds decide nothing: \(outcome)")
            let (folder, result) = try Self.result(rafale)
            #expect(result.verdict == .inconclusive && !result.problems.isEmpty)
            #expect(result.runs.map(\.side) == [.baseline, .candidate, .candidate, .baseline])
            #expect(result.runs.map(\.round) == [1, 1, 2, 2])
            for run in result.runs {
                let kept = folder.appending(path: try #require(run.folder)).appending(path: "result.json")
                let measured = try RunResult(json: Data(contentsOf: kept))
                #expect(run.values["throughput"] == measured.totals.throughputPerSecond)
                #expect(run.values["cpu_per_million.worker"] ?? 0 > 0)
            }
            #expect(result.findings.filter(\.gates).map(\.metric.name) == ["throughput", "cpu_per_million.worker"])
            let written = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(["report.html", "report.svg", "report.md", "junit.xml"]).isSubset(of: written))
            for name in ["gate.xml", "gate.md"] {
                let copy = rafale.folder.appending(path: "out/\(name)")
                #expect(try String(contentsOf: copy, encoding: .utf8).contains("INCONCLUSIVE"))
            }
            #expect(outcome.output.contains("? INCONCLUSIVE"))
            // Drawn again from its JSON, it is the same.
            let page = folder.appending(path: "report.html")
            let before = try Data(contentsOf: page)
            #expect(try await rafale("report", folder.path, "--quiet").exitCode == 0)
            #expect(try Data(contentsOf: page) == before)
        }
    }

    @Test("holds runs against a committed baseline, and refuses one of another machine or load")
    func committed() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.closedLoop)
            let baseline = rafale.folder.appending(path: "reports/baselines/test.json")
            let written = try await rafale(
                "gate", file, "--write-baseline", "--rounds", "2", "--tolerate-invalid", "0", "--out", "elsewhere")
            // On a machine too busy for the generator there is no baseline, and nothing further to show.
            if written.exitCode == 97 { return }
            #expect(written.exitCode == 0, "\(written)")
            var kept = try GateBaseline(json: Data(contentsOf: baseline))
            #expect(kept.runs.count == 2 && kept.runs.allSatisfy { $0.values["throughput"] ?? 0 > 0 })

            let other = try await rafale(
                "gate", file, "--baseline", baseline.path, "--set", "workers.prefetch=40", "--out", "gates")
            #expect(other.exitCode == 97, "\(other)")
            let (_, refused) = try Self.result(rafale, in: "gates")
            #expect(refused.runs.allSatisfy { $0.side == .baseline }, "nothing is run against another load")
            #expect(refused.problems.first?.contains("'prefetch: 40' now, 'prefetch: 50' then") == true)

            kept.machine.cpuModel = "Another"
            try Data(kept.json()).write(to: baseline)
            let moved = try await rafale("gate", file, "--baseline", baseline.path, "--json")
            #expect(moved.exitCode == 97 && moved.output.contains("not Another"), "\(moved)")
        }
    }

    @Test("says in one line what cannot be compared")
    func refusals() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.closedLoop)
            expectOneLine(
                try await rafale("gate", file, "--baseline", "none.json"), exit: 64, saying: "none.json",
                "--write-baseline")
            expectOneLine(
                try await rafale("gate", file, "--against", "./no/such/rafale"), exit: 64, saying: "./no/such/rafale")
            expectOneLine(
                try await rafale("gate", file, "--against", Places.rafale.path, "--candidate", "./none"), exit: 64,
                saying: "--candidate ./none")
            expectOneLine(
                try await rafale("gate", file, "--against", "/bin/false", "--quiet"), exit: 70, saying: "the baseline",
                "round-1-baseline")
            expectOneLine(
                try await rafale("compare", "a", "b"), exit: 64, saying: "a: there is no such folder")
            expectOneLine(try await rafale("runs", "none"), exit: 64, saying: "none")
        }
    }

    /// Half as much again is found however noisy the machine: no pair of runs is off by so much in every round.
    @Test("finds workers that burn half as much CPU again")
    func slower() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.closedLoop)
            let outcome = try await rafale(
                "gate", file, "--calibrate", "0,1", "--calibrate-factor", "1.5", "--rounds", "3..5", "--false-alarms",
                "40%", "--metrics", "cpu_per_million.worker", "--tolerate-invalid", "4", "--quiet")
            let line = try #require(
                outcome.output.split(separator: "\n").first { $0.hasPrefix("50 % more worker CPU") })
            let counts = line.dropFirst("50 % more worker CPU".count).split(separator: " ").compactMap { Int($0) }
            try #require(counts.count >= 4, "\(outcome)")
            let (found, passed, inconclusive) = (counts[1], counts[2], counts[3])
            #expect(passed == 0, "a slow-down passed: \(outcome)")
            // Where the generator is INVALID again and again, nothing is said of either.
            #expect(found == 1 || inconclusive == 1, "\(outcome)")
            #expect(outcome.exitCode == (found == 1 ? 0 : 99), "\(outcome)")
        }
    }
}

@Suite("A revision that a gate is to run against")
struct RevisionBuildTests {
    /// A checkout with one commit whose `swift build` is a script of ours.
    private static func withCheckout(
        builds: Bool, _ body: (RafaleProgram, _ path: String) async throws -> Void
    ) async throws {
        try await RafaleProgram.use { rafale in
            let swift = rafale.folder.appending(path: "bin/swift")
            try FileManager.default.createDirectory(
                at: swift.deletingLastPathComponent(), withIntermediateDirectories: true)
            let script =
                builds
                ? """
                #!/bin/sh
                echo built >>"\(rafale.folder.path)/builds"
                mkdir -p "$3/.build/release" && cp /bin/false "$3/.build/release/rafale"
                """
                : "#!/bin/sh\necho 'Sources/A.swift:1:1: error: no such thing'\necho 'more'\nexit 1\n"
            try script.write(to: swift, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: swift.path)
            try "// swift-tools-version: 6.2".write(
                to: rafale.folder.appending(path: "Package.swift"), atomically: true, encoding: .utf8)
            let git = try #require(Places.tool("git"))
            for arguments in [
                ["init", "-q", "-b", "main"], ["add", "Package.swift"],
                ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first"],
            ] {
                let outcome = try await run(git, arguments, in: rafale.folder)
                try #require(outcome.exitCode == 0, "\(outcome)")
            }
            let path = swift.deletingLastPathComponent().path + ":" + (Places.environment("PATH") ?? "/usr/bin:/bin")
            try await body(rafale, path)
        }
    }

    @Test("is checked out and built once, and run from there")
    func cached() async throws {
        try await Self.withCheckout(builds: true) { rafale, path in
            let file = try rafale.steady(seconds: 1)
            for _ in 1...2 {
                // What was built is no rafale: the gate comes as far as running it.
                let outcome = try await rafale(
                    "gate", file, "--against", "main", "--quiet", environment: ["PATH": path])
                expectOneLine(outcome, exit: 70, saying: "the baseline (main)", "round-1-baseline")
            }
            let builds = try String(contentsOf: rafale.folder.appending(path: "builds"), encoding: .utf8)
            #expect(builds == "built\n")
            let commits = try FileManager.default.contentsOfDirectory(
                atPath: rafale.folder.appending(path: ".build/gate").path)
            #expect(commits.filter { $0.count == 40 }.count == 1)
        }
    }

    @Test("that does not build ends it with the first error and where the rest is")
    func broken() async throws {
        try await Self.withCheckout(builds: false) { rafale, path in
            let file = try rafale.steady(seconds: 1)
            let outcome = try await rafale("gate", file, "--against", "main", "--quiet", environment: ["PATH": path])
            expectOneLine(
                outcome, exit: 64, saying: "--against main",
                "does not build: Sources/A.swift:1:1: error: no such thing",
                ".log")
            let unknown = try await rafale("gate", file, "--against", "nowhere", environment: ["PATH": path])
            expectOneLine(unknown, exit: 64, saying: "neither a program nor a revision")
        }
    }
}
