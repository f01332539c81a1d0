import Foundation
import LoadMetrics
import TestSupport
import Testing

/// A run whose workers are a program of the user's own.
@Suite("Workers of one's own")
struct OwnWorkerTests {
    /// The reference worker as somebody else's program.
    private static let worker =
        "\(Places.rafale.path) worker --broker $RAFALE_BROKER_URL --store none --lanes 1 --log-level info "
        + "--incoming $RAFALE_INCOMING --processed $RAFALE_PROCESSED"

    private static func shell(_ script: String) -> String { "[sh, -c, '\(script)']" }

    private static func scenario(
        _ workers: String, rate: Int = 100, seconds: Int = 1, more: String = ""
    ) -> String {
        """
        phases: [{rate: \(rate)/s, for: \(seconds)s}]
        workers:
          \(workers.split(separator: "\n").joined(separator: "\n  "))
        drain: 20s
        \(more)
        """
    }

    /// Until then the end of a worker is the end of the run.
    private static func waitForLoad(of program: RunningProgram) async throws {
        try await program.waitForText("test: ")
    }

    private func workers(of result: RunResult) -> [RoleResult] { result.roles.filter { $0.role == .worker } }

    @Test("take the reference worker's place, told where everything is, and are measured from outside")
    func inPlace() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                Self.scenario(
                    """
                    count: 2
                    command: \(Self.shell("env > $RAFALE_RUN_FOLDER/env-$RAFALE_INDEX; exec \(Self.worker)"))
                    environment: {MINE: 'number {{index}} of {{count}}'}
                    lanes: 3
                    """))
            let outcome = try await rafale("run", file, "--quiet")
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(result.books.processed == 100 && result.books.uncorrelated == nil)
            let workers = workers(of: result)
            #expect(workers.map(\.name) == ["worker-1", "worker-2"] && workers.allSatisfy { !$0.diedEarly })
            #expect(workers.allSatisfy { $0.cpuNanoseconds > 0 && $0.peakResidentBytes > 1 << 20 }, "\(workers)")
            #expect(workers.map(\.messages) == [50, 50] && workers.allSatisfy { $0.counters["processes"] == 1 })
            let folder = try rafale.reportFolder()
            let told = try String(contentsOf: folder.appending(path: "env-2"), encoding: .utf8).split(separator: "\n")
            for line in [
                "MINE=number 2 of 2", "RAFALE_INDEX=2", "RAFALE_COUNT=2", "RAFALE_LANES=3", "RAFALE_PREFETCH=200",
                "RAFALE_INCOMING=incoming_texts", "RAFALE_PROCESSED=processed_texts", "RAFALE_FAILED=failed_texts",
                "RAFALE_EXCHANGE=", "RAFALE_RUN_ID=\(result.run.id)",
            ] {
                #expect(told.contains(Substring(line)), "\(line) in \(told)")
            }
            #expect(told.contains { $0.hasPrefix("RAFALE_STORE_URL=sqlite:/") && $0.hasSuffix("/store.sqlite") })
            let log = try String(contentsOf: folder.appending(path: "logs/worker-1.log"), encoding: .utf8)
            #expect(log.contains("worker ready"), "its output is kept: \(log)")
        }
    }

    @Test(
        "that do not come up end the run with their last words",
        arguments: [
            (
                "count: 1\ncommand: \"sh -c 'echo early; echo my last words >&2; exit 3'\"",
                "worker-1 exited with code 3 before it was ready: my last words"
            ),
            ("count: 1\ncommand: \"sh -c 'exit 3'\"", "before it was ready: it said nothing; see reports/"),
            ("command: \"sh -c 'kill -SEGV $$'\"", "was ended by signal 11"),
            ("command: sleep 60\nready: {within: 300ms}", "the incoming queue has 0 of 2 consumers"),
            (
                "command: \"sh -c 'echo waiting for godot; sleep 60'\"\nready: {log: serving, within: 3s}",
                "does not hold 'serving'; worker-1: waiting for godot"
            ),
            ("command: \"sh -c 'echo trying; exit 1'\"\nrestart: always\nready: {within: 3s}", "worker-1: trying"),
            ("command: no-such-program-here", "no program 'no-such-program-here' is in PATH"),
            ("command: ./nothing.py", "there is no ./nothing.py, seen from the folder"),
            ("command: ./test.yaml", "may not be executed"),
        ])
    func badStarts(workers: String, words: String) async throws {
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale("run", try rafale.scenario(Self.scenario(workers)), "--quiet")
            expectOneLine(outcome, exit: 69, saying: words)
            #expect(outcome.errors.components(separatedBy: "logs/").count <= 2, "a log is named once: \(outcome)")
        }
    }

    @Test("need not come up where somebody ends the run first")
    func interrupted() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.scenario("command: sleep 60\nready: {within: 1m}"))
            let outcome = try await rafale("run", file, "--quiet") { program in
                try await eventually(within: .seconds(30), "both sleepers") {
                    ProcessTree.descendants(of: program.processID).count >= 5 ? true : nil
                }
                program.send(signal: SIGINT)
            }
            expectOneLine(outcome, exit: 130, saying: "ended before the workers were ready")
        }
    }

    @Test("that is a shell's pipeline is refused with what to write instead")
    func pipeline() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(Self.scenario("command: python3 worker.py | tee log"))
            expectOneLine(try await rafale("run", file, "--quiet"), exit: 65, saying: "test.yaml:3:", "[sh, -c, '…']")
        }
    }

    @Test("may be ready by what they print, or after a time")
    func readiness() async throws {
        for ready in ["{log: worker ready}", "{after: 700ms}", "{consumers: 1, within: 15s}"] {
            try await RafaleProgram.use { rafale in
                let file = try rafale.scenario(
                    Self.scenario("command: \(Self.shell("exec \(Self.worker)"))\nready: \(ready)"))
                let outcome = try await rafale("run", file, "--quiet")
                let result = try rafale.result()
                expectValid(outcome, result, exit: 0)
                expectBalanced(result)
            }
        }
    }

    @Test("that die in the run are told, and what they leave behind is killed")
    func dying() async throws {
        try await RafaleProgram.use { rafale in
            // The second worker's shell goes first; the worker itself would stay.
            let script = """
                if [ $RAFALE_INDEX = 1 ]; then exec \(Self.worker); fi; \(Self.worker) & until [ -e go ]; do sleep 0.1; \
                done; echo farewell; exit 7
                """
            let file = try rafale.scenario(Self.scenario("command: \(Self.shell(script))", seconds: 2))
            let outcome = try await rafale("run", file) { program in
                try await Self.waitForLoad(of: program)
                try Data().write(to: rafale.folder.appending(path: "go"))
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            let workers = workers(of: result)
            #expect(workers.map(\.diedEarly) == [false, true] && workers[1].counters["left-behind"] == 1, "\(workers)")
            #expect(
                result.notes.contains {
                    $0.hasPrefix("worker-2 exited with code 7 during the run; its last words: farewell")
                })
            #expect(result.notes.contains("worker-2 left a process behind, which was killed."), "\(result.notes)")
        }
    }

    @Test("that end are started again where the scenario says so, and counted")
    func restarting() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                Self.scenario(
                    "count: 1\nrestart: always\ncommand: \(Self.shell("timeout -s KILL 1 \(Self.worker); exit 4"))",
                    seconds: 4))
            let outcome = try await rafale("run", file, "--quiet")
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            let worker = try #require(workers(of: result).first)
            #expect(worker.counters["restarts"] ?? 0 >= 2 && !worker.diedEarly, "\(worker)")
            #expect(result.notes.contains { $0.contains("worker-1 ended and was started again") }, "\(result.notes)")
        }
    }

    @Test("that ignore the signal to stop are killed when their time is over")
    func stubborn() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                Self.scenario(
                    """
                    count: 1
                    command: \(Self.shell("trap \"\" TERM; sleep 4321 & \(Self.worker) & wait; sleep 60"))
                    stop: {signal: term, grace: 500ms}
                    """))
            let outcome = try await rafale("run", file, "--quiet")
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            #expect(
                result.notes.contains("worker-1 did not end within 0.5 seconds of SIGTERM and was killed."),
                "\(result.notes)")
            #expect(workers(of: result).first?.counters["processes"] ?? 0 >= 3)
        }
    }

    @Test("leave no process behind when what keeps them is killed")
    func abandoned() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                Self.scenario("command: \(Self.shell("sleep 4323 & \(Self.worker)"))", seconds: 2))
            let outcome = try await rafale("run", file) { program in
                let supervisors = try await eventually(within: .seconds(30), "both supervisors") {
                    let found = try children(of: program.processID, with: "supervise")
                    return ProcessTree.descendants(of: program.processID).count >= 9 ? found : nil
                }
                try await Self.waitForLoad(of: program)
                let tree = ProcessTree.descendants(of: supervisors[0])
                #expect(tree.count == 3 && kill(supervisors[0], SIGKILL) == 0)
                try await eventually(within: .seconds(30), "the end of \(tree)") {
                    tree.contains(where: isAlive) ? nil : true
                }
            }
            let result = try rafale.result()
            expectValid(outcome, result, exit: 0)
            expectBalanced(result)
            #expect(result.notes.contains { $0.contains("was ended by signal 9 during the run") }, "\(result.notes)")
        }
    }

    @Test("leave no process behind when the generator is killed")
    func killed() async throws {
        try await RafaleProgram.use { rafale in
            let file = try rafale.scenario(
                Self.scenario("command: \(Self.shell("sleep 4322 & \(Self.worker)"))", seconds: 60))
            let outcome = try await rafale("run", file) { program in
                let tree = try await eventually(within: .seconds(30), "both trees") {
                    let all = ProcessTree.descendants(of: program.processID)
                    // The broker, and for each worker its supervisor, the shell, the worker and the sleeper.
                    return all.count >= 9 ? all : nil
                }
                program.send(signal: SIGKILL)
                try await eventually(within: .seconds(20), "the end of \(tree)") {
                    tree.contains(where: isAlive) ? nil : true
                }
            }
            #expect(outcome.signal == SIGKILL)
        }
    }
}

