import Foundation
import LoadMetrics
import TestSupport
import Testing

@testable import CLI

/// Programs that stand in for `rafale`, and what a campaign makes of what they leave.
@Suite struct RunLauncherTests {
    private static func result(interrupted: Bool = false) throws -> Data {
        var result = RunResult(
            scenario: ScenarioFacts(name: "t"),
            run: RunFacts(id: "00000000", startedAt: Date(timeIntervalSince1970: 0)),
            machine: MachineFacts.current(), generator: GeneratorVerdict(.valid))
        result.run.interrupted = interrupted
        return Data(try result.json())
    }

    /// A shell script in `rafale`'s place; `$out` is the folder of `--out`.
    private static func program(_ body: String, in folder: URL) throws -> String {
        let path = folder.appending(path: "stand-in").path
        let script = """
            #!/bin/sh
            while [ $# -gt 0 ]; do if [ "$1" = --out ]; then out=$2; fi; shift; done
            leave() { mkdir -p "$out/t-1/logs"; cp "$1" "$out/t-1/result.json"; }
            \(body)
            """
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private static func request(_ options: [String: String] = [:], scenario: String = "a: 1") -> CampaignRequest {
        CampaignRequest(
            kind: .sweep, scenario: "t", effectiveScenario: scenario, programDigest: "00", options: options)
    }

    /// Launches one run of the stand-in.
    private func launch(
        _ body: String, limit: Duration = .seconds(20), asked: Duration? = nil,
        check: (Result<RunLauncher.Finished, LaunchError>, CampaignFolder) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try Self.result().write(to: directory.appending(path: "good.json"))
            try Self.result(interrupted: true).write(to: directory.appending(path: "interrupted.json"))
            let newer = String(decoding: try Self.result(), as: UTF8.self)
                .replacing("\"schemaVersion\" : \(RunResult.schemaVersion)", with: "\"schemaVersion\" : 99")
            try newer.write(to: directory.appending(path: "newer.json"), atomically: true, encoding: .utf8)
            let folder = try CampaignFolder(parent: directory.path, request: Self.request(), startedAt: .now)
            let interruption = CampaignInterruption()
            let launcher = RunLauncher(
                binary: try Self.program("cd \(directory.path)\n" + body, in: directory), folder: folder,
                interruption: interruption)
            let asking = asked.map { delay in
                Task {
                    try await Task.sleep(for: delay)
                    interruption.ask()
                }
            }
            defer { asking?.cancel() }
            let order = RunLauncher.Order(scenario: "t.yaml", overrides: ["a=1"], name: "1-a=1-1", limit: limit)
            do throws(LaunchError) {
                let finished = try await launcher.run(order)
                try? check(.success(finished), folder)
            } catch {
                try? check(.failure(error), folder)
            }
        }
    }

