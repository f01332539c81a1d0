import Foundation
import Testing

@testable import Scenarios

@Suite struct QuantityTests {
    @Test(arguments: [
        (Quantity.duration, "10s", 10e9), (.duration, "500ms", 5e8), (.duration, "1h 30m", 5400e9),
        (.duration, "1m30s", 90e9),
        (.duration, "2 min", 120e9), (.duration, "0.25s", 25e7), (.duration, "7µs", 7e3), (.duration, "1d", 86400e9),
        (.rate, "500/s", 500), (.rate, "30k/s", 30_000), (.rate, "1.5M/s", 1_500_000), (.rate, "2/min", 2.0 / 60),
        (.rate, "1 / h", 1.0 / 3600), (.rate, "3/ms", 3000), (.rate, "1e-05/s", 1e-5),
        (.size, "600B", 600), (.size, "4KiB", 4096), (.size, "1.5kB", 1500), (.size, "2 MiB", 2_097_152),
        (.percent, "12.5%", 12.5), (.count, "20k", 20_000), (.count, "1.5M", 1_500_000), (.count, "7", 7),
    ])
    func isRead(quantity: Quantity, text: String, value: Double) {
        #expect(quantity.value(of: text) == value)
        #expect(quantity.value(of: quantity.text(value)) == value)
    }

    @Test(arguments: [
        (Quantity.duration, ["", "10", "s", "10 s s", "1.s", ".5s", "-1s", "1e999s", "10sec", "1s2"]),
        (.rate, ["500", "/s", "5/", "5/s/s", "5K/s", "٣/s", "5//s"]), (.size, ["5", "5b", "5 B B", "5TiB"]),
        (.percent, ["5", "5%%", "%"]), (.count, ["", "k", "5kk", "0x10", "1_000"]),
    ])
    func isRefused(quantity: Quantity, texts: [String]) {
        for text in texts { #expect(quantity.value(of: text) == nil, "\(text)") }
    }

    @Test func isWrittenInTheLargestFittingUnit() {
        #expect(Quantity.duration.text(90e9) == "90s")
        #expect(Quantity.duration.text(120e9) == "2m")
        #expect(Quantity.duration.text(1.5e6) == "1500us")
        #expect(Quantity.duration.text(0) == "0s")
        #expect(Quantity.size.text(4096) == "4KiB")
        #expect(Quantity.rate.text(0.5) == "0.5/s")
    }
}

@Suite struct ShapeTests {
    private func rate(_ text: String, end: String = "for: 10s") throws -> Scenario.RateShape {
        try scenario("phases: [{rate: \(text), \(end)}]").phases[0].rate
    }