/// What became of each message is known however a worker says which one a result is of, or is said not to be known.
@Suite("Workers that echo no header")
struct CorrelationTests {
    private func run(
        _ mode: String, correlate: String, mix: String = "{update: 1}", broker: String? = nil
    ) async throws -> (ProgramOutcome, RunResult) {
        try await RafaleProgram.use { rafale in
            let program = Places.packageRoot.appending(path: "Tests/ThirdPartyClients/own_worker.py").path
            let file = try rafale.scenario(
                """
                phases: [{rate: 100/s, count: 100}]
                store: {url: none}
                mix: \(mix)
                workers: {count: 2, prefetch: 10, command: [\(Places.python.path), \(program), \(mode)]}
                collector: {correlate: \(correlate)}
                drain: 2s
                """)
            let outcome = try await rafale("run", file, "--broker", broker ?? "embedded", "--quiet")
            return (outcome, try rafale.result())
        }
    }

    private static let modes = [
        ("header", "header"), ("message_id", "header"), ("correlation_id", "header"), ("message_id", "message_id"),
        ("correlation_id", "correlation_id"), ("field", "{field: source.id}"),
    ]

    private func expectAllKnown(_ outcome: ProgramOutcome, _ result: RunResult) {
        expectValid(outcome, result, exit: 0)
        expectBalanced(result)
        #expect(result.books.processed == 100 && result.books.duplicated == 0 && result.books.uncorrelated == nil)
        #expect(result.totals.latencies[.endToEnd]?.count == 100, "each has its intended time")
        #expect(result.totals.latencies[.endToEndService]?.count == 100)
        #expect(result.totals.latencies[.endToEnd]?.max ?? .max < 5_000_000_000)
        #expect(result.totals.latencies[.queueWait] == nil)
        #expect(result.notes.contains { $0.contains("no queue wait, service time or stages") }, "\(result.notes)")
    }