    @Test(arguments: [0, 98, 99]) func aRunWithAResultIsKeptUnderItsName(exitCode: Int) async throws {
        try await launch("leave good.json; echo words; touch $out/t-1/store.sqlite; exit \(exitCode)") {
            outcome, folder in
            let finished = try? outcome.get()
            #expect(finished?.folder == "runs/1-a=1-1" && finished?.result.scenario.name == "t")
            let kept = (try? FileManager.default.contentsOfDirectory(atPath: folder.runs)) ?? []
            #expect(kept == ["1-a=1-1"], "nothing else is left: \(kept)")
            let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder.runs)/1-a=1-1")) ?? []
            #expect(files.sorted() == ["logs", "result.json"])
            #expect(folder.finishedRun(named: "1-a=1-1") != nil)
            #expect(folder.finishedRun(named: "2-a=1-1") == nil)
        }
    }

    @Test func whatARunIsGivenIsWhatWasOrdered() async throws {
        try await withTemporaryDirectory { directory in
            let folder = try CampaignFolder(parent: directory.path, request: Self.request(), startedAt: .now)
            let path = directory.appending(path: "stand-in").path
            let words = directory.appending(path: "words").path
            let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" \"parent $RAFALE_END_WITH_PARENT\" >\(words); exit 65\n"
            try script.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            let launcher = RunLauncher(binary: path, folder: folder, interruption: CampaignInterruption())
            let order = RunLauncher.Order(
                scenario: "t.yaml", overrides: ["a=1", "b=[1, 2]"], options: ["--broker", "x"], name: "n",
                limit: .seconds(20))
            await #expect(throws: LaunchError.self) { try await launcher.run(order) }
            let given = try String(contentsOfFile: words, encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(
                given == [
                    "run", "t.yaml", "--quiet", "--out", "\(folder.runs)/.next", "--broker", "x", "--set", "a=1",
                    "--set",
                    "b=[1, 2]", "parent \(getpid())",
                ])
        }
    }

    @Test func aProgramThatIsNotThereIsNamed() async throws {
        try await withTemporaryDirectory { directory in
            let folder = try CampaignFolder(parent: directory.path, request: Self.request(), startedAt: .now)
            let launcher = RunLauncher(binary: "/no/such", folder: folder, interruption: CampaignInterruption())
            let order = RunLauncher.Order(scenario: "t", overrides: [], name: "n", limit: .seconds(1))
            await #expect(throws: LaunchError.binaryMissing(path: "/no/such")) { try await launcher.run(order) }
            #expect(LaunchError.binaryMissing(path: "/no/such").status == .usage)
        }
    }

    @Test func aRunThatRefusesIsToldWithItsLastWords() async throws {
        try await launch("echo first; echo 'rafale: nobody listens' >&2; exit 69") { outcome, _ in
            let expected = LaunchError.refused(
                run: "1-a=1-1", exitCode: 69, lastWords: "rafale: nobody listens")
            #expect(outcome.error == expected)
            #expect(expected.status == .unreachable && expected.description.contains("nobody listens"))
        }
    }

    @Test func aRunThatASignalEndsIsNoResult() async throws {
        try await launch("kill -9 $$") { outcome, _ in
            #expect(outcome.error == .killed(run: "1-a=1-1", signal: 9, lastWords: "it said nothing"))
        }
    }

    @Test func aRunThatLeavesNothingIsNoResult() async throws {
        try await launch("exit 0") { outcome, _ in
            #expect(outcome.error == .noResult(run: "1-a=1-1", lastWords: "it said nothing"))
        }
    }

    @Test func aResultOfAnotherVersionIsNamedAsSuch() async throws {
        try await launch("leave newer.json") { outcome, _ in
            guard case .unreadable(_, let file, let error) = outcome.error else {
                Issue.record("\(outcome)")
                return
            }
            #expect(file.hasSuffix("/result.json"))
            #expect(error == .newerVersion(found: 99, supported: RunResult.schemaVersion))
        }
    }

    @Test func aRunThatIsAskedToEndLeavesAFolderThatIsMadeAnew() async throws {
        try await launch(
            "trap 'leave interrupted.json; exit 130' INT; while :; do sleep 0.05; done", asked: .milliseconds(300)
        ) { outcome, folder in
            let finished = try? outcome.get()
            #expect(finished?.result.run.interrupted == true && finished?.folder == "runs/1-a=1-1-interrupted")
            #expect(folder.finishedRun(named: "1-a=1-1") == nil)
            #expect(folder.finishedRun(named: "1-a=1-1-interrupted") == nil)
        }
    }

    @Test func aRunThatIsAskedBeforeItHasAResultIsNone() async throws {
        try await launch("trap 'exit 69' INT; while :; do sleep 0.05; done", asked: .milliseconds(300)) { outcome, _ in
            #expect(outcome.error == .interrupted(run: "1-a=1-1"))
        }
    }

    @Test func whoResumesMustAskForTheSame() async throws {
        try await withTemporaryDirectory { directory in
            let first = Self.request(["--repeats": "3"])
            let folder = try CampaignFolder(parent: directory.path, request: first, startedAt: .now)
            #expect(try CampaignFolder(resuming: folder.path + "/", request: first).path == folder.path)
            func refusal(_ request: CampaignRequest) -> String? {
                do throws(CommandFailure) {
                    _ = try CampaignFolder(resuming: folder.path, request: request)
                    return nil
                } catch {
                    return error.status == .usage ? error.description : nil
                }
            }
            let more = Self.request(["--repeats": "4"])
            #expect(refusal(more)?.contains("--repeats was 3, and now is 4") == true)
            #expect(refusal(Self.request())?.contains("--repeats was 3, and now is not given") == true)
            let other = Self.request(["--repeats": "3"], scenario: "a: 2")
            #expect(refusal(other)?.contains("'a: 2' was 'a: 1'") == true)
            let build = CampaignRequest(
                kind: .sweep, scenario: "t", effectiveScenario: "a: 1", programDigest: "01",
                options: ["--repeats": "3"])
            #expect(refusal(build)?.contains("another build of rafale") == true)
            let kind = CampaignRequest(
                kind: .capacity, scenario: "t", effectiveScenario: "a: 1", programDigest: "00",
                options: ["--repeats": "3"])
            #expect(
                refusal(kind)?.contains(
                    "it is a sweep of the scenario 't', not a capacity search; name a folder that `rafale capacity` left"
                )
                    == true)
            let much = CampaignRequest(
                kind: .sweep, scenario: "t", effectiveScenario: "a: 1\nb: 1", programDigest: "01",
                options: ["--repeats": "4", "--measure": "2s"])
            let all = try #require(refusal(much))
            for difference in [
                "--measure was not given, and now is 2s; --repeats was 3, and now is 4;", "now: 'b: 1' was not there;",
                "another build of rafale",
            ] {
                #expect(all.contains(difference), "\(all)")
            }
        }
    }

    @Test func twoBuildsHaveTwoDigests() throws {
        let digest = try #require(ProgramDigest.of(file: Places.rafale.path))
        #expect(digest.count == 16 && digest == ProgramDigest.of(file: Places.rafale.path))
        #expect(digest != ProgramDigest.of(file: "/bin/sh"))
        #expect(ProgramDigest.of(file: "/no/such") == nil)
    }
}

extension Result where Failure == LaunchError {
    fileprivate var error: LaunchError? {
        if case .failure(let error) = self { return error }
        return nil
    }
}
