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

    static let bad: [BadScenario] = [
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

    @Test func everyWorkerPipelineHasItsUsualQueues() throws {
        #expect(Scenario.usualBranch(of: "text")?.incoming == ["incoming_texts"])
        #expect(Scenario.usualBranch(of: "data-clean")?.processed == "processed_logs-data-clean")
        #expect(Scenario.usualBranch(of: "weblogs") == nil)
    }
}