    @Test("are followed on the embedded broker", .needsPythonClients, arguments: modes)
    func embedded(mode: String, correlate: String) async throws {
        let (outcome, result) = try await run(mode, correlate: correlate)
        expectAllKnown(outcome, result)
    }

    @Test("are followed on RabbitMQ", .needsPythonClients, .needsOwnRabbitMQ)
    func onRabbitMQ() async throws {
        let host = try await RabbitMQServer.sharedOwn().makeVirtualHost()
        let (outcome, result) = try await run("correlation_id", correlate: "correlation_id", broker: host.url)
        expectAllKnown(outcome, result)
        #expect(try await host.queues().isEmpty, "the workers were gone before the queues were deleted")
    }

    @Test(
        "and say nothing at all: their outcomes are counted, not dropped", .needsPythonClients,
        arguments: [("nothing", "header"), ("correlation_id", "message_id"), ("message_id", "{field: id}")])
    func nothing(mode: String, correlate: String) async throws {
        let (outcome, result) = try await run(mode, correlate: correlate)
        expectValid(outcome, result, exit: 0)
        #expect(result.books.uncorrelated == 100 && result.books.processed == 0 && result.books.lost == 100)
        #expect(result.notes.contains { $0.hasPrefix("100 outcomes did not say which message they are of") })
    }