    @Test func shapesAreRead() throws {
        #expect(try rate("30/min") == .constant(ratePerSecond: 0.5))
        #expect(
            try rate("{ramp: {from: 1/s, to: 9/s}}") == .ramp(fromPerSecond: 1, toPerSecond: 9, over: .seconds(10)))
        #expect(
            try rate("{ramp: {from: 1/s, to: 9/s, over: 2s}}")
                == .ramp(fromPerSecond: 1, toPerSecond: 9, over: .seconds(2)))
        #expect(
            try rate("{ramp: {from: 0/s, to: 10/s}}", end: "count: 100")
                == .ramp(fromPerSecond: 0, toPerSecond: 10, over: .seconds(20)))
        #expect(
            try rate("{sine: {mean: 5/s, amplitude: 5/s, period: 1m}}")
                == .sine(meanPerSecond: 5, amplitudePerSecond: 5, period: .seconds(60)))
        #expect(
            try rate("{burst: {low: 0/s, high: 5/s, period: 1s, duty: 20%}}")
                == .burst(lowPerSecond: 0, highPerSecond: 5, period: .seconds(1), duty: 0.2))
        #expect(try rate("{saturate: 7}") == .saturate(Scenario.Saturation(window: 7)))
        #expect(
            try rate("{saturate: {window: 7, until: confirmed}}")
                == .saturate(Scenario.Saturation(window: 7, release: .confirmed)))
    }

    @Test func stepsAreWrittenOut() throws {
        #expect(try rate("{steps: [1/s, 2/s]}") == .steps(ratesPerSecond: [1, 2], each: .seconds(5)))
        #expect(
            try rate("{steps: {rates: [1/s, 2/s], each: 2s}}", end: "count: 9")
                == .steps(ratesPerSecond: [1, 2], each: .seconds(2)))
        #expect(
            try rate("{steps: {start: 1/s, step: 2/s, each: 3s}}")
                == .steps(ratesPerSecond: [1, 3, 5, 7], each: .seconds(3)))
        #expect(
            try rate("{steps: {start: 1/s, step: 2/s, to: 4/s, each: 3s}}")
                == .steps(ratesPerSecond: [1, 3, 4], each: .seconds(3)))
        #expect(
            try rate("{steps: {start: 4/s, step: 2/s, to: 1/s, each: 3s}}")
                == .steps(ratesPerSecond: [4, 2, 1], each: .seconds(3)))
    }

    @Test func phasesHaveNamesAndEnds() throws {
        let phases = try scenario(
            "phases: [{rate: 1/s, for: 1500ms}, {name: b, rate: 1/s, count: 20k, measure: false}]"
        ).phases
        #expect(
            phases == [
                Scenario.Phase(name: "phase-1", rate: .constant(ratePerSecond: 1), end: .duration(.milliseconds(1500))),
                Scenario.Phase(name: "b", rate: .constant(ratePerSecond: 1), end: .count(20_000), measured: false),
            ])
    }
}

@Suite struct DecodingTests {
    @Test func theSmallestScenarioHasTheDefaults() throws {
        var expected = Scenario()
        expected.name = "t"
        expected.phases = [
            Scenario.Phase(name: "phase-1", rate: .constant(ratePerSecond: 1), end: .duration(.seconds(1)))
        ]
        #expect(try scenario(minimal) == expected)
    }

