import Testing

@testable import Scenarios

@Suite struct ShellWordsTests {
    static let good: [(String, [String])] = [
        ("python3 worker.py", ["python3", "worker.py"]), ("  a\t b \n", ["a", "b"]), ("", []),
        ("sh -c 'a | b; c'", ["sh", "-c", "a | b; c"]), (#"a "b c" d"e"f"#, ["a", "b c", "def"]),
        (#"a "say \"x\" \\ \n""#, ["a", #"say "x" \ \n"#]), (#"a\ b c\|d \$HOME"#, ["a b", "c|d", "$HOME"]),
        ("a '' \"\"", ["a", "", ""]), ("a --q={{incoming}}", ["a", "--q={{incoming}}"]),
        ("a x=1 b#c d~e", ["a", "x=1", "b#c", "d~e"]),
        ("été ''x", ["été", "x"]),
    ]

    @Test(arguments: good) func splitsAsAShellWould(text: String, words: [String]) throws {
        #expect(try ShellWords(text).words.map(\.text) == words)
    }

    static let bad: [(String, Int, String)] = [
        ("a | b", 2, "'|'"), ("a && b", 2, "'&'"), ("a > f", 2, "'>'"), ("a; b", 1, "';'"), ("(a)", 0, "'('"),
        ("a $HOME", 2, "'$'"), ("a `b`", 2, "backticks"), (#"a "$(b)""#, 3, "'$'"), ("a *.py", 2, "names of files"),
        ("a ~/b", 2, "${HOME}"), ("a 'b", 2, "no end"), ("a \"b", 2, "no end"), ("a \\", 2, "backslash"),
        ("X=1 a", 0, "workers.environment"), ("a # b", 2, "comment"),
    ]

    @Test(arguments: bad) func saysWhatOnlyAShellDoes(text: String, offset: Int, words: String) {
        do throws(ShellWords.Mistake) {
            let split = try ShellWords(text).words
            Issue.record("\(text) was taken as \(split)")
        } catch {
            #expect(error.offset == offset && error.message.contains(words), "\(error)")
        }
    }
}

@Suite struct OwnWorkerTests {
    private static let own = minimal + "workers: {command: x}\n"

    static let bad: [BadScenario] = [
        BadScenario(
            minimal + "workers: {command: a | b}\n",
            "2:22: workers.command: only a shell understands '|'; write [sh, -c"),
        BadScenario(minimal + "workers: {command: ''}\n", "2:20: workers.command: names no program"),
        BadScenario(minimal + "workers: {command: []}\n", "2:20: workers.command: needs at least 1 item"),
        BadScenario(minimal + "workers: {command: ['', a]}\n", "2:20: workers.command: the program's name is empty"),
        BadScenario(
            minimal + "workers: {command: 'a {{incomming}}'}\n",
            "2:23: workers.command: 'incomming' is no placeholder; did you mean 'incoming'?"),
        BadScenario(
            minimal + "workers: {command: [a, '--x={{lane}}']}\n",
            "2:29: workers.command[1]: 'lane' is no placeholder; did you mean 'lanes'?"),
        BadScenario(minimal + "workers: {command: 'a {{x'}\n", "2:23: workers.command: '{{' has no '}}'"),
        BadScenario(
            minimal + "workers: {command: x, environment: {A: '{{port}}'}}\n",
            "2:41: workers.environment.A: 'port' is no placeholder; possible: broker_url, incoming"),
        BadScenario(
            minimal + "workers: {command: x, environment: {RAFALE_INCOMING: y, 1a: z}}\n",
            "2:37: workers.environment.RAFALE_INCOMING: the run sets this variable itself",
            "2:57: workers.environment.1a: a variable's name has letters"),
        BadScenario(
            minimal + "workers: {command: x, directory: no/such}\n", "2:34: workers.directory: 'no/such' is no folder"),
        BadScenario(
            minimal + "workers: {command: x, ready: {log: a, after: 1s}}\n",
            "2:30: workers.ready: 'log' and 'after' exclude each other"),
        BadScenario(
            minimal + "workers: {command: x, ready: {log: a, consumers: 2}}\n",
            "2:50: workers.ready.consumers: is not asked where"),
        BadScenario(
            minimal + "workers: {command: x, stop: {signal: SIGTERM}}\n",
            "2:38: workers.stop.signal: 'SIGTERM' is not possible; possible: term, int, quit"),
        BadScenario(
            minimal + "workers: {command: x, batch: 5, cost_factor: 2}\n",
            "2:30: workers.batch: is understood by the reference worker only",
            "2:46: workers.cost_factor: is understood by the reference worker only"),
        BadScenario(
            minimal + "workers: {restart: always}\n",
            "2:20: workers.restart: is for a program of your own; add 'command'"),
        BadScenario(
            minimal + "workers: {external: true, command: x}\n",
            "2:36: workers.command: says how the run starts workers"),
        BadScenario(minimal + "workers: {command: x, count: 0}\n", "2:20: workers.command: never runs where"),
        BadScenario(
            minimal + "target: store\nworkers: {command: x}\n",
            "3:20: workers.command: has nothing to do with 'target: store'"),
        BadScenario(
            minimal + "broker: {url: 'amqp://u:${SECRET}@h/'}\nworkers: {command: 'x {{broker_url}}'}\n",
            "3:20: workers.command: {{broker_url}} would show the broker's password"),
        BadScenario(
            minimal + "workers: {command: 'x amqp://u:${SECRET}@h/'}\n",
            "2:20: workers.command: would show a password to everybody"),
        BadScenario(
            minimal + "collector: {correlate: message_id}\n",
            "2:24: collector.correlate: is for workers of your own"),
        BadScenario(
            own + "collector: {correlate: id}\n",
            "3:24: collector.correlate: 'id' is not possible; possible: header, message_id"),
        BadScenario(
            own + "collector: {correlate: {field: a..b}}\n",
            "3:32: collector.correlate.field: must be names with single dots"),
        BadScenario(
            own + "collector: {correlate: {field: id}}\nmix: {update: 1, delete: 1}\n",
            "3:24: collector.correlate: the id in a delete's body is that of an older message"),
        BadScenario(
            own + "thresholds: [analyse.p99 < 1s]\n", "3:14: thresholds[0]: analyse is a stage of the reference worker"),
    ]

    @Test(arguments: bad) func whatDoesNotFitIsRefusedInItsPlace(bad: BadScenario) {
        let found = problems(bad.text)
        #expect(found.count == bad.expected.count, "\(found)")
        for (line, expected) in zip(found, bad.expected) {
            #expect(line.hasPrefix("t.yaml:" + expected), "\(line)")
            #expect(!line.contains("hunter2"))
        }
    }

    @Test func theBrokersOwnGuestMayBeShown() {
        #expect(
            problems(
                minimal + "broker: {url: 'amqp://guest:guest@h/'}\nworkers: {command: 'x {{broker_url}}'}\n") == [])
        #expect(problems(minimal + "broker: {url: 'amqp://h/'}\nworkers: {command: 'x {{broker_url}}'}\n") == [])
    }

    static let written: [(String, @Sendable (inout Scenario.Workers) -> Void)] = [
        ("{command: [x, 'a b']}", { $0.command = command("x", "a b") }),
        ("{command: 'x \"a b\"'}", { $0.command = command("x", "a b") }),
        (
            "{command: x, environment: {A: '1', B: ''}}",
            { $0.environment = [.init(name: "A", value: text("1")), .init(name: "B", value: text(""))] }
        ),
        (
            "{command: x, ready: {log: 'is ready', within: 5s}}",
            { ($0.readiness.log, $0.readiness.within) = ("is ready", .seconds(5)) }
        ),
        ("{command: x, ready: {after: 2s}}", { $0.readiness.after = .seconds(2) }),
        ("{command: x, ready: {consumers: 4}}", { $0.readiness.consumers = 4 }),
        ("{command: x, stop: {signal: usr1, grace: 0s}}", { ($0.stop.signal, $0.stop.grace) = (.usr1, .zero) }),
        ("{command: x, restart: always, lanes: 3, count: 1}", { ($0.restart, $0.lanes, $0.count) = (.always, 3, 1) }),
    ]

    private static func text(_ text: String) -> Scenario.WorkerText { .init(parts: text.isEmpty ? [] : [.text(text)]) }

    private static func command(_ words: String...) -> Scenario.WorkerCommand { .init(words: words.map(text)) }

    @Test(arguments: written.indices) func eachKeyIsReadAndWrittenBack(index: Int) throws {
        let (yaml, change) = Self.written[index]
        var expected = Scenario.Workers()
        expected.command = Self.command("x")
        change(&expected)
        let read = try scenario(minimal + "workers: \(yaml)\n")
        #expect(read.workers == expected)
        #expect(read.workers.source == .command)
        #expect(try scenario(read.yaml) == read)
    }

    @Test func placeholdersAreFilledInWhereverTheyStand() throws {
        let read = try scenario(minimal + "workers: {command: 'x --q={{incoming}}/{{index}}{{index}} {{lanes}}'}\n")
        let words = read.workers.command?.words.map { $0.filled { "<\($0.rawValue)>" } }
        #expect(words == ["x", "--q=<incoming>/<index><index>", "<lanes>"])
        #expect(try scenario(read.yaml) == read)
    }

    @Test func everyPlaceholderHasAVariable() {
        let variables = Scenario.WorkerText.Placeholder.allCases.map(\.variable)
        #expect(variables.contains("RAFALE_BROKER_URL") && variables.contains("RAFALE_RUN_FOLDER"))
        #expect(Set(variables).count == Scenario.WorkerText.Placeholder.allCases.count)
    }

    @Test func anAddressInTheEnvironmentIsWrittenWithoutItsPassword() throws {
        let read = try scenario(minimal + "workers: {command: x, environment: {DB: 'postgres://u:${SECRET}@h/d'}}\n")
        #expect(read.workers.environment[0].value.text == "postgres://u:hunter2@h/d")
        #expect(read.yaml.contains("postgres://u:***@h/d") && !read.yaml.contains("hunter2"))
    }

    static let correlations: [(String, Scenario.Correlation)] = [
        ("header", .header), ("message_id", .messageID), ("correlation_id", .correlationID),
        ("{field: id}", .field(["id"])), ("{field: meta.source.id}", .field(["meta", "source", "id"])),
    ]

    @Test(arguments: correlations) func correlationsAreReadAndWrittenBack(yaml: String, expected: Scenario.Correlation)
        throws
    {
        let read = try scenario(Self.own + "collector: {correlate: \(yaml)}\n")
        #expect(read.collector.correlation == expected)
        #expect(try scenario(read.yaml) == read)
    }

    @Test func opaqueMessagesAreForWorkersOfOnesOwn() {
        #expect(problems(Self.own + "mix: {opaque: 1}\n") == [])
    }
}