    @Test("and answer twice: each repetition is counted", .needsPythonClients)
    func twice() async throws {
        let (outcome, result) = try await run("twice", correlate: "header")
        expectValid(outcome, result, exit: 0)
        #expect(result.books.processed == 100 && result.books.duplicated == 100 && result.books.lost == 0)
    }

    @Test("and eat messages: these are lost", .needsPythonClients)
    func eats() async throws {
        let (outcome, result) = try await run("eats", correlate: "header")
        expectValid(outcome, result, exit: 0)
        // Every sixteenth, whose number ends with the digit 0.
        #expect(result.books.lost == 7 && result.books.processed == 93, "\(result.books)")
    }
}

/// The CPU time of a tree of processes is all of it, however they end.
@Suite("The CPU time of a worker's processes")
struct ProcessTreeTests {
    /// Burns CPU time in three processes and says how much: the program itself, a child that it waits for, and a
    /// grandchild whose parent goes first.
    private static let program = """
        import os, sys, time, resource
        def burn(seconds):
            while time.process_time() < seconds: pass
            used = resource.getrusage(resource.RUSAGE_SELF)
            with open(sys.argv[1], "a") as file: file.write(f"{used.ru_utime + used.ru_stime}\\n")
        child = os.fork()
        if child == 0:
            burn(0.4)
            os._exit(0)
        os.waitpid(child, 0)
        parent = os.fork()
        if parent == 0:
            if os.fork() == 0: burn(0.4)
            os._exit(0)
        os.waitpid(parent, 0)
        burn(0.4)
        time.sleep(60)
        """

    @Test("is exact to the kernel's ticks", .needs(tool: "python3", package: "python3"))
    func exact() async throws {
        let python = try #require(Places.tool("python3"))
        try await RafaleProgram.use { rafale in
            let told = rafale.folder.appending(path: "burnt")
            let outcome = try await rafale(
                "supervise", "--stats", rafale.folder.appending(path: "stats").path, "--end-with-parent", "\(getpid())",
                "--stop-signal", "15", "--grace", "5s", "--directory", "/", "--", python.path, "-c", Self.program,
                told.path
            ) { supervisor in
                var sampler = ProcessTreeSampler(root: supervisor.processID)
                var last: Int64 = 0
                let burnt = try await eventually(within: .seconds(30), "three burners") { () -> [Double]? in
                    guard let sample = sampler.sample() else { return nil }
                    #expect(sample.cpuNanoseconds >= last, "it never falls")
                    last = sample.cpuNanoseconds
                    let lines = (try? String(contentsOf: told, encoding: .utf8))?.split(separator: "\n") ?? []
                    return lines.count == 3 ? lines.compactMap { Double($0) } : nil
                }
                let alone = try await eventually("the end of all but one") { () -> ProcessSample? in
                    let sample = sampler.sample()
                    return ProcessTree.descendants(of: supervisor.processID).count == 1 ? sample : nil
                }
                let total = burnt.reduce(0, +)
                let seen = Double(alone.cpuNanoseconds) / 1e9
                #expect(burnt.allSatisfy { $0 >= 0.4 } && sampler.mostProcesses >= 2)
                // Less by a tick for each clock of the kernel's; more by the end of each process, which it cannot see itself.
                #expect(seen > total - 0.05 && seen < total + 0.1, "\(seen) s of \(total) s")
                #expect(alone.residentBytes > 1 << 20 && alone.peakResidentBytes >= alone.residentBytes)
                #expect(alone.voluntarySwitches > 0 && alone.threads == 1)
                supervisor.send(signal: SIGTERM)
            }
            #expect(outcome.exitCode == 0, "\(outcome)")
        }
    }

    @Test("ends as the program did", arguments: [("exit 5", Int32?(5), Int32?.none), ("kill -KILL $$", nil, SIGKILL)])
    func ending(script: String, code: Int32?, signal: Int32?) async throws {
        try await RafaleProgram.use { rafale in
            let outcome = try await rafale(
                "supervise", "--stats", rafale.folder.appending(path: "stats").path, "--end-with-parent", "\(getpid())",
                "--stop-signal", "15", "--grace", "5s", "--directory", "/", "--", "sh", "-c", script)
            #expect(outcome.exitCode == code && outcome.signal == signal, "\(outcome)")
        }
    }
}
