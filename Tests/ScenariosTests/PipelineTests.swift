import Testing

@testable import Scenarios

@Suite struct PipelineTests {
    private static let weblogs = minimal + "pipeline: weblogs\n"

    @Test func textsHaveOneBranchAndTheNamesTheyAlwaysHad() throws {
        let read = try scenario(minimal)
        #expect(read.pipeline == .text)
        let branch = try #require(read.branches.first)
        #expect(read.branches.count == 1)
        #expect(branch.incoming == ["incoming_texts"] && branch.processed == "processed_texts")
        #expect(branch.failed == "failed_texts" && branch.workerPipeline == "text")
        #expect(branch.workerName(2) == "worker-2")
        #expect(try scenario(minimal + "topology: {incoming: {name: 'q%d', count: 2}}").incomingNames == ["q1", "q2"])
    }

    @Test func webLogsGoToTwoBranchesThroughATopicExchange() throws {
        let read = try scenario(Self.weblogs)
        #expect(read.topology.exchange.name == "topic-exchange-logs" && read.topology.exchange.kind == .topic)
        #expect(read.topology.routingKeys == ["logs"])
        #expect(read.branches.map(\.name) == ["data-lake", "data-clean"])
        #expect(read.branches.map(\.workerPipeline) == ["data-lake", "data-clean"])
        #expect(read.incomingNames == ["queue-data-lake", "queue-data-clean"])
        #expect(read.branches.map(\.processed) == ["processed_logs-data-lake", "processed_logs-data-clean"])
        #expect(read.branches.map(\.failed) == ["failed_logs-data-lake", "failed_logs-data-clean"])
        #expect(read.branches[1].workerName(1) == "data-clean-1")
        #expect(
            read.routes == [
                .init(queue: "queue-data-lake", key: "logs"), .init(queue: "queue-data-clean", key: "logs"),
            ])
    }

    @Test func theNamesOfAScenarioAreTheStemsOfTheBranches() throws {
        let read = try scenario(
            Self.weblogs
                + "topology: {exchange: {name: x, type: fanout}, incoming: {durable: false}, processed: p, failed: {name: f}}"
        )
        #expect(read.incomingNames == ["queue-data-lake", "queue-data-clean"])
        #expect(!read.topology.incoming.durable)
        #expect(read.branches.map(\.processed) == ["p-data-lake", "p-data-clean"])
        #expect(read.branches[0].failed == "f-data-lake")
        #expect(read.topology.exchange.kind == .fanout)
        // A name that happens to be that of the texts is a name, too.
        let texts = try scenario(Self.weblogs + "topology: {incoming: incoming_texts}")
        #expect(texts.incomingNames[0] == "incoming_texts-data-lake")
    }

    @Test(arguments: [
        "", "topology: {incoming: {durable: false}}", "topology: {exchange: {name: x, type: fanout}}",
        "topology: {bindings: [{key: 'logs.#'}]}\nload: {routing_keys: [logs.a, logs.b]}",
    ])
    func pipelinesSurviveWriting(text: String) throws {
        let read = try scenario(Self.weblogs + text)
        #expect(try scenario(read.yaml) == read)
    }

    @Test func webLogsAreMadeOfLinesUnlessTheScenarioSaysOtherwise() throws {
        #expect(try scenario(Self.weblogs).mix == [.init(kind: .line, weight: 1)])
        #expect(try scenario(Self.weblogs).load.properties.contentType == "text/plain")
        let mixed = try scenario(
            Self.weblogs + "mix: {line: 90, malformed: 10}\nlogs: {ipv6: 100%, bots: 0%}\n"
                + "load: {properties: {content_type: text/x-log}}\n")
        #expect(mixed.mix == [.init(kind: .malformed, weight: 10), .init(kind: .line, weight: 90)])
        #expect(mixed.logs.ipv6 == 1 && mixed.logs.bots == 0 && mixed.logs.pool == 1024)
        #expect(mixed.load.properties.contentType == "text/x-log")
        #expect(!mixed.replaysLog)
    }

    @Test func aLogIsReplayedAtARateOrAtItsOwnTimes() throws {
        let text = """
            pipeline: weblogs
            phases:
              - {name: own, rate: original}
              - {name: some, rate: original, count: 10}
              - {name: rest, rate: 10/s, for: 2s}
            logs: {file: /dev/null, speed: 2.5x}

            """
        let read = try scenario(text)
        #expect(read.replaysLog && read.logs.file?.name == "/dev/null" && read.logs.speed == 2.5)
        #expect(read.phases.map(\.rate) == [.original, .original, .constant(ratePerSecond: 10)])
        #expect(read.phases[0].end == .count(Scenario.Phase.wholeRecording) && read.phases[1].end == .count(10))
        #expect(!read.yaml.contains("10000000000"))
        #expect(try scenario(read.yaml) == read)
    }

    static let bad: [BadScenario] = [
        BadScenario(
            weblogs + "mix: {update: 1, line: 1}\n", "3:15: mix.update: workers that read web logs would reject each"),
        BadScenario(
            minimal + "mix: {line: 1}\n", "2:13: mix.line: workers that analyse texts would reject each of these"),
        BadScenario(minimal + "logs: {bots: 1%}\n", "2:7: logs: no message carries a line"),
        BadScenario(
            minimal + "logs: {csv: true}\n", "2:13: logs.csv: is for the reference workers of 'pipeline: weblogs'"),
        BadScenario(
            weblogs + "logs: {loop: true, speed: 2x}\n", "3:14: logs.loop: is about a file's lines",
            "3:27: logs.speed: is about a file's lines"),
        BadScenario(
            weblogs + "logs: {speed: fast}\n", "3:15: logs.speed: 'fast' is not a speed; write 1x, 0.5x or 10x"),
        BadScenario(weblogs + "logs: {file: none.log}\n", "3:14: logs.file: 'none.log' cannot be read from the folder"),
        BadScenario(
            weblogs + "logs: {file: /dev/null, bots: 1%, speed: 2x}\nmix: {malformed: 1}\n",
            "3:14: logs.file: the file's lines are all that is sent", "3:31: logs.bots: is about made lines",
            "3:42: logs.speed: is about the lines' own times"),
        BadScenario(
            "phases: [{name: a, rate: original}]\npipeline: weblogs\n",
            "1:26: phases[0].rate: 'original' is the rate of a file's lines"),
        BadScenario(
            "phases: [{name: a, rate: original}]\npipeline: weblogs\nlogs: {file: /dev/null, loop: true}\n",
            "1:10: phases[0]: with logs.loop the file has no end"),
        BadScenario(
            weblogs + "logs: {file: /dev/null, loop: true, csv: true}\n",
            "3:42: logs.csv: would get each line once more whenever the file begins again"),
        BadScenario(minimal + "pipeline: logs\n", "2:11: pipeline: 'logs' is not possible; possible: text, weblogs"),
        BadScenario(
            weblogs + "target: churn\nchurn: queues\n", "2:11: pipeline: has nothing to do with 'target: churn'"),
        BadScenario(
            weblogs + "topology: {exchange: {name: ''}}\n",
            "3:22: topology.exchange: the default exchange takes each message to one queue, and 'weblogs' has 2"),
        BadScenario(
            weblogs + "topology: {incoming: {name: 'q%d', count: 2}}\n",
            "3:43: topology.incoming.count: each branch of 'weblogs' has one queue"),
        BadScenario(
            weblogs + "topology: {bindings: [{queue: queue-data-lake, key: logs}]}\n",
            "3:31: topology.bindings[0].queue: each message must reach every branch"),
        BadScenario(
            weblogs + "topology: {bindings: [{}]}\n",
            "3:23: topology.bindings[0].key: is each queue's name where it is not given"),
        BadScenario(
            weblogs + "load: {routing_keys: [a, b]}\n",
            "1:1: topology.exchange.routing_key: is each queue's name where it is not given"),
        BadScenario(
            weblogs + "workers: {cost_factor: 2}\n", "3:24: workers.cost_factor: is about texts"),
        BadScenario(
            weblogs + "topology: {failed: \(String(repeating: "f", count: 250))}\n",
            "3:20: topology.failed: is longer than 255 bytes with the branch's name '-data-lake' behind it",
            "3:20: topology.failed: is longer than 255 bytes with the branch's name '-data-clean' behind it"),
    ]

    @Test(arguments: bad) func whatDoesNotFitIsRefusedInItsPlace(bad: BadScenario) {
        let found = problems(bad.text)
        #expect(found.count == bad.expected.count, "\(found)")
        for (line, expected) in zip(found, bad.expected) {
            #expect(line.hasPrefix("t.yaml:" + expected), "\(line)")
        }
    }
}
