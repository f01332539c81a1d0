import Testing

@testable import CLI
@testable import Scenarios

@Suite("Runs drawn for a chaos campaign")
struct ChaosDrawTests {
    private static let embedded = ChaosDraw.Surroundings()

    private static let servers: ChaosDraw.Surroundings = {
        var surroundings = ChaosDraw.Surroundings()
        surroundings.hasServer = true
        surroundings.brokerControl = "scripts/rabbitmq {{action}} --keep"
        return surroundings
    }()

    private static func scenario(_ draw: ChaosDraw, _ surroundings: ChaosDraw.Surroundings) throws -> Scenario {
        let environment = surroundings.hasServer ? ["BROKER": "amqp://guest:guest@127.0.0.1:5672/"] : [:]
        return try ScenarioFile(
            bytes: Array(draw.scenario(surroundings).utf8), path: "draw.yaml", overrides: [], environment: environment
        ).scenario
    }

    @Test("The same seed and number give the same run, others another", arguments: [embedded, servers])
    func seeded(_ surroundings: ChaosDraw.Surroundings) {
        let draws = (1...30).map { ChaosDraw(campaign: 7, number: $0, surroundings) }
        #expect(draws == (1...30).map { ChaosDraw(campaign: 7, number: $0, surroundings) })
        #expect(Set(draws.map(\.faults)).count == 30)
        #expect(ChaosDraw(campaign: 8, number: 1, surroundings).faults != draws[0].faults)
    }

    @Test("Every run is a scenario that can run, with three to six faults", arguments: [embedded, servers])
    func valid(_ surroundings: ChaosDraw.Surroundings) throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            for number in 1...20 {
                let draw = ChaosDraw(campaign: seed, number: number, surroundings)
                let scenario = try Self.scenario(draw, surroundings)
                #expect((3...6).contains(scenario.faults.count))
                #expect(scenario.seed == draw.seed && scenario.name == "chaos-\(number)")
                #expect(scenario.load.persistent && scenario.topology.incoming.durable)
                #expect(scenario.topology.incoming.maxLength == (draw.isBounded ? 300 : nil))
                let fills = scenario.faults.contains { $0.action.kind == "fill" }
                #expect(fills == draw.isBounded)
                // What is away for long is away once.
                #expect(scenario.faults.count { $0.action.server == .broker } <= 1)
            }
        }
    }

    @Test("Stores are named with their addresses, which may hold commas")
    func stores() throws {
        let text = "SQLite=sqlite,Mongo=mongodb://u:p@one:1,two:2/base?w=1,My=mysql://u@h/b?pool=2"
        let stores = try ChaosCommand.stores(text, controls: ["My=./my.sh {{action}}"])
        #expect(stores.map(\.name) == ["SQLite", "Mongo", "My"])
        #expect(stores.map(\.url) == ["sqlite", "mongodb://u:p@one:1,two:2/base?w=1", "mysql://u@h/b?pool=2"])
        #expect(stores[2].control?.hasSuffix("/my.sh {{action}}") == true)
        for wrong in ["", "sqlite", "SQLite=sqlite,more"] {
            #expect(throws: CommandFailure.self) { try ChaosCommand.stores(wrong, controls: []) }
        }
        // Nobody stands before several hosts.
        var surroundings = Self.embedded
        surroundings.stores = [stores[1]]
        let words = (1...200).flatMap { ChaosDraw(campaign: 1, number: $0, surroundings).faults }
        #expect(!words.contains { $0.contains("store") })
    }

    @Test(
        "A command's words stay what they are, whatever they hold",
        arguments: ["it's", "a b", "x;y", "$HOME", "\"", ""])
    func controls(word: String) throws {
        let written = word.replacing("'", with: #"'\''"#)
        let command = try ChaosCommand.absolute("bin/server '\(written)' {{action}}")
        let words = try Scenario.ServerControl(command: command).words
        #expect(words.dropFirst() == [word, "{{action}}"] && words[0].hasPrefix("/"))
    }

    @Test("All kinds that apply are drawn, and none that does not")
    func kinds() throws {
        func kinds(_ surroundings: ChaosDraw.Surroundings) throws -> Set<String> {
            try (1...200).reduce(into: []) { kinds, number in
                let draw = ChaosDraw(campaign: 1, number: number, surroundings)
                kinds.formUnion(try Self.scenario(draw, surroundings).faults.map(\.action.kind))
            }
        }
        let everywhere: Set = [
            "kill", "terminate", "pause", "cut", "refuse", "stall", "delay", "limit", "fill", "malformed",
        ]
        #expect(try kinds(Self.embedded) == everywhere)
        #expect(try kinds(Self.servers) == everywhere.union(["restart", "stop", "crash"]))
        var alone = Self.servers
        alone.brokerControl = nil
        let words = (1...200).flatMap { ChaosDraw(campaign: 1, number: $0, alone).faults }
        #expect(!words.contains { $0.contains("pause: broker") || $0.contains("restart") || $0.contains("crash") })
    }
}