    @Test func everyKeyReachesTheModelAndBack() throws {
        let text = """
            name: all
            summary: "it's: all #1"
            seed: 99
            pacing: spin
            arrivals: poisson
            broker: {url: ["amqp://a", "amqps://b:1/x"]}
            store: {url: "sqlite:a b/c.db"}
            topology:
              exchange: {name: ex, type: headers, routing_key: k, durable: false, arguments: {alternate-exchange: ae}}
              incoming: {name: q, type: quorum, arguments: {x-max-length: 5, x-overflow: reject-publish}}
              processed: p
              failed: {durable: false}
            phases: [{name: a, rate: 5/min, count: 5}]
            load:
              connections: 3
              channels: 4
              confirm_window: 0
              mandatory: false
              persistent: true
              priority: 9
              expiration: 60s
              headers: {s: "8", i: 8, d: 1.5, b: true, n: null, l: [1, x], t: {u: {}}, "od: d": " ", e: "", neg: -3, w: nan}
              properties: {content_type: text/plain, app_id: a, type: t, user_id: u, reply_to: r, content_encoding: c}
            mix: {malformed: 1, update: 2.5}
            text: {languages: {ar: 1}, length: {min: 10B, max: 1MiB}, pool: 1}
            workers: {count: 7, lanes: 2, prefetch: 3, batch: 4, batch_delay: 0s, analysis: false, cost_factor: 3}
            collector: {connections: 2, prefetch: 0}
            limits: {schedule_debt: 250ms}
            drain: 0s
            thresholds: ["queued<=0.5 %", {phase: a, check: end_to_end.p99.9 < 2s}]
            """
        let all = try scenario(text)
        #expect(all.broker.location == .servers([ServerURL("amqp://a"), ServerURL("amqps://b:1/x")]))
        #expect(
            all.topology.failed
                == {
                    var queue = Scenario.Queue(name: "failed_texts")
                    queue.durable = false
                    return queue
                }())
        #expect(all.topology.routingKeys == ["k"])
        #expect(all.load.priority == 9)
        #expect(all.mix == [.init(kind: .update, weight: 2.5), .init(kind: .malformed, weight: 1)])
        #expect(all.load.headers.map(\.name) == ["s", "i", "d", "b", "n", "l", "t", "od: d", "e", "neg", "w"])
        #expect(
            all.load.headers.map(\.value) == [
                .string("8"), .integer(8), .number(1.5), .boolean(true), .null, .list([.integer(1), .string("x")]),
                .table([.init(name: "u", value: .table([]))]), .string(" "), .string(""), .integer(-3), .string("nan"),
            ])
        #expect(all.thresholds[0].text == "queued <= 0.5 %")
        #expect(all.thresholds[1].phase == "a")
        #expect(try scenario(all.yaml) == all)
    }

    @Test(arguments: [
        "size: 0B", "size: {min: 1B, max: 16MiB}, pool: 1", "random: false",
        "size: [1KiB, {size: {median: 10B, p95: 20B}, weight: 2.5}]", "size: [{size: 9B, weight: 2}]",
        "files: [/dev/null, /etc/../dev/null]", "template: '{{id}} $${x} {{filler}}}'",
        "template: [a, '{ {{timestamp}}']",
    ])
    func payloadsSurviveWriting(payload: String) throws {
        let text = minimal + "mix: {opaque: 3, update: 1}\nworkers: {external: true}\npayload: {\(payload)}\n"
        let read = try scenario(text)
        #expect(read.payload != Scenario.Payload())
        #expect(try scenario(read.yaml) == read)
    }

    @Test(arguments: [
        "broker: {url: [amqp://a, amqp://b], allocation: round-robin}",
        "connection: {heartbeat: 0s, frame_max: 8KiB, channel_max: 3, connect_timeout: 2s, tcp_nodelay: false}",
        "connection: {send_buffer: 64KiB, receive_buffer: 1MiB, name: my test}", "connection: {recovery: off}",
        "connection: {recovery: {initial_delay: 10ms, max_delay: 1m, attempts: 3}}",
        """
        broker: {url: "amqps://a"}
        connection: {tls: {ca: /dev/null, certificate: /dev/null, key: /dev/null, verify: false, server_name: b}}
        """,
        "load: {transactions: 50, confirm_timeout: 2s, start_interval: 100ms, start_jitter: 1s}",
        "load: {properties: {correlation_id: c, timestamp: 1795229329}}",
    ])
    func connectionsSurviveWriting(text: String) throws {
        let read = try scenario(minimal + text)
        #expect(try scenario(minimal) != read)
        #expect(try scenario(read.yaml) == read)
    }

    @Test(arguments: [
        "topology: {declare: false}", "topology: {incoming: {name: 'q%03d', count: 20, from: 5}}",
        "topology: {incoming: {auto_delete: true, lazy: true, priorities: 9, message_ttl: 0s, expires: 1m}}",
        "topology: {processed: {type: quorum, max_length: 5k, max_length_bytes: 1MiB, overflow: reject-publish}}",
        "topology: {failed: {leader_locator: balanced, max_length: 1, overflow: reject-publish-dlx}}",
        "broker: {url: 'amqp://h'}\ntopology: {incoming: {type: stream, max_age: 2h, max_length_bytes: 2GiB}}",
        "topology: {exchange: {name: x, type: fanout, auto_delete: true}, bindings: []}",
        """
        topology:
          exchange: {name: x, type: headers}
          incoming: {name: "q%d", count: 2}
          bindings: [{queue: q2, key: k, arguments: {x-match: any, n: 1}}, {}]
        load: {connections: 2, routing: connection}
        """,
        "topology: {exchange: {name: x, type: topic}, bindings: [{key: '#'}]}\nload: {routing_keys: 1k}",
        "topology: {exchange: {name: x}}\nload: {routing_keys: [a, b.c, '7']}",
    ])
    func topologiesSurviveWriting(text: String) throws {
        let read = try scenario(minimal + text)
        #expect(read.topology != Scenario.Topology())
        #expect(try scenario(read.yaml) == read)
    }

    @Test func severalQueuesHaveTheirNumberInTheName() throws {
        func names(_ incoming: String) throws -> [String] {
            try scenario(minimal + "topology: {incoming: {\(incoming)}}").topology.incoming.names
        }
        #expect(try names("name: 'o-%02d.x', count: 3, from: 9") == ["o-09.x", "o-10.x", "o-11.x"])
        #expect(try names("name: '%d', count: 2") == ["1", "2"])
        #expect(try names("name: '%3d%', count: 1") == ["%3d%"])
        #expect(try names("name: 'o-%02d'") == ["o-01"])
    }

    @Test func eachQueueIsBoundByItsNameUnlessTheScenarioSaysOtherwise() throws {
        func topology(_ more: String) throws -> Scenario {
            try scenario(minimal + "topology: {incoming: {name: 'q%d', count: 2}, \(more)}")
        }
        let plain = try topology("exchange: {name: x}")
        #expect(plain.routes == [.init(queue: "q1", key: "q1"), .init(queue: "q2", key: "q2")])
        #expect(plain.topology.routingKeys == ["q1", "q2"])
        let one = try topology("exchange: {name: x, routing_key: k}")
        #expect(one.routes == [.init(queue: "q1", key: "k"), .init(queue: "q2", key: "k")])
        #expect(one.topology.routingKeys == ["k"])
        let own = try topology("exchange: {name: x}, bindings: [{queue: q2, key: a}, {queue: q2, key: b}, {key: a}]")
        #expect(own.routes.map(\.queue) == ["q2", "q2", "q1", "q2"])
        #expect(own.topology.routingKeys == ["a", "b"])
        #expect(try topology("exchange: {name: x}, bindings: []").routes == [])
        #expect(try topology("exchange: {name: x, type: fanout}").topology.routingKeys == ["q1"])
        #expect(try topology("declare: false").routes == [])
    }

    @Test func externalWorkersSurviveWriting() throws {
        let external = try scenario(minimal + "workers: {external: true}")
        #expect(external.workers.source == .external)
        #expect(try scenario(external.yaml) == external)
    }

    @Test func variablesAreReplaced() throws {
        let text = """
            phases: [{rate: "${RATE}", for: "${TIME:-3s}"}]
            load: {connections: "${MANY:-1}", headers: {a: "x-${MANY}-${EMPTY:-e}", b: "$${RATE} $5"}}
            broker: {url: "amqp://u:${SECRET}@h:${PORT}/"}
            """
        let read = try scenario(text)
        #expect(read.phases[0].rate == .constant(ratePerSecond: 250))
        #expect(read.phases[0].end == .duration(.seconds(3)))
        #expect(read.load.connections == 8)
        #expect(read.load.headers.map(\.value) == [.string("x-8-e"), .string("${RATE} $5")])
        #expect(read.broker.location == .servers([ServerURL("amqp://u:hunter2@h:5672/")]))
        #expect(try scenario(read.yaml).load.headers == read.load.headers)
    }

    @Test func anchorsAliasesAndMergesWork() throws {
        let read = try scenario(
            """
            phases:
              - &base {name: a, rate: &rate 5/s, for: 1s, measure: false}
              - {<<: *base, name: b, measure: true}
              - {<<: [{for: 9s}, *base], name: c, rate: *rate}
            summary: "2 * 3 *not an alias"
            """)
        #expect(read.phases.map(\.measured) == [false, true, false])
        #expect(read.phases.map(\.end) == [.duration(.seconds(1)), .duration(.seconds(1)), .duration(.seconds(9))])
        #expect(read.phases.allSatisfy { $0.rate == .constant(ratePerSecond: 5) })
        #expect(read.summary == "2 * 3 *not an alias")
    }

    @Test(.timeLimit(.minutes(1))) func aliasBombsAreBounded() {
        let letters = "abcdefghijklmnopqrst".map(String.init)
        var text = minimal + "load:\n  headers:\n    a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (before, name) in zip(letters, letters.dropFirst()) {
            text += "    \(name): &\(name) [\(Array(repeating: "*\(before)", count: 9).joined(separator: ", "))]\n"
        }
        let found = problems(text)
        #expect(found.count == 1)
        #expect(found.first?.contains("has more than 20000 values") == true, "\(found)")
        // As a key, such a value would be hashed by the YAML library.
        text += "    ? *t\n    : 1\n    ? *t\n    : 2\n"
        #expect(problems(text) == ["t.yaml:24:7: the key '*t' is given twice; keep one"])
    }
}

