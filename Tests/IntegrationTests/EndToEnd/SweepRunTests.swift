import Foundation
import LoadMetrics
import TestSupport
import Testing

/// Campaigns as a user runs them, on the embedded broker.
@Suite("A sweep on the embedded broker")
struct SweepRunTests {
    private static let queue = """
        phases: [{rate: 100/s, for: 1s}]
        mix: {opaque: 1}
        consumers: {prefetch: 50}
        thresholds: [lost == 0, throughput >= 98%]
        """

    /// The folder of the only campaign.
    private func campaign(_ rafale: RafaleProgram) throws -> URL { try rafale.reportFolder() }

    private func sweep(_ rafale: RafaleProgram) throws -> SweepResult {
        try SweepResult(json: Data(contentsOf: campaign(rafale).appending(path: SweepResult.fileName)))
    }

    @Test("measures each point in a run of its own, and keeps what was measured")
    func complete() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1, more: "thresholds: [lost == 0, end_to_end.p99 < 1us]")
            let outcome = try await rafale(
                "sweep", file, "--workers", "1,2", "--repeats", "1", "--measure", "2s", "--warm-up", "500ms")
            #expect(outcome.exitCode == 0, "\(outcome)")
            #expect(outcome.errors.contains("run 2 of 2: workers.count="), "\(outcome)")
            let sweep = try sweep(rafale)
            #expect(sweep.keys == [SweptKey(name: "workers.count", values: ["1", "2"])])
            #expect(sweep.runs.map(\.order) == [1, 2] && Set(sweep.runs.map(\.values)) == [["1"], ["2"]])
            #expect(sweep.notes.contains { $0.contains("end_to_end.p99 < 1us") }, "what was not judged is told")
            for run in sweep.runs {
                let folder = try campaign(rafale).appending(path: run.folder)
                let result = try RunResult(json: Data(contentsOf: folder.appending(path: "result.json")))
                #expect(FileManager.default.fileExists(atPath: folder.appending(path: "report.html").path))
                expectBalanced(result)
                let workers = try #require(run.figures.role(.worker))
                #expect(workers.processes == Int(run.values[0]) && workers.coresBusy > 0)
                #expect(run.figures.throughputPerSecond == result.totals.throughputPerSecond)
                #expect(run.figures.measuredNanoseconds < 2_400_000_000, "the warm-up is left out")
                #expect(run.figures.cores?.isEmpty == false && run.figures.busyThreads == workers.processes + 2)
            }
        }
    }

    @Test("that Ctrl-C ends goes on with what is missing")
    func resumed() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.queue)
            let vary = [
                "--vary", "consumers.connections=1,2,3", "--repeats", "1", "--measure", "1s", "--warm-up", "0s",
            ]
            let first = try await rafale.start("sweep", [file] + vary) { program in
                try await program.waitForText("run 2 of 3")
                try await Task.sleep(for: .milliseconds(700))
                program.send(signal: SIGINT)
            }
            #expect(first.exitCode == 130, "\(first)")
            let part = try sweep(rafale)
            #expect(part.campaign.interrupted && (1...2).contains(part.runs.count), "\(part.runs.count)")
            let folder = try campaign(rafale).path
            let changed = try await rafale.start("sweep", [file] + vary.dropLast(1) + ["100ms", "--resume", folder])
            expectOneLine(changed, exit: 64, saying: "--warm-up was 0s, and now is 100ms")
            #expect(
                first.errors.contains("go on with: \(Places.rafale.path) sweep \(file) --resume reports/"), "\(first)")
            // What is left out is what it was.
            let second = try await rafale.start("sweep", [file, "--resume", folder])
            #expect(second.exitCode == 0, "\(second)")
            #expect(second.errors.contains("3 runs in") && second.errors.contains("are kept"), "\(second)")
            #expect(!second.errors.contains("run 1 of 3"), "what is kept is not run again: \(second)")
            let whole = try sweep(rafale)
            #expect(!whole.campaign.interrupted && whole.runs.count == 3)
            #expect(Array(whole.runs.prefix(part.runs.count)) == part.runs, "what was measured is not measured again")
            #expect(abs(whole.campaign.startedAt.timeIntervalSince(part.campaign.startedAt)) < 0.01)
            let more = whole.campaign.durationNanoseconds - part.campaign.durationNanoseconds
            #expect(more > 900_000_000, "what is missing takes a second or more: \(more)")
            let runs = try FileManager.default.contentsOfDirectory(atPath: folder + "/runs")
            #expect(runs.filter { !$0.hasSuffix("-interrupted") }.count == 3, "\(runs)")
        }
    }

    @Test("says what is wrong with a key or a value before the first run")
    func refused() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.queue)
            let key = try await rafale("sweep", file, "--vary", "consumers.prefech=1,2")
            expectOneLine(key, exit: 65, saying: "--vary consumers.prefech", "'prefetch'")
            let value = try await rafale("sweep", file, "--vary", "consumers.prefetch=1,many")
            expectOneLine(value, exit: 65, saying: "--vary consumers.prefetch", "'many'")
            let workers = try await rafale("sweep", file, "--workers", "1,2")
            expectOneLine(workers, exit: 64, saying: "consumers.connections")
            let without = try await rafale("capacity", file, "--workers", "1,2")
            expectOneLine(without, exit: 64, saying: "rafale: ", "leave out --workers")
            #expect(!without.errors.contains("--vary"), "capacity has no --vary: \(without)")
            let limit = try await rafale("capacity", file, "--limit", "end_to_end.p99 < 5")
            expectOneLine(limit, exit: 65, saying: "rafale: --limit", "duration")
            #expect(!FileManager.default.fileExists(atPath: rafale.reports.path), "nothing was run")
        }
    }

    @Test("ends where a run cannot be made, and says why")
    func unreachable() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.queue)
            let broker = "amqp://me:secret@127.0.0.1:\(try freePort())/"
            let outcome = try await rafale("sweep", file, "--broker", broker, "--quiet")
            expectOneLine(outcome, exit: 69, saying: "refuses", "--resume")
        }
    }

    @Test("finds the capacity of a consumer that takes a known time for each message")
    func capacity() async throws {
        try await RafaleProgram.use { rafale in
            // Five consumers, 5 ms a message, one after the other: 1000 messages a second. The range is such that no
            // probe comes so near to it that it has to be repeated, and three of them do not settle it.
            let file = try rafale.scenario(Self.queue)
            let outcome = try await rafale(
                "capacity", file, "--set", "consumers={latency: 5ms, channels: 5, prefetch: 10}", "--from", "600/s",
                "--to", "3k/s", "--measure", "4s", "--warm-up", "500ms", "--probes", "3", "--limit",
                "end_to_end.p99 < 300ms")
            #expect(outcome.exitCode == 97 && outcome.output.contains("Not settled by 3 probes"), "\(outcome)")
            let found = try CapacityResult(
                json: Data(contentsOf: campaign(rafale).appending(path: CapacityResult.fileName)))
            let point = try #require(found.points.first)
            #expect(found.limits == ["end_to_end.p99 < 300ms"] && point.values.isEmpty)
            let low = try #require(point.lowPerSecond)
            #expect(low < 1_025 && point.highPerSecond ?? .infinity > 950, "\(point)")
            #expect(point.outcome == .unclear && low >= point.heldPerSecond ?? 0, "\(point)")
            for probe in point.probes where probe.verdict != .unclear && probe.verdict != .generatorLimited {
                let isNear = abs(probe.ratePerSecond / 1_000 - 1) < 0.05
                #expect(isNear || (probe.verdict == .holds) == (probe.ratePerSecond < 1_000), "\(probe)")
            }
        }
    }
}