@Suite struct OverrideTests {
    private let base = """
        phases:
          - {name: a, rate: {burst: {low: 1/s, high: 5/s, period: 1s}}, for: 1s}
          - {name: b, rate: 2/s, for: 1s}
        topology: {incoming: mine}
        """

    @Test func valuesOutdoTheFile() throws {
        let read = try scenario(
            base,
            set: [
                "load.connections=8", "phases[0].rate.burst.high=8k/s", "phases[1].for=null", "phases[1].count=50k",
                "phases[1].name=c", "thresholds=[lost == 0]", "load.headers={x-a: 1}", "broker.url=amqp://h",
                "load.connections=9",
            ])
        #expect(read.load.connections == 9)
        #expect(read.phases[0].rate.peakPerSecond == 8000)
        #expect(read.phases[1].end == .count(50_000))
        #expect(read.phases[1].name == "c")
        #expect(read.thresholds.map(\.text) == ["lost == 0"])
        #expect(read.load.headers == [.init(name: "x-a", value: .integer(1))])
        #expect(try scenario(minimal, set: ["topology.incoming.type=quorum"]).topology.incoming.kind == .quorum)
    }

    @Test(arguments: [
        ("load.conections=8", "--set load.conections: load: unknown key 'conections'; did you mean 'connections'?"),
        ("chanels=8", "--set chanels: unknown key 'chanels'; did you mean 'load.channels'?"),
        ("load.connections=many", "--set load.connections: 'many' is not a whole number from 1 to 10000"),
        ("phases[2].rate=8/s", "--set phases[2].rate: phases has 2 items; the last one is phases[1]"),
        ("phases.rate=8/s", "--set phases.rate: phases is a list; name the item, such as phases[0].rate"),
        (
            "phases[1].rate.burst.high=8/s",
            "--set phases[1].rate.burst.high: phases[1].rate is a single value in the file"
        ),
        ("load[0]=1", "--set load[0]: load is no list"),
        (
            "topology.incoming.type=quorum",
            "--set topology.incoming.type: topology.incoming is a single value in the file"
        ),
        ("phases[x].for=1s", "--set phases[x].for: a key is written like load.connections or phases[0].rate"),
        ("phases[0=1", "--set phases[0: a key is written like"),
        ("seed.=3", "--set seed.: a key is written like"), ("=3", "--set : a key is written like"),
        ("hunter2", "--set: write key=value, such as load.connections=8"),
        ("seed=", "--set seed: has no value; 'null' removes the key"),
        ("load.headers={a: 1", "--set load.headers: not valid YAML"),
        ("broker.url=http://u:hunter2@h", "--set broker.url: must be embedded"),
        ("phases=null", "t.yaml:1:1: the key 'phases' is missing"),
    ])
    func mistakesNameTheOverride(override: String, expected: String) {
        let found = problems(base, set: [override])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
        #expect(found.allSatisfy { !$0.contains("hunter2") })
    }
}

@Suite struct SecretsTests {
    @Test(arguments: [
        ("amqp://u:hunter2@h/", "amqp://u:***@h/"), ("amqp://u@h/", "amqp://u@h/"), ("amqp://h:1/", "amqp://h:1/"),
        ("amqps://u:hunt/er2@x@h:1/v?a=b", "amqps://u:***@h:1/v?a=b"), ("u:hunter2@h", "u:***@h"), ("", ""),
    ])
    func addressesHideTheirPassword(text: String, shown: String) {
        let url = ServerURL(text)
        #expect(url.secretText == text)
        var dumped = ""
        dump(url, to: &dumped)
        for printed in ["\(url)", String(reflecting: url), url.redacted] { #expect(printed == shown) }
        #expect(!dumped.contains("hunter2") && !dumped.contains("hunt/er2"))
    }

    @Test func whatAReportHoldsHidesThemToo() throws {
        let read = try file(
            minimal + "broker:\n  url: 'amqp://user:hunter2@host:5672/v' # as amqp://a:hunter2@b\n",
            set: ["broker.url=[amqp://user:hunter2@a, amqp://user:hunter2@b]"])
        #expect(!read.redactedText.contains("hunter2"))
        #expect(read.redactedText.contains("url: 'amqp://user:***@host:5672/v' # as amqp://a:***@b"))
        #expect(!read.overrides.joined().contains("hunter2"))
        #expect(!read.scenario.yaml.contains("hunter2"))
        #expect(!read.scenario.outline.contains("hunter2"))
        #expect(!"\(read)".contains("hunter2"))
    }
}

@Suite struct FileTests {
    private func message(_ path: String) -> String {
        do throws(ScenarioError) {
            _ = try ScenarioFile(path: path, environment: [:])
            return "good"
        } catch {
            return error.description
        }
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("scenarios-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test func filesThatAreNoneAreExplained() throws {
        try withFolder { folder in
            try Data(minimal.utf8).write(to: folder.appendingPathComponent("burst.yaml"))
            let path = folder.path
            #expect(message("\(path)/burst.yaml") == "good")
            #expect(
                message("\(path)/brust.yaml") == "\(path)/brust.yaml: no such file; did you mean \(path)/burst.yaml?")
            #expect(message("\(path)/other.yaml") == "\(path)/other.yaml: no such file")
            #expect(message(path) == "\(path): is a directory; name a scenario file in it")
        }
    }