/// Roles on cores of their own.
@Suite("A run that is pinned")
struct PinnedRunTests {
    @Test("has each role on its cores, and says so")
    func pinned() async throws {
        let allowed = try #require(CoreAffinity.allowed())
        try await RafaleProgram.use { rafale in
            let (first, last) = (allowed[0], allowed[allowed.count - 1])
            let file = try rafale.steady(
                seconds: 60, more: "cpus: {generator: \(first), workers: \(last)}")
            _ = try await rafale("run", file) { program in
                let workers = try await eventually(within: .seconds(30), "the workers") {
                    let found = try children(of: program.processID, with: "worker")
                    return found.count == 2 ? found : nil
                }
                let broker = try children(of: program.processID, with: "broker")
                #expect(allowedCores(of: program.processID) == "\(first)")
                #expect(workers.allSatisfy { allowedCores(of: $0) == "\(last)" })
                // What is not pinned has all cores, not those of the generator that starts it.
                #expect(broker.map(allowedCores) == [CoreAffinity.list(allowed)])
                try await Task.sleep(for: .seconds(2))
                program.send(signal: SIGINT)
            }
            let result = try rafale.result()
            expectBalanced(result)
            #expect(result.machine.usableCores == allowed.count, "the machine is told as it is without pinning")
            for role in result.roles {
                let cores: [Int]? = role.role == .generator ? [first] : role.role == .worker ? [last] : nil
                #expect(role.pinnedCores == cores, "\(role.name)")
            }
        }
    }

    @Test("is refused where there is no such core")
    func noSuchCore() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.steady(seconds: 1, more: "cpus: {workers: 4000-4001}")
            expectOneLine(
                try await rafale("run", file), exit: 65, saying: "cpus.workers", "4000-4001",
                CoreAffinity.list(try #require(CoreAffinity.allowed())))
        }
    }
}

private func allowedCores(of pid: Int32) -> String? {
    let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    return status?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }?
        .split(separator: "\t").last.map(String.init)
}