    @Test func contentsThatAreNoneAreExplained() throws {
        try withFolder { folder in
            let cases: [(String, Data, String)] = [
                ("huge", Data(repeating: 0x23, count: 300_000), ": the file is larger than 256 KiB"),
                (
                    "latin", Data("phases: []\nsummary: caf".utf8) + Data([0xe9]),
                    ":2:13: the file is not UTF-8 from here on"
                ),
                ("utf16", Data([0xff, 0xfe]), ":1:1: the file is not UTF-8 from here on"),
                ("cut", Data("a: ".utf8) + Data([0xe2, 0x82]), ":1:4: the file is not UTF-8 from here on"),
                ("a name", Data(minimal.utf8), ":1:1: the file's name is no name for a scenario; add 'name:'"),
            ]
            for (name, data, expected) in cases {
                let file = folder.appendingPathComponent("\(name).yaml")
                try data.write(to: file)
                #expect(message(file.path).hasPrefix(file.path + expected), "\(message(file.path))")
            }
        }
    }

    @Test func everyCutAndEveryChangedByteIsAnAnswer() throws {
        let bytes = Array(
            try String(contentsOf: scenariosFolder.appendingPathComponent("mixed.yaml"), encoding: .utf8).utf8)
        var generator = SystemRandomNumberGenerator()
        for end in stride(from: 0, to: bytes.count, by: 7) {
            _ = try? ScenarioFile(bytes: Array(bytes[..<end]), path: "t.yaml", environment: [:])
            var changed = bytes
            changed[end] = UInt8.random(in: 0...255, using: &generator)
            _ = try? ScenarioFile(bytes: changed, path: "t.yaml", environment: [:])
        }
    }
}
